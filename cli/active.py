"""`secondglance active`: what a running service has in force, over its own HTTP API."""

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import click


def _remote(command: Any) -> Any:
    for option in (
        click.option("--ca", type=click.Path(exists=True, path_type=Path), help="CA of its certificate, PEM."),
        click.option("--key", envvar="SECONDGLANCE_KEY", help="A key with the scope. [env: SECONDGLANCE_KEY]"),
        click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Where it listens."),
    ):
        command = option(command)
    return command


@click.group("active")
def command() -> None:
    """Show, reload and roll back what a running service has in force."""


@command.command("show")
@_remote
def show(url: str, key: str | None, ca: Path | None) -> None:
    """Shows the versions in force, and those that a roll back would bring (scope `read`)."""
    _call("GET", url, "/v1/active", key, ca)


@command.command("reload")
@_remote
def reload(url: str, key: str | None, ca: Path | None) -> None:
    """Has model, lists, banks and policy read anew, all or none (scope `admin`)."""
    _call("POST", url, "/v1/active:reload", key, ca)


@command.command("rollback")
@_remote
def rollback(url: str, key: str | None, ca: Path | None) -> None:
    """Puts what was in force before the last swap into force again (scope `admin`)."""
    _call("POST", url, "/v1/active:rollback", key, ca)


def _call(method: str, base: str, path: str, key: str | None, ca: Path | None) -> None:
    if not _is_address(base):
        raise click.UsageError("--url is not an http or https address")
    url = base.rstrip("/") + path
    request = urllib.request.Request(url, method=method)  # noqa: S310  checked above
    if key and not (key.isascii() and key.isprintable()):
        raise click.UsageError("--key is no key")
    if key:
        request.add_header("authorization", f"Bearer {key}")
    try:
        context = ssl.create_default_context(cafile=str(ca)) if ca else None
    except OSError as error:
        raise click.UsageError(f"--ca {ca}: cannot be used ({error.strerror or error})") from None
    try:
        with urllib.request.urlopen(request, timeout=600, context=context) as answer:  # noqa: S310  as above
            click.echo(json.dumps(json.load(answer), indent=1))
    except (ValueError, http.client.HTTPException):
        raise click.ClickException(f"{url} does not answer as a Secondglance service does") from None
    except urllib.error.HTTPError as error:
        with error:
            raise click.ClickException(_problem(error, url)) from None
    except OSError as error:
        raise click.ClickException(f"{url} does not answer: {error}") from None


def _is_address(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        named = parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(named) and parts.scheme in {"http", "https"} and url.isprintable() and " " not in url


def _problem(error: urllib.error.HTTPError, url: str) -> str:
    """What a refusal says; of one that is no problem+json, as a proxy's or another service's, its status."""
    try:
        problem = json.load(error)
        return f"{problem['title']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{url} answers {error.code} {error.reason}, and not as a Secondglance service does"
