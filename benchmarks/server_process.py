"""A server in a process of its own on loopback, and what it has used so far."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
LEAST_CPU_S = 0.3
"""CPU seconds below which a run is repeated: the clock of /proc ticks a hundred times a second."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """One that runs.

    Attributes:
        pid: Its process id.
        port: Of HTTP.
        grpc_port: Of gRPC; 0 if it speaks none.
    """

    pid: int
    port: int
    grpc_port: int = 0

    def cpu_seconds(self) -> float:
        """CPU seconds that it and its children have used."""
        return sum(_ticks(pid) for pid in self._pids()) / _TICKS

    def resident_mib(self, children: bool = True) -> float:
        """Resident size of it, and of its children if they are asked for."""
        pids = self._pids() if children else [self.pid]
        return sum(int((_read(f"/proc/{pid}/statm") or "0 0").split()[1]) for pid in pids) * _PAGE / 2**20

    def ocr_workers(self) -> list[int]:
        """Process ids of its OCR workers."""
        return [pid for pid in self._pids()[1:] if "spawn_main" in _read(f"/proc/{pid}/cmdline")]

    def _pids(self) -> list[int]:
        """It and its children; those that end meanwhile have none."""
        found, at = [self.pid], 0
        while at < len(found):
            with contextlib.suppress(FileNotFoundError):
                for task in Path(f"/proc/{found[at]}/task").iterdir():
                    found += map(int, _read(f"{task}/children").split())
            at += 1
        return found


@contextlib.contextmanager
def peer(kind: str) -> Iterator[ServerProcess]:
    """The echo or the naive server."""
    listener = socket.create_server(("127.0.0.1", 0))
    command = [sys.executable, "-m", "benchmarks.peer_server", kind, str(listener.fileno())]
    process = subprocess.Popen(command, pass_fds=[listener.fileno()])
    port = listener.getsockname()[1]
    try:
        _wait(port)
        yield ServerProcess(process.pid, port)
    finally:
        listener.close()
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextlib.contextmanager
def secondglance(*args: str) -> Iterator[ServerProcess]:
    """The real service."""
    command = [sys.executable, "-m", "cli.main", "serve", "--http-port", "0", "--grpc-port", "0", *args]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    seen: list[str] = []
    for line in process.stderr:
        seen.append(line)
        ready = re.search(r"ready: http \S+:(\d+), grpc \S+:(\d+)", line)
        if ready:
            break
    else:
        raise RuntimeError(f"the service did not start: {''.join(seen)}")
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    try:
        yield ServerProcess(process.pid, int(ready[1]), int(ready[2]))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        drain.join()
        process.stderr.close()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _ticks(pid: int) -> int:
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _read(path: str) -> str:
    """A file of a process; nothing of one that has ended."""
    try:
        return Path(path).read_text("ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
