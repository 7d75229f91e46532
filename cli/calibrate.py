"""`secondglance calibrate`: temperatures and the dismissal threshold of an exported run."""

import json

import click


@click.command("calibrate")
@click.option("--run", default="base", show_default=True)
def command(run: str) -> None:
    """Calibrates the int8 network on splits that training never saw."""
    from training.fit import calibrate
    from training.setup import RUNS, set_up

    setup = set_up()
    config = calibrate(RUNS / run, setup.maker, setup.split("dev"), setup.split("calibration"))
    click.echo(json.dumps({"temperatures": config["temperatures"], "dismissal": config["dismissal"]}, indent=1))
    click.echo(f"calibrated: next: secondglance promote --run {run}")
