"""What the guides say of tests and of the project's own lexicon is so."""

import csv
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from keyword_stage.lexicon import DEFAULT_FOLDER, read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.rules import Rules

ROOT = Path(__file__).parents[1]
LEXICON_PAGE = (ROOT / "docs" / "lexicon.md").read_text("utf-8")


def test_every_test_of_the_threat_model_is_there() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    cells = [line.rsplit("|", 2)[1] for line in page.splitlines() if line.startswith("| ") and "`test_" in line]
    assert len(cells) > 30
    for cell in cells:
        tests = ""
        for name in re.findall(r"`(\w+)(?:\.py)?`", cell):
            if name.startswith("test_"):
                tests = (ROOT / "tests" / f"{name}.py").read_text("utf-8")
            else:
                assert re.search(rf"def test_\w*{name}", tests), name


def test_common_words_are_guarded_as_is_said() -> None:
    lexicon = read_lexicon()
    kept = [one for one in lexicon.phrases if one.rules.guarded or one.exempt]  # no other is at fault
    bare = replace(lexicon, phrases=tuple(replace(one, rules=Rules(), exempt="") for one in kept))
    common = {fault.partition(": ")[0] for fault in lint_lexicon(bare) if "commonest English words; guard" in fault}
    guarded = [one.rules for one in kept if one.source in common]
    ways = Counter((rules.unless is not None, "any" in rules.company) for rules in guarded)
    told = re.search(
        r"own (\d+) such phrases (\d+) have `unless` alone, (\d+) `with: any` alone and (\d+)\s+both; (\w+) are",
        LEXICON_PAGE,
    )
    assert told
    assert (ways[True, False], ways[False, True], ways[True, True]) == tuple(map(int, told.groups()[1:4]))
    assert (sum(ways.values()), ways[False, False]) == (int(told[1]), ["no", "one", "two", "three"].index(told[5]))


def test_plain_rows_about_harm_to_others_are_as_many_as_is_said() -> None:
    rows = [
        row
        for name in ("bullying", "violence", "discrimination", "radicalisation")
        for row in csv.DictReader((DEFAULT_FOLDER / "en" / f"{name}.csv").read_text("utf-8").splitlines())
        if (row["note"] or "").startswith("told plainly")
    ]
    explicit = [row for row in rows if (row["grade"], row["ambiguous"]) == ("4", "no")]
    assert f"{len(rows)} rows of `bullying.csv`" in LEXICON_PAGE
    assert f"{len(explicit)} that hardly anything harmless says have grade 4" in LEXICON_PAGE
