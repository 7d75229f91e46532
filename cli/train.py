"""`secondglance train`: fine-tunes a model on the corpus; goes on where it was interrupted."""

from pathlib import Path

import click

from cli.runs import RUN, to_export

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_SHARE = click.FloatRange(0, 1, min_open=True)
_PART_OF_ALL = click.FloatRange(0, 1)
_PART = click.FloatRange(0, 0.5)


@click.command("train")
@click.option("--run", default="base", show_default=True, type=RUN, help="Name of the run; its folder is runs/NAME.")
@click.option("--encoder", default="small", show_default=True, type=click.Choice(["small", "large"]))
@click.option("--epochs", default=12, show_default=True, type=click.IntRange(1, 100))
@click.option("--seed", default=20, show_default=True)
@click.option(
    "--corpus",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of labelled rows (the project's own).",
)
@click.option("--share", default=1.0, show_default=True, type=_SHARE, help="Of the train split (learning curve).")
@click.option("--feedback", type=_FILE, help="Rows that `secondglance feedback` wrote; for the train split only.")
@click.option("--public", type=_FOLDER, help="Folder of public labelled sets; none are read without it.")
@click.option("--public-set", multiple=True, metavar="NAME", help="Read this public set only (repeatable).")
@click.option("--public-share", default=0.2, show_default=True, type=_PART, help="Public rows, at most, in an epoch.")
@click.option(
    "--concern-weight", default=1.0, show_default=True, help="Of the concern loss; 0 leaves it out (ablation)."
)
@click.option("--start", type=RUN, help="Start from this run's best weights, not from the packaged encoder.")
@click.option("--teacher", type=RUN, help="Learn from what this run says as well (`teach`).")
@click.option(
    "--taught-weight", default=0.7, show_default=True, type=_PART_OF_ALL, help="Of the teacher, against the labels."
)
@click.option(
    "--span-readout/--no-span-readout",
    default=True,
    show_default=True,
    help="Read each hit out of its own tokens, or as its window (ablation).",
)
@click.option(
    "--disguised",
    default=0.0,
    show_default=True,
    type=_PART_OF_ALL,
    help="Of the rows, in each epoch with their hits disguised; none in the released model.",
)
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(
    run: str,
    encoder: str,
    epochs: int,
    seed: int,
    corpus: Path | None,
    share: float,
    feedback: Path | None,
    public: Path | None,
    public_set: tuple[str, ...],
    public_share: float,
    concern_weight: float,
    start: str | None,
    teacher: str | None,
    taught_weight: float,
    span_readout: bool,
    disguised: float,
    tracking: str,
) -> None:
    """Fine-tunes a model on the train split and keeps the epoch with the highest dev AUROC."""
    from domain.errors import InvalidModel
    from training.lessons import read_lessons
    from training.material import Wanted, gather, measured_rows
    from training.network import load_base
    from training.record import track
    from training.runs import encoder_of, learnt_from
    from training.setup import CORPUS, ENCODERS, RUNS, base_model, set_up
    from training.train import TrainingSettings, train
    from training.weights import read_best

    if public_set and not public:
        raise click.UsageError("--public-set needs --public FOLDER")
    if start and encoder_of(RUNS / start) != encoder:
        raise InvalidModel(f"run {start} is not of the {encoder} encoder; give --encoder {encoder_of(RUNS / start)}")
    lessons = read_lessons(RUNS / teacher) if teacher else None
    others = {"teacher": teacher, "start": start}
    about = {name: learnt_from(RUNS / other) for name, other in others.items() if other}
    track(tracking)
    setup = set_up(corpus or CORPUS, encoder)
    wanted = Wanted(share, feedback, public, public_set, public_share, seed)
    material = gather(setup.rows, setup.maker, wanted, measured_rows() if corpus else ())
    for note in material.notes:
        click.echo(note)
    base = ENCODERS[encoder]
    weights = epochs, concern_weight, taught_weight
    settings = TrainingSettings(*weights, span_readout, disguised, encoder_rate=base.rate, seed=seed)
    network = load_base(base_model(encoder), seed, base.frozen_words, base.frozen_layers)
    if start:
        network.load_state_dict(read_best(RUNS / start))
    train(
        network,
        setup.maker,
        material.rows,
        setup.split("dev"),
        RUNS / run,
        settings,
        material.public,
        {"encoder": encoder, "frozen_layers": base.frozen_layers, **material.seen, **about},
        lessons,
    )
    click.echo(f"trained: runs/{run}; next: {to_export(run, encoder)}")
