"""Listed addresses as people write them: at the end of a sentence, in quotes and brackets, with signs nobody sees."""

import pytest

from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.url_list import UrlFinder, read_entries
from keyword_stage.written_addresses import find_addresses
from tests.steps import count_steps

KEY = "k" * 32
LIST = """id,url,grade,category
host,blick.example,3,drugs
path,forum.example/zorp,4,bullying
pair,wiki.example/Glim_(vrent),4,bullying
query,video.example/watch?v=glim,2,drugs
number,203.0.113.7/zorp,2,drugs
six,[2001:db8::7],2,drugs
sharp,faß.example,2,drugs
umlaut,bücher.example,2,drugs
smile,🙂.example,2,drugs
script,भारत.example/zorp,2,drugs
"""
AROUND = (
    "go to {}.", "{}.\nNext", "({})", "[{}]", "{{{}}}", '"{}"', "'{}'", "“{}”", "‘{}’", "«{}»", "„{}“", "see {}, ok",
    "{};", "{}!", "{}?!", "{}…", "{}...", "...{}", "wait...{}...", "**{}**", "`{}`", "<{}>", "{}’s", "{}—great",
    "{} – great", "({}).", "[it]({}), and", "https://{}.", "{}。", "{}、", "（{}）", "{}|", "{},and",
    "👉{}", "{}🔥", "❤️{}❤️", "1️⃣{}", "\ue001{}", "去看{}吧", "{}에서", "データー{}を", "में{}में",
    "“{}”/“x.example”", "“x.example”/“{}”",
)  # fmt: skip


@pytest.fixture(params=[None, KEY], ids=["open", "protected"])
def finder(request: pytest.FixtureRequest) -> UrlFinder:
    return UrlFinder(read_entries(LIST, "list", STANDARD_CATEGORIES, request.param), request.param)


def found(finder: UrlFinder, text: str) -> list[tuple[str, str]]:
    return [(hit.phrase, text[hit.start : hit.end]) for hit in finder.find(Page.from_text(text), None)]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("item", "address"), [("host", "blick.example"), ("path", "forum.example/zorp")])
def test_what_stands_around_an_address_does_not_hide_it(
    finder: UrlFinder, around: str, item: str, address: str
) -> None:
    scheme = "https://" if "https" in around else ""
    assert found(finder, around.format(address)) == [(f"list:{item}", scheme + address)]


@pytest.mark.parametrize(
    ("text", "item", "written"),
    [
        ("_blick.example_", "host", "blick.example"),
        ("-blick.example-", "host", "blick.example"),
        ("at blick.example.Then we left", "host", "blick.example"),
        ("blick.example.5 of them", "host", "blick.example"),
        ("blick.example./x.", "host", "blick.example./x"),
        ("forum.example.:443/zorp", "path", "forum.example.:443/zorp"),
        ("https://me:pw@blick.example/", "host", "https://me:pw@blick.example/"),
        ("https:\\\\forum.example\\zorp", "path", "https:\\\\forum.example\\zorp"),
        ("blick。example", "host", "blick。example"),
        ("bli\u00adck.exam\u200bple.", "host", "bli\u00adck.exam\u200bple"),
        ("%62lick.example", "host", "%62lick.example"),
        ("(wiki.example/Glim_(vrent)).", "pair", "wiki.example/Glim_(vrent)"),
        ("video.example/watch?v=glim&t=3.", "query", "video.example/watch?v=glim&t=3"),
        ("at http://203.0.113.7/zorp.", "number", "http://203.0.113.7/zorp"),
        ("http://3405803783/zorp", "number", "http://3405803783/zorp"),
        ("http:\\\\0313.0.0161.7/zorp", "number", "http:\\\\0313.0.0161.7/zorp"),
        ("２０３.0.113.7/zorp", "number", "２０３.0.113.7/zorp"),
        ("http://[2001:db8:0::7]:80/x", "six", "http://[2001:db8:0::7]:80/x"),
        ("blick.example/go?u=http://x.y", "host", "blick.example/go?u=http://x.y"),
        ("blick.\u00adexample", "host", "blick.\u00adexample"),
        ("blick.\u200bexample", "host", "blick.\u200bexample"),
        ("\u2068blick.example\u2069", "host", "\u2068blick.example\u2069"),
        ("ⓑⓛⓘⓒⓚ.example", "host", "ⓑⓛⓘⓒⓚ.example"),
        ("https://a@b@blick.example/", "host", "https://a@b@blick.example/"),
        ("https:a@blick.example", "host", "https:a@blick.example"),
        ("https:/a:b:c@blick.example", "host", "https:/a:b:c@blick.example"),
        ("https://blick%2Eexample/", "host", "https://blick%2Eexample/"),
        ("blick.ex%61mple", "host", "blick.ex%61mple"),
        ("https://intranet/go?u=https://blick.example", "host", "https://blick.example"),
        ("me@x.example/blick.example", "host", "blick.example"),
        ("forum.example:/zorp", "path", "forum.example:/zorp"),
        ("forum.example:000443/zorp", "path", "forum.example:000443/zorp"),
        ("xn--fa-hia.example", "sharp", "xn--fa-hia.example"),
        ("bu\u0308cher.example", "umlaut", "bu\u0308cher.example"),
        ("🙂.example", "smile", "🙂.example"),
        ("xn--938h.example", "smile", "xn--938h.example"),
        ("भारत.example/zorp", "script", "भारत.example/zorp"),
        ("👉www.blick.example👈", "host", "www.blick.example"),
        ("日本.blick.example", "host", "blick.example"),
    ],
)
def test_other_ways_of_writing_one(finder: UrlFinder, text: str, item: str, written: str) -> None:
    assert found(finder, text) == [(f"list:{item}", written)]


def test_two_that_only_a_comma_parts(finder: UrlFinder) -> None:
    text = "forum.example/zorp,https://blick.example"
    assert found(finder, text) == [("list:path", "forum.example/zorp"), ("list:host", "https://blick.example")]


@pytest.mark.parametrize(
    "text",
    [
        "notblick.example.", "blick.example.org.", "me@blick.example.", "blick.exampled", "forum.example/zorps.",
        "forum.example.", "wiki.example/Glim_", "video.example/watch?v=glimmer&t=3", "1.203.0.113.7/zorp",
        "the end.blick was there", "e.g. v1.2, 3.5", "fass.example", "me@blick.example🔥", "éblick.example",
        "version 203.0.28935/zorp",
    ],
)  # fmt: skip
def test_what_is_not_listed_is_not_found(finder: UrlFinder, text: str) -> None:
    assert found(finder, text) == []


@pytest.mark.parametrize("wrapped", ["view-source:https://blick.example/", "blob:https://blick.example/1-2"])
def test_the_address_of_a_capture_may_be_wrapped(finder: UrlFinder, wrapped: str) -> None:
    assert [hit.phrase for hit in finder.find(Page.from_text(""), wrapped)] == ["list:host"]


@pytest.mark.parametrize(
    "unit",
    [
        "a.", "a.aa/,", "a.aa/)", "a.aa/,https://", "%.", "-.", "1.1.", "https://a@", "a.aa\\", "_.a", "。", ").",
        "https:a@", "https://%2e", "a.aa”/", "🙂.a", "日a.aa", "\u200c.", "ü.", "@a.a", "http://1/",
    ],
)  # fmt: skip
def test_twice_the_text_takes_at_most_little_over_twice_the_steps(finder: UrlFinder, unit: str) -> None:
    half, whole = (unit * 5_000)[:5_000], (unit * 10_000)[:10_000]
    steps = [count_steps("keyword_stage", lambda text=text: [*find_addresses(text)]) for text in (half, whole)]
    assert steps[1] <= 2.2 * steps[0] + 500
