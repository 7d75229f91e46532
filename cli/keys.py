"""`secondglance keys`: who may call the service; the file holds hashes, and a running service reads it anew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

_FILE = click.option(
    "--file",
    "path",
    required=True,
    envvar="SECONDGLANCE_KEYS",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The key file. [env: SECONDGLANCE_KEYS]",
)
_ID = click.argument("key_id")
_LONGEST_DAYS = 36_500


@click.group("keys")
def command() -> None:
    """Add, list, rotate and revoke API keys."""


@command.command("add")
@_FILE
@click.option("--tenant", required=True, help="The school or trust: 1..64 letters, digits or `._-`.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="score, read, metrics, blocklists or admin; many."
)
@click.option("--site", "sites", multiple=True, help="School that its captures may name (repeatable); any if left out.")
@click.option("--per-minute", type=click.IntRange(1), help="Captures a minute of its tenant; any number if left out.")
@click.option("--days", type=click.IntRange(1, _LONGEST_DAYS), help="It ends after so many days; never if left out.")
def add(
    path: Path, tenant: str, scopes: tuple[str, ...], sites: tuple[str, ...], per_minute: int | None, days: int | None
) -> None:
    """Makes a key and prints it, this once."""
    from serving.key_file import changing, issue, read_keys, write_keys

    expires = _in_days(days) if days else None
    made = issue(tenant, frozenset(scopes), frozenset(sites) or None, per_minute, expires)
    with changing(path):
        write_keys(path, [*(read_keys(path) if path.exists() else []), made.record])
    click.echo(made.key)


@command.command("list")
@_FILE
def list_keys(path: Path) -> None:
    """Lists the keys: id, tenant, scopes, schools, captures a minute, end."""
    from serving.key_file import now, read_keys

    for record in read_keys(path):
        end = record.expires.isoformat(timespec="minutes") if record.expires else "never"
        sites = "any" if record.sites is None else ",".join(sorted(record.sites)) or "none"
        state = "" if record.valid(now()) else " EXPIRED"
        limit = record.per_minute or "any"
        click.echo(f"{record.id} {record.tenant} {','.join(sorted(record.scopes))} {sites} {limit} {end}{state}")


@command.command("rotate")
@_FILE
@_ID
@click.option(
    "--overlap-days",
    default=7,
    show_default=True,
    type=click.IntRange(0, _LONGEST_DAYS),
    help="The old key's last days.",
)
def rotate(path: Path, key_id: str, overlap_days: int) -> None:
    """Makes a key with the same rights and prints it; the old one ends after the overlap."""
    from serving.key_file import issue

    made: list[Any] = []

    def renew(record: Any) -> list[Any]:
        made.append(issue(record.tenant, record.scopes, record.sites, record.per_minute, record.expires))
        end = _in_days(overlap_days)
        ending = record.model_copy(update={"expires": min(end, record.expires) if record.expires else end})
        return [ending, made[0].record]

    _change(path, key_id, renew)
    click.echo(made[0].key)


@command.command("revoke")
@_FILE
@_ID
def revoke(path: Path, key_id: str) -> None:
    """Ends a key at once: a running service notices within a second or with the next request after it."""
    _change(path, key_id, lambda _: [])


def _change(path: Path, key_id: str, change: Callable[[Any], list[Any]]) -> None:
    from serving.key_file import changing, read_keys, write_keys

    with changing(path):
        records = read_keys(path)
        if key_id not in {record.id for record in records}:
            raise click.ClickException(f"no key {key_id!r} in {path.name}")
        write_keys(path, [new for record in records for new in (change(record) if record.id == key_id else [record])])


def _in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)
