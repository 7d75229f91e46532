import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidLexicon, SecondglanceError
from domain.verdict import Verdict
from keyword_stage.layers import Layers
from keyword_stage.overlay import Scope
from pipeline.build import renew_lists
from pipeline.pipeline import Options, Pipeline
from pipeline.settings import PipelineSettings
from serving.access import Access
from serving.active import Renewals
from serving.caller import anybody
from serving.http_api import make_app
from serving.service import ScoringService
from tests.conftest import FixedScorer

OAK = Capture("a", text="zorp and glim", context=CaptureContext(site="oak"))


class Files:
    """A lexicon and an overlay that agree on a word."""

    def __init__(self, folder: Path) -> None:
        self.lexicon, self.overlays = folder / "own.csv", folder / "overlays"
        (self.overlays / "schools").mkdir(parents=True)

    def write(self, word: str) -> None:
        self.lexicon.write_text(f"phrase,grade,category\n{word},3,drugs\n", encoding="utf-8")
        self._overlay(f"add,and {word},4,drugs\n")

    def mute(self, word: str) -> None:
        """Leaves the lexicon as it is."""
        self._overlay(f"mute,{word},,\n")

    def _overlay(self, rows: str) -> None:
        text = f"change,phrase,grade,category\n{rows}"
        (self.overlays / "schools" / "oak.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path)
    made.write("zorp")
    return made


@pytest.fixture
def service(pipeline: Pipeline, files: Files) -> ScoringService:
    settings = PipelineSettings(lexicon=(files.lexicon,), overlays=files.overlays)
    first, _ = renew_lists(replace(pipeline, scorer=FixedScorer()), settings)
    return ScoringService(first, renewals=Renewals(lists=lambda current: renew_lists(current, settings)))


def phrases(outcome: Verdict | SecondglanceError) -> tuple[str, ...]:
    assert isinstance(outcome, Verdict)
    return tuple(finding.hit.phrase for finding in outcome.findings)


def test_new_lists_are_used_once_they_are_read(service: ScoringService, files: Files) -> None:
    before = service.describe_lexicon()["digest"]
    assert phrases(service.score_now(OAK, Options())) == ("zorp",)
    files.write("glim")
    assert phrases(service.score_now(OAK, Options())) == ("zorp",)
    answer = service.reload_lists()
    assert phrases(service.score_now(OAK, Options())) == ("and glim",)
    assert (answer["previous"], answer["phrases"], answer["overlays"]) == (before, 1, 1)
    assert answer["digest"] == service.describe_lexicon()["digest"] != before


@pytest.mark.parametrize("broken", ["lexicon", "overlay"])
def test_rejected_lists_leave_the_old_ones_and_say_why(service: ScoringService, files: Files, broken: str) -> None:
    before = service.describe_lexicon()
    files.write("glim")
    path = files.lexicon if broken == "lexicon" else files.overlays / "schools" / "oak.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",drugs", ",drugz"), encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=rf"{path.name}:2: category 'drugz'"):
        service.reload_lists()
    assert service.describe_lexicon() == before
    assert phrases(service.score_now(OAK, Options())) == ("zorp",)


def test_what_lint_says_comes_with_the_answer(service: ScoringService, files: Files) -> None:
    files.write("people")
    assert ["one of the 4000 commonest" in fault for fault in service.reload_lists()["faults"]] == [True]


def test_new_overlays_alone_are_a_swap_that_can_be_undone(
    service: ScoringService, files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    client = TestClient(make_app(service))
    tag = client.get("/v1/lexicon").headers["etag"]
    before = service.active.describe()["versions"]
    files.mute("zorp")
    with caplog.at_level("INFO", "secondglance"):
        service.reload_lists()
    assert phrases(service.score_now(OAK, Options())) == ()
    now = service.active.describe()
    changed = {name for name, value in now["versions"].items() if value != before[name]}
    assert (changed, now["previous"]) == ({"overlays"}, before)
    assert caplog.messages == [f"swapped: overlays {before['overlays']} -> {now['versions']['overlays']}"]
    assert client.get("/v1/lexicon", headers={"if-none-match": tag}).status_code == 200
    service.reload_lists()  # nothing has changed, and so there is nothing else to go back to
    assert service.active.roll_back() == {"versions": before, "previous": now["versions"]}
    assert phrases(service.score_now(OAK, Options())) == ("zorp",)
    assert client.get("/v1/lexicon", headers={"if-none-match": tag}).status_code == 304


def test_the_digest_of_all_overlays_names_whom_they_are_for(service: ScoringService, files: Files) -> None:
    layers = service.pipeline.first_look.layers
    moved = Layers(layers.central, {Scope(school="elm"): overlay for overlay in layers.overlays.values()})
    assert layers.overlays_digest != moved.overlays_digest
    assert Layers(layers.central).overlays_digest == "none"


def test_no_request_sees_half_of_a_swap(service: ScoringService, files: Files) -> None:
    """Three threads score while lists come and go, some of them broken."""
    outcomes: list[Verdict | SecondglanceError] = []
    stop = threading.Event()

    def score() -> None:
        while not stop.is_set():
            outcomes.append(service.score_now(OAK, Options()))

    threads = [threading.Thread(target=score, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for count in range(9):
            files.write(("glim", "zorp")[count % 2])
            if count % 3 == 2:
                files.lexicon.write_text("nothing", encoding="utf-8")
                with pytest.raises(InvalidLexicon):
                    service.reload_lists()
            else:
                service.reload_lists()
            outcomes.append(service.score_now(OAK, Options()))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    seen = {(outcome.versions.lexicon, phrases(outcome)) for outcome in outcomes if isinstance(outcome, Verdict)}
    assert all(isinstance(outcome, Verdict) for outcome in outcomes)
    assert {found for _, found in seen} == {("zorp",), ("and glim",)}
    assert len({name for name, _ in seen}) == 2 == len(seen)


def test_without_keys_lists_are_reloaded_on_loopback_only(service: ScoringService, files: Files) -> None:
    open_to_all = TestClient(make_app(service, Access(open_to=anybody(loopback=False))))
    assert open_to_all.post("/v1/lexicon:reload").status_code == 403
    client = TestClient(make_app(service), raise_server_exceptions=False)
    files.write("glim")
    answer: httpx.Response = client.post("/v1/lexicon:reload")
    assert answer.status_code == 200
    assert answer.json()["digest"] == client.get("/v1/lexicon").json()["digest"]
    files.lexicon.write_text("phrase,grade,category\nglim,9,drugs\n", encoding="utf-8")
    problem = client.post("/v1/lexicon:reload").json()
    assert (problem["type"], problem["status"]) == ("urn:secondglance:invalid_lexicon", 500)
    assert "own.csv:2: grade '9'" in problem["detail"]
    assert client.get("/v1/lexicon").json()["digest"] == answer.json()["digest"]
