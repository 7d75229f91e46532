"""The model card: what a model is, what it saw, and what was measured on rows it never saw."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import InvalidModel
from evaluation.document import Section
from models.artifact import PLAIN, RATIONALE
from models.runtime import sums_bytes
from training.ancestors import decisions_before, is_known, public_before, rows_before


def write_card(run: Path, report: str) -> None:
    """Writes MODEL_CARD.md into a calibrated run.

    Args:
        run: Holds training.json, parity.json and model.json.
        report: The evaluation of this very model, Markdown, with a word on the rows (`about_rows`); or nothing.
    """
    config: dict[str, Any] = _read(run / "model.json")
    training, parity, dismissal = config["training"], _read(run / "parity.json"), config["dismissal"]
    size = (run / "model.onnx").stat().st_size / 1e6
    bound = "attained" if dismissal["attained"] else "NOT attained; the most cautious threshold is used"
    rows = "\n".join(
        f"| {category} | {part['genuine']} | {part['missed']} | {100 * part['upper']:.1f} % |"
        for category, part in dismissal["by_category"].items()
    )
    bounds = "\n".join(
        f"| {100 * other['alpha']:.3g} % | {'yes' if other['attained'] else 'no'} | {other['threshold']:.4f} "
        f"| {other['missed']} | {other['benign_dismissed']} ({100 * other['benign_dismissed'] / max(1, dismissal['benign']):.0f} %) |"
        for other in dismissal["other_bounds"]
    )
    (run / "MODEL_CARD.md").write_text(
        f"""# Model card

**What it does.** Re-scores the severity of keyword hits from the text around them, for nine safeguarding
categories, 0 to 5 each (`docs/rubric.md`). It supports a Designated Safeguarding Lead; it decides nothing about
a child by itself.

**What it is.** MiniLM-L6 (Apache-2.0, 22.7 million parameters), fine-tuned with a span head and an ordinal
(continuation-ratio) output; ONNX with int8 embeddings and fp16 layers, {size:.1f} MB. English only;
other languages keep the lexicon's grade.
{second_opinion(run, config)}
**What it saw.** {what_it_saw(training)} {training["epochs"]} epochs,
seed {training["seed"]}, best dev AUROC {training["best_dev_auroc"]:.3f}.
{public_table(training)}
**Export.** ONNX fp32 against torch: largest difference of a logit {parity["export_max_logit_gap"]:.1e}. The served file against fp32
on {parity["spans"]} spans of the dev split: largest difference of P(severity >= 3) {parity["served_max_probability_gap"]:.3f}, mean
{parity["served_mean_probability_gap"]:.4f}; same action (dismiss, review, alert by severity) {100 * parity["served_same_action"]:.2f} %.
{taken_over(training)}{first_pass(config)}
{rationale(run, training)}
**Dismissal.** Nothing whose chance of a concern in any category is {dismissal["threshold"]:.4f} or more is dismissed. Goal: at most
{100 * dismissal["alpha"]:.3g} % of genuine concerns (rows with a hit) dismissed, with {100 * (1 - dismissal["delta"]):.3g} % confidence, by
Learn-then-Test on {dismissal["genuine"]} genuine rows of the calibration split: **{bound}**; {dismissal["missed"]} were dismissed,
upper confidence limit {100 * dismissal["upper"]:.2f} %. The bound holds for text like the calibration split's, which was
written by the same hand as the training split. What the networks say together was chosen by figures of that split as well,
and rows of one kind may lie above the bound where all together lie below.
{asking(config)}
| category | genuine rows | dismissed | upper 95 % limit |
|---|---|---|---|
{rows}

Each of these limits is of its category alone, at a threshold that was chosen on the same rows: the bound is on all of them together.

What other bounds would cost, on the {dismissal["genuine"]} genuine and {dismissal["benign"]} benign rows of the same split that the
keyword stage hits (`secondglance calibrate --alpha`):

| at most dismissed | attained | threshold | genuine rows dismissed | benign rows dismissed |
|---|---|---|---|---|
{bounds}

**Limits.** Rows were written and labelled by a language model from a written rubric, without a second human
reading; severity 2 is the fuzziest. Context beyond some 400 characters of a hit is not seen. Sarcasm, in-jokes and
pictures are beyond it. It must not be used to discipline a child.

{report}""",
        encoding="utf-8",
    )


def about_rows(file: Path | None) -> Section:
    """Where the rows of a report are from: of the blind test set it is known, of another file nothing is.

    Args:
        file: File or folder of the rows; None for the blind test set.
    """
    if file is None:
        text = """Repeat with `secondglance evaluate`. The test rows were written from the rubric alone, without sight of lexicon or
training rows, but by the same language model as the corpus: expect lower figures on real screens."""
    else:
        text = f"Repeat with `secondglance evaluate {file.name}`. Who wrote and labelled these rows is not known here."
    return Section("Test rows", text)


def second_opinion(run: Path, config: Mapping[str, Any]) -> str:
    """What is asked beside the small network, what that saw, and how far it is served as it was trained; or nothing."""
    asked = config.get("second_opinion")
    if asked is None:
        return ""
    if not (run / "second.onnx").is_file():
        raise InvalidModel(f"run {run.name} was calibrated with a larger network that is not there; calibrate again")
    parity, size = _read(run / "parity.json"), (run / "second.onnx").stat().st_size / 1e6
    plain = ""
    if (run / PLAIN).is_file():
        rows = "are not" if sums_bytes() else "are"
        plain = f""" On a CPU that is slow
with integers it is read closely in fp32 (`{PLAIN}`), with the same action as in integers for {100 * parity["plain_same_action"]:.2f} %; the test rows below {rows} read so."""
    return f"""
**A second opinion.** Where P(severity >= 3) by that network is {asked["low"]:g} (for a cue {asked["low_of_cues"]:g}) to {asked["high"]:g}, all-mpnet-base-v2 (MPNet-base, Apache-2.0, 109 million
parameters; ONNX with int8 weights, {size:.1f} MB) reads the window as well, and the mean of both counts, its share {asked["share"]:g}. It saw
{what_it_saw(config["training"]["second"])} Best dev AUROC {config["training"]["second"]["best_dev_auroc"]:.3f}. Its own export: largest difference of a logit
{parity["second_export_max_logit_gap"]:.1e}. Both as served against both in fp32, on the same spans: largest difference of P(severity >= 3)
{parity["both_max_probability_gap"]:.3f}, mean {parity["both_mean_probability_gap"]:.4f}; same action {100 * parity["both_same_action"]:.2f} %.{plain}
{taken_over(config["training"]["second"])}{public_table(config["training"]["second"])}"""


def taken_over(training: Mapping[str, Any]) -> str:
    """That a network is a released model's, if it is: of what it lost when that was exported its own card speaks."""
    if "restored" not in training:
        return ""
    return f"""It was taken over from the released model `{training["restored"]}` with its weights as they are served there: that model's card says how
far these are from what was trained.
"""


def rationale(run: Path, training: Mapping[str, Any]) -> str:
    """Which network says what words decide, and how well it does; or nothing."""
    said, file = training.get("rationale"), run / RATIONALE
    if (said is None) == file.is_file():
        raise InvalidModel(f"run {run.name} was calibrated with another rationale network, or none; calibrate again")
    if said is None:
        return ""
    share = " and ".join(
        f"{100 * said[name]:.1f} % of {of}"
        for name, of in (("dev_found", "them"), ("dev_found_of_few", "those with one to three edited words"))
        if name in said
    )
    return f"""
**Evidence.** Which words decide is asked of a network of its own, on which no verdict depends: the small one, read out at each token for each hit
(int8 weights, {file.stat().st_size / 1e6:.1f} MB), after {said["epochs"]} epochs over {said["pairs"]} minimal pairs of the train split. Of the windows of pairs in the dev split an edited word is
among its first three in {share or "none"}. What each of its first words moves is then measured by the networks above (`docs/decisions/0062`).
"""


def asking(config: Mapping[str, Any]) -> str:
    """What becomes of children who ask for help, and the threshold of text that asks if it has one of its own."""
    measured = config.get("asking")
    if measured is None:
        return ""
    text = f"""
Of {measured["rows"]} rows in which a child at risk asks for help, of the calibration split and written for this, {measured["dismissed"]} are dismissed (upper limit {100 * measured["upper"]:.2f} %).
Beside a bare plea for help no phrase is dismissed, whatever the model says of it.
"""
    if measured["threshold"] == config["dismissal"]["threshold"]:
        return text
    return f"""{text}Text in which somebody asks (`models/asking.py`: {measured["told"]} of these rows) is not dismissed from {measured["threshold"]:.4f} on{_own_bound(measured.get("bound"))}. With that {measured["genuine_dismissed"]} genuine and {measured["benign_dismissed"]} benign rows of the calibration split are dismissed; the tables below are without.
"""


def _own_bound(bound: Mapping[str, Any] | None) -> str:
    if bound is None:
        return ""
    attained = f"at most {100 * bound['alpha']:g} % with 95 % confidence" if bound["attained"] else "no bound attained"
    return f""", so that of the {bound["genuine"]} children who
ask {bound["missed"]} may be dismissed (upper limit {100 * bound["upper"]:.2f} %; {attained})"""


def first_pass(config: Mapping[str, Any]) -> str:
    """In which arithmetic a calibrated run is served."""
    measured = config.get("first_pass")
    if measured is None:
        return "Each window is read closely, in integers of some 15 bits."
    return f"""**Arithmetic.** A window is read in int8 first, and again closely (in integers of some 15 bits) where that comes within {measured["margin"]:.2f} (log-odds) of a severity or of
the dismissal threshold: {100 * measured["twice"]:.0f} % of the windows of the calibration split. Of its {measured["hits"]} hits {measured["changed"]} got another severity, or
fell on the other side of the threshold, than by the close pass alone (upper 95 % limit {100 * measured["upper"]:.2f} %); largest difference of P(severity >= 3)
{measured["gap"]:.2f}. With it {measured["missed"]} genuine and {measured["benign_dismissed"]} benign rows are dismissed; the figures below are those of the close pass."""


def what_it_saw(training: Mapping[str, Any]) -> str:
    """In a sentence or two, where the rows of a run came from; with each source that it had, and none that it had not."""
    decisions, public = training.get("feedback"), training.get("public")
    own = training["rows"] - (decisions["rows"] if decisions else 0)
    text = f"""{own} rows of the project's own corpus (data digest `{training["data"]}`), which are
machine-written (see `training/corpus/DATASHEET.md`)"""
    if "share" in training:
        text += f", a share of {training['share']:g} of its train split"
    if decisions:
        text += f""",
and {decisions["rows"]} rows that are decisions of safeguarding leads of {decisions["schools"]} schools (digest `{decisions["data"]}`)"""
    if training.get("disguised"):
        text += f""",
in each epoch {100 * training["disguised"]:.3g} % of the rows with the words of their hits disguised"""
    if "teacher" in training:
        teacher = training["teacher"]
        larger = teacher.get("encoder", "large") == "large"
        who = "a larger network (MPNet-base, 109 million parameters)" if larger else "a network of the same size"
        who += (
            f", {'that of ' if larger else ''}the released model `{teacher['restored']}`"
            if "restored" in teacher
            else ""
        )
        text += f""",
and what {who}, trained for {teacher["epochs"]} epochs on rows with the data digest
`{teacher["data"]}`, best dev AUROC {teacher["best_dev_auroc"]:.3f}, says of them, which counts for {100 * training["taught_weight"]:.3g} % of the loss
where it sides with the label"""
    if "start" in training:
        start = training["start"]
        earlier = (
            f"the released model `{start['restored']}`, whose card says what that saw"
            if "restored" in start
            else "an earlier run"
        )
        text += f""";
it started from the weights of {earlier}, on rows with the digest `{start["data"]}`"""
    if "blend" in training:
        parts = (
            f"{100 * part['share']:.3g} % {part.get('restored') or 'run ' + part['run']}" for part in training["blend"]
        )
        text += f""";
its weights are a mean: {", ".join(parts)}"""
    earlier_decisions, earlier_public = decisions_before(training), public_before(training)
    sources = {"no pupil's text": decisions or earlier_decisions, "no public data set": public or earlier_public}
    absent = [name for name, found in sources.items() if not found and is_known(training)]
    text += f": {' and '.join(absent)}." if absent else "."
    if public:
        text += f"""
Public rows made up at most {100 * training["public_share"]:.3g} % of each epoch; what a set does not label counted as unknown."""
    return text + what_was_seen_before(training)


def what_was_seen_before(training: Mapping[str, Any]) -> str:
    """What the runs before a run saw and it did not: it is in the weights that these began with, or were taught by."""
    seen = [f"rows with the digest `{digest}`" for digest in rows_before(training)]
    seen += [
        f"{found['rows']} decisions of safeguarding leads of {found['schools']} schools (digest `{found['data']}`)"
        for found in decisions_before(training)
    ]
    if public_before(training):
        seen.append(f"the public sets {', '.join(f'`{name}`' for name in public_before(training))}")
    told = (
        f"\nRuns before it, which it was started from, taught by or blended of, saw {'; '.join(seen)}." if seen else ""
    )
    return told if is_known(training) else f"{told}\nWhat all runs before it saw is not known."


def public_table(training: Mapping[str, Any]) -> str:
    """The public sets that a run or one before it saw, with licence and citation; empty if there are none."""
    own, before = training.get("public") or {}, public_before(training)
    if not own and not before:
        return ""
    rows = [
        f"| [{name}]({about['source']}) | {about['rows']} {about['use']}{', by a run before it' if name in before else ''} "
        f"| {about['licence']} | {about['citation']} |"
        for name, about in {**own, **before}.items()
    ]
    return "\n".join(["", "| public set | what was read of it | licence | citation |", "|---|---|---|---|", *rows, ""])


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
