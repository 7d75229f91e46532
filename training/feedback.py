"""Decisions of safeguarding leads become labelled rows.

One JSON object a line:

    {"id", "text", "context": {...} or null, "decision": "upheld" | "dismissed" | "regraded",
     "category": name, "severity": 0..5, "source": "school/lead", "decided_at": ISO 8601}

`upheld`: a genuine concern, `severity` 3 to 5. `dismissed`: nothing to act on, `severity` 0 or 1 (0 if left out);
with `category` null the lead says so of all nine. `regraded`: the severity, and perhaps the category, is another than
the one shown. What a decision does not speak of stays unknown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from domain.capture import MAX_TEXT_BYTES, CaptureContext
from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.rows import LabelledRow, read_object
from training.likeness import same_text

SEVERITIES = {"upheld": range(GENUINE, 6), "dismissed": range(2), "regraded": range(6)}
"""What each decision may say."""
LONGEST_NAME = 256
"""Characters of an id, a source or a field of the context."""
_FIELDS = ("id", "text", "context", "decision", "category", "severity", "source", "decided_at")
_CONTEXT = {field.name for field in fields(CaptureContext)}


@dataclass(frozen=True, slots=True)
class Decision:
    """One lead's decision; `labels` holds what it says of each category that it speaks of."""

    id: str
    text: str
    context: CaptureContext
    labels: dict[str, int]
    source: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no decision, and why; never the text that it holds."""

    line: int
    fault: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """Rows, and what did not become one.

    Attributes:
        rows: One for each text.
        contradictory: Ids of decisions on one text that contradict each other; none of them became a row.
        repeated: How many decisions were folded into another on the same text.
    """

    rows: tuple[LabelledRow, ...]
    contradictory: tuple[tuple[str, ...], ...]
    repeated: int


def read_decisions(lines: Iterable[bytes]) -> tuple[list[Decision], list[Fault]]:
    """Reads JSON lines; what is wrong with a line is named and costs no other line."""
    decisions: list[Decision] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            decision = _decision(line)
            if decision.id in seen:
                raise ValueError(f"id stands in line {seen[decision.id]} already")
            seen[decision.id] = number
            decisions.append(decision)
        except ValueError as error:
            faults.append(Fault(number, str(error)))
    return decisions, faults


def to_rows(decisions: Sequence[Decision]) -> Conversion:
    """One row for each text that its decisions agree on.

    Decisions on one text contradict each other if they put a category on different sides of a genuine concern. Where
    they only differ by degree the higher severity is kept.
    """
    by_text: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_text.setdefault(same_text(decision.text), []).append(decision)
    rows: list[LabelledRow] = []
    contradictory: list[tuple[str, ...]] = []
    for group in by_text.values():
        if _contradict(group):
            contradictory.append(tuple(decision.id for decision in group))
        else:
            rows.append(_row(group))
    spent = len(rows) + sum(map(len, contradictory))
    return Conversion(tuple(rows), tuple(contradictory), len(decisions) - spent)


def _contradict(group: Sequence[Decision]) -> bool:
    sides: dict[str, set[bool]] = {}
    for decision in group:
        for category, severity in decision.labels.items():
            sides.setdefault(category, set()).add(severity >= GENUINE)
    return any(len(found) > 1 for found in sides.values())


def _row(group: Sequence[Decision]) -> LabelledRow:
    """The first decision's text and source, the labels of all; of the context only what the model may see."""
    labels: dict[str, int] = {}
    for decision in group:
        for category, severity in decision.labels.items():
            labels[category] = max(severity, labels.get(category, 0))
    first = group[0]
    context = CaptureContext(channel=first.context.channel, application=first.context.application)
    return LabelledRow(
        id=f"feedback:{first.id}",
        text=first.text,
        labels=labels,
        tags=("feedback",),
        context=context,
        split="train",
        source=first.source,
    )


def _decision(line: bytes) -> Decision:
    data = read_object(line)
    faults = list(_faults(data))
    if faults:
        raise ValueError("; ".join(faults))
    severity = data.get("severity") or 0
    names = STANDARD_CATEGORIES if data["category"] is None else (data["category"],)
    return Decision(
        id=data["id"],
        text=data["text"],
        context=CaptureContext(**(data.get("context") or {})),
        labels=dict.fromkeys(names, severity),
        source=data["source"],
    )


def _faults(data: dict[str, Any]) -> Iterator[str]:
    missing = [name for name in _FIELDS if name not in data and name not in ("context", "severity")]
    if missing:
        yield f"lacks {', '.join(missing)}"
        return
    if set(data) - set(_FIELDS):
        yield f"{len(set(data) - set(_FIELDS))} unknown fields; there are {', '.join(_FIELDS)}"
    if not _is_name(data["id"]):
        yield "id is no name"
    yield from _text_faults(data["text"])
    yield from _context_faults(data.get("context"))
    yield from _answer_faults(data)
    yield from _origin_faults(data)


def _text_faults(text: object) -> Iterator[str]:
    if not (isinstance(text, str) and text.strip()):
        yield "text is empty or no text"
    elif any("\ud800" <= char <= "\udfff" for char in text):
        yield "text is not valid Unicode"
    elif len(text.encode()) > MAX_TEXT_BYTES:
        yield f"text is over {MAX_TEXT_BYTES} bytes"


def _context_faults(context: object) -> Iterator[str]:
    if context is None:
        return
    if not isinstance(context, dict) or set(context) - _CONTEXT:
        yield f"context may hold {', '.join(sorted(_CONTEXT))}"
    elif not all(value is None or isinstance(value, str) for value in context.values()):
        yield "context holds something that is no text"
    elif not all(value is None or _is_name(value) for value in context.values()):
        yield f"context holds something that is empty, over {LONGEST_NAME} characters, or cannot be printed"


def _answer_faults(data: dict[str, Any]) -> Iterator[str]:
    decision, category, severity = data["decision"], data["category"], data.get("severity")
    if not isinstance(decision, str) or decision not in SEVERITIES:
        yield f"decision is none of {', '.join(SEVERITIES)}"
        return
    if category is None and decision != "dismissed":
        yield f"{decision} needs a category"
    elif category is not None and category not in STANDARD_CATEGORIES:
        yield f"category is none of {', '.join(STANDARD_CATEGORIES)}"
    allowed = SEVERITIES[decision]
    if severity is None and decision == "dismissed":
        return
    if not isinstance(severity, int) or isinstance(severity, bool) or severity not in allowed:
        yield f"severity of {decision} is {allowed[0]} to {allowed[-1]}"


def _is_name(value: object) -> bool:
    """Whether something can be told on a terminal and written to a file: printable, not blank, not endless."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= LONGEST_NAME


def _origin_faults(data: dict[str, Any]) -> Iterator[str]:
    school, _, lead = data["source"].partition("/") if isinstance(data["source"], str) else ("", "", "")
    if not same_text(school) or not same_text(lead) or not _is_name(data["source"]):
        yield "source is not school/lead"
    try:
        datetime.fromisoformat(data["decided_at"])
    except (TypeError, ValueError):
        yield "decided_at is no ISO 8601 date"
