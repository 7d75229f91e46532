"""Cuts the recogniser's last layer down to the scripts that Secondglance reads, and saves it work that is thrown away.

    python tools/prune_recogniser.py

PP-OCRv6 tiny tells 6,906 classes apart, nine tenths of them Chinese characters. This keeps the blank, the space and
every character for which `keeps` is true, and writes a modified work of the network (see NOTICE): the same layers, but
for fewer columns in the last one. Of the results of its last pointwise convolution only the means of six at a time are
used: they are taken before it, which gives the same for a sixth of its work. `rec/inference.onnx` becomes
`rec/latin.onnx`, and `rec/latin.txt` names the character of each class after the blank, one a line. The same bytes come
out every time, and their sha256 is checked.

The file is edited as the protobuf message that it is, with nothing but numpy: no other tensor is touched.
"""

import hashlib
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

FOLDER = Path(__file__).resolve().parents[1] / ".weights" / "ocr" / "rec"
SOURCE = "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"
PRUNED = {
    "latin.onnx": "b7574471027b0933e6fd344709bf839776a8ffbd0239e9f4ec2608a6270ba61a",
    "latin.txt": "1b853e0ada68b88d0cf0fe9b16c96be67c328faded7135e190e382649fe8bd53",
}
WEIGHT, BIAS = "linear_1.w_0", "linear_1.b_0"
CLASSES = 6906
_EAST_ASIAN = 0x2E80
"""The first code point of the blocks of radicals, ideographs, kana and wide forms."""
POOL, SUM, POINTWISE = "AveragePool", ["p2o.pd_op.add.36.0", "p2o.pd_op.add.38.0"], "p2o.pd_op.gelu.9.0"
"""The node that takes the mean; what the node before it adds; and what goes into the convolution that the second of
these comes from."""
_GRAPH, _NODE, _INITIALIZER, _OUTPUT, _VALUE = 7, 1, 5, 12, 13
"""Fields of ONNX's ModelProto and GraphProto; below, of NodeProto and TensorProto."""
_FROM, _TO, _TITLE, _OPERATOR, _ATTRIBUTE = 1, 2, 3, 4, 5
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOAT = 1
_VARINT, _BYTES = 0, 2

Field = tuple[int, int, bytes]
"""Number, wire type, and the value's own bytes (of a varint as encoded)."""


def keeps(char: str) -> bool:
    """Whether a character is read: Latin and Greek letters, digits and signs, but nothing made for East Asian text."""
    if len(char) != 1 or ord(char) >= _EAST_ASIAN:
        return False
    if unicodedata.category(char)[0] == "L":
        return unicodedata.name(char).startswith(("LATIN", "GREEK", "FEMININE", "MASCULINE", "MICRO"))
    return True


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a protobuf message, in their order."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            end = _varint(message, at)[1]
        elif kind == _BYTES:
            size, at = _varint(message, at)
            end = at + size
        elif kind in (1, 5):
            end = at + (8 if kind == 1 else 4)
        else:
            raise SystemExit(f"prune_recogniser: the network has a field of wire type {kind}, which is none")
        yield key >> 3, kind, message[at:end]
        at = end


def joined(parts: Iterator[Field]) -> bytes:
    """Fields back to a message."""
    out = bytearray()
    for number, kind, value in parts:
        out += _encoded(number << 3 | kind)
        if kind == _BYTES:
            out += _encoded(len(value))
        out += value
    return bytes(out)


def prune(model: bytes, kept: npt.NDArray[np.int64]) -> bytes:
    """The network with these classes only, and its mean taken early.

    Args:
        model: A serialised ONNX model with the tensors `WEIGHT` (n x CLASSES) and `BIAS` (CLASSES), raw float32.
        kept: Numbers of the classes to keep, ascending.
    """

    def in_graph(graph: bytes) -> Iterator[Field]:
        for number, kind, value in fields(graph):
            if number == _INITIALIZER:
                yield number, kind, _pruned_tensor(value, kept)
            elif number == _OUTPUT:
                yield number, kind, _with_size(value, len(kept))
            elif number == _NODE:
                yield from ((number, kind, node) for node in _pooled_early(value, pool))
            elif number != _VALUE:  # sizes between the nodes, which onnxruntime works out by itself
                yield number, kind, value

    (graph,) = (value for number, _, value in fields(model) if number == _GRAPH)
    (pool,) = (value for number, _, value in fields(graph) if number == _NODE and _names(value, _OPERATOR) == [POOL])
    return joined(
        (number, kind, joined(in_graph(value)) if number == _GRAPH else value) for number, kind, value in fields(model)
    )


def _names(node: bytes, field: int) -> list[str]:
    return [value.decode() for number, _, value in fields(node) if number == field]


def _pooled_early(node: bytes, pool: bytes) -> list[bytes]:
    """What stands in a node's place."""
    come = _names(node, _FROM)
    if come[:1] == [POINTWISE] and _names(node, _OPERATOR) == ["Conv"]:
        early = [_renamed(pool, come=[name], to=f"{name}.mean", title=f"{POOL}.{name}") for name in (SUM[0], POINTWISE)]
        return [*early, _renamed(node, come=[f"{POINTWISE}.mean", *come[1:]])]
    if come == SUM:
        return [_renamed(node, come=[f"{SUM[0]}.mean", SUM[1]])]
    if _names(node, _OPERATOR) == [POOL]:
        bare = joined(part for part in fields(node) if part[0] != _ATTRIBUTE)
        return [_renamed(bare, operator="Identity")]
    return [node]


def _renamed(
    node: bytes,
    come: list[str] | None = None,
    to: str | None = None,
    title: str | None = None,
    operator: str | None = None,
) -> bytes:
    """A node with other names where they are given; the new ones stand first."""
    new = {_FROM: come, _TO: to and [to], _TITLE: title and [title], _OPERATOR: operator and [operator]}
    made: list[Field] = [(field, _BYTES, name.encode()) for field, names in new.items() for name in names or ()]
    return joined(iter([*made, *(part for part in fields(node) if not new.get(part[0]))]))


def _pruned_tensor(tensor: bytes, kept: npt.NDArray[np.int64]) -> bytes:
    parts = list(fields(tensor))
    name = next((value.decode() for number, _, value in parts if number == _NAME), "")
    if name not in (WEIGHT, BIAS):
        return tensor
    raw = next(value for number, _, value in parts if number == _RAW)
    columns = np.frombuffer(raw, dtype="<f4").reshape(-1, CLASSES)[:, kept]
    dims = [len(columns), len(kept)] if name == WEIGHT else [len(kept)]
    made: list[Field] = [(_DIMS, _VARINT, _encoded(size)) for size in dims]
    made += [(_TYPE, _VARINT, _encoded(_FLOAT)), (_NAME, _BYTES, name.encode()), (_RAW, _BYTES, columns.tobytes())]
    return joined(iter(made))


def _with_size(value: bytes, size: int, depth: int = 0) -> bytes:
    """A ValueInfo whose dimensions of `CLASSES` are `size` (name, type, tensor, shape, dim, value)."""
    made: list[Field] = []
    for number, kind, part in fields(value):
        if kind == _VARINT and depth == 4 and _varint(part, 0)[0] == CLASSES:
            made.append((number, kind, _encoded(size)))
        elif kind == _BYTES and _descends(number, depth):
            made.append((number, kind, _with_size(part, size, depth + 1)))
        else:
            made.append((number, kind, part))
    return joined(iter(made))


def _descends(number: int, depth: int) -> bool:
    """Whether a field leads to the dimensions: type, then tensor_type, then shape, then each dim."""
    return depth < 4 and number == (2, 1, 2, 1)[depth]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _encoded(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def in_place(folder: Path) -> bool:
    """Whether both files are there with the right bytes."""
    return all(
        (folder / name).is_file() and _digest((folder / name).read_bytes()) == sha for name, sha in PRUNED.items()
    )


def main(folder: Path = FOLDER) -> None:
    """Makes both files.

    Raises:
        SystemExit: If the network is not the one that is known, or what came out is not what was promised.
    """
    if in_place(folder):
        return
    source = (folder / "inference.onnx").read_bytes()
    if _digest(source) != SOURCE:
        raise SystemExit(
            f"prune_recogniser: {folder / 'inference.onnx'} is not PP-OCRv6 tiny; delete it and set up again"
        )
    known = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))["PostProcess"]["character_dict"]
    characters = [*(str(char) for char in known), " "]
    kept = [i for i, char in enumerate(characters) if char == " " or keeps(char)]
    made = {
        "latin.onnx": prune(source, np.array([0, *(i + 1 for i in kept)])),
        "latin.txt": "".join(characters[i] + "\n" for i in kept).encode(),
    }
    for name, data in made.items():
        if _digest(data) != PRUNED[name]:
            raise SystemExit(f"prune_recogniser: {name} came out with sha256 {_digest(data)}, expected {PRUNED[name]}")
        partial = folder / f"{name}.partial"
        partial.write_bytes(data)
        partial.replace(folder / name)
    print(f"weights: the recogniser tells {len(kept) + 1:,} classes apart instead of {CLASSES:,}", flush=True)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
