"""What a client sees of a service that stops: an answer, or word that it may ask elsewhere."""

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
import uvicorn
from grpc_health.v1 import health_pb2, health_pb2_grpc

from pipeline.pipeline import Pipeline
from secondglance_client.records import Capture
from secondglance_client.retry import Retry
from secondglance_client.stream import StreamClient
from serving.grpc_api import GrpcServer
from serving.header_limit import HeaderLimit
from serving.http_server import HttpServer
from serving.limits import Limits
from serving.listener import begin_no_more, has_come, listen
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from tests.conftest import FixedScorer
from tests.running_server import ROOT, start, stopping

GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
OK, GONE = "OK", "UNAVAILABLE"
CAPTURE = pb.Capture(id="a", text="he said he would stab me at the gate")
Connect = Callable[[], socket.socket]


async def answers_and_closes(scope: Any, receive: Any, send: Any) -> None:
    """As the service does once it is about to stop."""
    headers = [(b"content-length", b"2"), (b"connection", b"close" if scope["path"] == "/" else b"keep-alive")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


def stop_http(talk: Callable[[Connect, HttpServer], Awaitable[Callable[[], Awaitable[None]]]]) -> None:
    """Has a client talk, stops the server before anything else happens, and has the client end its talk."""

    async def run() -> None:
        listener = listen("127.0.0.1", 0)
        server = HttpServer(uvicorn.Config(answers_and_closes, http=HeaderLimit, lifespan="off", log_config=None))
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup([listener])
        with contextlib.ExitStack() as stack:
            address = listener.getsockname()

            def connect() -> socket.socket:
                made = stack.enter_context(socket.create_connection(address))
                made.setblocking(False)
                return made

            end = await talk(connect, server)
            shutting = asyncio.create_task(server.shutdown([listener]))
            async with asyncio.timeout(60):  # what never comes fails
                await end()
                await shutting
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)

    asyncio.run(run())


async def all_of(sock: socket.socket) -> bytes:
    """What comes until the other side closes."""
    loop, read = asyncio.get_running_loop(), b""
    while some := await loop.sock_recv(sock, 4096):
        read += some
    return read


def test_whoever_is_connected_and_not_yet_accepted_is_answered() -> None:
    async def talk(connect: Connect, _: HttpServer) -> Callable[[], Awaitable[None]]:
        socks = [connect() for _ in range(20)]
        for sock in socks:
            sock.sendall(GET)  # the loop has had no turn yet: nothing was accepted

        async def end() -> None:
            for sock in socks:
                assert (await all_of(sock)).endswith(b"ok")

        return end

    stop_http(talk)


def test_the_first_request_of_a_new_connection_is_awaited() -> None:
    async def talk(connect: Connect, server: HttpServer) -> Callable[[], Awaitable[None]]:
        sock = connect()
        while not server.server_state.connections:
            await asyncio.sleep(0)

        async def end() -> None:
            while server.servers[0].is_serving():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)  # its connections were told to end
            sock.sendall(GET)
            assert (await all_of(sock)).endswith(b"ok")

        return end

    stop_http(talk)


@pytest.mark.parametrize("first", [len(GET), 9], ids=["whole", "half"])
def test_a_further_request_that_has_come_is_answered(first: int) -> None:
    async def talk(connect: Connect, _: HttpServer) -> Callable[[], Awaitable[None]]:
        loop, sock = asyncio.get_running_loop(), connect()
        sock.sendall(GET.replace(b"/", b"/kept", 1))
        assert (await loop.sock_recv(sock, 4096)).startswith(b"HTTP/1.1 200")
        sock.sendall(GET[:first])

        async def end() -> None:
            await asyncio.sleep(0.5 if GET[first:] else 0)  # the doors are closed
            sock.sendall(GET[first:])
            assert b"\r\n\r\nok" in (await all_of(sock))[2:]

        return end

    stop_http(talk)


def test_an_idle_connection_is_closed() -> None:
    async def talk(connect: Connect, _: HttpServer) -> Callable[[], Awaitable[None]]:
        loop, sock = asyncio.get_running_loop(), connect()
        sock.sendall(GET.replace(b"/", b"/kept", 1))
        read = b""
        while not read.endswith(b"ok"):
            read += await loop.sock_recv(sock, 4096)

        async def end() -> None:
            assert await all_of(sock) == b""

        return end

    stop_http(talk)


def test_nobody_begins_to_connect_while_the_last_ones_are_accepted() -> None:
    with listen("127.0.0.1", 0) as listener, socket.socket() as late:
        listener.setblocking(False)
        with socket.create_connection(listener.getsockname()):
            begin_no_more(listener)
            assert has_come(listener)
            late.settimeout(0.3)
            with pytest.raises(TimeoutError):
                late.connect(listener.getsockname())
            accepted, _ = listener.accept()
            accepted.close()
            assert not has_come(listener)


@pytest.fixture
def service(pipeline: Pipeline) -> ScoringService:
    return ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))


def over_grpc(service: ScoringService, talk: Callable[[grpc.aio.Channel, GrpcServer, int], Awaitable[None]]) -> None:
    """Has a client talk while a server runs."""

    async def run() -> None:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        server.set_healthy(True)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            await talk(channel, server, port)
            await server.stop(0)

    asyncio.run(run())


def test_calls_that_no_method_has_taken_yet_are_answered(service: ScoringService) -> None:
    """Without the hold the core answers CANCELLED to most of these."""

    async def talk(channel: grpc.aio.Channel, server: GrpcServer, _: int) -> None:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        await stub.Score(pb.ScoreRequest(capture=CAPTURE))
        calls = [asyncio.ensure_future(stub.Score(pb.ScoreRequest(capture=CAPTURE))) for _ in range(200)]
        while server._drain._come < 20:
            await asyncio.sleep(0)
        await server.stop(60)
        ends = Counter(type(end).__name__ for end in await asyncio.gather(*calls, return_exceptions=True))
        assert ends == {"ScoreResponse": 200}
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Score(pb.ScoreRequest(capture=CAPTURE))
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE

    over_grpc(service, talk)


def test_an_open_stream_is_answered_as_far_as_it_was_read_and_sent_elsewhere(service: ScoringService) -> None:
    async def talk(channel: grpc.aio.Channel, server: GrpcServer, _: int) -> None:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        stream = stub.ScoreStream()
        for _ in range(3):
            await stream.write(pb.ScoreStreamRequest(capture=CAPTURE))
        assert (await stream.read()).result.verdict.id == "a"
        await server.stop(600)  # it does not take so long
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            while await stream.read() is not grpc.aio.EOF:
                continue
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert "send what was not answered" in str(refused.value.details())

    over_grpc(service, talk)


def test_watchers_of_health_are_told_and_sent_elsewhere(service: ScoringService) -> None:
    async def talk(channel: grpc.aio.Channel, server: GrpcServer, _: int) -> None:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        stop = asyncio.create_task(server.stop(600))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        await stop
        assert await watch.code() is grpc.StatusCode.UNAVAILABLE

    over_grpc(service, talk)


def test_the_streaming_client_goes_on_with_the_next_server(service: ScoringService) -> None:
    async def captures(answered: asyncio.Semaphore) -> AsyncIterator[Capture]:
        for number in range(30):
            if number == 10:
                await answered.acquire()
            yield Capture(id=str(number), text="homework")

    async def talk(_: grpc.aio.Channel, server: GrpcServer, port: int) -> None:
        moved, answered, ids = asyncio.Semaphore(0), 0, []
        async with StreamClient(f"127.0.0.1:{port}", retry=Retry(tries=20, first_s=0.2)) as client:
            async for result in client.score(captures(moved)):
                ids.append(result.id)
                answered += 1
                if answered == 10:  # the stream is idle
                    await server.stop(600)
                    following = GrpcServer(service)
                    assert await following.start(f"127.0.0.1:{port}") == port
                    moved.release()
        await following.stop(0)
        assert ids == [str(number) for number in range(30)]

    over_grpc(service, talk)


def test_sigterm_under_load_loses_nothing(tmp_path: Path, small_model: Path) -> None:
    """Callers that reuse a connection, such as make one for each request, and watchers, all at once.

    Those of gRPC have the retry policy of the documentation, and no caller waits for a word that the server goes.
    """
    policy = (ROOT / "docs" / "examples" / "grpc_service_config.json").read_text("utf-8")
    lexicon = tmp_path / "own.csv"
    lexicon.write_text("phrase,grade,category\nstab me,4,violence\n", encoding="utf-8")
    outcomes: Counter[str] = Counter()
    begun = threading.Event()

    def ask(client: httpx.Client, kind: str) -> bool:
        try:
            answer = client.post("/v1/score", json={"id": "a", "text": CAPTURE.text})
        except httpx.ConnectError:  # nothing was sent
            return False
        except httpx.TransportError as error:
            outcomes[f"{kind} {type(error).__name__}"] += 1
            return False
        outcomes[f"{kind} {answer.status_code}"] += 1
        if outcomes["kept 200"] > 10 and outcomes["short 200"] > 10 and outcomes[f"unary {OK}"] > 10:
            begun.set()
        return True

    def over_kept(http: str, _: str) -> None:
        with httpx.Client(base_url=http, timeout=60) as client:
            while ask(client, "kept"):
                continue

    def over_short(http: str, _: str) -> None:
        asked = True
        while asked:
            with httpx.Client(base_url=http, timeout=60) as client:
                asked = ask(client, "short")

    def over_unary(_: str, address: str) -> None:
        own = [("grpc.use_local_subchannel_pool", 1), ("grpc.service_config", policy)]
        with grpc.insecure_channel(address, own) as channel:
            stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
            code = OK
            while code == OK:
                try:
                    stub.Score(pb.ScoreRequest(capture=CAPTURE), timeout=60)
                except grpc.RpcError as error:
                    code = error.code().name  # type: ignore[attr-defined]
                outcomes[f"unary {code}"] += 1

    def over_watch(_: str, address: str) -> None:
        with grpc.insecure_channel(address) as channel:
            try:
                for _ in health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest()):
                    continue
            except grpc.RpcError as error:
                outcomes[f"watch {error.code().name}"] += 1  # type: ignore[attr-defined]

    server = start("--lexicon", str(lexicon), "--model", str(small_model))
    targets = [over_kept, over_kept, *[over_short] * 8, *[over_unary] * 4, over_watch]
    threads = [threading.Thread(target=target, args=(server.http, server.grpc), daemon=True) for target in targets]
    with stopping(server):
        for thread in threads:
            thread.start()
        assert begun.wait(120)
    for thread in threads:
        thread.join(60)
    assert set(outcomes) == {"kept 200", "short 200", f"unary {OK}", f"unary {GONE}", f"watch {GONE}"}, outcomes
    assert (outcomes[f"unary {GONE}"], outcomes[f"watch {GONE}"]) == (4, 1)
