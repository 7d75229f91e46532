"""Gaps, `unless` and `with` against a reference that tries everything, and the steps that they cost."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.page import Page
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.matcher import Matcher
from keyword_stage.rules import Rules, read_rules
from keyword_stage.spelling import read_spelling
from tests.steps import count_steps

CATEGORIES = ("drugs", "violence")
Span = tuple[int, int]  # half-open, in words


def phrase(written: str, grade: int, category: str, unless: str = "", needed: str = "", expires: str = "") -> Phrase:
    spelling = read_spelling(written)
    rules = read_rules({"unless": unless, "with": needed, "expires": expires}, spelling, CATEGORIES)
    return Phrase(written, category, grade, spelling, False, False, "", rules=rules)


# A reference: words and blocks by regular expression, then every combination of everything.


class Words:
    def __init__(self, text: str) -> None:
        self.spans = [match.span() for match in re.finditer(r"[a-z]+", text)]
        self.words = [text[start:end] for start, end in self.spans]
        self.block = [len(re.findall(r"\n *(?=\n)", text[:start])) for start, _ in self.spans]

    def form(self, form: str) -> list[Span]:
        wanted = form.split()
        found = []
        for at in range(len(self.words) - len(wanted) + 1):
            here = self.words[at : at + len(wanted)]
            last = here[-1].startswith(wanted[-1]) if not form.endswith(" ") else here[-1] == wanted[-1]
            if here[:-1] == wanted[:-1] and last and self.block[at] == self.block[at + len(wanted) - 1]:
                found.append((at, at + len(wanted)))
        return found

    def phrase(self, phrase: Phrase) -> set[Span]:
        spelling = phrase.spelling
        parts = [[span for form in forms for span in self.form(form)] for forms in spelling.parts]
        whole = set()
        for chain in product(*parts):
            between = [after[0] - before[1] for before, after in pairwise(chain)]
            wide = all(low <= words <= high for words, (low, high) in zip(between, spelling.gaps, strict=True))
            if wide and self.block[chain[0][0]] == self.block[chain[-1][1] - 1]:
                whole.add((chain[0][0], chain[-1][1]))
        if not spelling.gaps:
            return whole
        return {span for span in whole if not any(_inside(other, span) and other != span for other in whole)}

    def distance(self, one: Span, other: Span) -> int:
        if self.block[one[0]] != self.block[other[0]]:
            return 10**6
        return max(0, other[0] - one[1] + 1, one[0] - other[1] + 1)


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _apart(one: Span, other: Span) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]


def reference(lexicon: Lexicon, text: str) -> set[tuple[str, str, int, int]]:
    words = Words(text)
    standing: list[tuple[Phrase, Span]] = []
    for one in lexicon.phrases:
        unless = one.rules.unless
        for span in words.phrase(one):
            near = unless and any(
                words.distance(span, other) <= unless.within for form in unless.forms for other in words.form(form)
            )
            if not near:
                standing.append((one, span))

    def is_met(one: Phrase, span: Span) -> bool:
        others = [(o, place) for o, place in standing if o.id != one.id and _apart(span, place)]
        for key in one.rules.company:
            if key == "any" and others:
                return True
            if any(key == f"category:{other.category}" for other, _ in others):
                return True
            if key.startswith(" ") and any(_apart(span, place) for place in words.form(key)):
                return True
        return not one.rules.company

    met = [(one, span) for one, span in standing if is_met(one, span)]
    left = set()
    for one, span in met:
        explained = any(
            _inside(span, place)
            and other.grade >= one.grade
            and (place != span or (other.category == one.category and (-other.grade, other.id) < (-one.grade, one.id)))
            for other, place in met
        )
        if not explained:
            left.add((one.id, one.category, words.spans[span[0]][0], words.spans[span[1] - 1][1]))
    return left


VOCABULARY = ("qa", "qab", "qb", "qc", "qd")  # of two letters: the reference knows nothing of spaced-out words
words = st.sampled_from(VOCABULARY)
gap = st.tuples(st.integers(0, 2), st.integers(0, 3)).map(lambda g: f"{{{g[0]}-{min(5, g[0] + g[1])}}}")
body = st.lists(words, min_size=1, max_size=2).map(" ".join)
written = st.one_of(
    body,
    body.map(lambda text: text + "*"),
    st.tuples(body, gap, body).map(" ".join),
    st.tuples(words, gap, words, gap, words).map(" ".join),
    st.tuples(words, gap, words).map(lambda p: " ".join(p) + "*"),
)
items = st.lists(body, min_size=1, max_size=2).map(" | ".join)
needed = st.one_of(st.just(""), st.just("any"), st.sampled_from(["category:drugs", "category:violence | d"]), items)


@st.composite
def phrases(draw: st.DrawFn) -> Phrase:
    cell, grade, category = draw(written), draw(st.integers(1, 3)), draw(st.sampled_from(CATEGORIES))
    plain = phrase(cell, grade, category, "", draw(needed))
    if not draw(st.booleans()):
        return plain
    distance, forms = draw(st.integers(0, 4)), draw(st.lists(body, min_size=1, max_size=2))
    own = [form for part in plain.spelling.parts for form in part]
    forms = [item for item in forms if not any(f" {item} " in form for form in own)]
    if not forms:
        return plain
    guards = read_rules({"unless": f"{distance}: {' | '.join(forms)}"}, plain.spelling, CATEGORIES)
    return replace(plain, rules=replace(plain.rules, unless=guards.unless))


lexicons = st.lists(phrases(), min_size=1, max_size=5, unique_by=lambda p: (p.id, p.category)).map(
    lambda found: Lexicon(tuple(found), "")
)
spaces = st.sampled_from([" ", " ", " ", "\n", ", ", "\n\n", "\n \n\n"])
texts = st.lists(st.tuples(st.sampled_from([*VOCABULARY, "qx"]), spaces), max_size=14).map(
    lambda pairs: "".join(word + space for word, space in pairs)
)


@settings(max_examples=600)
@given(lexicons, texts)
@example(Lexicon((phrase("qa {0-5} qb", 1, "drugs"),), ""), "qa qa x qb qb")
@example(
    Lexicon((phrase("qa {0-1} qb {0-1} qa", 1, "drugs", "1: qc"), phrase("qb", 1, "drugs", "", "any")), ""),
    "qa qb qa qb qa",
)
@example(
    Lexicon((phrase("qa {0-1} qb qc {0-2} qa", 1, "drugs"),), ""),
    "qa x qb qc" + 9 * " x" + " qa qa qb qc x qa qb qc qa" + 9 * " x" + " qb qc qa",
)
@example(
    Lexicon((phrase("a", 1, "drugs"), phrase("a {0-0} a {0-1} a", 1, "drugs")), ""), "a a a b a d a "
)  # the letters of "bad" in a gap are no second, disguised hit
def test_agrees_with_a_naive_reference(lexicon: Lexicon, text: str) -> None:
    hits = Matcher(lexicon).find(Page.from_text(text))
    assert {(hit.phrase, hit.category, hit.start, hit.end) for hit in hits} == reference(lexicon, text)
    assert len(set(hits)) == len(hits)


RICH = Lexicon(
    (
        phrase("kill~", 2, "violence", "3: process | the task"),
        phrase("send~ {0-3} pic*", 3, "violence", "1: dog"),
        phrase("meet {0-2} at {0-2} gate", 4, "violence"),
        phrase("weed", 2, "drugs", "", "kill | category:violence"),
        phrase("line", 1, "drugs", "0: line up", "any"),
        phrase("pic*", 1, "violence", "", "category:drugs"),
    ),
    "",
)
disguised = st.sampled_from(
    ["kill", "k1ll", "kiiiill", "prócess", "the task", "send", "s3nd", "ѕend", "p\u200bic", "pictures", "dog", "a",
     "at", "meet", "gáte", "weed", "ｗeed", "line", "line up", "🔪", "\n\n", "-", "don’t"]
)  # fmt: skip


@given(st.lists(st.one_of(disguised, st.text(max_size=4)), max_size=16).map(" ".join))
@example("s3nd a p\u0301ic\u0301 ")
@example("weed m e e t 🔪 meet me a\u0301t gate kill")
def test_every_hit_of_a_rule_cuts_the_original_text_exactly(text: str) -> None:
    by_id = {one.id: replace(one, rules=Rules()) for one in RICH.phrases}
    for hit in Matcher(RICH).find(Page.from_text(text)):
        assert text[hit.start : hit.end] == hit.matched
        if not set(hit.disguise) & {"leet", "stretched"}:
            alone = Matcher(Lexicon((by_id[hit.phrase],), "")).find(Page.from_text(hit.matched))
            assert (0, len(hit.matched)) in [(other.start, other.end) for other in alone]


def steps(matcher: Matcher, text: str) -> int:
    return count_steps("keyword_stage", lambda: matcher.find(Page.from_text(text)))


ADVERSARIAL = {
    "first part only": "send ",
    "parts": "send pic ",
    "many first parts, one last": "send send send send send pic ",
    "three parts": "meet at at gate ",
    "guards": "kill the process ",
    "guards only": "process the task kill process ",
    "company": "weed kill line pic ",
    "all alike": "line ",
    "prefix": "picpicpic ",
    "one long word": "pic",
    "leet": "k1ll 5end p1c ",
    "stretched": "kiiiiill seeeend piiiiic ",
    "invisible": "k\u200bill se\u0301nd pi\u0301\u0302\u0303c ",
    "spaces": "kill" + " " * 200,
    "empty lines": "kill\n \nweed\n\n",
    "emoji": "🔪 send 🔪 pic ",
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_twice_the_text_takes_at_most_little_over_twice_the_steps(name: str) -> None:
    matcher = Matcher(RICH, lambda: date(2026, 1, 1))
    unit = ADVERSARIAL[name]
    for length in (2_500, 5_000):
        half = (unit * length)[:length]
        matcher.find(Page.from_text(half))  # fills the table of folded characters
        whole = (unit * length)[: 2 * length]  # no other seam, which could be taken for a disguise
        assert steps(matcher, whole) <= 2.2 * steps(matcher, half) + 200, length


def test_the_step_count_sees_work_that_grows_too_fast() -> None:
    assert steps(Matcher(RICH), "send pic " * 400) > 3.5 * steps(Matcher(RICH), "send pic " * 100) > 0


def test_many_different_phrases_that_need_company_cost_no_more_each() -> None:
    names = ["".join(letters) for letters in product("bcdfghkm", repeat=3)]
    matcher = Matcher(Lexicon(tuple(phrase(name, 1, "drugs", "", "any") for name in names), ""))
    half, whole = " ".join(names[:256]), " ".join(names)
    assert len(matcher.find(Page.from_text(whole))) == 512
    assert steps(matcher, whole) <= 2.2 * steps(matcher, half)
