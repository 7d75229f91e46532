"""What is wrong with the shape of what was sent: the place and the fault, and never the value."""

import re
import sys
from collections.abc import Sequence
from typing import Any

MOST_TOLD = 20
"""Faults of one request."""
_NAME = re.compile(r"[\w-]{1,40}|list\[[\w\[\],-]+\]", re.ASCII)


def faults(errors: Sequence[Any]) -> str:
    """Where and what, but never the value: it may be a pupil's text. Of very many the first few are told."""
    told = [f"{'.'.join(_named(part) for part in fault['loc'])}: {_told(fault)}" for fault in errors[:MOST_TOLD]]
    if len(errors) > MOST_TOLD:
        told.append(f"and {len(errors) - MOST_TOLD} more")
    return "; ".join(told)


def unreadable(error: BaseException | None) -> str | None:
    """Why Python's reader made nothing of JSON that has no fault in its grammar; None if it was something else."""
    if isinstance(error, UnicodeDecodeError):
        return f"not valid UTF-8 (byte {error.start})"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"an integer of more than {sys.get_int_max_str_digits()} digits" if isinstance(error, ValueError) else None


def _named(part: object) -> str:
    """A part of a place; a field of the caller's own is named if it may be a misspelt one, and not if it is text."""
    return str(part) if _NAME.fullmatch(str(part)) else "?"


def _told(fault: Any) -> str:
    """What is wrong; the one message in which pydantic quotes what was given, without it."""
    if fault["type"] == "union_tag_invalid":
        return f"the tag is none of {fault['ctx']['expected_tags']}"
    return str(fault["msg"])
