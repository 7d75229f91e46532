"""What schemathesis cannot make up: pictures, texts that mean something, and names of things that are there.

It also says how far it is, every so many cases, on standard error.
"""

import atexit
import base64
import io
import json
import os
import sys
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import strategies as st
from PIL import Image

EVERY = 500
THERE = {"bank": "known_pictures", "item": "known-07", **json.loads(os.environ["THERE"])}
SENTENCE = "he said he will br1ng a kn1fe to the gate tomorrow. "
TEXTS = ("text", "input")
FORM = "/v1/captures"


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
    """Half of what is named is there, and what the tests put there is never deleted."""
    given = dict(path_parameters or {})
    if context.operation.method.upper() == "DELETE" or sum(len(str(value)) for value in given.values()) % 2 == 0:
        return path_parameters
    return {name: THERE.get(name, value) for name, value in given.items()}


@schemathesis.hook
def filter_body(context: Any, body: Any) -> bool:
    """A form has no way to write an empty list: it would be sent as if nothing had been given, which is right."""
    return not (isinstance(body, dict) and context.operation.path == FORM and [] in body.values())


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Every other text that is scored begins with words for the lexicon and the model."""
    if "blocklist" in context.operation.path:
        return body
    return with_words(body)


def with_words(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: with_words(part, str(inner)) for inner, part in value.items()}
    if isinstance(value, list):
        return [with_words(part, name) for part in value]
    return SENTENCE + value if name in TEXTS and isinstance(value, str) and len(value) % 2 else value


statuses: Counter[int] = Counter()


@atexit.register
def tell() -> None:
    print(f"{statuses.total()} answers: {dict(sorted(statuses.items()))}", file=sys.stderr, flush=True)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    statuses[response.status_code] += 1
    if statuses.total() % EVERY == 0:
        tell()
