"""`secondglance compare`: a paired test of a calibrated run against a model of the registry."""

from pathlib import Path

import click

from cli.runs import RUN


@click.command("compare")
@click.argument("data", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--run", required=True, type=RUN, help="Name of a calibrated run.")
@click.option("--with", "other", default="champion", show_default=True, help="champion, challenger, or a model's name.")
def command(data: Path | None, run: str, other: str) -> None:
    """Compares a run with a model on labelled JSON lines (the blind test set if none are given)."""
    from cli.progress import with_progress
    from evaluation.compare import compare, to_lines
    from evaluation.rows import read_rows
    from evaluation.run import run_rows
    from models.registry import resolve
    from pipeline.build import build_pipeline
    from pipeline.settings import StatedSettings
    from training.apart import check_apart
    from training.material import BLIND
    from training.promote import prepare
    from training.setup import RUNS

    folders = [prepare(RUNS / run), resolve(other)]
    rows = list(read_rows(data or BLIND))
    check_apart(rows)
    pipelines = [build_pipeline(StatedSettings(model=folder)) for folder in folders]
    new, old = (
        with_progress(run_rows(pipeline, rows), f"scoring with {name}", len(rows))
        for pipeline, name in zip(pipelines, (run, other), strict=True)
    )
    click.echo(f"{run} against {other} ({pipelines[1].versions.model}) on {len(rows)} rows")
    for line in to_lines(compare(new, old), run, other):
        click.echo(line)
