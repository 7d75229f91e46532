"""What nobody caught: it is in the log with its type and its place, and without the text that it was about."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serving.logs import Redacting
from tests.running_server import ROOT, Server
from tests.test_hostile_requests import talk

WORD = "zanzibar"
FAULTS = """
import asyncio, gc, json, logging, sys, threading, warnings
from serving.logs import set_up_logs, watch

WORD = sys.stdin.read()
set_up_logs(sys.argv[1])

class Falling:
    def __del__(self):
        raise ValueError(WORD)

def fail(text):
    raise KeyError(text)

async def task(text):
    fail(text)

async def generator():
    try:
        yield
    finally:
        fail(WORD)

async def main():
    loop = asyncio.get_running_loop()
    watch(loop)
    failing = asyncio.create_task(task(WORD), name=WORD)
    await asyncio.sleep(0.01)
    del failing
    future = loop.create_future()
    future.set_exception(ValueError(WORD))
    del future
    gc.collect()
    loop.call_soon(fail, WORD)
    loop.call_exception_handler({"message": WORD, "future": WORD})
    await asyncio.sleep(0.01)
    thread = threading.Thread(target=fail, args=(WORD,), name=WORD)
    thread.start()
    thread.join()
    falling = Falling()
    del falling
    warnings.warn(WORD)
    logging.getLogger("theirs").error(f"could not read {WORD}")
    logging.getLogger("theirs").error("could not read %s", WORD)
    logging.getLogger("theirs").error("could not read")
    logging.getLogger("secondglance").info("two\\nlines")
    left = generator()
    await anext(left)

asyncio.run(main())
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_nobody_caught_is_logged_without_the_text_that_it_was_about(form: str, tmp_path: Path) -> None:
    script = tmp_path / "faults.py"
    script.write_text(FAULTS, encoding="utf-8")
    command = [sys.executable, str(script), form]
    done = subprocess.run(command, input=WORD, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    said = done.stderr
    assert WORD not in said
    for message in (
        "Task exception was never retrieved: KeyError at ",
        "Future exception was never retrieved: ValueError at",
        "Exception in callback: KeyError at ",
        "event loop: no exception",
        "a thread ended: KeyError at ",
        "nobody could be told: ValueError at ",
        "UserWarning at ",
        "a message of ",
        "could not read %s",
        "could not read",
        "asyncio.run() shutdown: KeyError at ",
    ):
        assert message in said
    assert len(said.splitlines()) == 12


@pytest.mark.parametrize(
    ("message", "args", "told"),
    [
        ("What nobody caught", (), "What nobody caught"),
        (f"no {WORD * 2} here", (), "a message of tests/test_logs.py:7"),
        ("%s is refused", (WORD,), "%s is refused"),
        (ValueError(WORD), (), ""),
    ],
)
def test_of_others_messages_those_are_written_that_stand_in_their_source(message: Any, args: Any, told: str) -> None:
    record = logging.LogRecord("theirs", logging.ERROR, __file__, 7, message, args, None)
    assert Redacting(False).format(record).split(" theirs ")[1] == told


def test_requests_that_no_client_sends_leave_nothing_in_the_log(guarded: Server) -> None:
    body = (
        f"content-length: 90\r\ncontent-type: multipart/form-data; boundary=a\r\n\r\n--a\r\n{WORD} {WORD}\r\n\r\n--a--"
    )
    said = len(guarded.said)
    for request in (
        f"{WORD}\r\n\r\n",
        f"POST /v1/score HTTP/1.1\r\nhost: x\r\ncontent-length: {WORD}\r\n\r\n",
        f"POST /v1/score HTTP/1.1\r\nhost: x\r\ntransfer-encoding: {WORD}\r\n\r\n",
        f"GET /livez HTTP/1.1\r\nhost: x\r\nupgrade: {WORD}\r\nconnection: upgrade, close\r\n\r\n",
        f"POST /v1/captures HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {guarded.key}\r\n{body:<200}",
        f"GET /{WORD}%00%ff?{WORD}=%ff HTTP/1.1\r\nhost: {WORD}\r\nconnection: close\r\n\r\n",
    ):
        assert WORD not in str(talk(guarded, request.encode()))
    assert len(guarded.said) > said
    assert WORD not in "".join(guarded.said)
