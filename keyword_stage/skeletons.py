"""What of a word stays the same whatever figures, signs and repeated letters are put into it.

Most tokens with a sign in them hide nothing ("re-run", "4th", "granny_pat"). A token is worth a reading only if its
skeleton, or that of some of its pieces together, is one of the lexicon's, and stands beside what a phrase has there.
"""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from keyword_stage.reading import Edit
from keyword_stage.signs import JOINTS
from keyword_stage.unseen import is_nothing

_CLASSES = {"l": "1i", "o": "0", "e": "3", "a": "4@", "s": "5$", "t": "7", "b": "6g89"}
"""For each letter what a reading may take for it, or for what else it may take that."""
_MASKS = frozenset("*#")
_SPLITTING = frozenset("@$!|")
_MOST_PIECES = 4
_MOST_KNOWN = 4096
_AROUND = 24
_LONGEST = 255
"""Letters of the longest word that fits into the keys of masked ones."""
_REPEAT = re.compile(rb"(.)\1+")
_LETTER = re.compile("[A-Za-z]")
_MARK = re.compile(r"[0-9@$]|[a-z]I|(?i:([a-z])\1)")
_SIGN_AND_CAPITAL = re.compile(r"[@$].*[a-z]I|[a-z]I.*[@$]", re.DOTALL)
"""Read with a small l for the capital the sign is none of the letters: "@kiII"."""
_EDGES = JOINTS + "!'"
_JOINT = re.compile(f"([{re.escape(JOINTS)}]+)")
_NO_PART = bytes((ord("'"), *(code for code in range(128) if is_nothing(chr(code)))))
"""Signs inside words of ASCII that are no part of them."""


def _table() -> bytes:
    to = {sign: plain for plain, signs in _CLASSES.items() for sign in signs}
    codes = bytearray(range(256))
    for code in range(128):
        lower = chr(code).lower()
        codes[code] = ord(" " if lower in JOINTS else to.get(lower, lower))
    return bytes(codes)


_PLAIN = _table()


class Skeletons:
    """Says of which tokens a reading may come. Never changes what it says.

    What was read of tokens is remembered by their salted hashes alone, a bounded number of them.

    Args:
        words: What may be hidden: folded words.
        stems: What words may begin with.
        forms: Every folded spelling of a phrase, of a part of one, or that a rule looks for.
        is_ordinary: Whether a folded word is hardly a piece of another.

    Attributes:
        known: What was read of tokens, or of tokens with what stands beside them, by their salted hashes: edits, by
            their offsets in the token.
    """

    def __init__(
        self,
        words: Iterable[str],
        stems: Iterable[str],
        forms: Iterable[str],
        is_ordinary: Callable[[str], bool],
    ) -> None:
        self._is_ordinary = is_ordinary
        plain = {word.encode().translate(_PLAIN) for word in words if word.isascii()}
        begun = {stem.encode().translate(_PLAIN) for stem in stems if stem.isascii()}
        self._ends = frozenset(
            word[:cut] + bytes((len(word), word[-1]))
            for word in plain
            if len(word) <= _LONGEST
            for cut in range(1, len(word))
        )
        self._begin = frozenset(stem[:cut] for stem in begun for cut in range(1, len(stem)))
        self._words = frozenset(map(_squeeze, plain))
        self._stems = frozenset(map(_squeeze, begun))
        lengths: dict[bytes, set[int]] = {}
        for stem in self._stems:
            lengths.setdefault(stem[:1], set()).add(len(stem))
        self._lengths = {first: tuple(sorted(known)) for first, known in lengths.items()}
        self._alone, self._beside = _neighbours(forms)
        self.known: dict[int, tuple[Edit, ...]] = {}
        self._paired: dict[int, bytes] = {}

    def may_hide(self, text: str, start: int, end: int, closed: bool) -> bool:
        """Whether a token may hold a hidden word; only an ASCII token is ever dismissed.

        Args:
            text: The original.
            start: Of the token.
            end: Just past it.
            closed: Whether the words beside it are no more than what they seem: no letters apart, no faults of
                recognition. Then they count as well.
        """
        token = text[start:end]
        plain = token.encode("ascii", "replace").translate(_PLAIN, _NO_PART).rstrip(b" !")
        pieces = plain.split()
        if not token.isascii() or _SIGN_AND_CAPITAL.search(token):
            return True
        if not _LETTER.search(token):
            pass
        elif b"!" in plain or b"|" in plain or len(pieces) > _MOST_PIECES:
            return True
        elif len(pieces) == 1:
            skeleton = _squeeze(pieces[0])
            if skeleton in self._words or self._is_begun(skeleton):
                whole = skeleton not in self._alone and not self._is_begun(skeleton)
                if not whole or not _SPLITTING.isdisjoint(token):
                    return True
                if len(self._paired) >= _MOST_KNOWN:
                    self._paired.clear()
                self._paired[hash(token)] = skeleton
                return not closed or self._fits(text, start, end, skeleton)
        elif self._is_parted(token, pieces):
            return True
        self.remember(hash(token))
        return False

    def fits_nowhere(self, key: int, text: str, start: int, end: int) -> bool:
        """Whether a token that stands there is known, by its salted hash, to hide a word only beside some others."""
        skeleton = self._paired.get(key)
        return skeleton is not None and not self._fits(text, start, end, skeleton)

    def remember(self, key: int, edits: tuple[Edit, ...] = ()) -> None:
        """Takes note of what was read of a token, by its salted hash."""
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
        self.known[key] = edits

    def may_stand(self, before: str, word: str, behind: str) -> bool:
        """Whether a phrase or a rule may hold a folded word that others stand beside."""
        one, skeleton, other = (_squeeze(each.encode().translate(_PLAIN)) for each in (before, word, behind))
        return (
            skeleton in self._alone
            or b"%b %b" % (one, skeleton) in self._beside
            or b"%b %b" % (skeleton, other) in self._beside
            or self._is_begun(skeleton)
        )

    def _is_begun(self, skeleton: bytes) -> bool:
        return any(skeleton[:length] in self._stems for length in self._lengths.get(skeleton[:1], ()))

    def _is_known(self, plain: bytes) -> bool:
        skeleton = _squeeze(plain)
        return skeleton in self._words or self._is_begun(skeleton)

    def _is_parted(self, token: str, pieces: list[bytes]) -> bool:
        if not _MASKS.isdisjoint(token) or (("-" in token or "_" in token) and self._is_masked(token, pieces)):
            return True
        ends = range(2, len(pieces) + 1)
        if any(self._is_known(b"".join(pieces[start:end])) for end in ends for start in range(end - 1)):
            return True
        return bool(_MARK.search(token)) and any(map(self._is_known, pieces))

    def _is_masked(self, token: str, pieces: list[bytes]) -> bool:
        """Whether the sign between two pieces, neither of them a word, may stand for letters."""
        words = _JOINT.split(token.strip(_EDGES).lower().replace("'", ""))
        for place, (one, other) in enumerate(pairwise(pieces)):
            before, joint, behind = words[2 * place : 2 * place + 3]
            length = len(before) + len(joint) + len(behind)
            known = one in self._begin or (length <= _LONGEST and one + bytes((length, other[-1])) in self._ends)
            if known and not (self._is_ordinary(before) or self._is_ordinary(behind)):
                return True
        return False

    def _fits(self, text: str, start: int, end: int, skeleton: bytes) -> bool:
        """Whether a phrase has such a word beside one of its neighbours, as far as these are plain to see."""
        before = _last_word(text, start)
        if before is None or b"%b %b" % (before, skeleton) in self._beside:
            return True
        after = _next_word(text, end)
        return after is None or b"%b %b" % (skeleton, after) in self._beside


def _squeeze(plain: bytes) -> bytes:
    return _REPEAT.sub(rb"\1", plain)


def _neighbours(forms: Iterable[str]) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Skeletons that need no certain neighbour, and those that stand side by side."""
    known: dict[str, bytes] = {}
    alone: set[bytes] = set()
    beside: set[bytes] = set()
    for form in forms:
        words = form.split()
        for word in words:
            if word not in known:
                known[word] = _squeeze(word.encode().translate(_PLAIN))
        skeletons = [known[word] for word in words]
        if len(words) == 1 or not form.endswith(" "):
            alone.update(skeletons)
        else:
            beside.update(b"%b %b" % pair for pair in pairwise(skeletons))
    return frozenset(alone), frozenset(beside)


def _last_word(text: str, end: int) -> bytes | None:
    """Skeleton of the word before an offset; empty if there is none, None if it is not plain to see."""
    words = text[max(0, end - _AROUND) : end].rsplit(maxsplit=1)
    if not words:
        return b"" if end <= _AROUND else None
    return _skeleton(words[-1]) if len(words) > 1 or end <= _AROUND else None


def _next_word(text: str, start: int) -> bytes | None:
    words = text[start : start + _AROUND].split(maxsplit=1)
    if not words:
        return b"" if start + _AROUND >= len(text) else None
    return _skeleton(words[0]) if len(words) > 1 or start + _AROUND >= len(text) else None


def _skeleton(word: str) -> bytes | None:
    if not word.isalpha():
        word = word.lstrip("\"'([").rstrip("\"'])!?.,:;").replace("'", "")
    if not (word.isascii() and word.isalnum()) or word.isdigit():
        return None
    return _squeeze(word.encode().translate(_PLAIN))
