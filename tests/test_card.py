"""The figures of a model card are those that the model states."""

import json
from pathlib import Path

from models.artifact import default_folder
from training.card import what_it_saw, write_card

PARITY = dict.fromkeys(
    ("export_max_logit_gap", "served_max_probability_gap", "served_mean_probability_gap", "served_same_action"), 0.01
)


def test_no_bound_is_told_as_stricter_than_it_is(tmp_path: Path) -> None:
    config = json.loads((default_folder() / "model.json").read_text("utf-8"))
    config["training"].pop("rationale", None)
    config.pop("second_opinion", None)
    config["dismissal"] |= {"alpha": 0.025, "delta": 0.005}
    config["dismissal"]["other_bounds"][0]["alpha"] = 0.005
    (tmp_path / "model.json").write_text(json.dumps(config), "utf-8")
    (tmp_path / "parity.json").write_text(json.dumps({"spans": 3, **PARITY}), "utf-8")
    (tmp_path / "model.onnx").touch()
    write_card(tmp_path, "")
    card = (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    assert "at most\n2.5 % of genuine concerns (rows with a hit) dismissed, with 99.5 % confidence" in card
    assert "\n| 0.5 % | " in card


def test_no_share_of_what_it_saw_is_rounded_away() -> None:
    training = {"rows": 9, "data": "d", "disguised": 0.005, "public": {"edos": {}}, "public_share": 0.125}
    saw = what_it_saw(training)
    assert "0.5 % of the rows with the words" in saw
    assert "at most 12.5 % of each epoch" in saw
