"""`secondglance feedback`: decisions of safeguarding leads become rows to retrain with."""

from pathlib import Path

import click

from cli.options import in_a_folder

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("feedback")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=_OUT, callback=in_a_folder, help="Where the rows go.")
@click.option("--partial", is_flag=True, help="Keep the good lines of a file that has bad ones.")
@click.option("--seed", default=20, show_default=True, help="Chooses what is kept of a school with too many rows.")
def command(file: Path, out: Path, partial: bool, seed: int) -> None:
    """Turns decisions (JSON lines, see docs/retraining.md) into labelled rows for `train --feedback`."""
    from evaluation.rows import read_rows, row_to_json
    from evaluation.slurs import read_slurs
    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.matcher import Matcher
    from models.artifact import default_folder
    from models.encoding import WindowEncoder
    from training.dataset import ExampleMaker
    from training.feedback import read_decisions, to_rows
    from training.guards import examples_of, guard
    from training.likeness import Copies
    from training.material import describe, reserved_rows
    from training.setup import CORPUS

    with file.open("rb") as lines:
        decisions, faults = read_decisions(lines)
    for fault in faults:
        click.echo(f"{file.name}:{fault.line}: {fault.fault}", err=True)
    if faults and not partial:
        click.echo(
            f"nothing written: {len(faults)} bad lines; --partial keeps the {len(decisions)} good ones", err=True
        )
        raise SystemExit(1)
    converted = to_rows(decisions)
    corpus = list(read_rows(CORPUS))
    windows = WindowEncoder(default_folder() / "tokenizer.json")
    weigh = ExampleMaker(Matcher(read_lexicon()), windows, read_slurs()).weight
    own = examples_of((row for row in corpus if row.split == "train"), weigh, converted.rows)
    reserved = Copies(row.text for row in reserved_rows(corpus))
    guarded = guard(converted.rows, own, reserved, seed, weigh)
    click.echo(
        f"{len(decisions)} decisions: {len(guarded.rows)} rows, {converted.repeated} folded into one on the same text"
    )
    for group in converted.contradictory:
        click.echo(f"set aside, they contradict each other: {', '.join(group)}")
    for line in describe(guarded):
        click.echo(line)
    if not guarded.rows:
        click.echo(f"nothing written: no row is left of {file.name}", err=True)
        raise SystemExit(1)
    out.write_text("".join(row_to_json(row) + "\n" for row in guarded.rows), encoding="utf-8")
    click.echo(f"written: {out}; next: secondglance train --feedback {out}")
