"""Compiled loops: kept where that can be, made anew where it cannot, and warmed before the service is ready."""

import json
import os
import subprocess
import sys
from pathlib import Path

FIND = """
from domain.page import Page
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
print([hit.phrase for hit in Matcher(read_lexicon()).find(Page.from_text("i want to kiiill myself"))])
"""

WARM = """
import json
from domain.page import Page
from keyword_stage import kernels, sign_kernels
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.strings import ENGINES
from serving.active import TRIAL
for engine in ENGINES[:2]:
    Matcher(read_lexicon(), engine=engine).find(Page.from_text(TRIAL.text))
loops = {**vars(kernels), **vars(sign_kernels)}
print(json.dumps({name: len(each.signatures) for name, each in loops.items() if hasattr(each, "signatures")}))
"""

BOUNDS = """
import random
import numpy as np
from domain.page import Page
from keyword_stage.sign_kernels import find_signs
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.matcher import Matcher
from keyword_stage.spelling import read_spelling
from keyword_stage.strings import ENGINES

def matchers(*written):
    phrases = [Phrase(each, "drugs", 3, read_spelling(each), False, False, "") for each in written]
    return [Matcher(Lexicon(tuple(phrases), ""), engine=engine) for engine in ENGINES[:2]]

try:
    find_signs(np.ones(2, np.uint8), np.zeros(1, np.uint8))
    print("not checked")
except IndexError:
    print("checked")
LONG = "a" * 10_000
LEXICONS = [
    (),
    ("kill",),
    ("a*", "é*", "ш*", "日*", "ab*"),
    ("radicali*", "radicalis*", "radical*", "r*", "a radicalist*"),
    ("kill {0-5} me", "a {0-3} b {0-2} c {1-5} a", "the {0-0} the", "b {0-2} ki*", "日 {0-5} ab|c d {0-1} kill"),
    (LONG, LONG[1:] + "*", "a" * 33, "a a a a a a", "日本語 日本", "🔪"),
]
WORDS = ["kill", "k1ll", "kiiill", "me", "a", "b", "c", "d", "ab", "the", "radicalist", "é", "ш", "日", "日本語",
         "日本", "🔪", "'", "\\u200b", "\\ud800", "\\x00", "\\n\\n", "!", "1", "-", "", "a" * 33, LONG, LONG + "a"]
rng = random.Random(20)
texts = ["", *WORDS, *(word * 3000 for word in WORDS if len(word) < 9)]
texts += [rng.choice(" -'").join(rng.choices(rng.sample(WORDS, 6), k=rng.randrange(60))) for _ in range(150)]
hits = 0
for lexicon in LEXICONS:
    one, other = matchers(*lexicon)
    for text in texts:
        found = one.find(Page.from_text(text))
        assert found == other.find(Page.from_text(text)), (lexicon, text)
        hits += len(found)
print(hits)
"""


def run(code: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, check=True, capture_output=True, text=True
    ).stdout


def find_with(cache: str) -> str:
    return run(FIND, NUMBA_CACHE_DIR=cache)


def test_compiled_code_is_kept_in_a_folder_that_can_be_written(tmp_path: Path) -> None:
    assert "want to kill" in find_with(str(tmp_path))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")}
    assert kept
    assert "want to kill" in find_with(str(tmp_path))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")} == kept


def test_without_such_a_folder_it_is_compiled_anew(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert "want to kill" in find_with(str(blocked))


def test_the_trial_before_the_service_is_ready_compiles_every_loop_that_texts_need() -> None:
    signatures = json.loads(run(WARM))
    signatures = {name: count for name, count in signatures.items() if name[0] != "_"}  # not those within others
    assert len(signatures) > 5
    assert [name for name, count in signatures.items() if not count] == []


def test_no_loop_reads_or_writes_past_an_array(tmp_path: Path) -> None:
    said, hits = run(BOUNDS, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path)).split()
    assert said == "checked"
    assert int(hits) > 1000
