"""The form of an upload: an image and what is said of it, each once, and nothing else."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from domain.errors import InvalidRequest
from serving.shape_faults import faults

IMAGE, CAPTURE = "image", "capture"
_PARTS = {
    IMAGE: {"type": "string", "format": "binary", "description": "PNG, JPEG or WebP."},
    CAPTURE: {"type": "string", "default": "{}", "description": "JSON: id, context, evidence, read_all."},
}
UPLOAD_IN = {
    "type": "object",
    "description": "A form with an image and what is said of it, each once, and nothing else.",
    "properties": _PARTS,
    "required": [IMAGE],
    "additionalProperties": False,
}
_MEDIA = {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/UploadIn"}}}
UPLOAD = {"requestBody": {"required": True, "content": _MEDIA}}
"""As the OpenAPI document has it."""
_BYTES = b"; charset=latin-1"
"""With it the fields of a form are read as they were sent: what is no UTF-8 in them would be guessed otherwise."""


async def read_upload(request: Request) -> tuple[bytes, bytes]:
    """The image, and the JSON that came beside it.

    Raises:
        InvalidRequest: If there is not one image, or anything else than that and one capture.
        HTTPException: If the form is malformed.
    """
    headers = [(name, value + _BYTES * (name == b"content-type")) for name, value in request.headers.raw]
    async with Request({**request.scope, "headers": headers}, request.receive).form() as form:
        parts = form.multi_items()
        if wrong := list(_wrong(parts)):
            raise InvalidRequest(faults(wrong))
        (image,) = (part for _, part in parts if isinstance(part, UploadFile))
        capture = next((part for _, part in parts if isinstance(part, str)), "") or "{}"
        return await image.read(), capture.encode("latin-1")


def _wrong(parts: list[tuple[str, UploadFile | str]]) -> Iterator[dict[str, Any]]:
    counts = Counter(name for name, _ in parts)
    if not counts[IMAGE]:
        yield _fault(IMAGE, "Field required")
    for name, count in counts.items():
        if name not in _PARTS:
            yield _fault(name, "not a part of an upload, which are image and capture")
        elif count > 1:
            yield _fault(name, f"there {count} times")
    for name, content in parts:
        if name in _PARTS and isinstance(content, UploadFile) != (name == IMAGE):
            yield _fault(name, "is a file, with a filename" if name == IMAGE else "is no file, without a filename")


def _fault(name: str, what: str) -> dict[str, Any]:
    return {"loc": ("body", name), "type": "upload", "msg": what}
