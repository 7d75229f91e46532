"""TLS and client certificates over real sockets, both transports, with a CA made here."""

import asyncio
import datetime
import ipaddress
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.errors import InvalidKeys
from pipeline.pipeline import Pipeline
from serving.grpc_api import GrpcServer
from serving.http_api import make_app
from serving.http_server import HttpServer
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from serving.settings import ServingSettings
from serving.tls import grpc_tls, http_tls
from tests.conftest import ROOT, FixedScorer

Key = ec.EllipticCurvePrivateKey


def certificate(folder: Path, name: str, issuer: tuple[x509.Name, Key] | None) -> tuple[x509.Name, Key]:
    """Writes NAME.pem and NAME.key; without an issuer it is a CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0] if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]),
            critical=False,
        )
    )
    signer = issuer[1] if issuer else key
    if issuer:
        aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
        builder = builder.add_extension(aki, critical=False)
    made = builder.sign(signer, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return subject, key


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certs")
    ca = certificate(folder, "ca", None)
    certificate(folder, "server", ca)
    certificate(folder, "client", ca)
    certificate(folder, "stranger", certificate(folder, "other-ca", None))
    return folder


def serve(pipeline: Pipeline, settings: ServingSettings, talk: Any) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    service._ready = True

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            make_app(service), access_log=False, log_config=None, lifespan="off", **http_tls(settings)
        )
        http = HttpServer(config)
        grpc_server = GrpcServer(service, credentials=grpc_tls(settings))
        port = await grpc_server.start("127.0.0.1:0")
        serving = asyncio.create_task(http.serve([listener]))
        try:
            await talk(f"127.0.0.1:{listener.getsockname()[1]}", f"127.0.0.1:{port}")
        finally:
            await grpc_server.stop(0)
            http.should_exit = True
            await serving

    asyncio.run(run())


def client_context(certs: Path, name: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certs / "ca.pem"))
    if name:
        context.load_cert_chain(certs / f"{name}.pem", certs / f"{name}.key")
    return context


async def over_http(certs: Path, address: str, name: str | None, scheme: str = "https") -> bool:
    try:
        async with httpx.AsyncClient(verify=client_context(certs, name)) as client:
            answer = await client.post(f"{scheme}://{address}/v1/score", json={"id": "a", "text": "x"})
            return answer.status_code == 200
    except (httpx.TransportError, ssl.SSLError):
        return False


async def over_grpc(certs: Path, address: str, name: str | None, plain: bool = False) -> bool:
    pair = ((certs / f"{name}.key").read_bytes(), (certs / f"{name}.pem").read_bytes()) if name else (None, None)
    credentials = grpc.ssl_channel_credentials((certs / "ca.pem").read_bytes(), *pair)
    channel = grpc.aio.insecure_channel(address) if plain else grpc.aio.secure_channel(address, credentials)
    async with channel:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        try:
            await stub.Score(pb.ScoreRequest(capture=pb.Capture(id="a", text="x")), timeout=10)
        except grpc.aio.AioRpcError:
            return False
    return True


def test_with_a_certificate_nothing_is_spoken_plainly(pipeline: Pipeline, certs: Path) -> None:
    settings = ServingSettings(tls_cert=certs / "server.pem", tls_key=certs / "server.key")

    async def talk(http: str, grpc_address: str) -> None:
        assert await over_http(certs, http, None)
        assert await over_grpc(certs, grpc_address, None)
        assert not await over_http(certs, http, None, scheme="http")
        assert not await over_grpc(certs, grpc_address, None, plain=True)

    serve(pipeline, settings, talk)


def test_with_a_client_ca_only_its_clients_connect(pipeline: Pipeline, certs: Path) -> None:
    settings = ServingSettings(
        tls_cert=certs / "server.pem", tls_key=certs / "server.key", tls_client_ca=certs / "ca.pem"
    )

    async def talk(http: str, grpc_address: str) -> None:
        for name, welcome in (("client", True), (None, False), ("stranger", False)):
            assert await over_http(certs, http, name) is welcome, name
            assert await over_grpc(certs, grpc_address, name) is welcome, name

    serve(pipeline, settings, talk)


def test_new_certificates_are_served_without_a_restart(pipeline: Pipeline, certs: Path, tmp_path: Path) -> None:
    live, later = tmp_path / "live", tmp_path / "later"
    shutil.copytree(certs, live)
    later.mkdir()
    ca = certificate(later, "ca", None)
    certificate(later, "server", ca)
    certificate(later, "client", ca)
    for suffix in ("pem", "key"):  # an old client that knows the new CA
        shutil.copyfile(certs / f"client.{suffix}", later / f"old.{suffix}")
    settings = ServingSettings(tls_cert=live / "server.pem", tls_key=live / "server.key", tls_client_ca=live / "ca.pem")

    async def talk(http: str, grpc_address: str) -> None:
        async def welcome(folder: Path, name: str) -> list[bool]:
            return [await over_http(folder, http, name), await over_grpc(folder, grpc_address, name)]

        assert [await welcome(certs, "client"), await welcome(later, "client")] == [[True, True], [False, False]]
        shutil.copyfile(later / "server.pem", live / "server.pem")
        assert await welcome(certs, "client") == [True, True], "a certificate without its key is not taken"
        for name in ("server.key", "ca.pem"):
            shutil.copyfile(later / name, live / name)
        assert [await welcome(certs, "client"), await welcome(later, "client")] == [[False, False], [True, True]]
        assert await welcome(later, "old") == [False, False], "clients of the old CA are strangers now"
        (live / "server.pem").unlink()
        assert await welcome(later, "client") == [True, True], "a file that is gone leaves the old in force"

    serve(pipeline, settings, talk)


def test_certificates_that_do_not_fit_are_refused_at_the_start(certs: Path) -> None:
    settings = ServingSettings(tls_cert=certs / "server.pem", tls_key=certs / "client.key")
    for tls in (http_tls, grpc_tls):
        with pytest.raises(InvalidKeys, match=r"server\.pem and client\.key"):
            tls(settings)


def test_the_health_check_of_the_image_knows_tls(pipeline: Pipeline, certs: Path) -> None:
    settings = ServingSettings(tls_cert=certs / "server.pem", tls_key=certs / "server.key")
    check = re.search(
        r"^HEALTHCHECK (?:.*\\\n)?.*?CMD (\[.*\])$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    assert check
    _, *arguments = json.loads(check[1])

    def status(port: str, **env: str) -> int:
        given = {**os.environ, "SECONDGLANCE_HTTP_PORT": port, **env}
        return subprocess.run([sys.executable, *arguments], env=given, stderr=subprocess.DEVNULL).returncode

    async def talk(http: str, _: str) -> None:
        port = http.rpartition(":")[2]
        assert await asyncio.to_thread(status, port, SECONDGLANCE_TLS_CERT="server.pem") == 0
        assert await asyncio.to_thread(status, port) == 1

    serve(pipeline, settings, talk)
