"""The network reads what was undone of a hit, not the letters that hide it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.capture import Capture
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.matcher import Matcher
from keyword_stage.spelling import read_spelling
from models.artifact import default_folder
from models.encoding import WindowEncoder, _as_read
from models.scorer import OnnxScorer
from pipeline.context import make_windows
from pipeline.evidence import _without
from pipeline.pipeline import Options, Pipeline
from serving.schemas import verdict_to_json

PLAIN = "honestly i want to kill myself tonight and nobody knows"
HIDDEN = [
    "honestly i want to k1ll mys3lf tonight and nobody knows",
    "honestly i want to kіll myself tonight and nobody knows",  # a Cyrillic letter
    "honestly i want to kiiiill myself tonight and nobody knows",
    "honestly i want to k.i.l.l myself tonight and nobody knows",
    "honestly i want to k i l l  m y s e l f tonight and nobody knows",
    "honestly i want to ki\u200bll myself tonight and nobody knows",
    "honestly i want to ｋｉｌｌ myself tonight and nobody knows",
]


def window_of(matcher: Matcher, text: str) -> ContextWindow:
    (window,) = make_windows(Page.from_text(text), matcher.find(Page.from_text(text)))
    return window


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_phrase_is_encoded_as_it_was_read(matcher: Matcher, hidden: str) -> None:
    encoder = WindowEncoder(default_folder() / "tokenizer.json")
    plain, other = (encoder.encode(window_of(matcher, text)) for text in (PLAIN, hidden))
    assert other.input_ids.tolist() == plain.input_ids.tolist()
    shown, spans = _as_read(window_of(matcher, hidden))
    assert any(shown[start:end].endswith("kill myself") for start, end in spans)  # a longer phrase may stand for it


def test_what_is_plain_is_encoded_as_it_stands(matcher: Matcher) -> None:
    window = window_of(matcher, PLAIN)
    assert {hit.read for hit in window.hits} == {""}
    assert _as_read(window) == (PLAIN, [(hit.start, hit.end) for hit in window.hits])


def test_the_model_says_the_same_of_it(pipeline: Pipeline, matcher: Matcher) -> None:
    assert isinstance(pipeline.scorer, OnnxScorer)
    plain, hidden = (pipeline.scorer.score(window_of(matcher, text)) for text in (PLAIN, HIDDEN[0]))
    np.testing.assert_array_equal(plain.reading, hidden.reading)


def test_what_was_read_of_a_protected_list_is_kept_from_everything() -> None:
    listed = Phrase("list:1", "grooming", 5, read_spelling("quiet harbour"), False, True, "list")
    (hit,) = Matcher(Lexicon((listed,), "")).find(Page.from_text("the qu1et h4rbour again"))
    assert (hit.read, hit.disguise) == ("", ("leet",))


def test_no_answer_and_no_log_shows_what_was_read(pipeline: Pipeline) -> None:
    verdict = pipeline.score(Capture("a", text=HIDDEN[3]), Options(evidence=True))
    assert any(finding.hit.read for finding in verdict.findings)
    assert "read=" not in repr(verdict)
    assert '"read"' not in str(verdict_to_json(verdict)).replace("'", '"')


def hit(start: int, end: int, read: str = "") -> KeywordHit:
    return KeywordHit("p", "violence", 3, start, end, "", read=read)


def test_of_hits_that_overlap_each_word_is_shown_once() -> None:
    text = "so k1ll mys3lf now"
    window = ContextWindow(text, 100, (hit(103, 114, "kill myself"), hit(103, 107, "kill"), hit(115, 118)))
    assert _as_read(window) == ("so kill myself now", [(3, 14), (3, 7), (15, 18)])
    parted = ContextWindow("a k i l l b", 0, (hit(2, 9, "kill"), hit(10, 11), hit(0, 1)))
    assert _as_read(parted) == ("a kill b", [(2, 6), (7, 8), (0, 1)])
    inside = ContextWindow("a k i l l b", 0, (hit(2, 9, "kill"), hit(4, 7)))
    assert _as_read(inside) == ("a kill b", [(2, 6), (2, 6)])


@given(st.data())
def test_hits_stand_where_they_were_read_whatever_is_undone_around_them(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=8))
    reads = [data.draw(st.one_of(st.just(""), st.text("xyz", min_size=1, max_size=9))) for _ in words]
    starts = np.cumsum([0, *(len(word) + 1 for word in words)]).tolist()
    hits = tuple(hit(start, start + len(word), read) for start, word, read in zip(starts, words, reads, strict=False))
    shown, spans = _as_read(ContextWindow(" ".join(words), 0, hits))
    assert shown == " ".join(read or word for read, word in zip(reads, words, strict=True))
    assert [shown[start:end] for start, end in spans] == [read or word for read, word in zip(reads, words, strict=True)]


def test_a_word_that_is_taken_out_for_evidence_is_not_shown_by_what_was_read() -> None:
    window = ContextWindow("so k1ll him now", 0, (hit(3, 11, "kill him"), hit(12, 15, "NOW")))
    shown, _ = _as_read(_without(window, (3, 7)))
    assert "kill" not in shown
    assert "him NOW" in shown
    assert _as_read(_without(window, (0, 2)))[0].endswith("kill him NOW")
    assert _as_read(replace(window, hits=window.hits[1:]))[0] == "so k1ll him NOW"
