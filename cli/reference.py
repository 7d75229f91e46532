"""`secondglance reference`: what drift is measured against, of captures that are typical for where it runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.options import in_a_folder, pipeline_options, pipeline_settings

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("reference")
@click.option("--jsonl", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Captures.")
@click.option("--out", required=True, type=_OUT, callback=in_a_folder, help="The reference, JSON.")
@pipeline_options
def command(jsonl: Path, out: Path, **values: Any) -> None:
    """Scores captures and writes the shares of their hits and scores, and nothing of any of them.

    `SECONDGLANCE_REFERENCE` makes `serve` measure drift against it instead of the model's own.
    """
    from cli.inputs import read_json_lines
    from domain.errors import SecondglanceError
    from domain.verdict import Verdict
    from pipeline.build import build_pipeline
    from pipeline.drift import Tally
    from pipeline.pipeline import Options
    from serving.limits import default_limits
    from serving.service import ScoringService

    settings = pipeline_settings(**values)
    service = ScoringService(build_pipeline(settings), default_limits(settings.ocr_workers))
    tally = Tally()
    failed = 0

    def captures(lines: Any) -> Iterator[Any]:
        for item in read_json_lines(lines, jsonl.parent):
            yield item.capture

    try:
        with jsonl.open("rb") as lines:
            for outcome in service.score_all(captures(lines), Options()):
                if isinstance(outcome, Verdict):
                    tally.count(outcome.kinds)
                failed += isinstance(outcome, SecondglanceError)
    finally:
        service.close()
    if not tally.captures:
        raise click.ClickException(f"{jsonl.name}: no capture could be scored")
    out.write_text(json.dumps(tally.reference().to_json(), indent=1) + "\n", encoding="utf-8")
    click.echo(f"{out.name}: {tally.captures:.0f} captures, {failed} could not be scored")
