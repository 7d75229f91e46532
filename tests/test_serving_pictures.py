"""Calls about pictures: HTTP and gRPC give the same answers, faults are named."""

import asyncio
import base64
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import grpc
import grpc.aio
import pytest
from fastapi.testclient import TestClient
from google.protobuf.json_format import MessageToDict, ParseDict
from PIL import Image

from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.lookup import PictureFinder
from image_hash.quarantine import Quarantine
from image_hash.stored_bank import StoredBank
from pipeline.build import with_quarantine
from pipeline.pipeline import Pipeline
from serving.grpc_api import GrpcServer
from serving.http_api import make_app
from serving.limits import Limits
from serving.pictures import PictureGiven, PictureService
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from tests.conftest import FixedScorer

DEMO = Path(__file__).parents[1] / "demo"
KNOWN = (DEMO / "pictures" / "known-07.png").read_bytes()
OTHER = (DEMO / "pictures" / "landscape.png").read_bytes()
POSTER = (DEMO / "captures" / "feed_poster.png").read_bytes()


@pytest.fixture
def service(pipeline: Pipeline) -> ScoringService:
    limits = Limits(text_threads=1, image_threads=1, scorer_slots=1)
    return ScoringService(replace(pipeline, scorer=FixedScorer()), limits)


@pytest.fixture
def client(service: ScoringService) -> Iterator[TestClient]:
    with TestClient(make_app(service)) as opened:
        yield opened


def text_of(image: bytes) -> str:
    return base64.b64encode(image).decode()


def over_grpc(service: ScoringService, call: Callable[[Any], Any]) -> dict[str, Any]:
    """One call about pictures over a real connection, in the shape of the JSON API."""

    async def run() -> dict[str, Any]:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                answer = await call(scoring_pb2_grpc.PicturesStub(channel))
        finally:
            await server.stop(0)
        out = MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        for match in out.get("matches", ()):
            match["box"] = [match["box"][side] for side in ("left", "top", "right", "bottom")]
        return out

    return asyncio.run(run())


def test_hashes_are_the_same_over_both_transports(client: TestClient, service: ScoringService) -> None:
    told = client.post("/v1/pictures:hash", json={"image": text_of(KNOWN)}).raise_for_status().json()
    assert [len(told[name]) for name in ("pdq", "phash", "md5", "sha256")] == [64, 16, 32, 64]
    assert told["quality"] >= 50
    assert told["made_with"].startswith("pdqhash ")
    assert over_grpc(service, lambda stub: stub.Hash(pb.HashRequest(image=KNOWN)))["hashes"] == told


def test_a_picture_a_capture_and_a_hash_are_looked_up(client: TestClient, service: ScoringService) -> None:
    hashes = client.post("/v1/pictures:hash", json={"image": text_of(KNOWN)}).json()
    given = {name: hashes[name] for name in ("pdq", "quality")}
    asked = {
        "picture": ({"image": text_of(KNOWN)}, pb.LookupRequest(picture=pb.Picture(image=KNOWN))),
        "capture": (
            {"image": text_of(POSTER), "regions": True},
            pb.LookupRequest(picture=pb.Picture(image=POSTER), regions=True),
        ),
        "frame alone": ({"image": text_of(POSTER)}, pb.LookupRequest(picture=pb.Picture(image=POSTER))),
        "hash": (given, pb.LookupRequest(picture=pb.Picture(hashes=pb.PictureHashes(**given)))),
        "another": ({"image": text_of(OTHER)}, pb.LookupRequest(picture=pb.Picture(image=OTHER))),
    }
    found = {}
    for name, (body, request) in asked.items():
        told = client.post("/v1/pictures:lookup", json=body).raise_for_status().json()
        assert over_grpc(service, lambda stub, request=request: stub.Lookup(request)) == told
        found[name] = [(match["bank"], match["item"], match["distance"]) for match in told["matches"]]
    known = [("known_pictures", "known-07", 0)]
    assert (found["picture"], found["hash"]) == (known, known)
    assert "known_pictures" in {match[0] for match in found["capture"]}
    assert found["frame alone"] == found["another"] == []


def test_no_event_loop_asks_the_banks(service: ScoringService, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(*_: object) -> str:
        asked.append(threading.current_thread().name)
        return "0" * 64

    monkeypatch.setattr(PictureFinder, "digest", property(note))
    monkeypatch.setattr(Quarantine, "marked", lambda _, found, tenant: (note(), found)[1])
    service.active.pipeline = with_quarantine(service.pipeline, 2)
    found, _ = asyncio.run(PictureService(service).lookup(PictureGiven(KNOWN, {}, 100), False))
    assert [match.item for match in found] == ["known-07"]
    assert [name.partition("-")[0] for name in asked] == ["image", "image"]


def test_two_pictures_are_compared(client: TestClient, service: ScoringService) -> None:
    cases = [(KNOWN, KNOWN, True), (KNOWN, OTHER, False)]
    for one, other, match in cases:
        body = {"one": {"image": text_of(one)}, "other": {"image": text_of(other)}}
        told = client.post("/v1/pictures:compare", json=body).raise_for_status().json()
        request = pb.CompareRequest(one=pb.Picture(image=one), other=pb.Picture(image=other))
        assert over_grpc(service, lambda stub, request=request: stub.Compare(request)) == told
        assert (told["match"], told["same_file"]) == (match, match)
    partly = {"one": {"pdq": "0" * 64}, "other": {"phash": "0" * 16}}
    assert client.post("/v1/pictures:compare", json=partly).json() == {
        "pdq": None,
        "phash": None,
        "same_file": False,
        "match": False,
    }


def test_verdicts_are_grouped_as_they_were_answered(client: TestClient, service: ScoringService) -> None:
    scored = [
        client.post("/v1/score", json={"id": name, "image": text_of(image)}).raise_for_status().json()
        for name, image in (("a", POSTER), ("b", POSTER), ("c", KNOWN))
    ]
    scored.append(client.post("/v1/score", json={"id": "d", "text": "homework"}).json())
    told = client.post("/v1/verdicts:group", json={"verdicts": scored}).raise_for_status().json()
    assert told == {"incidents": [{"captures": ["a", "b"]}, {"captures": ["c"]}, {"captures": ["d"]}]}
    verdicts = [pb.Verdict(id=one["id"]) for one in scored]
    for message, one in zip(verdicts, scored, strict=True):
        if "frame" in one:
            ParseDict(one["frame"], message.frame)
        message.findings.extend(pb.Finding(fingerprint=finding["fingerprint"]) for finding in one["findings"])
        message.image_matches.extend(pb.ImageMatch(bank=m["bank"], item=m["item"]) for m in one["image_matches"])
    assert over_grpc(service, lambda stub: stub.Group(pb.GroupRequest(verdicts=verdicts))) == told


def test_a_verdict_that_does_not_tell_all_joins_no_card(client: TestClient, service: ScoringService) -> None:
    frame = {"pdq": "0" * 64, "quality": 100}
    given = [{"id": name, "frame": frame} | more for name, more in (("a", {}), ("b", {"more_findings": 1}), ("c", {}))]
    told = client.post("/v1/verdicts:group", json={"verdicts": given}).raise_for_status().json()
    assert told == {"incidents": [{"captures": ["a", "c"]}, {"captures": ["b"]}]}
    verdicts = [ParseDict(one, pb.Verdict()) for one in given]
    assert over_grpc(service, lambda stub: stub.Group(pb.GroupRequest(verdicts=verdicts))) == told


LONG = "x" * 2049
UNGROUPED = {
    "id": {"id": LONG},
    "fingerprint": {"id": "a", "findings": [{"fingerprint": LONG}]},
    "bank": {"id": "a", "image_matches": [{"bank": LONG, "item": "b"}]},
    "item": {"id": "a", "image_matches": [{"bank": "b", "item": LONG}]},
    "fewer than none": {"id": "a", "more_findings": -1},
    "quality": {"id": "a", "frame": {"pdq": "0" * 64, "quality": 101}},
}


@pytest.mark.parametrize("given", UNGROUPED.values(), ids=UNGROUPED.keys())
def test_a_verdict_that_was_never_answered_is_not_grouped(
    client: TestClient, service: ScoringService, given: dict[str, Any]
) -> None:
    told = client.post("/v1/verdicts:group", json={"verdicts": [given]})
    assert (told.status_code, told.json()["type"]) == (422, "urn:secondglance:invalid_request")
    request = pb.GroupRequest(verdicts=[ParseDict(given, pb.Verdict())])
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        over_grpc(service, lambda stub: stub.Group(request))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("quality", [-1, 101])
def test_a_quality_that_pdq_never_has_is_refused(client: TestClient, service: ScoringService, quality: int) -> None:
    hashes = {"pdq": "0" * 64, "quality": quality}
    assert client.post("/v1/pictures:lookup", json=hashes).json()["type"] == "urn:secondglance:invalid_request"
    request = pb.LookupRequest(picture=pb.Picture(hashes=pb.PictureHashes(**hashes)))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        over_grpc(service, lambda stub: stub.Lookup(request))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_quality_of_0_is_given_and_matches_nothing_over_both_transports(
    client: TestClient, service: ScoringService
) -> None:
    hashes = client.post("/v1/pictures:hash", json={"image": text_of(KNOWN)}).json()
    for name in ("pdq", "phash"):
        for said, known in (({}, ["known-07"]), ({"quality": 100}, ["known-07"]), ({"quality": 0}, [])):
            given = {name: hashes[name]} | said
            told = client.post("/v1/pictures:lookup", json=given).raise_for_status().json()
            assert [match["item"] for match in told["matches"]] == known, given
            request = pb.LookupRequest(picture=pb.Picture(hashes=pb.PictureHashes(**given)))
            assert over_grpc(service, lambda stub, request=request: stub.Lookup(request)) == told


def test_that_a_blank_has_no_quality_is_said_and_may_be_sent_back(client: TestClient, service: ScoringService) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "PNG")
    told = client.post("/v1/pictures:hash", json={"image": text_of(out.getvalue())}).raise_for_status().json()
    hashes = over_grpc(service, lambda stub: stub.Hash(pb.HashRequest(image=out.getvalue())))["hashes"]
    assert hashes == told
    assert hashes["quality"] == 0
    sent_back = pb.PictureHashes.FromString(ParseDict(hashes, pb.PictureHashes()).SerializeToString())
    assert sent_back.HasField("quality"), "0 is on the wire"


def test_banks_are_told_over_both_transports(client: TestClient, service: ScoringService) -> None:
    answer = client.get("/v1/banks")
    (bank,) = answer.json()["banks"]
    assert (bank["name"], bank["items"], bank["quarantined"]) == ("known_pictures", 2, [])
    (other,) = over_grpc(service, lambda stub: stub.Banks(pb.BanksRequest()))["banks"]
    assert other == bank | {"items": "2"}  # JSON of protobuf writes 64 bits as a string
    assert client.get("/v1/banks", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


REQUEST = "invalid_request"
FAULTS = {
    "no picture": ("/v1/pictures:hash", {"image": text_of(b"no picture")}, "invalid_image"),
    "no base64": ("/v1/pictures:hash", {"image": "%"}, "invalid_image"),
    "nothing": ("/v1/pictures:lookup", {}, "invalid_request"),
    "both": ("/v1/pictures:lookup", {"image": text_of(KNOWN), "md5": "0" * 32}, "invalid_request"),
    "short": ("/v1/pictures:lookup", {"pdq": "00"}, "invalid_request"),
    "no hex": ("/v1/pictures:compare", {"one": {"md5": "z" * 32}, "other": {"md5": "0" * 32}}, "invalid_request"),
    "frame": (
        "/v1/verdicts:group",
        {"verdicts": [{"id": "a", "frame": {"pdq": "0", "quality": 1}}]},
        "invalid_request",
    ),
    "too many": ("/v1/verdicts:group", {"verdicts": [{"id": "a"}] * 1001}, "invalid_request"),
}


@pytest.mark.parametrize(("route", "body", "kind"), FAULTS.values(), ids=FAULTS.keys())
def test_faults_are_named(client: TestClient, route: str, body: dict[str, Any], kind: str) -> None:
    answer = client.post(route, json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:secondglance:{kind}")


def test_only_what_is_set_aside_is_released(client: TestClient, pipeline: Pipeline) -> None:
    without = client.post("/v1/banks/demo/items/x:release")
    assert (without.status_code, without.json()["detail"]) == (404, "the service keeps no quarantine")
    watched = ScoringService(with_quarantine(replace(pipeline, scorer=FixedScorer()), 2))
    with TestClient(make_app(watched)) as watching:
        for bank in ("known_pictures", "%00%0d%0a"):
            answer = watching.post(f"/v1/banks/{bank}/items/nothing:release")
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:secondglance:not_found")


def test_an_item_is_released_whatever_its_id(pipeline: Pipeline, tmp_path: Path) -> None:
    bank = StoredBank.create(tmp_path / "watch", BankDefinition())
    ids = ["a/b", "https://example.org/a?b=c#d", "100 % a:release", "n\u00e4me"]
    bank.add(BankItem(one, 4, "violence", md5=bytes(16)) for one in ids)
    finder = PictureFinder([bank])
    watched = ScoringService(with_quarantine(replace(pipeline, scorer=FixedScorer(), pictures=finder), 2))
    with TestClient(make_app(watched)) as client:
        for one in ids:
            bank.set_quarantined(one, True)
            answer = client.post(f"/v1/banks/watch/items/{quote(one, safe='')}:release")
            assert (answer.status_code, answer.json()) == (200, {"bank": "watch", "item": one})
            assert client.post(f"/v1/banks/watch/items/{quote(one, safe='')}:release").status_code == 404
    assert bank.quarantined() == []


def test_without_banks_nothing_is_known_and_a_fault_is_still_one(pipeline: Pipeline) -> None:
    bare = ScoringService(replace(pipeline, scorer=FixedScorer(), pictures=None))
    with TestClient(make_app(bare)) as client:
        assert client.post("/v1/pictures:lookup", json={"md5": "0" * 32}).json()["matches"] == []
        assert client.post("/v1/pictures:lookup", json={}).status_code == 422
        assert client.get("/v1/banks").json() == {"banks": []}
