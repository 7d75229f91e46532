"""`secondglance score`: captures and texts in, verdicts out."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.options import pipeline_options, pipeline_settings

_JSONL = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("score")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--jsonl", type=_JSONL, help="JSON lines to score, or - for standard input.")
@click.option("--evidence", is_flag=True, envvar="SECONDGLANCE_EVIDENCE", help="Also say which words moved each score.")
@click.option("--read-all", is_flag=True, envvar="SECONDGLANCE_READ_ALL", help="Also read text that no keyword hit.")
@pipeline_options
def command(paths: tuple[Path, ...], jsonl: Path | None, evidence: bool, read_all: bool, **values: Any) -> None:
    """Scores images (PNG, JPEG, WebP) and .txt files.

    Prints a table on a terminal and one JSON object a line elsewhere. Exit status 1 if anything could not
    be scored.
    """
    from cli.inputs import read_json_lines, read_paths
    from cli.table import print_table
    from pipeline.build import build_pipeline
    from pipeline.pipeline import Options
    from serving.limits import default_limits
    from serving.service import ScoringService

    if bool(paths) == bool(jsonl):
        raise click.UsageError("give either PATHs or --jsonl FILE")
    if str(jsonl) == "-" and sys.stdin is None:
        raise click.UsageError("standard input is closed")
    settings = pipeline_settings(**values)
    service = ScoringService(build_pipeline(settings), default_limits(settings.ocr_workers))
    options = Options(evidence=evidence, read_all=read_all)
    with contextlib.ExitStack() as stack:
        stack.callback(service.close)
        if jsonl is None:
            inputs = read_paths(paths)
        elif str(jsonl) == "-":
            inputs = read_json_lines(sys.stdin.buffer, Path.cwd())
        else:
            inputs = read_json_lines(stack.enter_context(jsonl.open("rb")), jsonl.parent)
        if jsonl is None and sys.stdout.isatty():
            failed = print_table(service, list(inputs), options)
        else:
            failed = _print_json_lines(service, inputs, options)
    if failed:
        sys.exit(1)


def _print_json_lines(service: Any, inputs: Iterator[Any], options: Any) -> int:
    """Writes outcomes in input order as they come; returns how many failed."""
    from domain.errors import SecondglanceError
    from serving.schemas import failure_to_json, verdict_to_json

    identities: list[str | None] = []

    def captures() -> Iterator[Any]:
        for item in inputs:
            identities.append(item.id)
            yield item.capture

    failed = 0
    for place, outcome in enumerate(service.score_all(captures(), options)):
        if isinstance(outcome, SecondglanceError):
            failed += 1
            line = failure_to_json(identities[place], outcome)
        else:
            line = verdict_to_json(outcome)
        click.echo(json.dumps(line, ensure_ascii=False))
    return failed
