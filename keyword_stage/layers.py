"""Finds phrases with the overlays of a trust, a school and a group on top of the central lexicon.

What finds the central phrases stands once. Each overlay has a small one for its own phrases, built when it is
first needed; what it mutes or grades anew is applied to the hits.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache

from domain.hit import KeywordHit
from domain.page import Page
from keyword_stage.lexicon import Phrase
from keyword_stage.matcher import Matcher, Told, settle
from keyword_stage.overlay import MUTED, Overlay, Scope
from keyword_stage.spelling import Spelling

MOST_BUILT = 256
"""Overlays whose matchers are kept at the same time, some 1 MB each."""


class Layers:
    """A central lexicon and all overlays on it; never changes.

    Args:
        central: Finds the central phrases.
        overlays: By whom they are for.
        categories: Categories that are declared besides the standard ones.
        most_built: Overlays whose matchers are kept at the same time.
        today: The clock that phrases and changes expire by.
    """

    def __init__(
        self,
        central: Matcher,
        overlays: Mapping[Scope, Overlay] | None = None,
        categories: Iterable[str] = (),
        most_built: int = MOST_BUILT,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.central = central
        self.overlays: Mapping[Scope, Overlay] = overlays or {}
        self._categories = tuple(categories)
        self._today = today
        self._built = lru_cache(most_built)(self._build)

    def of(self, trust: str | None, school: str | None, group: str | None) -> tuple[Overlay, ...]:
        """The overlays for a capture in the order in which they apply: of two that disagree the last wins."""
        if not self.overlays:
            return ()
        group = group.casefold() if group is not None else None
        scopes = (Scope(trust=trust), Scope(school=school), Scope(group=group), Scope(school=school, group=group))
        found = (self.overlays.get(scope) for scope in dict.fromkeys(scopes))
        return tuple(overlay for overlay in found if overlay)

    def digest(self, overlays: Sequence[Overlay]) -> str:
        """Names what hits are made with: the central digest, and one for the overlays if there are any."""
        if not overlays:
            return self.central.digest
        mine = hashlib.sha256("\n".join(overlay.digest for overlay in overlays).encode()).hexdigest()[:16]
        return f"{self.central.digest}+{mine}"

    @cached_property
    def overlays_digest(self) -> str:
        """Names all overlays and whom they are for; `none` if there are none."""
        if not self.overlays:
            return "none"
        lines = sorted(f"{scope}\t{overlay.digest}" for scope, overlay in self.overlays.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def find(self, page: Page, overlays: Sequence[Overlay] = (), told: Told | None = None) -> tuple[KeywordHit, ...]:
        """Finds the hits of a page as one lexicon with all changes made would; `told` is that of `settle`."""
        today = self._today()
        looked, context = self.central.look(page, today)
        found = [(phrase, hit, hit.grade) for phrase, hit in looked]
        for overlay in overlays:
            matcher, own = self._built(overlay)
            found = [
                (phrase, hit, overlay.grade(phrase, grade, today))
                for phrase, hit, grade in found
                if phrase.protected or own.get((phrase.spelling, phrase.category), date.min) < today
            ]
            if matcher:
                looked, words = matcher.look(page, today)
                found += [(phrase, hit, hit.grade) for phrase, hit in looked]
                context = context + words
        in_force = [(phrase, _graded(phrase, hit, grade)) for phrase, hit, grade in found if grade != MUTED]
        return settle(in_force, context, told)

    def _build(self, overlay: Overlay) -> tuple[Matcher | None, Mapping[tuple[Spelling, str], date]]:
        """What finds an overlay's own phrases, and what they stand in place of: spelling, category and the last day."""
        own: dict[tuple[Spelling, str], date] = {}
        if not overlay.size:
            return None, own
        lexicon = overlay.additions(self._categories)
        for phrase in lexicon.phrases:
            key = phrase.spelling, phrase.category
            own[key] = max(own.get(key, date.min), phrase.rules.expires or date.max)
        return Matcher(lexicon), own


def _graded(phrase: Phrase, hit: KeywordHit, grade: int) -> KeywordHit:
    """The hit of a phrase that had this grade all along."""
    if grade == hit.grade:
        return hit
    return replace(hit, grade=grade, cue=False, explicit=replace(phrase, grade=grade).explicit)
