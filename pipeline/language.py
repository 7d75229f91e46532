"""Whether the model may judge a text at all, by its language."""

from collections.abc import Sequence

MOST_FOREIGN_LETTERS = 0.4
"""Share of non-Latin letters above which a text is taken for another script."""


def is_supported(text: str, language: str | None, languages: Sequence[str]) -> bool:
    """Whether a text is in one of the model's languages.

    A language that the caller states decides; otherwise only another script counts as foreign, so that
    slang, dialect and typing errors are never taken for another language.

    Args:
        text: The text to judge.
        language: BCP 47 tag or ISO 639-1 code as stated by the caller, or None.
        languages: ISO 639-1 codes of the model.
    """
    if language:
        return language.replace("_", "-").split("-")[0].lower() in languages
    letters = [char for char in text if char.isalpha()]
    foreign = sum(1 for char in letters if ord(char) > 0x24F)
    return foreign <= MOST_FOREIGN_LETTERS * len(letters)
