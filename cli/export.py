"""`secondglance export`: torch to ONNX, with the parity figures."""

import json

import click


@click.command("export")
@click.option("--run", default="base", show_default=True)
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(run: str, tracking: str) -> None:
    """Exports a trained run and compares torch, ONNX fp32 and the served file on the dev split."""
    from training.export import export, parity
    from training.network import load_base, load_run
    from training.record import record_export, track
    from training.setup import RUNS, base_model, set_up

    track(tracking)
    folder = RUNS / run
    setup = set_up()
    network = load_base(base_model())
    load_run(network, folder)
    export(network, base_model() / "tokenizer.json", folder)
    examples = [example for row in setup.split("dev") for example in setup.maker.plain(row)]
    figures = parity(network, folder, examples)
    (folder / "parity.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    record_export(folder, figures)
    for name, value in figures.items():
        click.echo(f"{name}: {value:.6g}")
    click.echo(f"exported: next: secondglance calibrate --run {run}")
