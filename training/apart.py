"""Whether rows that a model is to be measured on are none that models learn from or are calibrated by."""

from collections.abc import Sequence

from domain.errors import InvalidRequest
from evaluation.gates import Gate
from evaluation.rows import LabelledRow, read_rows
from training import setup
from training.likeness import same_text

SHOWN = 10


def seen_rows(rows: Sequence[LabelledRow]) -> list[str]:
    """Ids of rows whose text stands in the project's corpus, whatever its split; case, signs and spaces aside."""
    corpus = {same_text(row.text) for row in read_rows(setup.CORPUS)}
    return [row.id for row in rows if same_text(row.text) in corpus]


def gate_apart(rows: Sequence[LabelledRow]) -> Gate:
    """Blocks if one row stands in the corpus: what is measured on rows that were learnt from shows nothing."""
    seen = seen_rows(rows)
    named = f" ({', '.join(seen[:SHOWN])}{', ...' if len(seen) > SHOWN else ''})" if seen else ""
    return Gate("test rows are apart from the corpus", bool(seen), f"{len(seen)} of {len(rows)} stand in it{named}")


def check_apart(rows: Sequence[LabelledRow]) -> None:
    """Checks that rows are none of the corpus.

    Raises:
        InvalidRequest: Naming the first that is one.
    """
    seen = seen_rows(rows)
    if seen:
        raise InvalidRequest(f"{len(seen)} of {len(rows)} rows stand in the corpus, the first of them {seen[0]!r}")
