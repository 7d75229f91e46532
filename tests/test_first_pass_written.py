"""The two passes that export writes, on a network of a few thousand parameters; the margin that calibrate chooses."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from evaluation.rows import LabelledRow
from models.artifact import default_folder
from models.encoding import EncodedWindow
from models.first_pass import Limits
from models.network import Network
from models.reading import Reading
from tests import windows

if TYPE_CHECKING:
    from training.asked import AskedRow
    from training.calibrate import Dismissal

pytestmark = pytest.mark.training
THRESHOLD = 0.02


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from training.export import export
    from training.network import tiny_network

    torch.manual_seed(3)
    folder, network = tmp_path_factory.mktemp("run"), tiny_network(30522)
    for vector in (value for value in network.parameters() if value.ndim == 1):
        torch.nn.init.normal_(vector, mean=vector.mean().item(), std=0.02)  # what is alike torch writes once
    with warnings.catch_warnings(action="ignore"):  # third-party deprecations are not ours to mend
        export(network, default_folder() / "tokenizer.json", folder)
    return folder


def encoded(tokens: int, hits: int = 2, seed: int = 0) -> EncodedWindow:
    rng = np.random.default_rng(seed)
    spans = rng.random((1, hits + 1, tokens)).astype(np.float32)
    ids = rng.integers(1000, 20000, (1, tokens))
    spans /= spans.sum(axis=2, keepdims=True)
    return replace(windows.encoded(hits), input_ids=ids, spans=spans, tokens=np.zeros((tokens, 2), np.int64))


def test_the_close_pass_is_thirty_times_as_near_to_fp32_as_the_first(folder: Path, tmp_path: Path) -> None:
    from training.export import FP32, SERVED
    from training.quantise import quantise_weights

    quantise_weights(folder / FP32, tmp_path / SERVED)
    before, after = Network(tmp_path / SERVED), Network(folder / SERVED)
    assert (before.has_first_pass, after.has_first_pass) == (False, True)
    for tokens in (1, 7, 60):
        window = encoded(tokens)
        exact, close, first = before.logits(window), after.logits(window), after.logits(window, exact=False)
        error, coarse = (np.sqrt(np.mean((answer - exact) ** 2)) for answer in (close, first))
        assert 0 < error < coarse / 30
        np.testing.assert_allclose(close, exact, atol=1e-5)
    with pytest.raises(ValueError, match="no first pass"):
        before.logits(encoded(7), exact=False)


def test_int8_says_nearly_the_same(folder: Path) -> None:
    network = Network(folder / "model.onnx")
    for tokens in (1, 7, 60):
        window = encoded(tokens)
        exact, first = network.logits(window), network.logits(window, exact=False)
        assert 0 < np.abs(exact - first).max() < 0.1 * np.abs(exact).max()


@pytest.mark.parametrize("exact", [True, False])
def test_what_is_said_of_a_hit_does_not_depend_on_the_others(folder: Path, exact: bool) -> None:
    network, window = Network(folder / "model.onnx"), encoded(40, hits=3)
    alone = replace(window, spans=window.spans[:, [0, 3]], covered=(True,), cues=window.cues[:1])
    together = network.logits(window, exact)[3]
    np.testing.assert_allclose(network.logits(alone, exact)[1], together, atol=1e-5)


def test_two_windows_at_once_are_refused(folder: Path) -> None:
    from models.runtime import open_session

    session, window = open_session(folder / "model.onnx"), encoded(7)
    two = {"input_ids": np.repeat(window.input_ids, 2, axis=0), "spans": np.repeat(window.spans, 2, axis=0)}
    for exact in (True, False):
        with pytest.raises(Exception, match="Got invalid dimensions for input"):
            session.run(["logits"], {**two, "exact": np.array(exact)})


def test_no_sum_of_two_products_leaves_16_bits() -> None:
    from training.integers import TOKEN_LIMIT, WEIGHT_LIMIT

    assert 2 * WEIGHT_LIMIT * (128 + TOKEN_LIMIT) < 2**15 <= 2 * (2 * WEIGHT_LIMIT + 1) * (128 + TOKEN_LIMIT)


@pytest.mark.parametrize(("in_blocks", "evened"), [(False, False), (False, True), (True, False), (True, True)])
def test_weights_are_parted_into_two_of_7_bits_that_make_them_up(tmp_path: Path, in_blocks: bool, evened: bool) -> None:
    import onnx
    from onnx import helper, numpy_helper

    from models.runtime import open_session
    from training.integers import WEIGHT_LIMIT
    from training.parted_weights import SHARED, PartedWeights
    from training.quantise import quantise_weights
    from training.stored import values

    rng = np.random.default_rng(6)
    weights = rng.normal(size=(64, 96)).astype(np.float32)
    weights[:, 5] = 0.0
    tokens, product = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("x", "y"))
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "one", [tokens], [product], [numpy_helper.from_array(weights, "w")])
    file = tmp_path / "one.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(file))
    quantise_weights(file, file, in_blocks=in_blocks)
    model = onnx.load(str(file))
    divisor = np.exp2(rng.integers(-3, 3, 64)).astype(np.float32) if evened else None
    matrix = PartedWeights("w", values(model.graph)["w"], in_blocks, divisor)
    assert np.abs(matrix.weights - weights).max() < 0.02  # as they are stored
    constants = {**SHARED, **matrix.constants()}
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    model.graph.node.extend(matrix.nodes())
    model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in ("w_whole", "w_low"))
    onnx.save(model, str(file))
    whole, low = open_session(file).run(["w_whole", "w_low"], {"x": np.zeros((1, 64), np.float32)})
    assert whole.dtype == low.dtype == np.int8
    assert np.abs(whole).max() == WEIGHT_LIMIT
    assert 50 < np.abs(low).max() <= WEIGHT_LIMIT
    made_up = (whole + low / 126) * matrix.step
    assert (np.abs(made_up - matrix.even) <= 1.01 * matrix.step / 252).all()
    otherwise = np.abs(matrix.rounded() - whole * matrix.step) > 1e-6
    assert otherwise.mean() < 0.002  # halves may be rounded either way


def test_a_matrix_that_is_not_found_again_is_missed(folder: Path, tmp_path: Path) -> None:
    import onnx

    from domain.errors import InvalidModel
    from training.restore import read_weights

    assert len(read_weights(folder / "model.onnx")) == 41  # tables and norms of the embeddings, two layers, head
    model = onnx.load(str(folder / "model.onnx"))
    (choice,) = (node for node in model.graph.node if node.op_type == "If")
    branches = {found.name: found.g for found in choice.attribute}
    named = [node for node in branches["then_branch"].node if node.name in {t.name for t in model.graph.initializer}]
    assert len(named) == 2 * 6
    named[3].name = ""
    onnx.save(model, str(tmp_path / "model.onnx"))
    with pytest.raises(InvalidModel, match=r"no matrix is found that .*bias follows"):
        read_weights(tmp_path / "model.onnx")


def test_reshapes_of_tokens_are_plain_and_no_node_counts_for_nothing(folder: Path) -> None:
    import onnx
    from onnx import numpy_helper

    from training.export import FP32

    graph = onnx.load(str(folder / FP32)).graph
    fixed = {tensor.name: numpy_helper.to_array(tensor).tolist() for tensor in graph.initializer}
    in_layers = [node for node in graph.node if node.op_type == "Reshape" and "/layer." in node.output[0]]
    assert len(in_layers) == 2 * 4  # query, key, value and what attention leaves
    assert {tuple(fixed[node.input[1]]) for node in in_layers} == {(0, 0, -1, 16), (0, 0, -1)}
    used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
    assert all(not used.isdisjoint(node.output) for node in graph.node)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same network with a first pass as its channels are, and evened out; one channel is large in every text."""
    import torch

    from training.export import FP32, to_onnx
    from training.network import tiny_network
    from training.passes import add_passes
    from training.quantise import quantise_weights

    torch.manual_seed(4)
    folder = tmp_path_factory.mktemp("uneven")
    network = tiny_network(30522).eval()
    for layer in network.encoder.encoder.layer:
        for norm in (layer.attention.output.LayerNorm, layer.output.LayerNorm):
            torch.nn.init.constant_(norm.weight[3:4], 40.0)
    with warnings.catch_warnings(action="ignore"):
        to_onnx(network, folder / FP32)
    for name, typical in (("plain.onnx", []), ("evened.onnx", [encoded(30, seed=seed) for seed in range(20)])):
        quantise_weights(folder / FP32, folder / name)
        add_passes(folder / name, typical)
    return folder / "plain.onnx", folder / "evened.onnx"


def test_evened_out_the_first_pass_errs_less_and_the_close_one_is_as_it_was(uneven: tuple[Path, Path]) -> None:
    plain, evened = map(Network, uneven)
    errors = []
    for seed in range(100, 120):
        window = encoded(30, seed=seed)
        exact = plain.logits(window)
        np.testing.assert_allclose(evened.logits(window), exact, atol=1e-5)
        errors.append([np.abs(network.logits(window, exact=False) - exact).mean() for network in (plain, evened)])
    before, after = np.mean(errors, axis=0)
    assert 0 < after < 0.85 * before


def test_only_what_gelu_leaves_is_lifted(uneven: tuple[Path, Path]) -> None:
    import onnx

    from training.stored import values

    stored = values(onnx.load(str(uneven[1])).graph)
    assert len([name for name in stored if name.endswith("_lift")]) == 2  # one of each layer's feed-forward part
    assert len([name for name in stored if name.endswith("_by")]) == 2 * 4
    assert stored["first_pass_lifted_share"] == np.float32(1 / 255)
    assert len([name for name in stored if name.endswith("_lifted")]) == 2


def test_large_channels_are_divided_and_only_what_gelu_leaves_is_lifted() -> None:
    from training.evening import even_out

    weights = np.random.default_rng(2).normal(size=(16, 4)).astype(np.float32)
    peak = np.ones(16, np.float32)
    peak[5] = 100.0
    found = even_out({"signed": peak, "gelu": peak}, {"signed": [weights], "gelu": [weights]}, {"gelu"})
    assert found["signed"].divisor.argmax() == 5
    np.testing.assert_array_equal(found["signed"].divisor, found["gelu"].divisor)
    assert found["signed"].lift is None
    assert found["gelu"].lift is not None
    np.testing.assert_allclose(found["gelu"].lift * found["gelu"].divisor, 0.17, rtol=1e-6)


@pytest.fixture
def few_margins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Margins 0.04 apart up to 0.48, and one so large that too much would be read twice: a twelfth of the work."""
    from training import margin

    monkeypatch.setattr(margin, "MARGINS", np.append(np.arange(13) * 0.04, 2.0).round(2))


@pytest.mark.usefixtures("few_margins")
def test_the_least_margin_that_holds_is_chosen() -> None:
    from training.margin import MOST_CHANGED, MOST_TWICE, margins_that_hold, measure

    rng = np.random.default_rng(5)
    odds = rng.normal(-9, 4, (3000, 1, 9, 5))
    limits = Limits.of(THRESHOLD, THRESHOLD)
    window = windows.encoded()

    def moved(by: float) -> list[np.ndarray]:
        return [1 / (1 + np.exp(-one)) for one in odds + rng.normal(0, by, odds.shape)]

    def believed(first: list[np.ndarray]) -> Callable[[float], list[np.ndarray | None]]:
        return lambda margin: [one if limits.settles(one, window, margin) else None for one in first]

    exact, first = moved(0.0), moved(0.1)
    quick = believed(first)
    all_of_them = [window] * len(exact)
    found = next(margins_that_hold(quick, exact, all_of_them, limits))
    less = found.margin - 0.04
    assert found.upper <= MOST_CHANGED < measure(less, quick(less), exact, all_of_them, limits).upper
    assert 0 < found.margin < 0.5
    assert 0 < found.twice < MOST_TWICE
    nothing = measure(0.0, believed(exact)(0.0), exact, all_of_them, limits)
    assert next(margins_that_hold(believed(exact), exact, all_of_them, limits)) == nothing
    assert not list(margins_that_hold(believed(moved(3.0)), exact, all_of_them, limits))
    few = exact[:100], all_of_them[:100]
    assert not list(margins_that_hold(believed(first[:100]), *few, limits))  # too few to tell


def test_an_outcome_is_changed_where_it_crosses_the_threshold_of_its_own_text() -> None:
    from training.margin import measure

    limits = Limits.of(0.05, 0.01)
    below, above = (np.zeros((1, 9, 5)) for _ in range(2))
    below[:, 0, :3], above[:, 0, :3] = 0.009, 0.011
    plain, asking = windows.encoded(), windows.encoded(asks=True)
    assert measure(0.0, [below], [above], [plain], limits).changed == 0
    assert measure(0.0, [below], [above], [asking], limits).changed == 1


def test_only_large_tensors_of_bytes_stay_in_another_file(tmp_path: Path) -> None:
    from onnx import helper, load, numpy_helper, save

    from training.stored import leave_bytes

    rng = np.random.default_rng(4)
    tensors = {
        "large": rng.integers(-9, 9, (70, 70), np.int8),
        "small": rng.integers(-9, 9, (7, 7), np.int8),
        "wide": rng.random((70, 70)).astype(np.float32),
    }
    held = [numpy_helper.from_array(value, name) for name, value in tensors.items()]
    graph = helper.make_graph([], "g", [], [], held)
    save(helper.make_model(graph), tmp_path / "other.onnx")
    leave_bytes(graph, tmp_path / "other.onnx")
    assert [tensor.name for tensor in graph.initializer if tensor.external_data] == ["large"]
    save(helper.make_model(graph), tmp_path / "plain.onnx")
    assert (tmp_path / "plain.onnx").stat().st_size < (tmp_path / "other.onnx").stat().st_size - 4800
    for tensor in load(tmp_path / "plain.onnx").graph.initializer:
        assert (numpy_helper.to_array(tensor) == tensors[tensor.name]).all()
    strange = helper.make_graph([], "g", [], [], [numpy_helper.from_array(np.ones((70, 70), np.int8), "large")])
    with pytest.raises(ValueError, match="not found"):
        leave_bytes(strange, tmp_path / "other.onnx")


def test_the_card_says_in_which_arithmetic_a_model_is_served() -> None:
    from dataclasses import asdict

    from training.card import first_pass
    from training.margin import Margin

    assert first_pass({}) == "Each window is read closely, in integers of some 15 bits."
    measured = asdict(Margin(0.17, 8490, 29, 0.0047, 0.288, 0.17)) | {"missed": 31, "benign_dismissed": 766}
    said = first_pass({"first_pass": measured})
    for figure in ("0.17", "29 % of the windows", "8490 hits 29", "0.47 %", "31 genuine", "766 benign"):
        assert figure in " ".join(said.split())


class Double:
    """Reads a window as its number says, and by its first pass otherwise where that is among `misread`."""

    def __init__(self, misread: tuple[int, ...] = (), below: float = -6.0) -> None:
        self._misread = misread
        self._below = below

    def logits(self, number: int, exact: bool) -> np.ndarray:
        level = 4.0 if number < 700 else -6.0
        if not exact:
            level = 0.01 + (self._below if number in self._misread else level)
        logits = np.full((2, 9, 5), -20.0, np.float32)
        logits[:, 0] = level
        return logits


def asked(double: Double) -> list[AskedRow]:
    """1,400 rows of one window with one hit, of which 700 are genuine."""
    from training.asked import AskedWindow
    from training.dataset import Example

    return [
        (
            LabelledRow(id=str(number), text="", labels={"violence": 4 if number < 700 else 0}),
            [
                AskedWindow(
                    Example(windows.encoded(), np.zeros((2, 9)), str(number)), partial(double.logits, number), None
                )
            ],
        )
        for number in range(1400)
    ]


@pytest.mark.usefixtures("few_margins")
def test_a_margin_is_written_only_if_the_bound_holds_with_it() -> None:
    from training.asking import Chosen, Thresholds
    from training.calibrate import Dismissal
    from training.margin import fit_margin

    reading = Reading(np.ones(9), Limits.of(0.5, 0.5), None)
    bound = Dismissal(THRESHOLD, 0.0043, 0.05, True, 700, 0, 0.0043)

    def fit(double: Double, bound: Dismissal = bound) -> dict[str, Any]:
        return fit_margin(asked(double), reading, bound, Chosen(Thresholds(THRESHOLD, THRESHOLD), bound))

    written = fit(Double())["first_pass"]
    assert (written["margin"], written["hits"], written["changed"], written["twice"]) == (0.0, 1400, 0, 0.0)
    assert (written["missed"], written["benign_dismissed"]) == (0, 700)
    misread = fit(Double((3,)), replace(bound, alpha=0.01))["first_pass"]
    assert (misread["missed"], misread["changed"]) == (1, 1)
    assert misread["gap"] > 0.9
    assert fit(Double((3,))) == {}  # one of 700 is too many for that bound
    assert fit(Double((3, 4, 5)), replace(bound, alpha=0.1)) == {}  # too many are changed
    asking, of_asking = asked(Double((3,)))[:700], replace(bound, alpha=0.0043)
    chosen = Chosen(Thresholds(THRESHOLD, THRESHOLD), of_asking)
    loose = replace(bound, alpha=0.01)
    assert fit_margin(asked(Double((3,))), reading, loose, chosen, asking) == {}, "one of 700 who ask is too many"
    assert fit_margin(asked(Double((3,))), reading, loose, replace(chosen, bound=loose), asking) != {}
    near = fit(Double((3,), below=-1.1))["first_pass"]
    assert near["margin"] == 0.24  # P(severity >= 3) is 0.0159, 0.232 from 0.02 in log-odds: only then it is read again
    assert (near["missed"], near["changed"]) == (0, 0)
