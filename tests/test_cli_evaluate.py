"""`secondglance evaluate` and `promote`, with a model that answers everything alike."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import pipeline.build
import training.card
import training.promote
import training.setup
from cli.main import main
from evaluation.report import to_markdown
from evaluation.rows import read_rows
from evaluation.run import run_rows
from evaluation.slices import GUARDED
from models.artifact import default_folder
from pipeline.pipeline import Pipeline
from pipeline.policy import Policy
from pipeline.policy_file import PolicyFile
from tests.conftest import FixedScorer
from tests.made_outcomes import ZERO
from tests.made_runs import state_fitted
from training.digest import digest_rows

SURE = (0.9, 0.9, 0.9, 0.0, 0.0)
HARMLESS = (0.2, 0.1, 0.0, 0.0, 0.0)
BOUND = {"attained": True, "alpha": 0.01, "delta": 0.05, "missed": 0, "genuine": 400, "upper": 0.0075}


def row(identity: str, text: str, suicide: int, *tags: str, split: str = "test") -> str:
    labels = ZERO | {"suicide": suicide}
    return json.dumps({"id": identity, "text": text, "labels": labels, "slice": tags, "split": split, "pair": text[:5]})


ROWS = [
    row("r1", "i want to die at the bridge tonight", 4),
    row("r2", "i want to die at the disco tonight", 0),
    row("r3", "how do i tell someone about my self harm", 3, "help_seeking"),
    row("r4", "in the play the king says kill", 0, split="dev"),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text("\n".join(ROWS), encoding="utf-8")
    return tmp_path / "rows.jsonl"


@pytest.fixture
def enough(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A benign row of each guarded slice more, and gates that are content with one."""
    guarded = [row(f"g{n}", f"i want to die in round {n}", 0, tag) for n, tag in enumerate(GUARDED)]
    data.write_text("\n".join([*ROWS, *guarded]), encoding="utf-8")
    monkeypatch.setattr("evaluation.gates.LEAST_SLICE", 1)
    monkeypatch.setattr("evaluation.gates.LEAST_ASKING", 1)
    return data


@pytest.fixture
def served(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[tuple[float, ...]], Pipeline]:
    """Puts a model that answers everything alike behind the command, and a small corpus."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lines = [row(f"c{n}", f"i want to die {n}", 4, split=split) for n, split in enumerate(("calibration", "train"))]
    (corpus / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(training.setup, "CORPUS", corpus)

    def serve(ladder: tuple[float, ...], **dismissal: object) -> Pipeline:
        config = {**pipeline.model_config, "dismissal": BOUND | dismissal}
        made = replace(pipeline, scorer=FixedScorer(ladder), model_config=config)
        monkeypatch.setattr("pipeline.build.build_pipeline", lambda settings: made)
        return made

    return serve


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def test_the_report_goes_to_the_terminal(served: Callable, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    served(SURE)
    status, out, _ = run(capsys, "evaluate", data)
    assert status == 0
    assert "n = 4 rows" in out
    assert "recall end to end | 100.0 % [15.8, 100.0] (n = 2)" in out
    assert "## Peers" not in out
    assert "gates" not in out
    assert "## Disguise" not in out
    assert "n = 1 rows" in run(capsys, "evaluate", data, "--split", "dev")[1]


def test_rows_of_which_none_is_left_are_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "evaluate", data, "--split", "tset")
    assert (status, err) == (2, "secondglance: rows.jsonl has no row of the split 'tset'\n")
    data.write_text("", encoding="utf-8")
    status, _, err = run(capsys, "evaluate", data)
    assert (status, err) == (2, "secondglance: rows.jsonl has no row\n")


def test_without_matplotlib_only_markdown_is_written_and_says_so(
    served: Callable, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served(SURE)
    monkeypatch.setattr("evaluation.files.can_plot", lambda: False)
    status, out, err = run(capsys, "evaluate", data, "--out", tmp_path / "new" / "report")
    assert status == 0
    written = tmp_path / "new" / "report" / "evaluation.md"
    assert written.read_text("utf-8") == out.removesuffix("\n")
    assert [path.name for path in written.parent.iterdir()] == ["evaluation.md"]
    assert "matplotlib" in err
    peers = ("| keywords only |", "| keywords + context words |", "| second look |")
    for part in (*peers, "## Release gates", "## Disguise and recognition noise"):
        assert part in out
    status, _, err = run(capsys, "evaluate", data, "--out", data / "deep" / "report")
    assert (status, "is no folder" in err, "scoring" in err) == (2, True, False)
    status, _, _ = run(capsys, "evaluate", data, "--out", tmp_path / "mine.markdown")
    assert (tmp_path / "mine.markdown").read_text("utf-8").startswith("## rows.jsonl, model ")


@pytest.mark.training
def test_with_matplotlib_one_html_file_stands_beside_it(
    served: Callable, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(SURE)
    assert run(capsys, "evaluate", data, "--out", tmp_path / "report.html")[0] == 0
    html = (tmp_path / "report.html").read_text("utf-8")
    assert html.count("<svg") == 4
    assert (tmp_path / "report.md").is_file()
    for outside in ('src="http', "<link", "<script", "@import"):
        assert outside not in html


def test_gates_are_printed_and_one_that_blocks_ends_with_status_1(
    served: Callable, enough: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = enough
    served(SURE)
    status, out, _ = run(capsys, "evaluate", data, "--gates")
    assert (status, out.count("| passes |"), out.count("| BLOCKS |")) == (0, 6, 0)
    served(SURE, attained=False)
    status, out, _ = run(capsys, "evaluate", data, "--gates")
    assert (status, out.count("| BLOCKS |")) == (1, 1)
    served(HARMLESS)
    status, out, _ = run(capsys, "evaluate", data, "--gates")
    assert status == 1
    assert "| BLOCKS | a child who asks for help is dismissed | 1 of 1 rows with a hit (r3)" in out
    assert run(capsys, "evaluate", data)[0] == 0
    status, out, _ = run(capsys, "evaluate", data, "--out", tmp_path / "report.md")  # shown, but not asked to judge
    assert (status, out.count("| BLOCKS |")) == (0, 1)


def test_keywords_raise_by_the_policy_in_force(served: Callable, data: Path) -> None:
    rules = [{"categories": {"all": {"review": 5, "alert": 5}}}]
    cautious, lax = served(SURE), replace(served(SURE), policy=Policy(PolicyFile.model_validate({"rules": rules})))
    rows = list(read_rows(data))
    assert [o.keyword_raised for o in run_rows(cautious, rows[:2])] == [True, True]
    assert [o.keyword_raised for o in run_rows(lax, rows[:2])] == [False, False]


def test_pairs_are_measured(served: Callable, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    served(SURE)
    status, out, _ = run(capsys, "evaluate", data, "--pairs")
    assert status == 0
    assert "pairs of opposite truth: 1\n\ngenuine row: an edited word is among" in out
    assert "\n\nbenign row: an edited word is among" in out
    assert "among the first 3 of evidence: 0.0 %" in out  # a model that answers everything alike has no evidence


def test_rows_are_measured_once_more_disguised_and_misread(
    served: Callable, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(SURE)
    many = [row(f"r{n}", f"i want to die at the bridge tonight, place {n}", 4) for n in range(15)]
    data.write_text("\n".join(many), encoding="utf-8")
    status, out, _ = run(capsys, "evaluate", data, "--disguised")
    assert status == 0
    shown = out[out.index("## Disguise and recognition noise") :]
    (line,) = [line for line in shown.splitlines() if line.startswith("| disguised | 15 |")]
    assert line.endswith("| - (n = 0) | - (n = 0) | - | - |")  # all are genuine
    assert "\n| misread | 15 |" in shown
    status, _, err = run(capsys, "evaluate", data, "--disguised", "--screens", "4")
    assert status == 2
    assert "--screens stands alone" in err


def test_baselines_without_the_training_extra_are_refused_before_anything_is_scored(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for name in [name for name in sys.modules if name.startswith("sklearn.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(training.setup, "base_model", lambda: data.parent)
    monkeypatch.setattr(pipeline.build, "build_pipeline", lambda settings: pytest.fail("too late"))
    status, _, err = run(capsys, "evaluate", data, "--baselines")
    assert status == 2
    assert "needs the training extra (sklearn); run `make train-setup`" in err


@pytest.fixture
def promoted(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """A calibrated run, beside a champion that raises all; what is promoted is only noted."""
    champion = replace(pipeline, scorer=FixedScorer(SURE))
    monkeypatch.setattr("training.canary.build_pipeline", lambda settings: champion)
    state_fitted(Path(shutil.copytree(default_folder(), tmp_path / "runs" / "base")))
    noted: list[Path] = []
    monkeypatch.setattr(training.setup, "RUNS", tmp_path / "runs")
    monkeypatch.chdir(tmp_path)  # where MLflow's store is, if none is named
    monkeypatch.setattr(
        training.card, "write_card", lambda run, report: (run / "MODEL_CARD.md").write_text(report, "utf-8")
    )
    monkeypatch.setattr(training.promote, "promote", lambda run, alias: noted.append(run) or run)
    return noted


def card(tmp_path: Path) -> str:
    return (tmp_path / "runs" / "base" / "MODEL_CARD.md").read_text("utf-8")


def test_a_model_that_passes_is_promoted_with_its_gates_in_the_card(
    served: Callable, promoted: list[Path], enough: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(SURE)
    status, out, _ = run(capsys, "promote", "--test", enough, "--force", "not needed")
    assert (status, len(promoted)) == (0, 1)
    assert "promoted: base" in out
    assert "## Release gates" in card(tmp_path)
    assert "not needed" not in card(tmp_path)


def test_a_blocked_model_is_promoted_only_by_force_and_on_the_record(
    served: Callable, promoted: list[Path], enough: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(HARMLESS)
    status, out, err = run(capsys, "promote", "--test", enough)
    assert (status, promoted) == (1, [])
    assert "| BLOCKS | a child who asks for help is dismissed |" in out
    assert "not promoted" in err
    assert run(capsys, "promote", "--test", enough, "--dry-run")[0] == 0
    assert run(capsys, "promote", "--test", enough, "--force", "  ")[0] == 2
    assert promoted == []
    status, _, _ = run(capsys, "promote", "--test", enough, "--force", "the old model\nmisses more")
    assert (status, len(promoted)) == (0, 1)
    assert "promoted by force, for this reason: the old model misses more" in card(tmp_path)


def test_a_few_rows_let_no_model_through(
    served: Callable, promoted: list[Path], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(SURE)
    status, out, _ = run(capsys, "promote", "--test", data)
    assert (status, promoted) == (1, [])
    assert out.count("not shown, at least") == 4


def test_rows_of_the_corpus_let_no_model_through(
    served: Callable, promoted: list[Path], enough: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(SURE)
    learnt = row("c", "I want to die: 1", 4)
    enough.write_text(f"{enough.read_text(encoding='utf-8')}\n{learnt}\n", encoding="utf-8")
    status, out, _ = run(capsys, "promote", "--test", enough)
    assert (status, promoted) == (1, [])
    told = "1 of 8 stand in corpus, asking or canary rows, 0 more nearly so, of which 1 % may be (c: train c1)"
    assert f"| BLOCKS | test rows are apart from those of training | {told} |" in out
    status, _, err = run(capsys, "compare", enough, "--run", "base")
    assert (status, err.count(told)) == (2, 1)


def test_without_mlflow_a_promotion_says_that_it_is_not_told(
    served: Callable,
    promoted: list[Path],
    enough: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served(SURE)
    monkeypatch.setattr("cli.promote.find_spec", lambda name: None)
    status, _, err = run(capsys, "promote", "--test", enough)
    assert (status, len(promoted)) == (0, 1)
    assert "not told to MLflow, which is not installed" in err


def test_the_card_says_on_which_rows_it_was_measured_and_of_the_blind_ones_alone_where_they_are_from(
    served: Callable,
    promoted: list[Path],
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served(SURE)
    digest, written = digest_rows(read_rows(data)), "written from the rubric alone"
    run(capsys, "promote", "--test", data, "--dry-run")
    assert f"## rows.jsonl (digest {digest})\n" in card(tmp_path)
    assert written not in card(tmp_path)
    assert "secondglance evaluate rows.jsonl`" in card(tmp_path)
    assert "nan" not in card(tmp_path)
    monkeypatch.setattr("training.material.BLIND", data)
    for named in ((), ("--test", data)):
        run(capsys, "promote", "--dry-run", *named)
        assert card(tmp_path).startswith("## Blind test set\n")
        assert written in card(tmp_path)


def test_where_there_was_nothing_to_count_a_dash_is_shown() -> None:
    report = to_markdown([], "nothing")
    assert "nan" not in report
    assert "cut chosen on these rows | - |" in report


@pytest.mark.training
def test_mlflow_is_told_what_was_promoted_and_why(
    served: Callable,
    promoted: list[Path],
    enough: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import mlflow

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    served(HARMLESS)
    store = ("--tracking", f"sqlite:///{tmp_path}/mlflow.db")
    assert run(capsys, "promote", "--test", enough, *store)[0] == 1  # blocked, and told so
    assert run(capsys, "promote", "--test", enough, "--force", "the old one misses more", *store)[0] == 0
    (record,) = mlflow.search_runs(search_all_experiments=True, output_format="list")
    assert record.info.run_name == "base"
    assert record.data.metrics["test.rows"] == 7
    assert record.data.metrics["test.end_to_end_recall"] == 0.0
    tags = record.data.tags
    assert tags["test.data"] == digest_rows(read_rows(enough))
    assert tags["gate.a child who asks for help is dismissed"].startswith("BLOCKS")
    assert (tags["model"], tags["promoted.champion"]) == ("base", "the old one misses more")
    kept = tmp_path / "mlruns" / record.info.run_id / "artifacts"
    assert "## Release gates" in (kept / "MODEL_CARD.md").read_text("utf-8")
    assert sorted(path.name for path in (kept / "test").iterdir()) == [
        "confusion.svg", "curves.svg", "reliability.svg", "slices.svg",
    ]  # fmt: skip
