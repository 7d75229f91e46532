"""`secondglance bank`: what changes stored banks, and what brings lists in and out."""

import sys
from pathlib import Path
from typing import Any

import click

BANK = click.argument("bank", type=click.Path(exists=True, file_okay=False, path_type=Path))
DECLARED = click.option("--declared", multiple=True, help="A category that your school declares (repeatable).")
_FILES = click.Path(exists=True, dir_okay=False, path_type=Path)
_FORMATS = click.Choice(["csv", "json", "threatexchange", "list", "sha256"])
_MOST_SHOWN = 50


@click.command("create")
@click.argument("bank", type=click.Path(path_type=Path))
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--purpose", required=True, help="What it is for.")
@click.option("--category", help="Of items that name none.")
@click.option("--severity", type=click.IntRange(0, 5), help="Of items that name none.")
@click.option("--algorithm", type=click.Choice(["pdq", "phash", "md5", "sha256"]), help="The only one to match by.")
@click.option("--distance", type=click.IntRange(0, 63), help="Bits within which items match that name none.")
@click.option("--protected", is_flag=True, help="Nothing may lower or switch off what it finds.")
@click.option("--negative", is_flag=True, help="It holds what is harmless, and wins over unprotected matches.")
def create(bank: Path, **fields: Any) -> None:
    """Makes an empty bank in a new folder."""
    from pydantic import ValidationError

    from image_hash.definition import BankDefinition
    from image_hash.stored_bank import StoredBank

    try:
        definition = BankDefinition(name=bank.name, **fields)
    except ValidationError as error:
        raise click.UsageError("; ".join(fault["msg"] for fault in error.errors())) from None
    StoredBank.create(bank, definition)
    click.echo(f"{bank}: made; its definition is {bank / 'bank.yaml'}")


@click.command("import")
@BANK
@click.argument("file", type=_FILES)
@click.option("--format", "form", type=_FORMATS, required=True, help="Shape of the file, see docs/banks.md.")
@click.option("--source", default="", help="Of rows that name none.")
@click.option("--tag", "tags", multiple=True, help="Of rows that have none (repeatable).")
@click.option("--expires", default="", help="Last day of rows that name none, such as 2035-07-31.")
@DECLARED
@click.option("--partial", is_flag=True, help="Take the sound rows although others are at fault.")
def import_(
    bank: Path,
    file: Path,
    form: str,
    source: str,
    tags: tuple[str, ...],
    expires: str,
    declared: tuple[str, ...],
    partial: bool,
) -> None:
    """Brings a list into a stored bank: all of it or, if a row is at fault, nothing. Exit status 1 on faults."""
    from domain.errors import InvalidBank
    from image_hash.exchange import ListReader
    from image_hash.stored_bank import StoredBank
    from image_hash.table import read_text

    known = [*declared, *declared_of(bank)]
    target = StoredBank(bank, known)
    given = {"source": source, "tags": " ".join(tags), "expires": expires}
    reader = ListReader(read_text(file), form, target.definition, given, known, partial)
    try:
        changes = target.add(reader.items(), reader.withdrawn)
    except InvalidBank as error:
        if not reader.faults:
            raise InvalidBank(f"{file.name}: {error}") from error
        click.echo("nothing was imported")
    else:
        told = f"{changes.added} added, {changes.replaced} replaced, {changes.same} there already"
        if reader.withdrawn:
            told += f", {len(reader.withdrawn)} withdrawn ({changes.removed} of them removed)"
        click.echo(told)
    for fault in reader.faults[:_MOST_SHOWN]:
        click.echo(f"{file.name}: {fault}", err=True)
    if len(reader.faults) > _MOST_SHOWN:
        click.echo(f"{file.name}: {len(reader.faults) - _MOST_SHOWN} more faults", err=True)
    if reader.faults:
        sys.exit(1)


@click.command("export")
@BANK
@click.option("--format", "form", type=_FORMATS, default="csv", show_default=True)
def export(bank: Path, form: str) -> None:
    """Writes the items of a stored bank to standard output; protected ones never leave."""
    from image_hash.exchange_write import FORMATS
    from image_hash.stored_bank import StoredBank

    source = StoredBank(bank, declared_of(bank))
    kept = 0

    def items() -> Any:
        nonlocal kept
        for stored in source.every():
            if stored.item.protected:
                kept += 1
            else:
                yield stored.item

    for part in FORMATS[form](items()):
        click.echo(part, nl=False)
    if kept:
        click.echo(f"{kept} protected items were left out", err=True)


@click.command("add")
@BANK
@click.argument("pictures", nargs=-1, required=True, type=_FILES)
@click.option("--source", default="", help="Where they came from.")
@click.option("--tag", "tags", multiple=True, help="Repeatable.")
@click.option("--expires", default="", help="Last day, such as 2035-07-31.")
def add(bank: Path, pictures: tuple[Path, ...], source: str, tags: tuple[str, ...], expires: str) -> None:
    """Hashes pictures into a stored bank, each named by its file's stem; the pictures are not kept."""
    from domain.errors import InvalidBank, InvalidRequest
    from image_hash.bank_item import BankItem, hash_bytes, item_of_row
    from image_hash.picture_file import read_bytes
    from image_hash.stored_bank import StoredBank

    target = StoredBank(bank, declared_of(bank))
    known = [target.definition.category or ""]
    items: dict[str, BankItem] = {}
    for path in pictures:
        try:
            if path.stem in items:
                raise ValueError(f"another picture is called {path.stem!r}")
            row = {"id": path.stem, "source": source, "tags": " ".join(tags), "expires": expires}
            items[path.stem] = item_of_row(row | hash_bytes(read_bytes(path)), None, known, target.definition)
        except (InvalidRequest, OSError, ValueError) as error:
            raise InvalidBank(f"{path}: {error}; nothing was added") from error
    changes = target.add(items.values())
    click.echo(f"{changes.added} added, {changes.replaced} replaced, {changes.same} there already")


@click.command("remove")
@BANK
@click.argument("items", nargs=-1, required=True)
def remove(bank: Path, items: tuple[str, ...]) -> None:
    """Removes items from a stored bank."""
    _each(bank, items, ("removed", "not there"), lambda target, item: target.remove(item))


@click.command("quarantine")
@BANK
@click.argument("items", nargs=-1)
def quarantine(bank: Path, items: tuple[str, ...]) -> None:
    """Sets items aside for everybody, so that they raise nothing; without items lists those that are."""
    from image_hash.stored_bank import StoredBank

    if items:
        set_aside = "set aside", "not there, or protected"
        _each(bank, items, set_aside, lambda target, item: target.set_quarantined(item, True))
        return
    target = StoredBank(bank, declared_of(bank))
    for stored in target.quarantined():
        click.echo(f"{stored.item.id} since {stored.quarantined}")
    for item, tenant, since in target.aside():
        click.echo(f"{item} since {since}, for tenant {tenant!r}")


@click.command("release")
@BANK
@click.argument("items", nargs=-1, required=True)
def release(bank: Path, items: tuple[str, ...]) -> None:
    """Takes items back that were set aside, for everybody or for one tenant; a running service sees it at once."""
    _each(bank, items, ("released", "not there"), lambda target, item: target.set_quarantined(item, False))


@click.command("build")
@BANK
def build(bank: Path) -> None:
    """Builds the index of a stored bank anew and swaps it in; who serves from the old one goes on."""
    from image_hash.stored_bank import StoredBank

    click.echo(f"generation {StoredBank(bank, declared_of(bank)).build_index()}")


def declared_of(bank: Path) -> list[str]:
    """The bank's own category: commands that score nothing need not be told that it is declared."""
    import yaml

    from image_hash.yaml_file import read_yaml

    path = bank / "bank.yaml" if bank.is_dir() else bank.with_suffix(".yaml")
    try:
        said = read_yaml(path.read_bytes())
    except (OSError, yaml.YAMLError):  # it is named where the bank is opened
        return []
    return [str(said["category"])] if isinstance(said, dict) and said.get("category") else []


def _each(bank: Path, items: tuple[str, ...], told: tuple[str, str], change: Any) -> None:
    from image_hash.stored_bank import StoredBank

    target = StoredBank(bank, declared_of(bank))
    missing = [item for item in items if not change(target, item)]
    click.echo(f"{len(items) - len(missing)} {told[0]}")
    if missing:
        click.echo(f"{told[1]}: {', '.join(missing)}", err=True)
        sys.exit(1)
