"""TLS of both transports from the same files; with a client CA, only those with a certificate of it may connect.

Every new connection looks whether the files have changed, and is then served by the new ones. Files that do not fit
together (one is written before the other) leave the old ones in force.
"""

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from domain.errors import InvalidKeys
from serving.settings import ServingSettings

_LOG = logging.getLogger("secondglance")
_State = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Certificate, key and client CA, as each transport wants them."""

    context: ssl.SSLContext
    grpc: grpc.ServerCertificateConfiguration


class CertificateFiles:
    """The files of certificate, key and client CA, read anew when they change.

    Args:
        cert: Certificate chain, PEM.
        key: Its private key, PEM.
        client_ca: Whose certificates clients need; None if they need none.

    Raises:
        InvalidKeys: If they cannot be used at the start.
    """

    def __init__(self, cert: Path, key: Path, client_ca: Path | None) -> None:
        self._cert, self._key, self._client_ca = cert, key, client_ca
        self._seen = self._state()
        self._loaded = self._load()

    def latest(self) -> _Loaded:
        """What is in force for a connection that begins now."""
        state = self._state()
        if state != self._seen:
            try:
                self._loaded = self._load()
            except InvalidKeys as error:
                _LOG.error("certificates rejected, the old ones stay in force: %s", error)
            else:
                _LOG.info("certificates reloaded")
            self._seen = state
        return self._loaded

    def _state(self) -> _State:
        """Changes whenever a file does."""
        return tuple(_state_of(path) for path in (self._cert, self._key, self._client_ca) if path)

    def _load(self) -> _Loaded:
        pair = (_read(self._key), _read(self._cert))
        client_ca = _read(self._client_ca) if self._client_ca else None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self._cert, self._key)
            if client_ca:
                context.load_verify_locations(cadata=client_ca.decode("ascii"))
                context.verify_mode = ssl.CERT_REQUIRED
        except (ssl.SSLError, ValueError) as error:
            raise InvalidKeys(f"{self._cert.name} and {self._key.name}: cannot be used ({error})") from error
        return _Loaded(context, grpc.ssl_server_certificate_configuration([pair], client_ca))


def http_tls(settings: ServingSettings) -> dict[str, Any]:
    """What uvicorn is told; nothing without a certificate.

    Raises:
        InvalidKeys: If a file cannot be used.
    """
    if not settings.tls_cert or not settings.tls_key:
        return {}
    files = CertificateFiles(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
    outer = files.latest().context

    def renew(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = files.latest().context

    outer.sni_callback = renew
    return {"ssl_context_factory": lambda _config, _default: outer}


def grpc_tls(settings: ServingSettings) -> grpc.ServerCredentials | None:
    """What gRPC is told; None without a certificate.

    Raises:
        InvalidKeys: If a file cannot be used.
    """
    if not settings.tls_cert or not settings.tls_key:
        return None
    files = CertificateFiles(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
    return grpc.dynamic_ssl_server_credentials(
        files.latest().grpc, lambda: files.latest().grpc, require_client_authentication=bool(settings.tls_client_ca)
    )


def _state_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidKeys(f"{path.name}: cannot be read ({error.strerror})") from error
