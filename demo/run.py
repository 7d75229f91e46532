"""The main job: reads the sample captures, scores them, and writes one report a lead can read.

make demo      (or: python -m demo.run)
"""

import sys
import time

from rich.console import Console
from rich.table import Table

from cli.inputs import Input
from cli.table import COLOURS, score_with_progress
from demo.report import write_report
from demo.samples import DEMO, Sample, keyword_raised, read_samples
from domain.capture import Capture
from domain.errors import SecondglanceError
from domain.verdict import Verdict
from pipeline.build import build_pipeline
from pipeline.pipeline import Options
from pipeline.settings import PipelineSettings
from serving.service import ScoringService

REPORT = DEMO / "report.html"


def main() -> None:
    """Scores the samples, prints the table and writes the report."""
    console = Console() if sys.stdout.isatty() else Console(width=140)
    samples = read_samples()
    settings = PipelineSettings(bank=(DEMO / "known_pictures.csv",))
    started = time.perf_counter()
    service = ScoringService(build_pipeline(settings))
    inputs = [Input(sample.title, Capture(sample.title, image=sample.path.read_bytes())) for sample in samples]
    try:
        outcomes = score_with_progress(service, inputs, Options(evidence=True), console)
    finally:
        service.close()
    failed = [outcome for outcome in outcomes if isinstance(outcome, SecondglanceError)]
    if failed:
        sys.exit(f"demo: {failed[0].kind}: {failed[0]}")
    verdicts = [outcome for outcome in outcomes if isinstance(outcome, Verdict)]
    _print(console, samples, verdicts)
    write_report(REPORT, list(zip(samples, verdicts, strict=True)))
    console.print(
        f"{len(samples)} captures in {time.perf_counter() - started:.0f} s. Report: {REPORT.relative_to(DEMO.parent)}"
    )


def _print(console: Console, samples: list[Sample], verdicts: list[Verdict]) -> None:
    table = Table("capture", "is truly", "keywords alone", "second look", "severity", "why")
    for sample, verdict in zip(samples, verdicts, strict=True):
        table.add_row(
            sample.title,
            "a concern" if sample.genuine else "harmless",
            "raised" if keyword_raised(verdict) else "-",
            verdict.action.value,
            f"{verdict.severity} {verdict.category or ''}".strip(),
            why(verdict),
            style=COLOURS[verdict.action],
        )
    console.print(table)
    for genuine, name in ((True, "concerns"), (False, "harmless captures")):
        group = [verdict for sample, verdict in zip(samples, verdicts, strict=True) if sample.genuine is genuine]
        first = sum(keyword_raised(verdict) for verdict in group)
        second = sum(verdict.action.value != "dismiss" for verdict in group)
        console.print(
            f"{name}: {len(group)}; raised by keywords alone: {first}; raised after the second look: {second}"
        )


def why(verdict: Verdict) -> str:
    """The weightiest phrase or picture in a few words."""
    if verdict.image_matches and verdict.image_matches[0].severity == verdict.severity:
        return f"known picture {verdict.image_matches[0].item}"
    if not verdict.findings:
        return "nothing found"
    worst = max(verdict.findings, key=lambda finding: (finding.severity, finding.hit.grade))
    quoted = "a listed phrase" if worst.hit.protected else f"“{' '.join(worst.hit.matched.split())}”"
    return f"{quoted}: {worst.hit.grade} by keyword, {worst.severity} in context"


if __name__ == "__main__":
    main()
