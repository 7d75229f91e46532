"""What is remembered of a screen goes by tenant, school and device; without a device nothing is."""

from dataclasses import replace
from typing import Any

import pytest

from domain.capture import Capture, CaptureContext
from domain.page import Page
from ocr.engine import Owner, Reading
from pipeline.pipeline import Pipeline
from serving.bounded import bounded
from serving.call import Call
from serving.caller import Caller
from serving.slots import Slots


class Asked:
    def __init__(self) -> None:
        self.owners: list[Owner | None] = []

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        self.owners.append(owner)
        return Reading(Page.from_text(""), (1, 1), 1, 1)


@pytest.mark.parametrize(
    ("tenant", "context", "owner"),
    [
        ("north", CaptureContext(site="oak", device="pc-1"), ("north", "oak", "pc-1")),
        ("south", CaptureContext(site="oak", device="pc-1"), ("south", "oak", "pc-1")),
        ("north", CaptureContext(device="pc-1"), ("north", "", "pc-1")),
        ("north", CaptureContext(site="oak", user="somebody"), None),
        ("north", CaptureContext(site="oak", device=""), None),
    ],
)
def test_the_owner_of_a_screen(
    pipeline: Pipeline, tenant: str, context: CaptureContext, owner: Any, written: Any
) -> None:
    asked = Asked()
    whole = replace(pipeline, ocr=asked, pictures=None)  # type: ignore[arg-type]
    call = Call(caller=Caller(tenant))
    bounded(whole, Slots(1), call).score(Capture("a", image=written.png("x"), context=context))
    assert asked.owners == [owner]
