"""A page's offsets are exact, and its blocks are kept apart."""

from ocr.page import assemble
from ocr.recognised import RecognisedLine, RecognisedWord


def line(text: str, top: int, confidence: float = 0.9) -> RecognisedLine:
    words: list[RecognisedWord] = []
    for piece in text.split():
        start = text.index(piece, words[-1].end if words else 0)
        words.append(
            RecognisedWord(
                start, start + len(piece), (start * 10, top, (start + len(piece)) * 10, top + 20), confidence
            )
        )
    return RecognisedLine(text, tuple(words), (0, top, len(text) * 10, top + 20), confidence)


def test_lines_are_joined_by_newline_and_blocks_by_an_empty_line() -> None:
    page = assemble([[line("first line", 0), line("second", 30)], [line("other block", 0)]])
    assert page.text == "first line\nsecond\n\nother block"
    assert page.from_ocr
    assert [entry.block for entry in page.lines] == [0, 0, 1]


def test_offsets_of_lines_and_words_are_exact() -> None:
    page = assemble([[line("un café \U0001f600 ici", 0), line("zwei", 30)], [line("three four", 0, 0.5)]])
    assert [page.text[entry.start : entry.end] for entry in page.lines] == [
        "un café \U0001f600 ici",
        "zwei",
        "three four",
    ]
    words = [word for entry in page.lines for word in entry.words]
    assert [page.text[word.start : word.end] for word in words] == page.text.split()
    start = page.text.index("four")
    assert page.boxes(start, start + 4) == ((60, 0, 100, 20),)
    assert page.confidence(start, start + 4) == 0.5


def test_a_picture_without_text_is_an_empty_page() -> None:
    page = assemble([])
    assert (page.text, page.lines, page.from_ocr) == ("", (), True)
