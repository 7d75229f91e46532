"""Where the service listens; every field can be set by an environment variable `SECONDGLANCE_*`."""

import ipaddress

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServingSettings(BaseSettings):
    """Addresses and concurrency of the service."""

    model_config = SettingsConfigDict(env_prefix="SECONDGLANCE_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    http_port: int = Field(8080, ge=0, le=65535)
    grpc_port: int = Field(50051, ge=0, le=65535)
    threads: int = Field(4, ge=1, le=256, description="Captures that are worked on at the same time.")
    dev: bool = Field(False, description="Listen beyond loopback without keys; never in production.")
    drain_seconds: float = Field(20.0, ge=0, description="Time that running requests get at shutdown.")

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
