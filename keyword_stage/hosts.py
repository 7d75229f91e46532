"""One form for all the ways in which a host can be written, as browsers read it (WHATWG URL, UTS 46, IDNA 2008)."""

import re
from ipaddress import IPv6Address
from urllib.parse import unquote

import idna

DOTS = ".\u3002\uff0e\uff61"
DOT = re.compile(f"[{DOTS}]")
"""What browsers take for a dot in a host."""
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Signs that nobody sees: those that browsers leave out of a host, and others that only hide one."""
_JOINERS = "\u200c\u200d"
LONGEST = 253
"""Signs of a host; no browser asks for a longer one."""
_NUMBER = re.compile(r"0x[0-9a-f]*|0[0-7]*|[1-9][0-9]*")


def in_ascii(name: str) -> str:
    """A host or label in lower case and punycode; one that no browser opens is only casefolded."""
    if name.isascii():
        return name.lower()
    name = DOT.sub(".", _UNSEEN.sub("", name))
    try:
        mapped = idna.uts46_remap(name, std3_rules=False) if len(name) <= LONGEST else ""
    except idna.IDNAError:
        mapped = ""
    return ".".join(map(_label, mapped.split("."))) if 0 < len(mapped) <= LONGEST else name.casefold()


def undone(name: str) -> str:
    """A host or label in ASCII, without percent-encoding."""
    return in_ascii(unquote(name) if "%" in name else name)


def ipv4(name: str) -> str | None:
    """The four numbers that a host in ASCII stands for: `0xcb.0.28935` is `203.0.113.7`; None if it is a name."""
    parts = name.split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    *first, last = map(_value, parts)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        return None
    return ".".join(map(str, bytes(first) + last.to_bytes(4 - len(first), "big")))


def ipv6(name: str) -> str:
    """The shortest form of an IPv6 address, without brackets; that of IPv4 if it only wraps one.

    Raises:
        ValueError: It is none.
    """
    address = IPv6Address(name)
    return str(address.ipv4_mapped or address)


def _label(label: str) -> str:
    label = "".join(sign for place, sign in enumerate(label) if sign not in _JOINERS or _joins(label, place))
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _joins(label: str, place: int) -> bool:
    """Whether a joiner is a sign of the name there, as in Persian (RFC 5892, A.1 and A.2), and not left out."""
    try:
        return idna.valid_contextj(label, place)
    except ValueError:  # beside a sign without a name
        return False


def _value(number: str) -> int:
    if number.startswith("0x"):
        return int(number[2:] or "0", 16)
    return int(number, 8 if number.startswith("0") else 10)
