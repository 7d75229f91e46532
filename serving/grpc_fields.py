"""How many fields a message has, before it is unpacked: two bytes of an empty one become a hundred."""

MOST_FIELDS = 2048
"""Of one message, those inside its parts not counted; a batch has 256, verdicts to be grouped a thousand."""
_VARINT, _FIXED64, _BYTES, _BEGIN, _END, _FIXED32 = range(6)
_LONGEST = 10
"""Bytes of a number."""
_SIZES = {_FIXED64: 8, _FIXED32: 4, _BEGIN: 0, _END: 0}


def has_few_fields(message: bytes, most: int = MOST_FIELDS) -> bool:
    """Whether a message has no more fields than so many; what is no message is found out by whoever unpacks it."""
    at = 0
    for _ in range(most):
        if at >= len(message):
            return True
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind == _BYTES:
            size, at = _varint(message, at)
            at += size
        elif kind in _SIZES:
            at += _SIZES[kind]
        else:
            return True
    return at >= len(message)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends; one that is cut off ends with the message."""
    value = shift = 0
    for byte in message[at : at + _LONGEST]:
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, at
