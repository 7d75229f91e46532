import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from click.testing import CliRunner

import benchmarks.over_http
from benchmarks import over_grpc
from benchmarks.load import Answer, Load, closed_loop, percentile, timeless
from benchmarks.over_grpc import MOST_IMAGES, captures_of
from benchmarks.over_http import BATCH, CAPTURE, IMAGE, UnequalAnswers, _report, batch, bodies, check_equal
from benchmarks.server_process import ServerProcess, peer
from benchmarks.texts import Texts, read_texts
from cli.bench import command
from serving.limits import default_limits
from serving.plan import image_cost
from serving.proto import scoring_pb2 as pb


def answered(body: Any) -> Answer:
    return Answer(200, {}, json.dumps(body).encode(), 0.1)


def test_load_reaches_the_server_and_its_cost_is_the_servers() -> None:
    sent = bodies([f"text {number} " + "x" * 20_000 for number in range(200)])
    with peer("echo") as server:
        load = closed_loop(server, "/v1/score", sent, 4)
        assert [answer.body for answer in load.answers] == [
            json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode() for body in sent
        ]
        assert {answer.status for answer in load.answers} == {200}
        assert 0 < load.cpu_seconds <= 2 * load.wall_seconds
        assert server.resident_mib() >= server.resident_mib(children=False) > 10
        assert server.ocr_workers() == []


def test_texts_without_a_hit_have_none_and_the_others_differ_in_length() -> None:
    texts = read_texts(24)
    assert len(texts.plain) == len(texts.hits) == 24
    assert {len(text) for text in texts.plain} == {2000}
    assert {length: {len(text) for text in short} for length, short in texts.short.items()} == {200: {200}, 30: {30}}
    assert {len(short) for short in texts.short.values()} == {24}
    assert max(map(len, texts.hits)) > 4 * min(map(len, texts.hits))


@pytest.mark.parametrize("wrong", ["none", "load", "batch"])
def test_an_answer_that_depends_on_the_load_ends_the_bench(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    def fake(server: Any, path: str, sent: Any, clients: int) -> Load:
        severity = 5 if wrong == ("batch" if path.endswith("batch") else "load" if clients > 1 else "") else 0
        verdict = {"id": "0", "severity": severity, "timing_ns": {"total": clients}}
        return Load([answered({"verdicts": [verdict]} if path.endswith("batch") else verdict)])

    monkeypatch.setattr(benchmarks.over_http, "closed_loop", fake)
    server, texts = ServerProcess(1, 1), Texts((), ("x",))
    loaded = Load([answered({"id": "0", "severity": 0, "timing_ns": {"total": 9}})])
    if wrong == "none":
        check_equal(server, loaded, texts, bodies(texts.hits))
        return
    with pytest.raises(UnequalAnswers):
        check_equal(server, loaded, texts, bodies(texts.hits))


def test_small_parts() -> None:
    assert json.loads(batch(["a", "b"])) == {"captures": [{"id": "0", "text": "a"}, {"id": "1", "text": "b"}]}
    assert percentile([3, 1, 2], 0.5) == 2
    assert (percentile([], 0.99), percentile([1, 2], 1.0)) == (0.0, 2)
    assert timeless(answered({"verdicts": [{"id": "a", "timing_ns": 1}]})) == {"verdicts": [{"id": "a"}]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "ways"), [("http", ["secondglance"]), ("grpc", ["Score", "ScoreBatch of 2", "ScoreStream"])]
)
def test_the_bench_runs_to_its_report(name: str, ways: list[str]) -> None:
    done = CliRunner().invoke(command, [name, "--quick"])
    assert done.exit_code == 0, done.output
    assert "CPU ms a capture" in done.output
    rows = [[cell.strip() for cell in line.split("|")] for line in done.output.splitlines() if line.startswith("|")]
    pictured = [row for row in rows if row[2:3] == [IMAGE]]
    assert [row[1] for row in pictured] == ways
    assert all(float(row[3]) > 0 for row in pictured)


def test_images_over_grpc_are_sent_in_parts_that_its_queue_takes() -> None:
    made = captures_of(Texts(("a",) * 40, ("b",) * 40, {30: ("c",) * 40}), 2 * MOST_IMAGES + 1)
    assert [[len(part) for part in parts] for parts in made.values()] == [[40]] * 3 + [[MOST_IMAGES, MOST_IMAGES, 1]]
    sent = [capture for part in made[IMAGE] for capture in part]
    assert [capture.id for capture in sent] == [str(number) for number in range(2 * MOST_IMAGES + 1)]
    assert {capture.image for capture in sent} == {CAPTURE.read_bytes()}
    cost = MOST_IMAGES * image_cost(CAPTURE.read_bytes())
    assert cost <= default_limits().image_queue // 2, "a tenant alone gets half of the queue"


class Refusing:
    """Answers each capture with a failure."""

    failure = pb.Result(failure=pb.Failure(id="0", type="overloaded", detail="the image queue is full"))

    async def ScoreBatch(self, request: pb.ScoreBatchRequest) -> pb.ScoreBatchResponse:  # noqa: N802
        return pb.ScoreBatchResponse(verdicts=[self.failure] * len(request.captures))

    async def ScoreStream(  # noqa: N802
        self, requests: AsyncIterator[pb.ScoreStreamRequest]
    ) -> AsyncIterator[pb.ScoreStreamResponse]:
        async for _ in requests:
            yield pb.ScoreStreamResponse(result=self.failure)


@pytest.mark.parametrize("talk", [over_grpc.batches, over_grpc.stream])
def test_a_capture_without_a_verdict_ends_the_bench_and_says_why(talk: over_grpc.Talk) -> None:
    with pytest.raises(over_grpc.UnequalAnswers, match="overloaded: the image queue is full"):
        asyncio.run(talk(Refusing(), [pb.Capture(id="0", text="a")]))


def test_texts_in_batches_are_compared_with_the_requests_of_the_echo() -> None:
    kinds = ("no hit", "every text has hits", "every other")
    costs = {(server, what): 2.0 for server in ("naive", "secondglance") for what in kinds}
    batched = f"no hit, batches of {BATCH}"
    costs |= {("secondglance", batched): 0.5, ("echo", "no hit"): 1.0, ("echo", batched): 0.1}
    told = [line for line in _report([], costs, 4, 0, quick=True).splitlines() if "echo" in line]
    assert len(told) == 3
    assert "50%" in next(line for line in told if "no hit, throughput" in line)
    assert "20%" in next(line for line in told if batched in line)
    assert "200%" in next(line for line in told if "texts in batches" in line)
