"""`secondglance teach`: a run reads the training examples for another one to learn from."""

from pathlib import Path

import click

from cli.runs import RUN

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("teach")
@click.option(
    "--run", default="teacher", show_default=True, type=RUN, help="Of the large encoder, or the one to start from."
)
@click.option("--draws", default=3, show_default=True, type=click.IntRange(1, 20), help="Of noise on the rows.")
@click.option("--seed", default=20, show_default=True, help="As the small run's.")
@click.option("--corpus", type=click.Path(exists=True, path_type=Path), help="As the small run's.")
@click.option("--share", default=1.0, show_default=True, type=click.FloatRange(0, 1, min_open=True))
@click.option("--feedback", type=_FILE, help="As the small run's.")
@click.option("--public", type=_FOLDER, help="As the small run's.")
@click.option("--public-set", multiple=True, metavar="NAME")
@click.option("--public-share", default=0.2, show_default=True, type=click.FloatRange(0, 0.5))
@click.option("--disguised", default=0.0, show_default=True, type=click.FloatRange(0, 1), help="As the small run's.")
def command(
    run: str,
    draws: int,
    seed: int,
    corpus: Path | None,
    share: float,
    feedback: Path | None,
    public: Path | None,
    public_set: tuple[str, ...],
    public_share: float,
    disguised: float,
) -> None:
    """Keeps a model's logits for `train --teacher`; goes on where it was interrupted.

    Lessons for other rows, seed or options than these are replaced.
    """
    import torch

    from training.lessons import teach
    from training.material import Wanted, gather, measured_rows
    from training.network import load_base, load_run
    from training.runs import encoder_of
    from training.setup import CORPUS, RUNS, base_model, set_up
    from training.train import draw_examples

    encoder = encoder_of(RUNS / run)
    setup = set_up(corpus or CORPUS, encoder)
    wanted = Wanted(share, feedback, public, public_set, public_share, seed)
    material = gather(setup.rows, setup.maker, wanted, measured_rows() if corpus else ())
    network = load_base(base_model(encoder))
    load_run(network, RUNS / run)
    network.to("cuda" if torch.cuda.is_available() else "cpu")
    held = teach(
        network,
        lambda draw: draw_examples(setup.maker, material.rows, material.public, seed, draw, disguised),
        RUNS / run,
        draws,
    )
    click.echo(f"taught: {held} draws; next: secondglance train --teacher {run}")
