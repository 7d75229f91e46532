from hypothesis import given
from hypothesis import strategies as st

from domain.capture import CaptureContext
from domain.hit import KeywordHit
from domain.page import Line, Page
from pipeline.context import (
    AMPLE,
    ENOUGH,
    MAX_WINDOW,
    NEAR,
    REACH,
    make_header,
    make_reading_windows,
    make_windows,
    widen,
)


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


def test_a_hit_that_ends_after_later_ones_reaches_as_far_as_it_does() -> None:
    """Two short hits inside a long one: with the end of the last one alone the three would share a window."""
    text = "word " * 800
    long = hit(1000, 1000 + MAX_WINDOW - 2 * REACH)
    inside, beyond = hit(1005, 1009), hit(1010, 1014)
    assert [window.hits for window in make_windows(Page.from_text(text), [long, inside, beyond])] == [
        (long, inside, beyond)
    ]
    longer = hit(1000, long.end + 1)
    assert [window.hits for window in make_windows(Page.from_text(text), [longer, inside, beyond])] == [
        (longer,),
        (inside, beyond),
    ]
    before = hit(999, 1003)
    assert [window.hits for window in make_windows(Page.from_text(text), [before, long, inside])] == [
        (before,),
        (long, inside),
    ]


@given(st.text(max_size=3000))
def test_reading_windows_cover_every_word(text: str) -> None:
    windows = make_reading_windows(Page.from_text(text))
    covered = {place for w in windows for place in range(w.offset, w.offset + len(w.text))}
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())


def test_the_header_names_no_person_and_no_school() -> None:
    context = CaptureContext(channel="game_chat", application="Roblox", user="Ann", site="Oak", url="http://x/y")
    assert make_header(context) == "game chat Roblox"
    assert make_header(CaptureContext()) == ""


def screen(*blocks: tuple[int, str]) -> Page:
    """A page of blocks, each with its panel."""
    text, lines = "", list[Line]()
    for number, (panel, block) in enumerate(blocks):
        text += "\n\n" if text else ""
        lines.append(Line(len(text), len(text) + len(block), block=number, panel=panel))
        text += block
    return Page(text, tuple(lines), from_ocr=True)


def hits_of(page: Page, *words: str) -> list[KeywordHit]:
    return [hit(page.text.index(word), page.text.index(word) + len(word)) for word in words]


TALK = (
    (1, "home files pictures"),
    (2, "are you coming to the match tomorrow"),
    (2, "no i have to help my gran"),
    (2, "i will kill the lights then, see you on monday"),
    (2, "ok whatever"),
    (3, "advert for a very large cake"),
)


def test_a_window_takes_the_hits_own_block_and_its_neighbours_in_the_panel() -> None:
    page = screen(*TALK)
    (window,) = make_windows(page, hits_of(page, "kill"))
    assert window.text == "\n\n".join(text for panel, text in TALK if panel == 2)
    assert page.text[window.offset :].startswith(window.text)


def test_neighbours_come_whole_and_only_as_far_as_there_is_room() -> None:
    far = "x" * NEAR
    page = screen((1, far), (1, "not too far away"), (1, "before it"), (1, "so much to kill time with"), (1, far))
    (window,) = make_windows(page, hits_of(page, "kill"))
    assert window.text == "not too far away\n\nbefore it\n\nso much to kill time with"


def test_a_long_block_is_cut_and_takes_no_neighbour() -> None:
    page = screen((1, "before"), (1, "word " * 200 + "kill " + "word " * 200), (1, "after"))
    (window,) = make_windows(page, hits_of(page, "kill"))
    assert "before" not in window.text and "after" not in window.text
    assert 2 * REACH <= len(window.text) <= 2 * REACH + 90


def test_hits_of_two_blocks_have_windows_of_their_own() -> None:
    page = screen(
        (1, "the lions kill in the morning, and the others watch"), (1, "you should die of shame, said the frog")
    )
    windows = make_windows(page, hits_of(page, "kill", "die"))
    assert [len(window.hits) for window in windows] == [1, 1]


def test_a_panel_that_says_next_to_nothing_is_seen_with_what_is_around_it() -> None:
    page = screen((1, "the harbour news of the week"), (2, "kill"), (3, "weather and tides"))
    (window,) = make_windows(page, hits_of(page, "kill"))
    assert window.text == page.text


def test_neither_spaces_nor_letters_of_two_hits_are_taken_from_what_stands_beside_them() -> None:
    said = "they all said i will kill you, not here but at the spawn"
    page = screen((1, "the harbour news of the week"), (2, said), (3, "weather and tides"))
    hits = hits_of(page, "i will kill you", "will kill", "kill you")
    (window,) = make_windows(page, hits)
    assert window.text == said
    assert sum(map(str.isalnum, said)) - sum(hit.end - hit.start for hit in hits) < ENOUGH


@given(
    st.lists(st.tuples(st.integers(0, 2), st.text("ab ", min_size=1, max_size=300)), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 30)), max_size=12),
)
def test_every_hit_of_a_screen_lies_in_exactly_one_window(
    blocks: list[tuple[int, str]], places: list[tuple[int, int]]
) -> None:
    page = screen(*blocks)
    size = len(page.text)
    hits = [hit(start, min(size, start + length)) for start, length in sorted(places) if start < size]
    windows = make_windows(page, hits)
    assert [h for window in windows for h in window.hits] == hits
    for window in windows:
        assert page.text[window.offset : window.offset + len(window.text)] == window.text
        assert all(window.offset <= h.start < h.end <= window.offset + len(window.text) for h in window.hits)


@given(st.text(max_size=3000), st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 30)), max_size=12))
def test_text_without_a_layout_has_no_wider_window(text: str, places: list[tuple[int, int]]) -> None:
    hits = [hit(start, min(len(text), start + size)) for start, size in sorted(places) if start < len(text)]
    page = Page.from_text(text)
    for window in make_windows(page, hits):
        low, high = min(h.start for h in window.hits), max(h.end for h in window.hits)
        start, end = max(0, low - REACH), min(len(text), high + REACH)
        assert window.offset <= start and end <= window.offset + len(window.text)
        assert widen(page, window) is None


def test_a_wider_window_shows_what_the_panels_around_say() -> None:
    page = screen(*TALK)
    (window,) = make_windows(page, hits_of(page, "kill"), CaptureContext(channel="chat"))
    wide = widen(page, window)
    assert wide is not None
    assert (wide.text, wide.offset, wide.hits, wide.header) == (page.text, 0, window.hits, "chat")
    assert widen(page, wide) is None


def test_a_panel_of_few_words_does_not_drown_in_what_is_around_it() -> None:
    for letters, widened in ((AMPLE - 1, False), (AMPLE, True)):
        page = screen((1, "weather and tides"), (2, "kill " + "o" * letters), (3, "the harbour news"))
        (window,) = make_windows(page, hits_of(page, "kill"))
        assert window.text == "kill " + "o" * letters
        assert (widen(page, window) is not None) is widened


def test_a_panel_that_goes_on_beyond_its_window_is_context_enough() -> None:
    far = "x" * NEAR
    said = "so much to kill time with, " * 4
    page = screen((1, "a"), (2, far), (2, said), (3, "b"))
    (window,) = make_windows(page, hits_of(page, "kill"))
    assert window.text == said
    assert widen(page, window) is None


@given(
    st.lists(st.tuples(st.integers(0, 2), st.text("ab ", min_size=1, max_size=300)), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 30)), max_size=12),
)
def test_a_wider_window_holds_the_own_one_and_no_more_than_two_reaches_beyond_its_hits(
    blocks: list[tuple[int, str]], places: list[tuple[int, int]]
) -> None:
    page = screen(*blocks)
    size = len(page.text)
    hits = [hit(start, min(size, start + length)) for start, length in sorted(places) if start < size]
    for window in make_windows(page, hits):
        wide = widen(page, window)
        if wide is None:
            continue
        end = wide.offset + len(wide.text)
        assert page.text[wide.offset : end] == wide.text and wide.hits == window.hits
        assert wide.offset <= window.offset and window.offset + len(window.text) <= end
        assert len(wide.text) > len(window.text)
        assert min(h.start for h in wide.hits) - wide.offset <= REACH + 40
        assert end - max(h.end for h in wide.hits) <= REACH + 40
