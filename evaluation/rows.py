"""Labelled rows, one JSON object a line: what evaluation and training read.

    {"id", "text", "labels": {category: severity}, "spans": [{"start", "end", "category", "severity"}],
     "slice": [tags], "context": {...}, "pair": id or null, "split", "scenario", "trigger", "source"}

A category that is absent from `labels` is unknown, never 0. `"graded": false` marks labels that are only
0 or 1; 1 then means a genuine concern of unknown severity.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from domain.capture import CaptureContext
from domain.errors import InvalidRequest
from domain.severity import GENUINE, STANDARD_CATEGORIES


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A part of a row with an answer of its own; offsets are code points of the row's text."""

    start: int
    end: int
    category: str
    severity: int


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One labelled text.

    Attributes:
        id: Unique in its file.
        text: The text; may hold `{slur:...}` placeholders.
        labels: Severity 0..5 of the known categories.
        graded: False if labels are only 0 or 1.
        spans: Parts with answers of their own.
        tags: Slices that it counts in.
        context: As a capture would bring it.
        pair: Id of the minimal pair that it is half of.
        split: `train`, `dev`, `calibration` or `test`.
        scenario: Rows of one scenario are never parted by a split.
        trigger: The phrase that a keyword list would fire at.
        source: Who labelled it, where not the project itself: a public set, or `school/lead`.
    """

    id: str
    text: str
    labels: Mapping[str, int]
    graded: bool = True
    spans: tuple[LabelledSpan, ...] = ()
    tags: tuple[str, ...] = ()
    context: CaptureContext = field(default_factory=CaptureContext)
    pair: str | None = None
    split: str = ""
    scenario: str = ""
    trigger: str = ""
    source: str = ""

    @property
    def severity(self) -> int:
        """The worst known severity; an ungraded 1 counts as a concern."""
        worst = max(self.labels.values(), default=0)
        return worst if self.graded or worst == 0 else int(GENUINE)


def read_rows(path: Path) -> Iterator[LabelledRow]:
    """Reads a `.jsonl` file, or all of them in a folder, in name order.

    Raises:
        InvalidRequest: Naming file, line and fault.
    """
    for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield _parse(json.loads(line))
                    except (KeyError, TypeError, ValueError) as error:
                        raise InvalidRequest(f"{file.name}:{number}: {error}") from error


def _parse(data: dict[str, Any]) -> LabelledRow:
    graded = bool(data.get("graded", True))
    labels = {str(name): int(value) for name, value in data["labels"].items()}
    for name, value in labels.items():
        if name not in STANDARD_CATEGORIES:
            raise ValueError(f"unknown category {name!r}")
        if not 0 <= value <= (5 if graded else 1):
            raise ValueError(f"label {name} is {value}")
    known = {f.name for f in fields(CaptureContext)}
    context = {name: value for name, value in (data.get("context") or {}).items() if name in known}
    spans = tuple(LabelledSpan(s["start"], s["end"], s["category"], s["severity"]) for s in data.get("spans") or ())
    return LabelledRow(
        id=str(data["id"]),
        text=str(data["text"]),
        labels=labels,
        graded=graded,
        spans=spans,
        tags=tuple(data.get("slice") or ()),
        context=CaptureContext(**context),
        pair=data.get("pair"),
        split=str(data.get("split") or ""),
        scenario=str(data.get("scenario") or ""),
        trigger=str(data.get("trigger") or ""),
        source=str(data.get("source") or ""),
    )


def row_to_json(row: LabelledRow) -> str:
    """A row as the line that `read_rows` reads."""
    data = asdict(row)
    data["slice"] = data.pop("tags")
    data["context"] = {name: value for name, value in data["context"].items() if value is not None}
    return json.dumps(data, ensure_ascii=False)
