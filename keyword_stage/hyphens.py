"""Words that the end of a line breaks: "neigh-" at the end of one, "bour" at the start of the next."""

import re
from collections.abc import Iterable, Iterator

from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.vocabulary import LONGEST, Vocabulary

_BROKEN = re.compile(rf"(?<!\w)([^\W\d_]{{2,{LONGEST}}})[-\u00ad\u2010]\r?\n(?:\r?\n)?([^\W\d_]{{2,{LONGEST}}})(?!\w)")
_END = re.compile(r"[-\u00ad\u2010]\r?\n(?:\r?\n)?")
_ENDS = ("\u00ad\n", "\u2010\n", "\u00ad\r", "\u2010\r")


def find_hyphens(text: str, vocabulary: Vocabulary) -> Iterable[Edit]:
    """Joins words of the lexicon that stand on two lines, or at the foot of one column and the head of the next.

    Only in small letters does a line go on with a word, and nothing else can stand for it: this is no disguise, but it
    is undone like one, so that hits keep the places of both parts.
    """
    # `rfind` takes a third of the time that `in` takes for two
    broken = "-" in text and (text.rfind("-\n") >= 0 or text.rfind("-\r") >= 0)
    return _join(text, vocabulary) if broken or (not text.isascii() and any(end in text for end in _ENDS)) else ()


def _join(text: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    past = 0
    for end in _END.finditer(text):
        match = _BROKEN.search(text, max(past, end.start() - LONGEST), end.end() + LONGEST + 1)
        if match is None or match.end(1) != end.start():
            continue
        past = match.end()
        joined = fold(match[1] + match[2]).strip()
        if match[2].islower() and vocabulary.reach(joined) > len(match[1]):
            yield Edit(*match.span(), (joined,), "hyphenated")
