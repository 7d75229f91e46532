"""Where addresses stand in a text: as people write them, in the midst of anything."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import category, normalize

from keyword_stage.hosts import DOT, DOTS, ipv4, undone

_SIGN = rf"[^\x00-$&-,./:-@\[-\^`{{-\x7f\s{DOTS}]"
_HOST = re.compile(
    rf"(?<!{_SIGN})(?P<before>https?:(?:[/\\]++(?:[^\s/?#@<>\"\\]*+@)*+|(?:[^\s/?#@:<>\"\\]*+@)*+))?"
    rf"(?P<host>{_SIGN}++(?:[{DOTS}]{_SIGN}++)++"
    rf"|(?(before)(?:\d[\da-fx]*+(?!{_SIGN})|{_SIGN}*?%2e{_SIGN}++|\[[\da-f:.]++\])|(?!)))",
    re.I,
)
"""With a scheme a host may also be one number, have its dots encoded, or be an IPv6 address in brackets."""
_REST = re.compile(
    r"\.?(?::(?:\d++|(?=[/?#\\](?![/\\]))))?"
    r"(?:[/?#\\](?:[^\s<>\"|,;()\[\]]++|[|,;()\[\]](?!https?:|www\.))*+)?",
    re.I,
)
_EDGE = "-_" + DOTS
_TOP = re.compile(r"[a-z](?:[a-z0-9_-]*[a-z0-9])")
"""The last label, in ASCII, of a host that has a name; others have a number: `203.0.113.7`."""
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_NEXT_SENTENCE = re.compile(r"(?<=[^\W\d_A-Z])[.][A-Z][a-z]*+\Z")
"""A word behind a full stop that no space follows: "blick.example.Then"."""
_TRAILING = ".,;:!?'\"`´^~|*_…‘’‚“”„‹›«»–—。、，．：；！？" + ")]}）】」』》〉｣"
_OPENED = {")": "(", "]": "[", "}": "{"}
_CUTS = re.compile("[,;|()\\[\\]{}'*…‘’‚“”„‹›«»–—。、，：；！？（）【】「」『』《》]"), re.compile("[^\x00-\x7f]")
"""What may end an address in running text, though a path may hold it as well."""
_OF_NAMES = frozenset({"Lu", "Ll", "Lt", "Nd", "Nl", "No"})
_OF_THE_SIGN_BEFORE = frozenset({"Mn", "Mc", "Cf"})


class WrittenAddress(NamedTuple):
    """An address in a text.

    Attributes:
        start: Offset of its first code point.
        ends: Just past its last, the likeliest first: the full stop behind it may belong to it, or to the sentence.
    """

    start: int
    ends: tuple[int, ...]


def find_addresses(text: str) -> Iterator[WrittenAddress]:
    """Where addresses stand in a text, with or without scheme; linear for any text.

    An emoji or a letter of a script without capitals may belong to a host or stand beside it: the host is told without
    it first, then with it.
    """
    if "." not in text and ":" not in text and (text.isascii() or not DOT.search(text)):
        return
    past = 0
    while match := _HOST.search(text, past):
        past = match.end()
        for start, host_end in _hosts(text, match):
            rest = _REST.match(text, host_end) if host_end == match.end() and _goes_on(text[host_end - 1]) else None
            if rest and rest[0].strip("."):
                past = rest.end()
                yield WrittenAddress(start, _ends(text, host_end, past))
            else:
                sentence = _NEXT_SENTENCE.search(text, start, host_end)
                yield WrittenAddress(start, (host_end, sentence.start()) if sentence else (host_end,))


def _hosts(text: str, match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Where addresses of a match begin, and where their hosts end."""
    first, past = match.span("host")
    begin = first
    if match["before"] is None and text[first - 1 : first] == "@":  # "me@blick.example" is no address of a page
        begin += len(DOT.split(match["host"], 1)[0]) + 1
    for start, end in dict.fromkeys((*_without_beside(text, begin, past), (begin, past))):
        has_scheme = start == first and match["before"] is not None
        if host := _trimmed(text, start, end, has_scheme):
            yield match.start() if has_scheme else host[0], host[1]


def _without_beside(text: str, begin: int, past: int) -> Iterator[tuple[int, int]]:
    """What is left of a host without the signs that may stand beside one."""
    if text[begin:past].isascii():
        return
    beside = False
    for place in range(begin, past):
        was, beside = beside, _stands_beside(text[place], beside)
        if beside and not was:
            yield begin, place
        elif was and not beside:
            begin = place
    if not beside:
        yield begin, past


def _stands_beside(sign: str, before: bool) -> bool:
    """Whether a sign may stand beside a name, as may any but letters with a case and digits.

    Args:
        sign: One code point.
        before: Whether the one in front of it does; an accent or an unseen sign goes with that.
    """
    if sign.isascii() or (kind := category(sign)) in _OF_NAMES:
        return False
    return before if kind in _OF_THE_SIGN_BEFORE else category(normalize("NFKC", sign)[0]) not in _OF_NAMES


def _trimmed(text: str, start: int, past: int, has_scheme: bool) -> tuple[int, int] | None:
    """A host without what cannot be its beginning or end; None if nothing is left that has a dot."""
    if text.startswith("[", start):
        return start, past
    if not has_scheme:
        start = past - len(text[start:past].lstrip(_EDGE))
    host = text[start:past].rstrip(_EDGE)
    past = start + len(host)
    name = undone(host)
    if _NUMBER.fullmatch(name) or (has_scheme and ipv4(name)):
        return start, past
    labels = DOT.split(host)
    while len(labels) > 1 and not _TOP.fullmatch(name.rpartition(".")[2]):
        past -= len(labels.pop()) + 1
        name = undone(labels[-1])
    return (start, past) if len(labels) > 1 or "." in name else None


def _goes_on(sign: str) -> bool:
    """Whether port, path or query may follow the last sign of a host: not a quotation mark, nor an emoji."""
    return sign == "]" or category(sign)[0] in "LMN"


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
    cuts = [cut.start() for pattern in _CUTS if (cut := pattern.search(text, host_end, last))]
    return tuple(dict.fromkeys((last, end, *cuts)))
