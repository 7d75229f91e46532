"""Logs that hold nobody's text: JSON lines or plain ones, redacted by construction and not by search.

Our own messages say nothing of what was scored. Of other packages' those are written that stand in their source as they
are, without arguments, and of others only where they come from: asyncio puts what a task was given into its message.
No exception is written with its message: only its type and where it was raised, whoever finds it at last.
"""

import asyncio
import json
import linecache
import logging
import sys
import threading
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from domain.fault import where

OURS = "secondglance"
_LOG = logging.getLogger(OURS)
_KNOWN = (
    "Exception in callback",
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending!",
    "an error occurred during closing of asynchronous generator",
    "unhandled exception during asyncio.run() shutdown",
    "Fatal error",
    "socket.accept() out of system resource",
)
"""How messages of asyncio begin; what follows may be what a task was given."""


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
            "message": record.getMessage() if ours else _as_written(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["fault"] = where(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False) if self._as_json else " ".join(" ".join(line.values()).splitlines())


def set_up_logs(form: Literal["text", "json"]) -> None:
    """Writes everything from INFO on to standard error: warnings of Python included, and faults that nobody caught."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(form == "json"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    warnings.showwarning = _tell_of_warning
    threading.excepthook = lambda fault: _tell("a thread ended", fault.exc_value)
    sys.unraisablehook = lambda fault: _tell("nobody could be told", fault.exc_value)


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Writes what an event loop finds nobody caught; left to asyncio it would be with all that the task was given."""
    loop.set_exception_handler(_tell_of_loop)


def _tell_of_loop(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    message = str(context.get("message", ""))
    _tell(next((known for known in _KNOWN if message.startswith(known)), "event loop"), context.get("exception"))


def _tell_of_warning(
    message: Warning | str,  # noqa: ARG001
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """As Python calls it; what the warning says is left out, as it may hold anything."""
    place = Path(filename)
    _LOG.warning("%s at %s/%s:%d", category.__name__, place.parent.name, place.name, lineno)


def _tell(what: str, fault: BaseException | None) -> None:
    _LOG.error("%s: %s", what, where(fault) if fault else "no exception")


def _as_written(record: logging.LogRecord) -> str:
    """The message of another package as it stands in its source, or where it comes from."""
    if not isinstance(record.msg, str):
        return ""
    told = record.msg.strip()
    if record.args or told.encode("unicode_escape").decode() in "".join(linecache.getlines(record.pathname)):
        return told
    place = Path(record.pathname)
    return f"a message of {place.parent.name}/{place.name}:{record.lineno}"
