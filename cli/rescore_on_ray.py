"""`secondglance rescore --ray`: Ray Data hands the numbers of parts to workers, each with pipelines of its own."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Any

import click

from cli.parts import Parts
from domain.errors import InvalidConfiguration, SecondglanceError
from pipeline.rescore import Rescorer
from pipeline.settings import PipelineSettings
from serving.cpus import usable_cpus

LOCAL = "local"
_STORE = 80 << 20  # bytes of the object store, hardly more than the least that Ray takes: nothing but numbers is in it


class Work:
    """What all workers are told: paths and versions, no text and no key.

    Args:
        jsonl: What is worked on.
        out: Folder of the results.
        size: Lines of a part.
        settings: Of what is in force and of the candidate. The key of sealed lists is each node's own.
        versions: Of both, as the job began with them.
    """

    def __init__(
        self,
        jsonl: Path,
        out: Path,
        size: int,
        settings: tuple[PipelineSettings, PipelineSettings],
        versions: dict[str, Any],
    ) -> None:
        self._parts = jsonl.absolute(), out.absolute(), size
        self._settings = [
            {name: _absolute(value) for name, value in side.model_dump(exclude={"list_key"}).items()}
            for side in settings
        ]
        self._versions = versions

    def open(self) -> tuple[Parts, Rescorer]:
        """The parts, and what works on them.

        Raises:
            InvalidConfiguration: If this node would build something else than the job began with.
        """
        current, candidate = (PipelineSettings(**values) for values in self._settings)
        rescorer = Rescorer(current, candidate)
        if rescorer.versions != self._versions:
            raise InvalidConfiguration("a node has another version of the code, the lists, the model or the policy")
        return Parts(*self._parts), rescorer


class Worker:
    """One process of Ray's: builds the pipelines once, then works on one part after the other."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._opened: tuple[Parts, Rescorer] | None = None

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Works on a part; an error travels as its name, since its message may hold text and Ray keeps logs."""
        try:
            if self._opened is None:
                self._opened = self._work.open()
            parts, rescorer = self._opened
            parts.finish(row["item"], lambda item: rescorer.row(item.id, item.capture))
        except Exception as error:  # noqa: BLE001  raised again where the rows arrive
            return {"part": row["item"], "error": _name(error)}
        return {"part": row["item"], "error": ""}


def run(work: Work, parts: Parts, address: str, workers: int | None) -> int:
    """Works on all parts that are not finished, and shows progress on standard error.

    Returns:
        How many parts were done now.

    Raises:
        InvalidConfiguration: If Ray is not installed, or no cluster is at the address.
        ClickException: If a part failed, naming it and the error; what is finished stays.
    """
    missing = [place for place in range(parts.count) if not parts.is_done(place)]
    if not missing:
        return 0
    with _ray(address, workers) as (data, most):
        pool = data.ActorPoolStrategy(size=min(most, len(missing)), max_tasks_in_flight_per_actor=1)
        numbers = data.from_items(missing, override_num_blocks=len(missing))
        for row in numbers.map(Worker, fn_constructor_args=(work,), compute=pool, num_cpus=1).iter_rows():
            number = f"part {row['part'] + 1} of {parts.count}"
            if row["error"]:
                raise click.ClickException(f"{number} failed: {row['error']}")
            click.echo(number, err=True)
    return len(missing)


@contextmanager
def _ray(address: str, workers: int | None) -> Iterator[tuple[Any, int]]:
    """Ray Data and the number of its workers, quiet, and for a local one on the loopback interface behind a token."""
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
    local: dict[str, Any] = {}
    if address == LOCAL:
        workers = workers or usable_cpus()
        local = {"num_cpus": workers, "object_store_memory": _STORE, "include_dashboard": False}
        quiet["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # what makes Ray take 127.0.0.1 for its address, on Linux too
        quiet |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    os.environ.update(quiet)
    try:
        import ray
        from ray import data
    except ModuleNotFoundError as error:
        raise InvalidConfiguration("--ray needs the extra: pip install secondglance[cluster]") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    data.DataContext.get_current().enable_progress_bars = False
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **local)
    except ConnectionError as error:
        raise InvalidConfiguration(f"--ray: no cluster answers at {address}") from error
    try:
        yield data, workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        ray.shutdown()


def _absolute(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_absolute(one) for one in value)
    return value.absolute() if isinstance(value, Path) else value


def _name(error: Exception) -> str:
    """An error's type, and its message where that cannot hold text, else its place."""
    if isinstance(error, SecondglanceError | OSError):
        return f"{type(error).__name__}: {error}"
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
