"""`secondglance rescore`: what would change, part by part, resumed where it stopped."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.rescore import command
from ocr.engine import Reading
from pipeline import rescore as rescoring
from pipeline.rescore import ReadOnce, Tally

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


def test_bad_options_are_named(stored: Path) -> None:
    for share in ("0/2", "3/2", "x"):
        assert "--share is K/N" in run(stored, "--share", share, status=2).stderr
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
