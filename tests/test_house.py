"""Rules of the house that no other tool keeps."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.rows import read_rows
from evaluation.slurs import read_slurs

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "domain",
    "ocr",
    "keyword_stage",
    "image_hash",
    "models",
    "pipeline",
    "serving",
    "training",
    "evaluation",
    "cli",
    "secondglance_client",
)
SOURCES = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if "_pb2" not in path.name]


def test_files_are_short_and_packages_are_empty_at_the_top() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in SOURCES}
    assert [path for path, lines in lengths.items() if lines > 400] == []
    assert [path for path, lines in lengths.items() if path.name == "__init__.py" and lines] == []
    lines = sorted(lines for path, lines in lengths.items() if path.name != "__init__.py")
    assert lines[len(lines) // 2] < 100


def test_the_service_environment_has_no_torch() -> None:
    for name in ("torch", "transformers", "mlflow"):
        assert importlib.util.find_spec(name) is None, f"{name} belongs to .venv-train alone"


def test_importing_the_service_starts_no_work() -> None:
    code = (
        "import serving.run, cli.main, sys; print([m for m in ('paddleocr', 'paddlex', 'torch') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_no_dependency_ships_a_module_with_one_of_our_names() -> None:
    site = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    assert [name for name in PACKAGES if (site / name).exists() or (site / f"{name}.py").exists()] == []


def test_the_committed_grpc_code_is_that_of_the_proto(tmp_path: Path) -> None:
    proto = "serving/proto/scoring.proto"
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", "-I", ".", *outputs, proto], cwd=ROOT, check=True)
    for made in (tmp_path / "serving" / "proto").iterdir():
        assert made.read_text("utf-8") == (ROOT / "serving" / "proto" / made.name).read_text("utf-8"), (
            "run `make proto`"
        )


@pytest.mark.parametrize(
    "folder",
    [
        "training/corpus",
        *(
            f"evaluation/{name}"
            for name in (
                "data",
                "fair_rows",
                "asking_rows",
                "plain_rows",
                "pair_rows",
                "fresh_pairs",
                "lexicon_rows",
                "language_rows",
            )
        ),
    ],
)
def test_rows_are_sound(folder: str) -> None:
    rows = list(read_rows(ROOT / folder))
    assert len({row.id for row in rows}) == len(rows)
    slurs = [word for words in read_slurs().values() for word in words]
    spelled = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, slurs))})(?!\w)", re.IGNORECASE)
    for row in rows:
        assert set(row.labels) == set(next(iter(rows)).labels), row.id
        assert row.trigger in row.text, row.id
        assert not spelled.search(row.text), f"{row.id}: a slur is spelled out; use a placeholder"
        for span in row.spans:
            assert 0 <= span.start < span.end <= len(row.text), row.id


def test_the_corpus_has_enough_individual_rows_on_both_sides() -> None:
    rows = list(read_rows(ROOT / "training" / "corpus"))
    for path in sorted((ROOT / "training" / "corpus").glob("*.jsonl")):
        mine = [row for row in rows if row.id.startswith(path.stem)]
        assert sum(row.severity >= 3 for row in mine) >= 80, path.stem
        assert sum(row.severity <= 1 for row in mine) >= 80, path.stem


def test_no_scenario_and_no_pair_stands_in_two_splits() -> None:
    rows = list(read_rows(ROOT / "training" / "corpus"))
    for key in ("scenario", "pair"):
        splits: dict[str, set[str]] = {}
        for row in rows:
            if getattr(row, key):
                splits.setdefault(getattr(row, key), set()).add(row.split)
        assert [name for name, found in splits.items() if len(found) > 1] == []


@pytest.mark.parametrize("folder", ["data", "fair_rows", "asking_rows", "plain_rows", "pair_rows", "fresh_pairs"])
def test_the_blind_rows_share_no_text_with_the_corpus(folder: str) -> None:
    fitted_on = (ROOT / "training" / name for name in ("corpus", "asking.jsonl"))
    seen = {row.text.casefold() for path in fitted_on for row in read_rows(path)}
    test = list(read_rows(ROOT / "evaluation" / folder))
    assert {row.split for row in test} == {"test"}
    assert not {row.text.casefold() for row in test} & seen


def test_the_sample_captures_are_complete() -> None:
    listed = json.loads((ROOT / "demo" / "captures.json").read_text(encoding="utf-8"))
    assert sum(entry["truth"] == "genuine" for entry in listed) >= 6
    assert sum(entry["truth"] == "benign" for entry in listed) >= 6
    assert all((ROOT / "demo" / entry["file"]).is_file() for entry in listed)


def test_no_file_names_a_machine_path_or_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    bad = re.compile(r"(?<![\w.])/(work|root|farm)/|index-url|pypi\.org/simple")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".in", ".yaml", ".yml", ".html"} and path != Path(__file__):
            assert not bad.search(path.read_text(encoding="utf-8").replace("--no-emit-index-url", "")), name
