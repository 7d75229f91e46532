"""The fast looks for signs of a disguise against what they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from keyword_stage.letters import _CAPITAL, _SIGN
from keyword_stage.signs import has_signs, has_single_letters, repeated


@given(st.text(alphabet=st.sampled_from("abIKz 019@$!|*#%-_./\\\\+~^=,:;&'\n")))
def test_signs_inside_words_are_never_overlooked(text: str) -> None:
    slow = any(pattern.search(text) for pattern in (_SIGN, _CAPITAL))
    assert has_signs(text) == slow


@given(st.text(alphabet=st.sampled_from("ab1 .-\n")))
def test_single_letters_are_seen_as_in_any_text(text: str) -> None:
    padded = f" {text} "
    alone = [
        at
        for at in range(1, len(padded) - 1)
        if padded[at].isalnum() and not padded[at - 1].isalnum() and not padded[at + 1].isalnum()
    ]
    assert has_single_letters(text) == any(late - early <= 21 for early, late in zip(alone, alone[3:], strict=False))


@given(st.text(alphabet=st.sampled_from("abkK .")))
def test_repeated_letters_are_the_same_beside_other_alphabets(text: str) -> None:
    assert repeated(text) == repeated(text + " \u4e00")
