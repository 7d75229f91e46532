"""Numbers for the words of a lexicon, so that a text is looked through as a row of numbers."""

from collections.abc import Iterable

import numpy as np

from domain.errors import InvalidLexicon
from keyword_stage.hash_table import HashTable
from keyword_stage.kernels import BEGINNINGS, HEAD, PAST, Numbers, keys_of, number_words

_NO_LENGTHS = np.zeros(BEGINNINGS, np.uint8)


class WordNumbers:
    """Gives each word and each stem a number above 0; never changes.

    Args:
        words: Folded.
        stems: What words may begin with; a stem has another number than the word that is spelt so, and those that
            begin with the same `HEAD` bytes share one.

    Raises:
        InvalidLexicon: If two words have one key, as hardly any do that are not made for it.
    """

    def __init__(self, words: Iterable[str], stems: Iterable[str] = ()) -> None:
        self._words = {word: number for number, word in enumerate(sorted(set(words)), 1)}
        heads = sorted({stem.encode()[:HEAD] for stem in stems})
        self._stems = {head: number for number, head in enumerate(heads, len(self._words) + 1)}
        keys = keys_of(f" {' '.join(self._words)} ".encode() + PAST)
        try:
            self._table = HashTable.make(keys, [*self._words.values()])[:2]
        except ValueError:
            raise InvalidLexicon("two words of the lexicon cannot be told apart by their keys") from None
        numbers = [int.from_bytes(head, "little") for head in heads]
        self._stem_table = HashTable.make(numbers, [*self._stems.values()])[:2]
        self._stem_lengths = _NO_LENGTHS.copy() if heads else _NO_LENGTHS
        for head, number in zip(heads, numbers, strict=True):
            places = slice(number, None, 256) if len(head) == 1 else number % BEGINNINGS
            self._stem_lengths[places] |= 1 << (len(head) - 1)
        self.shorter = np.zeros(len(self), np.int32)
        """For each number of a stem that of the longest other one that it begins with; 0 for none."""
        for head, number in self._stems.items():
            beginnings = (head[:length] for length in range(len(head) - 1, 0, -1))
            self.shorter[number] = next((self._stems[each] for each in beginnings if each in self._stems), 0)

    @classmethod
    def of_forms(cls, forms: Iterable[str]) -> "WordNumbers":
        """Numbers for what strings are made of: with their surrounding spaces, those of a prefix without the last."""
        words: set[str] = set()
        stems: set[str] = set()
        for form in forms:
            *whole, last = form.split()
            words.update(whole)
            (words if form.endswith(" ") else stems).add(last)
        return cls(words, stems)

    def __len__(self) -> int:
        """One more than the highest number."""
        return len(self._words) + len(self._stems) + 1

    def of_string(self, text: str) -> list[int]:
        """Numbers of a string of words; the last one is a stem if there is no space behind it."""
        *words, last = text.split()
        numbers = [self._words[word] for word in words]
        return [*numbers, self._words[last] if text.endswith(" ") else self._stems[last.encode()[:HEAD]]]

    def of_word(self, word: str) -> int:
        """The number of a word."""
        return self._words[word]

    def read(self, apart: bytes) -> tuple[Numbers, bool]:
        """Numbers the words of a text with one space or several between them, in front and behind.

        Returns:
            For each word a row of where it starts and ends, in bytes, its number, and that of the longest stem that it
            begins with, 0 for none; and whether three words of one code point follow each other. Hardly ever another
            word of more than `HEAD` bytes has the same number, so what is found by numbers is compared.
        """
        return number_words(apart + PAST, *self._table, *self._stem_table, self._stem_lengths)
