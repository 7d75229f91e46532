"""What holds for every HTTP request: its name, its problems, its deadline, its repeats, and ETags."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.errors import OcrFailed, Overloaded
from domain.hit import ContextWindow
from models.scorer import WindowScores
from pipeline.pipeline import Pipeline
from serving.body_limit import BodyLimit
from serving.call import new_call
from serving.caller import Caller
from serving.http_api import make_app
from serving.http_call import PATIENCE_S, HttpCall
from serving.idempotency import _fingerprint
from serving.limits import Limits
from serving.service import ScoringService
from tests.conftest import FixedScorer, HeldScorer

LIMITS = Limits(text_threads=1, image_threads=1, scorer_slots=1)
JSON = {"content-type": "application/json"}
TEXT = {"id": "a", "text": "he said he would stab me at the gate"}


class CountingScorer(FixedScorer):
    """Fails with what it is given, if it is given anything."""

    fault: Exception | None = None

    def score(self, window: ContextWindow) -> WindowScores:
        if self.fault:
            raise self.fault
        return super().score(window)


@pytest.fixture
def scorer() -> CountingScorer:
    return CountingScorer()


@pytest.fixture
def service(pipeline: Pipeline, scorer: CountingScorer) -> ScoringService:
    return ScoringService(replace(pipeline, scorer=scorer), LIMITS)


@pytest.fixture
def client(service: ScoringService) -> Iterator[TestClient]:
    with TestClient(make_app(service), raise_server_exceptions=False) as opened:
        yield opened


def test_every_answer_carries_the_request_id(client: TestClient) -> None:
    given = client.post("/v1/score", json=TEXT, headers={"x-request-id": "sensor-7:42"})
    assert given.headers["x-request-id"] == "sensor-7:42"
    made = {client.get(path).headers["x-request-id"] for path in ("/livez", "/nowhere", "/v1/model")}
    assert len(made) == 3
    assert all(len(name) == 32 for name in made)
    for bad in ("", "with space", "x" * 129, "new\tline"):
        assert client.get("/livez", headers={"x-request-id": bad}).headers["x-request-id"] != bad


@pytest.mark.parametrize(
    ("request_", "status", "kind"),
    [
        ({"url": "/nowhere", "method": "GET"}, 404, "not_found"),
        ({"url": "/v1/score", "method": "GET"}, 405, "method_not_allowed"),
        ({"content": b'{"id": ', "headers": {"content-type": "application/json"}}, 400, "malformed_request"),
        ({"content": b'"\xff"', "headers": {"content-type": "application/json"}}, 400, "malformed_request"),
        ({"content": b"[" * 20_000, "headers": {"content-type": "application/json"}}, 400, "malformed_request"),
        ({"content": json.dumps(TEXT), "headers": {"content-type": "text/plain"}}, 415, "unsupported_media_type"),
        ({"json": {"id": "a"}}, 422, "invalid_request"),
        ({"json": {**TEXT, "evidence": 1}}, 422, "invalid_request"),
        ({"content": b'{"id": "\\ud800", "text": "x"}', "headers": JSON}, 422, "invalid_request"),
        ({"content": b'{"id": "a", "text": "\\ud800"}', "headers": JSON}, 422, "invalid_text"),
        ({"content": b'{"id": "a", "text": NaN}', "headers": JSON}, 422, "invalid_request"),
        ({"content": b'{"id": ' + b"9" * 5000 + b"}", "headers": JSON}, 400, "malformed_request"),
        ({"url": "/v1/active:rollback"}, 409, "conflict"),
        ({"json": TEXT, "headers": {"x-request-timeout": "soon"}}, 422, "invalid_request"),
        ({"json": TEXT, "headers": {"x-request-timeout": "-1"}}, 422, "invalid_request"),
        ({"json": TEXT, "headers": {"x-request-timeout": "1_0"}}, 422, "invalid_request"),
        ({"json": TEXT, "headers": {"x-request-timeout": "nan"}}, 422, "invalid_request"),
        ({"json": TEXT, "headers": {"idempotency-key": "two words"}}, 422, "invalid_request"),
        ({"url": "/v1/captures", "files": {"image": b"no picture"}}, 422, "invalid_image"),
        ({"url": "/v1/captures", "data": {"capture": "{}"}}, 422, "invalid_request"),
    ],
)  # fmt: skip
def test_every_fault_is_a_problem_with_its_code(
    client: TestClient, request_: dict[str, Any], status: int, kind: str
) -> None:
    answer = client.request(**{"method": "POST", "url": "/v1/score", **request_})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["type"], problem["status"]) == (f"urn:secondglance:{kind}", status)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["detail"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "the body is empty"),
        (b'{"text": "canary \xe9"}', "the body is not JSON: not valid UTF-8 (byte 17)"),
        (b'{"canary": ' + b"1" * 5000 + b"}", "the body is not JSON: an integer of more than 4300 digits"),
        (b'{"canary": ' + b"[" * 20_000, "the body is not JSON: nested too deeply"),
        (b'{"canary": }', "the body is not JSON: body.11: JSON decode error"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/score", "/v1/score:batch", "/v1/verdicts:group"])
def test_a_body_that_cannot_be_read_is_malformed_and_it_is_said_why(
    client: TestClient, path: str, body: bytes, fault: str
) -> None:
    answer = client.post(path, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:secondglance:malformed_request")
    assert answer.json()["detail"] == fault
    assert "canary" not in answer.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("path", ["/v1/score", "/v1/pictures:hash", "/v1/moderations"])
def test_json_in_anything_but_utf_8_is_refused(client: TestClient, path: str, encoding: str) -> None:
    body = json.dumps({"id": "a", "text": "homework", "input": "homework"}).encode(encoding)
    whole = client.post(path, content=body, headers=JSON)
    in_bytes = client.post(path, content=(body[at : at + 1] for at in range(len(body))), headers=JSON)
    assert [(answer.status_code, "not in UTF-8" in answer.text) for answer in (whole, in_bytes)] == [(400, True)] * 2


def test_of_a_name_that_stands_twice_the_last_counts(client: TestClient) -> None:
    answer = client.post("/v1/score", content=b'{"id": "a", "text": "x", "id": "b"}', headers=JSON)
    assert answer.json()["id"] == "b"


def test_a_method_that_is_not_allowed_names_all_that_are(client: TestClient) -> None:
    answer = client.post("/contentsafety/text/blocklists/mine")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PATCH")


def test_every_status_is_documented_and_so_is_the_scope(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    score = document["paths"]["/v1/score"]["post"]
    assert " ".join(score["responses"]) == "200 400 401 403 408 409 413 415 422 429 500 503 504"
    assert score["security"][0] == {"bearer": ["score"]}
    drop_in = document["paths"]["/v1/moderations"]["post"]["responses"]
    assert "422" not in drop_in
    assert drop_in["400"] == {"$ref": "#/components/responses/OpenAIError400"}
    assert "security" not in document["paths"]["/livez"]["get"]


def test_an_unforeseen_fault_is_a_problem_without_its_message(
    client: TestClient, scorer: CountingScorer, caplog: pytest.LogCaptureFixture
) -> None:
    scorer.fault = ValueError("canary words of a pupil")
    answer = client.post("/v1/score", json=TEXT)
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:secondglance:internal")
    assert "canary" not in answer.text
    assert "canary" not in caplog.text
    assert f"call {answer.json()['request_id']}" in caplog.text
    assert "ValueError at " in caplog.text
    batch = {"captures": [TEXT, {"id": "b", "text": "homework"}]}
    verdicts = client.post("/v1/score:batch", json=batch).json()["verdicts"]
    assert verdicts[0]["error"]["type"] == "internal"
    assert verdicts[1]["action"] == "dismiss"


def test_refusals_say_when_to_come_back(client: TestClient, service: ScoringService) -> None:
    def refuse(*_: Any) -> Any:
        raise Overloaded("full", 2.3)

    service._texts.submit = refuse  # type: ignore[method-assign]
    for path, body in (("/v1/score", TEXT), ("/v1/score:batch", {"captures": [TEXT, TEXT]})):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert answer.json()["type"] == "urn:secondglance:overloaded"
    mixed = client.post("/v1/score:batch", json={"captures": [TEXT, {"id": "b", "image": ""}]})
    assert [v["error"]["type"] for v in mixed.json()["verdicts"]] == ["overloaded", "invalid_image"]


def test_a_deadline_that_leaves_no_time_for_the_model_gives_the_grade(
    client: TestClient, scorer: CountingScorer
) -> None:
    verdict = client.post("/v1/score", json=TEXT, headers={"x-request-timeout": "0.04"}).json()
    if "action" in verdict:  # on a slow machine it is refused instead, as late as that
        assert verdict["degraded"]
        assert {f["reason"] for f in verdict["findings"]} == {"degraded"}
        assert verdict["action"] != "dismiss"
    else:
        assert verdict["type"] == "urn:secondglance:overloaded"
    assert scorer.windows == []


def test_a_request_with_a_key_is_worked_on_once(client: TestClient, scorer: CountingScorer) -> None:
    first = client.post("/v1/score", json=TEXT, headers={"idempotency-key": "k1", "x-request-id": "one"})
    worked = len(scorer.windows)
    second = client.post("/v1/score", json=TEXT, headers={"idempotency-key": "k1", "x-request-id": "two"})
    assert (first.status_code, second.content) == (200, first.content)
    assert (second.headers["x-request-id"], len(scorer.windows)) == ("two", worked)
    other = client.post("/v1/score", json={**TEXT, "id": "b"}, headers={"idempotency-key": "k1"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:secondglance:invalid_request")
    client.post("/v1/score", json=TEXT, headers={"idempotency-key": "k2"})
    assert len(scorer.windows) == 2 * worked


def test_an_answer_without_a_body_is_kept_too(client: TestClient) -> None:
    path = "/contentsafety/text/blocklists/places"
    client.patch(path, json={})
    items = {"blocklistItems": [{"text": "bandstand"}]}
    added = client.post(f"{path}:addOrUpdateBlocklistItems", json=items).json()["blocklistItems"]
    gone = {"blocklistItemIds": [added[0]["blocklistItemId"]]}
    keyed = {"idempotency-key": "gone"}
    answers = [client.post(f"{path}:removeBlocklistItems", json=gone, headers=keyed) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


def test_an_upload_that_is_sent_again_with_another_boundary_is_the_same_request() -> None:
    def fingerprint(boundary: str, content: str) -> bytes:
        headers = [(b"content-type", f"multipart/form-data; boundary={boundary}".encode())]
        body = f"--{boundary}\r\n{content}\r\n--{boundary}--".encode()
        return _fingerprint({"type": "http", "headers": headers}, body)

    assert fingerprint("one", "x") == fingerprint("two", "x") != fingerprint("two", "y")
    assert fingerprint("one", "one") != fingerprint("one", "")  # what is sent may hold the same letters
    assert fingerprint("one", "a\r\n--one\r\nb") != fingerprint("one", "a\r\n--\r\nb")
    assert fingerprint("one", "a\r\n--one\r\nb") == fingerprint("two", "a\r\n--two\r\nb")
    assert fingerprint("one", "a\r\n--one\r\nb") != fingerprint("one", "a\r\nb")  # nor are the parts run together


def test_a_failure_is_not_kept(client: TestClient, service: ScoringService) -> None:
    asked = {"json": TEXT, "headers": {"idempotency-key": "again"}}
    whole = service.pipeline
    service.active.pipeline = replace(whole, first_look=None)  # type: ignore[arg-type]
    assert client.post("/v1/score", **asked).status_code == 500  # type: ignore[arg-type]
    service.active.pipeline = whole
    assert client.post("/v1/score", **asked).status_code == 200  # type: ignore[arg-type]


def test_what_is_active_has_an_etag(client: TestClient, service: ScoringService) -> None:
    for path in ("/v1/lexicon", "/v1/model", "/v1/policy"):
        tag = client.get(path).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            same = client.get(path, headers={"if-none-match": known})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert client.get(path, headers=[("if-none-match", '"other"'), ("if-none-match", tag)]).status_code == 304
        assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    tag = client.get("/v1/model").headers["etag"]
    versions = replace(service.pipeline.versions, model="sg-other")
    service.active.pipeline = replace(service.pipeline, versions=versions)
    assert client.get("/v1/model", headers={"if-none-match": tag}).json()["name"] == "sg-other"


async def asgi(app: Any, body: bytes, whole: bool, hang_up: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Sends a body over bare ASGI, the whole of it or not, and hangs up; returns what was answered."""
    events = iter([{"type": "http.request", "body": body, "more_body": not whole}])
    sent: list[Any] = []

    async def receive() -> Any:
        event = next(events, None)
        if event is None:
            await hang_up()
        return event or {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/score", "raw_path": b"/v1/score", "query_string": b"",
        "headers": [(b"content-type", b"application/json")], "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, send)
    return sent


def test_work_of_a_caller_who_hung_up_is_dropped(pipeline: Pipeline, held: HeldScorer) -> None:
    service = ScoringService(replace(pipeline, scorer=held), LIMITS)
    app = make_app(service)
    far = " and then we went home and had tea and talked for hours about nothing. " * 40
    body = json.dumps({"id": "a", "text": f"he would stab me{far}i want to die{far}kys"}).encode()

    async def hang_up() -> None:
        async def once_begun() -> None:
            await asyncio.to_thread(held.entered.wait, 20)

        first = asyncio.create_task(asgi(app, body, True, once_begun))
        await once_begun()
        second = asyncio.create_task(asgi(app, body, True, once_begun))  # waits behind the first, and never begins
        assert await asyncio.gather(first, second) == [[], []]

    asyncio.run(hang_up())
    held.go.set()
    service._texts.close()
    assert len(held.windows) == 1
    assert service._texts.waiting == 0


def test_a_body_that_comes_too_slowly_is_refused(service: ScoringService) -> None:
    app = make_app(ScoringService(service.pipeline, replace(LIMITS, longest_s=0.05)))
    sent = asyncio.run(asgi(app, b"{", False, lambda: asyncio.sleep(30)))
    assert (sent[0]["status"], json.loads(sent[1]["body"])["type"]) == (408, "urn:secondglance:request_timeout")


@pytest.mark.parametrize(
    ("together", "tenants", "refused"),
    [(150, "aa", [False, True]), (150, "ab", [False, True]), (400, "aaab", [False, False, True, False])],
)
def test_too_many_bytes_at_once_are_refused(together: int, tenants: str, refused: list[bool]) -> None:
    async def read_all(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            continue

    limit = BodyLimit(read_all, limit=100, together=together)
    bodies = [{"type": "http.request", "body": b"x" * 90, "more_body": True}, {"type": "http.request"}]

    async def send_all() -> list[Any]:
        all_in = asyncio.Event()

        async def send_one(tenant: str) -> Any:
            events = iter(bodies)

            async def receive() -> Any:
                event = next(events)
                if not event.get("more_body"):
                    await all_in.wait()
                return event

            call = new_call(caller=Caller(tenant))
            return await limit({"type": "http", "state": {"call": call}}, receive, None)  # type: ignore[arg-type]

        tasks = [asyncio.create_task(send_one(tenant)) for tenant in tenants]
        await asyncio.sleep(0)
        all_in.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    kinds = [Overloaded if no else type(None) for no in refused]
    assert [type(outcome) for outcome in asyncio.run(send_all())] == kinds
    assert limit._room.held == 0


def test_an_ocr_failure_is_503(client: TestClient, service: ScoringService) -> None:
    class Broken:
        def read(self, image: bytes, owner: object = None) -> Any:
            raise OcrFailed("the OCR worker died")

    service.active.pipeline = replace(service.pipeline, ocr=Broken())  # type: ignore[arg-type]
    answer = client.post("/v1/captures", files={"image": b"\x89PNG\r\n\x1a\n"})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:secondglance:ocr_failed")


def test_a_caller_who_leaves_with_the_answer_has_not_hung_up(service: ScoringService) -> None:
    finished: list[bool] = []

    async def run() -> None:
        out = asyncio.Event()
        given = iter([{"type": "http.request", "body": b"{}", "more_body": False}])

        async def receive() -> dict[str, Any]:
            request = next(given, None)
            if request is None:
                await out.wait()
            return request or {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                out.set()
                await asyncio.sleep(0.01)

        async def app(_: Any, receive: Any, send: Any) -> None:
            await receive()
            await asyncio.sleep(2 * PATIENCE_S)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            finished.append(True)

        scope = {"type": "http", "headers": [], "path": "/"}
        await HttpCall(app, service)(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(run())
    assert finished == [True]
