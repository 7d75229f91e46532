"""Keys by themselves: their file, the command, their quotas, and what is asked of a server without them."""

import json
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.keys import command as keys_command
from domain.errors import InvalidKeys, QuotaExceeded
from serving.caller import SCOPES, Caller
from serving.key_file import issue, read_keys, write_keys
from serving.key_ring import KeyRing
from serving.quota import Quotas
from serving.settings import ServingSettings

ISSUED = [issue("north", frozenset({scope})) for scope in SCOPES]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "keys.json"
    write_keys(made, [key.record for key in ISSUED])
    return made


def test_a_bucket_refills_steadily() -> None:
    times = iter([0.0, 0.0, 1.0, 2.0])
    quotas, caller = Quotas(clock=lambda: next(times)), Caller("t", per_minute=60)
    quotas.take(caller, 61)
    with pytest.raises(QuotaExceeded) as refused:
        quotas.take(caller, 1)
    assert refused.value.retry_after_s == pytest.approx(2)
    with pytest.raises(QuotaExceeded):
        quotas.take(caller, 1)
    quotas.take(caller, 1)


def test_a_key_with_another_number_has_a_bucket_of_its_own() -> None:
    quotas = Quotas(lambda: 0.0)
    large, small = (Caller("north", per_minute=number) for number in (600, 6))
    quotas.take(large, 100)
    quotas.take(small, 6)
    with pytest.raises(QuotaExceeded):
        quotas.take(small, 1)
    quotas.take(large, 500)  # the small one has not cut it to its size
    with pytest.raises(QuotaExceeded):
        quotas.take(Caller("north", per_minute=600), 1)  # another key of the same number is not more


def test_the_file_holds_no_key_and_is_its_owners_alone(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert all(key.key.split("_", 2)[2] not in content for key in ISSUED)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)  # as an operator may want, where the service is another user
    write_keys(path, [ISSUED[0].record])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"scopes": ["score", "root"]}, "no scope 'root'"),
        ({"tenant": "two words"}, "tenant"),
        ({"sha256": "abc"}, "sha256"),
        ({"colour": "red"}, "colour"),
        ({"expires": "2030-01-01T00:00:00"}, "timezone"),
    ],
)
def test_a_faulty_file_is_refused_by_name(path: Path, change: dict[str, Any], fault: str) -> None:
    record = json.loads(path.read_text("utf-8"))["keys"][0]
    path.write_text(json.dumps({"keys": [{**record, **change}]}), encoding="utf-8")
    with pytest.raises(InvalidKeys, match=rf"keys.json: .*{fault}") as refused:
        read_keys(path)
    assert record["sha256"] not in str(refused.value)


def test_the_command_makes_rotates_and_revokes_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"

    def run(*args: str) -> str:
        done = CliRunner().invoke(keys_command, [*args, "--file", str(file)])
        assert done.exit_code == 0, done.output
        return done.output.strip()

    first = run("add", "--tenant", "north", "--scope", "score", "--site", "oak", "--per-minute", "600", "--days", "30")
    identity = first.split("_")[1]
    caller = KeyRing(file).find(first)
    assert caller == Caller("north", frozenset({"score"}), f"key {identity}", frozenset({"oak"}), 600)
    second = run("rotate", identity)
    ring = KeyRing(file)
    found = ring.find(second)
    assert ring.find(first) == caller
    assert found == replace(caller, name=f"key {second.split('_')[1]}")
    assert re.search(rf"^{identity} north score oak 600 20\d\d-", run("list"), re.MULTILINE)
    run("revoke", identity)
    ring = KeyRing(file)
    assert ring.find(first) is None
    assert ring.find(second) == found
    assert CliRunner().invoke(keys_command, ["revoke", identity, "--file", str(file)]).exit_code == 1
    refused = CliRunner().invoke(keys_command, ["add", "--tenant", "x", "--scope", "root", "--file", str(file)])
    assert isinstance(refused.exception, InvalidKeys)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"host": "0.0.0.0"}, "not a loopback address"),
        ({"host": "0.0.0.0", "dev": True}, None),
        ({"host": "0.0.0.0", "keys": Path("keys.json")}, None),
        ({"host": "0.0.0.0", "oidc_issuer": "https://issuer.example"}, None),
        ({"tls_cert": Path("a")}, "both a certificate and its key"),
        ({"tls_client_ca": Path("a")}, "client certificates need TLS"),
    ],
)
def test_without_keys_nobody_beyond_this_machine_is_served(given: dict[str, Any], fault: str | None) -> None:
    if fault is None:
        assert ServingSettings(**given)
    else:
        with pytest.raises(ValueError, match=fault):
            ServingSettings(**given)
