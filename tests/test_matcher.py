import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.page import Page
from keyword_stage.lexicon import Lexicon, read_lexicon
from keyword_stage.matcher import Matcher

ROWS = """phrase,grade,category
kill~,2,violence
kill~ myself,4,suicide
want~ to die,4,suicide
weed,2,drugs
knife,2,violence
bring~ a knife,4,violence
don't tell your mum,3,grooming
radicalis*,3,radicalisation
🔪,3,violence
"""


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("lexicon") / "x.csv"
    path.write_text(ROWS, encoding="utf-8")
    return read_lexicon([path])


@pytest.fixture(scope="module")
def matcher(lexicon: Lexicon) -> Matcher:
    return Matcher(lexicon)


def found(matcher: Matcher, text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(hit.phrase, hit.matched, hit.disguise) for hit in matcher.find(Page.from_text(text))]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("I want to die.", [("want~ to die", "want to die", ())]),
        ("he wanted\nto   DIE", [("want~ to die", "wanted\nto   DIE", ())]),
        ("skilled knifework, tweed", []),  # whole words only
        ("kill myself", [("kill~ myself", "kill myself", ())]),  # the longer phrase explains the shorter
        ("kill, and killing myself", [("kill~", "kill", ()), ("kill~ myself", "killing myself", ())]),
        ("DONT tell your mum", [("don't tell your mum", "DONT tell your mum", ())]),
        ("he was radicalised online", [("radicalis*", "radicalised", ())]),
        ("a 🔪 emoji", [("🔪", "🔪", ())]),
        ("br1ng a kn1fe", [("bring~ a knife", "br1ng a kn1fe", ("leet",))]),
        ("some wééd", [("weed", "wééd", ("diacritic",))]),
        ("some wеed", [("weed", "wеed", ("homoglyph",))]),  # Cyrillic e
        ("some ｗｅｅｄ", [("weed", "ｗｅｅｄ", ("width",))]),
        ("some w\u200beed", [("weed", "w\u200beed", ("zero_width",))]),
        ("kiiiill", [("kill~", "kiiiill", ("stretched",))]),
        ("want to\n\ndie", []),  # an empty line parts blocks
        ("", []),
        ("room 101 at 4pm costs $50!", []),  # digits and signs alone are no disguise
    ],
)
def test_find(matcher: Matcher, text: str, hits: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert found(matcher, text) == hits


def test_a_russian_sentence_is_not_a_disguise(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("phrase,grade,category\nhe,2,violence\n", encoding="utf-8")
    matcher = Matcher(read_lexicon([path]))
    assert found(matcher, "я не знаю") == []
    assert found(matcher, "но соре было") == found(matcher, "она не пришла") == []
    for beside in (
        "but %s said",
        "%s 你好",
        "日本 %s",
        "𝓪 %s",
        "%s שלום",
    ):  # letters of another alphabet explain nothing
        assert found(matcher, beside % "hе") == [("he", "hе", ("homoglyph",))]


def test_no_letter_beside_it_hides_a_protected_phrase(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("phrase,grade,category,protected,id\ncope pox,5,violence,yes,7\n", encoding="utf-8")
    matcher = Matcher(read_lexicon([path]))
    for beside in ("%s", "%s привет дела", "привет дела %s"):
        assert [hit.phrase for hit in matcher.find(Page.from_text(beside % "соре рох"))] == ["list:7"]


def test_protected_hits_stay_beside_longer_ones_and_carry_no_wording(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "phrase,grade,category,protected,id\nblue kite,5,violence,yes,7\nbig blue kite,5,drugs,no,\n", encoding="utf-8"
    )
    hits = Matcher(read_lexicon([path])).find(Page.from_text("a big blue kite"))
    assert [(hit.phrase, hit.matched, hit.start, hit.end) for hit in hits] == [
        ("big blue kite", "big █████████", 2, 15),
        ("list:7", "", 6, 15),
    ]


WORDS = st.sampled_from(
    ["kill", "myself", "wánt", "to", "die", "weed", "W33D", "k\u200bill", "ｋnife", "🔪", "don’t", "radicalisé"]
)
NOISE = st.text(max_size=6)


@given(st.lists(st.one_of(WORDS, NOISE)).map(" ".join))
@example("k\u0301\u0302ill myself\u0301")
def test_every_hit_cuts_the_original_text_exactly(matcher: Matcher, lexicon: Lexicon, text: str) -> None:
    by_id = {phrase.id: phrase for phrase in lexicon.phrases}
    for hit in matcher.find(Page.from_text(text)):
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end] == hit.matched
        if not set(hit.disguise) & {"leet", "stretched"}:
            alone = Matcher(Lexicon((by_id[hit.phrase],), "")).find(Page.from_text(hit.matched))
            assert [(other.start, other.end) for other in alone] == [(0, len(hit.matched))]


@given(
    st.lists(st.sampled_from(["kill", "killing", "myself", "weed", "knife", "skill", "a", "bring", "-", "."])).map(
        " ".join
    )
)
def test_agrees_with_a_naive_reference_on_plain_text(matcher: Matcher, lexicon: Lexicon, text: str) -> None:
    naive = set()
    for phrase in lexicon.phrases:
        for form in phrase.spelling.parts[0]:
            after = r"(?!\w)" if form.endswith(" ") else ""
            body = r"\W+".join(form.split())
            for match in re.finditer(rf"(?<!\w){body}{after}", text):
                naive.add((phrase.id, match.start(), match.end()))
    got = {(hit.phrase, hit.start, hit.end) for hit in matcher.find(Page.from_text(text))}
    assert got <= naive
    for phrase, start, end in naive - got:  # what is left out lies inside a longer hit
        assert any(a <= start and end <= b and b - a > end - start for _, a, b in got), phrase
