"""The load harness itself: it must notice an answer that is wrong, lost, or refused without a word."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import kills, overload, soak
from benchmarks.ledger import Ledger, LostOrWrong
from benchmarks.load import Answer
from benchmarks.promises import report
from benchmarks.server_process import ServerProcess
from benchmarks.texts import Texts
from benchmarks.traffic import Fate, Pace, Reply, Request, Traffic, judge
from benchmarks.watch import SLICES, Watch
from cli.bench import command

REQUESTS = [Request("/v1/score", json.dumps({"id": str(number)}).encode()) for number in range(4)]


class Server(BaseHTTPRequestHandler):
    """Answers the id; `mood` says what goes wrong, `asked` counts."""

    protocol_version = "HTTP/1.1"
    mood, asked = "well", 0

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Server.asked += 1
        status, headers = 200, {}
        if self.mood == "breaks" and Server.asked % 3 == 0:
            self.close_connection = True
            return
        if self.mood == "wrong" and Server.asked % 3 == 0:
            content["severity"] = 5
        if self.mood == "degraded":
            content |= {"severity": 4, "degraded": True}
        if self.mood in ("refuses", "rude"):
            status, headers = 429, {"Retry-After": "1"} if self.mood == "refuses" else {}
        if self.mood == "once" and Server.asked == 1:
            status, headers = 503, {"Retry-After": "0"}
        body = json.dumps({**content, "timing_ns": {"total": Server.asked}}).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(mood: str) -> Iterator[ServerProcess]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Server.mood, Server.asked = mood, 0
    try:
        yield ServerProcess(0, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def learnt() -> Ledger:
    ledger = Ledger(REQUESTS)
    with serving("well") as server:
        ledger.learn(server)
    return ledger


def sent(mood: str, patience_s: float = 0.0) -> list[Reply]:
    with serving(mood) as server:
        return Traffic(server.port, REQUESTS, Pace(60, 0.5, 5, patience_s)).end_when_done()


def test_an_open_loop_sends_at_its_pace_and_right_answers_pass() -> None:
    replies = sent("well")
    assert 15 < len(replies) < 50
    assert {reply.number for reply in replies} == {0, 1, 2, 3}
    assert all(reply.seconds > 0 and reply.lag > -0.01 for reply in replies)
    learnt().check(replies)


@pytest.mark.parametrize(("mood", "told"), [("wrong", "wrong"), ("breaks", "lost"), ("rude", "answered with 429")])
def test_what_goes_wrong_is_told_by_its_count(mood: str, told: str) -> None:
    replies = sent(mood)
    with pytest.raises(LostOrWrong, match=rf"^\d+ {told}$"):
        learnt().check(replies)


@pytest.mark.parametrize(("mood", "fate"), [("refuses", Fate.REFUSED), ("degraded", Fate.DEGRADED)])
def test_a_polite_refusal_and_a_degraded_answer_are_neither_lost_nor_whole(mood: str, fate: Fate) -> None:
    replies = sent(mood)
    learnt().check(replies)
    assert {reply.fate for reply in replies} == {fate}


def test_a_server_that_is_at_fault_without_load_is_no_measure() -> None:
    with serving("rude") as server, pytest.raises(LostOrWrong, match="without load"):
        Ledger(REQUESTS).learn(server)


def test_whoever_is_patient_tries_again_and_says_why() -> None:
    replies = sent("once", patience_s=5)
    assert {reply.fate for reply in replies} == {Fate.ANSWERED}
    assert [why for reply in replies for why in reply.again] == ["503"]
    broken = sent("breaks", patience_s=20)
    assert {reply.fate for reply in broken} == {Fate.ANSWERED}
    assert {why for reply in broken for why in reply.again} == {"IncompleteReadError"}


def test_traffic_ends_when_it_is_told_and_loses_nothing() -> None:
    with serving("well") as server:
        traffic = Traffic(server.port, REQUESTS, Pace(100, 3600, 5))
        while Server.asked < 5:
            traffic.wait(0.01)
        replies = traffic.end()
        assert len(replies) == Server.asked


def test_a_batch_has_a_digest_a_verdict_and_each_state_of_the_server_its_answers() -> None:
    verdicts = [{"id": "a", "severity": 1, "timing_ns": {}}, {"id": "b", "severity": 2}]
    both = judge(Answer(200, {}, json.dumps({"verdicts": verdicts}).encode(), 0.1))
    one = judge(Answer(200, {}, json.dumps({"severity": 2, "timing_ns": {"total": 9}, "id": "b"}).encode(), 0.1))
    assert both[0] is one[0] is Fate.ANSWERED
    assert both[1][1:] == one[1]
    assert judge(Answer(429, {"retry-after": "0"}, b"", 0.1))[0] is Fate.FAILED


def reply(due: float, seconds: float, fate: Fate = Fate.ANSWERED, again: tuple[str, ...] = ()) -> Reply:
    return Reply(0, due, 0.0, seconds, fate, 200, ("x",), again)


def watched(last: float) -> Watch:
    return Watch(0.0, [(number + 0.5, 100.0 if number < SLICES - 1 else last, 10.0) for number in range(SLICES)])


def test_promises_are_kept_or_not() -> None:
    def kept(replies: list[Reply], last: float = 100.0, able: float = 10.0) -> list[bool]:
        return [promise.kept for promise in overload.weigh(replies, SLICES, able, watched(last))[1]]

    good = [reply(number / 10, 0.1) for number in range(10 * SLICES)]
    assert kept(good) == [True] * 4
    assert kept(good, last=106.0) == [True, True, True, False]
    assert kept([reply(0, 2.1), *good]) == [True, False, True, True]
    assert kept([reply(0, 0.1, Fate.FAILED), *good]) == [True, True, False, True]
    assert kept(good, able=12.0)[0] is False
    assert kept([reply(number / 10, 0.1, Fate.DEGRADED) for number in range(60)])[0] is False

    slow = [*good, *(reply(SLICES - 0.5, 0.2) for _ in range(20))]
    assert [promise.kept for promise in soak.weigh(good, watched(100.0), SLICES)] == [True] * 3
    assert [promise.kept for promise in soak.weigh(slow, watched(106.0), SLICES)] == [True, False, False]
    broken = [reply(0, 1, again=("IncompleteReadError",)), reply(0, 1, again=("ConnectionRefusedError",))]
    parts = [("kill -9 of the service", broken), ("SIGTERM to the service", broken), ("x", broken[1:])]
    assert [promise.kept for promise in kills.weigh(parts)] == [True, True, False, True, True]
    assert "**no**" in report(kills.weigh(parts), [])


def test_load_is_mixed() -> None:
    requests = soak.mixed(Texts(tuple("pq" * 8), tuple("hi" * 8)))
    assert {request.path for request in requests} == {"/v1/score", "/v1/score:batch"}
    assert sum(b'"device"' in request.body for request in requests) == 2
    assert len(requests) == 16 * 2 + 2 * 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["overload", "swaps", "kills", "soak"])
def test_the_bench_runs_to_its_report(name: str) -> None:
    done = CliRunner().invoke(command, [name, "--quick"])
    assert done.exit_code == 0, done.output
    assert "| promise" in done.output
