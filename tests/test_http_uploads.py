"""A picture that comes as a form: what the form may hold, how it is told from others, and where it is kept."""

import io
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pipeline.pipeline import Pipeline
from serving.http_api import make_app
from serving.limits import Limits
from serving.service import ScoringService

FIELD = '{"id": "é", "context": {"site": "oak"}}'.encode()


@pytest.fixture
def client(pipeline: Pipeline) -> Iterator[TestClient]:
    limits = Limits(text_threads=1, image_threads=1, scorer_slots=1)
    with TestClient(make_app(ScoringService(pipeline, limits)), raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([("id", None, b"abc")], "body.id: not a part"),
        ([("captures", None, FIELD)], "body.captures: not a part"),
        ([("words of a pupil", None, b"")], "body.?: not a part"),
        ([("image", "b.png", b"")], "body.image: there 2 times"),
        ([("capture", None, FIELD)] * 2, "body.capture: there 2 times"),
        ([("capture", "c.json", FIELD)], "body.capture: is no file"),
        ([("capture", None, FIELD.replace("é".encode(), b"\xe9"))], "the capture field: not valid UTF-8 (byte 8)"),
        ([("capture", None, FIELD[:-1])], "Invalid JSON"),
    ],
)
@pytest.mark.parametrize("charset", ["", "; charset=latin-1"])
def test_what_an_upload_does_not_have_is_refused(
    client: TestClient, parts: list[tuple[str, str | None, bytes]], fault: str, charset: str
) -> None:
    answer = client.post(**form([("image", "a.png", b"\x89PNG"), *parts], charset))
    assert (answer.status_code, fault in answer.json()["detail"]) == (422, True), answer.text


@pytest.mark.parametrize("charset", ["", "; charset=latin-1", "; charset=utf-16"])
def test_the_json_of_an_upload_is_utf_8(client: TestClient, charset: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    answer = client.post(**form([("capture", None, FIELD), ("image", "a.png", out.getvalue())], charset))
    assert (answer.status_code, answer.json().get("id")) == (200, "é"), answer.text


def form(parts: list[tuple[str, str | None, bytes]], charset: str) -> dict[str, Any]:
    """An upload, byte by byte."""
    body = b""
    for name, file, content in parts:
        filename = "" if file is None else f'; filename="{file}"'
        body += f'--x\r\ncontent-disposition: form-data; name="{name}"{filename}\r\n\r\n'.encode() + content + b"\r\n"
    headers = {"content-type": f"multipart/form-data; boundary=x{charset}"}
    return {"url": "/v1/captures", "content": body + b"--x--\r\n", "headers": headers}


def test_no_upload_is_written_to_disk(client: TestClient, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of more than a megabyte stay in memory as well: no folder for files in passing is needed."""
    pipeline.ocr.warm_up()
    out = io.BytesIO()
    Image.effect_noise((1500, 1000), 90).save(out, "PNG")
    assert len(out.getvalue()) > 2**20
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    answer = client.post("/v1/captures", files={"image": out.getvalue()})
    assert answer.status_code == 200, answer.text
