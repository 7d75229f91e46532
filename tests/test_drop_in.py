"""What the drop-in answers may claim, and where blocklists are kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidConfiguration, InvalidRequest, NotFound, Unavailable
from domain.hit import ContextWindow
from domain.severity import STANDARD_CATEGORIES
from models.scorer import WindowScores
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import read_policy
from serving import compat_azure, compat_openai, compat_perspective
from serving.blocklist_files import Blocklist, Item
from serving.blocklists import MAX_ITEMS, Blocklists, check_term
from serving.compat_assessment import Assessment, Weight, assess, together
from serving.http_api import make_app
from serving.limits import Limits
from serving.service import ScoringService
from tests.conftest import FixedScorer

CALM = "please hand in the geography homework by friday"
THREAT = "he would stab me at the gate"
WORST = (1.0, 1.0, 1.0, 1.0, 1.0)


class SilentScorer(FixedScorer):
    def score(self, window: ContextWindow) -> WindowScores:
        raise Unavailable("the model is down")


def client_of(pipeline: Pipeline, scorer: Any) -> TestClient:
    return TestClient(make_app(ScoringService(replace(pipeline, scorer=scorer), Limits(1, 1, 1))))


@pytest.fixture
def calm(pipeline: Pipeline) -> Iterator[TestClient]:
    with client_of(pipeline, FixedScorer()) as opened:
        yield opened


@pytest.fixture
def silent(pipeline: Pipeline) -> Iterator[TestClient]:
    with client_of(pipeline, SilentScorer()) as opened:
        yield opened


@pytest.mark.parametrize("category", [*STANDARD_CATEGORIES, "vaping"])
@pytest.mark.parametrize("severity", range(6))
def test_every_severity_of_every_category_reaches_azure(category: str, severity: int) -> None:
    found = Assessment({category: Weight(severity, raised=severity >= 2)}, frozenset(), read=False)
    for output in compat_azure.OutputType:
        answer = compat_azure._analysis(found, None, output)
        levels = [one["severity"] for one in answer]
        assert levels == ([output.severity(severity)] if severity >= 2 else [])
        if severity == 5:
            assert levels[0] >= 6
    raised = compat_openai._result([("text", found)])
    assert raised["flagged"] is (True if severity >= 2 else None)
    assert (True in raised["categories"].values()) is (severity >= 2)
    assert False not in raised["categories"].values()


def test_azure_severities_never_fall_and_four_levels_are_the_eight_made_even() -> None:
    four, eight = ([output.severity(k) for k in range(6)] for output in compat_azure.OutputType)
    assert four == sorted(four) == [level // 2 * 2 for level in eight]
    assert eight == sorted(eight)


def test_every_source_of_a_mapping_is_a_category_of_ours() -> None:
    for mapping in (compat_openai.CATEGORIES, compat_azure.CATEGORIES, compat_perspective.ATTRIBUTES):
        assert {source for sources in mapping.values() for source in sources} <= set(STANDARD_CATEGORIES)


def test_a_finding_in_the_queue_is_never_answered_as_nothing(pipeline: Pipeline) -> None:
    """The cautious threshold keeps it, though the likeliest severity is 0."""
    doubtful = replace(pipeline, scorer=FixedScorer((0.4, 0.4, 0.4, 0.0, 0.0)))
    capture = Capture("", text=THREAT)
    found = assess(doubtful.score(capture, Options(read_all=True)), capture, doubtful)
    (finding,) = found.findings
    assert finding.severity == 0
    assert compat_azure._analysis(found, ["Violence"], compat_azure.OutputType.FOUR) == [
        {"category": "Violence", "severity": 2}
    ]
    assert compat_openai._result([("text", found)])["flagged"] is True


def test_what_the_model_reads_without_any_keyword_counts(pipeline: Pipeline) -> None:
    with client_of(pipeline, FixedScorer(WORST)) as client:
        azure = client.post("/contentsafety/text:analyze", json={"text": CALM}).json()
        assert {one["severity"] for one in azure["categoriesAnalysis"]} == {6}
        assert len(azure["categoriesAnalysis"]) == 5
        assert client.post("/v1/moderations", json={"input": CALM}).json()["results"][0]["flagged"] is True


def test_a_category_that_is_switched_off_is_not_answered(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("rules: [{categories: {violence: {on: false}}}]", encoding="utf-8")
    quiet = replace(pipeline, policy=read_policy(tmp_path / "policy.yaml"))
    with client_of(quiet, FixedScorer()) as client:
        result = client.post("/v1/moderations", json={"input": THREAT}).json()["results"][0]
        assert result["categories"]["violence"] is None
        assert (result["flagged"], result["categories"]["hate"]) == (False, False)
        azure = client.post("/contentsafety/text:analyze", json={"text": THREAT}).json()
        assert [one["category"] for one in azure["categoriesAnalysis"]] == ["Hate", "SelfHarm", "Sexual"]


def test_without_the_model_grades_stand_and_nothing_is_cleared(silent: TestClient) -> None:
    result = silent.post("/v1/moderations", json={"input": THREAT}).json()["results"][0]
    assert (result["flagged"], result["degraded"], result["categories"]["violence"]) == (True, True, True)
    assert result["categories"]["hate"] is None
    azure = silent.post("/contentsafety/text:analyze", json={"text": THREAT}).json()
    assert [one["category"] for one in azure["categoriesAnalysis"]] == ["Violence"]
    perspective = {"comment": {"text": THREAT}, "requestedAttributes": {"THREAT": {}, "INSULT": {}}}
    assert set(silent.post("/v1alpha1/comments:analyze", json=perspective).json()["attributeScores"]) == {"THREAT"}
    for path, body in (
        ("/v1/moderations", {"input": [THREAT, CALM]}),
        ("/contentsafety/text:analyze", {"text": CALM}),
        ("/v1alpha1/comments:analyze", {**perspective, "comment": {"text": CALM}}),
    ):
        answer = silent.post(path, json=body)
        assert answer.status_code == 503
        assert "error" in answer.json()


def test_only_a_language_is_called_one_that_no_model_reads(
    pipeline: Pipeline, silent: TestClient, tmp_path: Path
) -> None:
    """Else a client takes a model that is down, or a category that is off, for a fault of the comment."""

    def ask(client: TestClient, text: str, **more: Any) -> Any:
        body = {"comment": {"text": text}, "requestedAttributes": {"INSULT": {}}, **more}
        return client.post("/v1alpha1/comments:analyze", json=body).json()

    assert ask(silent, THREAT) == {"attributeScores": {}, "degraded": True}
    (tmp_path / "policy.yaml").write_text("rules: [{categories: {bullying: {on: false}}}]", encoding="utf-8")
    kind = replace(pipeline, policy=read_policy(tmp_path / "policy.yaml"))
    with client_of(kind, FixedScorer()) as client:
        assert ask(client, CALM) == {"attributeScores": {}}
    with client_of(pipeline, FixedScorer()) as client:
        assert ask(client, CALM, languages=["fr", "en_GB"])["languages"] == ["en_GB"]
        error = ask(client, CALM, languages=["fr", "de"])["error"]
    assert error["details"][0]["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"


def test_parts_together_are_examined_only_where_all_were() -> None:
    text = Assessment({"violence": Weight(0, 0.1)}, frozenset({"violence", "drugs"}), read=True)
    picture = Assessment({"drugs": Weight(4, 0.8, 0.8, True)})
    both = together([text, picture])
    assert (both.examined, both.read, both.raised) == (frozenset(), False, {"drugs"})
    result = compat_openai._result([("text", text), ("image", picture)])
    assert result["categories"]["drugs"] is True
    assert result["category_applied_input_types"]["drugs"] == ["text", "image"]
    assert result["categories"]["violence"] is None
    assert result["category_applied_input_types"]["violence"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/moderations", {"input": []}),
        ("/v1/moderations", {"input": ["a", {"type": "text", "text": "b"}]}),
        ("/v1/moderations", {"input": [{"type": "audio", "audio": "b"}]}),
        ("/v1/moderations", {"input": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}}]}),
        ("/v1/moderations", {"input": [{"type": "image_url", "image_url": {"url": "data:,\\ud800"}}]}),
        ("/contentsafety/text:analyze", {"text": CALM, "categories": ["Weather"]}),
        ("/contentsafety/text:analyze", {"text": CALM, "haltOnBlocklistHit": 0}),
        ("/contentsafety/text:analyze", {}),
        ("/contentsafety/image:analyze", {"image": {"content": "%%%"}}),
        ("/contentsafety/text/blocklists/a:addOrUpdateBlocklistItems", {"blocklistItems": []}),
        ("/v1alpha1/comments:analyze", {"comment": {"text": CALM}, "requestedAttributes": {}}),
        ("/v1alpha1/comments:analyze", {"comment": {"text": "\\ud800"}, "requestedAttributes": {"TOXICITY": {}}}),
    ],
)
def test_bad_input_is_named_in_the_shape_of_its_api(calm: TestClient, path: str, body: Any) -> None:
    content = json.dumps(body).replace("\\\\ud800", "\\ud800")
    answer = calm.post(path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"]
    assert CALM not in answer.text
    assert set(error) >= ({"type"} if path == "/v1/moderations" else {"code"})


def test_the_context_chooses_the_policy_and_the_language(calm: TestClient) -> None:
    body = {"text": CALM, "context": {"language": "cy"}}
    assert calm.post("/contentsafety/text:analyze", json=body).json()["categoriesAnalysis"] == []
    bad = calm.post("/v1/moderations", json={"input": CALM, "context": {"pupil": "x"}})
    assert bad.status_code == 400


def put(lists: Blocklists, tenant: str, name: str, *texts: str) -> None:
    items = {str(n): Item(str(n), check_term(text)) for n, text in enumerate(texts)}
    lists.change(tenant, lambda kept: kept.update({name: Blocklist(name, None, items)}))


def found(lists: Blocklists, tenant: str, name: str, text: str) -> list[str]:
    return [item.text for _, item in lists.find(tenant, [name], text)]


@pytest.mark.parametrize("kept", [True, False])
def test_terms_are_whole_words_through_case_and_accents(tmp_path: Path, kept: bool) -> None:
    lists = Blocklists(tmp_path if kept else None)
    put(lists, "north", "places", "Old Café", "band", "BAND", "о'brien")
    assert found(lists, "north", "places", "the OLD cafe, the bandstand, O’Brien") == ["Old Café", "о'brien"]
    assert found(lists, "north", "places", "a band! and a band") == ["band", "BAND"]
    put(lists, "north", "places", "bandstand")
    assert found(lists, "north", "places", "a band at the bandstand") == ["bandstand"]
    with pytest.raises(NotFound):
        found(lists, "south", "places", "a band")


def test_a_folder_keeps_lists_for_the_next_start_and_for_other_replicas(tmp_path: Path) -> None:
    one, two = Blocklists(tmp_path), Blocklists(tmp_path)
    put(one, "../north", "a", "bandstand")
    assert found(two, "../north", "a", "the bandstand") == ["bandstand"]
    put(two, "../north", "b", "boathouse")
    assert sorted(one.of("../north")) == ["a", "b"]
    assert {path.parent for path in tmp_path.rglob("*")} == {tmp_path}
    next(tmp_path.glob("*.json")).write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidConfiguration):
        Blocklists(tmp_path).of("../north")


def test_a_change_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    lists = Blocklists(tmp_path)
    put(lists, "north", "a", "bandstand")
    with pytest.raises(InvalidRequest, match=str(MAX_ITEMS)):
        put(lists, "north", "b", *(f"term {n}" for n in range(MAX_ITEMS)))
    assert sorted(Blocklists(tmp_path).of("north")) == ["a"]
    for term in ("...", "\ud800"):
        with pytest.raises(InvalidRequest):
            check_term(term)


def test_a_patch_of_a_list_changes_what_it_names(calm: TestClient) -> None:
    path = "/contentsafety/text/blocklists/a"
    patches: list[tuple[dict[str, Any], str | None]] = [
        ({"description": "first"}, "first"),
        ({"blocklistName": "a"}, "first"),
        ({"description": "second"}, "second"),
        ({"description": None}, None),
    ]
    for body, description in patches:
        patched = calm.patch(path, json=body, headers={"content-type": "application/merge-patch+json"})
        assert patched.json() == calm.get(path).json() == {"blocklistName": "a", "description": description}


@pytest.mark.parametrize("term", ["c++", "A$$", "£5", "#1"])
def test_a_term_of_which_one_letter_is_left_is_refused(term: str) -> None:
    """It would be found in nearly every text."""
    with pytest.raises(InvalidRequest, match="signs are not looked for"):
        check_term(term)


@pytest.mark.parametrize("term", ["c", "Á", "A\u0301", "🔪", "k*ll", "R&B"])
def test_a_short_term_that_says_something_is_taken(term: str) -> None:
    lists = Blocklists()
    put(lists, "north", "places", term)
    assert found(lists, "north", "places", f"as in {term}, he said") == [term]


def test_a_regular_expression_is_refused(calm: TestClient) -> None:
    calm.patch("/contentsafety/text/blocklists/a", json={"description": "x"})
    path = "/contentsafety/text/blocklists/a:addOrUpdateBlocklistItems"
    answer = calm.post(path, json={"blocklistItems": [{"text": "fine"}, {"text": "(a+)+$", "isRegex": True}]})
    assert answer.status_code == 400
    assert "isRegex" in answer.json()["error"]["message"]
    assert calm.get("/contentsafety/text/blocklists/a/blocklistItems").json() == {"value": []}


def test_the_site_of_the_context_is_used(pipeline: Pipeline, tmp_path: Path) -> None:
    rules = "rules: [{school: oak, categories: {violence: {on: false}}}]"
    (tmp_path / "policy.yaml").write_text(rules, encoding="utf-8")
    capture = Capture("", text=THREAT, context=CaptureContext(site="oak"))
    at_oak = replace(pipeline, policy=read_policy(tmp_path / "policy.yaml"), scorer=FixedScorer())
    assert "violence" not in assess(at_oak.score(capture, Options(read_all=True)), capture, at_oak).examined
