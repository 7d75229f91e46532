"""A line or a path that nothing can be made of is an error in its place, for `score` and `rescore` alike."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.inputs import read_json_lines, read_paths
from cli.parts import JOB, Parts, begin
from cli.rescore import command
from domain.capture import Capture
from domain.errors import SecondglanceError
from serving.schemas import failure_to_json

BAD = {
    b"[" * 100_000: "line 2 is not JSON",
    b'{"id": "a", "context": ' + b'{"a":' * 100_000: "line 2 is not JSON",
    b'{"id": "a", "image": "no\\u0000path.png"}': "image: not a path",
    b'{"id": "a", "image": "\\ud800.png"}': "image: not valid Unicode",
    b'{"id": "a", "image": "\\udc80.png"}': "image: not valid Unicode",
    b'{"id": "a", "image": "' + b"x" * 5000 + b'"}': "image: at most 4096 characters",
    b'{"id": "\\ud800", "text": "homework"}': "id: not valid Unicode",
    b'{"id": "a", "what she said": 1}': "?: Extra inputs are not permitted",
    b'{"id": "a", "text": "homework", "context": {"what she said": 1}}': "context.?: Extra inputs are not permitted",
}
GOOD = b'{"id": "g", "text": "homework"}'


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_its_own_error_and_can_be_told(line: bytes, tmp_path: Path) -> None:
    inputs = list(read_json_lines([GOOD, line, GOOD], tmp_path))
    assert [type(each.capture) for each in (inputs[0], inputs[2])] == [Capture, Capture]
    error = inputs[1].capture
    assert isinstance(error, SecondglanceError)
    assert str(error).startswith(BAD[line])
    json.dumps([inputs[1].id, failure_to_json(inputs[1].id, error)], ensure_ascii=False).encode()


def test_a_file_whose_name_is_no_unicode_is_read_and_named(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    odd.write_text("homework")
    found, missing, none = read_paths([odd, odd.with_suffix(".png"), odd.with_suffix(".doc")])
    assert isinstance(found.capture, Capture)
    assert found.id == found.capture.id == f"{tmp_path}/caf\N{REPLACEMENT CHARACTER}.txt"
    for failed in (missing, none):
        assert isinstance(failed.capture, SecondglanceError)
        assert "caf\N{REPLACEMENT CHARACTER}." in str(failed.capture)
        json.dumps([failed.id, str(failed.capture)], ensure_ascii=False).encode()


def test_a_job_goes_on_past_bad_lines(tmp_path: Path) -> None:
    stored, policy = tmp_path / "stored.jsonl", tmp_path / "policy.yaml"
    stored.write_bytes(b"\n".join([GOOD, *BAD, GOOD]))
    policy.write_text("rules: [{categories: {suicide: {on: false}}}]", encoding="utf-8")
    given = [str(stored), "--out", str(tmp_path / "out"), "--candidate-policy", str(policy)]
    result = CliRunner().invoke(command, given, catch_exceptions=False)
    assert result.stdout.splitlines()[0] == f"2 captures scored, {len(BAD)} not"


def test_what_a_job_is_about_is_written_once_and_whole(tmp_path: Path) -> None:
    """Another share that begins at that moment reads it."""
    (tmp_path / "in.jsonl").write_bytes(GOOD)
    given: tuple[Path, Path, int, dict[str, Any]] = (tmp_path / "out", tmp_path / "in.jsonl", 2, {"versions": 1})
    begin(*given)
    written = (tmp_path / "out" / JOB).stat()
    begin(*given)
    again = (tmp_path / "out" / JOB).stat()
    assert (again.st_ino, again.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [JOB]


@pytest.mark.parametrize("left", [b"", b'{"input": "ab', b"\xff", b"[]"])
def test_a_folder_with_the_rest_of_a_job_is_named(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "in.jsonl").write_bytes(GOOD)
    (tmp_path / JOB).write_bytes(left)
    policy = tmp_path / "policy.yaml"
    policy.write_text("rules: []", encoding="utf-8")
    given = [str(tmp_path / "in.jsonl"), "--out", str(tmp_path), "--candidate-policy", str(policy)]
    result = CliRunner().invoke(command, given)
    assert result.exit_code == 2
    assert "holds no whole job.json; take a new folder" in result.stderr


def test_two_who_work_on_the_same_part_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.jsonl").write_bytes(GOOD)
    parts, real = Parts(tmp_path / "in.jsonl", tmp_path, 2), Path.replace
    others = [Parts(tmp_path / "in.jsonl", tmp_path, 2)]

    def meanwhile(path: Path, target: Path) -> Path:
        if others:
            others.pop().finish(0, lambda item: {"id": item.id})
        return real(path, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    parts.finish(0, lambda item: {"id": item.id})
    assert {path.name: path.read_text() for path in tmp_path.glob("part*")} == {"part-000000.jsonl": '{"id": "g"}\n'}
