from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidLexicon
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Reason
from keyword_stage.addresses import lookups, normalise
from keyword_stage.sealed import seal
from keyword_stage.url_list import UrlFinder, hash_form, read_entries
from keyword_stage.written_addresses import find_addresses
from pipeline.build import renew_lists
from pipeline.pipeline import Pipeline
from pipeline.policy import read_policy
from pipeline.settings import PipelineSettings
from serving.schemas import verdict_to_json
from tests.conftest import FixedScorer

KEY = Fernet.generate_key().decode()
LIST = f"""id,url,grade,category
host,blick.example,3,drugs
path,forum.example/Zorp,4,bullying
query,shop.example/s?b=2&a=1,2,drugs
hash,sha256:{hash_form("vrent.example")},2,violence
six,[2001:db8::7],2,drugs
"""


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("HTTP://WWW.Blick.Example:80/", "blick.example"),
        ("https://user:pw@blick.example:443", "blick.example"),
        ("blick.example.", "blick.example"),
        ("https://blick.example:8443/a/", "blick.example:8443/a"),
        ("https://bücher.example/%7Eanna/a%2db/ä", "xn--bcher-kva.example/~anna/a-b/%C3%A4"),
        ("https://xn--bcher-kva.example/~anna//a-b/./c/../%c3%a4#top", "xn--bcher-kva.example/~anna/a-b/%C3%A4"),
        ("shop.example/s?b=2&&a=1", "shop.example/s?a=1&b=2"),
        ("shop.example/s/?a=1&b=%32", "shop.example/s?a=1&b=2"),
        ("https://[::1]:99/x", "::1:99/x"),
        ("https://[2001:DB8:0::0007]/", "2001:db8::7"),
        ("http://[::ffff:cb00:7107]/", "203.0.113.7"),
        ("http://0313.0.0161.7/", "203.0.113.7"),
        ("http://0xcb.0.28935/", "203.0.113.7"),
        ("http://3405803783/", "203.0.113.7"),
        ("http://203.0.113.256/", "203.0.113.256"),
        ("3405803783", "3405803783"),
        ("blick.example/go?u=http://x.y", "blick.example/go?u=http://x.y"),
        ("blick.example:8080/?u=http://x.y", "blick.example:8080?u=http://x.y"),
        ("https:blick.example", "blick.example"),
        ("https:/\\/blick.example\\a", "blick.example/a"),
        ("//blick.example/a", "blick.example/a"),
        ("\x00ht\ntps://bli\tck.example\r", "blick.example"),
        ("https://x%2f%23@blick.example/", "blick.example"),
        ("https://a@b@blick.example/@c", "blick.example/@c"),
        ("FAẞ.example", "xn--fa-hia.example"),
        ("fass.example", "fass.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("🙂.example", "xn--938h.example"),
        ("_a.bücher.example", "_a.xn--bcher-kva.example"),
        ("نامه\u200cای.example", "xn--mgba3gch31f060k.example"),
        ("bli\u200d\u2066ck.example", "blick.example"),
        ("bli" + "\u00ad" * 300 + "ck.example", "blick.example"),
        ("\ue000.Blick.example", "\ue000.blick.example"),
        ("https://" + "ü" * 300 + ".example", None),
        ("http://[broken", None),
        ("http://%25.example/", None),
        ("http://%40/", None),
        ("http://blick.example%2FPage%3Fb=1", "blick.example/Page?b=1"),
        ("http://anybody%40blick.example/", "blick.example"),
        ("http://%¼/", None),
        ("http://blick%2Eexample/", "blick.example"),
        ("https://blick.example:99999/", "blick.example"),
        ("https://blick.example/a\ud800", "blick.example/a"),
        ("", None),
    ],
)
def test_one_form_for_every_way_of_writing(written: str, form: str | None) -> None:
    assert normalise(written) == form


@given(st.text(max_size=60))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    form = normalise(text)
    assert form is None or ":" in form.partition("/")[0] or normalise(form) in (form, form.removeprefix("www."))
    assert form is None or form in [*lookups(text), *lookups(form)] or "?" in form


@pytest.fixture
def finder() -> UrlFinder:
    return UrlFinder(read_entries(LIST, "list", STANDARD_CATEGORIES))


@pytest.mark.parametrize(
    ("address", "items"),
    [
        ("https://blick.example/any?x", ["host"]),
        ("http://deep.blick.example:8080", ["host"]),
        ("https://notblick.example/", []),
        ("https://blick.example.org/", []),
        ("https://evil.org/blick.example", []),
        ("https://forum.example", []),
        ("https://www.forum.example/Zorp/thread?page=2", ["path"]),
        ("https://forum.example/Zorps", []),
        ("https://forum.example/zorp", []),  # a path has a case
        ("https://a.forum.example/Zorp", []),  # a path belongs to its host
        ("https://shop.example/s?a=1&b=2", ["query"]),
        ("https://shop.example/s?a=1", []),
        ("https://vrent.example", ["hash"]),
        ("blick.example:8080/?u=http://x.y", ["host"]),
        ("http://[2001:db8:0::7]/x", ["six"]),
    ],
)
def test_the_address_of_a_capture(finder: UrlFinder, address: str, items: list[str]) -> None:
    hits = finder.find(Page.from_text(""), address)
    assert [(hit.phrase, hit.start, hit.end) for hit in hits] == [(f"list:{item}", 0, 0) for item in items]


def test_addresses_on_the_page_with_exact_offsets(finder: UrlFinder) -> None:
    text = "see (www.BLICK.example/x). or https://forum.example/Zorp, mail me@blick.example and v1.2 e.g. 3.5"
    hits = finder.find(Page.from_text(text), None)
    assert [(hit.phrase, hit.matched) for hit in hits] == [
        ("list:host", "www.BLICK.example/x"),
        ("list:path", "https://forum.example/Zorp"),
    ]
    assert all(text[hit.start : hit.end] == hit.matched for hit in hits)


@pytest.mark.parametrize(
    "piece", ["a.", "a-", "a.a/", "www.", "https://", "a@a.", "ü.", ".", "1.a:", "https:a@", "🙂.a"]
)
def test_no_text_makes_the_search_slow(piece: str) -> None:
    """Quadratic work on 100,000 signs would run for minutes."""
    assert len([*find_addresses(piece * 50_000)]) <= 50_000


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("id,url,grade\n", "list:1: the columns"),
        ("id,url,grade,category\nglim word,x.example,3,drugs\n", "list:2: the id"),
        ("id,url,grade,category\n1,x.example,glim,drugs\n", "list:2: the grade"),
        ("id,url,grade,category\n1,x.example,3,glim\n", "list:2: the category"),
        ("id,url,grade,category\n1,glim,3,drugs\n", "list:2: the url"),
        ("id,url,grade,category\n1,glim.example,3,drugs\n1,b.example,3,drugs\n", "list:3: the id"),
        ("id,url,url,grade,category\n1,glim.example,b.example,3,drugs\n", "list:1: the columns must be"),
        ("id,url,grade,category\n1,glim.example,3,drugs,glim\n", "list:2: more cells than columns"),
        ('id,url,grade,category\n1,"glim.example,3,drugs\n2,b,3,drugs\n3,c",3,drugs\n', "list:2: unexpected end"),
        ("id,url,grade,category\n", "list: nothing stands below the header"),
    ],
)
def test_faults_name_line_and_column_and_never_a_cell(rows: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon) as error:
        read_entries(rows, "list", STANDARD_CATEGORIES)
    assert fault in str(error.value)
    assert "glim" not in str(error.value)


@pytest.fixture
def listed(pipeline: Pipeline, tmp_path: Path) -> Pipeline:
    """An open list, and a sealed one that holds an address of the open one as well."""
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    secret = "id,url,grade,category\n7,glimmorlo.example/vrent,5,pornography\n8,vrent.example,5,pornography\n"
    (tmp_path / "watch.sealed").write_bytes(seal(secret, "watch", STANDARD_CATEGORIES, KEY))
    (tmp_path / "own.csv").write_text("phrase,grade,category\nquindle,2,drugs\n", encoding="utf-8")  # is linted as well
    sealed = (tmp_path / "watch.sealed",)
    settings = PipelineSettings(
        lexicon=(tmp_path / "own.csv",), urls=(tmp_path / "list.csv",), protected=sealed, list_key=KEY
    )
    return renew_lists(replace(pipeline, scorer=FixedScorer()), settings)[0]


def test_a_listed_address_keeps_its_grade_and_needs_no_model(listed: Pipeline) -> None:
    context = CaptureContext(url="https://blick.example/")
    verdict = listed.score(Capture("a", text="photosynthesis at forum.example/Zorp", context=context))
    assert [(f.hit.phrase, f.severity, f.action, f.reason, f.probability) for f in verdict.findings] == [
        ("list:host", 3, Action.REVIEW, Reason.LISTED, None),
        ("list:path", 4, Action.ALERT, Reason.LISTED, None),
    ]
    assert (verdict.severity, verdict.category) == (4, "bullying")


def test_a_protected_address_shows_list_and_item_alone(listed: Pipeline) -> None:
    context = CaptureContext(url="https://www.glimmorlo.example/vrent/")
    verdict = listed.score(Capture("a", text="look at http://vrent.example now", context=context))
    found = verdict_to_json(verdict)["findings"]
    assert [(f["phrase"], f["severity"], f["action"], f["reason"], f["matched"]) for f in found] == [
        ("watch:7", 5, "alert", "protected", None),
        ("list:hash", 2, "review", "listed", "█" * 20),
        ("watch:8", 5, "alert", "protected", None),
    ]
    assert "vrent" not in str(found)


def test_policy_reaches_open_lists_only(listed: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("rules: [{categories: {all: {on: false}}}]", encoding="utf-8")
    off = replace(listed, policy=read_policy(file))
    verdict = off.score(Capture("a", text="blick.example and http://glimmorlo.example/vrent"))
    assert [finding.hit.phrase for finding in verdict.findings] == ["watch:7"]


def test_the_digest_covers_address_lists(listed: Pipeline, pipeline: Pipeline) -> None:
    assert listed.first_look.layers.central.digest != listed.first_look.digest
    assert listed.score(Capture("a", text="x")).versions.lexicon == listed.first_look.digest
