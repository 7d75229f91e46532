"""What finds PDQ hashes within 31 bits: this project's index, mapped from files, and what others would use."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from image_hash.hash_index import make_parts
from image_hash.index_files import map_index, write_index
from image_hash.matching import PDQ_DISTANCE

Hashes = npt.NDArray[np.uint8]
Found = list[tuple[int, int]]
"""Rows and distances."""
Look = Callable[[Hashes], Found]
OURS = "secondglance, mapped"
FILES = {"faiss flat": "faiss", "faiss MultiHash, nflip 1": "faiss", "python-threatexchange": "threatexchange"}


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to look hashes up.

    Attributes:
        name: Of the way.
        look: Finds what is near a hash of 32 bytes.
        megabytes: What its index takes in memory, or mapped.
    """

    name: str
    look: Look
    megabytes: float


def contenders(hashes: Hashes, folder: Path) -> Iterator[Contender]:
    """All that are installed, built over the same hashes one after the other.

    Args:
        hashes: Count x 32 bytes.
        folder: For indexes that lie on disk; outlives the contenders.
    """
    for name, build in BUILDERS.items():
        if name not in FILES or find_spec(FILES[name]):
            gc.collect()
            before = resident_megabytes()
            look, told = build(hashes, folder)
            yield Contender(name, look, told or resident_megabytes() - before)


def left_out() -> list[str]:
    """Why the others are not measured."""
    return [f"{name}: not installed (`make bench-setup`)" for name, module in FILES.items() if not find_spec(module)]


def resident_megabytes() -> float:
    """Memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def _ours(hashes: Hashes, folder: Path) -> tuple[Look, float]:
    radii = np.full(len(hashes), PDQ_DISTANCE, np.uint8)
    parts = make_parts("pdq", hashes, radii, np.arange(len(hashes), dtype=np.uint32))
    write_index(folder, parts, len(hashes), made_of="")
    mapped = map_index(folder)
    if mapped is None:
        raise RuntimeError("the index that was written is not there")
    (part,) = mapped.parts
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def look(query: Hashes) -> Found:
        found = part.index.search_many(query[None])
        return list(zip(found.rows.tolist(), found.distances.tolist(), strict=True))

    return look, size / 1e6


def _brute(hashes: Hashes, _: Path) -> tuple[Look, float]:
    words = hashes.view(np.uint64)

    def look(query: Hashes) -> Found:
        distances = np.bitwise_count(words ^ query.view(np.uint64)).sum(axis=1, dtype=np.int64)
        rows = np.flatnonzero(distances <= PDQ_DISTANCE)
        return list(zip(rows.tolist(), distances[rows].tolist(), strict=True))

    return look, words.nbytes / 1e6


def _range_search(index: Any) -> Look:
    def look(query: Hashes) -> Found:
        _, distances, rows = index.range_search(query[None], PDQ_DISTANCE + 1)
        return list(zip(rows.tolist(), distances.astype(int).tolist(), strict=True))

    return look


def _faiss_flat(hashes: Hashes, _: Path) -> tuple[Look, float]:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(hashes)
    return _range_search(index), hashes.nbytes / 1e6


def _faiss_multi_hash(hashes: Hashes, _: Path) -> tuple[Look, float]:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    index.add(hashes)
    return _range_search(index), 0.0


def _threatexchange(hashes: Hashes, _: Path) -> tuple[Look, float]:
    from threatexchange.signal_type.pdq.pdq_faiss_matcher import PDQMultiHashIndex

    index = PDQMultiHashIndex()
    index.add([row.tobytes().hex() for row in hashes], range(len(hashes)))

    def look(query: Hashes) -> Found:
        text = query.tobytes().hex()
        return [(row, int(away)) for row, _, away in index.search_with_distance_in_result([text], PDQ_DISTANCE)[text]]

    return look, 0.0


BUILDERS: dict[str, Callable[[Hashes, Path], tuple[Look, float]]] = {
    OURS: _ours,
    "numpy, every hash": _brute,
    "faiss flat": _faiss_flat,
    "faiss MultiHash, nflip 1": _faiss_multi_hash,
    "python-threatexchange": _threatexchange,
}
