"""When a pool or its service ends no worker, no request and no file is left behind."""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import pytest

from domain.errors import OcrFailed
from tests.pool_double import SERVICE, NewPool, gone, in_thread, wait_for

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("doing", ["hang", "say"])
def test_no_worker_outlives_its_service(tmp_path: Path, new_pool: NewPool, doing: str) -> None:
    """Not even one that hangs, when the service is killed and can end nothing."""
    started = tmp_path / "started"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "service.py").write_text(SERVICE)
    service = subprocess.Popen(
        [sys.executable, tmp_path / "service.py", f"{doing}:{started}"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert service.stdout
    worker = int(service.stdout.readline())
    wait_for(lambda: doing == "say" or started.exists())
    service.kill()
    service.communicate()
    wait_for(lambda: gone(worker))
    wait_for(lambda: not list(scratch.iterdir()))


def test_close_ends_workers_and_waiting_requests(new_pool: NewPool, tmp_path: Path) -> None:
    pool = new_pool(2)
    pool.warm_up()
    pids = pool.pids()
    started = [tmp_path / "one", tmp_path / "two"]
    jobs = [in_thread(partial(pool.read, f"hang:{path}".encode())) for path in started]
    wait_for(lambda: all(path.exists() for path in started))
    jobs.append(in_thread(lambda: pool.read(b"say:x")))
    pool.close()
    for job in jobs:
        with pytest.raises(OcrFailed, match=r"died|closed"):
            job.result(60)
    assert all(gone(pid) for pid in pids)
    assert pool.pids() == ()
    with pytest.raises(OcrFailed, match="closed"):
        pool.read(b"say:x")
    pool.close()


def test_killed_workers_leave_no_temporary_files(
    new_pool: NewPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    pool = new_pool(recycle_after=1)
    pool.read(b"say:x")
    pool.warm_up()
    assert len(list(scratch.iterdir())) == 1
    pool.close()
    assert list(scratch.iterdir()) == []
