import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidModel
from domain.hit import ContextWindow, KeywordHit
from models.artifact import default_folder, load_artifact
from models.encoding import MAX_TOKENS, WindowEncoder
from models.ladder import to_ladders
from models.network import Network
from models.scorer import OnnxScorer


@pytest.fixture(scope="module")
def scorer() -> OnnxScorer:
    return OnnxScorer(load_artifact(default_folder()))


@pytest.fixture(scope="module")
def encoder() -> WindowEncoder:
    return WindowEncoder(default_folder() / "tokenizer.json")


def window(text: str, *spans: tuple[int, int], header: str = "") -> ContextWindow:
    hits = tuple(KeywordHit("p", "violence", 3, a, b, text[a:b]) for a, b in spans)
    return ContextWindow(text, 0, hits, header)


@pytest.fixture
def copy(tmp_path: Path, small_model: Path) -> Path:
    return Path(shutil.copytree(small_model, tmp_path / "model"))


def test_the_promoted_model_is_as_released_and_named_by_its_digest() -> None:
    artifact = load_artifact(default_folder())
    assert artifact.name == default_folder().name
    assert "machine-written" in artifact.card


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "model.json", "MODEL_CARD.md"])
def test_an_altered_file_is_named(copy: Path, file: str) -> None:
    (copy / file).write_bytes((copy / file).read_bytes() + b" ")
    with pytest.raises(InvalidModel, match=f"{file} is not the file that was released"):
        load_artifact(copy)


def test_a_missing_file_or_folder_is_named(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    with pytest.raises(InvalidModel, match=r"tokenizer\.json is missing"):
        load_artifact(copy)
    (copy / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidModel, match="not JSON"):
        load_artifact(copy)
    with pytest.raises(InvalidModel, match="no model folder"):
        load_artifact(copy / "nowhere")


def test_a_model_of_other_categories_is_refused(copy: Path) -> None:
    from models.artifact import write_manifest

    config = json.loads((copy / "model.json").read_text(encoding="utf-8"))
    config["categories"] = config["categories"][::-1]
    (copy / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(copy)
    with pytest.raises(InvalidModel, match="other categories"):
        load_artifact(copy)


@given(st.lists(st.floats(-40, 40), min_size=45, max_size=45), st.floats(0.3, 5))
def test_ladders_never_rise(values: list[float], temperature: float) -> None:
    ladders = to_ladders(np.array(values, dtype=np.float32).reshape(9, 5), np.full(9, temperature))
    assert ((ladders >= 0) & (ladders <= 1)).all()
    assert (np.diff(ladders, axis=-1) <= 0).all()


def test_hits_of_one_window_get_answers_of_their_own(scorer: OnnxScorer) -> None:
    text = "kill the process on port 80\n\ni want to kill myself tonight"
    scores = scorer.score(window(text, (0, 4), (38, 49)))
    assert scores.hits.shape == (2, 9, 5)
    assert scores.hits[1].max(axis=0)[2] > scores.hits[0].max(axis=0)[2]


@pytest.mark.parametrize("file", ["network", "larger"])
def test_what_a_network_says_of_a_hit_does_not_depend_on_the_others(file: str) -> None:
    artifact = load_artifact(default_folder())
    network, encoder = Network(getattr(artifact, file)), WindowEncoder(artifact.tokenizer)
    text = "he will kill me with a knife"
    alone = network.logits(encoder.encode(window(text, (8, 12))))[1]
    beside = network.logits(encoder.encode(window(text, (23, 28), (8, 12))))[2]
    np.testing.assert_allclose(alone, beside, atol=1e-5)


def test_an_answer_does_not_depend_on_other_hits_in_the_window(scorer: OnnxScorer) -> None:
    """In one arithmetic; another hit may have the window read more exactly, which moves no answer over a boundary."""
    text = "he will kill me with a knife"

    def both(asked: OnnxScorer) -> tuple[np.ndarray, np.ndarray]:
        return asked.score(window(text, (8, 12))).hits[0], asked.score(window(text, (23, 28), (8, 12))).hits[1]

    np.testing.assert_allclose(*both(OnnxScorer(replace(load_artifact(default_folder()), margin=None))), atol=1e-6)
    alone, beside = both(scorer)
    assert ((alone >= 0.5) == (beside >= 0.5)).all()


@given(st.text(max_size=400), st.integers(0, 399), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_spans_are_averages_over_tokens_of_the_hit(encoder: WindowEncoder, text: str, start: int, size: int) -> None:
    if start >= len(text):
        return
    encoded = encoder.encode(window(text, (start, min(len(text), start + size)), header="chat"))
    assert encoded.input_ids.shape[1] == encoded.spans.shape[2] <= MAX_TOKENS
    np.testing.assert_allclose(encoded.spans.sum(axis=2), 1.0, rtol=1e-5)
    if encoded.covered[0]:
        for a, b in encoded.tokens[encoded.spans[0, 1] > 0]:
            assert a < start + size
            assert b > start


def test_an_overlong_window_keeps_the_tokens_around_its_hit(encoder: WindowEncoder) -> None:
    text = "a " * 2000 + "kill " + "b " * 2000
    encoded = encoder.encode(window(text, (4000, 4004)))
    assert encoded.input_ids.shape[1] == MAX_TOKENS
    assert encoded.covered == (True,)
    far = encoder.encode(window(text, (0, 1), (4000, 4004), (7990, 7991)))
    assert False in far.covered


def test_a_window_of_short_odd_words_is_read_to_both_ends_by_the_released_model(scorer: OnnxScorer) -> None:
    """Short words take more tokens than common ones; what is cut at an end may be what decides."""
    artifact = load_artifact(default_folder())
    text = "x " * 230 + "kill " + "y " * 230
    encoded = WindowEncoder(artifact.tokenizer, artifact.max_tokens).encode(window(text, (460, 464), header="chat"))
    read = encoded.tokens[encoded.tokens[:, 1] > 0]
    assert (read[0, 0], read[-1, 1]) == (0, len(text.rstrip()))
    assert scorer.score(window(text, (460, 464), header="chat")).hits.shape == (1, 9, 5)


def test_tokens_that_the_model_does_not_know_are_counted(encoder: WindowEncoder) -> None:
    assert encoder.encode(window("plain words")).unknown == 0
    assert encoder.encode(window("𐍈𐍈 𐍈𐍈")).unknown == 1
