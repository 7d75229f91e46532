"""What MLflow keeps of a run, in one record from its training to its promotion."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import mlflow

from evaluation.document import Plot
from evaluation.gates import Gate
from evaluation.metrics import Interval
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from evaluation.summary import summarise
from training.digest import digest_rows, flat
from training.plots import draw_epochs, draw_thresholds
from training.runs import ABOUT, CURVE, read_about, read_curve

EXPERIMENT = "secondglance"
RECORD = "mlflow.txt"
"""In a run's folder: the id of its record."""
_SQLITE = "sqlite:///"
Record = AbstractContextManager[Any]
"""Open while it is written to."""


def track(tracking: str) -> None:
    """Chooses the store; what belongs to a new one of SQLite lies beside it, in `mlruns`.

    Args:
        tracking: MLflow tracking address.
    """
    mlflow.set_tracking_uri(tracking)
    if tracking.startswith(_SQLITE) and mlflow.get_experiment_by_name(EXPERIMENT) is None:
        beside = Path(tracking.removeprefix(_SQLITE)).resolve().parent / "mlruns"
        mlflow.create_experiment(EXPERIMENT, artifact_location=beside.as_uri())
    mlflow.set_experiment(EXPERIMENT)


def begin(run: Path) -> Record:
    """A new record, which is the run's from now on."""
    record: Record = mlflow.start_run(run_name=run.name)
    (run / RECORD).write_text(f"{mlflow.active_run().info.run_id}\n", encoding="utf-8")
    return record


def go_on(run: Path) -> Record:
    """The run's record; a new one, with what it learnt from, where this store has none."""
    noted = (run / RECORD).read_text(encoding="utf-8").strip() if (run / RECORD).is_file() else ""
    query = f"attributes.run_id = '{noted}'"
    if noted and mlflow.search_runs(search_all_experiments=True, filter_string=query, output_format="list"):
        record: Record = mlflow.start_run(run_id=noted)
        return record
    record = begin(run)
    if (run / ABOUT).is_file():
        mlflow.log_params(flat(read_about(run)))
    return record


def record_epochs(history: Sequence[Mapping[str, float]]) -> None:
    """Adds the figures of all epochs as a plot to the record that is open."""
    if history:
        mlflow.log_figure(draw_epochs(history), "epochs.png")


def record_export(run: Path, figures: Mapping[str, float]) -> None:
    """Adds the parity figures and the digests of the networks."""
    with go_on(run):
        mlflow.log_metrics({f"export.{name}": value for name, value in figures.items()})
        mlflow.set_tags({f"sha256.{network.name}": _sha256(network) for network in run.glob("*.onnx")})


def record_calibration(run: Path, config: Mapping[str, Any]) -> None:
    """Adds temperatures, bounds and margin, the digests of all rows, and what each threshold would dismiss.

    Args:
        run: Calibrated.
        config: Its model.json.
    """
    told = flat({name: config.get(name) or {} for name in ("temperatures", "dismissal", "asking", "first_pass")})
    figures = {f"calibrate.{name}": float(value) for name, value in told.items() if isinstance(value, int | float)}
    with go_on(run):
        mlflow.log_metrics(figures)
        mlflow.set_tags({f"calibrate.{name}_data": digest for name, digest in config["fitted_on"].items()})
        mlflow.log_artifact(str(run / CURVE))
        mlflow.log_figure(draw_thresholds(read_curve(run), config["dismissal"]), "thresholds.png")


def record_evaluation(
    run: Path, rows: Sequence[LabelledRow], outcomes: Sequence[Outcome], gates: Sequence[Gate], plots: Sequence[Plot]
) -> None:
    """Adds the headline figures on the test rows, the rows' digest, the gates, the card and the plots.

    Args:
        run: With its card.
        rows: That it was tested on.
        outcomes: Theirs.
        gates: As checked.
        plots: Of the same outcomes.
    """
    figures = {
        name: figure.value if isinstance(figure, Interval) else float(figure)
        for name, figure in summarise(outcomes).items()
    }
    with go_on(run):
        mlflow.log_metrics({f"test.{name}": value for name, value in figures.items()})
        mlflow.set_tags({f"gate.{gate.name}": str(gate) for gate in gates})
        mlflow.set_tag("test.data", digest_rows(rows))
        mlflow.log_artifact(str(run / "MODEL_CARD.md"))
        for plot in plots:
            mlflow.log_text(plot.svg, f"test/{plot.name}.svg")


def record_promotion(run: Path, folder: Path, alias: str, forced: str | None) -> None:
    """Adds which model came of the run, what it is served as, and why in spite of a gate that blocks."""
    with go_on(run):
        mlflow.set_tags({"model": folder.name, f"promoted.{alias}": forced or "no gate blocks"})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
