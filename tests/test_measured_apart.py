"""What the environment says does not sway a measurement, or the measurement says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from cli.main import main
from domain.errors import InvalidRequest
from evaluation.rows import LabelledRow, read_rows, row_to_json
from models.artifact import default_folder
from pipeline.build import build_pipeline
from pipeline.pipeline import Pipeline
from pipeline.settings import PipelineSettings, StatedSettings
from training import canary, setup
from training.apart import check_apart, gate_apart

ALL_PASS = "rules:\n- categories:\n    all: {review: 5, alert: 5}\n"
"""Under it hardly anything is raised, and so no slice is raised more often than another."""


@pytest.fixture
def swayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy and a lexicon of somebody's own, in the environment."""
    policy, lexicon = tmp_path / "policy.yaml", tmp_path / "own.csv"
    policy.write_text(ALL_PASS, encoding="utf-8")
    lexicon.write_text("id,phrase,category,grade\nown-1,purple monkey,violence,5\n", encoding="utf-8")
    monkeypatch.setenv("SECONDGLANCE_POLICY", str(policy))
    monkeypatch.setenv("SECONDGLANCE_LEXICON", str(lexicon))
    monkeypatch.setenv("SECONDGLANCE_MODEL", str(tmp_path))
    return policy


def test_a_stated_setting_is_the_stated_one(swayed: Path) -> None:
    assert PipelineSettings().policy == swayed
    assert PipelineSettings().changed() == ("lexicon", "policy")
    stated = StatedSettings(model=default_folder())
    assert stated.model_dump() == PipelineSettings.model_construct(model=default_folder()).model_dump()
    assert stated.changed() == ()


def test_the_canary_rows_are_scored_by_the_default_policy(
    swayed: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[PipelineSettings] = []

    def build(settings: PipelineSettings) -> Pipeline:
        built.append(settings)
        return pipeline

    monkeypatch.setattr(canary, "build_pipeline", build)
    canary.gate_against_champion(pipeline)
    assert [settings.changed() for settings in built] == [()]
    assert built[0].model == default_folder()


def test_gates_are_refused_under_another_policy_and_a_report_names_it(
    swayed: Path,
    pipeline: Pipeline,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "r", "text": "hello", "labels": {"violence": 0}}\n', encoding="utf-8")
    monkeypatch.setattr("pipeline.build.build_pipeline", lambda settings: pipeline)
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(rows), "--gates"])
    assert stopped.value.code == 2
    assert "there is another: lexicon, policy" in " ".join(capsys.readouterr().err.split())
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(rows)])
    assert stopped.value.code == 0
    assert "not the project's own: lexicon, policy." in capsys.readouterr().out
    for name in ("POLICY", "LEXICON"):
        monkeypatch.delenv(f"SECONDGLANCE_{name}")
    with pytest.raises(SystemExit):
        main(["evaluate", str(rows)])
    assert "not the project's own: nothing." in capsys.readouterr().out


def test_rows_that_a_model_is_fitted_on_or_guarded_by_are_known_word_for_word_and_nearly_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(identity: str, text: str, split: str = "test") -> LabelledRow:
        return LabelledRow(identity, text, {"bullying": 0}, split=split)

    learnt = row("c1", "they said that nobody would miss me if i went home", "train")
    (tmp_path / "corpus.jsonl").write_text(row_to_json(learnt), encoding="utf-8")
    monkeypatch.setattr(setup, "CORPUS", tmp_path)
    fresh = [row(f"f{n}", f"zebra number {n}") for n in range(99)]
    nearly = replace(learnt, id="n", text=f"{learnt.text} ok")
    assert not gate_apart(fresh).blocks
    assert gate_apart([*fresh, nearly]).figures == (
        "0 of 100 stand in corpus, asking or canary rows, 1 more nearly so, of which 1 % may be (n: nearly train c1)"
    )
    assert not gate_apart([*fresh, nearly]).blocks
    assert gate_apart([*fresh[:98], nearly]).blocks
    for file, known in (("asking.jsonl", next(read_rows(setup.ASKING))), ("canary.jsonl", next(canary.read_canary()))):
        found = gate_apart([*fresh, replace(known, id="k")])
        assert found.blocks
        assert "1 of 100 stand in corpus, asking or canary rows, 0 more nearly so" in found.figures
        assert f"(k: {file} {known.id})" in found.figures
        with pytest.raises(InvalidRequest, match=f"k: {file}"):
            check_apart([*fresh, replace(known, id="k")])


def test_promote_and_compare_build_by_stated_settings_alone() -> None:
    """The environment's settings are known to neither: what is measured for good is the same everywhere."""
    for command in ("promote", "compare"):
        code = (Path(__file__).parents[1] / "cli" / f"{command}.py").read_text(encoding="utf-8")
        assert "build_pipeline(StatedSettings(model=folder))" in code
        assert "PipelineSettings" not in code


def test_the_default_policy_is_what_is_built(swayed: Path) -> None:
    from pipeline.policy import Policy

    built = build_pipeline(StatedSettings())
    assert built.versions.policy == Policy().digest
