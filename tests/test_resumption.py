"""A run that was interrupted becomes what it would have become, and learns from nothing but what it says."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import InvalidModel, InvalidRequest
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from training.dataset import ExampleMaker

pytestmark = pytest.mark.training
ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)


def rows(*texts: str) -> list[LabelledRow]:
    return [LabelledRow(f"r{n}", text, ZERO | {"suicide": 4 * (n % 2)}) for n, text in enumerate(texts * 4)]


ROWS = rows("kill the monster on the server", "i want to kill myself")


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from training.record import track

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    track(f"sqlite:///{tmp_path}/mlflow.db")
    return tmp_path


def test_an_interrupted_run_ends_with_the_same_weights(maker: ExampleMaker, runs: Path) -> None:
    import torch

    from training.network import tiny_network
    from training.train import TrainingSettings, train

    settings = TrainingSettings(epochs=3, batch=4)
    torch.manual_seed(1)
    begun = tiny_network(30522).state_dict()

    class Interrupted(Exception):
        pass

    def run(name: str, stop_after: int | None = None) -> dict[str, torch.Tensor]:
        network = tiny_network(30522)
        network.load_state_dict(begun)
        told = [0]
        plain, augmented = maker.plain, maker.augmented

        def counted(row: LabelledRow, *rest: object) -> list[object]:
            told[0] += 1
            if stop_after is not None and told[0] > stop_after * len(ROWS):
                raise Interrupted
            return augmented(row, *rest)  # type: ignore[arg-type,return-value]

        maker.augmented = counted  # type: ignore[assignment,method-assign]
        try:
            train(network, maker, ROWS, ROWS[:4], runs / name, settings)
        finally:
            maker.augmented, maker.plain = augmented, plain  # type: ignore[method-assign]
        return torch.load(runs / name / "checkpoint.pt", weights_only=True)["network"]

    whole = run("whole")
    with pytest.raises(Interrupted):
        run("parted", stop_after=1)
    parted = run("parted")
    assert all(torch.equal(whole[name], parted[name]) for name in whole)


def test_a_run_that_has_ended_keeps_its_account_and_has_no_fewer_epochs(maker: ExampleMaker, runs: Path) -> None:
    from training.network import tiny_network
    from training.record import RECORD
    from training.runs import note, read_about
    from training.train import TrainingSettings, train

    run, settings = runs / "spring", TrainingSettings(epochs=2, batch=8, encoder_rate=0.0, head_rate=0.0)

    def again(epochs: int) -> None:
        train(tiny_network(30522), maker, ROWS, ROWS[:4], run, replace(settings, epochs=epochs))

    again(2)
    note(run, "rationale", {"pairs": 3})
    note(run, "second", {"run": "large"})
    said, record = read_about(run), (run / RECORD).read_text("utf-8")
    again(2)
    assert (read_about(run), (run / RECORD).read_text("utf-8")) == (said, record)
    with pytest.raises(InvalidModel, match="run spring has had 2 epochs, and --epochs 1 is fewer; name another run"):
        again(1)
    assert read_about(run) == said
    again(3)  # that brought no better weights: what was taught and exported is still of these
    assert read_about(run) == {**said, "epochs": 3}


def test_what_was_said_beside_other_weights_is_not_kept(tmp_path: Path) -> None:
    from training.runs import BEST, digest_weights, read_about, write_learnt

    (tmp_path / BEST).write_bytes(b"first")
    write_learnt(tmp_path, {"epochs": 1, "rationale": {}}, "")
    before = digest_weights(tmp_path)
    write_learnt(tmp_path, {"epochs": 2}, before)
    assert read_about(tmp_path) == {"epochs": 2, "rationale": {}}
    (tmp_path / BEST).write_bytes(b"second")
    write_learnt(tmp_path, {"epochs": 3}, before)
    assert read_about(tmp_path) == {"epochs": 3}


def test_a_run_goes_on_with_what_it_learnt_from_and_nothing_else(maker: ExampleMaker, runs: Path) -> None:
    """Else the second half's training.json would be the whole run's, and say nothing of the first half's rows."""
    from training.network import tiny_network
    from training.train import TrainingSettings, train

    settings = TrainingSettings(epochs=1, batch=8)
    run = runs / "spring"
    train(tiny_network(30522), maker, ROWS, ROWS[:4], run, settings, seen={"share": 0.5})
    longer = replace(settings, epochs=2)
    others = rows("kill the lights", "i will kill myself")
    for given, changed, seen, fault in (
        (others, longer, {"share": 0.5}, "data"),
        (ROWS, replace(longer, seed=21), {"share": 0.5}, "seed"),
        (ROWS, longer, {"share": 0.5, "feedback": {"rows": 3, "data": "f"}}, "feedback.data, feedback.rows"),
        (ROWS, longer, {}, "share"),
    ):
        with pytest.raises(InvalidModel, match=rf"spring has learnt in another way before \({fault}\); name another"):
            train(tiny_network(30522), maker, given, ROWS[:4], run, changed, seen=seen)
    train(tiny_network(30522), maker, ROWS, ROWS[:4], run, longer, seen={"share": 0.5})


@pytest.mark.parametrize(
    ("dev", "lacks"), [([], "no genuine and no benign"), (ROWS[:1], "no genuine"), (ROWS[1:2], "no benign")]
)
def test_without_rows_to_choose_the_epoch_by_no_run_begins(
    dev: list[LabelledRow], lacks: str, maker: ExampleMaker, runs: Path
) -> None:
    from training.network import tiny_network
    from training.train import TrainingSettings, train

    with pytest.raises(InvalidRequest, match=f"dev, by which the epoch is chosen, has {lacks} row that a keyword hits"):
        train(tiny_network(30522), maker, ROWS, dev, runs / "spring", TrainingSettings(epochs=1))
    assert not (runs / "spring").exists()


def test_rows_that_nothing_hits_teach_nothing(maker: ExampleMaker, runs: Path) -> None:
    from training.network import tiny_network
    from training.train import TrainingSettings, train

    with pytest.raises(InvalidRequest, match="no keyword hits any of the rows"):
        train(tiny_network(30522), maker, rows("photosynthesis"), ROWS, runs / "spring", TrainingSettings(epochs=1))
    assert not (runs / "spring").exists()
