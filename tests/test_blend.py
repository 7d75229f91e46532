import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.blend import command
from domain.errors import InvalidModel
from training.card import what_it_saw

pytestmark = pytest.mark.training


def test_a_blend_lies_between_its_runs_and_says_so(tmp_path: Path) -> None:
    import torch

    from training.blend import blend

    about = {
        "old": {"rows": 8, "data": "d0", "restored": "sg-0123"},
        "new": {"rows": 9, "data": "d1", "start": {"data": "d0"}},
    }
    for name, value in (("old", 2.0), ("new", 6.0)):
        (tmp_path / name).mkdir()
        torch.save({"layer": torch.full((2,), value)}, tmp_path / name / "best.pt")
        (tmp_path / name / "training.json").write_text(json.dumps(about[name]), encoding="utf-8")
    old, new, between = (tmp_path / name for name in ("old", "new", "between"))
    blend({new: 0.75, old: 0.25}, between)
    assert torch.load(between / "best.pt", weights_only=True)["layer"].tolist() == [5.0, 5.0]
    told = json.loads((between / "training.json").read_text(encoding="utf-8"))
    assert told["data"] == "d1"
    assert [(part["run"], part["share"], part["data"]) for part in told["blend"]] == [
        ("new", 0.75, "d1"),
        ("old", 0.25, "d0"),
    ]
    assert [part["learnt"] for part in told["blend"]] == [about["new"], about["old"]]
    assert "its weights are a mean: 75 % run new, 25 % sg-0123" in what_it_saw(told)
    assert "started from the weights of an earlier run, on rows with the digest `d0`" in what_it_saw(told)
    with pytest.raises(InvalidModel, match="holds weights already"):
        blend({new: 0.75, old: 0.25}, between)
    for wrong in (math.nan, 1.25):
        with pytest.raises(InvalidModel, match=f"each share is 0 to 1, not {wrong:g}, "):
            blend({new: wrong, old: 1 - wrong}, tmp_path / "other")
    with pytest.raises(InvalidModel, match="there is no run gone"):
        blend({new: 0.5, tmp_path / "gone": 0.5}, tmp_path / "other")
    torch.save({"layer": torch.full((2,), 1.0), "more": torch.zeros(1)}, tmp_path / "other.pt")
    kept = (old / "best.pt").read_bytes()
    (old / "best.pt").write_bytes((tmp_path / "other.pt").read_bytes())
    with pytest.raises(InvalidModel, match="new, old are networks of two shapes"):
        blend({new: 0.75, old: 0.25}, tmp_path / "other")
    (old / "best.pt").write_bytes(kept)
    for other, fault in (({"encoder": "large"}, "are runs of two encoders"), ({"span_readout": False}, "read hits in")):
        (old / "training.json").write_text(json.dumps({**about["old"], **other}), encoding="utf-8")
        with pytest.raises(InvalidModel, match=f"new, old {fault}"):
            blend({new: 0.75, old: 0.25}, tmp_path / "other")
    with pytest.raises(InvalidModel, match=r"add up to 0\.75"):
        blend({new: 0.5, old: 0.25}, tmp_path / "other")


def test_a_share_that_is_no_number_is_named() -> None:
    result = CliRunner().invoke(command, ["spring=much", "--run", "x"])
    assert result.exit_code == 2
    assert "'spring=much' is not RUN=SHARE" in result.output
