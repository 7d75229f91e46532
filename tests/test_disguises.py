"""Disguises that are found, what is left alone, recall on a seeded sample, and linear cost."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.page import Page
from evaluation.attack_matrix import count_recall, make_cases
from keyword_stage.lexicon import Lexicon
from keyword_stage.matcher import Matcher
from tests.steps import count_steps

FLOORS = {
    "case": 0.999, "homoglyph": 0.999, "width": 0.999, "zero_width": 0.999, "diacritic": 0.999, "leet": 0.95,
    "stretched": 0.97, "spaced": 0.96, "punctuated": 0.91, "ocr letters": 0.92, "ocr lost space": 0.92,
    "ocr added space": 0.91,
}  # fmt: skip


def disguised(matcher: Matcher, text: str, from_ocr: bool = False) -> set[tuple[str, tuple[str, ...]]]:
    page = replace(Page.from_text(text), from_ocr=from_ocr)
    return {(hit.matched, hit.disguise) for hit in matcher.find(page) if hit.disguise}


@pytest.mark.parametrize(
    ("text", "matched", "disguise"),
    [
        ("i will k i l l you", "k i l l you", ("spaced",)),
        ("k.i.l.l", "k.i.l.l", ("spaced",)),
        ("K-I-L-L  Y-O-U-R-S-E-L-F", "K-I-L-L  Y-O-U-R-S-E-L-F", ("spaced",)),
        ("w a n t t o d i e", "w a n t t o d i e", ("spaced",)),
        ("ki-ll yourself", "ki-ll yourself", ("punctuated",)),
        ("k_ill yourself", "k_ill yourself", ("punctuated",)),
        ("k.ill yourself", "k.ill yourself", ("punctuated",)),
        ("a su-icide note", "su-icide note", ("punctuated",)),
        ("s*icide", "s*icide", ("masked",)),
        ("k*ll yourself", "k*ll yourself", ("masked",)),
        ("w*nt to d*e", "w*nt to d*e", ("masked",)),
        ("f**k off", "f**k off", ("masked",)),
        ("what a b*tch", "b*tch", ("masked",)),
        ("his anti-semitism", "anti-semitism", ("punctuated",)),
        ("on rad-icalisation", "rad-icalisation", ("punctuated",)),
        ("br1ng a kn1fe", "br1ng a kn1fe", ("leet",)),
        ("k1ll my$elf", "k1ll my$elf", ("leet",)),
        ("want to diiiie", "want to diiiie", ("stretched",)),
        ("kiII yourself", "kiII yourself", ("homoglyph",)),
        ("tickIish", "tickIish", ("homoglyph",)),
        ("I WANT TO DlE", "WANT TO DlE", ("homoglyph",)),
        ("commit SUlClDE", "commit SUlClDE", ("homoglyph",)),
        ("i want to d i e", "want to d i e", ("spaced",)),
        ("he has a G.U.N", "has a G.U.N", ("spaced",)),
        ("made me a m/e/me again", "made me a m/e/me", ("punctuated",)),
        ("ki11 him", "ki11 him", ("leet",)),
        ("stop the @buse", "@buse", ("leet",)),
        ("want to d１e", "want to d１e", ("leet",)),
        ("the suic𝟏de", "suic𝟏de", ("leet",)),
        ("some ｗ３３ｄ", "ｗ３３ｄ", ("leet", "width")),
        ("k！ll myself", "k！ll myself", ("leet",)),
        ("he said i was de-ad", "de-ad", ("punctuated",)),
        ("on 3d twt", "3d twt", ("leet",)),
        ("🅺🅸🅻🅻 yourself", "🅺🅸🅻🅻 yourself", ("homoglyph",)),
        ("bring a 🔪 in", "bring a 🔪", ("emoji",)),
        ("br1ng a 🔪 in", "br1ng a 🔪", ("leet", "emoji")),
        ("k1ll yoursélf", "k1ll yoursélf", ("leet", "diacritic")),
    ],
)
def test_a_disguise_is_named_and_cut_exactly(
    matcher: Matcher, text: str, matched: str, disguise: tuple[str, ...]
) -> None:
    assert (matched, disguise) in disguised(matcher, text)


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("i want to dle", "want to dle"),
        ("kill yourseif", "kill yourseif"),
        ("bring a knlfe", "bring a knlfe"),
        ("rnurder him", "rnurder him"),
        ("i want todie", "want todie"),
        ("a su icide note", "su icide note"),
        ("they geta knife", "geta knife"),
        ("nobody would missme", "nobody would missme"),
        ("there is nowayout of it", "nowayout"),
        ("LOL\nOK\nNOWAYOUT\nHAHA\nBYE", "NOWAYOUT"),
        ("so l want to dle", "want to dle"),
    ],
)
def test_faults_of_recognition_are_undone_for_ocr_alone(matcher: Matcher, text: str, matched: str) -> None:
    assert (matched, ("ocr",)) in disguised(matcher, text, from_ocr=True)
    assert disguised(matcher, text) == set()


@pytest.mark.parametrize("from_ocr", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "a b c test", "plan A, B, C, D and E",
        "axes x y z", "d i e", "he got an A C E", "labelText in SQlDELTA", "FlLE",
        "U.S.A. and the U.K., e.g. i.e. etc.", "**bold** and *it* and __this__",
        "a well-known, state-of-the-art co-operation", "room 101 at 4pm costs $50!", "click here to close it",
        "the pen is here, the rapid one", "www.example.com/on/off_line.html", "git add a1b2c3d4 d1e2 64k",
        "for i in a: x_y = b*c", "the corner shop has modern clothes", "t h e r e", "💊 🔪 🍃", "killing", "soooo good",
        "x * y * z", "see e-mail a.b@example.org", "$HOOK and tab-in, file_s", "the Bø line, ISO-Latin, a/c.id",
        "Define GWW_VDB only for recent Microsoft tool chains",
        "This change allows that.  Moved AC_MSG_CHECKING([if libraries", "read the f***ing manual", "sh*t happens, sir",
        "what the he*l", "1.2246e-16 2.4493e-16 3.6739e-16", "rather a pro-anarchist one",
        "xAxis: { tickInterval: 5 }", "class Target3D extends it", "press SPECIAL11 to go on",
        "tryPart = @attempt.compile o", "key 9c7779e4-d08a-4c3b-ba8e-db1f80b562c1",
    ],
)  # fmt: skip
def test_clean_text_is_left_alone(matcher: Matcher, text: str, from_ocr: bool) -> None:
    assert disguised(matcher, text, from_ocr) == set()


@pytest.mark.parametrize(
    "text",
    [
        "write to steve@heii.com or abuse@riseup.net", "the rubberband selection", "the runtime ended before",
        "you may not overwrite existing files", "add a progress bar code", "The client got a GOAWAY frame",
        "docs by the fliter team", "change the changelist when checking", "a list of pathnames", "the cleanup broke it",
        "versions 7.1, 9, and RHEL 2.1, 3.0", "|Self-harm |Self-harm describes language|", "Added the chacl command",
        "Cleanup kms setup without 3d", "until link state trainsits to U0", "in the package D; use it",
        "'%s' trapped by it", "item = mylist[0] gets the first", "add :packl and more",
        "username^mysecret or {mysecret}", "the <new-oid> may not be zero", "the blocktrans tag",
        "the (listof any) names", "handle the nowayout option", "LIDL\nLIFE\nLIFEINSURANCE\nLIFESTYLE\nLIGHTING",
    ],
)  # fmt: skip
def test_words_names_and_addresses_were_not_misread(matcher: Matcher, text: str) -> None:
    assert disguised(matcher, text, from_ocr=True) == set()


def test_a_phrase_that_stands_there_plainly_is_not_told_as_one_with_a_fault_undone(matcher: Matcher) -> None:
    page = replace(Page.from_text("just kill yourself"), from_ocr=True)
    found = {(hit.phrase, hit.disguise) for hit in matcher.find(page)}
    assert ("kill yourself", ()) in found
    assert not [phrase for phrase, disguise in found if disguise]


def test_a_german_article_is_no_english_word(matcher: Matcher) -> None:
    assert not matcher.find(Page.from_text("Die Katze ist auf dem Sofa und die Milch steht in der Kueche"))
    assert [hit.phrase for hit in matcher.find(Page.from_text("will it die"))] == ["die"]


def test_recall_of_each_technique_on_a_seeded_sample(lexicon: Lexicon, matcher: Matcher) -> None:
    """A floor is of all phrases: of those that are drawn, it may be three standard errors lower, however many."""
    cases = list(make_cases(lexicon, matcher, 1000, seed=7))
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for (name, _), (hit, count) in count_recall(matcher, cases).items():
        found[name] += hit
        every[name] += count
    assert min(every[name] for name in FLOORS) > 100
    phrases = {name: len({case.phrase for case in cases if case.technique == name}) for name in FLOORS}
    least = {name: floor - 3 * (floor * (1 - floor) / phrases[name]) ** 0.5 for name, floor in FLOORS.items()}
    assert {name: found[name] / every[name] for name in FLOORS if found[name] < least[name] * every[name]} == {}


PIECES = st.sampled_from(
    ["k", "i", "l", "l", "kill", "k1ll", "ki-ll", "y o u", "🔪", "*", ".", " ", "\n", "\u0301", "\u200b", "m", "rn"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=24).map("".join), st.booleans())
@example("k\u0301 i l l", False)
@example("su icide k1ll yoursel f", True)
def test_hits_lie_inside_the_text_and_cut_it(matcher: Matcher, text: str, from_ocr: bool) -> None:
    for hit in matcher.find(replace(Page.from_text(text), from_ocr=from_ocr)):
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end] == hit.matched


def steps(matcher: Matcher, text: str) -> int:
    return count_steps("keyword_stage", lambda: matcher.find(replace(Page.from_text(text), from_ocr=True)))


ADVERSARIAL = (
    "k i l l ", "k.i.l.l.", "a-", "a*b", "k1", "1", "aab", "kkiill", "I", "aI", "k*ll ", "su icide ", "x_y.", "rn ",
    "🔪", "a\u0301 ", "wanttodie", "ki-ll my-self ", "@$!|", "l", "a\n", "* ", "k" + "\u200b" * 9,
)  # fmt: skip


@pytest.fixture(scope="module")
def small(lexicon: Lexicon) -> Matcher:
    return Matcher(Lexicon(lexicon.phrases[:300], ""))


@pytest.mark.parametrize("unit", ADVERSARIAL)
def test_twice_the_text_takes_at_most_little_over_twice_the_steps(small: Matcher, unit: str) -> None:
    half = (unit * 600)[:600]
    whole = (unit * 1200)[:1200]
    steps(small, half)  # fills the table of folded characters
    assert steps(small, whole) <= 2.3 * steps(small, half) + 500
