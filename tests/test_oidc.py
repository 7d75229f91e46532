"""Tokens of a local issuer with keys made here."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from domain.errors import Forbidden, InvalidKeys, Unauthenticated, Unavailable
from serving.access import Access
from serving.caller import Caller
from serving.oidc import OidcSettings, OidcTokens, discover


class Issuer:
    """Serves its configuration and its keys on loopback."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.published = {"rsa": RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True)}
        self.fetched = 0
        self.page: bytes | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/keys":
                    outer.fetched += 1
                    keys = [{**jwk, "kid": kid, "use": "sig"} for kid, jwk in outer.published.items()]
                    body = {"keys": keys}
                else:
                    body = {"issuer": outer.url, "jwks_uri": f"{outer.url}/keys"}
                content = outer.page or json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def token(self, key: Any = None, algorithm: str = "RS256", kid: str = "rsa", **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": "secondglance", "sub": "sensor", "iat": now, "exp": now + 300}
        claims |= {"tenant": "north", "scope": "secondglance:score read openid", **changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key or self.rsa, algorithm, headers={"kid": kid})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def tokens(issuer: Issuer) -> OidcTokens:
    return OidcTokens(OidcSettings(issuer.url, "secondglance", discover(issuer.url)))


def test_a_genuine_token_says_who_calls(issuer: Issuer, tokens: OidcTokens) -> None:
    known = Caller("north", frozenset({"score", "read"}), "token sensor")
    assert tokens.find(issuer.token()) == known
    of_oak = tokens.find(issuer.token(sites=["oak"], scope=None, scp=["metrics"]))
    assert of_oak == Caller("north", frozenset({"metrics"}), "token sensor", frozenset({"oak"}))
    assert issuer.fetched == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"sub": None},
        {"tenant": None},
        {"tenant": ""},
        {"tenant": ["north"]},
        {"nbf": int(time.time()) + 3600},
    ],
)
def test_a_token_for_others_or_out_of_date_is_refused(
    issuer: Issuer, tokens: OidcTokens, changes: dict[str, Any]
) -> None:
    assert tokens.find(issuer.token(**changes)) is None


def test_a_forged_token_is_refused(issuer: Issuer, tokens: OidcTokens) -> None:
    genuine = issuer.token()
    head, body, signature = genuine.split(".")
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.encode({"x": 1}, "secret-of-more-than-thirty-two-bytes!", "HS256", headers={"kid": "rsa"})
    unsigned = jwt.encode({"tenant": "north"}, "", "none", headers={"kid": "rsa"})
    for forged in (f"{head}.{body}.{signature[:-4]}AAAA", issuer.token(stranger), public, unsigned, "a.b.c", ".."):
        assert tokens.find(forged) is None
    assert tokens.find(genuine)


def test_new_keys_are_fetched_but_strangers_do_not_make_it_ask_again_and_again(
    issuer: Issuer, tokens: OidcTokens
) -> None:
    assert tokens.find(issuer.token())
    issuer.published["ec"] = ECAlgorithm.to_jwk(issuer.ec.public_key(), as_dict=True)
    assert tokens.find(issuer.token(issuer.ec, "ES256", "ec"))
    fetched = issuer.fetched
    for number in range(20):
        assert tokens.find(issuer.token(kid=f"stranger-{number}")) is None
    assert issuer.fetched == fetched


def test_an_issuer_that_is_down_is_not_a_wrong_token(issuer: Issuer, tokens: OidcTokens) -> None:
    token = issuer.token()
    issuer.close()
    with pytest.raises(Unavailable, match="issuer"):
        tokens.find(token)
    with pytest.raises(InvalidKeys, match="cannot be read"):
        discover(issuer.url)


def test_keys_are_not_fetched_in_the_clear() -> None:
    with pytest.raises(InvalidKeys, match="https"):
        OidcTokens(OidcSettings("https://i.example", "a", "http://127.0.0.1.example/keys"))
    with pytest.raises(InvalidKeys, match="https"):
        discover("http://issuer.example")


@pytest.mark.parametrize("credential", ["x" * 9000 + ".y.z", "not-a-token"])
def test_what_is_no_token_never_reaches_the_issuer(issuer: Issuer, tokens: OidcTokens, credential: str) -> None:
    with pytest.raises(Unauthenticated):
        asyncio.run(Access(tokens=tokens).find(credential))
    assert issuer.fetched == 0


@pytest.mark.parametrize("sites", ["oak", None, 5, True, {"oak": 1}, ["oak", 1], [None], [""], [["oak"]]])
def test_schools_that_are_no_list_of_names_are_not_every_school(
    issuer: Issuer, tokens: OidcTokens, sites: object
) -> None:
    assert tokens.find(issuer.token()).sites is None  # type: ignore[union-attr]  the claim is absent: any school
    assert tokens.find(token_with(issuer, sites=sites)) is None


def test_a_school_of_a_token_is_the_same_in_either_form_of_its_accents(issuer: Issuer, tokens: OidcTokens) -> None:
    caller = tokens.find(issuer.token(sites=["E\u0301cole"]))
    assert caller is not None
    assert caller.sites == {"\u00c9cole"}


def test_an_empty_list_of_schools_is_none(issuer: Issuer, tokens: OidcTokens) -> None:
    caller = tokens.find(issuer.token(sites=[]))
    assert caller is not None
    with pytest.raises(Forbidden):
        caller.check_site("oak")


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": None},
        {"scope": 5},
        {"scope": {"score": 1}},
        {"scope": ["score", {}]},
        {"tenant": "\ud800"},
        {"tenant": 5},
        {"exp": float("inf")},
    ],
)
def test_a_claim_of_another_type_is_a_refusal_and_no_fault(
    issuer: Issuer, tokens: OidcTokens, changes: dict[str, object]
) -> None:
    assert tokens.find(token_with(issuer, **changes)) is None


def test_what_utf_8_cannot_carry_is_no_token(issuer: Issuer, tokens: OidcTokens) -> None:
    assert tokens.find("a.b.\ud800") is None
    assert tokens.find(issuer.token() + "\ud800") is None


def test_an_issuer_that_is_down_is_asked_once_and_not_by_everybody_in_turn(
    issuer: Issuer, tokens: OidcTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def hang(**_: Any) -> None:
        asked.append(True)
        raise jwt.PyJWKClientConnectionError("timed out")

    monkeypatch.setattr(tokens._client, "get_signing_keys", hang)
    for _ in range(20):
        with pytest.raises(Unavailable, match="issuer"):
            tokens.find(issuer.token())
    assert len(asked) == 1
    tokens._down_until = time.monotonic()
    monkeypatch.undo()
    assert tokens.find(issuer.token())


def test_keys_that_were_fetched_are_good_while_the_issuer_is_down(issuer: Issuer, tokens: OidcTokens) -> None:
    assert tokens.find(issuer.token())
    issuer.close()
    with pytest.raises(Unavailable, match="issuer"):
        tokens.find(issuer.token(kid="stranger"))
    assert tokens.find(issuer.token())


@pytest.mark.parametrize("page", [b"<html>down for a while</html>", b"[]", b'{"keys": []}', b"\xff"])
def test_an_issuer_that_answers_no_keys_is_not_a_wrong_token(issuer: Issuer, tokens: OidcTokens, page: bytes) -> None:
    issuer.page = page
    for _ in range(5):
        with pytest.raises(Unavailable, match="issuer"):
            tokens.find(issuer.token())
    assert issuer.fetched == 1


def token_with(issuer: Issuer, **changes: Any) -> str:
    """A token that holds a null where it is given; `Issuer.token` leaves the claim out."""
    claims = jwt.decode(issuer.token(), options={"verify_signature": False}) | changes
    return jwt.encode(claims, issuer.rsa, "RS256", headers={"kid": "rsa"})
