from hypothesis import given
from hypothesis import strategies as st

from domain.capture import CaptureContext
from domain.hit import KeywordHit
from domain.page import Page
from pipeline.context import MAX_WINDOW, make_header, make_reading_windows, make_windows


def hit(start: int, end: int) -> KeywordHit:
    return KeywordHit("p", "violence", 3, start, end, "x")


@given(st.text(max_size=3000), st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 30)), max_size=12))
def test_every_hit_lies_in_exactly_one_window_that_is_a_slice_of_the_page(
    text: str, places: list[tuple[int, int]]
) -> None:
    hits = [hit(start, min(len(text), start + size)) for start, size in sorted(places) if start < len(text)]
    windows = make_windows(Page.from_text(text), hits)
    assert [h for window in windows for h in window.hits] == hits
    for window in windows:
        assert text[window.offset : window.offset + len(window.text)] == window.text
        assert len(window.text) <= MAX_WINDOW + 80
        for h in window.hits:
            assert window.offset <= h.start < h.end <= window.offset + len(window.text)


def test_far_hits_get_windows_of_their_own_and_words_stay_whole() -> None:
    text = "word " * 800
    windows = make_windows(Page.from_text(text), [hit(0, 4), hit(2000, 2004)])
    assert len(windows) == 2
    assert windows[1].text.startswith("word")
    assert windows[1].text.rstrip().endswith("word")


@given(st.text(max_size=3000))
def test_reading_windows_cover_every_word(text: str) -> None:
    windows = make_reading_windows(Page.from_text(text))
    covered = {place for w in windows for place in range(w.offset, w.offset + len(w.text))}
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())


def test_the_header_names_no_person_and_no_school() -> None:
    context = CaptureContext(channel="game_chat", application="Roblox", user="Ann", site="Oak", url="http://x/y")
    assert make_header(context) == "game chat Roblox"
    assert make_header(CaptureContext()) == ""
