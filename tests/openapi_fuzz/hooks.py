"""What schemathesis cannot make up: pictures, whole and broken, and names of things that are there."""

import base64
import io
from typing import Any

import schemathesis
from hypothesis import strategies as st
from PIL import Image


def encoded(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "white").save(out, form)
    return out.getvalue()


WHOLE = [encoded(form) for form in ("PNG", "JPEG", "WEBP")]
PICTURES = st.sampled_from([*WHOLE, *(image[: len(image) // 2] for image in WHOLE), b"", b"no picture"])

schemathesis.openapi.format("byte", PICTURES.map(lambda image: base64.b64encode(image).decode()))
schemathesis.openapi.format("binary", PICTURES)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Half of the blocklists that are named have one name, so that they are made, filled, read and emptied."""
    name = str((path_parameters or {}).get("blocklistName", ""))
    return {**path_parameters, "blocklistName": "kept"} if len(name) % 2 else path_parameters
