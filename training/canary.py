"""Sixty plain rows that nobody can argue about; a new model may not fall on them.

Labels that came from outside, by mistake or with intent, can teach a model to set real concerns aside while its figures
on other rows still look well. A run that dismisses one genuine canary row which the model in service raises is not
promoted. Nothing is ever learnt from these rows. No rule keeps a genuine one raised: each has text around a phrase, and
none holds an explicit statement, a solicitation or a bare plea for help, so that a model that sees no harm dismisses
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evaluation.gates import Gate
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow, read_rows
from evaluation.run import run_rows
from models.registry import CHAMPION, read_aliases, resolve
from pipeline.build import build_pipeline
from pipeline.pipeline import Pipeline
from pipeline.settings import StatedSettings

CANARY = Path(__file__).parent / "canary.jsonl"


@dataclass(frozen=True, slots=True)
class CanaryCheck:
    """How a run does on the canary rows beside the model in service.

    Attributes:
        genuine: Genuine rows that the model in service raises.
        fallen: Ids of those that the run dismisses.
        raised_anew: Ids of benign rows that the run raises and the model in service does not.
    """

    genuine: int
    fallen: tuple[str, ...]
    raised_anew: tuple[str, ...]

    def gate(self) -> Gate:
        """Blocks if one row fell; benign rows are only told."""
        named = f" ({', '.join(self.fallen)})" if self.fallen else ""
        figures = (
            f"{len(self.fallen)} of {self.genuine} genuine rows that the model in service raises are dismissed{named}; "
            f"{len(self.raised_anew)} benign rows are raised anew"
        )
        return Gate("canary rows", bool(self.fallen), figures)


def read_canary() -> Iterator[LabelledRow]:
    """The canary rows."""
    return read_rows(CANARY)


def check_canary(run: Pipeline, in_service: Pipeline) -> CanaryCheck:
    """Scores the canary rows with both models."""
    rows = list(read_canary())
    pairs = list(zip(run_rows(in_service, rows), run_rows(run, rows), strict=True))
    held = [new for old, new in pairs if new.genuine and old.raised]

    def anew(old: Outcome, new: Outcome) -> bool:
        return new.benign and new.raised and not old.raised

    return CanaryCheck(
        genuine=len(held),
        fallen=tuple(new.row.id for new in held if not new.raised),
        raised_anew=tuple(new.row.id for old, new in pairs if anew(old, new)),
    )


def gate_against_champion(run: Pipeline) -> list[Gate]:
    """The gate of a run beside the model in service; none if there is no such model yet."""
    champion = read_aliases().get(CHAMPION)
    if champion is None:
        return []
    return [check_canary(run, build_pipeline(StatedSettings(model=resolve(champion)))).gate()]
