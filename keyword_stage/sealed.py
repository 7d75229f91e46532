"""Protected lists, encrypted at rest: only what holds the key can read them, and no message repeats a cell.

The open form is a CSV with the columns `id`, `phrase`, `grade` and `category`, or `url` in place of `phrase`. It is
sealed with Fernet (AES-128 in CBC mode with HMAC-SHA256), which also notices any change to the file. A list is named by
its file's stem.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import InvalidLexicon
from keyword_stage.lexicon import Lexicon, Phrase, digest_of, read_row
from keyword_stage.tables import list_rows, read_lines
from keyword_stage.url_list import UrlEntry, read_entries

_COLUMNS = frozenset({"id", "phrase", "grade", "category"})


def seal(text: str, name: str, known: Collection[str], key: str) -> bytes:
    """Encrypts an open list after checking it.

    Args:
        text: The CSV.
        name: The list's name.
        known: Categories that there are.
        key: A Fernet key: 32 bytes in URL-safe base64.

    Raises:
        InvalidLexicon: If list or key are at fault; no wording is repeated.
    """
    _read(text, name, known, key)
    return _cipher(key).encrypt(text.encode())


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealed lists hold.

    Attributes:
        phrases: Protected phrases.
        urls: Protected addresses, as hashes.
    """

    phrases: tuple[Phrase, ...] = ()
    urls: tuple[UrlEntry, ...] = ()


def read_sealed(paths: Iterable[Path], known: Collection[str], key: str | None) -> Sealed:
    """Reads sealed lists.

    Raises:
        InvalidLexicon: If a list cannot be read with the key; no wording is repeated.
    """
    found: dict[str, Phrase | UrlEntry] = {}
    for path in paths:
        if not key:
            raise InvalidLexicon(f"{path.name} is sealed; set SECONDGLANCE_LIST_KEY to its key")
        try:
            text = _cipher(key).decrypt(path.read_bytes()).decode()
        except OSError as error:
            raise InvalidLexicon(f"{path.name}: cannot be read ({error.strerror})") from None
        except (InvalidToken, UnicodeDecodeError):
            raise InvalidLexicon(f"{path.name}: sealed with another key, or altered") from None
        for item in _read(text, path.stem, known, key):
            if found.setdefault(item.id, item) is not item:
                raise InvalidLexicon(f"{path.name}: two lists are named {path.stem} and hold item {item.id}")
    return Sealed(
        tuple(item for item in found.values() if isinstance(item, Phrase)),
        tuple(item for item in found.values() if isinstance(item, UrlEntry)),
    )


def with_protected(lexicon: Lexicon, sealed: tuple[Phrase, ...], key: str | None) -> Lexicon:
    """A lexicon with the phrases of sealed lists, and a digest that tells nothing about them without the key."""
    if not sealed or not key:
        return lexicon
    taken = {phrase.id for phrase in lexicon.phrases if phrase.protected}
    twice = [phrase.id for phrase in sealed if phrase.id in taken]
    if twice:
        raise InvalidLexicon(f"item {twice[0]} stands in a lexicon file and in a sealed list")
    keyed = hmac.new(key.encode(), digest_of(sealed).encode(), hashlib.sha256).hexdigest()
    digest = hashlib.sha256(f"{lexicon.digest}\n{keyed}".encode()).hexdigest()[:16]
    return Lexicon((*lexicon.phrases, *sealed), digest)


def _cipher(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise InvalidLexicon("SECONDGLANCE_LIST_KEY is no key: it needs 32 bytes in URL-safe base64") from None


def _read(text: str, name: str, known: Collection[str], key: str) -> Sequence[Phrase | UrlEntry]:
    _, header, _ = next(read_lines(text), (1, [], ""))
    return read_entries(text, name, known, key) if "url" in header else _read_phrases(text, name, known)


def _read_phrases(text: str, name: str, known: Collection[str]) -> list[Phrase]:
    phrases: list[Phrase] = []
    for source, cell in list_rows(text, name, _COLUMNS, known):
        try:
            phrases.append(read_row({**cell, "protected": "yes"}, name, source, set(known)))
        except InvalidLexicon:
            raise InvalidLexicon(f"{source}: the phrase cannot be looked for") from None
    return phrases
