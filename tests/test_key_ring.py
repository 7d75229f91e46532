"""A key that was taken away is taken away: whatever becomes of its file, and whatever else is wrong in it."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from cli.keys import revoke, rotate
from serving.caller import SCORE
from serving.key_file import changing, issue, read_keys, write_keys
from serving.key_ring import KeyRing

KEPT, GONE = (issue("north", frozenset({SCORE})) for _ in range(2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "keys.json"
    write_keys(made, [KEPT.record, GONE.record])
    return made


@pytest.fixture
def ring(path: Path) -> KeyRing:
    made = KeyRing(path, look_every_s=0.0)
    assert made.find(KEPT.key)
    assert made.find(GONE.key)
    return made


def entries(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["keys"]
    return found


def rewrite(path: Path, keys: list[Any]) -> None:
    path.write_text(json.dumps({"keys": keys}), encoding="utf-8")


def test_a_file_of_the_same_time_size_and_place_is_read_again(path: Path, ring: KeyRing) -> None:
    before = path.stat()
    content = path.read_text("utf-8")
    other = issue("north", frozenset({SCORE}))
    changed = content.replace(GONE.record.id, other.record.id).replace(GONE.record.sha256, other.record.sha256)
    path.write_text(changed, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (before.st_mtime_ns, before.st_size, before.st_ino)
    assert ring.find(GONE.key) is None
    assert ring.find(other.key)


def test_a_file_that_could_not_be_read_for_once_is_tried_again(
    path: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_keys(path, [KEPT.record])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        for _ in range(3):
            assert ring.find(GONE.key)
    assert caplog.text.count("cannot be read") == 1
    assert ring.find(GONE.key) is None
    assert ring.find(KEPT.key)


def test_a_folder_that_may_not_be_looked_into_is_no_fault_of_the_caller(
    path: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "stat", refuse)
    assert ring.find(KEPT.key)


@pytest.mark.parametrize(
    "fault", [{"colour": "red"}, {"scopes": ["root"]}, {"tenant": "two words"}, {"id": "typing error"}, None, 5]
)
def test_a_fault_in_one_key_keeps_no_other_that_was_revoked(path: Path, ring: KeyRing, fault: Any) -> None:
    kept = entries(path)[0]
    added = issue("south", frozenset({SCORE})).record.model_dump(mode="json")
    rewrite(path, [kept, {**added, **fault} if isinstance(fault, dict) else fault])
    assert ring.find(GONE.key) is None
    assert ring.find(KEPT.key)


def test_a_fault_in_one_key_keeps_no_other_that_has_ended(path: Path, ring: KeyRing) -> None:
    kept, gone = entries(path)
    rewrite(path, [{**kept, "colour": "red"}, {**gone, "expires": "2020-01-01T00:00:00Z"}])
    assert ring.find(GONE.key) is None
    assert ring.find(KEPT.key)


@pytest.mark.parametrize("half", [0, 1, 200])
def test_a_file_that_is_half_written_takes_nothing_away(path: Path, ring: KeyRing, half: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:half])
    assert ring.find(KEPT.key)
    path.write_bytes(content)
    assert ring.find(GONE.key)


def test_a_key_of_no_school_is_not_rotated_into_one_of_every_school(path: Path) -> None:
    rewrite(path, [{**entry, "sites": []} for entry in entries(path)])
    rotate.callback(path, KEPT.record.id, 7)  # type: ignore[misc]
    assert [record.sites for record in read_keys(path)] == [frozenset()] * 3


def test_what_is_revoked_is_not_written_back_by_whoever_read_the_file_before(path: Path) -> None:
    with changing(path):
        before = read_keys(path)
        revoking = threading.Thread(target=revoke.callback, args=(path, GONE.record.id))  # type: ignore[arg-type]
        revoking.start()
        revoking.join(0.3)
        write_keys(path, [*before, issue("south", frozenset({SCORE})).record])
    revoking.join(30)
    assert GONE.record.id not in {record.id for record in read_keys(path)}


def refuse(*_: Any, **__: Any) -> Any:
    raise PermissionError(13, "Permission denied")
