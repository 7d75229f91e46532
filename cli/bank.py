"""`secondglance bank`: checks hash banks and looks pictures up in them."""

from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("bank")
def command() -> None:
    """Check and query hash banks."""


@command.command("stats")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def stats(files: tuple[Path, ...]) -> None:
    """Reads banks, names their faults, and counts their items."""
    from image_hash.bank import Bank

    for path in files:
        bank = Bank.read(path)
        click.echo(f"{bank.name}: {len(bank.items)} items, digest {bank.digest[:16]}")


@command.command("lookup")
@click.argument("image", type=_FILE)
@click.option("--bank", "banks", multiple=True, required=True, type=_FILE, help="Bank CSV (repeatable).")
def lookup(image: Path, banks: tuple[Path, ...]) -> None:
    """Looks for known pictures on an image."""
    from image_hash.bank import Bank
    from image_hash.lookup import PictureFinder
    from ocr.decode import decode

    matches = PictureFinder([Bank.read(path) for path in banks]).find(decode(image.read_bytes()))
    for match in matches:
        click.echo(f"{match.bank}:{match.item} {match.algorithm} distance {match.distance} at {match.box}")
    click.echo(f"{len(matches)} matches")
