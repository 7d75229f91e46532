"""Everything that takes the first look at a page, as one immutable whole: swapped at once, never in part."""

from dataclasses import dataclass

from domain.capture import CaptureContext
from domain.hit import KeywordHit
from domain.page import Page
from keyword_stage.layers import Layers


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first look found.

    Attributes:
        hits: In order of appearance.
        digest: Names the lists that were looked through.
    """

    hits: tuple[KeywordHit, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The lists in force.

    Attributes:
        layers: The central lexicon and its overlays.
    """

    layers: Layers

    @property
    def digest(self) -> str:
        """Names the lists without any overlay."""
        return self.layers.digest(())

    def look(self, page: Page, context: CaptureContext, trust: str | None) -> Seen:
        """Looks through a page.

        Args:
            page: What was read.
            context: Where it was captured.
            trust: The trust of its school.
        """
        overlays = self.layers.of(trust, context.site, context.group)
        return Seen(self.layers.find(page, overlays), self.layers.digest(overlays))
