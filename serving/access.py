"""Who is who, whatever the transport: keys first, then tokens; without either, whoever can reach the service."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from domain.errors import Unauthenticated
from serving.caller import Caller, anybody
from serving.key_ring import KeyRing
from serving.oidc import OidcTokens

CREDENTIAL_HEADERS = ("x-api-key", "api-key", "ocp-apim-subscription-key", "x-goog-api-key")
"""Headers, and gRPC metadata, that may hold a key; `authorization: Bearer` may hold a key or a token."""
_MOST = 8192
LOOKING = 4
"""Tokens that are looked at at once."""


class Access:
    """Finds the caller of a credential.

    Args:
        keys: API keys, if there are any.
        tokens: Tokens of an issuer, if there is one.
        open_to: Whoever asks where there is neither.
    """

    def __init__(
        self, keys: KeyRing | None = None, tokens: OidcTokens | None = None, open_to: Caller | None = None
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._open_to = open_to or anybody(loopback=True)
        self._looking = ThreadPoolExecutor(LOOKING, "tokens") if tokens else None  # of its own: others' may be held up

    async def find(self, credential: str | None) -> Caller:
        """The caller who shows a credential.

        Raises:
            Unauthenticated: If there is none, or none that is known and valid.
        """
        if self._keys is None and self._tokens is None:
            return self._open_to
        if not credential:
            raise Unauthenticated("a key or a token is needed")
        caller = self._keys.find(credential) if self._keys else None
        if caller is None and self._tokens and len(credential) <= _MOST and credential.count(".") == 2:
            caller = await asyncio.get_running_loop().run_in_executor(self._looking, self._tokens.find, credential)
        if caller is None:
            raise Unauthenticated("the key or token is not known, or no longer valid")
        return caller


def credential_of(headers: dict[str, str]) -> str | None:
    """The credential among headers with lower-case names; None without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return next((headers[name] for name in CREDENTIAL_HEADERS if headers.get(name)), None)
