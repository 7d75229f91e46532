import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.main import main

ROOT = Path(__file__).parents[1]
CONTRACT = {"id", "severity", "category", "action", "degraded", "findings", "image_matches", "versions", "timing_ns"}
FINDING = {
    "phrase", "category", "grade", "severity", "assessed_category", "start", "end", "matched", "disguise", "boxes",
    "probability", "probabilities", "reason", "fingerprint", "evidence", "counterfactual",
}  # fmt: skip


def score(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, list[dict[str, Any]], str]:
    with pytest.raises(SystemExit) as stopped:
        main(["score", *args])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), [json.loads(line) for line in out.splitlines()], err


def bomb() -> bytes:
    """The header of a PNG of 40,000 x 40,000 pixels."""
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    data = bytearray(out.getvalue())
    data[16:24] = (40_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def test_json_lines_keep_order_and_a_bad_line_loses_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: Any
) -> None:
    (tmp_path / "good.png").write_bytes(written.png("he will bring a knife to school"))
    (tmp_path / "truncated.png").write_bytes(written.png("cut off in the middle")[:700])
    (tmp_path / "text.png").write_text("this is no picture", encoding="utf-8")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "bomb.png").write_bytes(bomb())
    lines: list[bytes] = [
        b'{"id": "a", "text": "i want to die", "context": {"channel": "chat"}}',
        b'{"id": "b", "image": "good.png"}',
        b'{"id": "c"',
        b'{"id": "d", "text": "caf\xe9"}',
        b'{"id": "e", "text": "' + b"x" * 1_000_000 + b'"}',
        b'{"id": "f", "image": "truncated.png"}',
        b'{"id": "g", "image": "text.png"}',
        b'{"id": "h", "image": "empty.png"}',
        b'{"id": "i", "image": "bomb.png"}',
        b'{"id": "j", "image": "nowhere.png"}',
        b'{"id": "k", "text": "x", "colour": "red"}',
        b'{"id": "l", "text": "x", "context": {"pupil": "y"}}',
        b'{"id": "m", "text": "x", "image": "good.png"}',
        b'{"text": "no id"}',
        b"[1]",
        b"",
        b'{"id": "n", "text": "homework", "context": null}',
        b'{"id": "' + b"o" * 2049 + b'", "text": "homework"}',
        b'{"id": "' + b"p" * 2049 + b'", "image": "good.png"}',
        b'{"id": "q", "image": "good.png", "context": {"user": "' + b"u" * 2049 + b'"}}',
        b'{"id": "\\ud800", "text": "homework"}',
        b'{"id": "r", "text": "homework", "\\ud800": 1}',
        b'{"id": "s", "text": "homework"}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    status, answers, _ = score(capsys, "--jsonl", str(tmp_path / "in.jsonl"))
    assert status == 1
    assert [answer["id"] for answer in answers] == [
        *("a", "b", None, None, *"efghijklm", None, None, "n", "o" * 2048, "p" * 2048, "q", None, "r", "s")
    ]
    kinds = [answer["error"]["type"] if "error" in answer else None for answer in answers]
    assert kinds == [
        None, None, "invalid_request", "invalid_text", "text_too_long", "invalid_image", "invalid_image",
        "invalid_image", "image_too_large", "invalid_request", "invalid_request", "invalid_request",
        "invalid_request", "invalid_request", "invalid_request", None, *["invalid_request"] * 5, None,
    ]  # fmt: skip
    assert [answer["error"]["detail"] for answer in answers[16:20]] == [
        "id: at most 2048 characters",
        "id: at most 2048 characters",
        "context.user: at most 2048 characters",
        "id: not valid Unicode",
    ]
    assert set(answers[0]) == CONTRACT
    assert set(answers[1]) == CONTRACT | {"text", "frame"}
    for answer in (answers[0], answers[1]):
        assert answer["findings"]
        for finding in answer["findings"]:
            assert set(finding) >= FINDING
    finding = answers[1]["findings"][0]
    assert answers[1]["text"][finding["start"] : finding["end"]] == finding["matched"]
    assert len(finding["boxes"]) == 1
    assert all(isinstance(side, int) for side in finding["boxes"][0])


def test_options_can_be_set_by_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.csv").write_text("phrase,grade,category\nblue kite,4,violence\n", encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "my blue kite flew away"}\n', encoding="utf-8")
    monkeypatch.setenv("SECONDGLANCE_LEXICON", str(tmp_path / "own.csv"))
    monkeypatch.setenv("SECONDGLANCE_READ_ALL", "1")
    _, answers, _ = score_ok(capsys, "--jsonl", str(tmp_path / "in.jsonl"))
    assert answers[0]["findings"][0]["phrase"] == "blue kite"
    assert len(answers[0]["reading"]) == 9


def score_ok(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, list[dict[str, Any]], str]:
    status, answers, err = score(capsys, *args)
    assert status == 0, err
    return status, answers, err


def test_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("see you at lunch", encoding="utf-8")
    (tmp_path / "b.doc").write_text("x", encoding="utf-8")
    status, answers, _ = score(capsys, str(tmp_path / "a.txt"), str(tmp_path / "b.doc"), str(tmp_path / "none.txt"))
    assert status == 1
    assert answers[0]["action"] == "dismiss"
    assert [answer["error"]["type"] for answer in answers[1:]] == ["invalid_request", "invalid_request"]


@pytest.mark.parametrize(
    ("option", "name", "content", "fault"),
    [
        ("--lexicon", "x.csv", "phrase,grade,category\nfoo,3,vaping\n", "x.csv:2: category 'vaping' is neither"),
        ("--policy", "p.yaml", "rules: 3", "p.yaml: rules"),
        ("--bank", "bank.csv", "id,severity\n1,2\n", "bank.csv"),
    ],
)
def test_a_bad_file_to_run_with_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, name: str, content: str, fault: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    status, answers, err = score(capsys, option, str(tmp_path / name), str(tmp_path / "a.txt"))
    assert (status, answers) == (2, [])
    assert fault in err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    for name in ("score", "serve", "lexicon", "bank", "model", "evaluate", "train", "export", "calibrate", "promote"):
        assert name in out
