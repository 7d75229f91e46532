"""Faults of overlays that do not stop them from loading: a central list may change under a school's own."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.lint import lint_lexicon
from keyword_stage.overlay import Overlay

_Key = tuple[str, str]


def lint_overlays(
    overlays: Collection[Overlay], lexicon: Lexicon, categories: Iterable[str] = (), today: date | None = None
) -> list[str]:
    """Names faults, each with its file and line, and what to do.

    - a change to a phrase that neither the central lexicon nor any overlay has, or that another row changes too;
    - a change that has expired;
    - a phrase added that the central lexicon has already in its category, unless it has rules of its own here;
    - a phrase added under the id of another central one of its category;
    - every fault of the added phrases that `lint_lexicon` knows.

    Args:
        overlays: What to check.
        lexicon: The central one.
        categories: Categories that are declared besides the standard ones.
        today: The day to judge expiry by; the present one if None.
    """
    today = today or date.today()
    categories = tuple(categories)
    added = {overlay.name: overlay.additions(categories) for overlay in overlays}
    named = _named([*lexicon.phrases, *(phrase for own in added.values() for phrase in own.phrases)])
    spelled = {(phrase.spelling, phrase.category) for phrase in lexicon.phrases if not phrase.protected}
    ids = {(phrase.id, phrase.category) for phrase in lexicon.phrases}
    faults: list[str] = []
    for overlay in overlays:
        own = added[overlay.name]
        faults += _changes(overlay, named, today)
        for phrase in own.phrases:
            if (phrase.spelling, phrase.category) not in spelled:
                if (phrase.id, phrase.category) in ids:
                    faults.append(f"{_where(phrase)} is what another central phrase is called; give it another name")
            elif not phrase.rules.names:
                faults.append(f"{_where(phrase)} stands in the central lexicon; use regrade")
        faults += lint_lexicon(own, today)
    return faults


def _named(phrases: Iterable[Phrase]) -> dict[_Key, set[_Key]]:
    """Phrases, by id and category, for what a change may call them."""
    named: dict[_Key, set[_Key]] = {}
    for phrase in phrases:
        for called in phrase.called:
            for category in (phrase.category, ""):
                named.setdefault((called, category), set()).add((phrase.id, phrase.category))
    return named


def _changes(overlay: Overlay, named: Mapping[_Key, Collection[_Key]], today: date) -> Iterator[str]:
    taken: dict[tuple[_Key, bool], str] = {}
    for (identity, category), change in overlay.changes.items():
        where = f"{change.source}: {identity!r}" + (f" ({category})" if category else "")
        phrases = named.get((identity, category), ())
        others = {taken.setdefault((phrase, bool(category)), identity) for phrase in phrases} - {identity}
        if not phrases:
            yield f"{where} is no phrase of the lexicon; delete the change"
        if others:
            yield f"{where} is changed as {min(others)!r} too; delete one"
        if change.expires < today:
            yield f"{where} expired on {change.expires}; delete it or give it a new date"


def _where(phrase: Phrase) -> str:
    return f"{phrase.source}: {phrase.id!r} ({phrase.category})"
