"""Compiled loops: kept where that can be, made anew where it cannot, and warmed before the service is ready."""

import ctypes
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
    find_signs(b"\\1\\1", np.zeros(1, np.uint8))
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


LOOP = """
from keyword_stage.compiled import compiled

@compiled
def total(count):
    found = 0
    for number in range(count):
        found += number
    return found
"""


def no_limit() -> None:
    pass


def without_rights() -> None:
    """Has root ask for leave as everybody does: it may read what it wants otherwise."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def with_a_full_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def run(code: str, **environment: str) -> str:
    return told(code, no_limit, **environment)[0]


def told(code: str, limit: Callable[[], None], **environment: str) -> tuple[str, list[str]]:
    """What it printed, and what it logged."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=os.environ | environment, check=True, capture_output=True, text=True, preexec_fn=limit
    )
    return done.stdout, done.stderr.splitlines()


def loop(folder: Path, limit: Callable[[], None] = no_limit) -> list[str]:
    """Runs a small loop, and says what was logged."""
    (folder / "loop.py").write_text(LOOP)
    code = f"import sys; sys.path.append({str(folder)!r}); from loop import total; print(total(10))"
    printed, logged = told(code, limit, NUMBA_CACHE_DIR=str(folder / "kept"))
    assert printed == "45\n"
    return logged


def kept_in(folder: Path) -> dict[Path, int]:
    """The files that machine code is kept in, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*.nb?"))}


def find_with(cache: str) -> str:
    return run(FIND, NUMBA_CACHE_DIR=cache)


def test_compiled_code_is_kept_in_a_folder_that_can_be_written(tmp_path: Path) -> None:
    assert "want to kill" in find_with(str(tmp_path))
    kept = kept_in(tmp_path)
    assert kept
    assert "want to kill" in find_with(str(tmp_path))
    assert kept_in(tmp_path) == kept
    os.umask(mask := os.umask(0))
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o666 & ~mask}  # who else may read the folder may these


def test_without_such_a_folder_it_is_compiled_anew(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert "want to kill" in find_with(str(blocked))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def blank_from_the_middle(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 2].ljust(size, b"\0"))


def one_bit(path: Path) -> None:
    """Inside the machine code: nothing but a comparison tells."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def noise(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


@pytest.mark.parametrize("damage", [empty, half, blank_from_the_middle, one_bit, longer, noise])
def test_a_damaged_file_is_told_and_made_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    assert loop(tmp_path) == []
    files = list(kept_in(tmp_path))
    assert files
    for path in files:
        damage(path)
        (line,) = loop(tmp_path)
        assert "damaged" in line
        assert str(path.parent) in line
    kept = kept_in(tmp_path)
    assert loop(tmp_path) == []
    assert kept_in(tmp_path) == kept


def test_a_file_that_may_not_be_read_is_told_and_made_anew(tmp_path: Path) -> None:
    loop(tmp_path)
    for path in kept_in(tmp_path):
        path.chmod(0)
    (line,) = loop(tmp_path, without_rights)
    assert "Permission denied" in line
    assert loop(tmp_path, without_rights) == []


def test_something_else_in_its_place_is_told_and_does_not_matter(tmp_path: Path) -> None:
    loop(tmp_path)
    for path in kept_in(tmp_path):
        path.unlink()
        path.mkdir()
    assert "Is a directory" in " ".join(loop(tmp_path))


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(LOOP)
    (line,) = loop(tmp_path, with_a_full_disk)
    assert "File too large" in line
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []
    assert loop(tmp_path) == []
    assert kept_in(tmp_path)


def test_code_of_another_source_is_compiled_anew_without_a_word(tmp_path: Path) -> None:
    loop(tmp_path)
    kept = kept_in(tmp_path)
    (tmp_path / "loop.py").write_text(LOOP.replace("range(count)", "range(count, 0, -1)"))
    code = f"import sys; sys.path.append({str(tmp_path)!r}); from loop import total; print(total(10))"
    assert told(code, no_limit, NUMBA_CACHE_DIR=str(tmp_path / "kept")) == ("55\n", [])
    assert kept_in(tmp_path).keys() == kept.keys()  # in place of the old


def test_code_of_other_options_is_compiled_anew(tmp_path: Path) -> None:
    loop(tmp_path)
    before = {path: path.read_bytes() for path in kept_in(tmp_path)}
    code = f"import sys, numba; sys.path.append({str(tmp_path)!r}); real = numba.njit; "
    code += "numba.njit = lambda function: real(nogil=True)(function); from loop import total; print(total(10))"
    assert told(code, no_limit, NUMBA_CACHE_DIR=str(tmp_path / "kept")) == ("45\n", [])
    assert {path: path.read_bytes() for path in kept_in(tmp_path)} != before


def test_the_service_starts_with_damaged_files_and_says_so_once(tmp_path: Path) -> None:
    find_with(str(tmp_path))
    for number, path in enumerate(kept_in(tmp_path)):
        [empty, half, blank_from_the_middle, one_bit][number % 4](path)
    printed, (line,) = told(FIND, no_limit, NUMBA_CACHE_DIR=str(tmp_path))
    assert "want to kill" in printed
    assert "damaged" in line


def test_the_trial_before_the_service_is_ready_compiles_every_loop_that_texts_need() -> None:
    signatures = json.loads(run(WARM))
    signatures = {name: count for name, count in signatures.items() if name[0] != "_"}  # not those within others
    assert len(signatures) > 5
    assert [name for name, count in signatures.items() if not count] == []


def test_no_loop_reads_or_writes_past_an_array(tmp_path: Path) -> None:
    said, hits = run(BOUNDS, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path)).split()
    assert said == "checked"
    assert int(hits) > 1000
