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
from keyword_stage import kernels
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from serving.active import TRIAL
Matcher(read_lexicon()).find(Page.from_text(TRIAL.text))
print(json.dumps({name: len(each.signatures) for name, each in vars(kernels).items() if hasattr(each, "signatures")}))
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
