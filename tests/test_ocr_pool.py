"""A crash, a hang or a leak stays in its worker, and no request gets the text of another."""

import errno
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import ImageTooLarge, InvalidImage, MissingWeights, OcrFailed
from ocr import decode as decoding
from ocr.engine import Reading
from ocr.pool import OcrPool
from tests.pool_double import NewPool, gone, in_thread, wait_for


def test_nothing_starts_before_it_is_needed(new_pool: NewPool) -> None:
    pool = new_pool(3)
    assert pool.pids() == ()
    assert pool.read(b"say:hello").page.text == "hello"
    assert len(pool.pids()) == 1
    pool.warm_up()
    assert len(pool.pids()) == 3


def test_domain_errors_come_back_as_themselves_and_cost_no_worker(new_pool: NewPool) -> None:
    pool = new_pool()
    pool.warm_up()
    before = pool.pids()
    with pytest.raises(InvalidImage, match=r"^not a picture$"):
        pool.read(b"invalid")
    assert pool.read(b"say:again").page.text == "again"
    assert pool.pids() == before


def test_a_ctrl_c_meant_for_the_parent_ends_no_worker(new_pool: NewPool) -> None:
    pool = new_pool()
    first = pool.read(b"say:x").size[0]
    os.kill(first, signal.SIGINT)
    assert [pool.read(b"say:x").size[0] for _ in range(3)] == [first] * 3


def test_empty_and_oversized_images_reach_no_worker(new_pool: NewPool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = new_pool()
    monkeypatch.setattr(decoding, "MAX_IMAGE_BYTES", 10)
    with pytest.raises(InvalidImage, match="0 bytes"):
        pool.read(b"")
    with pytest.raises(ImageTooLarge):
        pool.read(b"say:more than that")
    assert pool.pids() == ()


def test_a_job_whose_workers_are_killed_again_and_again_fails_alone(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool()
    started = tmp_path / "started"
    job = in_thread(lambda: pool.read(f"hang:{started}".encode()))
    for _ in range(3):
        wait_for(started.exists)
        (pid,) = pool.pids()
        started.unlink()
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(OcrFailed, match="died"):
        job.result(60)
    reading = pool.read(b"say:next")
    assert reading.page.text == "next"
    assert reading.size[0] != pid


def test_what_a_killed_worker_was_reading_is_read_by_another(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool()
    started = tmp_path / "started"
    job = in_thread(lambda: pool.read(f"once:{started}".encode()))
    wait_for(started.exists)
    os.kill(pool.pids()[0], signal.SIGKILL)
    reading = job.result(60)
    assert isinstance(reading, Reading)
    assert reading.page.text == str(started)


def test_an_unforeseen_error_ends_the_worker(new_pool: NewPool) -> None:
    pool = new_pool()
    first = pool.read(b"say:x").size[0]
    with pytest.raises(OcrFailed, match="died"):
        pool.read(b"unforeseen")
    assert pool.read(b"say:x").size[0] != first


def test_a_hanging_worker_is_killed_and_replaced(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool(timeout_s=2)
    first = pool.read(b"say:x").size[0]
    with pytest.raises(OcrFailed, match="no answer within 2 s"):
        pool.read(f"hang:{tmp_path / 'started'}".encode())
    assert gone(first)
    assert pool.read(b"say:after").page.text == "after"


def test_a_worker_that_does_not_even_take_the_job_is_killed(new_pool: NewPool) -> None:
    pool = new_pool(timeout_s=2)
    first = pool.read(b"say:x").size[0]
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(OcrFailed, match="no answer within 2 s"):
        pool.read(b"say:" + b"x" * 5_000_000)
    assert gone(first)


def test_a_worker_that_died_while_idle_costs_nobody_a_request(new_pool: NewPool) -> None:
    pool = new_pool()
    first = pool.read(b"say:x").size[0]
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert pool.read(b"say:next").page.text == "next"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_what_a_worker_was_reading_that_was_told_to_end_is_read_by_another(
    new_pool: NewPool, tmp_path: Path, told: signal.Signals
) -> None:
    """As when a service manager sends its signal to every process of the service."""
    pool = new_pool()
    started = tmp_path / "started"
    job = in_thread(lambda: pool.read(f"once:{started}".encode()))
    wait_for(started.exists)
    os.kill(pool.pids()[0], told)
    reading = job.result(60)
    assert isinstance(reading, Reading)
    assert reading.page.text == str(started)


def test_a_picture_that_takes_too_much_memory_fails_alone(new_pool: NewPool) -> None:
    pool = new_pool(limit_bytes=600_000_000)
    first = pool.read(b"eat:100000000").size[0]
    with pytest.raises(OcrFailed, match=r"^the picture takes more memory to read than an OCR worker may have$"):
        pool.read(b"eat:600000000")
    assert gone(first)
    assert pool.read(b"eat:100000000").size[0] != first


def test_both_processes_give_back_what_pictures_took(new_pool: NewPool, monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed: list[int] = []
    monkeypatch.setattr("ocr.pool.give_back", lambda: trimmed.append(1))
    pool = new_pool()
    for _ in range(45):
        pool.read(b"say:x")
    assert len(trimmed) == 2
    before = pool.resident_bytes()
    pool.read(b"free:200000000")
    assert abs(pool.resident_bytes() - before) < 30_000_000


@pytest.mark.parametrize("what", ["unforeseen", "as it starts"])
def test_an_unforeseen_error_is_logged_by_the_service_without_its_message(
    what: str,
    new_pool: NewPool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    if what == "as it starts":
        (tmp_path / "broken").touch()
        monkeypatch.setenv("DOUBLE_BROKEN", str(tmp_path / "broken"))
    with pytest.raises(OcrFailed, match="exit status 1"):
        new_pool().read(what.encode())
    (told,) = {record.getMessage() for record in caplog.records}
    assert re.fullmatch(r"an OCR worker failed: AssertionError at .*/engine_double\.py:\d+", told)
    assert capfd.readouterr().err == ""


def test_it_is_said_how_a_worker_died(new_pool: NewPool) -> None:
    pool = new_pool()
    with pytest.raises(OcrFailed, match=r"^the OCR worker died while it read the picture \(exit status 1\)$"):
        pool.read(b"unforeseen")
    with pytest.raises(OcrFailed, match=r"^the OCR worker died while it read the picture \(signal 11\)$"):
        pool.read(b"crash")


def test_a_worker_that_dies_as_it_starts_fails_every_request_and_the_pool_lives_on(
    new_pool: NewPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    monkeypatch.setenv("DOUBLE_BROKEN", str(broken))
    pool = new_pool()
    for attempt in (pool.warm_up, lambda: pool.read(b"say:x"), lambda: pool.read(b"say:x")):
        with pytest.raises(OcrFailed, match=r"^the OCR worker died as it started \(exit status 1\)$"):
            attempt()
    broken.unlink()
    assert pool.read(b"say:x").page.text == "x"


def test_a_system_that_starts_no_process_fails_requests_until_it_does(
    new_pool: NewPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = new_pool(recycle_after=1)
    with monkeypatch.context() as full:
        full.setattr("multiprocessing.popen_spawn_posix.Popen._launch", _no_process)
        with pytest.raises(OcrFailed, match="no OCR worker could be started: Resource temporarily unavailable"):
            pool.read(b"say:x")
    assert pool.read(b"say:x").page.text == "x"
    with monkeypatch.context() as full:
        full.setattr("multiprocessing.popen_spawn_posix.Popen._launch", _no_process)
        pool.read(b"say:the one that was started before")
        with pytest.raises(OcrFailed, match="could be started"):
            pool.read(b"say:x")
    assert pool.read(b"say:x").page.text == "x"


def _no_process(*_: object) -> None:
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_nobody_is_passed_over_for_ever(new_pool: NewPool) -> None:
    """One worker, home of a device that never stops asking."""
    pool = new_pool()
    pool.read(b"say:x", ("s", "a"))
    enough, asked = threading.Event(), 0

    def ask_on() -> None:
        nonlocal asked
        while not enough.is_set() and asked < 2000:
            pool.read(b"wait:0.01", ("s", "a"))
            asked += 1

    busy = [in_thread(ask_on) for _ in range(3)]
    wait_for(lambda: asked > 5)
    before = asked
    other = pool.read(b"say:other")
    passed = asked - before
    enough.set()
    for job in busy:
        job.result(60)
    assert other.page.text == "other"
    assert passed < 100


def test_workers_are_recycled(new_pool: NewPool) -> None:
    pool = new_pool(recycle_after=2)
    pids = [pool.read(b"say:x").size[0] for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert gone(pids[0]) and gone(pids[2])


def test_workers_are_recycled_by_memory(new_pool: NewPool) -> None:
    pool = new_pool(most_bytes=1)
    pids = [pool.read(b"say:x").size[0] for _ in range(3)]
    assert len(set(pids)) == 3
    assert gone(pids[0])
    assert pool.resident_bytes() == 0
    roomy = new_pool()
    assert len({roomy.read(b"say:x").size[0] for _ in range(3)}) == 1
    assert 2**20 < roomy.resident_bytes() < 2**30


def test_a_device_goes_back_to_the_worker_that_knows_it(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool(2)
    pool.warm_up()
    home = pool.read(b"say:x", ("s", "a")).size[0]
    started = tmp_path / "started"
    job = in_thread(lambda: pool.read(f"once:{started}".encode(), ("s", "b")))
    wait_for(started.exists)
    other = next(pid for pid in pool.pids() if pid != home)
    busy_is_home = pool.read(b"say:x", ("s", "a")).size[0] != home
    assert not busy_is_home or pool.read(b"say:x", ("s", "a")).size[0] == other  # never waits while one is idle
    os.kill(home if busy_is_home else other, signal.SIGKILL)
    assert isinstance(job.result(60), Reading)
    pool.warm_up()
    again = pool.read(b"say:x", ("s", "a")).size[0]
    for device in "cde":
        pool.read(b"say:x", ("s", device))
        assert pool.read(b"say:x", ("s", "a")).size[0] == again


def test_no_request_gets_the_text_of_another(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool(2, recycle_after=7)
    texts = [f"text number {i}" for i in range(60)]
    with ThreadPoolExecutor(12) as threads:
        readings = list(threads.map(pool.read, [f"say:{text}".encode() for text in texts]))
    assert [reading.page.text for reading in readings] == texts
    assert len(pool.pids()) <= 2


def test_a_worker_has_no_network(new_pool: NewPool) -> None:
    assert "getaddrinfo refused" in new_pool().read(b"connect:").page.text


def test_missing_weights_are_told_by_the_real_engine(tmp_path: Path) -> None:
    pool = OcrPool(1, weights=tmp_path)
    for attempt in (pool.warm_up, lambda: pool.read(b"an image"), pool.warm_up):
        with pytest.raises(MissingWeights, match="make setup"):
            attempt()
    pool.close()


def test_an_interrupted_request_leaves_no_answer_behind(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool()
    pool.warm_up()
    started = tmp_path / "started"
    main, caught = threading.get_ident(), threading.Event()

    def interrupt() -> None:
        wait_for(started.exists)
        while not caught.wait(1):  # a signal just before the read begins would not end it
            signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        pool.read(f"hang:{started}".encode())
    caught.set()
    thread.join()
    assert pool.read(b"say:mine").page.text == "mine"


@pytest.mark.parametrize(
    "options",
    [
        {"size": 0},
        {"size": 1, "recycle_after": 0},
        {"size": 1, "timeout_s": 0},
        {"size": 1, "most_bytes": 0},
        {"size": 1, "limit_bytes": 0},
    ],
)
def test_senseless_settings_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        OcrPool(**options)
