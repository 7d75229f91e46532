"""Options that several commands share; each can also be set by its `SECONDGLANCE_*` variable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from pipeline.settings import PipelineSettings

S = TypeVar("S", bound=BaseSettings)
_FILE = click.Path(exists=True, path_type=Path)


def in_a_folder(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Refuses a file to write whose folder is missing, before the work is done (a callback)."""
    if file and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}")
    return file


def pipeline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds what the pipeline runs with."""
    options = (
        click.option(
            "--lexicon",
            type=_FILE,
            multiple=True,
            help="Lexicon CSV file or folder (repeatable). [env: SECONDGLANCE_LEXICON]",
        ),
        click.option(
            "--overlays",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Folder of overlays of trusts, schools and groups. [env: SECONDGLANCE_OVERLAYS]",
        ),
        click.option(
            "--urls",
            type=_FILE,
            multiple=True,
            help="List of addresses, CSV (repeatable). [env: SECONDGLANCE_URLS]",
        ),
        click.option(
            "--protected",
            type=_FILE,
            multiple=True,
            help="Sealed protected list (repeatable); its key is SECONDGLANCE_LIST_KEY. [env: SECONDGLANCE_PROTECTED]",
        ),
        click.option("--bank", type=_FILE, multiple=True, help="Hash bank CSV (repeatable). [env: SECONDGLANCE_BANK]"),
        click.option("--model", type=_FILE, help="Model folder. [env: SECONDGLANCE_MODEL]"),
        click.option("--policy", type=_FILE, help="Policy file. [env: SECONDGLANCE_POLICY]"),
        click.option(
            "--ocr-workers",
            type=click.IntRange(1, 256),
            help="OCR processes. [env: SECONDGLANCE_OCR_WORKERS]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def pipeline_settings(**values: Any) -> PipelineSettings:
    """Settings of the pipeline from the command line over those from the environment."""
    return read_settings(PipelineSettings, values)


def read_settings(kind: type[S], values: dict[str, Any]) -> S:
    """Settings from what was given on the command line; all else is left to the environment and the defaults.

    Raises:
        UsageError: Naming each setting at fault; never its value, which may be a key.
    """
    given = {name: value for name, value in values.items() if value is not None and value != () and value is not False}
    try:
        return kind(**given)
    except ValidationError as error:
        raise click.UsageError("; ".join(_told(fault["loc"], fault["msg"]) for fault in error.errors())) from None


def _told(place: tuple[int | str, ...], fault: str) -> str:
    return ": ".join((*map(str, place), fault.removeprefix("Value error, ")))
