"""TLS of both transports from the same files; with a client CA, only those with a certificate of it may connect."""

import ssl
from pathlib import Path
from typing import Any

import grpc

from domain.errors import InvalidKeys
from serving.settings import ServingSettings


def http_tls(settings: ServingSettings) -> dict[str, Any]:
    """What uvicorn is told; nothing without a certificate."""
    if not settings.tls_cert:
        return {}
    out: dict[str, Any] = {"ssl_certfile": str(settings.tls_cert), "ssl_keyfile": str(settings.tls_key)}
    if settings.tls_client_ca:
        out |= {"ssl_ca_certs": str(settings.tls_client_ca), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return out


def grpc_tls(settings: ServingSettings) -> grpc.ServerCredentials | None:
    """What gRPC is told; None without a certificate.

    Raises:
        InvalidKeys: If a file cannot be read.
    """
    if not settings.tls_cert or not settings.tls_key:
        return None
    pair = (_read(settings.tls_key), _read(settings.tls_cert))
    client_ca = _read(settings.tls_client_ca) if settings.tls_client_ca else None
    return grpc.ssl_server_credentials([pair], client_ca, require_client_auth=client_ca is not None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidKeys(f"{path.name}: cannot be read ({error.strerror})") from error
