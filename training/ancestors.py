"""What runs before a run saw: those that it was started from, taught by or blended of, and those before these.

What one of them learnt is in the weights, or was taught on; so nothing that any of them saw may be denied.
"""

from collections.abc import Iterator, Mapping
from typing import Any

About = Mapping[str, Any]
"""What training.json says of a run."""


def ancestors(training: About) -> Iterator[About]:
    """What is said of each run before a run, however far back; one that is reached in two ways comes twice."""
    before = [training[name] for name in ("start", "teacher") if name in training]
    before += [part["learnt"] for part in training.get("blend", ()) if "learnt" in part]
    for about in before:
        yield about
        yield from ancestors(about)


def is_known(training: About) -> bool:
    """Whether all is said of every run before; blends of before there was `learnt` left most of their parts out."""
    runs = [training, *ancestors(training)]
    return all("learnt" in part for about in runs for part in about.get("blend", ()))


def decisions_before(training: About) -> list[About]:
    """Decisions of safeguarding leads that runs before learnt from, each set once; without the run's own."""
    own = (training.get("feedback") or {}).get("data")
    found = {about["feedback"]["data"]: about["feedback"] for about in ancestors(training) if about.get("feedback")}
    return [said for data, said in found.items() if data != own]


def public_before(training: About) -> dict[str, About]:
    """Public sets by name that runs before learnt from and the run itself did not."""
    own = training.get("public") or {}
    found: dict[str, About] = {}
    for about in ancestors(training):
        for name, said in (about.get("public") or {}).items():
            if name not in own:
                found.setdefault(name, said)
    return found


def rows_before(training: About) -> list[str]:
    """Digests of the rows that runs before learnt from, the nearest first, each once; without the run's own."""
    found = dict.fromkeys(about["data"] for about in ancestors(training) if "data" in about)
    return [digest for digest in found if digest != training.get("data")]
