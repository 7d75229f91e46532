"""What stands for the slow engine in the tests of the pool, and a service that uses it."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ocr.pool import OcrPool

NewPool = Callable[..., OcrPool]
"""Makes pools of the double, which are closed after the test."""

DOUBLE = '''
import os, pathlib, signal, socket, tempfile, time
from domain.errors import InvalidImage
from domain.page import Page
from ocr.engine import Reading
from ocr.homes import Homes

class Double:
    """Stands for the slow engine; the image says what it does."""
    def __init__(self, weights):
        assert not pathlib.Path(os.environ.get("DOUBLE_BROKEN", "/none")).exists()
        tempfile.mkdtemp()

    def read(self, image, owner=None):
        what, _, rest = image.decode().partition(":")
        if what == "invalid":
            raise InvalidImage("not a picture")
        assert what != "unforeseen"
        if what == "hang":
            pathlib.Path(rest).touch()
            time.sleep(600)
        if what == "wait":
            time.sleep(float(rest))
        if what == "eat":
            held = bytearray(int(rest))
        if what == "free":  # in pieces, so that glibc takes them out of its heap, and keeps that
            held = [bytes(1000) for _ in range(int(rest) // 1000)]
            self.kept = held[-1]
            del held
        if what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if what == "once" and not pathlib.Path(rest).exists():
            pathlib.Path(rest).touch()
            time.sleep(600)
        if what == "connect":
            try:
                socket.create_connection(("127.0.0.1", 9), timeout=1)
            except PermissionError as refusal:
                rest = str(refusal)
        return Reading(Page.from_text(rest), (os.getpid(), 1), 1, 1)

    def close(self):
        pass
'''

SERVICE = """
import sys, threading, time
from engine_double import Double
from ocr.pool import OcrPool

if __name__ == "__main__":
    pool = OcrPool(1, build=Double)
    pool.warm_up()
    threading.Thread(target=pool.read, args=(sys.argv[1].encode(),)).start()
    print(*pool.pids(), flush=True)
    time.sleep(600)
"""


def wait_for(condition: Callable[[], bool]) -> None:
    assert any(condition() or time.sleep(0.01) for _ in range(6000)), "waited in vain"


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def in_thread(work: Callable[[], object]) -> Future[object]:
    return ThreadPoolExecutor(1).submit(work)
