"""The official clients of the APIs that the service stands in for, unmodified, against the real server."""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from azure.ai.contentsafety import BlocklistClient, ContentSafetyClient
from azure.ai.contentsafety.aio import ContentSafetyClient as AsyncContentSafetyClient
from azure.ai.contentsafety.models import (
    AddOrUpdateTextBlocklistItemsOptions,
    AnalyzeImageOptions,
    AnalyzeTextOptions,
    AnalyzeTextOutputType,
    ImageData,
    RemoveTextBlocklistItemsOptions,
    TextBlocklist,
    TextBlocklistItem,
    TextCategory,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from tests.conftest import Written
from tests.running_server import ROOT, Server

THREAT = "he said he will br1ng a kn1fe to the gate tomorrow and stab me"
DESPAIR = "i want to die, i have written goodbye to everyone and tonight it is over"
HOMEWORK = "please hand in the geography homework by friday"
POLISH = "nie zapomnij o pracy domowej z geografii"


CALM = Written.png("geography homework is due on friday")
THREAT_PICTURE = (ROOT / "demo" / "captures" / "game_threat.png").read_bytes()


@pytest.fixture(scope="module")
def moderations(guarded: Server) -> Iterator[Any]:
    with openai.OpenAI(base_url=f"{guarded.http}/v1", api_key=guarded.scoring_key, max_retries=0) as client:
        yield client.moderations


@pytest.fixture(scope="module")
def azure(guarded: Server) -> Iterator[ContentSafetyClient]:
    with ContentSafetyClient(guarded.http, AzureKeyCredential(guarded.scoring_key)) as client:
        yield client


@pytest.fixture(scope="module")
def lists(guarded: Server) -> Iterator[BlocklistClient]:
    with BlocklistClient(guarded.http, AzureKeyCredential(guarded.key)) as client:
        yield client


def severities(answer: Any) -> dict[str, int]:
    return {str(one.category): one.severity for one in answer.categories_analysis}


def test_openai_texts_are_answered_in_order_and_only_where_examined(moderations: Any) -> None:
    answer = moderations.create(model="omni-moderation-latest", input=[THREAT, HOMEWORK, DESPAIR])
    assert answer.model.startswith("sg-")
    threat, homework, despair = answer.results
    assert [result.flagged for result in answer.results] == [True, False, True]
    assert threat.categories.violence is True
    assert threat.category_applied_input_types.violence == ["text"]
    assert despair.categories.self_harm is True
    assert despair.category_scores.self_harm_intent > 0.5
    assert homework.categories.hate is False
    assert homework.category_scores.violence < 0.5
    for result in answer.results:
        assert result.categories.illicit is result.categories.sexual_minors is None
        assert result.category_scores.violence_graphic is None
        assert result.category_applied_input_types.sexual_minors == []
    extra = homework.categories.to_dict()
    assert [extra[name] for name in ("grooming", "drugs", "radicalisation")] == [False] * 3
    assert moderations.create(input=HOMEWORK).results[0].categories == homework.categories


def test_openai_pictures_are_never_cleared(moderations: Any) -> None:
    def url(picture: bytes) -> dict[str, Any]:
        data = base64.b64encode(picture).decode()
        return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}

    (alone,) = moderations.create(input=[url(CALM)]).results
    assert alone.flagged is None
    assert set(alone.categories.to_dict().values()) == {None}
    (threat,) = moderations.create(input=[{"type": "text", "text": HOMEWORK}, url(THREAT_PICTURE)]).results
    assert threat.flagged is True
    assert threat.categories.violence is True
    assert threat.category_applied_input_types.violence == ["text", "image"]
    assert threat.categories.sexual is None


def test_openai_says_nothing_of_a_language_that_no_model_reads(moderations: Any) -> None:
    stated = {"context": {"language": "pl"}}
    (result,) = moderations.create(input=POLISH, extra_body=stated).results
    assert result.flagged is None
    assert set(result.categories.to_dict().values()) == {None}


def test_openai_errors_are_its_own(guarded: Server, moderations: Any) -> None:
    with pytest.raises(openai.BadRequestError) as remote:
        moderations.create(input=[{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}])
    assert remote.value.type == "invalid_request_error"
    assert "nothing is fetched" in str(remote.value)
    with pytest.raises(openai.BadRequestError):
        moderations.create(input=["a"] * 257)
    with pytest.raises(openai.APIStatusError) as long:
        moderations.create(input="a" * 300_000)
    assert (long.value.status_code, long.value.code) == (413, "text_too_long")
    stranger = openai.OpenAI(base_url=f"{guarded.http}/v1", api_key="sg_wrong", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError) as unknown:
        stranger.moderations.create(input=HOMEWORK)
    assert unknown.value.code == "invalid_api_key"


async def _openai_async(guarded: Server) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{guarded.http}/v1", api_key=guarded.key) as client:
        return await client.moderations.create(input=THREAT)


async def _azure_async(guarded: Server) -> Any:
    async with AsyncContentSafetyClient(guarded.http, AzureKeyCredential(guarded.key)) as client:
        return await client.analyze_text(AnalyzeTextOptions(text=THREAT))


def test_azure_texts(azure: ContentSafetyClient) -> None:
    threat = severities(azure.analyze_text(AnalyzeTextOptions(text=THREAT)))
    assert set(threat) >= {"Hate", "SelfHarm", "Sexual", "Violence"}
    assert threat["Violence"] == 6
    assert severities(azure.analyze_text(AnalyzeTextOptions(text=HOMEWORK))) == dict.fromkeys(
        ["Hate", "SelfHarm", "Sexual", "Violence"], 0
    )
    chosen = AnalyzeTextOptions(
        text=DESPAIR, categories=[TextCategory.SELF_HARM], output_type=AnalyzeTextOutputType.EIGHT_SEVERITY_LEVELS
    )
    assert severities(azure.analyze_text(chosen))["SelfHarm"] in {6, 7}


def test_azure_pictures_get_no_zero(azure: ContentSafetyClient) -> None:
    def analyse(picture: bytes) -> dict[str, int]:
        return severities(azure.analyze_image(AnalyzeImageOptions(image=ImageData(content=picture))))

    assert analyse(CALM) == {}
    threat = analyse(THREAT_PICTURE)
    assert threat["Violence"] >= 4
    assert 0 not in threat.values()


def test_azure_errors_are_its_own(guarded: Server, azure: ContentSafetyClient) -> None:
    with pytest.raises(HttpResponseError) as remote:
        azure.analyze_image(AnalyzeImageOptions(image=ImageData(blob_url="https://example.org/a.png")))
    assert remote.value.status_code == 400
    assert remote.value.error is not None
    assert remote.value.error.code == "InvalidRequestBody"
    with pytest.raises(ResourceNotFoundError):
        azure.analyze_text(AnalyzeTextOptions(text=HOMEWORK, blocklist_names=["nowhere"]))
    stranger = ContentSafetyClient(guarded.http, AzureKeyCredential("sg_wrong"))
    with stranger, pytest.raises(ClientAuthenticationError):
        stranger.analyze_text(AnalyzeTextOptions(text=HOMEWORK))


def test_azure_blocklists_are_each_tenants_own(
    guarded: Server, azure: ContentSafetyClient, lists: BlocklistClient
) -> None:
    made = lists.create_or_update_text_blocklist("places", TextBlocklist(blocklist_name="places", description="first"))
    assert made.description == "first"
    terms = [TextBlocklistItem(text=text) for text in ("The Bandstand", "old café", *(f"term {n}" for n in range(30)))]
    added = lists.add_or_update_blocklist_items(
        "places", AddOrUpdateTextBlocklistItemsOptions(blocklist_items=terms)
    ).blocklist_items
    assert [item.text for item in added] == [term.text for term in terms]
    again = lists.add_or_update_blocklist_items(
        "places",
        AddOrUpdateTextBlocklistItemsOptions(blocklist_items=[TextBlocklistItem(text="old café", description="x")]),
    ).blocklist_items
    assert again[0].blocklist_item_id == added[1].blocklist_item_id
    listed = [item.text for item in lists.list_text_blocklist_items("places", maxpagesize=7)]
    assert listed == [term.text for term in terms]
    elsewhere = lists.list_text_blocklist_items("places", maxpagesize=7, headers={"Host": "elsewhere.invalid:1"})
    assert [item.text for item in elsewhere] == listed
    assert len(list(lists.list_text_blocklist_items("places", top=9, skip=2, maxpagesize=4))) == 9
    assert lists.get_text_blocklist_item("places", added[0].blocklist_item_id).text == "The Bandstand"
    assert "places" in [kept.blocklist_name for kept in lists.list_text_blocklists()]

    text = "meet me by the BANDSTAND or the old cafe, not the bandstands"
    answer = azure.analyze_text(AnalyzeTextOptions(text=text, blocklist_names=["places"]))
    assert answer.blocklists_match
    assert [match.blocklist_item_text for match in answer.blocklists_match] == ["The Bandstand", "old café"]
    assert answer.categories_analysis
    halted = azure.analyze_text(AnalyzeTextOptions(text=text, blocklist_names=["places"], halt_on_blocklist_hit=True))
    assert halted.blocklists_match
    assert not halted.categories_analysis

    other = ContentSafetyClient(guarded.http, AzureKeyCredential(guarded.other_key))
    with other, pytest.raises(ResourceNotFoundError):
        other.analyze_text(AnalyzeTextOptions(text=text, blocklist_names=["places"]))
    with BlocklistClient(guarded.http, AzureKeyCredential(guarded.other_key)) as other_lists:
        assert not list(other_lists.list_text_blocklists())
        with pytest.raises(ResourceNotFoundError):
            other_lists.get_text_blocklist("places")
        with pytest.raises(ResourceNotFoundError):
            other_lists.delete_text_blocklist("places")
    with BlocklistClient(guarded.http, AzureKeyCredential(guarded.scoring_key)) as without_scope:
        with pytest.raises(HttpResponseError) as forbidden:
            list(without_scope.list_text_blocklists())
        assert forbidden.value.status_code == 403

    gone = [item.blocklist_item_id for item in added[2:]]
    lists.remove_blocklist_items("places", RemoveTextBlocklistItemsOptions(blocklist_item_ids=gone))
    assert len(list(lists.list_text_blocklist_items("places"))) == 2
    lists.delete_text_blocklist("places")
    assert "places" not in [kept.blocklist_name for kept in lists.list_text_blocklists()]


def perspective(guarded: Server, text: str, *attributes: str, **more: Any) -> httpx.Response:
    body = {"comment": {"text": text}, "requestedAttributes": {name: {} for name in attributes}, **more}
    path = f"{guarded.http}/v1alpha1/comments:analyze"
    return httpx.post(path, params={"key": guarded.scoring_key}, json=body, timeout=60)


def test_perspective_comments(guarded: Server) -> None:
    asked = ("TOXICITY", "SEVERE_TOXICITY", "THREAT", "PROFANITY", "SUICIDE")
    answer = perspective(guarded, THREAT, *asked, languages=["en"], spanAnnotations=True, clientToken="7").json()
    scores = answer["attributeScores"]
    assert set(scores) == {"TOXICITY", "SEVERE_TOXICITY", "THREAT", "SUICIDE"}
    assert scores["THREAT"]["summaryScore"]["value"] > 0.5
    spans = [THREAT[span["begin"] : span["end"]] for span in scores["THREAT"]["spanScores"]]
    assert any("kn1fe" in span for span in spans)
    assert (answer["languages"], answer["clientToken"]) == (["en"], "7")
    quiet = perspective(guarded, HOMEWORK, "TOXICITY").json()["attributeScores"]["TOXICITY"]
    assert quiet["summaryScore"]["value"] < 0.5
    assert quiet["spanScores"] == [{"begin": 0, "end": len(HOMEWORK), "score": quiet["summaryScore"]}]


def test_perspective_errors_are_its_own(guarded: Server) -> None:
    polish = perspective(guarded, POLISH, "TOXICITY", languages=["pl"])
    assert polish.status_code == 400
    assert polish.json()["error"]["details"][0]["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    unknown = perspective(guarded, HOMEWORK, "PROFANITY")
    assert (unknown.status_code, unknown.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    keyless = httpx.post(f"{guarded.http}/v1alpha1/comments:analyze", json={})
    assert (keyless.status_code, keyless.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    elsewhere = httpx.post(f"{guarded.http}/v1/score", params={"key": guarded.key}, json={"text": HOMEWORK})
    assert elsewhere.status_code == 401


def test_the_async_clients_get_the_same(guarded: Server) -> None:

    assert asyncio.run(_openai_async(guarded)).results[0].categories.violence is True
    assert severities(asyncio.run(_azure_async(guarded)))["Violence"] == 6
