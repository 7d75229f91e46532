"""`secondglance lexicon`: checks and counts; what brings lists in and out is in `cli/lexicon_files.py`."""

import sys
from pathlib import Path

import click

from cli.lexicon_files import export, import_, seal_list

_FILES = click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))


@click.group("lexicon")
def command() -> None:
    """Check, count, import, export and seal lexicons."""


for other in (import_, export, seal_list):
    command.add_command(other)


@command.command("lint")
@_FILES
@click.option("--category", multiple=True, help="A category that your school declares (repeatable).")
@click.option(
    "--overlays",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Check this folder of overlays on top of the files.",
)
def lint(files: tuple[Path, ...], category: tuple[str, ...], overlays: Path | None) -> None:
    """Names every fault of lexicon files (the project's own if none are given)."""
    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.lint import lint_lexicon
    from keyword_stage.overlay import read_overlays
    from keyword_stage.overlay_lint import lint_overlays

    lexicon = read_lexicon(files, category)
    layers = tuple(read_overlays(overlays, lexicon, category).values()) if overlays else ()
    faults = lint_lexicon(lexicon) + lint_overlays(layers, lexicon, category)
    for fault in faults:
        click.echo(fault)
    beside = f", {len(layers)} overlays" if overlays else ""
    click.echo(f"{len(lexicon.phrases)} phrases{beside}, {len(faults)} faults")
    if faults:
        sys.exit(1)


@command.command("stats")
@_FILES
@click.option("--category", multiple=True, help="A category that your school declares (repeatable).")
def stats(files: tuple[Path, ...], category: tuple[str, ...]) -> None:
    """Counts phrases by grade, for each category, language, match mode and rule."""
    from rich.console import Console
    from rich.table import Table

    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.stats import TYPED_ONLY, count_phrases

    lexicon = read_lexicon(files, category)
    table = Table("", "grade", *map(str, range(1, 6)), "all")
    views = count_phrases(lexicon)
    for view, counts in views.items():
        table.add_section()
        for name, grades in sorted(counts.items()):
            table.add_row(view, name, *(str(grades[grade]) for grade in range(1, 6)), str(grades.total()))
    Console().print(table)
    if any(name.endswith(f"({TYPED_ONLY})") for name in views["language"]):
        click.echo(f"({TYPED_ONLY}): the OCR models do not read the script; these phrases fire in typed text alone")
    ambiguous = sum(phrase.ambiguous for phrase in lexicon.phrases)
    click.echo(f"{len(lexicon.phrases)} phrases, {ambiguous} of them ambiguous, digest {lexicon.digest}")


@command.command("recall")
@click.argument("rows", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--lexicon", "files", multiple=True, type=click.Path(exists=True, path_type=Path), help="In place of the project's."
)
def recall(rows: Path, files: tuple[Path, ...]) -> None:
    """Says what share of labelled rows (JSON lines or a folder of them) the lexicon brings before the second look."""
    from rich.console import Console
    from rich.table import Table

    from domain.errors import InvalidRequest
    from evaluation.first_look import look_at
    from evaluation.rows import read_rows
    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.matcher import Matcher

    lexicon = read_lexicon(files)
    outcomes = look_at(Matcher(lexicon), read_rows(rows))
    if not outcomes:
        raise InvalidRequest(f"{rows.name} has no row")
    table = Table("rows", "a graded phrase hits", "a phrase or a cue hits")
    for name, found in outcomes.items():
        table.add_row(name, str(found.phrases), str(found.asked))
    Console(width=100).print(table)
    click.echo(f"lexicon {lexicon.digest}")
