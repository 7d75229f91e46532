"""The baselines that learn, on a handful of rows and a tiny encoder (training extra)."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from domain.capture import CaptureContext
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from models.artifact import default_folder
from tests.made_outcomes import ZERO

pytestmark = pytest.mark.training


def row(text: str, suicide: int, channel: str = "chat", split: str = "train") -> LabelledRow:
    labels = ZERO | {"suicide": suicide}
    return LabelledRow(text, text, labels, context=CaptureContext(channel=channel), split=split)


def outcome(text: str, channel: str = "chat") -> Outcome:
    return Outcome(row(text, 0, channel), (), False, False, 0)


GENUINE = ["i want to die tonight", "i cannot go on", "i want it to end", "i will die"]
BENIGN = ["the play ends well", "the king dies in act two", "whisk the eggs", "kill the process"]
ROWS = [row(text, 4) for text in GENUINE * 3] + [row(text, 0, "document") for text in BENIGN * 3]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import AutoConfig, AutoModel

    folder = tmp_path_factory.mktemp("encoder")
    config = AutoConfig.for_model(
        "bert", vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    AutoModel.from_config(config).save_pretrained(folder)
    shutil.copyfile(default_folder() / "tokenizer.json", folder / "tokenizer.json")
    return folder


def test_words_tell_where_channels_do_not() -> None:
    from evaluation.baselines.bag_of_words import BagOfWords, ChannelOnly
    from evaluation.baselines.learned import LearnedBaseline

    words, channels = LearnedBaseline("words", BagOfWords()), LearnedBaseline("channels", ChannelOnly())
    for baseline in (words, channels):
        baseline.fit(ROWS, ROWS)
        assert baseline.raised([]) is None
        assert baseline.scores([]).shape == (0,)
    by_words = words.scores([outcome("i want to die", "document"), outcome("the king dies", "chat")])
    assert by_words[0] > 0.5 > by_words[1]
    by_channel = channels.scores([outcome("i want to die", "document"), outcome("the king dies", "chat")])
    assert by_channel[0] < 0.5 < by_channel[1]
    unseen = channels.scores([outcome("i want to die", "carrier pigeon")])
    assert by_channel[0] < unseen[0] < by_channel[1]


def test_rows_of_severity_2_are_not_learnt_from() -> None:
    from evaluation.baselines.bag_of_words import BagOfWords
    from evaluation.baselines.learned import LearnedBaseline

    plain, with_low = LearnedBaseline("a", BagOfWords()), LearnedBaseline("b", BagOfWords())
    plain.fit(ROWS, ROWS)
    with_low.fit([*ROWS, *[row("the king dies in act two", 2)] * 20], ROWS)
    asked = [outcome("the king dies")]
    assert plain.scores(asked) == with_low.scores(asked)


def test_the_dev_split_chooses_the_regularisation() -> None:
    from evaluation.baselines.bag_of_words import BagOfWords
    from evaluation.baselines.learned import STRENGTHS, LearnedBaseline

    baseline = LearnedBaseline("a", BagOfWords())
    turned = [row(r.text, 4 - r.severity, split="dev") for r in ROWS]  # every strength ranks them all wrong
    baseline.fit(ROWS, turned)
    assert STRENGTHS[0] == baseline._model.C  # of equals the most cautious


def test_an_embedding_is_of_length_1_and_does_not_depend_on_its_company(encoder: Path) -> None:
    from evaluation.baselines.embedding import SentenceEmbedding

    told: list[int] = []
    embedding = SentenceEmbedding(encoder, told.append)
    rows = [row("kill " * 300, 0), row("i want to die", 4), *[row(text, 0) for text in BENIGN * 10]]
    together = embedding.transform(rows)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(together[1], embedding.transform([rows[1]])[0], atol=1e-5)
    assert not np.allclose(together[0], together[1], atol=1e-3)
    assert sum(told) == len(rows) + 1


def test_all_are_trained_on_the_train_split_alone(encoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation.baselines import learned
    from evaluation.baselines.train import train_baselines

    seen: list[set[str]] = []
    fit = learned.LearnedBaseline.fit

    def watched(self, train, dev):  # type: ignore[no-untyped-def]
        seen.append({r.split for r in train} | {f"{r.split} as dev" for r in dev})
        fit(self, train, dev)

    monkeypatch.setattr(learned.LearnedBaseline, "fit", watched)
    others = [row(r.text, r.severity, split=split) for r in ROWS for split in ("dev", "calibration", "test")]
    placeholder = row("{slur:race} go home", 4)
    baselines = train_baselines([*ROWS, placeholder, *others], encoder)
    assert [baseline.name for baseline in baselines] == ["channel alone", "bag of words", "sentence embedding"]
    assert seen == [{"train", "dev as dev"}] * 3
    vocabulary = json.dumps(list(baselines[1]._features._vectoriser.vocabulary_))  # type: ignore[attr-defined]
    assert "slur" not in vocabulary
    assert all(0 < score < 1 for baseline in baselines for score in baseline.scores([outcome("i want to die")]))


def test_plots_are_self_contained_and_the_same_each_time() -> None:
    from evaluation.plots import confusion_of, draw_plots
    from tests.made_outcomes import finding
    from tests.made_outcomes import outcome as made

    rows = [made(4, 0.5 + n / 50, severity=4) for n in range(20)]
    rows += [made(0, n / 40, raised=n > 10, severity=0, findings=[finding(n / 40)]) for n in range(20)]
    rows += [made(4, None), made(2, 0.3, severity=5)]
    plots = draw_plots(rows)
    assert [plot.name for plot in plots] == ["curves", "reliability", "confusion", "slices"]
    for plot in plots:
        assert plot.svg.startswith("<svg")
        assert "<script" not in plot.svg
        assert "<image" not in plot.svg or "data:image/png;base64" in plot.svg
    assert [plot.svg for plot in draw_plots(rows)] == [plot.svg for plot in plots]
    counts = confusion_of(rows)
    assert (counts[4, 4], counts[0, 0], counts[2, 5], counts.sum()) == (20, 20, 1, 41)
    odd = [made(4, tags=["$\\bad{$"], channel="a$b$")] * 15
    assert "\\bad" in draw_plots(odd)[3].svg, "a tag is no formula"
    assert draw_plots([])  # nothing to draw is drawn as nothing
