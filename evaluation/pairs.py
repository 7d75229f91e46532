"""Whether the evidence points at what makes the difference, measured on minimal pairs.

A minimal pair is two rows with nearly the same words and opposite truth. What was edited is the reason for
the difference; so an edited word should be among the first words of evidence for the genuine row.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from domain.capture import Capture
from domain.verdict import Finding
from evaluation.metrics import share
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs, read_slurs
from pipeline.pipeline import Options, Pipeline

TOP = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """What the evidence of a pair's genuine row points at.

    Attributes:
        pair: Id of the pair.
        edited: Spans of the genuine text's words that its benign twin does not have.
        shown: Spans of the first `TOP` words of evidence of the finding that weighs most; empty without a hit.
        hit: Whether the genuine row has a hit at all.
    """

    pair: str
    edited: tuple[Span, ...]
    shown: tuple[Span, ...]
    hit: bool

    @property
    def found(self) -> bool:
        """Whether an edited word is among those shown."""
        return any(start < other_end and other < end for start, end in self.shown for other, other_end in self.edited)


def opposite_pairs(rows: Iterable[LabelledRow]) -> list[tuple[LabelledRow, LabelledRow]]:
    """Pairs of one genuine and one benign row, the genuine first; all others are left out."""
    groups: dict[str, list[LabelledRow]] = {}
    for row in rows:
        if row.pair:
            groups.setdefault(row.pair, []).append(row)
    found = []
    for group in groups.values():
        genuine, benign = [row for row in group if row.severity > 2], [row for row in group if row.severity < 2]
        if len(group) == 2 and genuine and benign:
            found.append((genuine[0], benign[0]))
    return found


def edited_words(text: str, twin: str) -> tuple[Span, ...]:
    """Spans of the words of a text that were put in place of, or added to, those of its twin; case aside."""
    words = list(_WORD.finditer(text))
    others = [match.group().casefold() for match in _WORD.finditer(twin)]
    matcher = SequenceMatcher(None, others, [match.group().casefold() for match in words], autojunk=False)
    changed = [part for part in matcher.get_opcodes() if part[0] in ("replace", "insert")]
    return tuple(words[index].span() for _, _, _, start, end in changed for index in range(start, end))


def run_pairs(pipeline: Pipeline, pairs: Iterable[tuple[LabelledRow, LabelledRow]]) -> Iterator[PairEvidence]:
    """Asks for the evidence of each pair's genuine row; both halves get the same words for placeholders."""
    slurs = read_slurs()
    for halves in pairs:
        genuine, benign = (fill_slurs(row, slurs, random.Random(row.pair)) for row in halves)
        capture = Capture(genuine.id, text=genuine.text, context=genuine.context)
        findings = pipeline.score(capture, Options(evidence=True)).findings
        words = max(findings, key=_weight).evidence[:TOP] if findings else ()
        yield PairEvidence(
            pair=genuine.pair or "",
            edited=edited_words(genuine.text, benign.text),
            shown=tuple((word.start, word.end) for word in words),
            hit=bool(findings),
        )


def pairs_to_lines(found: Sequence[PairEvidence]) -> list[str]:
    """The figures in words; pairs without a hit or without a word that only the genuine row has are told apart."""
    counted = [pair for pair in found if pair.hit and pair.edited]
    return [
        f"pairs of opposite truth: {len(found)}; genuine row not hit by any keyword: {sum(not p.hit for p in found)}; "
        f"hit, but every word stands in its twin too: {sum(p.hit and not p.edited for p in found)}",
        f"an edited word is among the first {TOP} of evidence: {share([pair.found for pair in counted])}",
    ]


def _weight(finding: Finding) -> tuple[int, float]:
    return finding.severity, finding.probability or 0.0
