"""`secondglance bank`: categories of a school's own, definitions at fault, pictures of one name."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.bank import command
from domain.errors import InvalidBank
from image_hash.stored_bank import StoredBank

PICTURES = Path(__file__).parents[1] / "demo" / "pictures"
ABOUT = ("--owner", "A. Lead", "--purpose", "a test")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def test_a_bank_of_a_category_of_the_schools_own_is_counted_searched_and_filled(tmp_path: Path) -> None:
    bank, listed, picture = tmp_path / "own", tmp_path / "list.txt", PICTURES / "known-07.png"
    run("create", bank, *ABOUT, "--category", "vaping", "--severity", 3)
    listed.write_text("2d" * 16)
    assert run("import", bank, listed, "--format", "list").output == "1 added, 0 replaced, 0 there already\n"
    assert run("add", bank, picture).exit_code == 0
    assert "own: 2 items" in run("stats", bank).output
    assert "own:known-07 pdq distance 0" in run("lookup", picture, "--bank", bank).output


@pytest.mark.parametrize("defined", [True, False])
def test_a_csv_bank_of_a_category_of_the_schools_own_is_counted_and_searched(defined: bool, tmp_path: Path) -> None:
    shutil.copy(PICTURES / "known-07.png", tmp_path)
    (tmp_path / "own.csv").write_text(f"id,severity,category,file\na,3,{'' if defined else 'vaping'},known-07.png\n")
    if defined:
        (tmp_path / "own.yaml").write_text("category: vaping\n")
    declared = () if defined else ("--declared", "vaping")
    assert "own: 1 items" in run("stats", tmp_path / "own.csv", *declared).output
    told = run("lookup", tmp_path / "known-07.png", "--bank", tmp_path / "own.csv", *declared)
    assert "own:a pdq distance 0" in told.output
    if not defined:
        assert "category 'vaping' is unknown" in str(run("stats", tmp_path / "own.csv").exception)


@pytest.mark.parametrize("written", [b"category: [", b"category: \xff", b"severity: 9"])
def test_a_definition_at_fault_is_named_by_what_changes_a_bank(tmp_path: Path, written: bytes) -> None:
    bank = tmp_path / "watch"
    run("create", bank, *ABOUT)
    (bank / "bank.yaml").write_bytes(written)
    for arguments in (
        ("add", bank, PICTURES / "known-07.png"),
        ("export", bank),
        ("build", bank),
        ("remove", bank, "a"),
    ):
        told = run(*arguments)
        assert isinstance(told.exception, InvalidBank), told.exception
        assert str(bank / "bank.yaml") in str(told.exception)


def test_two_pictures_of_one_name_are_refused_as_one_would_take_the_others_place(tmp_path: Path) -> None:
    bank = tmp_path / "watch"
    run("create", bank, *ABOUT, "--category", "violence", "--severity", 3)
    for folder, name in (("one", "known-07.png"), ("two", "landscape.png")):
        (tmp_path / folder).mkdir()
        shutil.copy(PICTURES / name, tmp_path / folder / "x.png")
    told = run("add", bank, tmp_path / "one" / "x.png", PICTURES / "known-12.png", tmp_path / "two" / "x.png")
    assert isinstance(told.exception, InvalidBank)
    assert str(told.exception) == f"{tmp_path / 'two' / 'x.png'}: another picture is called 'x'; nothing was added"
    assert StoredBank(bank).count == 0


def test_a_protected_item_is_not_said_to_be_set_aside(tmp_path: Path) -> None:
    bank, listed = tmp_path / "watch", tmp_path / "list.csv"
    run("create", bank, *ABOUT, "--category", "violence", "--severity", 3)
    listed.write_text(f"id,md5,protected\nstays,{'2d' * 16},true\ngoes,{'3c' * 16},\n")
    run("import", bank, listed, "--format", "csv")
    told = run("quarantine", bank, "stays", "goes")
    assert (told.exit_code, told.stdout, told.stderr) == (1, "1 set aside\n", "not there, or protected: stays\n")
    assert run("quarantine", bank).stdout.startswith("goes since ")
    (bank / "bank.yaml").write_text("protected: true\n")
    assert run("quarantine", bank).stdout == ""
    assert "quarantined" not in run("stats", bank).output
