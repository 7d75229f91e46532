"""`secondglance rescore`: what would change, part by part, resumed where it stopped."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner

from cli.rescore import command
from cli.rescore_on_ray import Work, Worker
from domain.errors import InvalidConfiguration
from ocr.engine import Reading
from pipeline import rescore as rescoring
from pipeline.rescore import ReadOnce, Tally
from pipeline.settings import PipelineSettings

ROOT = Path(__file__).parents[1]
TEXTS = ["see you at practice", "meet me by the bandstand and bring a knife", "i want to die", "homework is due"]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    lines = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(TEXTS)]
    (tmp_path / "stored.jsonl").write_text("\n".join([*lines, "no json"]), encoding="utf-8")
    (tmp_path / "policy.yaml").write_text("rules: [{categories: {suicide: {on: false}}}]", encoding="utf-8")
    return tmp_path / "stored.jsonl"


def run(stored: Path, *options: str, status: int = 0) -> Any:
    folder = stored.parent
    candidate = ["--candidate-policy", str(folder / "policy.yaml")]
    given = [str(stored), "--out", str(folder / "out"), "--part", "2", *candidate, *options]
    result = CliRunner().invoke(command, given, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def test_a_job_is_resumed_and_says_what_would_change(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = rescoring.rescore

    def breaking(identity: str | None, *others: Any) -> Any:
        if identity == "3":
            raise RuntimeError
        return real(identity, *others)

    monkeypatch.setattr(rescoring, "rescore", breaking)
    out = stored.parent / "out"
    with pytest.raises(RuntimeError):
        run(stored)
    first = out / "part-000000.jsonl"
    assert [path.name for path in out.glob("part-*")] == [first.name]
    written = first.stat().st_mtime_ns

    monkeypatch.setattr(rescoring, "rescore", real)
    shared = run(stored, "--share", "2/2")
    assert "1 parts done now, 3 in all" in shared.stderr
    done = run(stored)
    assert "1 parts done now, 3 in all" in done.stderr
    assert first.stat().st_mtime_ns == written
    lines = done.stdout.splitlines()
    assert lines[0] == "4 captures scored, 1 not"
    assert lines[1] == "1 captures get another action"
    assert " -> dismiss: 1" in lines[2]
    assert any("want to die" in line or "die" in line for line in lines[3:])
    rows = [json.loads(line) for path in sorted(out.glob("part-*")) for line in path.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["0", "1", "2", "3", None]
    assert "line 5" in rows[4]["error"]["detail"]
    assert "bandstand" not in "".join(path.read_text("utf-8") for path in out.iterdir())

    stored.write_text("{}\n", encoding="utf-8")
    assert "input is not the same" in run(stored, status=2).stderr


def test_an_id_may_hold_ends_of_lines_of_any_kind(stored: Path) -> None:
    ids = ["a\u2028b", "a\u0085b", "a\rb", "a\u2029"]
    stored.write_text("".join(json.dumps({"id": name, "text": "i want to die"}) + "\n" for name in ids))
    assert run(stored).stdout.startswith("4 captures scored, 0 not\n")


@pytest.mark.parametrize("left", ['{"id": "a', "{}\n", "[]\n", "\xff"])
def test_a_part_that_was_damaged_is_named(left: str, stored: Path) -> None:
    run(stored)
    damaged = stored.parent / "out" / "part-000001.jsonl"
    damaged.write_text(left, encoding="latin-1")
    assert f"{damaged} is damaged; delete it and begin again" in run(stored, status=1).stderr


def test_a_job_goes_on_under_the_same_overlays_alone(stored: Path) -> None:
    overlay = stored.parent / "overlays" / "schools" / "oak.csv"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("change,phrase,grade\nmute,die,\n", encoding="utf-8")
    run(stored, "--overlays", str(stored.parent / "overlays"))
    overlay.write_text("change,phrase,grade\nmute,knife,\n", encoding="utf-8")
    assert (
        "before, after is not the same" in run(stored, "--overlays", str(stored.parent / "overlays"), status=2).stderr
    )


def test_bad_options_are_named(stored: Path) -> None:
    for share in ("0/2", "3/2", "x"):
        assert "--share is K/N" in run(stored, "--share", share, status=2).stderr
    assert "without --share" in run(stored, "--share", "1/2", "--ray", "local", status=2).stderr
    assert "of --ray alone" in run(stored, "--workers", "2", status=2).stderr
    without = CliRunner().invoke(command, [str(stored), "--out", str(stored.parent / "out")])
    assert without.exit_code == 2
    assert "name a candidate" in without.stderr


def test_phrases_are_counted_on_both_sides() -> None:
    tally = Tally()
    seen = {"action": "review", "severity": 3, "category": "drugs"}
    for place in range(10):
        after = "dismiss" if place else "review"
        row = {
            "before": seen,
            "after": {**seen, "action": after},
            "phrases": [["new", None, after], ["old", "review", "review"]],
        }
        tally.add(row)
    lines = list(tally.report())
    assert "  review -> dismiss: 9" in lines
    assert "  'new': fired on 0 captures before; would have fired on 10 captures, 9 of them set aside" in lines
    assert not any("'old'" in line for line in lines)


def test_phrases_that_are_not_named_are_counted() -> None:
    tally, seen = Tally(), {"action": "review", "severity": 3, "category": "drugs"}
    tally.add({"before": seen, "after": seen, "phrases": [[str(n), None, "review"] for n in range(23)]})
    lines = list(tally.report())
    assert len(lines) == 2 + 20 + 1
    assert lines[-1] == "  and 3 phrases more"


def test_a_picture_is_read_once_for_both() -> None:
    class Engine:
        reads = 0

        def read(self, image: bytes, owner: object = None) -> Reading:
            self.reads += 1
            return image  # type: ignore[return-value]

    engine = Engine()
    once = ReadOnce(engine)  # type: ignore[arg-type]
    one, two = b"one" * 10, b"two" * 10
    assert [once.read(image) for image in (one, one, two, two, one)] == [one, one, two, two, one]
    assert engine.reads == 3


FAULTY = """
import pathlib

real = pathlib.Path.open

def opened(path, mode="r", *args, **named):
    if path.name.startswith("part-000001.") and "w" in mode:
        raise OSError(28, "No space left on device")
    return real(path, mode, *args, **named)

pathlib.Path.open = opened
"""


def on_ray(stored: Path, *first: Path) -> "subprocess.CompletedProcess[str]":
    """The command on a Ray of two workers, with relative paths; what Ray wrote down holds no text.

    Args:
        stored: What is scored.
        first: Folders where all processes look for modules before the project's.
    """
    given = ["stored.jsonl", "--out", "on_ray", "--part", "2", "--candidate-policy", "policy.yaml"]
    command = [sys.executable, "-m", "cli.main", "rescore", *given, "--ray", "local", "--workers", "2"]
    path = os.pathsep.join(map(str, (*first, ROOT)))
    with TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as logs:  # sockets are in it: short
        env = {**os.environ, "PYTHONPATH": path, "RAY_TMPDIR": logs, "RAY_worker_niceness": "0"}
        done = subprocess.run(command, cwd=stored.parent, env=env, capture_output=True, text=True)
        written = b"".join(path.read_bytes() for path in Path(logs).rglob("*") if path.is_file())
    assert b"raylet" in written
    assert b"bandstand" not in written
    assert b"want to die" not in written
    return done


@pytest.mark.slow
def test_on_ray_a_failed_part_is_named_and_the_rest_is_as_without(stored: Path) -> None:
    plain = run(stored)
    results = stored.parent / "on_ray"
    run(stored, "--out", str(results), "--share", "1/3")
    faulty = stored.parent / "faulty"
    faulty.mkdir()
    (faulty / "sitecustomize.py").write_text(FAULTY)
    failed = on_ray(stored, faulty)
    assert failed.returncode == 1
    assert "part 2 of 3 failed: OSError: [Errno 28] No space left on device" in failed.stderr
    kept = {path: path.stat().st_mtime_ns for path in results.glob("part-*.jsonl")}
    assert results / "part-000000.jsonl" in kept
    assert results / "part-000001.jsonl" not in kept

    done = on_ray(stored)
    assert done.returncode == 0, done.stderr
    assert "part 2 of 3" in done.stderr
    assert f"{3 - len(kept)} parts done now, 3 in all" in done.stderr
    assert done.stdout == plain.stdout
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    parts = [
        {path.name: path.read_bytes() for path in folder.glob("part-*")} for folder in (results, stored.parent / "out")
    ]
    assert parts[0] == parts[1]
    assert len(parts[0]) == 3


def test_without_ray_the_extra_is_named(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InvalidConfiguration, match=r"pip install secondglance\[cluster\]"):
        run(stored, "--ray", "local")


def test_neither_key_nor_text_travels_and_another_version_is_refused(stored: Path) -> None:
    settings = PipelineSettings(list_key="not for others")  # type: ignore[arg-type]
    work = Work(stored, stored.parent, 2, (settings, settings), {"before": {"model": "another"}})
    told = pickle.dumps(work)
    assert b"stored.jsonl" in told
    assert b"not for others" not in told
    assert Worker(work)({"item": 1}) == {
        "part": 1,
        "error": "InvalidConfiguration: a node has another version of the code, the lists, the model or the policy",
    }

    class Talkative:
        def open(self) -> Any:
            raise ValueError("i want to die")

    error = Worker(Talkative())({"item": 0})["error"]  # type: ignore[arg-type]
    assert error.startswith("ValueError at test_rescore.py:")
    assert "die" not in error
