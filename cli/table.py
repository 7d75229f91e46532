"""Verdicts as a table on a terminal, with a progress bar while they are made."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.inputs import Input
from domain.errors import SecondglanceError
from domain.verdict import Action, Finding, Verdict
from pipeline.pipeline import Options
from serving.service import ScoringService

COLOURS = {Action.DISMISS: "green", Action.REVIEW: "yellow", Action.ALERT: "bold red"}


def score_with_progress(
    service: ScoringService, inputs: Sequence[Input], options: Options, console: Console
) -> list[Verdict | SecondglanceError]:
    """Scores inputs in order behind a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    outcomes: list[Verdict | SecondglanceError] = []
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("reading captures", total=len(inputs))
        for outcome in service.score_all((item.capture for item in inputs), options):
            outcomes.append(outcome)
            progress.advance(task)
    return outcomes


def print_table(service: ScoringService, inputs: Sequence[Input], options: Options) -> int:
    """Scores and prints; returns how many failed."""
    console = Console(markup=False, emoji=False, highlight=False)
    outcomes = score_with_progress(service, inputs, options, Console(stderr=True))
    table = Table("capture", "action", "severity", "category", "because of")
    failed = 0
    for item, outcome in zip(inputs, outcomes, strict=True):
        name = _printable(item.id or "")
        if isinstance(outcome, SecondglanceError):
            failed += 1
            table.add_row(name, "error", "", "", f"{outcome.kind}: {_printable(str(outcome))}", style="magenta")
            continue
        because = ", ".join(dict.fromkeys(describe(finding) for finding in outcome.findings))
        pictures = ", ".join(f"picture {match.bank}:{match.item}" for match in outcome.image_matches)
        table.add_row(
            name,
            outcome.action.value,
            str(outcome.severity),
            outcome.category or "-",
            ", ".join(part for part in (because, pictures) if part) or "nothing found",
            style=COLOURS[outcome.action],
        )
    console.print(table)
    return failed


def describe(finding: Finding) -> str:
    """A finding in a few words: the phrase, and what became of its grade."""
    return f"{finding.hit.phrase!r} {finding.hit.grade}→{finding.severity} ({finding.reason.value})"


def _printable(text: str) -> str:
    """A name of a file without signs that would steer the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
