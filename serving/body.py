"""The body of a request: read whole, and given once more to whoever comes after."""

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive


async def read_body(receive: Receive) -> bytes:
    """All of the body.

    Raises:
        HTTPException: If its caller hangs up before.
    """
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "the body is incomplete")
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def given_again(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read, then whatever comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
