"""Whether the model may judge a text at all, by its language."""

import re
import unicodedata
from collections.abc import Sequence

import pycld2

from pipeline.function_words import ENGLISH, SOUTH_ASIAN

MOST_FOREIGN_LETTERS = 0.4
"""Share of non-Latin letters above which a text is taken for another script."""
LEAST_WORDS = 4
"""Words below which the detector is not asked."""
MOST_ENGLISH = 0.2
"""Share of English function words from which a text is English whatever the detector says."""
LEAST_SOUTH_ASIAN = 2
"""Different function words that it takes to be Urdu, Hindi or Punjabi in Roman letters."""
BESIDE = 6
LEAST_ENGLISH = 3
"""Words on each side of a place that tell whether English is spoken there, and how many of them must be function words
of it."""
READ = 4000
"""Code points that decide, from the start of the text; no window is as long."""
_ENGLISHES = frozenset({"en", "sco", "kri"})
"""Codes of CLD2 for what pupils write as their English: Scots and Krio as well."""
_WORD = re.compile(r"[^\W\d_]+")


def is_supported(text: str, language: str | None, languages: Sequence[str]) -> bool:
    """Whether a text is in one of the model's languages.

    A language that the caller states decides. Otherwise a text is taken for English unless there is good reason not
    to, so that slang, dialect, text-speak, names, code and short text are never taken for another language.

    Args:
        text: The text to judge.
        language: BCP 47 tag or ISO 639-1 code as stated by the caller, or None.
        languages: ISO 639-1 codes of the model.
    """
    if language:
        return language.replace("_", "-").split("-")[0].lower() in languages
    text = text[:READ]
    letters = [char for char in text if char.isalpha()]
    foreign = sum(1 for char in letters if ord(char) > 0x24F)
    if foreign > MOST_FOREIGN_LETTERS * len(letters):
        return False
    found = _latin_language(text)
    return found is None or found in languages


def speaks_english(text: str, start: int, end: int) -> bool:
    """Whether the words right beside a place are English beyond doubt, whatever the rest of the text is.

    Args:
        text: The text.
        start: First code point of the place, which is not looked at itself.
        end: Just past it.
    """
    beside = _WORD.findall(text[:start])[-BESIDE:] + _WORD.findall(text[end:])[:BESIDE]
    english = sum(word in ENGLISH for word in _plain(beside))
    return english >= max(LEAST_ENGLISH, MOST_ENGLISH * len(beside))


def _latin_language(text: str) -> str | None:
    """ISO 639-1 code of a text in Latin letters (`ur` for Hindi and Punjabi too); None if English, or unsure."""
    words = _WORD.findall(text)
    plain = _plain(words)
    english = sum(word in ENGLISH for word in plain)
    south_asian = [word for word in plain if word in SOUTH_ASIAN]
    if len(set(south_asian)) >= LEAST_SOUTH_ASIAN and len(south_asian) > english:
        return "ur"
    if len(words) < LEAST_WORDS or english >= MOST_ENGLISH * len(words):
        return None
    # Letters alone: CLD2 refuses control characters, and code is mostly signs. The hint makes it prefer English.
    _, _, shares = pycld2.detect(" ".join(words), isPlainText=True, bestEffort=True, hintLanguage="en")
    foreign = [(percent, code) for _, code, percent, _ in shares if code not in _ENGLISHES and code != "un"]
    in_english = sum(percent for _, code, percent, _ in shares if code in _ENGLISHES)
    return max(foreign)[1] if sum(percent for percent, _ in foreign) > in_english else None


def _plain(words: Sequence[str]) -> list[str]:
    """Words in lower case without accents."""
    text = " ".join(words).casefold()
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return text.split(" ")
