"""A disguised word among tokens of its kind is chance; what many signs speak for is told all the same."""

from dataclasses import replace

import pytest

from domain.page import Page
from keyword_stage.lexicon import Lexicon
from keyword_stage.matcher import Matcher
from tests.steps import count_steps

CODE = "x = f(y) -> {name} "
HANDLES = (
    "josh_07: yes\nkyle.r09: no https://example.com/a?b=c\n"
    "@dan23 @liv.x see you 8pm, 1st of 2nd, iPhone or TikTok? :D <3\n"
)


def disguised(matcher: Matcher, text: str) -> set[str]:
    return {hit.matched for hit in matcher.find(Page.from_text(text)) if hit.disguise}


@pytest.mark.parametrize(
    ("word", "around"),
    [
        ("id107", "see id105, id106 and {}"),
        ("on inst4", "the locks on inst1 and inst2 are kept, those {} go"),
        ("BIFF5", "files of BIFF2, {}, BIFF8 and later"),
        ("special 3d", "a {} view, not 1d or 2d ones"),
        ("VER_MIN", "set VER_MAX, {}, LIB_AGE or RUN_DIR"),
        ("m4sh", "AS_IF([test -n x]) # {} reads $withval and \\item"),
        ("s t a b", "over :: Lens {} -> (t -> m) => f g"),
        ("ba8e", "sums: 9c7e9 4d08a 4c3be {} db1f8"),
        ("M*D", "the product {} of S(i,j) and D(i,i) == M(j)"),
        ("s*s", "the size s of the table, that is of {} cells"),
        ('black" "#cccccc', 'barColor "{}" and barColor "white" "#aaaaaa" -> itemWide'),
        ("doXXX", "The {} methods of HttpServletRequest, HttpServletResponse and HttpUpgradeHandler"),
    ],
)
def test_a_word_among_strays_is_chance(matcher: Matcher, word: str, around: str) -> None:
    assert disguised(matcher, f"so it was {word} again") == {word}
    assert disguised(matcher, around.format(word)) == set()


def test_signs_of_an_address_part_names(matcher: Matcher) -> None:
    assert disguised(matcher, "meet me some.whe.re private") == {"some.whe.re private"}
    assert disguised(matcher, "url = https://some.whe.re\nprivate") == set()


@pytest.mark.parametrize(
    "hidden",
    [
        "k1ll y0urs3lf", "k1ll yourself", "i want to d1e", "su1cide note", "b1tch3s", "w a n t t o d i e",
        "k i l l y o u", "su*icide", "br1ng a kn1fe", "ki11 yours3lf", "an0rexic",
    ],
)  # fmt: skip
def test_no_junk_hides_what_many_signs_speak_for(matcher: Matcher, hidden: str) -> None:
    assert disguised(matcher, hidden)
    for junk in (CODE, "a1 b2c q_w z9x r_t0 ", "b c d f g h ", HANDLES, "k2ll k3ll k4ll k5ll "):
        assert disguised(matcher, hidden) <= disguised(matcher, f"{5 * junk}\n\n{hidden}\n\n{5 * junk}"), junk


@pytest.mark.parametrize("hidden", ["k1lls", "b1tch", "wh*re", "sl-ut", "k i l l", "@buse", "wh0re", "kiII"])
def test_a_chat_explains_nothing(matcher: Matcher, hidden: str) -> None:
    assert disguised(matcher, hidden)
    assert disguised(matcher, hidden) <= disguised(matcher, f"{HANDLES}liv: {hidden}\n{HANDLES}")


def test_names_that_begin_lines_explain_nothing(matcher: Matcher) -> None:
    names = "josh07: yes\nkyle09: no\nliv22: ok\ndan31: lol\n"
    assert disguised(matcher, f"{names}so whor3\n{names}") == {"whor3"}
    assert disguised(matcher, f"{names}so whor3\n{names}".replace(":", " and")) == set()


def test_links_explain_nothing(matcher: Matcher) -> None:
    links = "https://a.example/page?v=ab https://b.example/list?q=cd https://c.example/item?p=ef "
    assert disguised(matcher, f"{links}so b1tch {links}") == {"b1tch"}
    assert disguised(matcher, f"{links}so b1tch {links}".replace("https://", "")) == set()


@pytest.mark.parametrize("protected", [True, False])
def test_what_is_protected_is_told_whatever_stands_around(lexicon: Lexicon, protected: bool) -> None:
    (phrase,) = (phrase for phrase in lexicon.phrases if phrase.id == "bitch")
    own = Matcher(Lexicon((replace(phrase, protected=protected),), ""))
    hits = own.find(Page.from_text("x = f(y) -> {name} so b1tch x=1"))
    assert [hit.protected for hit in hits] == [True] * protected


def test_words_in_disguise_explain_none_of_each_other(matcher: Matcher) -> None:
    text = "h3 w1ll k1ll th4t d0g, th3 b1tch s4id s0 t0day 4nd l4ughed"
    assert disguised(matcher, text) >= {"b1tch"}
    spaced = "they will k i l l him and s t a b her and b u r n it in a d i t c h"
    assert disguised(matcher, spaced) >= {"s t a b her", "b u r n"}


def test_strays_far_away_explain_nothing(matcher: Matcher) -> None:
    far = "and then we all went home along the river again " * 20
    assert disguised(matcher, f"{CODE}{far}\nwhat a b1tch\n{far}{CODE}") == {"b1tch"}


@pytest.mark.parametrize("unit", ["b1tch x=1 ", "b1tch {a} ", "s t a b -> ", "b1tch q2z ", "ba8e 1c2 "])
def test_twice_the_text_takes_at_most_little_over_twice_the_steps(lexicon: Lexicon, unit: str) -> None:
    small = Matcher(Lexicon(tuple(phrase for phrase in lexicon.phrases if phrase.spelling.most_words < 2), ""))

    def steps(text: str) -> int:
        return count_steps("keyword_stage", lambda: small.find(Page.from_text(text)))

    half, whole = (unit * 3000)[:3000], (unit * 6000)[:6000]
    steps(half)  # fills the table of folded characters
    assert steps(whole) <= 2.2 * steps(half) + 500
