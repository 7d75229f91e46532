"""`secondglance lexicon`: checks and counts."""

import sys
from collections import Counter
from pathlib import Path

import click

_FILES = click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))


@click.group("lexicon")
def command() -> None:
    """Check and count the lexicon."""


@command.command("lint")
@_FILES
@click.option("--category", multiple=True, help="A category that your school declares (repeatable).")
def lint(files: tuple[Path, ...], category: tuple[str, ...]) -> None:
    """Names every fault of lexicon files (the project's own if none are given)."""
    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.lint import lint_lexicon

    lexicon = read_lexicon(files, category)
    faults = lint_lexicon(lexicon)
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(lexicon.phrases)} phrases, {len(faults)} faults")
    if faults:
        sys.exit(1)


@command.command("stats")
@_FILES
@click.option("--category", multiple=True, help="A category that your school declares (repeatable).")
def stats(files: tuple[Path, ...], category: tuple[str, ...]) -> None:
    """Counts phrases by category and grade."""
    from rich.console import Console
    from rich.table import Table

    from keyword_stage.lexicon import read_lexicon

    lexicon = read_lexicon(files, category)
    counts = Counter((phrase.category, phrase.grade) for phrase in lexicon.phrases)
    table = Table("category", *(f"grade {grade}" for grade in range(1, 6)), "all", "ambiguous")
    for name in sorted({phrase.category for phrase in lexicon.phrases}):
        mine = [phrase for phrase in lexicon.phrases if phrase.category == name]
        grades = [str(counts[name, grade]) for grade in range(1, 6)]
        table.add_row(name, *grades, str(len(mine)), str(sum(phrase.ambiguous for phrase in mine)))
    Console().print(table)
    forms = sum(len(phrase.spelling.parts[0]) for phrase in lexicon.phrases)
    click.echo(f"{len(lexicon.phrases)} phrases, {forms} spellings, digest {lexicon.digest}")
