"""Items that match far too often are set aside, and told."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.capture import Capture, CaptureContext
from domain.image_match import ImageMatch
from domain.verdict import Action, Verdict
from image_hash.quarantine import Quarantine
from image_hash.shelf import Shelf
from pipeline.build import with_quarantine
from pipeline.pipeline import Options, Pipeline
from serving.call import Call
from serving.caller import Caller
from serving.http_api import make_app
from serving.service import ScoringService
from tests.conftest import FixedScorer

POSTER = (Path(__file__).parents[1] / "demo" / "captures" / "feed_poster.png").read_bytes()


def match(item: str = "a", protected: bool = False) -> ImageMatch:
    return ImageMatch("bank", item, "pdq", 0, 100, 5, "violence", (0, 0, 9, 9), protected)


class Watched(Shelf):
    """Keeps in memory what a stored bank would, or refuses to."""

    def __init__(self, keeps: bool = True) -> None:
        self.keeps = keeps
        self.kept: set[tuple[str, str, str]] = set()
        self.released: list[tuple[str, str]] = []

    def keep(self, bank: str, item: str, tenant: str) -> bool:
        self.kept |= {(bank, item, tenant)} if self.keeps else set()
        return self.keeps

    def holds(self, bank: str, item: str, tenant: str) -> bool:
        return (bank, item, tenant) in self.kept

    def release(self, bank: str, item: str) -> None:
        self.released.append((bank, item))
        self.kept = {one for one in self.kept if one[:2] != (bank, item)}


@pytest.mark.parametrize("keeps", [True, False])
def test_an_item_that_matches_on_too_many_devices_is_set_aside_and_reported(
    keeps: bool, caplog: pytest.LogCaptureFixture
) -> None:
    shelf, now = Watched(keeps), [0.0]
    quarantine = Quarantine(3, shelf, lambda: now[0])
    for device in ("1", "2", "3", "1", "2", "3"):
        assert quarantine.watch([match()], device, "t") == (match(),)
    with caplog.at_level(logging.WARNING, "secondglance"):
        (aside,) = quarantine.watch([match()], "4", "t")
    assert aside.quarantined
    assert shelf.kept == ({("bank", "a", "t")} if keeps else set())
    assert "picture bank:a matched on 4 devices of tenant 't' within an hour; it was set aside" in caplog.text
    assert quarantine.watch([match("b"), match()], "1", "t") == (match("b"), aside)
    assert quarantine.aside() == quarantine.aside("t") == ([] if keeps else [("bank", "a")])
    quarantine.release("bank", "a")
    assert shelf.released == [("bank", "a")]
    for device in ("5", "6", "7"):
        assert quarantine.watch([match()], device, "t") == (match(),)


def test_devices_of_one_tenant_take_nothing_from_another() -> None:
    """Whoever holds a key may name as many devices as she likes."""
    quarantine = Quarantine(3, Watched(keeps=False))
    for device in range(60):
        quarantine.watch([match()], str(device), "north")
    assert quarantine.watch([match()], "1", "north")[0].quarantined
    assert quarantine.watch([match()], "1", "south") == (match(),)
    assert (quarantine.aside("north"), quarantine.aside("south")) == ([("bank", "a")], [])


def test_what_a_lead_takes_back_elsewhere_is_believed_at_once_and_counted_anew() -> None:
    shelf = Watched()
    quarantine = Quarantine(3, shelf)
    for device in "12345":
        quarantine.watch([match()], device, "t")
    assert quarantine.watch([match()], "1", "t")[0].quarantined
    shelf.release("bank", "a")
    assert [quarantine.watch([match()], device, "t")[0].quarantined for device in "1234"] == [False, False, False, True]


def test_matches_of_an_hour_ago_no_longer_count() -> None:
    now = [0.0]
    quarantine = Quarantine(2, Shelf(), lambda: now[0])
    for device in ("1", "2", "3", "4"):
        assert quarantine.watch([match()], device, "t") == (match(),)
        now[0] += 1800.0


def test_a_protected_item_is_reported_and_stays(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Watched()
    quarantine = Quarantine(1, shelf)
    with caplog.at_level(logging.WARNING, "secondglance"):
        for device in "123456":
            assert quarantine.watch([match(protected=True)], device, "t") == (match(protected=True),)
    assert caplog.text.count("it is protected and stays") == 1
    assert (shelf.kept, quarantine.aside()) == (set(), [])


def test_a_flood_raises_nothing_any_more_until_it_is_released(pipeline: Pipeline) -> None:
    watched = with_quarantine(replace(pipeline, scorer=FixedScorer()), 2)
    ours = replace(watched, tenant="anybody")  # whoever asks a service without keys

    def score(device: str) -> Any:
        return ours.score(Capture(device, image=POSTER, context=CaptureContext(device=device)))

    raised = [score(device) for device in "12"]
    assert {verdict.action for verdict in raised} == {Action.ALERT}
    flooded = score("3")
    assert [one.quarantined for one in flooded.image_matches] == [True]
    assert (flooded.severity, flooded.action) < (raised[0].severity, Action.REVIEW)
    service = ScoringService(watched)
    with TestClient(make_app(service)) as client:
        item = flooded.image_matches[0].item
        assert client.get("/v1/banks").json()["banks"][0]["quarantined"] == [item]
        client.post(f"/v1/banks/known_pictures/items/{item}:release").raise_for_status()
        assert client.get("/v1/banks").json()["banks"][0]["quarantined"] == []
    assert score("1").action is Action.ALERT


def test_captures_that_name_no_device_count_as_one(pipeline: Pipeline) -> None:
    """They may all be of one pupil, who looks at a picture for some minutes."""
    watched = with_quarantine(replace(pipeline, scorer=FixedScorer()), 2)
    verdicts = [watched.score(Capture(str(number), image=POSTER)) for number in range(4)]
    assert {verdict.action for verdict in verdicts} == {Action.ALERT}


def test_the_service_counts_for_the_tenant_that_asks(pipeline: Pipeline) -> None:
    service = ScoringService(with_quarantine(replace(pipeline, scorer=FixedScorer()), 2))

    def quarantined(device: str, tenant: str) -> bool:
        capture = Capture(device, image=POSTER, context=CaptureContext(device=device))
        verdict = service.score_now(capture, Options(), Call(caller=Caller(tenant)))
        assert isinstance(verdict, Verdict)
        return verdict.image_matches[0].quarantined

    assert [quarantined(device, "north") for device in "123"] == [False, False, True]
    assert [quarantined("1", tenant) for tenant in ("north", "south")] == [True, False]


def test_without_banks_or_a_limit_there_is_no_quarantine(pipeline: Pipeline) -> None:
    assert with_quarantine(pipeline, 0).quarantine is None
    assert with_quarantine(replace(pipeline, pictures=None), 5).quarantine is None
