"""What the keyword stage finds, and the window of text that it stands in."""

from dataclasses import dataclass, field

MASK = "█"
"""Stands for each code point of a protected list's wording wherever text is shown."""


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A lexicon phrase found in a page, before any look at its context.

    Attributes:
        phrase: Id of the phrase; for a protected list `list:item`, never its wording.
        category: The category that the lexicon files it under.
        grade: 1..5, what the lexicon says before any context.
        start: First code point in `Page.text`.
        end: Just past the last code point.
        matched: The text as it stands on the page.
        disguise: How it was hidden, if it was (`leet`, `homoglyph`, ...).
        protected: From a list that nothing may lower or show.
        language: ISO 639-1 code of the phrase; a model of other languages may not judge it.
        explicit: An unambiguous statement in the first person: no model takes it out of the queue.
        cue: An everyday word that only asks for a second look and says nothing by itself.
        solicitation: It asks for, offers or threatens with sexual pictures or acts: no model lowers its grade.
        read: What was read there, where that is not how it is written; for the model alone, and never of a protected
            list.
    """

    phrase: str
    category: str
    grade: int
    start: int
    end: int
    matched: str
    disguise: tuple[str, ...] = ()
    protected: bool = False
    language: str = "en"
    explicit: bool = False
    cue: bool = False
    solicitation: bool = False
    read: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """The text around hits that stand together, as the model gets to see it.

    Attributes:
        text: A slice of `Page.text`.
        offset: Where the slice starts in `Page.text`.
        hits: The hits inside it; their offsets are those of the page.
        header: A short line from the capture context ("chat"), may be empty.
    """

    text: str
    offset: int
    hits: tuple[KeywordHit, ...]
    header: str = ""
