"""`secondglance rescore`: what a candidate lexicon, model or policy would change on stored captures."""

import json
from pathlib import Path
from typing import Any

import click

from cli.options import pipeline_options, pipeline_settings

_FILE = click.Path(exists=True, path_type=Path)


@click.command("rescore")
@click.argument("jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the results.")
@click.option("--candidate-lexicon", type=_FILE, multiple=True, help="Instead of --lexicon (repeatable).")
@click.option("--candidate-model", type=_FILE, help="Instead of --model.")
@click.option("--candidate-policy", type=_FILE, help="Instead of --policy.")
@click.option("--share", default="1/1", show_default=True, help="K/N: only every Nth part, beginning with the Kth.")
@click.option("--part", "size", default=500, show_default=True, type=click.IntRange(1), help="Captures of one part.")
@click.option("--ray", help="On Ray Data (extra `cluster`): `local`, or the address of a cluster.")
@click.option("--workers", type=click.IntRange(1), help="With --ray: how many (as many as there are cores).")
@pipeline_options
def command(
    jsonl: Path,
    out: Path,
    candidate_lexicon: tuple[Path, ...],
    candidate_model: Path | None,
    candidate_policy: Path | None,
    share: str,
    size: int,
    ray: str | None,
    workers: int | None,
    **values: Any,
) -> None:
    """Scores JSON lines under what is in force and under a candidate, and reports what would change.

    Results are written part by part; begun again with the same inputs, it goes on where it stopped. Shares of
    one file may run on several machines into one folder, or all of it on Ray: the input, the results and what the
    options name are then on a file system that all nodes share. The results hold ids, actions and phrases, and no text.
    """
    from cli.parts import Parts, begin, read_share
    from pipeline.rescore import Rescorer, Tally

    candidates = {"lexicon": candidate_lexicon, "model": candidate_model, "policy": candidate_policy}
    changed = {name: value for name, value in candidates.items() if value}
    if not changed:
        raise click.UsageError("name a candidate: --candidate-lexicon, --candidate-model or --candidate-policy")
    number, of = read_share(share)
    if (ray and of > 1) or (workers and not ray):
        raise click.UsageError("--ray parts the work itself, without --share; --workers is of --ray alone")
    settings = pipeline_settings(**values), pipeline_settings(**{**values, **changed})
    rescorer = Rescorer(*settings)
    try:
        begin(out, jsonl, size, rescorer.versions)
        parts = Parts(jsonl, out, size)
        if not ray:
            done = parts.work(number, of, lambda item: rescorer.row(item.id, item.capture))
    finally:
        rescorer.close()
    if ray:
        from cli.rescore_on_ray import Work, run

        work = Work(jsonl, out, size, settings, rescorer.versions)
        del rescorer  # each worker builds its own
        done = run(work, parts, ray, workers)
    tally = Tally()
    for path in sorted(out.glob("part-*.jsonl")):
        try:
            with path.open(encoding="utf-8") as rows:
                for row in rows:
                    tally.add(json.loads(row))
        except (ValueError, LookupError, TypeError):
            raise click.ClickException(f"{path} is damaged; delete it and begin again") from None
    click.echo(f"{done} parts done now, {parts.count} in all; so far:", err=True)
    for line in tally.report():
        click.echo(line)
