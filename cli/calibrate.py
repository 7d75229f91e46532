"""`secondglance calibrate`: temperatures and the dismissal threshold of an exported run."""

import json

import click


@click.command("calibrate")
@click.option("--run", default="base", show_default=True)
@click.option(
    "--alpha", type=click.FloatRange(0, 0.2, min_open=True), help="Share of genuine concerns to dismiss at most."
)
def command(run: str, alpha: float | None) -> None:
    """Calibrates the exported network on splits that training never saw."""
    from training.fit import ALPHA, calibrate
    from training.setup import RUNS, set_up

    setup = set_up()
    config = calibrate(RUNS / run, setup.maker, setup.split("dev"), setup.split("calibration"), alpha or ALPHA)
    click.echo(json.dumps({"temperatures": config["temperatures"], "dismissal": config["dismissal"]}, indent=1))
    click.echo(f"calibrated: next: secondglance promote --run {run}")
