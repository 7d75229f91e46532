"""`secondglance restore`: a released model becomes a run again, to go on from."""

import click

from cli.runs import RUN


@click.command("restore")
@click.argument("model", default="champion")
@click.option("--run", required=True, type=RUN, help="Name of the run to make.")
@click.option("--larger", is_flag=True, help="Of the larger network that is asked beside the small one.")
def command(model: str, run: str, larger: bool) -> None:
    """Makes a run of MODEL (a name or an alias) for `train --start` or `teach`: its weights as they are served."""
    from models.registry import resolve
    from training.restore import restore, restore_larger
    from training.setup import RUNS

    folder = resolve(model)
    (restore_larger if larger else restore)(folder, RUNS / run)
    encoder = " --encoder large" if larger else ""
    click.echo(f"restored: {folder.name} as runs/{run}; next: secondglance train{encoder} --start {run}")
