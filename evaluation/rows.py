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

from domain.capture import MAX_TEXT_BYTES, CaptureContext
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
    def is_whole(self) -> bool:
        """Whether the labels speak of all standard categories, so that none of them may hold a concern unknown."""
        return self.labels.keys() >= set(STANDARD_CATEGORIES)

    @property
    def severity(self) -> int:
        """The worst known severity; an ungraded 1 counts as a concern."""
        worst = max(self.labels.values(), default=0)
        return worst if self.graded or worst == 0 else int(GENUINE)

    @property
    def genuine(self) -> bool:
        """Whether the truth is a genuine concern."""
        return self.severity >= GENUINE

    @property
    def benign(self) -> bool:
        """Whether the truth is benign (0 or 1 in every category); neither is severity 2, nor what is partly unknown."""
        return self.severity < GENUINE - 1 and self.is_whole

    @property
    def low(self) -> bool:
        """Whether the truth is of severity 2; likewise not what is partly unknown, which may be more."""
        return self.severity == GENUINE - 1 and self.is_whole

    @property
    def asks_for_help(self) -> bool:
        """Whether a child asks for help in it: a genuine concern with the tag `help_seeking`."""
        return self.genuine and "help_seeking" in self.tags


def read_rows(path: Path) -> Iterator[LabelledRow]:
    """Reads a `.jsonl` file, or all of them in a folder, in name order.

    Raises:
        InvalidRequest: Naming file, line and fault, and nothing that a row holds.
    """
    for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        row = _parse(read_object(line))
                    except ValueError as error:
                        raise InvalidRequest(f"{file.name}:{number}: {error}") from None
                    yield row


def read_object(line: bytes) -> dict[str, Any]:
    """The JSON object of a line.

    Raises:
        ValueError: If it is none; says what it is not, and nothing of what it holds.
    """
    try:
        data = json.loads(line)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def _parse(data: dict[str, Any]) -> LabelledRow:
    for name, kind in _KINDS.items():
        if name not in data and name in _NEEDED:
            raise ValueError(f"lacks {name}")
        if data.get(name) is not None and not isinstance(data[name], kind):
            raise ValueError(f"{name} is of the wrong kind")
    if any(data[name] is None for name in _NEEDED):
        raise ValueError(f"lacks {', '.join(name for name in _NEEDED if data[name] is None)}")
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("not valid Unicode") from None
    if len(data["text"].encode("utf-8")) > MAX_TEXT_BYTES:
        raise ValueError(f"text is over {MAX_TEXT_BYTES} bytes")
    graded = data.get("graded") is not False
    for name, value in data["labels"].items():
        _check_label(name, value, 5 if graded else 1)
    if not all(isinstance(tag, str) for tag in data.get("slice") or ()):
        raise ValueError("slice holds something that is no text")
    known = {f.name for f in fields(CaptureContext)}
    context = {name: value for name, value in (data.get("context") or {}).items() if name in known}
    wrong = [name for name, value in context.items() if value is not None and not isinstance(value, str)]
    if wrong:
        raise ValueError(f"context: {', '.join(wrong)} is no text")
    return LabelledRow(
        id=str(data["id"]),
        text=data["text"],
        labels=dict(data["labels"]),
        graded=graded,
        spans=tuple(_span(span, len(data["text"])) for span in data.get("spans") or ()),
        tags=tuple(data.get("slice") or ()),
        context=CaptureContext(**context),
        pair=data.get("pair"),
        split=data.get("split") or "",
        scenario=data.get("scenario") or "",
        trigger=data.get("trigger") or "",
        source=data.get("source") or "",
    )


_NEEDED = ("id", "text", "labels")
_KINDS: dict[str, type | tuple[type, ...]] = {
    "id": (str, int),
    **dict.fromkeys(("text", "pair", "split", "scenario", "trigger", "source"), str),
    **dict.fromkeys(("labels", "context"), dict),
    **dict.fromkeys(("slice", "spans"), list),
    "graded": bool,
}


def _check_label(category: object, severity: object, most: int) -> None:
    if category not in STANDARD_CATEGORIES:
        raise ValueError(f"unknown category; there are {', '.join(STANDARD_CATEGORIES)}")
    if not isinstance(severity, int) or isinstance(severity, bool) or not 0 <= severity <= most:
        raise ValueError(f"label {category} is no whole number from 0 to {most}")


def _span(data: object, length: int) -> LabelledSpan:
    if not isinstance(data, dict):
        raise ValueError("a span is no JSON object")
    start, end = data.get("start"), data.get("end")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
        raise ValueError("a span does not lie in the text")
    _check_label(data.get("category"), data.get("severity"), 5)
    return LabelledSpan(start, end, data["category"], data["severity"])


def row_to_json(row: LabelledRow) -> str:
    """A row as the line that `read_rows` reads."""
    data = asdict(row)
    data["slice"] = data.pop("tags")
    data["context"] = {name: value for name, value in data["context"].items() if value is not None}
    return json.dumps(data, ensure_ascii=False)
