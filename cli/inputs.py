"""Reads what `secondglance score` is given: paths, or JSON lines."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from domain.capture import MAX_IMAGE_BYTES, MAX_TEXT_BYTES, Capture, CaptureContext
from domain.errors import ImageTooLarge, InvalidRequest, InvalidText, SecondglanceError, TextTooLong
from serving.schemas import CaptureIn, check_label, told_id
from serving.shape_faults import faults

IMAGES = (".png", ".jpg", ".jpeg", ".webp")
LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to score, or why it cannot be.

    Attributes:
        id: As it is told: as given, but for one that is too long or no Unicode; None where it could not be read.
        capture: The capture, or the error that stands in its place.
    """

    id: str | None
    capture: Capture | SecondglanceError


def read_paths(paths: Iterable[Path]) -> Iterator[Input]:
    """Reads images and `.txt` files; the id is the path as given, in Unicode."""
    for path in paths:
        shown = _shown(path)
        yield Input(shown, _read_path(path, shown, CaptureContext()))


def read_json_lines(lines: Iterable[bytes], folder: Path, first: int = 1) -> Iterator[Input]:
    """Reads JSON lines, of which the first has a number; image paths are relative to the folder."""
    for number, line in enumerate(lines, first):
        if line.strip():
            yield _read_line(line, number, folder)


def _read_line(line: bytes, number: int, folder: Path) -> Input:
    identity: str | None = None
    try:
        try:
            data = json.loads(line)
        except UnicodeDecodeError:
            raise InvalidText(f"line {number} is not valid UTF-8") from None
        except (ValueError, RecursionError) as error:
            raise InvalidRequest(f"line {number} is not JSON: {error}") from None
        if not isinstance(data, dict):
            raise InvalidRequest(f"line {number} is not a JSON object")
        if data.get("id") is not None and not isinstance(data["id"], str):
            raise InvalidRequest(f"line {number}: id must be a string")
        if data.get("id") is None:
            raise InvalidRequest(f"line {number} has no id")
        identity = told_id(data["id"])
        return Input(identity, _to_capture(data, folder))
    except SecondglanceError as error:
        return Input(identity, error)


def _to_capture(data: dict[str, object], folder: Path) -> Capture | SecondglanceError:
    try:
        body = CaptureIn.model_validate(data)
    except ValidationError as error:
        return InvalidRequest(faults(error.errors()))
    if body.image is None or body.text is not None:
        return body.to_capture()
    check_label("id", body.id)
    check_label("image", body.image, LONGEST_PATH)
    if "\0" in body.image:
        raise InvalidRequest("image: not a path")
    return _read_path(folder / body.image, body.id, body.context.to_context(), image=True)


def _read_path(path: Path, identity: str, context: CaptureContext, image: bool = False) -> Capture | SecondglanceError:
    image, name = image or path.suffix.lower() in IMAGES, _shown(path.name)
    if not image and path.suffix.lower() != ".txt":
        return InvalidRequest(f"{name}: neither an image ({', '.join(IMAGES)}) nor a .txt file")
    try:
        size = path.stat().st_size
        if image and size > MAX_IMAGE_BYTES:
            return ImageTooLarge(f"{name} has {size} bytes; at most {MAX_IMAGE_BYTES} are accepted")
        if not image and size > MAX_TEXT_BYTES:
            return TextTooLong(f"{name} has {size} bytes; at most {MAX_TEXT_BYTES} are accepted")
        data = path.read_bytes()
    except OSError as error:
        return InvalidRequest(f"{name}: cannot be read ({error.strerror})")
    if image:
        return Capture(identity, image=data, context=context)
    try:
        return Capture(identity, text=data.decode("utf-8"), context=context)
    except UnicodeDecodeError as error:
        return InvalidText(f"{name} is not valid UTF-8 (byte {error.start})")


def _shown(path: Path | str) -> str:
    """A path as it can be written: a file's name may be bytes that are no Unicode."""
    return os.fsencode(path).decode("utf-8", "replace")
