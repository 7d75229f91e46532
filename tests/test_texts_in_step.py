"""Columns, lists and conversations whose lines stand in step are not read across."""

from dataclasses import replace

import pytest

from ocr.recognised import BULLETS, RecognisedLine
from tests.typeset import LEFT, RIGHT, column, in_panels, line, read, right_aligned


def paragraphs(texts: list[str], left: int, space: int = 20) -> list[RecognisedLine]:
    """Paragraphs of two lines each, wrapped at their middle word."""
    lines: list[RecognisedLine] = []
    for i, text in enumerate(texts):
        words = text.split()
        half = len(words) // 2
        lines += column([" ".join(words[:half]), " ".join(words[half:])], left, i * (52 + space))
    return lines


def test_paragraphs_of_two_columns_that_stand_in_step_are_read_column_by_column() -> None:
    one = [" ".join(LEFT[:2]), " ".join(LEFT[1:]), "so they all moved up to the hill and would kill"]
    other = [" ".join(RIGHT[:2]), " ".join(RIGHT[1:]), "yourself alone as they are all out of town"]
    texts = [block for block, _, _ in in_panels(paragraphs(one, 10) + paragraphs(other, 290))]
    assert [text.replace("\n", " ") for text in texts] == one + other


def test_lists_of_sentences_in_step_are_no_table() -> None:
    one = ["song request hour today", "ask the cook about soup", "a quiz of the old town"]
    other = ["weather spot two minutes", "report on the flea market", "an obituary of the cat"]
    lines = column(one, 10, 0, 60) + column(other, 300, 0, 60)
    assert read(lines) == "\n\n".join(one + other)


def test_what_stands_between_two_columns_in_step_makes_them_no_table() -> None:
    names, values = ["home", "news", "talk", "shop"], ["one", "two", "three", "four"]
    text = [
        "this is a text of its",
        "own that stands in the",
        "middle and goes on and",
        "on for six more lines",
        "to the",
        "end",
    ]
    lines = column(names, 10, 0, 44) + column(text, 120, 12) + column(values, 420, 0, 44)
    assert read(lines) == "\n\n".join(["\n\n".join(names), "\n".join(text), "\n\n".join(values)])


def test_two_conversations_side_by_side_are_read_one_after_the_other() -> None:
    talks = [
        ["are you at home", "no at the pool", "when do you come", "at five i think", "so late again", "yes sorry"],
        ["who has the key", "it is with Tom", "he went home", "then ask his mum", "she is out too", "oh dear"],
    ]
    lines = []
    for left, talk in zip((10, 500), talks, strict=True):
        for i, text in enumerate(talk):
            lines.append(line(text, left, 54 * i) if i % 2 == 0 else right_aligned(text, 54 * i, left + 400))
    found = in_panels(lines)
    assert [text for text, _, _ in found] == talks[0] + talks[1]
    assert [side for _, _, side in found] == ["left", "right"] * 6
    assert len({panel for _, panel, _ in found}) == 2


def test_a_heading_in_large_type_is_read_before_the_columns_below_it() -> None:
    heading = replace(line("our town", 10, -90), box=(10, -100, 74, -60))
    one, other = [" ".join(LEFT)] * 2, [" ".join(RIGHT)] * 2
    for each in (heading, line("our town", 10, -60)):
        found = in_panels([each, *paragraphs(one, 10, 80), *paragraphs(other, 400, 80)])
        texts = [text.replace("\n", " ") for text, _, _ in found]
        assert texts == ["our town", *one, *other]
        assert (found[0][1] == found[1][1]) == (each is not heading)


def test_a_paragraph_ends_where_the_space_grows_and_its_line_is_short() -> None:
    texts = ["the end of one text which", "is short", "another one starts here and", "goes on to its own end"]
    tops = [0, 26, 62, 88]
    lines = [line(text, 10, top) for text, top in zip(texts, tops, strict=True)]
    assert read(lines) == "\n".join(texts[:2]) + "\n\n" + "\n".join(texts[2:])
    even = [line(text, 10, 30 * i) for i, text in enumerate(texts)]
    assert read(even) == "\n".join(texts)


def test_entries_of_a_list_with_a_line_below_each_are_not_double_spaced_text() -> None:
    names, texts = (
        ["ann hill", "the chess club", "mum"],
        ["yes i will", "no meeting today i am sorry", "buy milk and bread"],
    )
    lines = [line(text, 10, 64 * i + 24 * n) for n, part in enumerate((names, texts)) for i, text in enumerate(part)]
    assert read(lines) == "\n\n".join(f"{name}\n{text}" for name, text in zip(names, texts, strict=True))


@pytest.mark.parametrize(
    "texts",
    [
        ["fox: ready when you are now", "tidepool: wait i get a drink", "anna: one round and then bed"],
        ["- holts and cubs", "- a picture of a paw", "- clean water"],
        *([f"{sign} holts and cubs", f"{sign} a picture of a paw", f"{sign} clean water"] for sign in sorted(BULLETS)),
        ["20:01 the server is slow", "20:02 ok", "20:04 come and look at it"],
    ],
)
def test_lines_of_speakers_and_items_of_lists_are_blocks(texts: list[str]) -> None:
    assert read(column(texts, 10)) == "\n\n".join(texts)


def test_a_full_line_runs_on_in_a_word_with_a_colon() -> None:
    texts = ["i only want to say this to", "you: it will be all right in", "the end"]
    assert read(column(texts, 10)) == "\n".join(texts)


def test_a_list_that_ends_before_the_table_beside_it_is_none_of_its_columns() -> None:
    bar = ["home", "desktop", "music", "bin"]
    rows = [("name", "size"), ("essay", "3 kB"), ("pond", "1 kB"), ("choir", "48 kB"), ("otter", "2 MB")]
    table = [line(cell, 200 + 150 * j, 40 * i) for i, row in enumerate(rows) for j, cell in enumerate(row)]
    assert read(column(bar, 10, 0, 40) + table) == "\n\n".join([*bar, *(cell for row in rows for cell in row)])
    full = [*column([*bar, "more"], 10, 0, 40), *table]
    assert read(full).startswith("home\n\nname\n\nsize\n\ndesktop"), "a cell in each row: the first column of the table"


def test_figures_in_large_type_below_their_labels_are_no_rows_of_a_table() -> None:
    cards = [("wind now", "14", "gusts of 31"), ("rain", "6 mm", "twice"), ("visits", "212", "this week")]
    lines = []
    for i, card in enumerate(cards):
        lines += [line(text, 10 + 200 * i, top) for text, top in zip(card, (0, 40, 100), strict=True)]
        lines[-2] = replace(lines[-2], box=(*lines[-2].box[:3], 80))
    assert read(lines) == "\n\n".join(text for card in cards for text in card)


def test_items_of_lists_in_step_are_not_joined() -> None:
    one = ["a song request hour", "kill a day at the pool", "ask the cook about soup", "a quiz of the town"]
    other = ["the weather spot", "yourself on the radio", "report on the market", "an obituary of cats"]
    assert read(column(one, 10, 0, 36) + column(other, 300, 0, 36)) == "\n\n".join(one + other)


TALKS = [("ann hill", "14:02", "yes i will"), ("mum", "2 min", "who wants to kill"), ("him and me", "Tue", "soup")]


@pytest.mark.parametrize("pitch", [30, 44])
def test_each_entry_of_a_list_of_talks_is_one_with_its_time(pitch: int) -> None:
    lines = []
    for i, (name, time, text) in enumerate(TALKS):
        lines += [line(name, 10, 2 * i * pitch), line(time, 260, 2 * i * pitch), line(text, 10, (2 * i + 1) * pitch)]
    words = " ".join(read(lines).split())
    places = [words.index(name) for name, _, _ in TALKS] + [len(words)]
    assert all(places[i] < words.index(time) < places[i + 1] for i, (_, time, _) in enumerate(TALKS))
    assert not any("kill\nhim" in text for text, _, _ in in_panels(lines))


def test_short_words_that_are_no_times_are_a_column() -> None:
    lines = [line(text, 10, 60 * i) for i, text in enumerate(["home and school", "news of today"])]
    words = [line(text, 260, 60 * i) for i, text in enumerate(["left", "above"])]
    times = [line(text, 260, 60 * i) for i, text in enumerate(["9:30", "4 May"])]
    assert read([*lines, *words]) == "home and school\n\nnews of today\n\nleft\n\nabove"
    assert read([*lines, *times]) == "home and school\n\n9:30\n\nnews of today\n\n4 May"


def test_names_in_a_menu_bar_are_parted_and_words_of_a_text_are_not() -> None:
    menu = line("file edit kill myself", 10, 0, {1: 21, 2: 21, 3: 21})
    assert read([menu]) == "file\n\nedit\n\nkill\n\nmyself"
    assert read([line("file edit kill myself", 10, 0, {1: 13, 2: 13, 3: 13})]) == "file edit kill myself"


def test_the_avatar_beside_a_bubble_is_no_word_of_it() -> None:
    text = line("the company has sent a mail", 10, 0)
    assert read([text, line("ME", text.right + 22, 0)]) == "the company has sent a mail\n\nME"
    assert read([text, line("ME", text.right + 12, 0)]) == "the company has sent a mail ME"


def test_initials_beside_bubbles_are_no_column() -> None:
    talk = [("MK", "the bus leaves at nine"), ("BO", "who has changed it"), ("TL", "it was the company")]
    lines = [line(part, left, 70 * i) for i, pair in enumerate(talk) for part, left in zip(pair, (10, 80), strict=True)]
    lines = [*lines, *column(["and they did not say"], 80, 236)]
    words = read(lines).split()
    assert [words.index(name) for name, _ in talk] == sorted(words.index(name) for name, _ in talk)
    assert words.index("BO") > words.index("nine")


def test_code_beside_a_terminal_is_read_pane_by_pane() -> None:
    code = ["gull.look_for(chips)", "random.shuffle(gulls)", "gull.sleep(minutes=2)", "print(len(gulls_left))"]
    terminal = ["$python.gulls.py.run", "ModuleNotFoundError:x", "bird.py,gulls.py,a.md", "done,do,not,panic,now"]
    found = " ".join(read(column(code, 10, 0, 36) + column(terminal, 400, 0, 36)).split())
    assert found == " ".join([*code, *terminal])


def test_a_time_in_another_column_starts_no_entry() -> None:
    text = ["the red lamp is on and i pulled the", "plug and put it in", "again"]
    lines = [*column(text, 10), line("priya", 400, 26), line("9:02", 460, 26), line("the red lamp is on", 400, 52)]
    assert read(lines).startswith("\n".join(text))
    beside = [*column(text, 10), line("the red lamp", 400, 0), line("9:02", 400, 26), line("is on", 400, 52)]
    assert read(beside).startswith("\n".join(text))


def test_a_full_line_of_a_list_in_step_goes_on_in_small_letters() -> None:
    one = ["A song request hour for all of those", "at home", "Cook and her radio", "Quiz"]
    tops = [0, 26, 86, 146]
    other = ["Weather spot of two minutes", "Report on the market day", "Rights for the songs"]
    lines = [line(text, 10, top) for text, top in zip(one, tops, strict=True)]
    lines += [line(text, 400, top) for text, top in zip(other, (0, 86, 146), strict=True)]
    assert read(lines) == "\n".join(one[:2]) + "\n\n" + "\n\n".join([*one[2:], *other])
