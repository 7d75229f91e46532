import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyword_stage.fold import fold, fold_char, fold_offsets


@given(st.text(), st.sampled_from((1, 60)))
def test_fast_and_exact_fold_agree(text: str, times: int) -> None:
    text *= times  # long texts are folded another way
    folded, origin = fold_offsets(text)
    assert folded == fold(text)
    assert len(origin) == len(folded)


@given(st.text(min_size=1), st.sampled_from((1, 60)))
def test_every_folded_character_comes_from_the_code_point_at_its_offset(text: str, times: int) -> None:
    text *= times
    folded, origin = fold_offsets(text)
    for char, offset in zip(folded[1:-1], origin[1:-1], strict=True):
        assert char in fold_char(text[offset])
    assert list(origin) == sorted(origin)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Self-Harm", " self harm "),  # a hyphen parts words
        ("don't DON’T dont", " dont dont dont "),  # apostrophes vanish
        ("kıll", " kill "),  # dotless i
        ("ｋｉｌｌ", " kill "),  # full width
        ("أُريدُ آن", " اريد ان "),  # hamza, madda and vowel signs of Arabic
        ("𝓴𝓲𝓵𝓵", " kill "),  # mathematical script
        ("kíll", " kill "),  # diacritic, composed
        ("ki\u0301ll", " kill "),  # diacritic, combining
        ("k\u200bi\u200bll", " kill "),  # zero width
        ("kіll", " kill "),  # Cyrillic look-alike
        ("want\n  to\tdie", " want to die "),
        ("get a 🔪now", " get a 🔪 now "),  # an emoji is a word
        ("👋🏽", " 👋 "),  # whatever its skin tone
        ("", " "),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet=" a-'É🔪\u0301\n"), st.integers(1, 60))
def test_long_texts_fold_as_their_characters_do(text: str, times: int) -> None:
    text *= times
    assert fold(text) == " ".join(["", *"".join(map(fold_char, text)).split(), ""]).replace("  ", " ")


def test_marks_of_other_scripts_stay() -> None:
    assert fold("हिन्दी").strip() == "हिन्दी"
