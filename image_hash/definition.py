"""What a bank is: whose it is, what for, and how its items match. A YAML file that people write."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.errors import InvalidBank
from domain.severity import STANDARD_CATEGORIES
from image_hash.yaml_file import read_yaml

MAX_PDQ_DISTANCE = 63
MAX_PHASH_DISTANCE = 15
"""Of 64 bits; strangers are 32 apart, and half of them nearer."""

Algorithm = Literal["pdq", "phash", "md5", "sha256"]


class BankDefinition(BaseModel):
    """A bank without its items.

    Attributes:
        name: From its file or folder; stands in every match.
        owner: Who answers for it.
        purpose: What it is for.
        category: Of items that name none.
        severity: Of items that name none, 0..5.
        algorithm: The only one by which items match; None for all that an item has.
        distance: Bits within which items match that name none; None for the default of the algorithm. Without
            `algorithm` it is meant for PDQ, and over `MAX_PHASH_DISTANCE` no item may go by it that has pHash alone.
        protected: Nothing may lower or switch off what it finds.
        enabled: False leaves it out, which a protected bank cannot be.
        negative: What it holds is harmless, and wins over unprotected matches of the same region.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    owner: str = ""
    purpose: str = ""
    category: str | None = None
    severity: int | None = Field(None, ge=0, le=5)
    algorithm: Algorithm | None = None
    distance: int | None = Field(None, ge=0, le=MAX_PDQ_DISTANCE)
    protected: bool = False
    enabled: bool = True
    negative: bool = False

    @model_validator(mode="after")
    def _protected_stays(self) -> "BankDefinition":
        if self.protected and not self.enabled:
            raise ValueError("a protected bank cannot be switched off")
        if self.protected and self.negative:
            raise ValueError("a negative bank cannot be protected: it only takes matches away")
        if self.algorithm == "phash" and self.distance is not None and self.distance > MAX_PHASH_DISTANCE:
            raise ValueError(f"distance {self.distance} is over {MAX_PHASH_DISTANCE}, the most for phash")
        return self

    @property
    def too_wide_for_phash(self) -> bool:
        """Whether an item that has pHash without PDQ, and no distance of its own, would match nearly anything."""
        wide = self.distance is not None and self.distance > MAX_PHASH_DISTANCE
        return wide and self.algorithm in (None, "phash")

    @property
    def matching(self) -> dict[str, Any]:
        """What decides matches and what they say, for digests."""
        return self.model_dump(mode="json", exclude={"name", "owner", "purpose"})


def read_definition(path: Path, name: str, categories: Collection[str] = ()) -> BankDefinition:
    """Reads a definition; without a file the bank has none of it all.

    Args:
        path: The YAML file.
        name: Of the bank.
        categories: Categories that are declared beside the standard ones.

    Raises:
        InvalidBank: With the file and the fault.
    """
    if not path.exists():
        return BankDefinition(name=name)
    try:
        given: Any = read_yaml(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidBank(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(given, dict) or "name" in given:
        raise InvalidBank(f"{path}: needs fields such as `owner: A. Lead`; the name is that of the file or folder")
    try:
        definition = BankDefinition(**{str(field): value for field, value in given.items()}, name=name)
    except ValidationError as error:
        faults = [f"{'.'.join(str(part) for part in fault['loc'])} {fault['msg']}".strip() for fault in error.errors()]
        raise InvalidBank(f"{path}: {'; '.join(faults)}") from error
    if definition.category is not None and definition.category not in {*STANDARD_CATEGORIES, *categories}:
        raise InvalidBank(f"{path}: category {definition.category!r} is unknown")
    return definition


def write_definition(definition: BankDefinition, path: Path) -> None:
    """Writes what a definition says beside its defaults."""
    said = definition.model_dump(exclude={"name"}, exclude_defaults=True)
    path.write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), encoding="utf-8")
