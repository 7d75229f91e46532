"""An index on disk: written aside, swapped in at once, and mapped into memory rather than read."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidBank
from image_hash.bank_item import HASHES
from image_hash.chunk_index import ChunkIndex, Tables
from image_hash.chunk_plan import make_plan
from image_hash.hash_index import IndexPart

_FORMAT = 1
_CURRENT = "CURRENT"
_TYPES = {"words": "<u8", "radii": "u1", "numbers": "<u4", "starts": "<u4", "rows": "<u4"}


@dataclass(frozen=True, slots=True)
class MappedIndex:
    """An index that lies on disk.

    Attributes:
        generation: Name of its folder.
        parts: Its parts; their arrays are mapped.
        last_number: Items with a higher number are not in it.
        made_of: Digest of what it was made of; empty of one from before it was written down.
    """

    generation: str
    parts: tuple[IndexPart, ...]
    last_number: int
    made_of: str


def current_generation(home: Path) -> str | None:
    """Name of the index that is in force; None if none was built."""
    try:
        return (home / _CURRENT).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None


def write_index(home: Path, parts: Sequence[IndexPart], last_number: int, made_of: str) -> str:
    """Writes an index aside and swaps it in; who has the old one mapped keeps it.

    Args:
        home: The folder of the indexes.
        parts: What to write.
        last_number: Of the items that it covers.
        made_of: Digest of what it is made of.

    Returns:
        The new generation.
    """
    home.mkdir(exist_ok=True)
    with _alone(home):
        generation = str(1 + max((int(one.name) for one in home.iterdir() if one.name.isdecimal()), default=0))
        aside = home / f"new-{generation}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        told = [_write_part(aside, place, part) for place, part in enumerate(parts)]
        manifest = {"format": _FORMAT, "last_number": last_number, "made_of": made_of, "parts": told}
        _write(aside / "manifest.json", json.dumps(manifest, indent=1).encode())
        shutil.rmtree(home / generation, ignore_errors=True)
        aside.rename(home / generation)
        _write(home / f"{_CURRENT}.new", generation.encode())
        (home / f"{_CURRENT}.new").replace(home / _CURRENT)
        for old in home.iterdir():
            if old.is_dir() and old.name != generation:
                shutil.rmtree(old, ignore_errors=True)
    return generation


def map_index(home: Path) -> MappedIndex | None:
    """Maps the index that is in force; None if none was built.

    Raises:
        InvalidBank: What lies there is no index of this version.
    """
    while (generation := current_generation(home)) is not None:
        folder = home / generation
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if manifest["format"] != _FORMAT:
                raise ValueError("it is of another version")
            parts = tuple(_map_part(folder, place, told) for place, told in enumerate(manifest["parts"]))
            made_of = str(manifest.get("made_of", ""))
            return MappedIndex(generation, parts, int(manifest["last_number"]), made_of)
        except (OSError, ValueError, KeyError, TypeError) as error:
            if generation == current_generation(home):  # else another one was swapped in meanwhile
                fault = f"{folder}: not an index ({error}); `secondglance bank build` makes it anew"
                raise InvalidBank(fault) from error
    return None


def _write_part(folder: Path, place: int, part: IndexPart) -> dict[str, Any]:
    index = part.index
    arrays: dict[str, npt.NDArray[Any]] = {"words": index.words, "radii": index.radii, "numbers": part.numbers}
    if index.tables is not None:
        arrays |= {"starts": index.tables.starts, "rows": index.tables.rows}
    for name, array in arrays.items():
        _write(folder / f"{place}.{name}", np.ascontiguousarray(array, _TYPES[name]).data)
    radius = int(index.radii.max(initial=0))
    planned = index.tables is not None
    return {"algorithm": part.algorithm, "hashes": len(index.words), "planned": planned, "radius": radius}


def _map_part(folder: Path, place: int, told: dict[str, Any]) -> IndexPart:
    def array(name: str, length: int) -> Any:
        # A plain array over the mapping: numpy's own class for it makes each access slower.
        mapped = np.memmap(folder / f"{place}.{name}", _TYPES[name], mode="r").view(np.ndarray)
        if len(mapped) != length:
            raise ValueError(f"{place}.{name} is damaged")
        return mapped

    count, size = told["hashes"], HASHES[told["algorithm"]] // 8
    words = array("words", count * size).reshape(count, size)
    radii, numbers = array("radii", count), array("numbers", count)
    if not told["planned"]:
        return IndexPart(told["algorithm"], ChunkIndex(words, radii), numbers)
    plan = make_plan(count, 64 * size, told["radius"])
    tables = Tables(plan, array("starts", plan.count * ((1 << plan.key) + 1)), array("rows", plan.count * count))
    return IndexPart(told["algorithm"], ChunkIndex(words, radii, tables), numbers)


def _write(path: Path, data: bytes | memoryview) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keeps two processes from building at the same time."""
    with (home / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
