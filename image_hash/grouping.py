"""Captures of one incident put together, so that a lead sees one card."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.frame import FrameHash
from domain.verdict import Verdict
from image_hash.bank_item import MIN_QUALITY
from image_hash.compare import bits_apart
from image_hash.matching import PDQ_DISTANCE


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a capture showed.

    Attributes:
        frame: Hash of the whole capture; None for text.
        found: Names of what was found on it.
        whole: Whether that is all; of very many findings a verdict tells some.
    """

    frame: FrameHash | None
    found: frozenset[str]
    whole: bool = True


def sighting_of(verdict: Verdict) -> Sighting:
    """What a verdict's capture showed."""
    fingerprints = (finding.fingerprint for finding in verdict.findings)
    items = ((match.bank, match.item) for match in verdict.image_matches)
    return make_sighting(verdict.frame, fingerprints, items, verdict.more_findings)


def make_sighting(
    frame: FrameHash | None, fingerprints: Iterable[str], items: Iterable[tuple[str, str]], more: int = 0
) -> Sighting:
    """What a capture showed: fingerprints of its findings, banks and items of its pictures, findings not told."""
    found = {f"finding {name}" for name in fingerprints} | {f"picture {bank}:{item}" for bank, item in items}
    return Sighting(frame, frozenset(found), not more)


def group_sightings(sightings: Sequence[Sighting]) -> list[list[int]]:
    """Groups of captures by their places, each in the order given, the first of a group being its card.

    A capture joins a card only if its frame is near the card's **and** it shows nothing that the card does not: two
    pages of one layout look alike, and what a lead has not seen must not disappear behind what she has.
    """
    groups: list[list[int]] = []
    for place, sighting in enumerate(sightings):
        for group in groups:
            card = sightings[group[0]]
            if sighting.whole and sighting.found <= card.found and _near(card.frame, sighting.frame):
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def _near(one: FrameHash | None, other: FrameHash | None) -> bool:
    if one is None or other is None:
        return False
    if min(one.quality, other.quality) < MIN_QUALITY:
        return one.pdq == other.pdq
    return bits_apart(one.pdq, other.pdq) <= PDQ_DISTANCE
