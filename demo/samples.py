"""The sample captures, and what the keyword stage alone would have made of them."""

import json
from dataclasses import dataclass
from pathlib import Path

from domain.verdict import Verdict
from pipeline.policy import CategoryPolicy

DEMO = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample capture and what it truly is.

    Attributes:
        path: The image.
        title: What to call it.
        genuine: Whether a lead should look at it.
        story: One sentence about the screen.
    """

    path: Path
    title: str
    genuine: bool
    story: str


def read_samples() -> list[Sample]:
    """The sample captures in order."""
    listed = json.loads((DEMO / "captures.json").read_text(encoding="utf-8"))
    return [Sample(DEMO / e["file"], e["title"], e["truth"] == "genuine", e["story"]) for e in listed]


def keyword_raised(verdict: Verdict) -> bool:
    """Whether the keyword stage alone would have put this capture in front of a lead."""
    review = CategoryPolicy().review
    pictures = any(match.severity >= review for match in verdict.image_matches)
    return pictures or any(finding.hit.grade >= review for finding in verdict.findings)
