"""How much a server holds at once, in bytes of messages or in calls, and how much of it is one tenant's."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from domain.errors import Overloaded


class Room:
    """Bytes of what was received and is worked on, or of answers that nobody has taken yet, or calls that are open.

    What a tenant may hold is bounded by the room that is left, as in the queues: one alone gets half of it, but for a
    single one, and there is always room for another tenant.

    Args:
        limit: Of all tenants together.
        full: What a caller is told whom there is no room for.
    """

    def __init__(
        self, limit: int, full: str = "too many bytes are being received, or wait to be taken, at once"
    ) -> None:
        self._limit = limit
        self._full = full
        self._held: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """What is held now."""
        return self._held.total()

    def take(self, size: int, tenant: str) -> None:
        """Takes room.

        Raises:
            Overloaded: If there is none for so much.
        """
        held = self.held
        left = self._limit - held
        if size > left or (size and held and self._held[tenant] + size > left):
            raise Overloaded(self._full)
        self._held[tenant] += size

    def give(self, size: int, tenant: str) -> None:
        """Gives room back."""
        self._held[tenant] -= size
        if not self._held[tenant]:
            del self._held[tenant]

    @contextlib.contextmanager
    def taken(self, size: int, tenant: str) -> Iterator[None]:
        """Holds the bytes of a message.

        Raises:
            Overloaded: If there is no room for them.
        """
        self.take(size, tenant)
        try:
            yield
        finally:
            self.give(size, tenant)


class Share:
    """What one call holds of a room, piece by piece; all of it is given back when the call ends, however it does."""

    def __init__(self, room: Room, tenant: str) -> None:
        self._room = room
        self._tenant = tenant
        self._held = 0
        self._ended = False

    def take(self, size: int) -> None:
        """Takes room.

        Raises:
            Overloaded: If there is none for so much, or the call has ended.
        """
        if self._ended:
            raise Overloaded("the call has ended")
        self._room.take(size, self._tenant)
        self._held += size

    def give(self, size: int) -> None:
        """Gives room back, unless the end of the call has."""
        if not self._ended:
            self._held -= size
            self._room.give(size, self._tenant)

    def end(self) -> None:
        """Gives back all that is left."""
        self.give(self._held)
        self._ended = True
