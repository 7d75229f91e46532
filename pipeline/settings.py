"""What the pipeline runs with; every field can be set by an environment variable `SECONDGLANCE_*`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict


def _split(value: Any) -> Any:
    """Several paths in one variable are parted by the system's path separator, or by commas."""
    if isinstance(value, str):
        return tuple(part for part in value.replace(",", ":").split(":") if part)
    return value


Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]


class PipelineSettings(BaseSettings):
    """Files that the pipeline reads at start-up, and how many OCR workers it runs."""

    model_config = SettingsConfigDict(env_prefix="SECONDGLANCE_", extra="ignore", frozen=True)

    lexicon: Paths = Field((), description="Lexicon CSV files or folders; the project's own if empty.")
    overlays: Path | None = Field(None, description="Folder of overlays of trusts, schools and groups.")
    urls: Paths = Field((), description="Lists of addresses (CSV); a list is named by its file's stem.")
    protected: Paths = Field((), description="Sealed protected lists; a list is named by its file's stem.")
    list_key: SecretStr | None = Field(None, description="The key of the sealed lists.")
    matcher: Literal["words", "pyahocorasick", "hyperscan"] = Field(
        "words", description="What finds the phrases; all find the same, hyperscan is an extra."
    )
    bank: Paths = Field((), description="Hash bank CSV files; a bank is named by its file's stem.")
    model: Path | None = Field(None, description="Model folder; the promoted one if unset.")
    challenger: Path | None = Field(None, description="Model folder of the challenger; that of its alias if unset.")
    challenger_share: float = Field(0.0, ge=0, le=1, description="Share of captures that it scores in shadow.")
    policy: Path | None = Field(None, description="Policy file (YAML); the default policy if unset.")
    ocr_weights: Path | None = Field(None, description="Folder with det/ and rec/; `.weights/ocr` if unset.")
    ocr_workers: int = Field(1, ge=1, le=256, description="OCR worker processes, one engine each.")

    def changed(self) -> tuple[str, ...]:
        """Names of the fields that change what becomes of a text, and that are not the project's own here."""
        return tuple(name for name in OF_TEXTS if getattr(self, name))


OF_TEXTS = ("lexicon", "overlays", "urls", "protected", "policy")
"""Fields that change what becomes of a text whatever the model; matchers all find the same."""


class StatedSettings(PipelineSettings):
    """What the pipeline runs with where a model is measured: as the code states it, whatever the environment says.

    A policy or a lexicon that the environment names would let a model through every gate.
    """

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic gives these by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is stated."""
        return (init_settings,)
