"""Model, banks, policy and lists come into force together, or not at all, while captures are scored."""

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner
from fastapi.testclient import TestClient

from cli.active import command as active_command
from domain.capture import Capture
from domain.errors import Conflict, InvalidConfiguration, InvalidModel, InvalidPolicy, SecondglanceError, Unavailable
from domain.hit import ContextWindow
from domain.page import Page
from domain.verdict import Action, Verdict
from models.artifact import default_folder, files_of, load_artifact, verify, write_manifest
from models.registry import alias_file, point, read_aliases, roll_back
from models.scorer import WindowScores
from pipeline.build import load_model, renew_everything
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import UNRULED, Policy
from pipeline.policy_file import PolicyFile
from pipeline.second_look import Judged
from pipeline.settings import PipelineSettings
from serving.active import Renewals
from serving.http_api import make_app
from serving.http_server import HttpServer
from serving.limits import Limits
from serving.service import ScoringService
from serving.shadow import GRAVER, MILDER, RAISES, SAME, SETS_ASIDE, Challenger, difference
from tests.conftest import FixedScorer

CAPTURE = Capture("a", text="he said he would stab me at the gate")


def sharper(model: Path, folder: Path) -> Path:
    """Another model: the same network at other temperatures, and so with other probabilities."""
    folder.mkdir()
    for file in files_of(model):
        shutil.copyfile(model / file, folder / file)
    config = json.loads((folder / "model.json").read_text("utf-8"))
    config["temperatures"] = {name: value * 3 for name, value in config["temperatures"].items()}
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    name = write_manifest(folder)
    return folder.rename(folder.parent / name)


class Files:
    """What a service runs with."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.model, self.policy, self.bank = model, folder / "policy.yaml", folder / "bank.csv"
        self.first_model, self.other_model = model, sharper(model, folder / "model")
        self.lexicon = folder / "own.csv"
        self.lexicon.write_text("phrase,grade,category\nstab me,4,violence\nkill,2,violence\n", encoding="utf-8")
        self.write(1)

    def write(self, number: int) -> None:
        alert = 4 if number % 2 else 5
        self.policy.write_text(f"rules: [{{categories: {{all: {{alert: {alert}}}}}}}]\n", encoding="utf-8")
        rows = f"id,severity,category,pdq\nknown-{number % 2},5,violence,{'f' * 63}{number % 2}\n"
        self.bank.write_text(rows, encoding="utf-8")
        self.model = self.other_model if number % 2 == 0 else self.first_model

    @property
    def settings(self) -> PipelineSettings:
        return PipelineSettings(lexicon=(self.lexicon,), model=self.model, policy=self.policy, bank=(self.bank,))


@pytest.fixture
def files(tmp_path: Path, small_model: Path) -> Files:
    return Files(tmp_path, small_model)


@pytest.fixture
def service(pipeline: Pipeline, files: Files) -> ScoringService:
    first, _ = renew_everything(pipeline, files.settings)
    renewals = Renewals(everything=lambda current: renew_everything(current, files.settings))
    return ScoringService(first, Limits(2, 1, 2), renewals)


def test_everything_is_swapped_at_once_and_named_in_every_answer(service: ScoringService, files: Files) -> None:
    before = service.active.describe()["versions"]
    files.write(2)
    told = service.active.reload()
    assert told["previous"] == before
    assert told["versions"]["model"] == files.other_model.name
    changed = {name for name, value in told["versions"].items() if value != before[name]}
    assert changed == {"model", "banks", "policy"}
    verdict = service.score_now(CAPTURE, Options())
    assert isinstance(verdict, Verdict)
    assert (verdict.versions.model, verdict.versions.policy) == (files.other_model.name, told["versions"]["policy"])


def test_the_model_is_told_where_the_policy_cuts(
    pipeline: Pipeline, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[set[float], set[float]]] = []
    files.model = default_folder()
    monkeypatch.setattr(
        "pipeline.build.OnnxScorer", lambda _, cuts, bars: told.append((set(cuts), set(bars))) or FixedScorer()
    )
    same, _ = renew_everything(pipeline, files.settings)
    assert same.scorer is pipeline.scorer
    files.policy.write_text("rules: [{categories: {all: {sensitivity: 1}}}]", encoding="utf-8")
    other, _ = renew_everything(same, files.settings)
    assert other.scorer is not same.scorer
    assert renew_everything(other, files.settings)[0].scorer is other.scorer
    assert told == [({0.5, 0.35}, {0.3, 0.2})]


@pytest.mark.parametrize("broken", ["model", "policy", "bank"])
def test_what_is_at_fault_leaves_all_of_the_old(service: ScoringService, files: Files, broken: str) -> None:
    before = service.active.describe()
    files.write(2)
    path = files.other_model / "model.json" if broken == "model" else getattr(files, broken)
    path.write_text("nonsense: [", encoding="utf-8")
    with pytest.raises(InvalidConfiguration, match=path.name):
        service.active.reload()
    assert service.active.describe() == before
    assert isinstance(service.score_now(CAPTURE, Options()), Verdict)


def test_a_model_that_does_not_answer_is_not_taken(pipeline: Pipeline) -> None:
    class Broken:
        def score(self, window: ContextWindow) -> WindowScores:
            raise Unavailable("no answer")

    renewals = Renewals(everything=lambda current: (replace(current, scorer=Broken()), []))
    service = ScoringService(pipeline, renewals=renewals)
    with pytest.raises(InvalidModel, match="does not answer"):
        service.active.reload()
    assert service.pipeline is pipeline


def test_one_command_rolls_back_and_again_undoes_it(service: ScoringService, files: Files) -> None:
    with pytest.raises(Conflict, match="nothing was swapped"):
        service.active.roll_back()
    old = service.active.describe()["versions"]
    files.write(2)
    new = service.active.reload()["versions"]
    service.active.reload()  # nothing has changed, and so there is nothing else to go back to
    assert service.active.roll_back() == {"versions": old, "previous": new}
    verdict = service.score_now(CAPTURE, Options())
    assert isinstance(verdict, Verdict)
    assert verdict.versions.model == old["model"]
    assert service.active.roll_back() == {"versions": new, "previous": old}


def test_no_request_fails_or_mixes_versions_while_models_are_swapped(service: ScoringService, files: Files) -> None:
    outcomes: list[Verdict | SecondglanceError] = []
    stop = threading.Event()

    def score() -> None:
        while not stop.is_set():
            outcomes.append(service.score_now(CAPTURE, Options()))

    threads = [threading.Thread(target=score, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(12):
            files.write(number)
            service.active.reload()
            outcomes.append(service.score_now(CAPTURE, Options()))
            if number % 4 == 3:
                service.active.roll_back()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    verdicts = [outcome for outcome in outcomes if isinstance(outcome, Verdict)]
    assert len(verdicts) == len(outcomes) > 12
    answers = {
        (v.versions.model, v.versions.policy, v.versions.banks, v.findings[0].probability, v.degraded) for v in verdicts
    }
    assert len(answers) == 2
    assert len({probability for *_, probability, _ in answers}) == 2


@pytest.fixture
def address(service: ScoringService) -> Iterator[str]:
    http = HttpServer(uvicorn.Config(make_app(service), port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=http.run, daemon=True)
    thread.start()
    while not http.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{http.servers[0].sockets[0].getsockname()[1]}"
    http.should_exit = True
    thread.join()


def test_the_command_shows_reloads_and_rolls_back(service: ScoringService, files: Files, address: str) -> None:
    def run(*args: str) -> Any:
        done = CliRunner().invoke(active_command, [*args, "--url", address])
        return json.loads(done.output) if done.exit_code == 0 else done.output

    old = run("show")["versions"]
    assert "nothing was swapped" in run("rollback")
    files.write(2)
    assert run("reload")["versions"]["model"] == files.other_model.name
    assert run("rollback")["versions"] == old == run("show")["versions"]
    refused = CliRunner().invoke(active_command, ["show", "--url", "ftp://x"])
    assert refused.exit_code == 2


def test_routes_answer_faults_as_problems(service: ScoringService, files: Files) -> None:
    client = TestClient(make_app(service))
    files.policy.write_text("rules: 7", encoding="utf-8")
    problem = client.post("/v1/active:reload")
    assert (problem.status_code, problem.json()["type"]) == (500, f"urn:secondglance:{InvalidPolicy.kind}")
    assert "policy.yaml" in problem.json()["detail"]
    assert client.get("/v1/active").headers["etag"]


def test_the_champion_before_is_kept_and_comes_back(tmp_path: Path, small_model: Path) -> None:
    other = sharper(small_model, tmp_path / "x")
    mine = tmp_path / verify(small_model)
    shutil.copytree(small_model, mine)
    with pytest.raises(InvalidModel, match="no previous champion"):
        roll_back(tmp_path)
    point("champion", mine, tmp_path)
    point("champion", other, tmp_path)
    point("champion", other, tmp_path)
    assert roll_back(tmp_path) == mine.name == read_aliases(tmp_path)["champion"]
    assert roll_back(tmp_path) == other.name
    shutil.rmtree(mine)
    with pytest.raises(InvalidModel, match=f"no model '{mine.name}'"):
        roll_back(tmp_path)
    assert alias_file("champion", tmp_path).read_text("utf-8").strip() == other.name


@pytest.mark.parametrize(
    ("ladder", "outcome"),
    [
        ((0.9, 0.8, 0.7, 0.6, 0.1), SAME),
        ((0.9, 0.8, 0.7, 0.6, 0.6), GRAVER),
        ((0.1, 0.0, 0.0, 0.0, 0.0), SETS_ASIDE),
    ],
)
def test_disagreements_of_the_challenger_are_counted_and_change_nothing(
    pipeline: Pipeline, ladder: tuple[float, ...], outcome: str
) -> None:
    champion = FixedScorer((0.9, 0.8, 0.7, 0.6, 0.1))
    service = ScoringService(replace(pipeline, scorer=champion), Limits(1, 1, 1))
    alone = service.score_now(CAPTURE, Options())
    challenger = FixedScorer(ladder)
    service.challenge(Challenger("sg-other", challenger, pipeline.judge), 1.0)
    assert service.describe_model()["challenger"] == "sg-other"
    beside = service.score_now(CAPTURE, Options())
    service.score_now(Capture("b", text="homework"), Options())
    service.challenge(None, 0)  # ends it once what waits is done
    assert isinstance(alone, Verdict)
    assert isinstance(beside, Verdict)
    assert replace(alone, timing_ns=beside.timing_ns) == beside
    assert [w.text for w in challenger.windows] == [w.text for w in champion.windows[: len(champion.windows) // 2]]
    counted = f'secondglance_challenger_hits_total{{category="violence",outcome="{outcome}"}} '
    assert counted in service.metrics.render().decode()


def test_the_challenger_never_takes_a_turn_and_its_faults_are_its_own(pipeline: Pipeline) -> None:
    class Broken:
        def score(self, window: ContextWindow) -> WindowScores:
            raise Unavailable("no answer")

    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    idle = FixedScorer()
    service.challenge(Challenger("busy", idle, pipeline.judge), 1.0)
    shadow = service._shadow
    assert shadow
    told = [Judged(ContextWindow("x", 0, ()), (), (), answered=True)]
    service._slots.acquire()
    shadow.compare(told, Page.from_text("x"), UNRULED, None)
    service.challenge(Challenger("broken", Broken(), pipeline.judge), 1.0)
    service._slots.release()
    assert isinstance(service.score_now(CAPTURE, Options()), Verdict)
    service.challenge(None, 0)
    assert idle.windows == []
    assert "secondglance_challenger_skipped_total 2.0" in service.metrics.render().decode()


def test_differences_weigh_the_action_first() -> None:
    low, high = (Action.DISMISS, 1), (Action.REVIEW, 1)
    assert [difference(low, high), difference(high, low)] == [RAISES, SETS_ASIDE]
    assert [difference(low, low), difference(low, (Action.DISMISS, 0))] == [SAME, MILDER]


def test_a_sample_is_a_share(pipeline: Pipeline) -> None:
    service = ScoringService(pipeline)
    service.challenge(Challenger("c", FixedScorer(), pipeline.judge), 0.25)
    assert service._shadow
    counts = Counter(service._shadow.sample() for _ in range(4000))
    assert 800 < counts[True] < 1200
    service.challenge(None, 0)


def test_the_challenger_is_a_model_folder(tmp_path: Path, small_model: Path) -> None:
    folder = sharper(small_model, tmp_path / "m")
    rules = [{"categories": {"all": {"sensitivity": 1}}}]
    name, scorer, judge = load_model(folder, Policy(PolicyFile.model_validate({"rules": rules})))
    assert (name, judge.threshold) == (folder.name, load_artifact(folder).dismissal_threshold)
    own, plain = (one._reading.limits.plain for one in (scorer, load_model(folder, Policy())[1]))
    assert len(own.places) > len(plain.places)  # its own cuts
