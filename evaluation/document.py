"""A report as sections of text, tables and plots, written as Markdown or as one HTML file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
th,td{border-bottom:1px solid #ccc;padding:.25rem .7rem;text-align:left}th{background:#f3f3f3}
figure{margin:1rem 0}figure svg{max-width:100%;height:auto}figcaption{color:#555}
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are shown."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing for HTML; Markdown leaves it out.

    Attributes:
        name: Short, without spaces.
        caption: What it shows.
        svg: An `<svg>` element.
    """

    name: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, paragraphs (parted by an empty line), and what stands below."""

    title: str
    text: str = ""
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()


def to_markdown(sections: Sequence[Section]) -> str:
    """Sections as Markdown, one level-2 heading each."""
    lines: list[str] = []
    for section in sections:
        lines += [f"## {section.title}", ""]
        lines += [section.text, ""] if section.text else []
        for table in section.tables:
            lines += [_line(table.header), "|" + "---|" * len(table.header), *map(_line, table.rows), ""]
    return "\n".join(lines)


def to_html(title: str, sections: Sequence[Section]) -> str:
    """Sections as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""
    parts = [f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>']
    parts += [f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"]
    for section in sections:
        parts.append(f"<h2>{escape(section.title)}</h2>")
        parts += [f"<p>{escape(part)}</p>" for part in section.text.split("\n\n") if part]
        for table in section.tables:
            rows = "".join(f"<tr>{_cells('td', row)}</tr>" for row in table.rows)
            parts.append(f"<table><tr>{_cells('th', table.header)}</tr>{rows}</table>")
        parts += [
            f'<figure id="{escape(plot.name)}">{plot.svg}<figcaption>{escape(plot.caption)}</figcaption></figure>'
            for plot in section.plots
        ]
    return "\n".join([*parts, "</body></html>\n"])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _cells(tag: str, cells: Sequence[str]) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
