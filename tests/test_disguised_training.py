"""Training rows whose hits are hidden: the network learns from the text that it will be given."""

import random
from pathlib import Path

import pytest

from domain.hit import ContextWindow
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow, LabelledSpan
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import EncodedWindow, WindowEncoder
from tests.made_outcomes import ZERO
from training.card import what_it_saw
from training.dataset import ExampleMaker

SUICIDE = STANDARD_CATEGORIES.index("suicide")


class Watched(WindowEncoder):
    """Keeps what it was given."""

    def __init__(self, tokenizer: Path) -> None:
        super().__init__(tokenizer)
        self.windows: list[ContextWindow] = []

    def encode(self, window: ContextWindow) -> EncodedWindow:
        self.windows.append(window)
        return super().encode(window)


@pytest.fixture(scope="module")
def encoder() -> Watched:
    return Watched(default_folder() / "tokenizer.json")


@pytest.fixture(scope="module")
def maker(encoder: Watched) -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), encoder, {"race": ["xxxx"]})


def row(text: str, trigger: str = "", spans: tuple[LabelledSpan, ...] = (), **labels: int) -> LabelledRow:
    return LabelledRow(text, text, ZERO | labels, trigger=trigger, spans=spans)


PLAIN = row("so tonight i want to kill myself and nobody knows", suicide=4)


def texts(maker: ExampleMaker, encoder: Watched, of: LabelledRow, share: float, seeds: int = 200) -> list[str]:
    encoder.windows.clear()
    for seed in range(seeds):
        for example in maker.augmented(of, [], random.Random(seed), share):
            assert example.severities[0, SUICIDE] == of.labels["suicide"]  # noise changes no label
    return [window.text for window in encoder.windows]


def test_the_network_is_given_the_disguised_text_with_its_hit(maker: ExampleMaker, encoder: Watched) -> None:
    given = texts(maker, encoder, PLAIN, 1.0)
    assert len(given) > 190
    assert len(set(given)) > 150
    for window in encoder.windows:
        assert window.text.startswith("so tonight ")  # beside the hits nothing is hidden
        assert window.text.endswith(" and nobody knows")
        assert window.text != PLAIN.text
    found = sum(bool(window.hits) for window in encoder.windows)
    assert found > 0.9 * len(given)  # what hides a hit from the lexicon teaches as a window without one


def test_a_share_of_the_rows_is_disguised_and_none_without_one(maker: ExampleMaker, encoder: Watched) -> None:
    def hidden(share: float) -> int:
        given = texts(maker, encoder, PLAIN, share, 400)
        return sum(not text.isascii() for text in given)  # homoglyphs, marks and the like: over a third of techniques

    assert hidden(0.0) == 0
    few, all_of_them = hidden(0.1), hidden(1.0)
    assert 0 < few < 0.25 * all_of_them


def test_without_a_share_the_noise_is_what_it_was(maker: ExampleMaker, encoder: Watched) -> None:
    class Counted(random.Random):
        drawn = 0

        def random(self) -> float:
            self.drawn += 1
            return 0.99

    rng = Counted(1)
    maker.augmented(PLAIN, [], rng)
    assert rng.drawn == 4  # for noise, header, layout, and its place among other rows
    rng = Counted(1)
    maker.augmented(PLAIN, [], rng, 0.5)
    assert rng.drawn == 5


def test_the_trigger_is_hidden_where_the_lexicon_finds_nothing(maker: ExampleMaker, encoder: Watched) -> None:
    quiet = row("then she went down to the grumblewick on her own", "grumblewick", suicide=3)
    for text in texts(maker, encoder, quiet, 1.0):
        assert text != quiet.text
    assert all(len(window.hits) == 1 for window in encoder.windows)  # and is still what the window is about
    nothing = row("then she went down to the river", suicide=3)
    assert set(texts(maker, encoder, nothing, 1.0)) <= {nothing.text}


def test_spans_move_with_their_hits(maker: ExampleMaker) -> None:
    text = "kill the monster. later: i want to kill myself"
    spans = (LabelledSpan(0, 16, "violence", 0), LabelledSpan(25, len(text), "suicide", 4))
    both = row(text, spans=spans, suicide=4)
    seen = 0
    for seed in range(100):
        for example in maker.augmented(both, [], random.Random(seed), 1.0):
            truths = example.severities[1:, SUICIDE].tolist()
            assert truths == sorted(truths)  # harmless first
            seen += set(truths) == {0, 4}  # hits of both spans are found, whichever phrase finds them
    assert seen > 60


def test_the_card_says_how_many_rows_were_disguised() -> None:
    training = {"rows": 10, "data": "abc"}
    assert "disguised" not in what_it_saw(training | {"disguised": 0.0}) + what_it_saw(training)
    assert "in each epoch 10 % of the rows with the words of their hits disguised:" in what_it_saw(
        training | {"disguised": 0.1}
    )
