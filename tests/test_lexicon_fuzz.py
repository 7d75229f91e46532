"""Whatever stands in a file or a text: it loads or is refused by name, and folds in step with its offsets."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidConfiguration, InvalidLexicon
from domain.page import Page
from keyword_stage.emoji import DEFAULT_TABLE, read_emoji
from keyword_stage.fold import fold, fold_apart, fold_origin
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher

ANY = st.text(st.characters(), max_size=40)  # lone surrogates as well
NASTY = st.text(st.sampled_from("aI1\u0301\u0130\ufdfa\u1e9e\u200b\u202e\ufeff\U0001f3fd🔪ﬃ½\n\t\x00 "), max_size=40)
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["kill~", "a {0-2} b", "{9-1}", "*", "x*", "5: a | b", "any", "category:drugs",
                     "2027-01-01", "2027-13-01", "3", "6", "violence", "yes", "maybe", '"', "\x00", "٣", "🔪",
                     "~ ~ ~", "{0-5} {0-5}"]),
)  # fmt: skip
HEADERS = st.sampled_from(
    [
        "phrase,grade,category",
        "phrase,grade,category,ambiguous,note,protected,id,unless,with,expires",
        "emoji,words",
        "x",
    ]
)
tables = st.builds(
    lambda header, rows: "\n".join([header, *(",".join(row) for row in rows)]).encode("utf-8", "surrogatepass"),
    HEADERS,
    st.lists(st.lists(CELLS, max_size=11), max_size=5),
)
files = st.one_of(st.binary(max_size=200), tables)
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(st.one_of(ANY, NASTY))
@example("\ud800k\udfff")
@example("\u0344\u0f73" * 20)
def test_any_text_folds_and_its_offsets_are_in_order(text: str) -> None:
    folded, origin = fold(text), fold_origin(text)
    assert len(origin) == len(fold_apart(text))
    assert list(origin) == sorted(origin)
    assert fold(folded).split() == folded.split()  # a folded text stays as it is


@quick
@given(files)
@example(b"phrase,grade\n\x00,3")
@example(b'phrase,grade\n"a,3')
@example(b"phrase,grade,category\n" + b"a" * 140_000 + b",3,violence")
@example(b"phrase,grade,category\rkill,3,violence\r")
def test_any_bytes_are_a_lexicon_or_refused_by_name(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "violence.csv"
    path.write_bytes(raw)
    try:
        lexicon = read_lexicon([path])
    except InvalidConfiguration as error:
        assert "violence" in str(error)
    else:
        Matcher(lexicon).find(Page.from_text("k1ll a b 🔪"))


@quick
@given(files)
@example(b"emoji,words\n\xf0\x9f\x94\xaa,")
def test_any_bytes_are_a_table_of_emoji_or_refused_by_name(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "emoji.csv"
    path.write_bytes(raw)
    try:
        read_emoji(path)
    except InvalidConfiguration as error:
        assert "emoji.csv" in str(error)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("🔪,knife\n🔪,blade", "emoji.csv:3: 🔪 stands there twice"),
        ("k,knife", "emoji.csv:2: the first cell is not one emoji"),
        ("🔪,knife|", "emoji.csv:2: the second cell needs words"),
        ("🔪", "emoji.csv:2: needs two cells"),
        ('🔪,"knife\n🗡,blade"', "emoji.csv:2: unexpected end of data"),
        ("🔪,a|b|c|d|e", "emoji.csv:2: at most 4 words"),
    ],
)
def test_faults_of_the_emoji_table_are_named(tmp_path: Path, rows: str, fault: str) -> None:
    path = tmp_path / "emoji.csv"
    path.write_text(f"emoji,words\n{rows}\n", encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=fault):
        read_emoji(path)


def test_the_project_s_own_table_is_sound() -> None:
    assert len(read_emoji(DEFAULT_TABLE)) >= 25
