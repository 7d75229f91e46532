"""Aliases of model folders: plain files that hold a folder's name, and a folder's name is the digest of its bytes.

CHAMPION names the model that is served, CHALLENGER the one that may follow it, PREVIOUS the champion before. There is
nothing to unpickle.
"""

from pathlib import Path

from domain.errors import InvalidModel
from models.artifact import ARTIFACTS, FILES, NAME, OPTIONAL, load_artifact

CHAMPION = "champion"
CHALLENGER = "challenger"
PREVIOUS = "previous"
ALIASES = (CHAMPION, CHALLENGER)
_KNOWN = {*FILES, *OPTIONAL, "manifest.json"}


def alias_file(alias: str, artifacts: Path = ARTIFACTS) -> Path:
    """The file of an alias."""
    return artifacts / alias.upper()


def read_aliases(artifacts: Path = ARTIFACTS) -> dict[str, str]:
    """Folder names by alias, for the aliases that are set.

    Raises:
        InvalidModel: If an alias holds something that is no folder's name.
    """
    found: dict[str, str] = {}
    for alias in ALIASES:
        if alias_file(alias, artifacts).is_file():
            name = alias_file(alias, artifacts).read_text(encoding="utf-8").strip()
            if not NAME.fullmatch(name):
                raise InvalidModel(f"{alias.upper()} does not hold the name of a model folder")
            found[alias] = name
    return found


def resolve(name: str, artifacts: Path = ARTIFACTS) -> Path:
    """The folder of an alias, or of a folder's name.

    Raises:
        InvalidModel: If there is none.
    """
    found = read_aliases(artifacts).get(name, name)
    if not NAME.fullmatch(found) or not (artifacts / found).is_dir():
        raise InvalidModel(f"no model {name!r} in {artifacts.name}")
    return artifacts / found


def point(alias: str, folder: Path, artifacts: Path = ARTIFACTS) -> None:
    """Points an alias at a folder; a challenger that becomes champion is no challenger any more.

    The champion before is kept as PREVIOUS, for `roll_back`.
    """
    before = read_aliases(artifacts).get(CHAMPION)
    if alias == CHAMPION and before not in (None, folder.name):
        alias_file(PREVIOUS, artifacts).write_text(f"{before}\n", encoding="utf-8")
    alias_file(alias, artifacts).write_text(folder.name + "\n", encoding="utf-8")
    if alias == CHAMPION and read_aliases(artifacts).get(CHALLENGER) == folder.name:
        alias_file(CHALLENGER, artifacts).unlink()


def roll_back(artifacts: Path = ARTIFACTS) -> str:
    """Makes the champion before the champion again; a second time undoes it.

    Returns:
        Its name.

    Raises:
        InvalidModel: If there was none, or its folder is gone or altered.
    """
    file = alias_file(PREVIOUS, artifacts)
    if not file.is_file():
        raise InvalidModel(f"there is no previous champion: {file.name} is missing in {artifacts.name}")
    folder = resolve(file.read_text(encoding="utf-8").strip(), artifacts)
    load_artifact(folder)
    point(CHAMPION, folder, artifacts)
    return folder.name


def check_registry(artifacts: Path = ARTIFACTS) -> list[str]:
    """Verifies every model folder and every alias.

    Returns:
        Names of the folders.

    Raises:
        InvalidModel: Naming the folder or alias and its fault.
    """
    names = sorted(path.name for path in artifacts.iterdir() if path.is_dir())
    for name in names:
        found = load_artifact(artifacts / name).name
        if found != name:
            raise InvalidModel(f"{name}: its manifest belongs to {found}")
        strangers = sorted(path.name for path in (artifacts / name).iterdir() if path.name not in _KNOWN)
        if strangers:
            raise InvalidModel(f"{name}: {strangers[0]} does not belong in a model folder")
    for alias, name in read_aliases(artifacts).items():
        if name not in names:
            raise InvalidModel(f"{alias.upper()} names {name}, which is not there")
    return names
