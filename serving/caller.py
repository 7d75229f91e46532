"""Who asks: a tenant (a school or a trust), what it may do, for which schools, and how much."""

from dataclasses import dataclass

from domain.errors import Forbidden, Unauthenticated

SCORE, READ, METRICS, ADMIN, BLOCKLISTS = "score", "read", "metrics", "admin", "blocklists"
SCOPES = frozenset({SCORE, READ, METRICS, ADMIN, BLOCKLISTS})
"""Score captures; see what is active; read metrics; change what is active; keep blocklists of one's own."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller who is known, or nobody.

    Attributes:
        tenant: Shares, quotas and kept answers go by it; empty for nobody.
        scopes: What it may do.
        name: Of its key or token, for the log; never a secret.
        sites: Schools that its captures may name; None for any.
        per_minute: Captures a minute; None for any number.
    """

    tenant: str = ""
    scopes: frozenset[str] = frozenset()
    name: str = ""
    sites: frozenset[str] | None = None
    per_minute: int | None = None

    def require(self, scope: str) -> None:
        """Lets only those pass who have a scope.

        Raises:
            Unauthenticated: For nobody.
            Forbidden: Without the scope.
        """
        if not self.name:
            raise Unauthenticated("a key or a token is needed")
        if scope not in self.scopes:
            raise Forbidden(f"the scope {scope!r} is needed")

    def check_site(self, site: str | None) -> None:
        """Lets only captures of its own schools pass; one that names no school is under the default policy.

        Raises:
            Forbidden: If the school is another's.
        """
        if site is not None and self.sites is not None and site not in self.sites:
            raise Forbidden("the capture's site is none of this caller's")


NOBODY = Caller()
"""Has no scope at all: what the command line and a caller without a key are."""


def anybody(loopback: bool) -> Caller:
    """Whoever asks where there are no keys: all on loopback, no administration on a trusted network (`--dev`)."""
    return Caller("anybody", SCOPES if loopback else SCOPES - {ADMIN}, "anybody")
