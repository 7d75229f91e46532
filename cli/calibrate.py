"""`secondglance calibrate`: temperatures and the dismissal threshold of an exported run."""

import json

import click

from cli.runs import RUN

_SHARE = click.FloatRange(0, 0.2, min_open=True)


@click.command("calibrate")
@click.option("--run", default="base", show_default=True, type=RUN)
@click.option("--alpha", type=_SHARE, help="Share of genuine concerns to dismiss at most.  [default: 0.01]")
@click.option(
    "--asking-alpha",
    type=_SHARE,
    help="Share of children who ask for help to dismiss at most, which text that asks has a threshold of its own for."
    "  [default: 0.0025]",
)
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(run: str, alpha: float | None, asking_alpha: float | None, tracking: str) -> None:
    """Calibrates the exported network on splits that training never saw."""
    from training.asking import who_ask
    from training.fit import ALPHA, ASKING_ALPHA, calibrate
    from training.record import record_calibration, track
    from training.setup import RUNS, set_up

    track(tracking)
    setup = set_up()
    dev, held_out = setup.split("dev"), setup.split("calibration")
    bounds = alpha or ALPHA, asking_alpha or ASKING_ALPHA
    config = calibrate(RUNS / run, setup.maker, dev, held_out, who_ask(setup.rows), *bounds)
    record_calibration(RUNS / run, config)
    click.echo(json.dumps({name: config[name] for name in ("temperatures", "dismissal", "asking")}, indent=1))
    for name, bound in (("dismissal", config["dismissal"]), ("asking", config["asking"]["bound"])):
        if not bound["attained"]:
            click.echo(f"{name}: NO threshold attains the bound, so the most cautious one is taken", err=True)
    click.echo(f"calibrated: next: secondglance promote --run {run}")
