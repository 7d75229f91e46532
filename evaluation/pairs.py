"""Whether the evidence points at what makes the difference, measured on minimal pairs.

A minimal pair is two rows with nearly the same words and opposite truth. What was edited is the reason for
the difference; so an edited word should be among the first words of evidence for the genuine row. The word that decides
may stand in the benign row alone ("acne scars"); what is pointed at there is told apart.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import comb

from domain.capture import Capture
from domain.verdict import Finding
from evaluation.metrics import share
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs, read_slurs
from models.rationale import Span, words_of
from pipeline.pipeline import Options, Pipeline

TOP = 3
Pair = tuple[LabelledRow, LabelledRow]
"""Two rows of opposite truth, the genuine one first."""


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """What the evidence of one row of a pair points at.

    Attributes:
        pair: Id of the pair.
        genuine: Whether it is the genuine row.
        edited: Spans of the row's words that its twin does not have.
        shown: Spans of the first `TOP` words of evidence of the finding that weighs most; empty without a hit.
        hit: Whether the row has a hit at all.
        words: How many words the row has.
    """

    pair: str
    genuine: bool
    edited: tuple[Span, ...]
    shown: tuple[Span, ...]
    hit: bool
    words: int

    @property
    def found(self) -> bool:
        """Whether an edited word is among those shown."""
        return any(start < other_end and other < end for start, end in self.shown for other, other_end in self.edited)

    @property
    def by_chance(self) -> float:
        """The probability that an edited word is among `TOP` words of the row that are drawn by chance."""
        drawn = min(TOP, self.words)
        return 1 - comb(self.words - len(self.edited), drawn) / comb(self.words, drawn)


def opposite_pairs(rows: Iterable[LabelledRow]) -> list[Pair]:
    """Pairs of one genuine and one benign row, the genuine first; all others are left out."""
    groups: dict[str, list[LabelledRow]] = {}
    for row in rows:
        if row.pair:
            groups.setdefault(row.pair, []).append(row)
    found = []
    for group in groups.values():
        genuine, benign = [row for row in group if row.genuine], [row for row in group if row.benign]
        if len(group) == 2 and genuine and benign:
            found.append((genuine[0], benign[0]))
    return found


def edited_words(text: str, twin: str) -> tuple[Span, ...]:
    """Spans of the words of a text that were put in place of, or added to, those of its twin; case aside."""
    words = words_of(text)
    others, own = ([one[start:end].casefold() for start, end in words_of(one)] for one in (twin, text))
    matcher = SequenceMatcher(None, others, own, autojunk=False)
    changed = [part for part in matcher.get_opcodes() if part[0] in ("replace", "insert")]
    return tuple(words[index] for _, _, _, start, end in changed for index in range(start, end))


def run_pairs(pipeline: Pipeline, pairs: Iterable[Pair]) -> Iterator[PairEvidence]:
    """Asks for the evidence of both rows of each pair, the genuine first; both get the same words for placeholders."""
    slurs = read_slurs()
    for halves in pairs:
        genuine, benign = (fill_slurs(row, slurs, random.Random(row.pair)) for row in halves)
        for row, twin in ((genuine, benign), (benign, genuine)):
            capture = Capture(row.id, text=row.text, context=row.context)
            findings = pipeline.score(capture, Options(evidence=True)).findings
            shown = max(findings, key=_weight).evidence[:TOP] if findings else ()
            yield PairEvidence(
                pair=row.pair or "",
                genuine=row is genuine,
                edited=edited_words(row.text, twin.text),
                shown=tuple((word.start, word.end) for word in shown),
                hit=bool(findings),
                words=len(words_of(row.text)),
            )


def pairs_to_lines(found: Sequence[PairEvidence]) -> list[str]:
    """The figures in words; rows without a hit or without a word that their twin does not have are told apart."""
    lines = [f"pairs of opposite truth: {sum(row.genuine for row in found)}"]
    for name, genuine in (("genuine", True), ("benign", False)):
        rows = [row for row in found if row.genuine is genuine]
        counted = [row for row in rows if row.hit and row.edited]
        chance = sum(row.by_chance for row in counted) / max(1, len(counted))
        lines.append(
            f"{name} row: an edited word is among the first {TOP} of evidence: "
            f"{share([row.found for row in counted])}, among {TOP} words drawn by chance: {100 * chance:.1f} %; "
            f"not hit by any keyword: {sum(not row.hit for row in rows)}; "
            f"hit, but every word stands in its twin too: {sum(row.hit and not row.edited for row in rows)}"
        )
    return lines


def _weight(finding: Finding) -> tuple[int, float]:
    return finding.severity, finding.probability or 0.0
