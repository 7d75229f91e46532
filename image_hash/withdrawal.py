"""Rows of an exchange's list that were taken back: they name a hash, and must not raise anything."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

FLAGS = ("deleted", "is_deleted", "should_delete", "withdrawn", "removed", "revoked", "retracted")
"""Fields that say so by being true, or by a day on which it happened."""

STATES = ("status", "state")
TAKEN_BACK = frozenset(
    {"deleted", "withdrawn", "removed", "revoked", "retracted", "rejected", "inactive", "disabled", "expired"}
    | {"non_malicious", "benign"}
)
"""What such a field says of a hash that no longer counts; ThreatExchange says NON_MALICIOUS."""

UNTIL = "disable_until_ts"
"""Of contents of a Hasher-Matcher-Actioner bank: 0 is disabled, 1 is enabled, else a time in seconds."""

MARKS = (*FLAGS, *STATES, UNTIL)

_NO = frozenset({"", "0", "0.0", "f", "false", "n", "no", "none", "null", "off", "-", "[]", "{}"})
"""What databases and spreadsheets write for a flag that is not set, PostgreSQL `f`: such a row still counts."""


class Withdrawn(NamedTuple):
    """A row that takes an item back.

    Attributes:
        id: Of the item.
    """

    id: str


def is_withdrawn(entry: Mapping[str, Any]) -> bool:
    """Whether a row says that its hash no longer counts.

    Args:
        entry: Its fields by name.
    """
    if any(_text(entry.get(name)) not in _NO for name in FLAGS):
        return True
    if any(_text(entry.get(name)).replace("-", "_").replace(" ", "_") in TAKEN_BACK for name in STATES):
        return True
    try:
        until = float(_text(entry.get(UNTIL)))
    except ValueError:
        return False
    return until == 0 or until > time.time()


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()
