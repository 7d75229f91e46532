"""The proof on rendered pages, in small: captures that Chromium painted, kept as WebP, with what is on them.

The whole of it is `python -m evaluation.known_pictures.run`, which draws hundreds of pages anew.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from evaluation.known_pictures import run
from evaluation.known_pictures.alterations import ALTERATIONS
from evaluation.known_pictures.layouts import LAYOUTS, THEMES, WITHOUT_PICTURES
from evaluation.known_pictures.pages import listed_numbers, plan, read_truth, strangers, unlisted_numbers
from evaluation.known_pictures.painted import STYLES, paint
from evaluation.known_pictures.recall import kinds, measure_pages
from image_hash.bank import Bank
from image_hash.compare import bits_apart
from image_hash.lookup import PictureFinder

FOLDER = Path(__file__).parent / "known_pictures"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank.read(FOLDER / "known.csv")


def test_listed_pictures_are_found_on_rendered_pages_and_nothing_else_is(bank: Bank) -> None:
    told = measure_pages(FOLDER, PictureFinder([bank]))
    assert told.pages == {"with listed pictures": 7, "decoys": 4}
    assert told.false == {}
    assert told.planted["all"] >= 15
    assert told.found["all"] >= 0.9 * told.planted["all"], told.found


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5, 6, 7])
def test_the_painted_pictures_are_those_of_the_bank(bank: Bank, number: int) -> None:
    # Pillow may draw an edge another way some day; another picture would be 128 bits away.
    painted = run.item_of(number)
    listed = next(item for item in bank.items if item.id == str(number))
    assert painted.phash is not None and listed.phash is not None
    assert bits_apart(painted.phash, listed.phash) <= 4


def test_every_style_layout_and_alteration_has_its_turn(tmp_path: Path) -> None:
    assert len({number % len(STYLES) for number in listed_numbers(1)}) == len(STYLES)
    size = (1366, 768)
    for layout in (*LAYOUTS, *WITHOUT_PICTURES):
        for theme in THEMES:
            made = layout(size, theme, np.random.default_rng(3))
            assert all(slot.left >= 0 and slot.top >= 0 and slot.width >= 100 for slot in made.slots)
            assert bool(made.slots) is (layout in LAYOUTS)
    for name, alter in ALTERATIONS.items():
        altered = alter(paint(5), np.random.default_rng(3))
        assert altered.image.mode == "RGB"
        assert 0 <= altered.top < altered.bottom <= 1
        assert (altered.bottom - altered.top < 1) is name.startswith("caption bar")


def test_editions_share_no_picture() -> None:
    sets = [
        set(numbers)
        for edition in (0, 1)
        for numbers in (listed_numbers(edition), unlisted_numbers(edition), strangers(edition, 1000))
    ]
    assert len(set().union(*sets)) == sum(map(len, sets))


def test_a_page_is_planned_twice_alike_and_a_decoy_lists_nothing(tmp_path: Path) -> None:
    one, same, decoy = (plan(tmp_path, 1, 4, listed) for listed in (True, True, False))
    assert one == same
    assert read_truth(tmp_path / "listed-004.json") == (one.layout, one.planted)
    assert any(planted.listed for planted in one.planted)
    assert not any(planted.listed for planted in decoy.planted)
    assert [kind for kind in kinds(one.planted[0], one.layout) if kind.startswith("alteration")]


def test_the_command_writes_its_report_and_fails_where_pictures_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in FOLDER.glob("*-0*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(run, "draw", lambda *_: None)
    monkeypatch.setattr(run, "make_bank", lambda *_, **__: Bank.read(FOLDER / "known.csv"))
    monkeypatch.setattr(run, "TARGET_RECALL", 0.9)
    arguments = ["--pages", str(tmp_path), "--out", str(tmp_path / "report.md")]
    assert run.main(arguments) == 0
    report = (tmp_path / "report.md").read_text("utf-8")
    assert report.strip() in capsys.readouterr().out
    for said in ("7 pages with listed pictures and 4 decoy pages", "alteration: none", "false matches: 0"):
        assert said in report
    monkeypatch.setattr(run, "make_bank", lambda *_, **__: Bank.of("known", []))
    assert run.main(arguments) == 1
    for path in tmp_path.glob("listed-*"):
        path.unlink()
    assert run.main(arguments) == 0
    assert "found: **-** of 0 with" in (tmp_path / "report.md").read_text("utf-8")
