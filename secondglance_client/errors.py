"""What the client raises.

ClientError
├── Unreachable       no answer: connection refused or lost
├── TimedOut          the caller's time is up
└── Refused           the service said no; `kind` is its stable name for why
    ├── InvalidInput      this capture cannot be scored
    ├── AccessDenied      no key, an unknown one, or one without the scope
    └── Overloaded        too much at once, still so after all tries
"""


class ClientError(Exception):
    """Base of all."""


class Unreachable(ClientError):
    """There was no answer."""


class TimedOut(ClientError):
    """The time that the caller gave is up."""


class Refused(ClientError):
    """The service answered with an error.

    Args:
        status: HTTP status; 0 over gRPC.
        kind: Stable name, as `text_too_long`.
        detail: The fault in words.
        request_id: Finds the call in the service's log.
        retry_after_s: Seconds after which another try may succeed, if the service said so.
    """

    def __init__(
        self, status: int, kind: str, detail: str, request_id: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class InvalidInput(Refused):
    """This capture cannot be scored, however often it is sent."""


class AccessDenied(Refused):
    """The key is missing, unknown, or has not the scope."""


class Overloaded(Refused):
    """The service has too much to do, or the quota is used up."""


def refusal(status: int) -> type[Refused]:
    """The class for an HTTP status."""
    if status == 429:
        return Overloaded
    if status in (401, 403):
        return AccessDenied
    return InvalidInput if 400 <= status < 500 else Refused
