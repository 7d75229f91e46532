"""The image, as far as it goes without Docker: its steps are replayed in a folder, and what comes out is run.

The packages are those of this environment, without its link to the sources here; the weights are not downloaded anew.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.artifact import ARTIFACTS, default_folder
from tests.running_server import ROOT
from tools.check_system import LIBRARIES

FETCHED = ("det/inference.onnx", "det/inference.yml", "rec/inference.onnx", "rec/inference.yml")
TOOL = re.compile(r"python (tools/\S+\.py[^&\n]*)")


def steps() -> list[tuple[str, str]]:
    """Instruction and argument of every line."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(name, rest) for name, _, rest in (line.strip().partition(" ") for line in lines) if name]


def values(instruction: str) -> list[str]:
    return [rest for name, rest in steps() if name == instruction]


def copied() -> Iterator[tuple[str, str]]:
    """What is copied from here, and where to."""
    for argument in values("COPY"):
        *sources, target = shlex.split(argument)
        if not sources[0].startswith("--from"):
            yield from ((source, target) for source in sources)


def tools(text: str) -> list[str]:
    return [command.strip() for command in TOOL.findall(text)]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands in /app."""
    app = tmp_path_factory.mktemp("image")
    others = {folder.name for folder in ARTIFACTS.glob("sg-*")} - {default_folder().name}  # a gigabyte
    for source, target in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, app / target, ignore=shutil.ignore_patterns("__pycache__", *others))
        else:
            (app / target).mkdir(exist_ok=True)
            shutil.copy(ROOT / source, app / target)
    for name in FETCHED:
        (app / ".weights" / "ocr" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / ".weights" / "ocr" / name, app / ".weights" / "ocr" / name)
    for argument in values("RUN"):
        for command in tools(argument):
            if "fetch_weights" not in command:
                run(app, *command.split())
        if "compileall" in argument:
            run(app, "-m", "compileall", *argument.partition("compileall")[2].split())
    return app


def environment(app: Path, **more: str) -> dict[str, str]:
    """Of a process that knows the packages and the image, and nothing of the sources here."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SECONDGLANCE", "PYTHON"))}
    return {**given, "PYTHONPATH": f"{app}:{sysconfig.get_paths()['purelib']}", **more}


def run(app: Path, *command: str, **more: str) -> None:
    subprocess.run([sys.executable, "-S", *command], cwd=app, env=environment(app, **more), check=True)


def test_all_that_is_copied_is_there_and_reaches_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    let_through = {rule[1:] for rule in rules if rule.startswith("!")}
    sources = {source for source, _ in copied()}
    assert "*" in rules
    assert sources == let_through
    assert all((ROOT / source).exists() for source in sources)


def test_the_image_is_set_up_as_the_makefile_sets_up() -> None:
    recipe = re.search(r"^\$\(SERVICE\):.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    wanted = [command for command in tools(recipe[1]) if "check_system" not in command]
    assert len(wanted) >= 2
    assert [command for argument in values("RUN") for command in tools(argument)] == wanted
    installed = " ".join(values("RUN"))
    assert all(f" {package} " in installed for package in (*LIBRARIES.values(), "g++"))


def test_nobody_is_root_and_ports_are_the_defaults() -> None:
    (user,) = values("USER")
    assert re.search(rf"useradd .*--uid [1-9]\d* {user}\b", " ".join(values("RUN")))
    assert values("EXPOSE") == ["8080 50051"]


def test_what_is_built_starts_is_healthy_and_stops(image: Path) -> None:
    program, *arguments = json.loads(values("CMD")[-1])
    assert program == "secondglance"
    check = json.loads(re.sub(r"^.*?CMD ", "", values("HEALTHCHECK")[0]))
    assert check[0] == "python"
    ports = {"SECONDGLANCE_HTTP_PORT": "0", "SECONDGLANCE_GRPC_PORT": "0", "SECONDGLANCE_DRAIN_DELAY_SECONDS": "0"}
    command = [sys.executable, "-S", "-m", "cli.main", *arguments]
    with subprocess.Popen(
        command, cwd=image, env=environment(image, **ports), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        said = iter(process.stderr.readline, "")
        ready = next((found for line in said if (found := re.search(r"ready: http \S+:(\d+),", line))), None)
        assert ready, f"it stopped with {process.wait()}"
        run(image, *check[1:], SECONDGLANCE_HTTP_PORT=ready[1])
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    with pytest.raises(subprocess.CalledProcessError):
        run(image, *check[1:], SECONDGLANCE_HTTP_PORT=ready[1])
