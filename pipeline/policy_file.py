"""The shape of a policy file; `pipeline.policy` says what it means."""

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from domain.names import composed
from keyword_stage.addresses import host_of

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_HOST = re.compile(r"[\w:-]+(\.[\w-]+)*")
Name = Annotated[str, AfterValidator(composed)]
"""What a trust, a school or a group is called."""


def _names_a_site(url: str) -> bool:
    """Whether an address is that of a site and no more: its host, and at most a scheme, a port and a slash."""
    rest = url.partition("://")[2] or url
    return _HOST.fullmatch(host_of(url)) is not None and not re.search(r"[/?#@\s].|\.(?![^/:])", rest)


def _read_hours(value: object) -> tuple[time, time]:
    if isinstance(value, str):
        start, dash, end = value.partition("-")
        if dash:
            try:
                hours = time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
            except ValueError:
                hours = None
            if hours and hours[0].tzinfo is None and hours[1].tzinfo is None:
                return hours
    raise ValueError('hours must look like "16:00-08:00", without a zone: they are those of the clock of captured_at')


def _read_switch(value: dict[Any, Any]) -> dict[Any, Any]:
    """YAML 1.1 reads an unquoted `on:` as the key True."""
    if True in value and "on" in value:
        raise ValueError("'on' stands twice")
    return {("on" if key is True else key): part for key, part in value.items()}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CategoryRule(_Strict):
    """Changes to one category; what is left out stays as it was."""

    on: bool = True
    sensitivity: int = Field(0, ge=-2, le=2)
    review: int = Field(2, ge=1, le=5)
    alert: int = Field(4, ge=1, le=5)
    floor: int = Field(0, ge=0, le=5)

    @model_validator(mode="before")
    @classmethod
    def _switch(cls, value: object) -> object:
        return _read_switch(value) if isinstance(value, dict) else value


class Exclusion(_Strict):
    """A trusted site (with its subdomains), application, or both; of everything there, or of single phrases."""

    url: str | None = None
    application: str | None = None
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    until: date
    categories: tuple[str, ...] = ("all",)
    phrases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_something(self) -> "Exclusion":
        if not self.url and not self.application:
            raise ValueError("an exclusion needs a url or an application")
        if self.url is not None and not _names_a_site(self.url):
            raise ValueError(f"{self.url!r} is no site: an exclusion is of a whole host, such as 'bbc.co.uk'")
        return self


class Rule(_Strict):
    """Whom it is for, and what it changes."""

    trust: Name | None = None
    school: Name | None = None
    group: Name | None = None
    hours: Annotated[tuple[time, time], BeforeValidator(_read_hours)] | None = None
    categories: dict[str, CategoryRule] = {}
    exclusions: tuple[Exclusion, ...] = ()


class PolicyFile(_Strict):
    """A whole policy file."""

    categories: tuple[str, ...] = ()
    trusts: dict[Name, tuple[Name, ...]] = {}
    rules: tuple[Rule, ...] = ()

    @field_validator("trusts", mode="before")
    @classmethod
    def _trusts_stand_once(cls, value: object) -> object:
        if isinstance(value, dict) and len({composed(str(name)) for name in value}) < len(value):
            raise ValueError("a trust stands there twice, but for the form of its accents")
        return value

    @model_validator(mode="after")
    def _names_are_plain(self) -> "PolicyFile":
        for name in self.categories:
            if not _NAME.fullmatch(name) or name == "all":
                raise ValueError(f"category {name!r} must be lower case letters, digits and _, and not 'all'")
        return self

    @model_validator(mode="after")
    def _schools_have_one_trust(self) -> "PolicyFile":
        trusts: dict[str, str] = {}
        for trust, schools in self.trusts.items():
            for school in schools:
                if trusts.setdefault(school, trust) != trust:
                    raise ValueError(f"school {school!r} is of two trusts, {trusts[school]!r} and {trust!r}")
        return self
