"""Clean prose from whatever documentation a machine has, to measure false hits on."""

import gzip
import hashlib
import html
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

LENGTH = 2000
_SUFFIXES = frozenset({".txt", ".md", ".rst", ".gz", ".html", ""})
_OWN = "secondglance"
"""In the path of an installed copy of this project, whose documentation quotes phrases."""

_TAG = re.compile(r"<[^<>]{1,2000}>")
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_NAMES = "a|abbr|b|big|cite|code|dfn|em|font|i|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var|wbr"
_INLINE = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)
"""Tags that part no word: "<u>P</u>rices"."""

_FONT = re.compile(r"\\f[A-Z]")
"""Italics and the like in manual pages."""

_WORD = re.compile(r"[A-Za-z]{2,}")
_LEAST_WORDS = 0.85
"""Share of a document's code points that must stand in words or be spaces: prose, not tables or code."""


def read_prose(folders: Iterable[Path], known: Iterable[Path] = ()) -> Iterator[str]:
    """Cuts the text files under folders into documents of about 2,000 characters, each different.

    Files that are not UTF-8, files of this project, and documents that are mostly not words, are left out.

    Args:
        folders: What is read.
        known: Folders whose documents are left out too.
    """
    seen = {_digest(document) for document in _documents(known)}
    for document in _documents(folders):
        digest = _digest(document)
        if digest not in seen and _is_prose(document):
            seen.add(digest)
            yield document


def _documents(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _SUFFIXES and path.is_file() and not path.is_symlink() and _OWN not in str(path):
                yield from _cut(_read(path))


def _digest(document: str) -> bytes:
    return hashlib.sha256(" ".join(document.split()).encode()).digest()


def _read(path: Path) -> str:
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = raw.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error):
        return ""  # not a text of ours to read
    text = _FONT.sub("", text)
    if path.suffix.lower() != ".html":
        return text
    return html.unescape(_TAG.sub(" ", _INLINE.sub("", _HIDDEN.sub(" ", text))))


def _cut(text: str) -> Iterator[str]:
    """Pieces that end at the first line break after 2,000 characters."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + LENGTH)
        end = len(text) if end < 0 else end
        yield text[start : min(end, start + 2 * LENGTH)]
        start = end + 1


def _is_prose(document: str) -> bool:
    words = sum(len(word) for word in _WORD.findall(document))
    return len(document) > LENGTH // 2 and words + sum(map(str.isspace, document)) >= _LEAST_WORDS * len(document)
