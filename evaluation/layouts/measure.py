"""Holds the reading of a painted page against its truth, and names what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile

from domain.hit import KeywordHit
from domain.page import Box, Page, Word
from evaluation.layouts.context import context_of
from evaluation.layouts.truth import ANYWHERE, Truth
from ocr.recognised import union

OVERLAP = 0.5
"""Boxes that share so much of what both cover are in the same place."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was found on one page.

    Attributes:
        name: Of the page.
        words: How many can be seen.
        lost: Those that were not read, or not as they stand there.
        joined: False joins: neighbours in the reading, in one block, that belong to different groups.
        across: Those of them whose paragraphs stand beside each other: a phrase made of two columns.
        broken: Neighbours of one paragraph that the reading parts, or puts in another order.
        turned: Paragraphs of one flow in another order than they have, or with text of another between them.
        flows: Neighbouring paragraphs of one flow.
        sides: Lines of a speaker, and how many of them were given that side.
        strange: Lines with a side that have no speaker.
        false_hits: Phrases that are not there.
        lost_hits: Phrases that are.
        hits: How many phrases are there.
        boxes: For each word that was read how much its box shares with the true one, 0..1.
        hit_boxes: The same for the boxes of hits, line by line.
        context: Words that windows of context show around hits in paragraphs of a flow, and how many of them belong to
            another flow in another column.
    """

    name: str
    words: int
    lost: tuple[str, ...]
    joined: tuple[str, ...]
    across: tuple[str, ...]
    broken: tuple[str, ...]
    turned: tuple[str, ...]
    flows: int
    sides: tuple[int, int]
    strange: tuple[str, ...]
    false_hits: tuple[str, ...]
    lost_hits: tuple[str, ...]
    hits: int
    boxes: tuple[float, ...]
    hit_boxes: tuple[float, ...]
    context: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    """A token, where it comes in the reading, and the block that it was read in."""

    place: int
    block: int
    word: Word


def measure(truth: Truth, page: Page, there: Sequence[KeywordHit], found: Sequence[KeywordHit]) -> Told:
    """Compares a reading with the truth.

    Args:
        truth: Of the page.
        page: As it was read.
        there: Hits of `truth.text`.
        found: Hits of the reading.
    """
    order = list(_in_order(truth, page))
    places = {token: read for read, tokens in order for token in tokens}
    seen = [number for number, token in enumerate(truth.tokens) if token.seen]
    joins = list(_joins(truth, order))
    false, lost, pairs = _hits(there, found)
    sided = [(line.side or "", _side_of(truth, order, line.start, line.end)) for line in page.lines]
    return Told(
        name=truth.name,
        words=len(seen),
        lost=tuple(truth.tokens[number].text for number in seen if not _is_read(truth, page, number, places)),
        joined=tuple(_named(truth, a, b) for a, b in joins),
        across=tuple(
            _named(truth, a, b) for a, b in joins if truth.are_beside(truth.tokens[a].block, truth.tokens[b].block)
        ),
        broken=tuple(_broken(truth, places)),
        turned=tuple(_turned(truth, order, places)),
        flows=sum(1 for _ in _flows(truth, places)),
        sides=(sum(bool(true) for _, true in sided), sum(true == read for read, true in sided if true)),
        strange=tuple(
            page.text[line.start : line.end]
            for line, (read, true) in zip(page.lines, sided, strict=True)
            if read and true == ""
        ),
        false_hits=tuple(hit.phrase for hit in false),
        lost_hits=tuple(hit.phrase for hit in lost),
        hits=len(there),
        boxes=tuple(_shared(truth.tokens[number].box, places[number].word.box) for number in seen if number in places),
        hit_boxes=tuple(
            share
            for true, read in pairs
            for share in _box_shares(_true_boxes(truth, true), page.boxes(read.start, read.end))
        ),
        context=context_of(truth, page, {token: read.word for token, read in places.items()}),
    )


def _in_order(truth: Truth, page: Page) -> Iterator[tuple[_Read, list[int]]]:
    """Words in reading order with the tokens that stand there."""
    place = 0
    for line in page.lines:
        for word in line.words:
            tokens = [n for n, token in enumerate(truth.tokens) if _covers(word.box, token.box)]
            best = max(tokens, key=lambda n: _shared(truth.tokens[n].box, word.box), default=None)
            whole = [n for n in tokens if n == best or _inside(truth.tokens[n].box, word.box) > OVERLAP]
            if whole:
                place += 1
                yield _Read(place, line.block, word), whole


def _is_read(truth: Truth, page: Page, number: int, places: dict[int, _Read]) -> bool:
    token = truth.tokens[number]
    if number not in places:
        return False
    word = places[number].word
    read, true = (_letters(text) for text in (page.text[word.start : word.end], token.text))
    return (read in true if _is_broken(truth, number) else true in read) and bool(read or not true)


def _is_broken(truth: Truth, number: int) -> bool:
    behind = truth.tokens[number + 1 : number + 2]
    return truth.tokens[number].part > 0 or (bool(behind) and behind[0].part > 0)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _joins(truth: Truth, order: list[tuple[_Read, list[int]]]) -> Iterator[tuple[int, int]]:
    for _, tokens in order:
        yield from ((a, b) for a, b in pairwise(tokens) if truth.tokens[a].group != truth.tokens[b].group)
    for (one, before), (other, behind) in pairwise(order):
        if one.block == other.block and truth.tokens[before[-1]].group != truth.tokens[behind[0]].group:
            yield before[-1], behind[0]


def _broken(truth: Truth, places: dict[int, _Read]) -> Iterator[str]:
    for a, b in pairwise(range(len(truth.tokens))):
        goes_on = (
            truth.tokens[b].box[3] > truth.tokens[a].box[1]
        )  # not from the foot of a column to the head of the next
        if truth.tokens[a].block == truth.tokens[b].block and goes_on and a in places and b in places:
            one, other = places[a], places[b]
            if one.block != other.block or other.place - one.place not in (0, 1):
                yield _named(truth, a, b)


def _flows(truth: Truth, places: dict[int, _Read]) -> Iterator[tuple[list[int], list[int]]]:
    """Tokens that were read of neighbouring paragraphs of one flow."""
    flows: dict[str, list[list[int]]] = {}
    for _, numbers in groupby(range(len(truth.tokens)), key=lambda n: truth.tokens[n].block):
        tokens = [number for number in numbers if number in places]
        if tokens and truth.tokens[tokens[0]].flow not in ("", ANYWHERE):
            flows.setdefault(truth.tokens[tokens[0]].flow, []).append(tokens)
    for blocks in flows.values():
        yield from pairwise(blocks)


def _turned(truth: Truth, order: list[tuple[_Read, list[int]]], places: dict[int, _Read]) -> Iterator[str]:
    flows = [truth.tokens[tokens[0]].flow for _, tokens in order]
    groups = [truth.tokens[tokens[0]].group for _, tokens in order]
    for upper, lower in _flows(truth, places):
        last, first = max(places[n].place for n in upper), min(places[n].place for n in lower)
        allowed = {truth.tokens[upper[0]].group, truth.tokens[lower[0]].group}
        between = zip(flows[last : first - 1], groups[last : first - 1], strict=True)
        mine = {truth.tokens[upper[0]].flow, ANYWHERE}
        if first < last:
            yield f"{_named(truth, upper[-1], lower[0])} turned"
        elif any(flow not in mine and group not in allowed for flow, group in between):
            yield f"{_named(truth, upper[-1], lower[0])} with other text between"


def _side_of(truth: Truth, order: list[tuple[_Read, list[int]]], start: int, end: int) -> str | None:
    """Who speaks a line; None if nothing is known to stand there."""
    sides = [truth.tokens[n].side for read, tokens in order if start <= read.word.start < end for n in tokens]
    return max(sides, key=sides.count) if sides else None


def _hits(
    there: Sequence[KeywordHit], found: Sequence[KeywordHit]
) -> tuple[list[KeywordHit], list[KeywordHit], list[tuple[KeywordHit, KeywordHit]]]:
    """Hits that only the reading has, hits that it lacks, and those of both; the same phrase in any order."""
    rest = list(found)
    lost: list[KeywordHit] = []
    pairs: list[tuple[KeywordHit, KeywordHit]] = []
    for hit in there:
        same = next((other for other in rest if other.phrase == hit.phrase), None)
        if same is None:
            lost.append(hit)
        else:
            rest.remove(same)
            pairs.append((hit, same))
    return rest, lost, pairs


def _true_boxes(truth: Truth, hit: KeywordHit) -> list[Box]:
    """One box for each line that a hit of `truth.text` covers."""
    boxes: list[Box] = []
    for number, start in truth.starts.items():
        if not (hit.start < start + len(truth.tokens[number].text) and start < hit.end):
            continue
        parts = [truth.tokens[number], *takewhile(lambda token: token.part > 0, truth.tokens[number + 1 :])]
        for box in (part.box for part in parts):
            if boxes and min(box[3], boxes[-1][3]) - max(box[1], boxes[-1][1]) > (box[3] - box[1]) / 2:
                boxes[-1] = union([boxes[-1], box])
            else:
                boxes.append(box)
    return boxes


def _box_shares(true: Sequence[Box], read: Sequence[Box]) -> Iterator[float]:
    """For each box that was told the best share of any true one."""
    return (max((_shared(box, other) for other in true), default=0.0) for box in read)


def _named(truth: Truth, a: int, b: int) -> str:
    return f"{truth.tokens[a].text} | {truth.tokens[b].text}"


def _covers(read: Box, true: Box) -> bool:
    """Whether the middle of either lies in the other."""
    middle = (true[0] + true[2]) / 2, (true[1] + true[3]) / 2
    own = (read[0] + read[2]) / 2, (read[1] + read[3]) / 2
    return _holds(read, middle) or _holds(true, own)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _both(a: Box, b: Box) -> int:
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def _area(box: Box) -> int:
    return max(1, (box[2] - box[0]) * (box[3] - box[1]))


def _inside(a: Box, b: Box) -> float:
    return _both(a, b) / _area(a)


def _shared(a: Box, b: Box) -> float:
    return _both(a, b) / (_area(a) + _area(b) - _both(a, b))
