"""Items that match far too often are set aside, and told."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.capture import Capture, CaptureContext
from domain.image_match import ImageMatch
from domain.verdict import Action
from image_hash.quarantine import Quarantine
from pipeline.build import with_quarantine
from pipeline.pipeline import Pipeline
from serving.http_api import make_app
from serving.service import ScoringService
from tests.conftest import FixedScorer

POSTER = (Path(__file__).parents[1] / "demo" / "captures" / "feed_poster.png").read_bytes()


def match(item: str = "a", protected: bool = False) -> ImageMatch:
    return ImageMatch("bank", item, "pdq", 0, 100, 5, "violence", (0, 0, 9, 9), protected)


def test_an_item_that_matches_on_too_many_devices_is_set_aside_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    kept: list[tuple[str, str, bool]] = []
    now = [0.0]
    quarantine = Quarantine(3, lambda *told: kept.append(told), lambda: now[0])
    for device in ("1", "2", "3", "1", "2", "3"):
        assert quarantine.watch([match()], device) == (match(),)
    with caplog.at_level(logging.WARNING, "secondglance"):
        (aside,) = quarantine.watch([match()], "4")
    assert aside.quarantined
    assert kept == [("bank", "a", True)]
    assert "picture bank:a matched on 4 devices within an hour; it was set aside" in caplog.text
    assert quarantine.watch([match("b"), match()], "1") == (match("b"), aside)
    assert quarantine.aside() == [("bank", "a")]
    quarantine.release("bank", "a")
    assert kept[-1] == ("bank", "a", False)
    assert quarantine.watch([match()], "5") == (match(),)


def test_matches_of_an_hour_ago_no_longer_count() -> None:
    now = [0.0]
    quarantine = Quarantine(2, lambda *_: None, lambda: now[0])
    for device in ("1", "2", "3", "4"):
        assert quarantine.watch([match()], device) == (match(),)
        now[0] += 1800.0


def test_a_protected_item_is_reported_and_stays(caplog: pytest.LogCaptureFixture) -> None:
    kept: list[object] = []
    quarantine = Quarantine(1, lambda *told: kept.append(told))
    with caplog.at_level(logging.WARNING, "secondglance"):
        for device in ("1", "2", "3"):
            assert quarantine.watch([match(protected=True)], device) == (match(protected=True),)
    assert caplog.text.count("it is protected and stays") == 1
    assert kept == []


def test_a_flood_raises_nothing_any_more_until_it_is_released(pipeline: Pipeline) -> None:
    watched = with_quarantine(replace(pipeline, scorer=FixedScorer()), 2)

    def score(device: str) -> Any:
        return watched.score(Capture(device, image=POSTER, context=CaptureContext(device=device)))

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


def test_without_banks_or_a_limit_there_is_no_quarantine(pipeline: Pipeline) -> None:
    assert with_quarantine(pipeline, 0).quarantine is None
    assert with_quarantine(replace(pipeline, pictures=None), 5).quarantine is None
