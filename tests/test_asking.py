"""Text in which a child asks for help has a dismissal threshold of its own."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.capture import Capture
from domain.errors import InvalidModel
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Finding
from models.artifact import default_folder, load_artifact, write_manifest
from models.asking import Asking
from models.first_pass import boundaries
from models.scorer import OnnxScorer, WindowScores
from pipeline.judge import Judge
from pipeline.pipeline import Pipeline
from pipeline.policy import CategoryPolicy, ResolvedPolicy

TEXT = (
    "who can i talk to about weed that is not my mum or a teacher, it has been going on since easter and there is "
    "nobody at home in the evening"
)
ASKING = Asking(cut=-3.0, threshold=0.004)
JUDGE = Judge(0.02, ("en",), ASKING)
RULES = ResolvedPolicy({}, CategoryPolicy(), frozenset())


def scores(concern: float, asks: float, hits: int = 1) -> WindowScores:
    table = np.zeros((hits + 1, len(STANDARD_CATEGORIES), 5))
    table[:, STANDARD_CATEGORIES.index("drugs"), :3] = concern
    return WindowScores(table[0], table[1:], (True,) * hits, 0.0, asks)


def judged(concern: float, asks: float, judge: Judge = JUDGE, sensitivity: int = 0) -> Finding:
    hit = KeywordHit("weed", "drugs", 2, 24, 28, "weed")
    rules = ResolvedPolicy({"drugs": CategoryPolicy(sensitivity=sensitivity)}, CategoryPolicy(), frozenset())
    found = judge.judge(ContextWindow(TEXT, 0, (hit,)), 0, scores(concern, asks), Page.from_text(TEXT), rules)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("concern", "asks", "action"),
    [
        (0.01, -3.1, Action.DISMISS),
        (0.01, -3.0, Action.REVIEW),  # a child asks: the stricter threshold holds
        (0.0041, 5.0, Action.REVIEW),
        (0.0039, 5.0, Action.DISMISS),  # what is hardly a concern is dismissed all the same
        (0.02, -9.0, Action.REVIEW),
        (0.01, -math.inf, Action.DISMISS),
    ],
)
def test_less_of_what_a_child_asks_is_dismissed(concern: float, asks: float, action: Action) -> None:
    assert judged(concern, asks).action is action


def test_a_model_that_cannot_tell_has_one_threshold() -> None:
    assert judged(0.01, 5.0, Judge(0.02, ("en",))).action is Action.DISMISS


def test_a_policy_that_is_more_sensitive_moves_this_threshold_too() -> None:
    assert judged(0.003, 0.0).action is Action.DISMISS
    assert judged(0.003, 0.0, sensitivity=1).action is Action.REVIEW
    assert judged(0.0039, 0.0, sensitivity=-2).action is Action.DISMISS


class Views:
    """Doubts in a hit's own panel, and sees nothing among all panels; says who asks in its own panel."""

    def __init__(self, asks: float) -> None:
        self._asks = asks

    def score(self, window: ContextWindow) -> WindowScores:
        alone = "garden" not in window.text
        return scores(0.03 if alone else 0.0, self._asks if alone else -9.0, len(window.hits))


@pytest.mark.parametrize(("asks", "action"), [(-9.0, Action.DISMISS), (0.0, Action.REVIEW)])
def test_what_stands_further_away_sets_nothing_aside_that_a_child_asks(
    pipeline: Pipeline, asks: float, action: Action
) -> None:
    from domain.page import Line
    from pipeline.second_look import judge_window

    text = f"the garden centre opens at nine\n\n{TEXT}"
    page = Page(text, (Line(0, 31, panel=0), Line(33, len(text), block=1, panel=1)))
    hit = KeywordHit("weed", "drugs", 2, text.index("weed"), text.index("weed") + 4, "weed")
    window = ContextWindow(TEXT, 33, (hit,))
    (finding,) = judge_window(window, page, RULES, None, Views(asks).score, JUDGE).findings
    assert finding.action is action


def test_the_first_pass_is_not_believed_near_the_cut_or_the_threshold_of_asking() -> None:
    limits = boundaries(0.02, asking=ASKING)
    clear, near = np.full((1, 9, 5), 1e-6), np.full((1, 9, 5), 1e-6)
    near[..., :3] = 0.0041
    assert limits.settles(clear, 0.2, -9.0)
    assert limits.settles(clear, 0.2, -3.3)
    assert not limits.settles(clear, 0.2, -3.1)
    assert not limits.settles(clear, 0.2, math.nan)
    assert not limits.settles(near, 0.2, -9.0)
    assert boundaries(0.02).settles(near, 0.2, -3.0)
    assert (limits.sides(clear, -3.0) != limits.sides(clear, -3.1)).sum() == 1
    assert (limits.sides(near, -9.0) != limits.sides(clear, -9.0)).sum() == 1


@pytest.mark.parametrize(
    ("asking", "fault"),
    [
        ({"cut": -3.0}, "lacks or garbles 'threshold'"),
        ({"cut": "low", "threshold": 0.001}, "lacks or garbles"),
        ({"cut": -3.0, "threshold": 0.9}, "asking needs a finite cut and a threshold in"),
        ({"cut": -3.0, "threshold": 0.0}, "asking needs a finite cut"),
        ({"cut": float("nan"), "threshold": 0.001}, "asking needs a finite cut"),
    ],
)
def test_a_model_with_a_fault_there_is_refused(tmp_path: Path, asking: dict[str, object], fault: str) -> None:
    folder = written(tmp_path, asking)
    with pytest.raises(InvalidModel, match=fault):
        load_artifact(folder)


def written(tmp_path: Path, asking: dict[str, object]) -> Path:
    folder = Path(shutil.copytree(default_folder(), tmp_path / "model"))
    config = json.loads((folder / "model.json").read_text(encoding="utf-8")) | {"asking": asking}
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder)
    return folder


@pytest.mark.training
def test_a_network_is_taught_to_tell_exported_restored_and_judged_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from models.network import Network
    from training.asking import fit_asking
    from training.batches import collate
    from training.calibrate import choose_threshold, worst_scores
    from training.export import SERVED, export
    from training.network import asking_loss, tiny_network
    from training.restore import read_weights

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    maker, rows = maker_and_rows()
    examples = [example for row in rows for example in maker.plain(row)]
    assert {example.asks for example in examples} == {0, 1}
    torch.manual_seed(2)
    network = tiny_network(30522)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    ids, mask, spans, _, _, truth = collate(examples)
    for _ in range(12):
        loss = asking_loss(network(ids, spans, mask)[1], truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    export(network, default_folder() / "tokenizer.json", tmp_path)
    served = Network(tmp_path / SERVED)
    assert served.tells_asking
    told = [served.read(example.encoded).asks for example in examples]
    assert min(one for one, each in zip(told, examples, strict=True) if each.asks) > max(
        one for one, each in zip(told, examples, strict=True) if not each.asks
    )
    quick = [served.read(example.encoded, exact=False).asks for example in examples]
    assert max(abs(one - other) for one, other in zip(told, quick, strict=True)) < 0.3
    restored = read_weights(tmp_path / SERVED)
    assert restored.keys() == network.state_dict().keys()
    np.testing.assert_allclose(restored["asking.0.weight"], network.asking[0].weight.detach(), atol=1e-3)

    answered = [(row, [served.read(example.encoded) for example in maker.plain(row)]) for row in rows * 400]
    ones = np.ones(len(STANDARD_CATEGORIES))
    genuine = [[answer.logits for answer in found] for row, found in answered if row.severity >= 3]
    dismissal = choose_threshold(*worst_scores(genuine, ones), 0.05)
    asking, about = fit_asking([], answered, ones, dismissal)
    assert asking is not None
    assert asking.threshold <= dismissal.threshold
    assert about["asking"]["rows_that_ask"] == 400
    assert about["asking"]["told"] >= 0.97 * 400
    mute = [(row, [answer._replace(asks=-math.inf) for answer in found]) for row, found in answered]
    assert fit_asking([], mute, ones, dismissal) == (None, {})
    nobody = [(replace(row, tags=()), found) for row, found in answered]
    assert fit_asking([], nobody, ones, dismissal) == (None, {})


def maker_and_rows():  # type: ignore[no-untyped-def]
    from evaluation.rows import LabelledRow
    from keyword_stage.lexicon import read_lexicon
    from keyword_stage.matcher import Matcher
    from models.encoding import WindowEncoder
    from training.dataset import ExampleMaker

    zero = dict.fromkeys(STANDARD_CATEGORIES, 0)
    rows = [
        LabelledRow("a", "who can i talk to about weed", {**zero, "drugs": 3}, tags=("help_seeking",)),
        LabelledRow("b", "the weed in the garden is tall", zero),
        LabelledRow("c", "kill the process on the server", zero),
        LabelledRow("d", "i will kill you after school", {**zero, "violence": 4}),
    ]
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {}), rows


@pytest.mark.training
def test_what_is_not_known_teaches_nothing_of_asking() -> None:
    import torch

    from training.network import asking_loss

    asks = torch.tensor([3.0, -3.0, 50.0])
    assert float(asking_loss(asks, torch.tensor([1, 0, -1]))) == pytest.approx(
        float(asking_loss(asks[:2], torch.tensor([1, 0])))
    )
    assert float(asking_loss(asks, torch.tensor([-1, -1, -1]))) == 0.0
    wrong, missed = (float(asking_loss(torch.tensor([0.0]), torch.tensor([truth]))) for truth in (0, 1))
    assert missed == pytest.approx(6 * wrong)


@pytest.mark.training
def test_public_rows_do_not_tell_whether_a_child_asks() -> None:
    maker, rows = maker_and_rows()
    public = replace(rows[1], graded=False)
    assert {example.asks for example in maker.plain(public)} == {-1}
    assert {example.asks for example in maker.plain(replace(public, tags=("help_seeking",)))} == {1}


@pytest.mark.training
def test_a_run_of_old_stays_without_until_it_is_taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from models.network import Network
    from training.blend import blend
    from training.export import FP32, export
    from training.network import load_run, tiny_network
    from training.runs import make_run, read_best

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    torch.manual_seed(3)
    old, new = tiny_network(30522), tiny_network(30522)
    without = {name: value for name, value in old.state_dict().items() if not name.startswith("asking.")}
    make_run(tmp_path / "old", without, {"rows": 1, "data": "d"})
    make_run(tmp_path / "new", new.state_dict(), {"rows": 1, "data": "d"})
    read = tiny_network(30522)
    load_run(read, tmp_path / "old")
    assert not read.tells_asking
    export(read, default_folder() / "tokenizer.json", tmp_path)
    assert not Network(tmp_path / FP32).tells_asking
    blend({tmp_path / "old": 0.75, tmp_path / "new": 0.25}, tmp_path / "both")
    both = read_best(tmp_path / "both")
    assert torch.equal(both["asking.0.weight"], new.state_dict()["asking.0.weight"])
    mean = 0.75 * old.state_dict()["head.bias"] + 0.25 * new.state_dict()["head.bias"]
    torch.testing.assert_close(both["head.bias"], mean)
    load_run(read, tmp_path / "both")
    assert read.tells_asking


def test_a_cut_that_the_network_has_no_output_for_is_refused(tmp_path: Path) -> None:
    artifact = load_artifact(written(tmp_path, {"cut": -3.0, "threshold": 0.001}))
    if "asks" in _outputs(artifact.network):
        pytest.fail("the released network tells who asks: give this test one that does not")
    with pytest.raises(InvalidModel, match="a cut for asking"):
        OnnxScorer(artifact)


def _outputs(network: Path) -> list[str]:
    from models.runtime import open_session

    return [output.name for output in open_session(network).get_outputs()]


def test_the_pipeline_judges_by_what_its_model_makes_of_asking(pipeline: Pipeline) -> None:
    class Fixed:
        def score(self, window: ContextWindow) -> WindowScores:
            return scores(0.01, 0.0, len(window.hits))

    for judge, raised in ((JUDGE, True), (replace(JUDGE, asking=None), False)):
        verdict = replace(pipeline, scorer=Fixed(), judge=judge).score(Capture("a", text=TEXT))
        assert any(finding.action is Action.REVIEW for finding in verdict.findings) is raised
