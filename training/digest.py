"""Names what a run learnt from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from evaluation.rows import LabelledRow


def digest_rows(rows: Iterable[LabelledRow]) -> str:
    """sha256 (first 16 hex digits) of ids, texts and labels, whatever their order."""
    parts = sorted(json.dumps([row.id, row.text, sorted(row.labels.items())]) for row in rows)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested records as one level, `a.b` for `{"a": {"b": ...}}`: the form that MLflow takes parameters in."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
