"""Where the service listens; every field can be set by an environment variable `SECONDGLANCE_*`."""

import ipaddress
from dataclasses import replace
from pathlib import Path
from typing import Literal

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
    keys: Path | None = Field(None, description="File of API keys (`secondglance keys`).")
    oidc_issuer: str | None = Field(None, description="OpenID Connect issuer whose tokens are accepted.")
    oidc_audience: str = Field("secondglance", description="Audience that its tokens must be for.")
    oidc_jwks_url: str | None = Field(None, description="Where its keys are; its own configuration says, if unset.")
    oidc_tenant_claim: str = Field("tenant", description="The claim that holds the tenant.")
    tls_cert: Path | None = Field(None, description="Certificate chain (PEM) of both transports.")
    tls_key: Path | None = Field(None, description="Its private key (PEM).")
    tls_client_ca: Path | None = Field(None, description="Clients need a certificate of this CA (PEM).")
    blocklists: Path | None = Field(None, description="Folder for the tenants' blocklists; in memory if unset.")
    dev: bool = Field(False, description="Listen beyond loopback without keys; never in production.")
    drain_delay_seconds: float = Field(1.0, ge=0, description="Time between not ready and the end of listening.")
    quarantine_after: int = Field(
        50,
        ge=0,
        description="Devices on which a picture may match within an hour before it is set aside; 0: never.",
    )
    drain_seconds: float = Field(20.0, ge=0, description="Time that running requests get at shutdown.")
    log: Literal["text", "json"] = Field("text", description="Form of the log lines.")
    otlp_endpoint: str | None = Field(None, description="Where traces go (OTLP over HTTP); none if unset.")
    trace_share: float = Field(0.01, ge=0, le=1, description="Share of traces begun here that is kept.")
    reference: Path | None = Field(None, description="What drift is measured against, instead of the model's own.")

    @property
    def guarded(self) -> bool:
        """Whether callers need a key or a token."""
        return self.keys is not None or self.oidc_issuer is not None

    @model_validator(mode="after")
    def _whole_tls(self) -> "ServingSettings":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("TLS needs both a certificate and its key")
        if self.tls_client_ca and not self.tls_cert:
            raise ValueError("client certificates need TLS: a certificate and a key of the server's own")
        return self

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
        if not (self.dev or self.guarded or is_loopback(self.host)):
            raise ValueError(
                f"{self.host} is not a loopback address: without keys the service listens on loopback only "
                "(--dev lifts this on a trusted network; --keys on any)"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
