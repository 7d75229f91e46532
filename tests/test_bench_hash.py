from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import hash_peers, hashing
from benchmarks.hash_peers import BUILDERS, FILES, OURS, contenders, left_out
from cli.bench import command


def test_the_whole_bench_runs_and_writes_its_report(tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    done = CliRunner().invoke(command, ["hash", "--quick", "--repeats", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    report = out.read_text(encoding="utf-8")
    for said in ("# Known pictures", "region proposals", "The libraries take", "2,000 PDQ hashes", "pdqhash", "quick"):
        assert said in report
    for name in BUILDERS:
        assert (f"| {name} " in report) is not any(reason.startswith(name) for reason in left_out()), name


def test_every_contender_that_is_installed_finds_what_is_planted(tmp_path: Path) -> None:
    hashes = np.random.default_rng(1).integers(0, 256, (1500, 32), dtype=np.uint8)
    near = hashes[7].copy()
    near[0] ^= 0b111
    found = {contender.name: contender.look(near) for contender in contenders(hashes, tmp_path)}
    assert set(found) >= {OURS, *(set(BUILDERS) - set(FILES))}
    assert all(rows == [(7, 3)] for rows in found.values())


def test_a_planted_hash_that_is_missed_gives_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hash_peers.BUILDERS, OURS, lambda *_: (lambda _: [], 0.0))
    with pytest.raises(hashing.NotExact, match="of 2000 hashes it missed"):
        hashing.run(1, True, lambda _: None)


def test_a_hash_too_far_from_the_librarys_gives_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_by_libraries", lambda _: (bytes(32), bytes(8)))
    with pytest.raises(hashing.NotExact, match="bits from the library's"):
        hashing.run(1, True, lambda _: None)
