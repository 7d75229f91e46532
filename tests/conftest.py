import gc
import hashlib
import importlib
import io
import json
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import settings
from PIL import Image, ImageDraw, ImageFont

import keyword_stage.lexicon
import keyword_stage.matcher
import models.network
import models.rationale
from domain.hit import ContextWindow
from keyword_stage.lexicon import DEFAULT_FOLDER, Lexicon, Phrase, _read_file, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.sweep import Sweeper
from keyword_stage.vocabulary import Vocabulary
from models.artifact import FITTED_FOR, OPTIONAL, default_folder, write_manifest
from models.runtime import open_session
from models.scorer import WindowScores
from ocr.pool import OcrPool
from pipeline.build import build_pipeline
from pipeline.pipeline import Pipeline
from pipeline.settings import PipelineSettings
from serving.active import TRIAL
from serving.caller import SCOPES, SCORE
from serving.http_api import make_app
from serving.key_file import issue, write_keys
from serving.limits import Limits
from serving.service import ScoringService
from tests.pool_double import DOUBLE, NewPool
from tests.running_server import BANK, Server, start, stopping

ROOT = Path(__file__).parents[1]
WHOLE = 10_000
"""Phrases from which on a lexicon is taken for the project's own, of which all tests have one matcher in common."""
settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def default_signals() -> Iterator[None]:
    """Signals do what they do by default, also where the tests run under nohup or in the background of a shell."""
    hangup = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGHUP, hangup)
    signal.signal(signal.SIGINT, interrupt)


@pytest.fixture(scope="session", autouse=True)
def opened_once() -> Iterator[None]:
    """Opens a network once for all tests, whichever copy of its file: it takes seconds, and calls leave no trace."""
    opened: dict[bytes, Any] = {}

    def open_once(network: Path) -> Any:
        with network.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        if digest not in opened:
            opened[digest] = open_session(network)
        return opened[digest]

    with pytest.MonkeyPatch.context() as patch:
        for module in (models.network, models.rationale):
            patch.setattr(module, "open_session", open_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def built_once() -> Iterator[None]:
    """Reads the files of the project's own lexicon once, and builds once what a matcher has of all of its phrases.

    Neither changes when it is used, and each matcher that is made for a test would take three seconds.
    """
    read: dict[tuple[Path, frozenset[str]], list[Phrase]] = {}
    built: list[tuple[type, tuple[Phrase, ...], tuple[Any, ...], Any]] = []

    def read_once(path: Path, known: set[str], faults: list[str]) -> list[Phrase]:
        key = (path, frozenset(known))
        if not path.is_relative_to(DEFAULT_FOLDER):
            return list(_read_file(path, known, faults))
        if key not in read:
            read[key] = list(_read_file(path, known, faults))
        return read[key]

    def build_once(kind: type, lexicon: Lexicon, *given: Any) -> Any:
        for other, phrases, others, made in built:
            if other is kind and others == given and phrases == lexicon.phrases:
                return made
        made = kind(lexicon, *given)
        if len(lexicon.phrases) >= WHOLE:
            built.append((kind, lexicon.phrases, given, made))
            gc.collect()
            gc.freeze()  # as a service does: what lives as long as the tests is not looked through again and again
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyword_stage.lexicon, "_read_file", read_once)
        for kind in (Sweeper, Vocabulary):
            patch.setattr(keyword_stage.matcher, kind.__name__, partial(build_once, kind))
        yield


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The project's own lexicon."""
    return read_lexicon()


@pytest.fixture(scope="session")
def matcher(lexicon: Lexicon) -> Matcher:
    """Finds the phrases of the project's own lexicon."""
    return Matcher(lexicon)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server with API keys: `key` and `other_key` of two tenants may do all, `scoring_key` may only score."""
    folder = tmp_path_factory.mktemp("guarded")
    issued = [issue("north", SCOPES), issue("south", SCOPES), issue("north", frozenset({SCORE}))]
    write_keys(folder / "keys.json", [key.record for key in issued])
    given = ("--keys", str(folder / "keys.json"), "--blocklists", str(folder / "blocklists"), "--bank", BANK)
    keys = [key.key for key in issued]
    with stopping(start(*given)) as running:
        yield replace(running, key=keys[0], other_key=keys[1], scoring_key=keys[2])


@pytest.fixture(scope="session")
def pipeline() -> Iterator[Pipeline]:
    """The real pipeline with the promoted model, the project's lexicon and the demo bank."""
    built = build_pipeline(PipelineSettings(bank=(ROOT / "demo" / "known_pictures.csv",)))
    built.score(TRIAL)  # as the service does before it is ready: what the first text loads, no test has to wait for
    yield built
    built.ocr.close()


@pytest.fixture(scope="module")
def service(pipeline: Pipeline) -> Iterator[ScoringService]:
    """The service on one thread of each kind, with a model that always says the same."""
    made = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    yield made
    made._texts.close()


@pytest.fixture(scope="module")
def client(service: ScoringService) -> Iterator[TestClient]:
    """Calls it over HTTP."""
    with TestClient(make_app(service), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def held() -> "Iterator[HeldScorer]":
    """A model that is let go at the end of the test."""
    made = HeldScorer()
    yield made
    made.go.set()


@pytest.fixture(scope="session")
def written() -> "type[Written]":
    return Written


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with the promoted model's small network alone, read in fp32."""
    folder = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("small"), dirs_exist_ok=True))
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    for part in ("second_opinion", "first_pass", FITTED_FOR):
        config.pop(part, None)
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    for file in OPTIONAL:
        (folder / file).unlink(missing_ok=True)
    write_manifest(folder)
    return folder


class Written:
    """Draws text as a screen would show it."""

    @staticmethod
    def png(*lines: str) -> bytes:
        image = Image.new("RGB", (900, 60 + 50 * len(lines)), "white")
        font = ImageFont.load_default(size=28)
        for row, line in enumerate(lines):
            ImageDraw.Draw(image).text((30, 30 + 50 * row), line, fill="black", font=font)
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()


class FixedScorer:
    """Answers every window with the same ladders; stands in for the model where only plumbing is tested."""

    def __init__(self, ladder: tuple[float, ...] = (0.2, 0.1, 0.01, 0.0, 0.0)) -> None:
        self._ladder = ladder
        self.windows: list[ContextWindow] = []
        self._lock = threading.Lock()

    def score(self, window: ContextWindow) -> WindowScores:
        with self._lock:
            self.windows.append(window)
        table = np.zeros((len(window.hits) + 1, 9, 5))
        table[:] = self._ladder
        return WindowScores(table[0], table[1:], (True,) * len(window.hits), 0.0)

    def rationale(self, window: ContextWindow, hits: object, words: object) -> None:
        return None


class HeldScorer(FixedScorer):
    """Answers once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.go = threading.Event(), threading.Event()

    def score(self, window: ContextWindow) -> WindowScores:
        self.entered.set()
        assert self.go.wait(60)
        return super().score(window)


__all__ = ["ROOT", "FixedScorer", "HeldScorer", "OcrPool", "Written"]


@pytest.fixture
def new_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewPool]:
    """Makes pools of the engine's double."""
    (tmp_path / "engine_double.py").write_text(DOUBLE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "engine_double", raising=False)
    double = importlib.import_module("engine_double").Double
    pools: list[OcrPool] = []

    def make(size: int = 1, **options: float) -> OcrPool:
        pools.append(OcrPool(size, build=double, **options))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()
