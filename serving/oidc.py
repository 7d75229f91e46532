"""Bearer tokens of an OpenID Connect issuer: verified with the keys that it publishes."""

import json
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import jwt
from pydantic import AfterValidator, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from domain.errors import InvalidKeys, Unavailable
from domain.names import composed
from serving.caller import SCOPES, Caller

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures only: with a shared-secret algorithm a public key would be a secret, and `none` is none."""
KEYS_FOR_S = 300.0
LEAST_FETCH_S = 30.0
"""A token with an unknown key id makes the keys be fetched again, but not more often than this."""
DOWN_S = 10.0
"""For so long an issuer that could not be reached is not asked again: each caller would wait for those before it."""
LEEWAY_S = 30.0
_UNREACHABLE = "the issuer of tokens cannot be reached, or has no keys"
_Name = Annotated[str, StringConstraints(strict=True, min_length=1)]
_NAME: TypeAdapter[str] = TypeAdapter(_Name)
_SITES: TypeAdapter[list[str]] = TypeAdapter(
    list[Annotated[_Name, AfterValidator(composed)]], config=ConfigDict(strict=True)
)
"""Schools that a token may name. Without the claim it may name any; one that is no list of names is refused, and an
empty list names none."""
_SCOPES: TypeAdapter[str | list[str]] = TypeAdapter(str | list[str], config=ConfigDict(strict=True))


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Whose tokens are accepted.

    Attributes:
        issuer: As `iss` has it.
        audience: As `aud` has it.
        jwks_url: Where the issuer publishes its keys.
        tenant_claim: The claim that holds the tenant; a token without it is refused.
    """

    issuer: str
    audience: str
    jwks_url: str
    tenant_claim: str = "tenant"


def discover(issuer: str) -> str:
    """Where an issuer publishes its keys, as its own configuration says.

    Raises:
        InvalidKeys: If the configuration cannot be had, or is another issuer's.
    """
    _check_address(issuer)
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  the scheme is checked above
            found = json.load(answer)
        published, address = found["issuer"], found["jwks_uri"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        kind = type(error).__name__
        raise InvalidKeys(f"the configuration of the issuer {issuer} cannot be read ({kind})") from error
    if published != issuer:
        raise InvalidKeys(f"the configuration at {issuer} is that of another issuer")
    return str(address)


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}):
        raise InvalidKeys("an issuer must be reached over https, unless it is on this machine")


class OidcTokens:
    """Finds the caller of a token. Blocks while keys are fetched: call it in a thread."""

    def __init__(self, settings: OidcSettings) -> None:
        _check_address(settings.jwks_url)
        self._settings = settings
        self._client = jwt.PyJWKClient(settings.jwks_url, cache_keys=False, lifespan=KEYS_FOR_S, timeout=5)
        self._fetching = threading.Lock()
        self._fetched = -LEAST_FETCH_S
        self._down_until = 0.0

    def find(self, token: str) -> Caller | None:
        """The caller whom a token names, if it is genuine, for this service and valid now.

        Raises:
            Unavailable: If the issuer's keys cannot be fetched.
        """
        try:
            identity = jwt.get_unverified_header(token).get("kid")
            key = self._key(identity)
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", self._settings.tenant_claim]},
            )
        except (jwt.PyJWTError, ValueError, ArithmeticError):
            return None  # the latter two: what UTF-8 cannot carry, a time that is no number of seconds
        try:
            return self._caller(claims)
        except ValidationError:
            return None

    def _caller(self, claims: dict[str, Any]) -> Caller:
        """Whom claims name.

        Raises:
            ValidationError: If they say it in another way than they should: what is not understood grants nothing.
        """
        tenant = _NAME.validate_python(claims[self._settings.tenant_claim])
        sites = frozenset(_SITES.validate_python(claims["sites"])) if "sites" in claims else None
        return Caller(tenant, _scopes(claims), f"token {str(claims['sub'])[:64]}", sites)

    def _key(self, identity: str | None) -> jwt.PyJWK | None:
        with self._fetching:
            found = self._match(identity, refresh=False)
            if found is None and time.monotonic() - self._fetched >= LEAST_FETCH_S:
                self._fetched = time.monotonic()
                found = self._match(identity, refresh=True)
            return found

    def _match(self, identity: str | None, refresh: bool) -> jwt.PyJWK | None:
        kept = self._client.jwk_set_cache
        asks = refresh or kept is None or kept.get() is None
        if asks and time.monotonic() < self._down_until:  # what was fetched before is good as long as ever
            raise Unavailable(_UNREACHABLE)
        try:
            keys = self._client.get_signing_keys(refresh=refresh)
        except (jwt.PyJWKClientError, jwt.PyJWKSetError, ValueError):  # the latter two: no keys, no JSON
            self._down_until = time.monotonic() + DOWN_S
            raise Unavailable(_UNREACHABLE) from None
        return next((key for key in keys if key.key_id == identity), None)


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    """Scopes as OAuth 2 writes them (`scope`, parted by spaces) or as a list (`scp`); some issuers mix the two up.

    Raises:
        ValidationError: If they are neither.
    """
    given = _SCOPES.validate_python(claims.get("scope", claims.get("scp", "")))
    names = given.split() if isinstance(given, str) else given
    return SCOPES & {name.removeprefix("secondglance:") for name in names}
