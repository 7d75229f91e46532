"""The index of a store's items under a definition, and what names both."""

import hashlib
import json

import numpy as np
import numpy.typing as npt

from image_hash.bank_item import HASHES
from image_hash.chunk_index import MOST_ROWS
from image_hash.definition import BankDefinition
from image_hash.hash_index import PERCEPTUAL, IndexPart, Perceptual, make_parts
from image_hash.item_store import ItemStore
from image_hash.matching import index_basis, radius_of


def digest_of(build: str, definition: BankDefinition) -> str:
    """Names what an index is made of: a build that the items know of, and what a definition says of matching."""
    return hashlib.sha256(json.dumps([build, *index_basis(definition)]).encode()).hexdigest()


def parts_of(store: ItemStore, definition: BankDefinition, after: int) -> list[IndexPart]:
    """Indexes the hashes of the items with a number above `after`."""
    parts = []
    for algorithm in PERCEPTUAL:
        if definition.algorithm in (None, algorithm):
            parts += make_parts(algorithm, *_columns(store, definition, algorithm, after), most=MOST_ROWS)
    return parts


def _columns(
    store: ItemStore, definition: BankDefinition, algorithm: Perceptual, after: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    """Hashes, radii and numbers."""
    hashes, radii, numbers = [np.empty((0, HASHES[algorithm]), np.uint8)], [np.empty(0, np.uint8)], []
    for batch in store.hashes(algorithm, after):
        hashes.append(np.frombuffer(b"".join(row[1] for row in batch), np.uint8).reshape(-1, HASHES[algorithm]))
        radii.append(np.asarray([radius_of(algorithm, row[2], row[3], definition) for row in batch], np.uint8))
        numbers.append(np.asarray([row[0] for row in batch], np.uint32))
    return np.concatenate(hashes), np.concatenate(radii), np.concatenate([np.empty(0, np.uint32), *numbers])
