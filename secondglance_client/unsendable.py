"""Captures that no request can carry: each is refused by itself, here, and does not take the others with it.

Half an emoji (a lone surrogate), as is left where text is cut by UTF-16 units, has no bytes in UTF-8. Python's own
error about it holds the whole of what was to be sent.
"""

from secondglance_client.errors import InvalidInput
from secondglance_client.records import Capture, Failure

UNREAD = "malformed_answer"
LONGEST = 32 * 1024 * 1024
"""Bytes of a picture, the most that the service takes; and of a text, of which it takes far less and says so itself."""


def unsendable(capture: Capture) -> Failure | None:
    """Why a capture cannot be sent, in the words in which the service refuses one; None if it can."""
    if not _is_unicode(capture.id):
        return Failure(id=None, type="invalid_request", detail="id: not valid Unicode")
    if not _is_unicode(capture.text):
        return Failure(id=capture.id, type="invalid_text", detail="the text is not valid Unicode")
    if capture.image is not None and capture.text is not None:
        return Failure(id=capture.id, type="invalid_request", detail="a capture has either a text or an image")
    if capture.image is not None and len(capture.image) > LONGEST:
        return Failure(id=capture.id, type="image_too_large", detail=f"the image has more than {LONGEST} bytes")
    if capture.text is not None and len(capture.text.encode()) > LONGEST:
        return Failure(id=capture.id, type="text_too_long", detail=f"the text has more than {LONGEST} bytes")
    for name, label in capture.context:
        if not _is_unicode(label):
            return Failure(id=capture.id, type="invalid_request", detail=f"context.{name}: not valid Unicode")
    return None


def unread_failure(capture: Capture) -> Failure:
    """What stands for an answer to a capture that is none; nothing of it is said, as it may hold what was read."""
    return Failure(id=capture.id, type=UNREAD, detail="the answer is none of this service")


def check_sendable(capture: Capture) -> None:
    """Refuses a capture that cannot be sent.

    Raises:
        InvalidInput: Without the text.
    """
    failure = unsendable(capture)
    if failure:
        raise InvalidInput(0, failure.type, failure.detail)


def check_key(key: str | None) -> str | None:
    """A key as a header can carry it, without blanks around it, as a file leaves them.

    Raises:
        ValueError: If it has other characters than a key has; the message does not hold it.
    """
    key = key.strip() if key else None
    if key and not (key.isascii() and key.isprintable()):
        raise ValueError("the key holds characters that no key has")
    return key or None


def _is_unicode(text: str | None) -> bool:
    return text is None or text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
