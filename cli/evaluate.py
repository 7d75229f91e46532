"""`secondglance evaluate`: what the second look does to labelled rows."""

from pathlib import Path
from typing import Any

import click

from cli.options import pipeline_options, pipeline_settings


@click.command("evaluate")
@click.argument("data", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--split", help="Only rows of this split.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the report to this file (Markdown).")
@pipeline_options
def command(data: Path | None, split: str | None, out: Path | None, **values: Any) -> None:
    """Measures the pipeline on labelled JSON lines (the project's blind test set if none are given)."""
    from rich.progress import track

    from evaluation.report import to_markdown
    from evaluation.rows import read_rows
    from evaluation.run import run_rows
    from pipeline.build import build_pipeline

    data = data or Path(__file__).parents[1] / "evaluation" / "data"
    pipeline = build_pipeline(pipeline_settings(**values))
    rows = [row for row in read_rows(data) if split in (None, row.split)]
    outcomes = list(track(run_rows(pipeline, rows), "scoring", len(rows), transient=True))
    report = to_markdown(outcomes, f"{data.name}, model {pipeline.versions.model}")
    click.echo(report)
    if out:
        out.write_text(report, encoding="utf-8")
