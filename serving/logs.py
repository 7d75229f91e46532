"""Logs that hold nobody's text: JSON lines or plain ones, redacted by construction and not by search.

Our own messages say nothing of what was scored. Other packages' are written without their arguments, and no exception
with its message: only its type and where it was raised.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Literal

from serving.fault import where

OURS = "secondglance"


class Redacting(logging.Formatter):
    """Writes a record as one line.

    Args:
        as_json: One JSON object a line, with `time`, `level`, `logger`, `message` and, if there is one, `fault`.
    """

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        ours = record.name.split(".")[0] == OURS
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage() if ours else str(record.msg) if isinstance(record.msg, str) else "",
        }
        if record.exc_info and record.exc_info[1]:
            line["fault"] = where(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False) if self._as_json else " ".join(line.values())


def set_up_logs(form: Literal["text", "json"]) -> None:
    """Writes everything from INFO on to standard error, warnings of Python included."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(form == "json"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
