"""What a run learns from: the corpus or a share of it, leads' decisions, public rows; and how it is described."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import InvalidRequest
from evaluation.pairs import Pair, opposite_pairs
from evaluation.rows import LabelledRow, read_rows
from training import setup
from training.canary import CANARY, read_canary
from training.dataset import ExampleMaker
from training.digest import digest_rows
from training.guards import Guarded, examples_of, guard, school_of
from training.likeness import Copies
from training.public.mixture import Mixture
from training.public.read import PublicRows, choose_sets, read_public
from training.share import take_share

EVALUATION = Path(__file__).parents[1] / "evaluation"
BLIND = EVALUATION / "data"
MEASURED = (BLIND, *(EVALUATION / name for name in ("fair_rows", "asking_rows", "pair_rows", "fresh_pairs")))
"""Folders of rows that a released model is measured on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked a run to learn from.

    Attributes:
        share: Of the train split.
        feedback: File of rows that `secondglance feedback` wrote.
        public: Folder of public sets.
        public_sets: Names of sets; all that are not read by name alone if empty.
        public_share: Highest share of an epoch that public rows make up.
        seed: The run's.
    """

    share: float = 1.0
    feedback: Path | None = None
    public: Path | None = None
    public_sets: tuple[str, ...] = ()
    public_share: float = 0.2
    seed: int = 20


@dataclass(frozen=True, slots=True)
class Material:
    """What a run learns from.

    Attributes:
        rows: Of the train split, with the decisions.
        public: Public rows to mix in.
        seen: What training.json and the card say of it, beside the corpus.
        notes: What the user should hear.
    """

    rows: tuple[LabelledRow, ...]
    public: Mixture
    seen: dict[str, Any]
    notes: tuple[str, ...]


def gather(
    corpus: Sequence[LabelledRow], maker: ExampleMaker, wanted: Wanted, also_reserved: Sequence[LabelledRow] = ()
) -> Material:
    """Gathers the rows of a run; of no source a text that a model is measured by, or nearly that.

    All of the corpus takes some twenty seconds.

    Args:
        corpus: With all of its splits.
        maker: Turns rows into examples.
        wanted: What is to be learnt from.
        also_reserved: Rows besides the corpus' own that nothing may be learnt from.

    Raises:
        InvalidRequest: If a file is at fault, a set is missing, or no row is left.
    """
    kept_back = Copies(row.text for row in (*reserved_rows(corpus), *also_reserved))
    drawn = take_share([row for row in corpus if row.split == "train"], wanted.share, wanted.seed)
    rows = [row for row in drawn if kept_back.find(row.text) is None]
    seen: dict[str, Any] = {}
    notes: list[str] = []
    if len(rows) < len(drawn):
        notes.append(f"set aside, their texts are kept for measuring: {len(drawn) - len(rows)} rows of the train split")
    if wanted.share < 1:
        seen["share"] = wanted.share
        notes.append(f"share {wanted.share:g} of the train split: {len(rows)} rows")
    if wanted.feedback:
        decisions = _feedback(wanted.feedback)
        own = examples_of(rows, maker.weight, decisions)
        guarded = guard(decisions, own, kept_back, wanted.seed, maker.weight)
        schools = {school_of(row.source) for row in guarded.rows}
        seen["feedback"] = {"rows": len(guarded.rows), "data": digest_rows(guarded.rows), "schools": len(schools)}
        notes.append(f"feedback: {len(guarded.rows)} rows")
        notes += describe(guarded)
        rows += guarded.rows
    mixture = Mixture()
    if wanted.public:
        sets = [read_public(wanted.public, public) for public in choose_sets(wanted.public, wanted.public_sets)]
        labelled = {found.set.name: _hit(found, maker, kept_back) for found in sets if not found.set.background}
        background = [row for found in sets if found.set.background for row in found.rows]
        mixture = Mixture(labelled, background, wanted.public_share)
        about = {found.set.name: _about(found, labelled) for found in sets}
        seen |= {"public_share": wanted.public_share, "public": about}
        notes += [f"public: {name}, {one['rows']} {one['use']}" for name, one in about.items()]
        notes.append(f"public rows in each epoch: {mixture.size(len(rows))}, beside {len(rows)} of the project's own")
    if not rows:
        raise InvalidRequest("no row is left to learn from: train is empty, or all of it is kept for measuring")
    return Material(tuple(rows), mixture, seen, tuple(notes))


def gather_pairs(
    corpus: Sequence[LabelledRow], also_reserved: Sequence[LabelledRow] = ()
) -> tuple[list[Pair], list[LabelledRow]]:
    """Minimal pairs to learn from, and rows that may stand beside them; none that a model is measured by, or nearly so.

    Raises:
        InvalidRequest: If there is no pair.
    """
    kept_back = Copies(row.text for row in (*reserved_rows(corpus), *also_reserved))
    rows = [row for row in corpus if row.split == "train" and kept_back.find(row.text) is None]
    pairs = opposite_pairs(rows)
    if not pairs:
        raise InvalidRequest("the train split holds no pair of a genuine and a benign row")
    return pairs, rows


def reserved_rows(corpus: Iterable[LabelledRow]) -> list[LabelledRow]:
    """Rows that a model is chosen, calibrated, measured or guarded by."""
    blind = [row for folder in MEASURED for row in read_rows(folder)]
    return [*(row for row in corpus if row.split != "train"), *blind, *(row for _, row in rows_beside_corpus())]


def rows_beside_corpus() -> Iterator[tuple[str, LabelledRow]]:
    """Rows outside the corpus that a model is fitted on or guarded by, each with the name of its file."""
    for row in read_rows(setup.ASKING):
        yield setup.ASKING.name, row
    for row in read_canary():
        yield CANARY.name, row


def measured_rows() -> list[LabelledRow]:
    """Rows of the project's own corpus that a model is chosen or calibrated by, for a run on another corpus."""
    return [row for row in read_rows(setup.CORPUS) if row.split != "train"]


def describe(guarded: Guarded) -> Iterator[str]:
    """What a guard took out, in words."""
    for school, (given, kept) in guarded.excess.items():
        yield f"over 5 % of what is learnt: {school or '(no source)'} gave {given} rows, {kept} were drawn"
    if guarded.unhit:
        yield f"set aside, no keyword hits them and they teach nothing: {len(guarded.unhit)} rows"
    if guarded.repeated:
        yield f"set aside, they say what a row of the same school says: {', '.join(guarded.repeated)}"
    if guarded.reserved:
        yield f"set aside, their texts are kept for measuring: {', '.join(guarded.reserved)}"


def _feedback(path: Path) -> list[LabelledRow]:
    rows = list(read_rows(path))
    if len({row.id for row in rows}) < len(rows):
        raise InvalidRequest(f"{path.name}: an id stands twice")
    if any(row.trigger or row.spans or row.pair or not row.graded for row in rows):
        raise InvalidRequest(f"{path.name}: a row has a trigger, spans, a pair or bare labels, which no decision has")
    return rows


def _hit(found: PublicRows, maker: ExampleMaker, kept_back: Copies) -> list[LabelledRow]:
    """Rows that a keyword hits, as the model is never asked about others, and that are not kept for measuring."""
    return [row for row in found.rows if maker.is_hit(row) and kept_back.find(row.text) is None]


def _about(found: PublicRows, labelled: dict[str, list[LabelledRow]]) -> dict[str, Any]:
    rows = found.rows if found.set.background else labelled[found.set.name]
    return {
        "rows": len(rows),
        "use": "rows of background text" if found.set.background else "labelled rows with a keyword hit",
        "data": digest_rows(rows),
        "source": found.set.source,
        "licence": found.set.licence,
        "citation": found.set.citation,
    }
