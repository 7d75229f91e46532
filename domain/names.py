"""Names of trusts, schools and groups in one form, whatever a file system, an editor or a client makes of accents."""

from unicodedata import normalize


def composed(name: str) -> str:
    """A name in NFC: "É" may be one sign or two, and both are the same school's."""
    return normalize("NFC", name)
