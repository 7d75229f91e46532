"""`secondglance model`: what model folders there are, and whether they are what they say."""

from pathlib import Path

import click

_FOLDER = click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group("model")
def command() -> None:
    """List, show and verify model folders."""


@command.command("list")
def list_models() -> None:
    """Lists model folders; the one that is served is marked."""
    from models.artifact import ARTIFACTS, CHAMPION

    champion = CHAMPION.read_text(encoding="utf-8").strip() if CHAMPION.is_file() else ""
    for folder in sorted(path for path in ARTIFACTS.iterdir() if path.is_dir()):
        click.echo(f"{'*' if folder.name == champion else ' '} {folder.name}")


@command.command("card")
@_FOLDER
def card(folder: Path | None) -> None:
    """Prints a model's card."""
    from models.artifact import default_folder, load_artifact

    click.echo(load_artifact(folder or default_folder()).card)


@command.command("verify")
@_FOLDER
def verify(folder: Path | None) -> None:
    """Checks every file of a model folder against its manifest."""
    from models.artifact import default_folder, load_artifact

    click.echo(f"{load_artifact(folder or default_folder()).name}: every file is as released")
