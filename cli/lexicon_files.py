"""`secondglance lexicon import`, `export` and `seal`: lists that come from elsewhere or go there."""

import os
import sys
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
_FORMAT = click.option("--format", "form", required=True, type=click.Choice(("senso", "csv", "tsv")))
_OWN = click.option("--own-category", multiple=True, help="A category that your school declares (repeatable).")


@click.command("import")
@click.argument("file", type=_FILE)
@_FORMAT
@click.option("--category", help="Category of rows that name none.")
@_OWN
@click.option("--partial", is_flag=True, help="Write the good rows although others are at fault.")
@_OUT
def import_(
    file: Path, form: str, category: str | None, own_category: tuple[str, ...], partial: bool, out: Path
) -> None:
    """Turns a list of another product into a lexicon file; names each bad row with its line."""
    from keyword_stage.outside import export_list, import_list
    from keyword_stage.tables import read_text

    imported = import_list(read_text(file), form, _known(own_category), category)
    for fault in imported.faults:
        click.echo(f"{file.name}: {fault}", err=True)
    written = imported.phrases and (partial or not imported.faults)
    if written:
        _write(out, export_list(imported.phrases, "csv").encode())
    click.echo(f"{len(imported.phrases) if written else 0} phrases written, {len(imported.faults)} bad rows")
    if imported.faults:
        sys.exit(1)


@click.command("export")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@_FORMAT
@_OWN
@_OUT
def export(files: tuple[Path, ...], form: str, own_category: tuple[str, ...], out: Path) -> None:
    """Writes lexicon files for another product; protected phrases and those with rules stay here."""
    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.outside import beyond_senso, export_list, exportable

    lexicon = read_lexicon(files, own_category)
    phrases = exportable(lexicon)
    _write(out, export_list(phrases, form).encode())
    click.echo(f"{len(phrases)} phrases written, {len(lexicon.phrases) - len(phrases)} left out")
    if form == "senso" and (less := beyond_senso(phrases)):
        click.echo(f"{less} of them without their name, language, ambiguous or solicitation: senso has no room for it")


@click.command("seal")
@click.argument("file", type=_FILE)
@_OWN
@_OUT
def seal_list(file: Path, own_category: tuple[str, ...], out: Path) -> None:
    """Encrypts a protected list (CSV: id, phrase, grade, category) with the key in SECONDGLANCE_LIST_KEY."""
    from keyword_stage.sealed import seal
    from keyword_stage.tables import read_text

    key = os.environ.get("SECONDGLANCE_LIST_KEY")
    if not key:
        raise click.UsageError("set SECONDGLANCE_LIST_KEY to the key")
    _write(out, seal(read_text(file), out.stem, _known(own_category), key))
    click.echo(f"sealed as the list {out.stem}; now delete the open file")


def _known(own: tuple[str, ...]) -> set[str]:
    from domain.severity import STANDARD_CATEGORIES

    return {*STANDARD_CATEGORIES, *own}


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"{out}: cannot be written ({error.strerror})") from None
