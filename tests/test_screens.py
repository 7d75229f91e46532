"""Rows on rendered screens: the draw, the pages, what counts as lost. `screens/` holds two painted pages."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.main import main
from domain.capture import CaptureContext
from domain.errors import InvalidConfiguration, InvalidRequest
from domain.hit import KeywordHit
from domain.page import Page
from evaluation.browser import browse, find_browser
from evaluation.document import to_markdown
from evaluation.rows import LabelledRow, row_to_json
from evaluation.screens.draw import draw
from evaluation.screens.lay import Screen, count_words, lay
from evaluation.screens.layouts import DESKTOP, HERE, LAYOUTS, SIZE
from evaluation.screens.losses import difference, hit_loss, word_recall, words_lost
from evaluation.screens.read_once import ReadOnce
from evaluation.screens.report import SIDES, sections_of
from evaluation.screens.run import ScreenOutcome, make_screens, paint_screens, picture_of, run_screens
from ocr.engine import Owner, Reading
from pipeline.pipeline import Pipeline
from tests.made_outcomes import ZERO, finding, outcome

PAINTED = Path(__file__).parent / "screens"
PAGES = {layout.name: layout for layout in LAYOUTS}


def row(identity: str, suicide: int, channel: str | None, text: str = "hello", *tags: str) -> LabelledRow:
    context = CaptureContext(channel=channel)
    return LabelledRow(identity, text, ZERO | {"suicide": suicide}, tags=tags, context=context)


ROWS = {
    "chat_dark": row("dark", 4, "chat", "i want to die and nobody here would even notice if i was gone"),
    "forum": row("forum", 0, "forum", "This puzzle makes me want to die laughing. Who set question seven?"),
}
"""What stands on the painted pages."""


def painted(name: str, folder: Path) -> Screen:
    """A painted page under the name that a run looks for."""
    screen = Screen(ROWS[name], name, (PAINTED / f"{name}.html").read_text("utf-8"))
    shutil.copy(PAINTED / f"{name}.png", picture_of(screen, folder))
    return screen


def many() -> list[LabelledRow]:
    channels = sorted({channel for layout in LAYOUTS for channel in layout.channels})
    rows = [row(f"{channel}{n}", 4 * (n % 2), channel) for channel in channels for n in range(12)]
    return rows + [row(f"s{n}", 4 * (n < 3), "chat", "a\n\nb", "screen") for n in range(12)]


def test_a_row_is_drawn_for_a_page_of_its_channel_and_none_twice() -> None:
    drawn = draw(many(), 1000)
    assert len({drawn_row.id for drawn_row, _ in drawn}) == len(drawn) == len(many())
    for drawn_row, layout in drawn:
        assert (layout is DESKTOP) == ("screen" in drawn_row.tags)
        assert layout is DESKTOP or drawn_row.context.channel in layout.channels
    assert {layout.name for _, layout in drawn} == set(PAGES)


def test_a_smaller_draw_is_the_beginning_of_a_larger_one_and_another_seed_another() -> None:
    rows = many()
    assert draw(rows, 30) == draw(rows, 100)[:30]
    assert draw(rows, 30, seed=1) != draw(rows, 30, seed=2)


def test_layouts_take_turns_and_truths_alternate() -> None:
    drawn = draw(many(), 36)
    turns = Counter(layout.name for _, layout in drawn)
    assert turns.pop("desktop") == 12
    assert max(turns.values()) - min(turns.values()) <= 1
    for name in turns:
        truths = [drawn_row.severity for drawn_row, layout in draw(many(), 100) if layout.name == name]
        both = 2 * min(truths.count(0), truths.count(4))
        assert all(first != second for first, second in zip(truths[:both:2], truths[1:both:2], strict=True))


def test_rows_between_benign_and_genuine_or_without_a_page_are_left_out() -> None:
    partly = replace(row("partly", 0, "chat"), labels={"suicide": 0})
    rows = [partly, row("low", 2, "chat"), row("no", 4, None), row("fax", 0, "fax"), row("yes", 3, "email")]
    assert [(drawn_row.id, layout.name) for drawn_row, layout in draw(rows, 9)] == [("yes", "email")]
    with pytest.raises(InvalidRequest, match="no row to draw"):
        draw(rows[:3], 9)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_the_row_as_it_is_and_is_the_same_each_time(name: str) -> None:
    text = 'a < b & "c" $name\nsecond line'
    made = row("r/1", 4, "chat", text)
    screen = lay(made, PAGES[name])
    assert text in screen.text
    assert count_words(text) <= screen.words
    assert screen == lay(made, PAGES[name])
    assert screen.name != lay(replace(made, text="other"), PAGES[name]).name
    assert screen.name.startswith(f"{name}-r_1-")
    assert len(lay(replace(made, id="r" * 5000), PAGES[name]).name) < 200, "a file name"
    assert not any(outside in screen.html for outside in ("http:", "https:", "<script", "url(", "@import"))


def test_blocks_of_a_whole_screen_become_windows_of_their_own() -> None:
    html = lay(row("s", 0, "chat", "one\ntwo\n\nthree", "screen"), DESKTOP).html
    assert html.count("<article") == 2
    assert "<p>one</p><p>two</p></div></article>" in html


def test_placeholders_are_filled() -> None:
    (screen,) = make_screens([row("r", 4, "chat", "a {slur:race} b")], 1)
    assert "{slur" not in screen.html
    assert "{slur" not in screen.row.text


def found(pipeline: Pipeline, text: str) -> tuple[KeywordHit, ...]:
    """Graded phrases: cues stand in all text about people, and raise nothing by themselves."""
    page = replace(Page.from_text(text), from_ocr=True)
    return tuple(hit for hit in pipeline.first_look.look(page, CaptureContext(), None).hits if not hit.cue)


def test_the_text_around_a_row_is_harmless(pipeline: Pipeline) -> None:
    """A wide lexicon may come to hit some of it, and the report counts that; but it may not drown the row."""
    assert found(pipeline, "this makes me want to die")
    pieces = [piece for file in HERE.glob("around/*.txt") for piece in file.read_text("utf-8").split("\n\n")]
    assert len(pieces) > 100
    assert sum(bool(found(pipeline, piece)) for piece in pieces) <= len(pieces) / 20
    for layout in LAYOUTS:
        assert len(found(pipeline, lay(row("r", 0, "chat", "hello"), layout).text)) <= 2


class Unused:
    """An engine that must not be asked."""

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        raise AssertionError("read again")

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


def test_painted_pages_are_read_by_the_real_ocr_and_only_once(pipeline: Pipeline, tmp_path: Path) -> None:
    screens = [painted(name, tmp_path) for name in ROWS]
    first = list(run_screens(pipeline, screens, tmp_path))
    assert [o.screen for o in first] == screens
    for o in first:
        assert o.lost.total() == 0
        assert o.typed.hit and o.page.hit and o.read.hit
        assert hit_loss([o]).kept == (True,) * len(o.typed.findings)
    again = list(run_screens(replace(pipeline, ocr=Unused()), screens, tmp_path))
    assert again == first
    (picture_of(screens[0], tmp_path)).write_bytes(b"another picture")
    with pytest.raises(AssertionError, match="read again"):
        list(run_screens(replace(pipeline, ocr=Unused()), screens, tmp_path))


def test_a_word_that_the_picture_does_not_show_is_lost(pipeline: Pipeline, tmp_path: Path) -> None:
    screen = painted("chat_dark", tmp_path)
    said = replace(screen.row, text=screen.row.text.replace("die", "expire twice twice"))
    other = Screen(said, "chat_dark", screen.html.replace(screen.row.text, said.text))
    assert other.html != screen.html
    picture_of(screen, tmp_path).rename(picture_of(other, tmp_path))
    (found,) = run_screens(pipeline, [other], tmp_path)
    assert found.lost == Counter({"twice": 2, "expire": 1})
    assert found.words.total() == len(said.text.split())


def test_a_reading_is_kept_whole(pipeline: Pipeline, tmp_path: Path) -> None:
    image = (PAINTED / "forum.png").read_bytes()
    read = ReadOnce(pipeline.ocr, tmp_path).read(image)
    assert read.page.lines
    assert ReadOnce(Unused(), tmp_path).read(image) == read


def made(layout: str = "forum", text: str = "kill the 2 lights", lost: str = "", **sides: object) -> ScreenOutcome:
    screen = Screen(row("r", 4, "forum", text), layout, "")
    return ScreenOutcome(screen, sides["typed"], sides.get("page", sides["typed"]), sides["read"], count_words(lost))


def test_losses_are_counted() -> None:
    hit, missed = outcome(4), outcome(4, probability=None)
    twice = outcome(4, findings=[finding(), finding()])
    outcomes = [
        made(typed=hit, read=missed, lost="kill"),
        made(typed=hit, read=missed, lost="2"),
        made(typed=missed, read=twice),
        made(typed=twice, read=hit, text="to"),
    ]
    loss = hit_loss(outcomes)
    assert (loss.kept, loss.misread, loss.parted, loss.added) == ((False, False, True, False), 1, 2, 2)
    assert loss.around == 0
    assert hit_loss([made(typed=missed, page=twice, read=hit)]).around == 2
    recall = word_recall(outcomes)
    assert (recall.value, recall.n) == (1 - 2 / 13, 13)
    assert words_lost(outcomes, "with a digit") == (1, 3)
    assert words_lost(outcomes, "one or two letters") == (0, 1)
    assert words_lost(outcomes, "three letters or more") == (1, 9)
    moved = difference(outcomes, "keyword_recall", SIDES["typed"], SIDES["read"])
    assert (moved.value, moved.n) == (2 / 4 - 3 / 4, 4)
    assert moved.low < moved.value < moved.high


def test_the_report_has_every_layout_and_whole_screens_apart() -> None:
    benign, dismissed = outcome(0), outcome(0, raised=False)
    outcomes = [
        made(typed=outcome(4), read=outcome(4), lost="kill"),
        made(typed=dismissed, page=dismissed, read=benign),
    ]
    outcomes += [made("desktop", typed=benign, read=dismissed)]
    text = to_markdown(sections_of(outcomes, "made"))
    head, _, whole = text.partition("## Rows that are whole screens")
    assert "n = 2 rows" in head
    assert "n = 1 rows with the tag" in whole
    gone = "| of those, set aside by the second look | 100.0 % [2.5, 100.0] (n = 1) | 100.0 % [2.5, 100.0] (n = 1) "
    assert f"{gone}| 0.0 % [0.0, 97.5] (n = 1) | -100.0 [-100.0, -100.0] | -100.0 [-100.0, -100.0] |" in head
    assert "| words of the rows that were read | 87.5 %" in head
    assert "| forum | 2 | 87.5 %" in head
    assert "| desktop | 1 | 100.0 % [100.0, 100.0] (n = 4) | -; -; - | -; -; - | 0/1; 0/1; 1/1 |" in head


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text("\n".join(map(row_to_json, ROWS.values())), encoding="utf-8")
    return tmp_path / "rows.jsonl"


def run(*args: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(arg) for arg in args])
    return int(stopped.value.code or 0)


def test_without_chromium_the_error_names_the_package(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run("evaluate", data, "--screens", 2, "--screen-folder", tmp_path / "new") == 2
    assert "Chromium, which is not installed (Debian: package `chromium`)" in capsys.readouterr().err
    with pytest.raises(InvalidConfiguration):
        find_browser()


@pytest.mark.parametrize(
    ("script", "fault"),
    [("exec sleep 5", "page.html: chromium was not done after 0.2 s"), ("echo broken >&2; exit 3", "failed\nbroken")],
)
def test_a_browser_that_fails_or_hangs_is_a_named_fault(
    script: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.browser._SECONDS", 0.2 if "sleep" in script else 30)
    browser = tmp_path / "chromium"
    browser.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    browser.chmod(0o755)
    with pytest.raises(InvalidConfiguration, match=fault):
        browse(str(browser), tmp_path / "page.html")


def test_screens_stand_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", data, "--screens", 2, "--gates") == 2
    assert "--screens stands alone" in capsys.readouterr().err


def test_the_command_needs_no_browser_for_what_is_painted_and_writes_the_report(
    pipeline: Pipeline, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.build.build_pipeline", lambda settings: replace(pipeline, ocr=Kept(pipeline)))
    monkeypatch.setattr("shutil.which", lambda name: None)
    folder = tmp_path / "screens"
    folder.mkdir()
    for screen in make_screens(list(ROWS.values()), 2):
        shutil.copy(
            PAINTED / f"{next(name for name in ROWS if ROWS[name] == screen.row)}.png", picture_of(screen, folder)
        )
    report = tmp_path / "report.md"
    assert run("evaluate", data, "--screens", 2, "--screen-folder", folder, "--out", report) == 0
    out = capsys.readouterr().out
    assert f"rows.jsonl on screens, model {pipeline.versions.model}, lexicon {pipeline.versions.lexicon}" in out
    assert "| recall of graded phrases (genuine rows that one hits) | 100.0 % [2.5, 100.0] (n = 1) " in out
    assert report.read_text("utf-8") == out.removesuffix("\n")


class Kept:
    """The session's engine, which a command may not close."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.read: Callable[[bytes], Reading] = pipeline.ocr.read

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


OVERFLOW = """<script>document.title = [...document.querySelectorAll("[data-fit]")].filter(box => {
  const place = box.getBoundingClientRect();
  return box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth
    || [...box.querySelectorAll(".piece")].some(piece => piece.getBoundingClientRect().top < place.top);
}).length ? "cut off" : "whole";</script></html>"""
LONG = "every one of these words should be seen on the page "


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("text", ["short", (LONG * 12)[:560]], ids=["short", "long"])
def test_a_page_is_painted_once_and_nothing_on_it_is_cut_off(name: str, text: str, tmp_path: Path) -> None:
    channel = (PAGES[name].channels or ("chat",))[0]
    tags = () if PAGES[name].channels else ("screen",)
    screen = lay(row("r", 4, channel, text, *tags), PAGES[name])
    page = tmp_path / "page.html"
    page.write_text(screen.html.replace("</html>", OVERFLOW), encoding="utf-8")
    shown = browse(find_browser(), page, f"--window-size={SIZE[0]},{SIZE[1]}", "--dump-dom")
    assert "<title>whole</title>" in shown
    (picture,) = paint_screens([screen], tmp_path / "pictures")
    stamp = picture.stat().st_mtime_ns
    assert [path.stat().st_mtime_ns for path in paint_screens([screen], tmp_path / "pictures")] == [stamp]
    assert int.from_bytes(picture.read_bytes()[16:20]) == SIZE[0]
