"""Words that moved a score, and the one without which the severity is another."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict

from domain.capture import Capture, CaptureContext
from domain.errors import Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Counterfactual, Finding, Reason, Verdict
from models.rationale import Span, words_of
from models.scorer import WindowScores
from pipeline.evidence import MOST_SHOWN, MOST_UNTOLD, Explanation, explain
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import Policy
from pipeline.policy_file import PolicyFile
from serving.grpc_messages import to_verdict
from serving.schemas import verdict_to_json

SUICIDE, VIOLENCE = STANDARD_CATEGORIES.index("suicide"), STANDARD_CATEGORIES.index("violence")


class WordWeights:
    """P(severity >= k) is 1 up to the sum of the weights of the words that are there; it knows one category."""

    def __init__(self, **weights: float) -> None:
        self._weights = weights
        self.calls = 0

    def rationale(self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]) -> np.ndarray | None:
        return None

    def score(self, window: ContextWindow) -> WindowScores:
        self.calls += 1
        words = window.text.lower().split()
        level = sum(weight for word, weight in self._weights.items() if word in words)
        table = np.zeros((len(window.hits) + 1, 9, 5))
        table[:, SUICIDE] = [min(1.0, max(0.0, level - k)) for k in range(5)]
        return WindowScores(table[0], table[1:], (True,) * len(window.hits), 0.0)


def hit(text: str, phrase: str) -> KeywordHit:
    start = text.index(phrase)
    return KeywordHit(phrase, "suicide", 3, start, start + len(phrase), phrase)


def largest(_: int, ladders: np.ndarray) -> int:
    return int((ladders >= 0.5).sum(axis=-1).max())


def ask(text: str, phrase: str, offset: int = 0, secret: str = "", **weights: float) -> tuple[str, Explanation]:
    page = "." * offset + text
    window = ContextWindow(text, offset, (hit(page, phrase),))
    hidden = [(page.index(secret), page.index(secret) + len(secret))] if secret else []
    (found,) = explain(WordWeights(**weights), window, ["suicide"], largest, hidden)
    return page, found


def test_the_counterfactual_is_the_word_that_changes_the_severity_most() -> None:
    page, found = ask("i will end myself here tonight", "end myself", offset=7, myself=3, tonight=1.0, here=0.4)
    assert found.counterfactual is not None
    assert page[found.counterfactual.start : found.counterfactual.end] == "myself"
    assert found.counterfactual.severity == 1
    assert [page[e.start : e.end] for e in found.evidence] == ["myself", "tonight", "here"]  # as they move the severity
    assert [e.effect for e in found.evidence] == [1.0, 0.0, 0.0]  # the others leave P(severity >= 3) at 1


def test_what_moves_the_answer_farther_comes_first_whichever_way_it_speaks() -> None:
    page, raised = ask("romeo will end himself", "end himself", himself=4, romeo=-1.5)
    assert [page[e.start : e.end] for e in raised.evidence] == ["himself", "romeo"]
    assert [e.effect for e in raised.evidence] == [0.5, -0.5]
    page, raised = ask("romeo will end himself", "end himself", himself=3, romeo=-0.5, will=0.2)
    assert [page[e.start : e.end] for e in raised.evidence] == ["himself", "romeo", "will"]
    page, calm = ask("romeo will end himself", "end himself", himself=3, romeo=-2.5, will=0.2)
    assert [page[e.start : e.end] for e in calm.evidence] == ["romeo", "himself", "will"]


class Logits(WordWeights):
    """P(severity >= k) by the words that are there, as log-odds; each may name what of the answer it moves.

    Args:
        level: Log-odds without any of the words.
        weights: For a word how much it adds: to the hit's suicide, the hit's violence, the window's violence.
    """

    def __init__(self, level: float, **weights: tuple[float, float, float]) -> None:
        super().__init__()
        self._level, self._by_word = level, weights

    def score(self, window: ContextWindow) -> WindowScores:
        self.calls += 1
        words = window.text.split()
        odds = np.full((len(window.hits) + 1, 9, 5), -3.0)
        odds[:, SUICIDE] = self._level
        for word, (suicide, violence, window_violence) in self._by_word.items():
            if word in words:
                odds[1:, SUICIDE] += suicide
                odds[1:, VIOLENCE] += violence
                odds[0, VIOLENCE] += window_violence
        table = 1 / (1 + np.exp(-odds))
        return WindowScores(table[0], table[1:], (True,) * len(window.hits), 0.0)


def shown(scorer: Logits, text: str, phrase: str) -> list[str]:
    (found,) = explain(scorer, ContextWindow(text, 0, (hit(text, phrase),)), ["suicide"], largest)
    return [text[e.start : e.end] for e in found.evidence]


def test_words_count_where_the_probability_is_all_but_certain() -> None:
    scorer = Logits(4, end=(1, 0, 0), myself=(2, 0, 0), here=(0.01, 0, 0))
    assert shown(scorer, "i will end myself here", "end myself") == ["myself", "end"]
    assert shown(Logits(20, myself=(2, 0, 0)), "i will end myself", "end myself") == []  # beyond what is news


def test_all_categories_count_and_the_window_beside_the_hit() -> None:
    scorer = Logits(1, end=(0.5, 0, 0), knife=(0, 1, 0), tonight=(0, 0, 1.5))
    assert shown(scorer, "i will end myself tonight with a knife", "end myself") == ["tonight", "knife", "end"]


def test_the_effect_is_that_of_the_word_taken_out() -> None:
    text = "i will end myself tonight"
    scorer = Logits(1, tonight=(0.4, 0, 0))
    (found,) = explain(scorer, ContextWindow(text, 0, (hit(text, "end myself"),)), ["suicide"], largest)
    assert found.evidence[0].effect == pytest.approx(1 / (1 + np.exp(-1.4)) - 1 / (1 + np.exp(-1)), abs=1e-6)
    assert found.counterfactual is None


class Pointing(Logits):
    """Says which words decide, by a share for each phrase and word; of other words next to nothing."""

    def __init__(
        self, shares: dict[str, dict[str, float]], level: float, **weights: tuple[float, float, float]
    ) -> None:
        super().__init__(level, **weights)
        self._shares = shares
        self.asked: list[list[str]] = []

    def rationale(self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]) -> np.ndarray | None:
        read = [window.text[start:end] for start, end in words]
        self.asked.append(read)
        asked = [self._shares[window.hits[index].phrase] for index in hits]
        return np.array([[own.get(word, 0.001) for word in read] for own in asked])


def test_only_words_that_are_likely_to_decide_are_tried_and_they_rank_by_both() -> None:
    text = "i will end myself tonight " + "and so on " * 12
    likely = {"myself": 0.5, "tonight": 0.3, "end": 0.1, "on": 0.01}
    scorer = Pointing(
        {"end myself": likely}, 1, myself=(0.3, 0, 0), tonight=(1.0, 0, 0), end=(1.4, 0, 0), on=(0.01, 0, 0)
    )
    (found,) = explain(scorer, ContextWindow(text, 0, (hit(text, "end myself"),)), ["suicide"], largest)
    assert [text[e.start : e.end] for e in found.evidence] == ["tonight", "myself", "end"]  # "on" moves nothing
    assert scorer.calls == 1 + MOST_SHOWN
    assert len(scorer.asked) == 1


def test_each_hit_has_the_words_that_decide_about_it() -> None:
    text = "one kill two " + "so " * 20 + "three die four"
    shares = {"kill": {"one": 0.9, "two": 0.05}, "die": {"four": 0.8, "three": 0.1}}
    moving = dict.fromkeys(("one", "two", "three", "four"), (0.5, 0, 0))
    window = ContextWindow(text, 0, (hit(text, "kill"), hit(text, "die")))
    scorer = Pointing(shares, 1, **moving)
    first, second = explain(scorer, window, ["suicide"] * 2, largest)
    assert [text[e.start : e.end] for e in first.evidence][:2] == ["one", "two"]
    assert [text[e.start : e.end] for e in second.evidence][:2] == ["four", "three"]
    one, none = explain(Pointing(shares, 1, **moving), window, ["suicide", None], largest)
    assert one.evidence[:2] == first.evidence[:2]
    assert none == Explanation((), None)


def test_the_rationale_network_is_never_asked_about_secret_words() -> None:
    text = "i will end myself tonight"
    scorer = Pointing({"end myself": {"myself": 0.9}}, 1, myself=(4, 0, 0))
    secret = (text.index("myself"), text.index("myself") + 6)
    window = ContextWindow(text, 0, (hit(text, "end myself"),))
    (found,) = explain(scorer, window, ["suicide"], largest, [secret])
    assert [sorted(words) for words in scorer.asked] == [["end", "i", "tonight", "will"]]
    assert secret not in [(e.start, e.end) for e in found.evidence]


def test_a_word_that_keeps_the_severity_down_is_found_too() -> None:
    page, found = ask("romeo will end himself", "end himself", himself=3.5, romeo=-3)
    assert found.counterfactual is not None
    assert page[found.counterfactual.start : found.counterfactual.end] == "romeo"
    assert found.counterfactual.severity == 4  # 3.5 is nearer to 4: P(severity >= 4) is 0.5


def test_the_severity_counts_before_the_effect_on_the_probability() -> None:
    page, found = ask("romeo is suicidal tonight", "suicidal", suicidal=4, romeo=-2, tonight=0.6)
    assert abs(next(e.effect for e in found.evidence if page[e.start : e.end] == "tonight")) == 0.6  # 3 would be 2
    assert found.counterfactual is not None
    assert page[found.counterfactual.start : found.counterfactual.end] == "romeo"  # its effect is 0.4, but 3 would be 5
    assert found.counterfactual.severity == 5


def test_no_single_word_changes_it() -> None:
    assert ask("i will end it here", "end it", end=1, i=0.2, here=0.1)[1].counterfactual is not None
    assert ask("i will end it here", "end it", here=0.3, i=0.1)[1].counterfactual is None


def test_the_hit_itself_is_no_counterfactual_if_it_is_one_word() -> None:
    page, found = ask("i feel suicidal", "suicidal", suicidal=4)
    assert [page[e.start : e.end] for e in found.evidence] == ["suicidal"]
    assert found.counterfactual is None


def test_secret_words_are_never_pointed_at() -> None:
    _, found = ask("i will end myself tonight", "end myself", secret="myself", myself=4)
    assert found == Explanation((), None)


def test_each_word_costs_one_pass_for_all_hits_together() -> None:
    text = "one two three four five"
    scorer = WordWeights(one=1)
    explain(scorer, ContextWindow(text, 0, (hit(text, "two"), hit(text, "four"))), ["suicide"] * 2, largest)
    assert scorer.calls == 5 + 1
    scorer = WordWeights(one=1)
    explain(scorer, ContextWindow(text, 0, (hit(text, "two"), hit(text, "four"))), [None, "suicide"], largest)
    assert scorer.calls == 5 + 1
    long = "word " * 500 + "one two"
    scorer = WordWeights(one=1)
    explain(scorer, ContextWindow(long, 0, (hit(long, "two"),)), ["suicide"], largest)
    assert scorer.calls == MOST_UNTOLD + 1


def test_a_category_of_a_schools_own_has_no_evidence() -> None:
    text = "i will end myself tonight"
    window = ContextWindow(text, 0, (hit(text, "end myself"),))
    (found,) = explain(WordWeights(myself=4), window, ["vaping"], largest)
    assert found.evidence == ()


def served(pipeline: Pipeline, text: str, policy: Policy | None = None, evidence: bool = True) -> Verdict:
    made = replace(pipeline, scorer=WordWeights(myself=3, die=2.0), policy=policy or Policy())
    return made.score(Capture("a", text=text), Options(evidence=evidence))


def decided(verdict: Verdict) -> Finding:
    return verdict.findings[0]


def test_the_counterfactual_is_the_severity_that_the_judge_would_give(pipeline: Pipeline) -> None:
    text = "i want to kill myself and die"
    finding = decided(served(pipeline, text))
    assert finding.severity == 5
    assert finding.counterfactual is not None
    assert text[finding.counterfactual.start : finding.counterfactual.end] == "myself"
    assert finding.counterfactual.severity == 2
    assert decided(served(pipeline, text.replace("myself", "      "), evidence=False)).severity == 2
    assert decided(served(pipeline, text, evidence=False)).counterfactual is None


def test_a_floor_holds_in_the_counterfactual_too(pipeline: Pipeline) -> None:
    rules = [{"categories": {"all": {"floor": 4}}}]
    finding = decided(
        served(pipeline, "i want to kill myself and die", Policy(PolicyFile.model_validate({"rules": rules})))
    )
    assert finding.counterfactual is not None
    assert finding.counterfactual.severity == 4


class Beside(WordWeights):
    """Reads suicide by the words, and beside it violence of severity 1."""

    def score(self, window: ContextWindow) -> WindowScores:
        found = super().score(window)
        for table in (found.reading[None], found.hits):
            table[:, VIOLENCE, 0] = 0.6
        return found


def test_the_counterfactual_goes_by_what_the_text_around_asks_for_too(pipeline: Pipeline) -> None:
    """A plea for help keeps what an exclusion would else have taken out."""
    exclusion = {"application": "Word", "owner": "A", "reason": "r", "until": "2099-01-01", "categories": ["suicide"]}
    policy = Policy(PolicyFile.model_validate({"rules": [{"exclusions": [exclusion]}]}))
    context = CaptureContext(application="Word")
    text = "the dragon will stab you and myself tonight. please help me"
    made = replace(pipeline, scorer=Beside(myself=3), policy=policy)
    verdict = made.score(Capture("a", text=text, context=context), Options(evidence=True))
    found = [f for f in verdict.findings if f.hit.category == "violence" and not f.hit.cue and f.reason is Reason.MODEL]
    assert found
    assert {(f.severity, f.assessed_category, f.counterfactual) for f in found} == {(1, "violence", None)}


def test_where_the_model_does_not_decide_there_is_none(pipeline: Pipeline) -> None:
    finding = decided(served(pipeline, "kill myself"))
    assert finding.reason is Reason.NO_CONTEXT
    assert finding.counterfactual is None


class Remembering(WordWeights):
    """Remembers what it was asked, and after so many questions answers none."""

    def __init__(self, answers: int = sys.maxsize) -> None:
        super().__init__(tonight=1.5, here=1.5, alone=1.0)
        self._answers = answers
        self.asked: list[ContextWindow] = []

    def score(self, window: ContextWindow) -> WindowScores:
        if len(self.asked) >= self._answers:
            raise Unavailable("no answer")
        self.asked.append(window)
        return super().score(window)


MANY = "i want to die here tonight, " + "and want to die alone here, " * 200
"""More hits of one phrase than are told, in several windows."""


def passes(scorer: Remembering) -> Counter[int]:
    """How often each window was scored, by where it starts."""
    return Counter(window.offset for window in scorer.asked)


def test_of_very_many_findings_evidence_is_looked_for_where_one_is_told(pipeline: Pipeline) -> None:
    plain, asked, everything = Remembering(), Remembering(), Remembering()
    capture = Capture("a", text=MANY)
    without = replace(pipeline, scorer=plain).score(capture)
    verdict = replace(pipeline, scorer=asked).score(capture, Options(evidence=True))
    assert verdict.more_findings > 90
    hits = {window.offset: window.hits for window in plain.asked}
    told = {finding.hit for finding in verdict.findings}
    explained = {offset for offset, number in passes(asked).items() if number > 1}
    assert explained == {offset for offset, inside in hits.items() if told & set(inside)} < set(hits)
    assert [replace(f, evidence=(), counterfactual=None) for f in verdict.findings] == list(without.findings)
    replace(pipeline, scorer=everything).score(capture, Options(evidence=True, most_findings=sys.maxsize))
    assert asked.calls < everything.calls


def test_evidence_leaves_every_judgement_its_time(pipeline: Pipeline) -> None:
    plain = Remembering()
    capture = Capture("a", text=MANY)
    without = replace(pipeline, scorer=plain).score(capture)
    windows = len(plain.asked)
    assert windows > 3
    for more in (0, 5):
        verdict = replace(pipeline, scorer=Remembering(windows + more)).score(capture, Options(evidence=True))
        assert verdict.degraded, "the evidence was not all looked for"
        assert (verdict.findings, verdict.more_findings) == (without.findings, without.more_findings)
    assert replace(pipeline, scorer=Remembering(windows - 1)).score(capture).degraded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the cafe\u0301 d\u0301ie\u0301 now", ["the", "cafe\u0301", "d\u0301ie\u0301", "now"]),
        ("k\u0336i\u0336l\u0336l\u0336 d\u200bie\u202c", ["k\u0336i\u0336l\u0336l\u0336", "d\u200bie"]),
        ("\u092e\u0930\u0928\u093e \u0939\u0948", ["\u092e\u0930\u0928\u093e", "\u0939\u0948"]),
        ("it\u2019s so\u2013so, \u201cok\u201d", ["it\u2019s", "so", "so", "ok"]),
    ],
)
def test_what_evidence_points_at_is_a_whole_word(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in words_of(text)] == words


def test_words_near_a_finding_that_is_told_are_tried_first(pipeline: Pipeline) -> None:
    text = "want to die " * 30 + "so " * 40 + "i will end myself tonight"
    page = ContextWindow(text, 0, (hit(text, "want to die"), hit(text, "end myself")))
    _, found = explain(WordWeights(tonight=3), page, [None, "suicide"], largest)
    assert [text[e.start : e.end] for e in found.evidence] == ["tonight"]


@pytest.mark.parametrize("counterfactual", [Counterfactual(4, 9, 0), None])
def test_json_and_grpc_carry_it_alike(pipeline: Pipeline, counterfactual: Counterfactual | None) -> None:
    verdict = served(pipeline, "i want to kill myself and die")
    findings = tuple(replace(finding, counterfactual=counterfactual) for finding in verdict.findings)
    verdict = replace(verdict, findings=findings)
    by_json = [finding["counterfactual"] for finding in verdict_to_json(verdict)["findings"]]
    message = to_verdict(verdict)
    by_grpc = [
        MessageToDict(f, preserving_proto_field_name=True, always_print_fields_with_no_presence=True).get(
            "counterfactual"
        )
        for f in message.findings
    ]
    expected = {"start": 4, "end": 9, "severity": 0} if counterfactual else None
    assert by_json == by_grpc == [expected] * len(findings)
    assert findings
