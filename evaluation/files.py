"""Writes a report's files."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from evaluation.document import Plot, Section, to_html, to_markdown

STEM = "evaluation"


def can_plot() -> bool:
    """Whether matplotlib is installed (training extra)."""
    return find_spec("matplotlib") is not None


def write_report(out: Path, title: str, sections: Sequence[Section], plots: Sequence[Plot]) -> list[Path]:
    """Writes Markdown and, if there are plots, one HTML file beside it.

    Args:
        out: A folder (made if need be; files are named `evaluation`), or a file, known by its suffix.
        title: Of the HTML file.
        sections: What to write; the plots follow the first.
        plots: Empty without matplotlib.

    Returns:
        What was written.
    """
    is_file = out.is_file() or (bool(out.suffix) and not out.is_dir())
    markdown = out if is_file else out / f"{STEM}.md"
    if markdown.suffix == ".html":
        markdown = markdown.with_suffix(".md")
    markdown.parent.mkdir(parents=True, exist_ok=True)
    markdown.write_text(to_markdown(sections), encoding="utf-8")
    if not plots:
        return [markdown]
    html = markdown.with_suffix(".html")
    with_plots = [replace(sections[0], plots=plots), *sections[1:]]
    html.write_text(to_html(title, with_plots), encoding="utf-8")
    return [markdown, html]
