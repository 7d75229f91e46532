import random
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from benchmarks import matcher as bench
from benchmarks.adversarial import adversarial_inputs, doubling
from benchmarks.disguises import DISGUISES
from benchmarks.engines import OURS, engines, stage
from benchmarks.equality import UnequalWork, check_finds_all
from benchmarks.markdown import table
from benchmarks.measure import measure
from benchmarks.pages import Pages, make_pages, read_prose
from benchmarks.peers import NAIVE, PEERS, alternation, available, left_out, naive
from benchmarks.phrases import as_lexicon, make_phrases
from cli.main import main
from domain.hit import KeywordHit
from domain.page import Page
from keyword_stage.fold import fold
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher


@pytest.fixture(scope="module")
def prose() -> tuple[str, ...]:
    return read_prose(6)


@pytest.fixture(scope="module")
def phrases(prose: tuple[str, ...]) -> tuple[str, ...]:
    return make_phrases(300, prose)


@pytest.fixture(scope="module")
def kinds(prose: tuple[str, ...], phrases: tuple[str, ...]) -> list[Pages]:
    return make_pages(prose, phrases)


def test_the_whole_bench_runs_and_writes_its_report(tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    done = CliRunner().invoke(_command(), ["matcher", "--quick", "--repeats", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    report = out.read_text(encoding="utf-8")
    assert report.strip() in done.stdout
    for heading in ("# Keyword stage", "## 200 phrases", "own lexicon", "worst ratio", "## Building 500 phrases"):
        assert heading in report
    for said in ("cores usable", "Python", "pyahocorasick", "n = 10 pages", "median of 1 rounds", "quick"):
        assert said in report
    for name in (*engines(), *(name for name, _ in available(200))):
        assert f"| {name} " in report


def _command() -> click.Command:
    from cli.bench import command

    return command


def test_an_engine_that_finds_less_gives_no_result(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Lazy(Matcher):
        def find(self, page: Page) -> tuple[KeywordHit, ...]:
            return super().find(page)[:2]

    monkeypatch.setattr(bench, "engines", lambda: {"keyword stage": Lazy})
    with pytest.raises(SystemExit) as status:
        main(["bench", "matcher", "--quick", "--repeats", "1"])
    assert status.value.code == 2
    assert "keyword stage missed 1 of 3 hits in clean text 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    "found", [[[(0, 4)], []], [[(0, 4), (9, 13)], []], [[(0, 4)] * 2, []], [[], [(0, 4), (9, 12)]]]
)
def test_a_planted_hit_that_is_missed_gives_no_result(found: list[list[tuple[int, int]]]) -> None:
    planted = [[(0, 4), (9, 12)], []]
    check_finds_all(planted, {"right": [[(9, 12), (0, 4)], []], "more": [[(0, 4), (9, 12)], [(1, 2)]]})
    with pytest.raises(UnequalWork, match="wrong missed"):
        check_finds_all(planted, {"right": planted, "wrong": found})


def test_phrases_stand_nowhere_in_the_prose(prose: tuple[str, ...], phrases: tuple[str, ...]) -> None:
    assert len(set(phrases)) == 300
    for text in prose:
        assert text.isascii()
        assert [phrase for phrase in phrases if f" {phrase} " in fold(text)] == []
    assert naive(phrases)(f"so {phrases[0]}, he said") == [(3, 3 + len(phrases[0]))]


def test_more_phrases_than_the_lexicon_holds_are_made_up(prose: tuple[str, ...]) -> None:
    many = make_phrases(20_000, prose[:1])
    assert len(set(many)) == 20_000
    assert all(f" {phrase} " not in fold(prose[0]) for phrase in many)
    assert make_phrases(20_000, prose[:1]) == many


def test_spans_are_those_of_the_planted_phrases(kinds: list[Pages], phrases: tuple[str, ...]) -> None:
    known = set(phrases)
    assert [pages.hits for pages in kinds] == [0, 3, 18, 3, 18]
    for pages in kinds:
        cut = [text[start:end] for text, spans in zip(pages.texts, pages.planted, strict=True) for start, end in spans]
        attacked = pages.name.startswith("attacked")
        assert all((part in known) is not attacked for part in cut)
        assert pages.clean is all(text.isascii() for text in pages.texts)
        assert all(1800 <= len(text) <= 2300 for text in pages.texts)


def test_every_engine_and_peer_finds_just_what_was_planted(kinds: list[Pages], phrases: tuple[str, ...]) -> None:
    finds = {name: build(phrases) for name, build in available(len(phrases))}
    finds |= {name: stage(build(as_lexicon(phrases))) for name, build in engines().items()}
    assert {NAIVE, "re alternation", *OURS} <= set(finds)
    for pages in kinds:
        if pages.clean:
            for name, find in finds.items():
                found = [sorted(find(text)) for text in pages.texts]
                assert found == [sorted(spans) for spans in pages.planted], name


def test_a_peer_that_is_not_measured_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "made up", ("no_such_module", alternation))
    assert "made up" not in dict(available(10))
    assert "made up: not installed (`make bench-setup`)" in left_out(10)
    assert "re alternation" in dict(available(1000))
    assert "re alternation" not in dict(available(1001))
    assert any(reason.startswith("re alternation: left out") for reason in left_out(1001))


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_changes_the_phrase(disguise: Callable[[str, random.Random], str]) -> None:
    assert all(disguise("buy some pills", random.Random(seed)) != "buy some pills" for seed in range(20))


def test_adversarial_inputs_have_the_length_asked_for() -> None:
    for lexicon in (read_lexicon(), as_lexicon(["kill"])):
        for make in adversarial_inputs(lexicon).values():
            assert [len(make(length)) for length in (1, 250, 10_000)] == [1, 250, 10_000]


def test_a_doubling_is_told_by_the_least_of_all_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    found_loops, rounds = (9.0, 9.0), (5.0, 8.0, 7.0, 2.0, 1.0, 4.0)  # every other round begins with the longer text
    taken = iter((*found_loops, *rounds))
    monkeypatch.setattr("benchmarks.measure.cpu_seconds", lambda call: next(taken))
    figures = doubling(len, {"a": "a".__mul__}, (100, 200), 3)
    assert figures == {"a": ([1.0, 4.0], 4.0)}


def test_the_worst_doubling_is_told() -> None:
    def squares(text: str) -> int:
        return sum(1 for _ in range(len(text) ** 2))

    figures = doubling(squares, {"a": "a".__mul__}, (100, 200, 400), 3)
    seconds, ratio = figures["a"]
    assert len(seconds) == 3
    assert ratio == max(seconds[1] / seconds[0], seconds[2] / seconds[1])


def test_each_contender_is_called_once_a_round_and_once_before() -> None:
    called: list[str] = []
    taken = measure({name: lambda name=name: called.append(name) for name in "abc"}, 2)  # type: ignore[misc]
    assert "".join(called) == "abc" + "abc" + "bca"
    assert set(taken) == {"a", "b", "c"}


def test_a_table_is_markdown() -> None:
    assert table(("name", "figure"), [("a", 1), ("bcdef", "12.5")]) == (
        "| name  | figure |\n| ----- | -----: |\n| a     |      1 |\n| bcdef |   12.5 |\n"
    )


def test_the_command_says_what_it_needs_where_there_are_no_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    done = CliRunner().invoke(_command(), ["matcher"])
    assert done.exit_code == 1
    assert "run them from a checkout" in done.output
