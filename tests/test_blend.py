import json
from pathlib import Path

import pytest

from domain.errors import InvalidModel
from training.card import what_it_saw

pytestmark = pytest.mark.training


def test_a_blend_lies_between_both_runs_is_told_and_is_made_once(tmp_path: Path) -> None:
    import torch

    from training.blend import blend

    for name, value in (("old", 2.0), ("new", 6.0)):
        (tmp_path / name).mkdir()
        torch.save({"layer": torch.full((2,), value)}, tmp_path / name / "best.pt")
    about = {"rows": 9, "data": "d1", "start": {"data": "d0"}}
    (tmp_path / "new" / "training.json").write_text(json.dumps(about), encoding="utf-8")
    blend(tmp_path / "new", tmp_path / "old", 0.25)
    assert torch.load(tmp_path / "new" / "best.pt", weights_only=True)["layer"].tolist() == [5.0, 5.0]
    told = json.loads((tmp_path / "new" / "training.json").read_text(encoding="utf-8"))
    assert told == {**about, "share_of_start": 0.25}
    assert "digest `d0`, of which 25 % are in it" in what_it_saw(told)
    restored = {**told, "start": {"data": "d0", "restored": "sg-0123"}}
    assert "the released model `sg-0123`, whose card says what that saw" in what_it_saw(restored)
    with pytest.raises(InvalidModel, match="already"):
        blend(tmp_path / "new", tmp_path / "old", 0.25)
