"""`secondglance train`: fine-tunes a model on the corpus; goes on where it was interrupted."""

from pathlib import Path

import click


@click.command("train")
@click.option("--run", default="base", show_default=True, help="Name of the run; its folder is runs/NAME.")
@click.option("--epochs", default=12, show_default=True, type=click.IntRange(1, 100))
@click.option("--seed", default=20, show_default=True)
@click.option(
    "--corpus",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of labelled rows (the project's own).",
)
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(run: str, epochs: int, seed: int, corpus: Path | None, tracking: str) -> None:
    """Fine-tunes a model on the train split and keeps the epoch with the highest dev AUROC."""
    import mlflow

    from training.network import load_base
    from training.setup import CORPUS, RUNS, base_model, set_up
    from training.train import TrainingSettings, train

    mlflow.set_tracking_uri(tracking)
    mlflow.set_experiment("secondglance")
    setup = set_up(corpus or CORPUS)
    settings = TrainingSettings(epochs=epochs, seed=seed)
    train(
        load_base(base_model(), seed),
        setup.maker,
        setup.split("train"),
        setup.split("dev"),
        RUNS / run,
        settings,
    )
    click.echo(f"trained: runs/{run}; next: secondglance export --run {run}")
