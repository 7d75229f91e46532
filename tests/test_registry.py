"""Aliases of model folders: plain names, checked; nothing that would have to be unpickled."""

import shutil
from pathlib import Path

import pytest

import models.artifact
import models.registry
from cli.main import main
from domain.errors import InvalidModel
from models.artifact import default_folder, load_artifact
from models.registry import alias_file, check_registry, point, read_aliases, resolve

NAME = default_folder().name


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    folder = tmp_path / "artifacts"
    shutil.copytree(default_folder(), folder / NAME)
    point("champion", folder / NAME, folder)
    return folder


def test_an_alias_is_a_file_with_a_name(artifacts: Path) -> None:
    assert (artifacts / "CHAMPION").read_text("utf-8") == f"{NAME}\n"
    assert read_aliases(artifacts) == {"champion": NAME}
    assert resolve("champion", artifacts) == resolve(NAME, artifacts) == artifacts / NAME


def test_a_challenger_that_becomes_champion_is_one_no_more(artifacts: Path) -> None:
    other = artifacts / "sg-000000000000"
    other.mkdir()
    point("challenger", other, artifacts)
    assert read_aliases(artifacts) == {"champion": NAME, "challenger": other.name}
    assert resolve("challenger", artifacts) == other
    point("champion", other, artifacts)
    assert read_aliases(artifacts) == {"champion": other.name}


@pytest.mark.parametrize("content", ["", "../elsewhere", "sg-4c15", "sg-4C15A0768C9D"])
def test_an_alias_holds_nothing_but_a_name(artifacts: Path, content: str) -> None:
    alias_file("challenger", artifacts).write_text(content, "utf-8")
    with pytest.raises(InvalidModel, match="CHALLENGER does not hold the name"):
        read_aliases(artifacts)


@pytest.mark.parametrize("name", ["challenger", "..", "sg-000000000000", "/", f"../artifacts/{NAME}"])
def test_what_is_not_there_is_not_resolved(artifacts: Path, name: str) -> None:
    with pytest.raises(InvalidModel, match="no model"):
        resolve(name, artifacts)


def test_the_whole_registry_is_checked(artifacts: Path) -> None:
    assert check_registry(artifacts) == [NAME]
    point("challenger", artifacts / "sg-000000000000", artifacts)
    with pytest.raises(InvalidModel, match="CHALLENGER names sg-000000000000, which is not there"):
        check_registry(artifacts)
    alias_file("challenger", artifacts).unlink()
    (artifacts / NAME / "network.pkl").write_bytes(b"x")
    with pytest.raises(InvalidModel, match=r"network\.pkl does not belong in a model folder"):
        check_registry(artifacts)
    (artifacts / NAME / "network.pkl").unlink()
    (artifacts / NAME).rename(artifacts / "sg-000000000000")
    with pytest.raises(InvalidModel, match=f"its manifest belongs to {NAME}"):
        check_registry(artifacts)


def test_a_folder_under_another_models_name_is_not_served(artifacts: Path) -> None:
    """Its files fit its manifest: whoever put them there has written that as well."""
    (artifacts / NAME).rename(artifacts / "sg-000000000000")
    with pytest.raises(InvalidModel, match=f"sg-000000000000: its manifest belongs to {NAME}"):
        load_artifact(artifacts / "sg-000000000000")


def test_the_champion_is_a_folder_of_the_registry(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.artifact, "CHAMPION", artifacts / "CHAMPION")
    (artifacts / "CHAMPION").write_text(f"../../{tmp_path.name}\n", encoding="utf-8")
    with pytest.raises(InvalidModel, match="CHAMPION does not hold the name of a model folder"):
        default_folder()


def test_the_commands_show_both_aliases(
    artifacts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    point("challenger", artifacts / NAME, artifacts)
    monkeypatch.setattr(models.artifact, "ARTIFACTS", artifacts)
    for function in (read_aliases, check_registry):
        monkeypatch.setattr(function, "__defaults__", (artifacts,))
    assert run(capsys, "list") == (0, f"* {NAME} champion challenger\n")
    assert run(capsys, "verify") == (0, f"{NAME}: every file is as released\nchampion: {NAME}\nchallenger: {NAME}\n")
    assert run(capsys, "verify", artifacts / NAME) == (0, f"{NAME}: every file is as released\n")


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["model", *map(str, args)])
    return int(stopped.value.code or 0), capsys.readouterr().out
