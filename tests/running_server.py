"""`secondglance serve` in a process of its own, on loopback, with ports that are free."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
BANK = str(ROOT / "demo" / "known_pictures.csv")


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens: `http` is a URL, `grpc` an address; `said` is its log so far."""

    process: "subprocess.Popen[str]"
    http: str
    grpc: str
    key: str = ""
    other_key: str = ""
    scoring_key: str = ""
    said: list[str] = field(default_factory=list)


def start(*args: str) -> Server:
    """Returns once it is ready; its log is read on, as a full pipe would stop it."""
    command = [sys.executable, "-m", "cli.main", "serve", "--http-port", "0", "--grpc-port", "0", *args]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    for line in process.stderr:
        ready = re.search(r"ready: http (\S+), grpc (\S+)", line)
        if ready:
            said: list[str] = []
            threading.Thread(target=_listen, args=(process.stderr, said), daemon=True).start()
            return Server(process, f"http://{ready[1]}", ready[2], said=said)
    raise AssertionError(f"the server stopped with {process.wait()}")


def _listen(log: IO[str], said: list[str]) -> None:
    with log:
        said.extend(log)


@contextmanager
def stopping(server: Server) -> Iterator[Server]:
    """Ends it with SIGTERM, which it must take well."""
    yield server
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(40) == 0
