"""`secondglance rationale`: teaches which words decide, for evidence; goes on where it was interrupted."""

from pathlib import Path

import click

from cli.runs import RUN


@click.command("rationale")
@click.option(
    "--run", default="base", show_default=True, type=RUN, help="Trained run whose small network it starts from."
)
@click.option("--epochs", default=2, show_default=True, type=click.IntRange(1, 20))
@click.option("--seed", default=20, show_default=True)
@click.option("--corpus", type=click.Path(exists=True, path_type=Path), help="Folder of labelled rows.")
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(run: str, epochs: int, seed: int, corpus: Path | None, tracking: str) -> None:
    """Learns from the minimal pairs of the train split which words of a text decide about a hit."""
    from evaluation.pairs import opposite_pairs
    from training.material import gather_pairs, measured_rows
    from training.point import PointingSettings, point_out
    from training.rationale import start_rationale
    from training.record import track
    from training.setup import CORPUS, RUNS, set_up

    network = start_rationale(RUNS / run, seed)
    track(tracking)
    setup = set_up(corpus or CORPUS)
    pairs, others = gather_pairs(setup.rows, measured_rows() if corpus else ())
    click.echo(f"minimal pairs: {len(pairs)}")
    settings = PointingSettings(epochs=epochs, seed=seed)
    point_out(network, setup.edited, pairs, others, opposite_pairs(setup.split("dev")), RUNS / run, settings)
    click.echo(f"taught: runs/{run}; next: secondglance export --run {run}")
