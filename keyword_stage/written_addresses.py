"""Where addresses stand in a text: as people write them, in the midst of anything."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyword_stage.hosts import DOT, DOTS

_UNSEEN = "\u00ad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
"""Signs that nobody sees and browsers leave out of a host, as a range of a regular expression."""
_LABEL = rf"[\w{_UNSEEN}%-]++"
_ADDRESS = re.compile(
    rf"(?<![\w{_UNSEEN}@%-])(?P<before>https?:[/\\]{{2}}(?:[^\s/?#@<>\"\\]*+@)?)?"
    rf"(?P<host>{_LABEL}(?:[{DOTS}]{_LABEL})++)"
    r"(?P<rest>\.?(?::\d{1,5})?(?:[/?#\\](?:[^\s<>\"|,;()\[\]]++|[|,;()\[\]](?!https?:|www\.))*+)?)",
    re.I,
)
_TOP = re.compile(rf"[^\W\d_](?:[\w{_UNSEEN}-]*[^\W_])")
"""The last label of a host that has a name; others have a number: `203.0.113.7`."""
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_NEXT_SENTENCE = re.compile(r"(?<=[^\W\d_A-Z])[.][A-Z][a-z]*\Z")
"""A word behind a full stop that no space follows: "blick.example.Then"."""
_TRAILING = ".,;:!?'\"`´^~|*_…‘’‚“”„‹›«»–—。、，．：；！？" + ")]}）】」』》〉｣"
_OPENED = {")": "(", "]": "[", "}": "{"}
_CUT = re.compile("[,;|()\\[\\]{}'*…‘’‚“”„‹›«»–—。、，：；！？（）【】「」『』《》]")
"""What may end an address in running text, though a path may hold it as well."""


class WrittenAddress(NamedTuple):
    """An address in a text.

    Attributes:
        start: Offset of its first code point.
        ends: Just past its last, the likeliest first: the full stop behind it may belong to it, or to the sentence.
    """

    start: int
    ends: tuple[int, ...]


def find_addresses(text: str) -> Iterator[WrittenAddress]:
    """Where addresses stand in a text, with or without scheme; linear for any text."""
    if "." not in text and (text.isascii() or not DOT.search(text)):
        return
    for match in _ADDRESS.finditer(text):
        host = match["host"].rstrip("-_")
        start, past = match.start("host"), match.start("host") + len(host)
        whole = past == match.end("host")
        labels = DOT.split(host)
        while not _NUMBER.fullmatch(host) and len(labels) > 1 and not _TOP.fullmatch(labels[-1]):
            whole, past = False, past - len(labels.pop()) - 1
        host = text[start:past]
        if len(labels) < 2:
            continue
        start = match.start() if match["before"] else start + len(host) - len(host.lstrip("-_"))
        if whole and match["rest"].strip("."):
            yield WrittenAddress(start, _ends(text, past, match.end()))
        elif sentence := _NEXT_SENTENCE.search(host) if len(labels) > 2 else None:
            yield WrittenAddress(start, (past, past - len(sentence[0])))
        else:
            yield WrittenAddress(start, (past,))


def _ends(text: str, host_end: int, end: int) -> tuple[int, ...]:
    """Where an address may end that has more than a host."""
    last = end
    unpaired = {
        close: text.count(close, host_end, end) - text.count(opened, host_end, end) for close, opened in _OPENED.items()
    }
    while last > host_end and text[last - 1] in _TRAILING:
        sign = text[last - 1]
        if sign in unpaired:
            if unpaired[sign] < 1:
                break
            unpaired[sign] -= 1
        last -= 1
    cut = _CUT.search(text, host_end, last)
    return tuple(dict.fromkeys((last, end, cut.start() if cut else last)))
