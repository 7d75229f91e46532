"""`secondglance bench scorer`: the served network against torch, and one pass a window against one a hit."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.equality import check_same_network
from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.measure import measure
from benchmarks.networks import NetworkScorer, load_torch, onnx_logits, torch_logits
from benchmarks.windows import Case, actions, read_cases, share_equal
from models.artifact import ModelArtifact, default_folder, load_artifact
from models.scorer import OnnxScorer
from pipeline.judge import Judge
from pipeline.pipeline import Scorer

PACKAGES = ("onnxruntime", "tokenizers", "torch", "transformers")
RUNS = Path(__file__).parents[1] / "runs"
TIMED = 200
"""Windows that are timed; actions are compared on all of them."""
SERVED, TORCH, FP32 = "served ONNX", "torch eager fp32", "ONNX fp32"
EXACT_GAP, INT8_GAP = 1e-4, 0.25
"""Most that a probability of the same network may differ in fp32, and with weights stored as int8."""
NEEDED = (
    "torch eager fp32 and ONNX fp32 need the fp32 weights, and a model folder holds int8 weights, from which they "
    "cannot be made again. Name the run that the model came from: `secondglance bench scorer --run NAME`, where "
    "runs/NAME holds what train (best.pt), export (model.onnx, model.fp32.onnx), calibrate (model.json) and "
    "promote --dry-run (manifest.json) leave"
)


def run(name: str | None, repeats: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures everything and returns the report as Markdown.

    Args:
        name: Folder under `runs/` with the fp32 weights; the promoted model alone if left out.
        repeats: Rounds of timing.
        quick: A few windows only.
        say: Told what is being done.

    Raises:
        InvalidModel: If the run is not finished.
        UnequalWork: If the run's files are not one and the same network.
    """
    folder = RUNS / name if name else default_folder()
    artifact = load_artifact(folder)
    scorers: dict[str, Scorer] = {SERVED: OnnxScorer(artifact)}
    if name:
        scorers |= _fp32(folder, artifact)
    say("reading the blind test rows")
    cases = read_cases(8 if quick else None)
    say(f"comparing actions on {len(cases):,} windows")
    check_networks(scorers, cases)
    report = _report(scorers, Judge(artifact.dismissal_threshold, artifact.languages), cases, repeats, say)
    quickly = "- **quick**: shows that it runs, not how fast it is\n" if quick else ""
    missing = "" if name else f"\nNot measured: {NEEDED}.\n"
    return "\n".join(["# Second look\n", describe(PACKAGES), _about(artifact, name) + quickly, report + missing])


def check_networks(scorers: Mapping[str, Scorer], cases: Sequence[Case]) -> None:
    """Checks that all are the network that is served.

    Raises:
        UnequalWork: If one is not.
    """
    windows = [case.window for case in cases]
    answers = {name: [scorer.score(window) for window in windows] for name, scorer in scorers.items()}
    for one, other, most in ((FP32, TORCH, EXACT_GAP), (SERVED, FP32, INT8_GAP), (SERVED, TORCH, INT8_GAP)):
        if one in answers and other in answers:
            gap = max(float(np.abs(a.hits - b.hits).max()) for a, b in zip(answers[one], answers[other], strict=True))
            check_same_network(f"{one} against {other}", gap, most)


def _fp32(folder: Path, artifact: ModelArtifact) -> dict[str, Scorer]:
    scorers: dict[str, Scorer] = {TORCH: NetworkScorer(torch_logits(load_torch(folder / "best.pt")), artifact)}
    if (folder / "model.fp32.onnx").is_file():
        scorers[FP32] = NetworkScorer(onnx_logits(folder / "model.fp32.onnx"), artifact)
    return scorers


def _about(artifact: ModelArtifact, name: str | None) -> str:
    if not name:
        return f"- model {artifact.name}, the promoted one\n"
    which = "the promoted one" if artifact.name == default_folder().name else "which is NOT the promoted one"
    return f"- model {artifact.name} of run {name}, {which}\n"


def _report(
    scorers: Mapping[str, Scorer], judge: Judge, cases: Sequence[Case], repeats: int, say: Callable[[str], None]
) -> str:
    timed = cases[:TIMED]
    passes = {f"{name}, one pass a window": (scorer, True) for name, scorer in scorers.items()}
    passes[f"{SERVED}, one pass a hit"] = scorers[SERVED], False
    reference = f"{next(name for name in (TORCH, FP32, SERVED) if name in scorers)}, one pass a window"
    judged = {name: actions(judge, scorer, cases, one_pass) for name, (scorer, one_pass) in passes.items()}
    say(f"timing {len(timed):,} windows")
    taken = measure({name: partial(_score, *how, timed) for name, how in passes.items()}, repeats)
    base = taken[reference]
    rows = [
        (
            name,
            f"{len(timed) / taken[name]:.1f}",
            f"{taken[name] / len(timed) * 1e3:.2f}",
            f"{base / taken[name]:.2f}",
            f"{share_equal(judged[name], judged[reference]):.2%}",
        )
        for name in passes
    ]
    hits = sum(len(case.alone) for case in cases)
    length = sum(len(case.window.text) for case in timed) / len(timed)
    header = ("contender", "windows/s", "CPU ms a window", "speed", "same action")
    notes = (
        f"- texts: the blind test rows: {len(cases):,} windows with {hits:,} hits, {hits / len(cases):.2f} each; "
        f"{len(timed):,} windows timed, {length:.0f} characters each on average\n"
        f"- CPU seconds (`time.process_time`) of one thread, tokenising included, one window a call; "
        f"median of {repeats} rounds, contenders in turn\n"
        "- one pass a hit: each hit in a window of its own, cut around it\n"
        f"- speed, and the share of the {hits:,} hits with the same action under the default policy, both against "
        f"{reference}\n"
    )
    return f"{notes}\n{table(header, rows)}"


def _score(scorer: Scorer, one_pass: bool, cases: Sequence[Case]) -> None:
    for case in cases:
        for window in (case.window,) if one_pass else case.alone:
            scorer.score(window)
