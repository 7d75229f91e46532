"""`secondglance model`: what model folders there are, and whether they are what they say."""

from pathlib import Path

import click

_FOLDER = click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group("model")
def command() -> None:
    """List, show, verify and roll back model folders."""


@command.command("list")
def list_models() -> None:
    """Lists model folders with their aliases; the champion, which is served, is marked."""
    from models.artifact import ARTIFACTS
    from models.registry import CHAMPION, read_aliases

    aliases = read_aliases()
    for folder in sorted(path for path in ARTIFACTS.iterdir() if path.is_dir()):
        mine = [alias for alias, name in aliases.items() if name == folder.name]
        click.echo(f"{'*' if CHAMPION in mine else ' '} {' '.join([folder.name, *mine])}")


@command.command("rollback")
def rollback() -> None:
    """Makes the champion before the champion again; a running service takes it up by `active reload`."""
    from models.registry import roll_back

    click.echo(f"champion: {roll_back()}")


@command.command("card")
@_FOLDER
def card(folder: Path | None) -> None:
    """Prints a model's card."""
    from models.artifact import default_folder, load_artifact

    click.echo(load_artifact(folder or default_folder()).card)


@command.command("verify")
@_FOLDER
def verify(folder: Path | None) -> None:
    """Checks every file of a model folder against its manifest; without FOLDER, all folders and aliases."""
    from models.artifact import load_artifact
    from models.registry import check_registry, read_aliases

    if folder:
        click.echo(f"{load_artifact(folder).name}: every file is as released")
        return
    for name in check_registry():
        click.echo(f"{name}: every file is as released")
    for alias, name in read_aliases().items():
        click.echo(f"{alias}: {name}")
