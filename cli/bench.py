"""`secondglance bench`: measurements against peers; needs a checkout, as `benchmarks/` is in no wheel."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.options import in_a_folder
from cli.runs import RUN

_OUT = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=in_a_folder,
    help="Also write the report here.",
)


def _bench_options(repeats: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    options = (
        click.option("--repeats", default=repeats, show_default=True, type=click.IntRange(1), help="Rounds of timing."),
        click.option("--quick", is_flag=True, help="Tiny sizes: shows that it runs, not how fast it is."),
        _OUT,
    )

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.group("bench")
def command() -> None:
    """Measure against peers (`make bench-setup`); the report is Markdown. See docs/benchmarks.md."""


@command.command("matcher")
@_bench_options(repeats=7)
def matcher(repeats: int, quick: bool, out: Path | None) -> None:
    """Measures the keyword stage: throughput, twice the text, building."""
    _report("matcher", out, repeats=repeats, quick=quick)


@command.command("scorer")
@click.option(
    "--run", "name", type=RUN, help="Run with the fp32 weights (runs/NAME); without it torch cannot be measured."
)
@click.option("--windows", type=click.IntRange(1), help="Compare actions on so many windows, not on all.")
@_bench_options(repeats=5)
def scorer(name: str | None, windows: int | None, repeats: int, quick: bool, out: Path | None) -> None:
    """Measures the second look: against torch fp32, and one pass a window against one a hit."""
    _report("scorer", out, name=name, repeats=repeats, quick=quick, windows=windows)


@command.command("hash")
@_bench_options(repeats=5)
def hash_(repeats: int, quick: bool, out: Path | None) -> None:
    """Measures known pictures: hashing a frame, proposing regions, looking hashes up."""
    _report("hashing", out, repeats=repeats, quick=quick)


@command.command("overlays")
@click.option("--schools", default=2000, show_default=True, type=click.IntRange(1), help="Schools of 200 phrases each.")
@click.option("--quick", is_flag=True, help="Twenty schools: shows that it runs.")
@_OUT
def overlays(schools: int, quick: bool, out: Path | None) -> None:
    """Measures the memory of the overlays of many schools."""
    _report("overlays", out, schools=schools, quick=quick)


@command.command("http")
@click.option("--requests", default=640, show_default=True, type=click.IntRange(64), help="Texts of each kind.")
@click.option("--images", default=3, show_default=True, type=click.IntRange(1), help="Captures.")
@click.option("--quick", is_flag=True, help="A few requests: shows that it runs.")
@_OUT
def http(requests: int, images: int, quick: bool, out: Path | None) -> None:
    """Measures the service over HTTP: against a bare echo and a naive server of the same model."""
    _report("over_http", out, requests=requests, images=images, quick=quick)


@command.command("grpc")
@click.option("--requests", default=640, show_default=True, type=click.IntRange(64), help="Texts of each kind.")
@click.option("--images", default=3, show_default=True, type=click.IntRange(1), help="Captures.")
@click.option("--quick", is_flag=True, help="A few requests: shows that it runs.")
@_OUT
def grpc(requests: int, images: int, quick: bool, out: Path | None) -> None:
    """Measures the service over gRPC: unary, in batches, on a stream."""
    _report("over_grpc", out, requests=requests, images=images, quick=quick)


def _load_options(seconds: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    options = (
        click.option("--seconds", default=seconds, show_default=True, type=click.FloatRange(1), help="How long."),
        click.option("--texts", default=320, show_default=True, type=click.IntRange(8), help="Texts, sent in turn."),
        click.option("--quick", is_flag=True, help="A few seconds: shows that it runs."),
        _OUT,
    )

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@command.command("overload")
@_load_options(300)
def overload(seconds: float, texts: int, quick: bool, out: Path | None) -> None:
    """Offers the service three times what it can do, in an open loop."""
    _report("overload", out, seconds=seconds, texts=texts, quick=quick)


@command.command("swaps")
@click.option("--swaps", default=200, show_default=True, type=click.IntRange(1), help="Swaps of model and lexicon.")
@click.option("--texts", default=80, show_default=True, type=click.IntRange(8), help="Texts, sent in turn.")
@click.option("--quick", is_flag=True, help="Six swaps: shows that it runs.")
@_OUT
def swaps(swaps: int, texts: int, quick: bool, out: Path | None) -> None:
    """Swaps model and lexicon over and over while texts are scored."""
    _report("swaps", out, swaps=swaps, texts=texts, quick=quick)


@command.command("kills")
@_load_options(90)
def kills(seconds: float, texts: int, quick: bool, out: Path | None) -> None:
    """Kills OCR workers, then the service, then ends it by SIGTERM, while captures are scored."""
    _report("kills", out, seconds=seconds, texts=texts, quick=quick)


@command.command("soak")
@_load_options(1800)
def soak(seconds: float, texts: int, quick: bool, out: Path | None) -> None:
    """Sends texts, batches and captures for long, at half of what the service can do."""
    _report("soak", out, seconds=seconds, texts=texts, quick=quick)


@command.command("ocr")
@click.option(
    "--captures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of NAME.png with the true words in NAME.gt.json; drawn captures without it.",
)
@click.option("--frames", default=64, show_default=True, type=click.IntRange(1), help="Captures of the session.")
@click.option(
    "--memory", default=2000, show_default=True, type=click.IntRange(0), help="Captures to watch memory over."
)
@click.option("--quick", is_flag=True, help="One capture, no peers: shows that it runs.")
@_OUT
def ocr(captures: Path | None, frames: int, memory: int, quick: bool, out: Path | None) -> None:
    """Measures the reading of screens: cold and warm, words and boxes, memory."""
    _report("ocr", out, captures=captures, frames=frames, memory=memory, quick=quick)


def _report(bench: str, out: Path | None, **options: Any) -> None:
    if importlib.util.find_spec("benchmarks") is None:
        raise click.ClickException("the benchmarks are in no wheel; run them from a checkout")
    # By name: benchmarks stand above the commands, and nothing may import upwards.
    report: str = importlib.import_module(f"benchmarks.{bench}").run(
        **options, say=lambda now: click.echo(now, err=True)
    )
    click.echo(report)
    if out:
        out.write_text(report, encoding="utf-8")
