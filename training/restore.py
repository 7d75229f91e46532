"""From a released ONNX network back to a run, so that training can go on from it where its own run is gone."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from domain.errors import InvalidModel
from models.artifact import load_artifact
from training.larger import numbers_of_words
from training.runs import BESIDE, RATIONALE, digest_weights, note
from training.setup import base_model
from training.stored import exact_nodes, products, values
from training.weights import make_run, write

WORDS = "encoder.embeddings.word_embeddings.weight"


def restore(model: Path, run: Path) -> None:
    """Makes a run of a model's folder: its small and its rationale network as served, and what it says of both.

    A network that the model has taken over from another keeps the name of the one that it was first released in.

    Args:
        model: A model folder.
        run: Folder that gets `best.pt` and `training.json`, `rationale.pt` where the model has such a network, and the
            model's `model.json`: its thresholds hold for as long as what is exported is the same to the last byte.

    Raises:
        InvalidModel: If the run exists, a file of the folder is missing or altered, or a network is not one that
            `secondglance export` writes.
    """
    artifact = load_artifact(model)
    about = {name: said for name, said in artifact.config["training"].items() if name != "second"}
    weights, deciding = read_weights(artifact.network), artifact.rationale and read_weights(artifact.rationale)
    make_run(run, weights, {"restored": artifact.name, **about})
    shutil.copyfile(artifact.folder / "model.json", run / "model.json")
    if deciding:
        write(deciding, run / RATIONALE)
        note(run, "rationale", {**about.get("rationale", {}), BESIDE: digest_weights(run)})


def restore_larger(model: Path, run: Path) -> None:
    """Makes a run of the larger network that a model's folder holds, to teach with or to train on.

    Its table of words is put back into the order of its own tokenizer; the few words that only that one has are as the
    packaged encoder has them.

    Args:
        model: A model folder.
        run: Folder that gets `best.pt` and `training.json`.

    Raises:
        InvalidModel: As by `restore`, or if the model has no larger network.
        MissingWeights: If the large encoder is not installed.
    """
    artifact = load_artifact(model)
    if artifact.second is None:
        raise InvalidModel(f"{artifact.name} has no larger network")
    base = base_model("large")
    weights = read_weights(artifact.larger)
    own, small = (Tokenizer.from_file(str(path)) for path in (base / "tokenizer.json", artifact.tokenizer))
    table = load_file(base / "model.safetensors")[WORDS.removeprefix("encoder.")]
    table[numbers_of_words(own, small)] = weights[WORDS]
    about = {name: said for name, said in artifact.config["training"]["second"].items() if name != "run"}
    make_run(run, {**weights, WORDS: table}, {"restored": artifact.name, **about})


def read_weights(network: Path) -> dict[str, Tensor]:
    """The weights of an exported network by the names that torch has for them, as fp32.

    Tables and norms keep their names in ONNX. A matrix loses its own, but the bias that follows it does not.

    Raises:
        InvalidModel: If a matrix is not followed by a bias, or a bias follows none.
    """
    graph = onnx.load(str(network)).graph
    nodes = exact_nodes(graph)
    known = values(graph)
    adds = [list(node.input) for node in nodes if node.op_type == "Add"]
    biases = {name: bias for pair in adds for bias in pair if bias.endswith(".bias") for name in pair}
    weights = {name: array for name, array in known.items() if name.endswith((".weight", ".bias"))}
    for matrix, product in products(nodes, known):
        bias = biases.get(product)
        if bias is None:
            raise InvalidModel(f"{network.name}: no bias follows the matrix {matrix}")
        weights[bias.removesuffix("bias") + "weight"] = known[matrix].T
    for name in [name for name in weights if name.endswith(".bias")]:
        if name.removesuffix("bias") + "weight" not in weights:
            raise InvalidModel(f"{network.name}: no matrix is found that {name} follows")
    return {name: torch.from_numpy(np.array(array, dtype=np.float32)) for name, array in weights.items()}
