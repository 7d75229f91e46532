"""Counts the labelled rows, for the tables of `training/corpus/DATASHEET.md`.

python -m training.corpus_counts
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.rows import LabelledRow, read_rows

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "training" / "corpus", ROOT / "evaluation" / "data")
TEST = "test"
SPLITS = ("train", "dev", "calibration", "asking", TEST)
KINDS = ("genuine", "low", "benign")


def kind_of(row: LabelledRow) -> str:
    """`genuine` from 3, `low` for 2, `benign` below, by the worst label of the row."""
    if row.severity >= GENUINE:
        return "genuine"
    return "low" if row.severity == GENUINE - 1 else "benign"


def subject_of(row: LabelledRow) -> str:
    """The category that a row was written for; its labels may name others as well."""
    return row.scenario.split(":")[0]


def rows_table(rows: Iterable[LabelledRow]) -> list[str]:
    """Rows by subject and split, each cell as genuine / low / benign."""
    counts = Counter((subject_of(row), row.split, kind_of(row)) for row in rows)

    def cells(subjects: Sequence[str]) -> str:
        by_split = [[sum(counts[name, split, kind] for name in subjects) for kind in KINDS] for split in SPLITS]
        together = [sum(part) for part in zip(*by_split, strict=True)]
        return " | ".join(" / ".join(map(str, three)) for three in [*by_split, together])

    lines = ["| written for | " + " | ".join(SPLITS) + " | all |", "|---" * (len(SPLITS) + 2) + "|"]
    lines += [f"| `{name}` | {cells([name])} |" for name in STANDARD_CATEGORIES]
    return [*lines, f"| all | {cells(STANDARD_CATEGORIES)} |"]


def labels_table(rows: Iterable[LabelledRow]) -> list[str]:
    """Rows that carry a concern in each category, whatever they were written for."""
    counts = Counter((name, row.split) for row in rows for name, severity in row.labels.items() if severity >= GENUINE)
    lines = ["| label 3 or more | " + " | ".join(SPLITS) + " |", "|---" * (len(SPLITS) + 1) + "|"]
    lines += [
        f"| `{name}` | " + " | ".join(str(counts[name, split]) for split in SPLITS) + " |"
        for name in STANDARD_CATEGORIES
    ]
    return lines


def splits_table(rows: Sequence[LabelledRow]) -> list[str]:
    """Rows, scenarios, pairs and what else the datasheet says of each split."""
    lines = [
        "| split | rows | scenarios | minimal pairs | with spans | with a placeholder |",
        "|---|---|---|---|---|---|",
    ]
    for split in SPLITS:
        mine = [row for row in rows if row.split == split]
        scenarios, pairs = {row.scenario for row in mine}, {row.pair for row in mine if row.pair}
        spans, slurs = sum(bool(row.spans) for row in mine), sum("{slur:" in row.text for row in mine)
        lines.append(f"| {split} | {len(mine)} | {len(scenarios)} | {len(pairs)} | {spans} | {slurs} |")
    return lines


def tables(rows: Sequence[LabelledRow]) -> list[list[str]]:
    """All tables of the datasheet, in its order, as lines of Markdown."""
    return [rows_table(rows), labels_table(rows), splits_table(rows)]


def read_counted() -> list[LabelledRow]:
    """The rows that the datasheet is about: the corpus and the blind test set."""
    return [row for folder in FOLDERS for row in read_rows(folder)]


def parted(rows: Iterable[LabelledRow]) -> list[str]:
    """Scenarios and pairs of the corpus that stand in more than one of its splits; there should be none."""
    splits: dict[str, set[str]] = {}
    for row in rows:
        if row.split != TEST:
            splits.setdefault(f"scenario {row.scenario}", set()).add(row.split)
            if row.pair:
                splits.setdefault(f"pair {row.pair}", set()).add(row.split)
    return sorted(name for name, found in splits.items() if len(found) > 1)


def shared_with_test(rows: Sequence[LabelledRow]) -> tuple[int, int]:
    """Test rows whose text, and test scenarios whose name, stand in the corpus as well."""
    test, corpus = [row for row in rows if row.split == TEST], [row for row in rows if row.split != TEST]
    texts, scenarios = {row.text for row in corpus}, {row.scenario for row in corpus}
    return sum(row.text in texts for row in test), len({row.scenario for row in test} & scenarios)


def main() -> None:
    """Prints the tables as Markdown."""
    rows = read_counted()
    for table in tables(rows):
        print("\n".join(table) + "\n")
    texts, scenarios = shared_with_test(rows)
    print(f"Scenarios or pairs of the corpus in more than one split: {', '.join(parted(rows)) or 'none'}.")
    print(f"Test rows whose text stands in the corpus: {texts}; test scenarios whose name does: {scenarios}.")


if __name__ == "__main__":
    main()
