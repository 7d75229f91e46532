"""`secondglance bank`: counts banks and looks pictures up; what changes them is in `cli/bank_store.py`."""

from pathlib import Path

import click

from cli.bank_store import DECLARED, add, build, create, declared_of, export, import_, quarantine, release, remove

_PATH = click.Path(exists=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("bank")
def command() -> None:
    """Check, change and query hash banks: CSV files, or folders that `bank create` made."""


for other in (create, import_, export, add, remove, quarantine, release, build):
    command.add_command(other)


@command.command("stats")
@click.argument("banks", nargs=-1, required=True, type=_PATH)
@DECLARED
def stats(banks: tuple[Path, ...], declared: tuple[str, ...]) -> None:
    """Reads banks, names their faults, and counts their items."""
    from image_hash.bank import Bank
    from image_hash.open_bank import read_bank

    for path in banks:
        bank = read_bank(path, [*declared, *declared_of(path)])
        about = bank.definition
        kind = [name for name in ("protected", "negative") if getattr(about, name)]
        told = [f"owner {about.owner}" if about.owner else "", about.purpose, *kind, "" if about.enabled else "off"]
        digest = f"digest {bank.digest[:16]}"
        if isinstance(bank, Bank):
            parts = [f"{len(bank.items)} items", digest, *told]
        else:
            aside = len({stored.item.id for stored in bank.quarantined()} | {item for item, _, _ in bank.aside()})
            parts = [f"{bank.count} items", digest, f"{bank.tail_length} hashes not indexed yet", *told]
            parts += [f"{aside} quarantined"] if aside else []
        click.echo(f"{bank.name}: {', '.join(part for part in parts if part)}")


@command.command("lookup")
@click.argument("image", type=_FILE)
@click.option("--bank", "banks", multiple=True, required=True, type=_PATH, help="Bank, CSV or folder (repeatable).")
@DECLARED
def lookup(image: Path, banks: tuple[Path, ...], declared: tuple[str, ...]) -> None:
    """Looks for known pictures on an image."""
    from image_hash.lookup import PictureFinder
    from image_hash.open_bank import read_bank
    from ocr.decode import decode

    data = image.read_bytes()
    finder = PictureFinder([read_bank(path, [*declared, *declared_of(path)]) for path in banks])
    matches = finder.find(decode(data), original=data)
    for match in matches:
        beside = "".join(f", {name}" for name in ("mirrored", "quarantined") if getattr(match, name))
        click.echo(f"{match.bank}:{match.item} {match.algorithm} distance {match.distance} at {match.box}{beside}")
    click.echo(f"{len(matches)} matches")


@command.command("hash")
@click.argument("images", nargs=-1, required=True, type=_FILE)
def hash_(images: tuple[Path, ...]) -> None:
    """Prints all hashes of pictures, one JSON object a line."""
    import json

    from image_hash.bank_item import hash_bytes
    from image_hash.picture_file import read_bytes

    for image in images:
        click.echo(json.dumps({"file": image.name} | hash_bytes(read_bytes(image))))


@command.command("compare")
@click.argument("one", type=_FILE)
@click.argument("other", type=_FILE)
def compare(one: Path, other: Path) -> None:
    """Says how many bits two pictures are apart."""
    from image_hash.compare import compare_pictures
    from image_hash.picture_file import read_bytes

    told = compare_pictures(read_bytes(one), read_bytes(other))
    click.echo(f"pdq {told.pdq}, phash {told.phash}, {'the same file' if told.same_file else 'different files'}")
    click.echo("they match" if told.match else "they do not match")
