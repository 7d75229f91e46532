"""CPU time of one capture, stage work alone: the unit costs of `docs/scale.md`. `python -m benchmarks.unit_costs`."""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.markdown import table
from domain.capture import Capture
from evaluation.rows import read_rows
from ocr.screen_engine import ScreenEngine
from pipeline.build import build_pipeline
from pipeline.pipeline import Options
from pipeline.settings import PipelineSettings
from training.public.read import held_back_comments

ROOT = Path(__file__).parents[1]
T = TypeVar("T")
ROUNDS = 3
TEXTS = 60
PICTURES = 2


def main() -> None:
    """Measures texts by what the first look finds in them, and sample captures; one thread, median of the rounds."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--everyday", type=Path, help="Folder with GoEmotions: also its comments that were read.")
    everyday = options.parse_args().everyday
    pipeline = build_pipeline(PipelineSettings())
    rows = [Capture("", text=row.text, context=row.context) for row in read_rows(ROOT / "evaluation" / "data")]
    found = [(capture, {hit.cue for hit in pipeline.begin(capture).seen.hits}) for capture in rows]
    costs = []
    for name, kinds in (("nothing", (set(),)), ("cues alone", ({True},)), ("a phrase", ({False}, {True, False}))):
        texts = [capture for capture, cues in found if cues in kinds][:TEXTS]
        costs.append((f"text in which the first look finds {name} ({len(texts)} rows)", _cost(texts, pipeline.score)))
    explained = partial(pipeline.score, options=Options(evidence=True))
    costs.append((f"the last of these with evidence ({len(texts)} rows)", _cost(texts, explained)))
    if everyday:  # as they come, so that what is costly is as rare as it is in such text
        comments = [Capture("", text=row.text, context=row.context) for row in held_back_comments(everyday)]
        costs.append((f"everyday comment ({len(comments)} of GoEmotions)", _cost(comments, pipeline.score)))
    pipeline.ocr.close()
    engine = ScreenEngine()
    engine.warm_up()
    listed = json.loads((ROOT / "demo" / "captures.json").read_text(encoding="utf-8"))[:PICTURES]
    images = [(ROOT / "demo" / entry["file"]).read_bytes() for entry in listed]
    costs.append(
        (f"reading a picture, nothing known of it ({len(images)} sample captures)", _cost(images, engine.read))
    )
    engine.close()
    print(f"model {pipeline.versions.model}, lexicon {pipeline.versions.lexicon}\n")
    print(table(["unit", "CPU ms"], [[name, f"{1000 * cost:.2f}"] for name, cost in costs]))


def _cost(items: list[T], do: Callable[[T], object]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for item in items:
            do(item)
        rounds.append((time.process_time() - begin) / len(items))
    return median(rounds)


if __name__ == "__main__":
    main()
