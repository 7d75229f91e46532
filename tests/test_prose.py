"""Clean prose: how it is cut, what is left out, and what the attack matrix prints of it."""

import gzip
from pathlib import Path

import pytest

from evaluation.attack_matrix import main
from evaluation.prose import LENGTH, read_prose

LINE = "the river bends twice before the old mill and then runs straight to the sea\n"
PAGE = LINE * (LENGTH // len(LINE) + 1)


def test_documents_are_cut_and_each_stands_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAGE)
    (tmp_path / "again.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "b.md").write_text(PAGE.replace("mill", "ford"))
    (tmp_path / "figures.txt").write_text("12 34; 56 = 78\n" * 200)
    (tmp_path / "short.txt").write_text(LINE)
    (tmp_path / "torn.gz").write_bytes(gzip.compress(b"x")[:10] + b"\xff" * 20)
    (tmp_path / "picture.png").write_text(PAGE.replace("mill", "castle"))
    found = list(read_prose([tmp_path]))
    assert [text.strip("\n") for text in found] == [PAGE.strip("\n"), PAGE.replace("mill", "ford").strip("\n")]


def test_pages_are_read_as_they_show(tmp_path: Path) -> None:
    tag = '<a href="x" title="' + "a long title " * 40 + '">'
    (tmp_path / "page.html").write_text(
        PAGE.replace(
            "the old mill", f"<td>i<b>t</b>&rsquo;s</td>{tag}&lt;mill&gt;</a><script>if (a < b) f(g,r,a,m)</script>"
        )
    )
    (text,) = read_prose([tmp_path])
    assert "before  it’s <mill>  and" in text
    assert "title" not in text and "&" not in text


def test_documents_that_other_folders_hold_are_left_out(tmp_path: Path) -> None:
    for folder, river in (("old", "mill"), ("new", "mill"), ("new", "ford")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{river}.txt").write_text(PAGE.replace("mill", river))
    (text,) = read_prose([tmp_path / "new"], known=[tmp_path / "old"])
    assert "ford" in text


def test_false_hits_are_shown_with_what_stands_around(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, words in (("old", "bring a kn1fe"), ("new", "k1ll yourself")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(PAGE.replace("the old mill", words, 1))
    (tmp_path / "new" / "copy.txt").write_text((tmp_path / "old" / "a.txt").read_text())
    main(["--phrases", "0", "--prose", str(tmp_path / "new"), "--except", str(tmp_path / "old"), "--show"])
    printed = capsys.readouterr().out
    assert f"1 clean documents, {len(PAGE.split()) - 1} words, " in printed
    assert "technique" not in printed and "kn1fe" not in printed
    shown = [line.split("\t") for line in printed.splitlines() if line.startswith("false")]
    assert {line[3] for line in shown} == {"'k1ll yourself'"} and all(line[1].startswith("leet") for line in shown)
    assert all("twice before k1ll yourself and then" in line[4] for line in shown)
