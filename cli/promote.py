"""`secondglance promote`: evaluates a calibrated run, writes its card, and makes it the served model."""

from importlib.util import find_spec
from pathlib import Path

import click

from cli.runs import RUN


@click.command("promote")
@click.option("--run", default="base", show_default=True, type=RUN)
@click.option(
    "--test",
    type=click.Path(exists=True, path_type=Path),
    help="Labelled rows to report on; the blind test set without.",
)
@click.option("--dry-run", is_flag=True, help="Only evaluate and write the card.")
@click.option("--force", metavar="REASON", help="Promote even if a gate blocks; the reason is written into the card.")
@click.option(
    "--as",
    "alias",
    type=click.Choice(["champion", "challenger"]),
    default="champion",
    show_default=True,
    help="The champion is served; the challenger waits beside it.",
)
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(run: str, test: Path | None, dry_run: bool, force: str | None, alias: str, tracking: str) -> None:
    """Evaluates a run on the blind test set or a file, writes its model card, and promotes it unless a gate blocks."""
    from cli.progress import with_progress
    from evaluation.document import to_markdown
    from evaluation.files import can_plot
    from evaluation.gates import check_gates
    from evaluation.plots import draw_plots
    from evaluation.report import gates_section, sections_of
    from evaluation.rows import read_rows
    from evaluation.run import run_rows
    from models.artifact import write_manifest
    from pipeline.build import build_pipeline
    from pipeline.settings import StatedSettings
    from training.apart import gate_apart
    from training.canary import gate_against_champion
    from training.card import about_rows, write_card
    from training.digest import digest_rows
    from training.material import BLIND
    from training.promote import add_reference, check_calibrated, promote, tell_of_rationale
    from training.setup import RUNS

    if force is not None and not force.strip():
        raise click.UsageError("--force needs a reason")
    folder = RUNS / run
    check_calibrated(folder)
    tell_of_rationale(folder)
    write_card(folder, "")
    write_manifest(folder)
    pipeline = build_pipeline(StatedSettings(model=folder))
    file = None if test is None or test.resolve() == BLIND else test
    rows = list(read_rows(file or BLIND))
    outcomes = with_progress(run_rows(pipeline, rows), "scoring", len(rows))
    apart, beside = gate_apart(rows), gate_against_champion(pipeline)
    gates = [*check_gates(outcomes, pipeline.model_config), apart, *beside]
    blocked = any(gate.blocks for gate in gates)
    forced = force.strip() if force and blocked else None
    title = "Blind test set" if file is None else f"{file.name} (digest {digest_rows(rows)})"
    report = to_markdown([*sections_of(outcomes, title), gates_section(gates, forced), about_rows(file)])
    write_card(folder, report)
    add_reference(folder, outcomes)
    write_manifest(folder)
    click.echo(report)
    recorded = find_spec("mlflow") is not None
    if recorded:
        from training.record import record_evaluation, record_promotion, track

        track(tracking)
        record_evaluation(folder, rows, outcomes, gates, draw_plots(outcomes) if can_plot() else [])
    else:
        click.echo("not told to MLflow, which is not installed (training extra; make train-setup)", err=True)
    if dry_run:
        return
    if blocked and not forced:
        click.echo('not promoted: a gate blocks (see above); --force "REASON" overrides it on the record', err=True)
        raise SystemExit(1)
    model = promote(folder, alias=alias)
    if recorded:
        record_promotion(folder, model, alias, forced)
    click.echo(f"promoted: {model.name} as {alias}")
