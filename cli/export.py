"""`secondglance export`: torch to ONNX, with the parity figures."""

import click

from cli.runs import RUN, to_export


@click.command("export")
@click.option("--run", default="base", show_default=True, type=RUN)
@click.option("--second", type=RUN, help="Run of the large encoder that is to be asked beside it.")
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="MLflow tracking address.")
def command(run: str, second: str | None, tracking: str) -> None:
    """Exports a trained run and compares torch, ONNX fp32 and the served file on the dev split."""
    from domain.errors import InvalidModel
    from evaluation.rows import read_rows
    from training.export import export, export_rationale, parity
    from training.larger import export_larger, parity_of_both
    from training.network import load_base, load_run
    from training.rationale import load_rationale
    from training.record import record_export, track
    from training.runs import (
        PARITY,
        RATIONALE,
        check_beside,
        encoder_of,
        learnt_from,
        read_about,
        write_about,
        write_parity,
    )
    from training.setup import RUNS, TYPICAL, base_model, set_up

    folder = RUNS / run
    if encoder_of(folder) == "large":
        raise InvalidModel(
            f"run {run} is of the large encoder, which is exported beside a small one: {to_export(run, 'large')}"
        )
    if second and encoder_of(RUNS / second) != "large":
        raise InvalidModel(f"run {second} is not of the large encoder")
    if (folder / RATIONALE).is_file():
        check_beside(folder)
    track(tracking)
    setup = set_up()
    network = load_base(base_model())
    load_run(network, folder)
    tokenizer = base_model() / "tokenizer.json"
    (folder / PARITY).unlink(missing_ok=True)  # it is of the networks of before
    export(network, tokenizer, folder)
    examples = [example for row in setup.split("dev") for example in setup.maker.plain(row)]
    figures, about = parity(network, folder, examples), read_about(folder)
    about.pop("second", None)
    if second:
        larger = load_base(base_model("large"))
        load_run(larger, RUNS / second)
        typical = [example.encoded for row in read_rows(TYPICAL) for example in setup.maker.plain(row)]
        export_larger(larger, base_model("large") / "tokenizer.json", tokenizer, folder, typical)
        figures |= parity_of_both(larger, folder, examples)
        about["second"] = {"run": second, **learnt_from(RUNS / second)}
    if (folder / RATIONALE).is_file():
        hit = [example.encoded for example in examples if len(example.encoded.cues)]
        figures |= export_rationale(load_rationale(folder), folder, hit)
    else:
        about.pop("rationale", None)
        click.echo(f"no rationale network, so evidence takes far longer: secondglance rationale --run {run}")
    write_about(folder, about)
    write_parity(folder, figures)
    record_export(folder, figures)
    for name, value in figures.items():
        click.echo(f"{name}: {value:.6g}")
    click.echo(f"exported: next: secondglance calibrate --run {run}")
