"""How many disguised phrases the keyword stage finds, and how many it only imagines in clean prose.

    python -m evaluation.attack_matrix                                     recall of each technique and strength
    python -m evaluation.attack_matrix --prose FOLDER --prose FOLDER ...   and false hits in what lies there
    python -m evaluation.attack_matrix --phrases 0 --prose FOLDER --except FOLDER   these alone, in documents that the
                                                                           second folder does not hold

English phrases are drawn from the lexicon, put into a plain sentence, and hidden; those that are not found in the open
(they need company, or have expired) are left out. A case counts as found if a hit of the same category and at least the
same grade covers exactly the hidden phrase, or more.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from domain.hit import KeywordHit
from domain.page import Page
from evaluation.attacks import ATTACKS, STRENGTHS, emoji_attack
from evaluation.prose import read_prose
from keyword_stage.emoji import read_emoji
from keyword_stage.lexicon import ENGLISH, Lexicon, Phrase, read_lexicon
from keyword_stage.matcher import Matcher

SENTENCES = ("{}", "so {}, ok", "he said: {} again", "ngl {} lol")
_SHORTEST = 4
_AROUND = 60
"""Code points on both sides of a false hit that are shown, to judge it by."""


@dataclass(frozen=True, slots=True)
class Case:
    """One phrase hidden in a sentence.

    Attributes:
        phrase: The phrase.
        technique: How it was hidden.
        strength: 1..3.
        text: The sentence.
        start: Where the hidden phrase stands.
        end: Where it ends.
        ocr: Whether it counts as read by recognition.
    """

    phrase: Phrase
    technique: str
    strength: int
    text: str
    start: int
    end: int
    ocr: bool


def make_cases(lexicon: Lexicon, matcher: Matcher, phrases: int, seed: int) -> Iterator[Case]:
    """Hides phrases in every way; those that offer no hold to a technique are left out of it.

    Args:
        lexicon: Where they come from.
        matcher: Says which of them it finds in the open.
        phrases: How many to draw.
        seed: Of everything random.
    """
    rng = random.Random(seed)
    usable = [p for p in lexicon.phrases if not (p.protected or p.cue) and p.language == ENGLISH]
    for phrase in rng.sample(usable, min(phrases, len(usable))):
        plain = _write(phrase, rng)
        before, after = rng.choice(SENTENCES).split("{}")
        if not (
            plain.isascii()
            and is_found(matcher, Case(phrase, "", 0, before + plain + after, len(before), len(before + plain), False))
        ):
            continue
        for attack in (*ATTACKS, emoji_attack(read_emoji())):
            if attack.loose and sum(map(str.isalpha, plain)) < _SHORTEST:
                continue
            for strength in STRENGTHS:
                hidden = attack.hide(plain, strength, rng)
                if hidden != plain:
                    text = before + hidden + after
                    end = len(before + hidden)
                    yield Case(phrase, attack.name, strength, text, len(before), end, attack.ocr)


def _write(phrase: Phrase, rng: random.Random) -> str:
    """One of the ways in which a phrase may be typed."""
    parts = [rng.choice(sorted(forms)).strip() for forms in phrase.spelling.parts]
    fillers = ["".join(" some" for _ in range(low)) for low, _ in phrase.spelling.gaps]
    return "".join(f"{part}{filler} " for part, filler in zip(parts, (*fillers, ""), strict=True)).strip()


def is_found(matcher: Matcher, case: Case) -> bool:
    """Whether a hit covers the hidden phrase."""
    page = replace(Page.from_text(case.text), from_ocr=case.ocr)
    return any(
        hit.start <= case.start
        and hit.end >= case.end
        and hit.category == case.phrase.category
        and hit.grade >= case.phrase.grade
        for hit in matcher.find(page)
    )


def count_recall(matcher: Matcher, cases: Sequence[Case]) -> dict[tuple[str, int], tuple[int, int]]:
    """For each technique and strength how many were found, of how many."""
    found: Counter[tuple[str, int]] = Counter()
    every: Counter[tuple[str, int]] = Counter()
    for case in cases:
        key = case.technique, case.strength
        every[key] += 1
        found[key] += is_found(matcher, case)
    return {key: (found[key], count) for key, count in every.items()}


def false_hits(matcher: Matcher, text: str, from_ocr: bool) -> list[KeywordHit]:
    """Hits of a clean text that only a disguise explains."""
    return [hit for hit in matcher.find(replace(Page.from_text(text), from_ocr=from_ocr)) if hit.disguise]


def main(arguments: Sequence[str]) -> None:
    """Prints the matrix."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.attack_matrix", description=__doc__.split("\n")[0])
    parser.add_argument("--phrases", type=int, default=600, help="drawn from the lexicon (default 600)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prose", type=Path, action="append", default=[], help="folder of clean text; repeatable")
    parser.add_argument(
        "--except",
        type=Path,
        action="append",
        default=[],
        dest="known",
        metavar="FOLDER",
        help="documents that stand here too are left out; repeatable",
    )
    parser.add_argument("--show", action="store_true", help="print each miss and each false hit")
    given = parser.parse_args(arguments)
    lexicon = read_lexicon()
    matcher = Matcher(lexicon)
    cases = list(make_cases(lexicon, matcher, given.phrases, given.seed))
    if given.show:
        for case in cases:
            if not is_found(matcher, case):
                print(f"missed\t{case.technique} {case.strength}\t{case.phrase.id}\t{case.text!r}")
    if cases:
        _print_recall(count_recall(matcher, cases))
    if given.prose:
        _print_false(matcher, list(read_prose(given.prose, given.known)), given.show)


def _print_recall(counts: dict[tuple[str, int], tuple[int, int]]) -> None:
    print(f"{'technique':18}" + "".join(f"strength {strength:<8}" for strength in STRENGTHS) + "all     cases")
    for name in dict.fromkeys(name for name, _ in counts):
        mine = [counts.get((name, strength), (0, 0)) for strength in STRENGTHS]
        found, every = (sum(column) for column in zip(*mine, strict=True))
        cells = "".join(f"{100 * hit / count if count else 0:6.1f} %         " for hit, count in mine)
        print(f"{name:18}{cells}{100 * found / every:6.1f} % {every:6}")


def _print_false(matcher: Matcher, documents: Sequence[str], show: bool) -> None:
    words, characters = sum(len(text.split()) for text in documents), sum(map(len, documents))
    print(f"{len(documents):,} clean documents, {words:,} words, {characters:,} characters")
    for name, from_ocr in (("typed", False), ("as if from OCR", True)):
        found = [(hit, document) for document in documents for hit in false_hits(matcher, document, from_ocr)]
        rate = 1000 * len(found) / max(1, len(documents))
        kinds = Counter("+".join(hit.disguise) for hit, _ in found)
        print(f"{name}: {len(found)} false hits, {rate:.3f} in 1,000 documents; {dict(kinds.most_common())}")
        for hit, document in found if show else ():
            around = document[max(0, hit.start - _AROUND) : hit.end + _AROUND]
            print(f"false\t{'+'.join(hit.disguise)}\t{hit.phrase}\t{hit.matched!r}\t{around!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
