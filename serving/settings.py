"""Where the service listens; every field can be set by an environment variable `SECONDGLANCE_*`."""

import ipaddress
from dataclasses import replace

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.limits import Limits, default_limits


class ServingSettings(BaseSettings):
    """Addresses and concurrency of the service."""

    model_config = SettingsConfigDict(env_prefix="SECONDGLANCE_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    http_port: int = Field(8080, ge=0, le=65535)
    grpc_port: int = Field(50051, ge=0, le=65535)
    threads: int | None = Field(None, ge=1, le=256, description="Texts worked on at once; one for each CPU if unset.")
    text_queue_bytes: int = Field(4 * 2**20, ge=1, description="Bytes of text that may wait.")
    image_queue_pixels: int = Field(64_000_000, ge=1, description="Pixels of pictures that may wait.")
    longest_seconds: float = Field(60.0, gt=0, description="Longest time that a caller is granted, and the default.")
    dev: bool = Field(False, description="Listen beyond loopback without keys; never in production.")
    drain_seconds: float = Field(20.0, ge=0, description="Time that running requests get at shutdown.")

    def limits(self, ocr_workers: int) -> Limits:
        """What is worked on at once and what may wait."""
        fitting = default_limits(ocr_workers)
        return replace(
            fitting,
            text_threads=self.threads or fitting.text_threads,
            text_queue=self.text_queue_bytes,
            image_queue=self.image_queue_pixels,
            longest_s=self.longest_seconds,
        )

    @model_validator(mode="after")
    def _loopback_unless_dev(self) -> "ServingSettings":
        if not self.dev and not is_loopback(self.host):
            raise ValueError(
                f"{self.host} is not a loopback address: without keys the service listens on loopback only "
                "(--dev lifts this on a trusted network)"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
