"""`secondglance evaluate`: what the second look does to labelled rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import pipeline_options, pipeline_settings
from cli.progress import progress_bar, with_progress

if TYPE_CHECKING:
    from evaluation.outcome import Outcome
    from evaluation.peers import Peer, PeerFigures
    from evaluation.rows import LabelledRow
    from pipeline.pipeline import Pipeline
    from pipeline.settings import PipelineSettings

BLIND = Path(__file__).parents[1] / "evaluation" / "data"


def _in_folders(_: click.Context, __: click.Parameter, out: Path | None) -> Path | None:
    """Refuses what would lie below a file, before the work is done; missing folders are made later (a callback)."""
    there = next((path for path in out.parents if path.exists()), None) if out else None
    if there and not there.is_dir():
        raise click.BadParameter(f"{there} is no folder")
    return out


@click.command("evaluate")
@click.argument("data", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--split", help="Only rows of this split.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=_in_folders,
    help="Write the report, peers included, to this folder or file: Markdown, and HTML with plots where "
    "matplotlib is installed.",
)
@click.option(
    "--everyday",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Instead measure on everyday comments: GoEmotions' test split in this folder, as far as it was read.",
)
@click.option("--baselines", is_flag=True, help="Also train and compare baselines (training extra).")
@click.option("--gates", is_flag=True, help="Print the release gates; exit status 1 if one blocks.")
@click.option("--pairs", is_flag=True, help="Also measure the evidence on minimal pairs (costs extra passes).")
@click.option(
    "--disguised",
    is_flag=True,
    help="Also measure the rows disguised and misread; with --out always (three times the work).",
)
@click.option(
    "--screens",
    type=click.IntRange(1),
    metavar="N",
    help="Instead draw N rows, show each on a page in Chromium, and measure it typed and read by the OCR.",
)
@click.option(
    "--screen-folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".cache/screens"),
    show_default=True,
    help="Keeps pictures and what was read of them, so that a run goes on where it stopped.",
)
@pipeline_options
def command(
    data: Path | None,
    split: str | None,
    out: Path | None,
    everyday: Path | None,
    baselines: bool,
    gates: bool,
    pairs: bool,
    disguised: bool,
    screens: int | None,
    screen_folder: Path,
    **values: Any,
) -> None:
    """Measures the pipeline on labelled JSON lines, by these options and the environment.

    If none are given, on the project's blind test set, and on its rows in other languages for a section of their own.
    Gates are checked with the project's own lexicon and the default policy alone.
    """
    from domain.errors import InvalidRequest
    from evaluation.disguised import can_be_hidden, hidden_section, run_hidden
    from evaluation.document import Section, to_markdown
    from evaluation.files import write_report
    from evaluation.gates import check_gates
    from evaluation.languages import LANGUAGE_ROWS, languages_of, languages_section
    from evaluation.pairs import opposite_pairs, pairs_to_lines, run_pairs
    from evaluation.report import gates_section, peers_section, sections_of
    from evaluation.rows import read_rows
    from evaluation.run import run_rows
    from pipeline.build import build_pipeline
    from training.public.read import held_back_comments

    if everyday and data:
        raise click.UsageError("--everyday brings rows of its own: give no file beside it")
    others = [] if data or everyday else [row for row in read_rows(LANGUAGE_ROWS) if split in (None, row.split)]
    name = "everyday comments" if everyday else (data or BLIND).name
    labelled = held_back_comments(everyday) if everyday else read_rows(data or BLIND)
    rows = [row for row in labelled if split in (None, row.split)]
    if not rows:
        raise InvalidRequest(f"{name} has no row{f' of the split {split!r}' if split else ''}")
    if screens and (baselines or gates or pairs or disguised):
        raise click.UsageError("--screens stands alone: --baselines, --gates, --pairs, --disguised are of typed rows")
    settings = pipeline_settings(**values)
    changed = ", ".join(settings.changed())
    if gates and changed:
        raise click.UsageError(
            "gates are for a model with the project's own lexicon and the default policy; by an option or the "
            f"environment (SECONDGLANCE_...) there is another: {changed}"
        )
    if screens:
        _measure_screens(rows, screens, screen_folder, name, settings, out)
        return
    learned = _train() if baselines else []
    pipeline = build_pipeline(settings)
    outcomes = with_progress(run_rows(pipeline, rows), "scoring", len(rows))
    versions = pipeline.versions
    measured_with = (
        f"Lexicon {versions.lexicon}, policy {versions.policy}; not the project's own: {changed or 'nothing'}."
    )
    sections = [*sections_of(outcomes, f"{name}, model {versions.model}"), Section("Measured with", measured_with)]
    tagged = [outcome for outcome in outcomes if languages_of(outcome)]
    if others:
        tagged += with_progress(run_rows(pipeline, others), "scoring other languages", len(others))
    if tagged:
        sections.append(languages_section(tagged, lambda text: pipeline.judge.knows(text, None)))
    if out or disguised:
        plain = can_be_hidden(outcomes)
        twice = with_progress(run_hidden(pipeline, plain), "hiding and scoring", 2 * len(plain))
        sections.append(hidden_section([one for one in twice if one]))
    if out or baselines:
        sections.append(peers_section(_compare(pipeline, outcomes, learned)))
    if pairs:
        halves = opposite_pairs(rows)
        found = with_progress(run_pairs(pipeline, halves), "asking for evidence", 2 * len(halves))
        sections.append(Section("Evidence on minimal pairs", "\n\n".join(pairs_to_lines(found))))
    checked = check_gates(outcomes, pipeline.model_config) if (gates or out) and not changed else []
    if checked:
        sections.append(gates_section(checked))
    click.echo(to_markdown(sections))
    if out:
        plots = _plots(outcomes)
        for path in write_report(out, f"Evaluation of {pipeline.versions.model} on {name}", sections, plots):
            click.echo(f"written: {path}", err=True)
    if gates and any(gate.blocks for gate in checked):
        raise SystemExit(1)


def _measure_screens(
    rows: "Sequence[LabelledRow]", count: int, folder: Path, name: str, settings: "PipelineSettings", out: Path | None
) -> None:
    """Draws rows, paints their pages, scores them typed and read, and reports."""
    from evaluation.document import to_markdown
    from evaluation.files import write_report
    from evaluation.screens.report import sections_of
    from evaluation.screens.run import make_screens, paint_screens, run_screens
    from pipeline.build import build_pipeline

    screens = make_screens(rows, count)
    with_progress(paint_screens(screens, folder), "painting", len(screens))
    pipeline = build_pipeline(settings)
    try:
        outcomes = with_progress(
            run_screens(pipeline, screens, folder, settings.ocr_workers), "reading and scoring", len(screens)
        )
    finally:
        pipeline.ocr.close()
    versions = pipeline.versions
    sections = sections_of(outcomes, f"{name} on screens, model {versions.model}, lexicon {versions.lexicon}")
    click.echo(to_markdown(sections))
    if out:
        for path in write_report(out, "", sections, []):
            click.echo(f"written: {path}", err=True)


def _train() -> "Sequence[Peer]":
    """The baselines that learn, from the corpus; before anything is scored, so that a missing extra is told at once."""
    from evaluation.baselines.train import train_baselines
    from evaluation.rows import read_rows
    from training.setup import CORPUS, base_model

    rows = list(read_rows(CORPUS))
    with progress_bar() as progress:
        task = progress.add_task("training baselines", total=sum(row.split in ("train", "dev") for row in rows))
        return train_baselines(rows, base_model(), lambda n: progress.advance(task, n))


def _compare(pipeline: "Pipeline", outcomes: "Sequence[Outcome]", learned: "Sequence[Peer]") -> "list[PeerFigures]":
    """Peers on the rows; cuts are chosen on the corpus' calibration split."""
    from evaluation.baselines.context_words import ContextWords
    from evaluation.peers import KeywordsOnly, SecondLook, compare
    from evaluation.rows import read_rows
    from evaluation.run import run_rows
    from training.setup import CORPUS

    rows = [row for row in read_rows(CORPUS) if row.split == "calibration"]
    calibration = with_progress(run_rows(pipeline, rows), "scoring the calibration split", len(rows))
    return compare([KeywordsOnly(), ContextWords(), *learned, SecondLook()], outcomes, calibration)


def _plots(outcomes: "Sequence[Outcome]") -> list[Any]:
    from evaluation.files import can_plot
    from evaluation.plots import draw_plots

    if can_plot():
        return draw_plots(outcomes)
    click.echo("no HTML: its plots need matplotlib (training extra; make train-setup)", err=True)
    return []
