"""Everything that takes the first look at a page, as one immutable whole: swapped at once, never in part."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.capture import CaptureContext
from domain.hit import KeywordHit
from domain.page import Page
from keyword_stage.layers import Layers
from keyword_stage.matcher import Told, without_secrets
from keyword_stage.overlay import Overlay
from keyword_stage.url_list import UrlFinder


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first look found.

    Attributes:
        hits: Phrases, in order of appearance.
        listed: Listed addresses: that of the capture, then those on the page.
        digest: Names the lists that were looked through.
    """

    hits: tuple[KeywordHit, ...]
    listed: tuple[KeywordHit, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The lists in force.

    Attributes:
        layers: The central lexicon and its overlays.
        urls: Finds listed addresses.
    """

    layers: Layers
    urls: UrlFinder = field(default_factory=UrlFinder)

    @property
    def digest(self) -> str:
        """Names the lists without any overlay."""
        return self._digest(())

    def look(self, page: Page, context: CaptureContext, trust: str | None, told: Told | None = None) -> Seen:
        """Looks through a page.

        Args:
            page: What was read.
            context: Where it was captured.
            trust: The trust of its school.
            told: Whether a hit may be told of as what it is; one that is not explains none that is.
        """
        overlays = self.layers.of(trust, context.site, context.group)
        hits, listed = self.layers.find(page, overlays, told), self.urls.find(page, context.url)
        shown = without_secrets((*hits, *listed)) if listed else hits
        return Seen(shown[: len(hits)], shown[len(hits) :], self._digest(overlays))

    def _digest(self, overlays: Sequence[Overlay]) -> str:
        digest = self.layers.digest(overlays)
        if not self.urls.size:
            return digest
        central, plus, rest = digest.partition("+")
        return hashlib.sha256(f"{central}\n{self.urls.digest}".encode()).hexdigest()[:16] + plus + rest
