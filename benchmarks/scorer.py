"""`secondglance bench scorer`: the served network against torch, and one pass a window against one a hit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.equality import check_same_network
from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.measure import measure
from benchmarks.networks import NetworkScorer, load_torch, onnx_logits, served, torch_logits
from benchmarks.windows import Case, actions, of_length, read_cases, share_equal
from domain.hit import ContextWindow
from domain.severity import GENUINE
from models.artifact import ModelArtifact, default_folder, load_artifact
from models.encoding import EncodedWindow, WindowEncoder
from models.first_pass import Limits
from models.network import Network
from models.reading import Reading
from models.scorer import OnnxScorer, Scorer, WindowScores, larger_of
from pipeline.judge import Judge

Answers = Mapping[str, Sequence[WindowScores]]
PACKAGES = ("onnxruntime", "tokenizers", "torch", "transformers")
RUNS = Path(__file__).parents[1] / "runs"
SEVERAL = 4
TIMED = 200
"""Windows that are timed; actions are compared on all of them."""
LENGTHS = (32, 64, 128, 256)
"""Tokens of windows that are timed by length."""
SERVED, TORCH, FP32 = "served ONNX", "torch eager fp32", "ONNX fp32"
ALONE, FIRST = "served ONNX, close pass alone", "served ONNX, int8 alone"
"""The two halves of what is served, where there is a first pass."""
EXACT_GAP, INT8_GAP = 1e-4, 0.25
"""Most that a probability of the same network may differ in fp32, and with weights stored as int8."""
NEEDED = (
    "torch eager fp32 and ONNX fp32 need the fp32 weights, and a model folder holds int8 weights, from which they "
    "cannot be made again. Name the run that the model came from: `secondglance bench scorer --run NAME`, where "
    "runs/NAME holds what train (best.pt), export (model.onnx, model.fp32.onnx), calibrate (model.json) and "
    "promote --dry-run (manifest.json) leave"
)


def run(name: str | None, repeats: int, quick: bool, say: Callable[[str], None], windows: int | None = None) -> str:
    """Measures everything and returns the report as Markdown.

    Args:
        name: Folder under `runs/` with the fp32 weights; the promoted model alone if left out.
        repeats: Rounds of timing.
        quick: A few windows only.
        say: Told what is being done.
        windows: How many to compare actions on, drawn at random; all if left out.

    Raises:
        InvalidModel: If the run is not finished.
        UnequalWork: If the run's files are not one and the same network.
    """
    folder = RUNS / name if name else default_folder()
    artifact = load_artifact(folder)
    scorers: dict[str, Scorer] = {SERVED: OnnxScorer(artifact)}
    if artifact.margin is not None:
        scorers |= {
            ALONE: served(artifact, exact=True),
            FIRST: served(artifact, exact=False),
        }
    if name:
        scorers |= _fp32(folder, artifact)
    say("reading the blind test rows")
    cases = read_cases(8 if quick else windows)
    say(f"comparing actions on {len(cases):,} windows")
    answers = check_networks(scorers, cases)
    judge = Judge.of(artifact)
    report = _report(scorers, answers, judge, cases, repeats, say) + _routes(artifact, cases)
    say("timing windows by length")
    report += "\n" + _by_length({**scorers, **_larger_alone(artifact)}, repeats)
    quickly = "- **quick**: shows that it runs, not how fast it is\n" if quick else ""
    missing = "" if name else f"\nNot measured: {NEEDED}.\n"
    return "\n".join(["# Second look\n", describe(PACKAGES), _about(artifact, name) + quickly, report + missing])


def check_networks(scorers: Mapping[str, Scorer], cases: Sequence[Case]) -> Answers:
    """Checks that all are the network that is served.

    Returns:
        For each scorer its answers to the cases.

    Raises:
        UnequalWork: If one is not.
    """
    windows = [case.window for case in cases]
    answers = {name: [scorer.score(window) for window in windows] for name, scorer in scorers.items()}
    for one, other, most in ((FP32, TORCH, EXACT_GAP), (SERVED, FP32, INT8_GAP), (SERVED, TORCH, INT8_GAP)):
        if one in answers and other in answers:
            gap = max(float(np.abs(a.hits - b.hits).max()) for a, b in zip(answers[one], answers[other], strict=True))
            check_same_network(f"{one} against {other}", gap, most)
    return answers


def _fp32(folder: Path, artifact: ModelArtifact) -> dict[str, Scorer]:
    small, larger = load_torch(folder)
    scorers: dict[str, Scorer] = {
        TORCH: NetworkScorer(artifact, torch_logits(small), torch_logits(larger) if larger else None)
    }
    if (folder / "model.fp32.onnx").is_file():
        others = onnx_logits(folder / "second.fp32.onnx") if artifact.second else None
        scorers[FP32] = NetworkScorer(artifact, onnx_logits(folder / "model.fp32.onnx"), others)
    return scorers


def _about(artifact: ModelArtifact, name: str | None) -> str:
    if not name:
        return f"- model {artifact.name}, the promoted one\n"
    which = "the promoted one" if artifact.name == default_folder().name else "which is NOT the promoted one"
    return f"- model {artifact.name} of run {name}, {which}\n"


def _routes(artifact: ModelArtifact, cases: Sequence[Case]) -> str:
    """How many windows the first pass does not settle, and about how many the larger network is asked."""
    if artifact.margin is None and artifact.second is None:
        return "\nThe model has no margin and no larger network: each window is read once, closely.\n"
    small = Network(artifact.network)
    larger = Network(larger_of(artifact)) if artifact.second else None
    limits = Limits.of(artifact.dismissal_threshold, artifact.asking_threshold)
    reading = Reading(np.array(artifact.temperatures), limits, artifact.margin, artifact.second)
    encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
    asked: Counter[str] = Counter()

    def ask(network: Network, name: str, encoded: EncodedWindow, exact: bool) -> npt.NDArray[np.float32]:
        asked[f"{name} {'closely' if exact else 'in int8'}"] += 1
        return network.logits(encoded, exact)

    for case in cases:
        encoded = encoder.encode(case.window)
        other = partial(ask, larger, "larger", encoded) if larger else None
        reading.ladders(encoded, cache(partial(ask, small, "small", encoded)), other)
    parts = ", ".join(f"{name} {count / len(cases):.1%}" for name, count in sorted(asked.items()))
    return f"\nPasses, of {len(cases):,} windows: {parts}.\n"


def _larger_alone(artifact: ModelArtifact) -> dict[str, Scorer]:
    if artifact.second is None:
        return {}
    alone = replace(artifact, second=None)
    return {
        f"larger network, {name} alone": NetworkScorer(alone, onnx_logits(larger_of(artifact), exact))
        for name, exact in (("close pass", True), ("int8", False))
    }


def _by_length(scorers: Mapping[str, Scorer], repeats: int) -> str:
    """CPU milliseconds by length; what is served takes int8 alone, or that and the close pass, by what it reads."""
    names = [name for name in scorers if name != SERVED or ALONE not in scorers]
    rows = []
    for tokens in LENGTHS:
        window = of_length(tokens)
        taken = measure({name: partial(_several, scorers[name], window) for name in names}, repeats)
        rows.append([tokens, *(f"{taken[name] / SEVERAL * 1e3:.2f}" for name in names)])
    return table(["tokens, 3 hits", *(f"{name}, CPU ms" for name in names)], rows)


def _several(scorer: Scorer, window: ContextWindow) -> None:
    for _ in range(SEVERAL):
        scorer.score(window)


def _largest_gap(one: Sequence[WindowScores], other: Sequence[WindowScores]) -> float:
    """Largest difference of P(severity >= 3) of any hit, in any category."""
    gaps = (np.abs(a.hits - b.hits)[..., GENUINE - 1].max(initial=0.0) for a, b in zip(one, other, strict=True))
    return float(max(gaps))


def _report(
    scorers: Mapping[str, Scorer],
    answers: Answers,
    judge: Judge,
    cases: Sequence[Case],
    repeats: int,
    say: Callable[[str], None],
) -> str:
    timed = cases[:TIMED]
    passes = {f"{name}, one pass a window": (scorer, True) for name, scorer in scorers.items()}
    passes[f"{SERVED}, one pass a hit"] = scorers[SERVED], False
    compared = next(name for name in (TORCH, FP32, ALONE, SERVED) if name in scorers)
    reference = f"{compared}, one pass a window"
    judged = {name: actions(judge, scorer, cases, one_pass) for name, (scorer, one_pass) in passes.items()}
    say(f"timing {len(timed):,} windows")
    taken = measure({name: partial(_score, *how, timed) for name, how in passes.items()}, repeats)
    base = taken[reference]
    gaps = {f"{name}, one pass a window": f"{_largest_gap(a, answers[compared]):.3f}" for name, a in answers.items()}
    rows = [
        (
            name,
            f"{len(timed) / taken[name]:.1f}",
            f"{taken[name] / len(timed) * 1e3:.2f}",
            f"{base / taken[name]:.2f}",
            f"{share_equal(judged[name], judged[reference]):.2%}",
            gaps.get(name, ""),
        )
        for name in passes
    ]
    hits = sum(len(case.alone) for case in cases)
    length = sum(len(case.window.text) for case in timed) / len(timed)
    header = ("contender", "windows/s", "CPU ms a window", "speed", "same action", "largest gap")
    notes = (
        f"- texts: the blind test rows: {len(cases):,} windows with {hits:,} hits, {hits / len(cases):.2f} each; "
        f"{len(timed):,} windows timed, {length:.0f} characters each on average\n"
        f"- CPU seconds (`time.process_time`) of one thread, tokenising included, one window a call; "
        f"median of {repeats} rounds, contenders in turn\n"
        "- one pass a hit: each hit in a window of its own, cut around it\n"
        f"- speed, and the share of the {hits:,} hits with the same action under the default policy, both against "
        f"{reference}; largest gap: the largest difference of P(severity >= 3), in any category\n"
    )
    return f"{notes}\n{table(header, rows)}"


def _score(scorer: Scorer, one_pass: bool, cases: Sequence[Case]) -> None:
    for case in cases:
        for window in (case.window,) if one_pass else case.alone:
            scorer.score(window)
