"""`secondglance promote`: evaluates a calibrated run, writes its card, and makes it the served model."""

from pathlib import Path

import click


@click.command("promote")
@click.option("--run", default="base", show_default=True)
@click.option(
    "--test",
    type=click.Path(exists=True, path_type=Path),
    help="Labelled rows to report on (the blind test set).",
)
@click.option("--dry-run", is_flag=True, help="Only evaluate and write the card.")
def command(run: str, test: Path | None, dry_run: bool) -> None:
    """Evaluates a run on the blind test set, writes its model card, and promotes it."""
    from evaluation.report import to_markdown
    from evaluation.rows import read_rows
    from evaluation.run import run_rows
    from models.artifact import write_manifest
    from pipeline.build import build_pipeline
    from pipeline.settings import PipelineSettings
    from training.card import write_card
    from training.promote import promote
    from training.setup import RUNS

    folder = RUNS / run
    write_card(folder, "")
    write_manifest(folder)
    pipeline = build_pipeline(PipelineSettings(model=folder))
    rows = list(read_rows(test or Path(__file__).parents[1] / "evaluation" / "data"))
    report = to_markdown(list(run_rows(pipeline, rows)), "Blind test set")
    write_card(folder, report)
    write_manifest(folder)
    click.echo(report)
    if not dry_run:
        click.echo(f"promoted: {promote(folder).name}")
