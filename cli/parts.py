"""A long job over JSON lines, part by part: what is finished stays finished."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import click

from cli.inputs import Input, read_json_lines
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
        with jsonl.open("rb") as lines:
            self.count = -(-sum(1 for _ in lines) // size)

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
        mine = len(range(number - 1, self.count, of))
        with ThreadPoolExecutor(usable_cpus()) as pool:
            for place, lines in enumerate(self._parts()):
                path = self._out / f"part-{place:06}.jsonl"
                if place % of != number - 1 or path.exists():
                    continue
                inputs = read_json_lines(lines, self._jsonl.parent, 1 + place * self._size)
                rows = [json.dumps(row, ensure_ascii=False) for row in pool.map(do, inputs)]
                beside = path.with_suffix(".new")
                beside.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
                beside.replace(path)
                done += 1
                click.echo(f"part {place // of + 1} of {mine}", err=True)
        return done

    def _parts(self) -> Iterator[list[bytes]]:
        with self._jsonl.open("rb") as lines:
            while part := list(islice(lines, self._size)):
                yield part


def begin(out: Path, jsonl: Path, size: int, what: dict[str, Any]) -> None:
    """Makes the folder of a job, or goes on with it if it is the same job.

    Raises:
        UsageError: If the folder holds another job, naming what differs.
    """
    with jsonl.open("rb") as lines:
        digest = hashlib.file_digest(lines, "sha256").hexdigest()
    job = {"input": digest, "part": size, **what}
    out.mkdir(parents=True, exist_ok=True)
    path = out / JOB
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        other = [name for name in job if known.get(name) != job[name]]
        if other:
            raise click.UsageError(f"{out} holds another job: {', '.join(other)} is not the same; take a new folder")
    path.write_text(json.dumps(job, indent=1), encoding="utf-8")


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
