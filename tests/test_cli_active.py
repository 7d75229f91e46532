"""`secondglance active` beside a server that is no Secondglance service, or refuses as one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cli.main import main


@contextmanager
def serving(status: int, body: bytes) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/v1/active" else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (502, b"<html>bad gateway</html>", "answers 502 Bad Gateway, and not as a Secondglance service does"),
        (404, b'["no problem"]', "answers 404 Not Found, and not as a Secondglance service does"),
        (403, b'{"title": "forbidden", "detail": "not for you"}', "Error: forbidden: not for you"),
        (200, b"hello", "does not answer as a Secondglance service does"),
    ],
)
def test_what_another_server_answers_is_told(
    status: int, body: bytes, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(status, body) as url, pytest.raises(SystemExit) as stopped:
        main(["active", "show", "--url", url])
    assert stopped.value.code == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--url", "127.0.0.1:8080", "--url is not an http or https address"),
        ("--url", "http://", "--url is not an http or https address"),
        ("--url", "http://127.0.0.1:99999", "--url is not an http or https address"),
        ("--url", "http://127.0.0.1:80 80", "--url is not an http or https address"),
        ("--key", "sg_a\n", "--key is no key"),
        ("--key", "sg_ä", "--key is no key"),
        ("--ca", __file__, f"--ca {__file__}: cannot be used"),
        ("--ca", "/", "--ca /: cannot be used"),
    ],
)
def test_what_is_at_fault_on_this_side_is_not_told_as_the_services(
    option: str, value: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["active", "show", option, value])
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err


def test_an_address_may_end_in_a_slash(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(200, b'{"previous": null}') as url, pytest.raises(SystemExit) as stopped:
        main(["active", "show", "--url", f"{url}/"])
    assert stopped.value.code == 0
    assert '"previous": null' in capsys.readouterr().out
