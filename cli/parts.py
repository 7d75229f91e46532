"""A long job over JSON lines, part by part: what is finished stays finished."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import click

from cli.inputs import Input, read_json_lines
from domain.whole_files import write_whole
from serving.cpus import usable_cpus

JOB = "job.json"


class Parts:
    """The parts of a file.

    Args:
        jsonl: What is worked on.
        out: Where each part's results go: `part-000000.jsonl`, there whole or not at all.
        size: Lines of a part.
    """

    def __init__(self, jsonl: Path, out: Path, size: int) -> None:
        self._jsonl = jsonl
        self._out = out
        self._size = size
        self._starts: list[int] = []
        position = 0
        with jsonl.open("rb") as lines:
            for number, line in enumerate(lines):
                if number % size == 0:
                    self._starts.append(position)
                position += len(line)
        self.count = len(self._starts)

    def work(self, number: int, of: int, do: Callable[[Input], dict[str, Any]]) -> int:
        """Works on the parts of a share that are not finished, and shows progress on standard error.

        Args:
            number: Of the share, from 1.
            of: How many shares there are.
            do: What is done with each line.

        Returns:
            How many parts were done now.
        """
        done = 0
        mine = range(number - 1, self.count, of)
        with ThreadPoolExecutor(usable_cpus()) as pool:
            for place in mine:
                if self.is_done(place):
                    continue
                self.finish(place, do, pool.map)
                done += 1
                click.echo(f"part {place // of + 1} of {len(mine)}", err=True)
        return done

    def is_done(self, place: int) -> bool:
        """Whether a part, counted from 0, has its results."""
        return self._path(place).exists()

    def finish(
        self, place: int, do: Callable[[Input], dict[str, Any]], each: Callable[..., Iterable[Any]] = map
    ) -> None:
        """Works on one part, counted from 0; `each` is `map` or another that keeps the order."""
        with self._jsonl.open("rb") as lines:
            lines.seek(self._starts[place])
            part = list(islice(lines, self._size))
        inputs = read_json_lines(part, self._jsonl.parent, 1 + place * self._size)
        rows = [json.dumps(row, ensure_ascii=False) for row in each(do, inputs)]
        write_whole(self._path(place), "".join(f"{row}\n" for row in rows).encode())

    def _path(self, place: int) -> Path:
        return self._out / f"part-{place:06}.jsonl"


def begin(out: Path, jsonl: Path, size: int, what: dict[str, Any]) -> None:
    """Makes the folder of a job, or goes on with it if it is the same job.

    Raises:
        UsageError: If the folder holds another job, naming what differs, or what is left of one.
    """
    with jsonl.open("rb") as lines:
        digest = hashlib.file_digest(lines, "sha256").hexdigest()
    job = {"input": digest, "part": size, **what}
    out.mkdir(parents=True, exist_ok=True)
    path = out / JOB
    if not path.exists():
        write_whole(path, json.dumps(job, indent=1).encode())
        return
    try:
        known = json.loads(path.read_bytes())
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise click.UsageError(f"{out} holds no whole {JOB}; take a new folder")
    other = [name for name in job if known.get(name) != job[name]]
    if other:
        raise click.UsageError(f"{out} holds another job: {', '.join(other)} is not the same; take a new folder")


def read_share(share: str) -> tuple[int, int]:
    """K and N of "K/N".

    Raises:
        UsageError: If it is no such thing.
    """
    read = re.fullmatch(r"(\d{1,6})/(\d{1,6})", share)
    number, of = (int(read[1]), int(read[2])) if read else (0, 0)
    if not 1 <= number <= of:
        raise click.UsageError(f"--share is K/N with K from 1 to N, not {share!r}")
    return number, of
