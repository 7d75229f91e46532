import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyword_stage.fold import fold, fold_apart, fold_char, fold_origin


@given(st.text(), st.sampled_from((1, 60)))
@example("don't go", 1)
def test_every_folded_byte_comes_from_the_code_point_at_its_offset(text: str, times: int) -> None:
    text *= times  # spaces of long texts are joined another way
    apart, origin = fold_apart(text), fold_origin(text)
    assert len(origin) == len(apart)
    given = [(place, byte) for place, char in enumerate(text) for byte in fold(char).encode()[1:-1]]
    assert [(place, byte) for place, byte in zip(origin.tolist(), apart, strict=True) if byte != 32] == [
        (place, byte) for place, byte in given if byte != 32
    ]
    assert (origin[0], origin[-1]) == (0, len(text))
    assert apart.decode().split() == fold(text).split()


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
