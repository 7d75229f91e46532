"""The files of the first look: read and checked as a whole, then built, so that a swap is all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.errors import InvalidLexicon
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import Overlay, Scope, read_overlays
from keyword_stage.sealed import read_sealed, with_protected
from keyword_stage.url_list import UrlFinder, read_url_lists
from pipeline.first_look import FirstLook
from pipeline.policy import Policy
from pipeline.settings import PipelineSettings


@dataclass(frozen=True, slots=True)
class Lists:
    """What the files hold.

    Attributes:
        lexicon: The central one.
        overlays: By whom they are for.
        urls: Finds listed addresses.
        categories: Categories that are declared besides the standard ones.
    """

    lexicon: Lexicon
    overlays: Mapping[Scope, Overlay]
    urls: UrlFinder
    categories: tuple[str, ...]

    def lint(self) -> list[str]:
        """Faults of the central lexicon that do not stop it from loading; none says anything of protected wording."""
        return lint_lexicon(replace(self.lexicon, phrases=tuple(p for p in self.lexicon.phrases if not p.protected)))

    def build(self, engine: str) -> FirstLook:
        """What looks through pages for all of it.

        Args:
            engine: Name of what finds strings.
        """
        layers = Layers(Matcher(self.lexicon, engine=engine), self.overlays, self.categories)
        return FirstLook(layers, self.urls)


def read_lists(settings: PipelineSettings, policy: Policy) -> Lists:
    """Reads all lists that the settings name.

    Raises:
        InvalidLexicon: With every fault found.
    """
    key = settings.list_key.get_secret_value() if settings.list_key else None
    known = {*STANDARD_CATEGORIES, *policy.categories}
    sealed = read_sealed(settings.protected, known, key)
    lexicon = with_protected(read_lexicon(settings.lexicon, policy.categories), sealed.phrases, key)
    urls = UrlFinder([*read_url_lists(settings.urls, known), *sealed.urls], key)
    overlays = read_overlays(settings.overlays, lexicon, policy.categories) if settings.overlays else {}
    trusts = {Scope(trust=trust) for trust in policy.trusts}
    unknown = [overlay.name for scope, overlay in overlays.items() if scope.trust and scope not in trusts]
    if unknown:
        raise InvalidLexicon(f"{unknown[0]}: the policy file lists no such trust under trusts")
    return Lists(lexicon, overlays, urls, policy.categories)
