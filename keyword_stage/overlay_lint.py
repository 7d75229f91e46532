"""Faults of overlays that do not stop them from loading: a central list may change under a school's own."""

from collections.abc import Iterable, Iterator
from datetime import date

from keyword_stage.lexicon import Lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.overlay import Overlay


def lint_overlays(
    overlays: Iterable[Overlay], lexicon: Lexicon, categories: Iterable[str] = (), today: date | None = None
) -> list[str]:
    """Names faults, each with its file and what to do.

    - a change to a phrase that neither the central lexicon nor any overlay has;
    - a phrase added that the central lexicon has already in its category;
    - every fault of the added phrases that `lint_lexicon` knows.

    Args:
        overlays: What to check.
        lexicon: The central one.
        categories: Categories that are declared besides the standard ones.
        today: The day to judge expiry by; the present one if None.
    """
    categories = tuple(categories)
    added = {overlay.name: overlay.additions(categories) for overlay in overlays}
    central = _names(lexicon)
    known = central.union(*map(_names, added.values()))
    known |= {(identity, "") for identity, _ in known}
    return [
        fault
        for overlay in overlays
        for fault in (*_own(overlay, known, central, added[overlay.name]), *lint_lexicon(added[overlay.name], today))
    ]


def _names(lexicon: Lexicon) -> set[tuple[str, str]]:
    return {(name, phrase.category) for phrase in lexicon.phrases for name in phrase.called}


def _own(overlay: Overlay, known: set[tuple[str, str]], central: set[tuple[str, str]], added: Lexicon) -> Iterator[str]:
    for identity, category in overlay.grades:
        if (identity, category) not in known:
            where = f" ({category})" if category else ""
            yield f"{overlay.name}: {identity!r}{where} is no phrase of the lexicon; delete the change"
    for phrase in added.phrases:
        if not central.isdisjoint((name, phrase.category) for name in phrase.called):
            yield f"{phrase.source}: {phrase.id!r} ({phrase.category}) stands in the central lexicon; use regrade"
