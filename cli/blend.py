"""`secondglance blend`: a run whose weights lie between those of others."""

from pathlib import Path

import click

from cli.runs import RUN, to_export


class Share(click.ParamType[tuple[str, float]]):
    """RUN=SHARE."""

    name = "RUN=SHARE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """The run's name and its share."""
        run, _, share = str(value).partition("=")
        try:
            return RUN.convert(run, param, ctx), float(share)
        except ValueError:
            self.fail(f"{value!r} is not RUN=SHARE, as in spring=0.5", param, ctx)


@click.command("blend")
@click.argument("of", type=Share(), nargs=-1, required=True)
@click.option("--run", required=True, type=RUN, help="Name of the run to make.")
def command(of: tuple[tuple[str, float], ...], run: str) -> None:
    """Makes a run of the weighted mean of others' weights: RUN=SHARE RUN=SHARE ..."""
    from training.blend import blend
    from training.runs import encoder_of
    from training.setup import RUNS

    shares: dict[Path, float] = {RUNS / name: share for name, share in of}
    blend(shares, RUNS / run)
    click.echo(f"blended: runs/{run}; next: {to_export(run, encoder_of(RUNS / run))}")
