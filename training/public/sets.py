"""The public labelled sets that training can read, what each says, and what it does not say.

None of them is part of this repository: the user names a folder that holds them. A label that a set does not give
is left out and so unknown; it is never taken as 0. What a set calls 0 is believed only where that 0 means "nothing of
this category", and a set whose labels carry a known bias is read only when it is named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.severity import GENUINE
from training.public.as_read import severities_as_read

Labels = dict[str, int]


@dataclass(frozen=True, slots=True)
class PublicSet:
    """One public set.

    Attributes:
        name: Its file is `name.jsonl.gz`.
        source: Where it was published.
        licence: What it may be used under.
        citation: Whom to cite.
        labels: Labels of one row of its file, by the rules of the set; empty where nothing is known.
        graded: Whether the labels are severities; if not, 1 is a concern of unknown severity.
        background: It has no labels and serves as other text on a screen, never as a negative.
        by_name: It is read only when it is named.
    """

    name: str
    source: str
    licence: str
    citation: str
    labels: Callable[[Mapping[str, Any]], Labels]
    graded: bool = False
    background: bool = False
    by_name: bool = False


def _as_given(row: Mapping[str, Any]) -> Labels:
    return dict(row["labels"])


def _positives(row: Mapping[str, Any]) -> Labels:
    """EDOS: 0 is "not sexist", and a text that is not sexist may still be racist."""
    return {name: value for name, value in row["labels"].items() if value == 1}


def _agreed_hate(row: Mapping[str, Any]) -> Labels:
    """Davidson: "offensive" is 0 and may be abuse, dialect is often called hate; only what all called hate is kept."""
    hate, *others = row["orig"]["votes_hate_off_neither"]
    return _positives(row) if hate and not any(others) else {}


def _not_bad(row: Mapping[str, Any]) -> Labels:
    """Bias madlibs: only the friendly templates say something of both categories."""
    if not row["context"].endswith(":NOT_BAD"):
        return {}
    return {"discrimination": 0, "bullying": 0}


def _severity_of_abuse(row: Mapping[str, Any]) -> Labels:
    """ConvAbuse: bullying has a severity of 2 to 4; a 1 of another category is a concern, its severity unknown."""
    labels = {name: int(GENUINE) * value for name, value in row["labels"].items()}
    if labels.get("bullying"):
        labels["bullying"] = row["severity"]
        if row["severity"] not in (2, 3, 4):
            raise ValueError(f"severity is {row['severity']!r}, not 2 to 4")
    return labels


def _as_read(row: Mapping[str, Any]) -> Labels:
    """GoEmotions labels feelings, not harm: only what was read for the project by its rubric is known."""
    return dict(severities_as_read("goemotions", row["id"]))


def _none(_: Mapping[str, Any]) -> Labels:
    return {}


SETS: tuple[PublicSet, ...] = (
    PublicSet(
        "edos",
        "https://github.com/rewire-online/edos",
        "CC0 1.0",
        "Kirk et al. 2023, SemEval-2023 Task 10, arXiv 2303.04222",
        _positives,
    ),
    PublicSet(
        "hatemojibuild",
        "https://github.com/HannahKirk/Hatemoji",
        "CC BY 4.0",
        "Kirk et al. 2022, NAACL, arXiv 2108.05921",
        _as_given,
    ),
    PublicSet(
        "convabuse",
        "https://github.com/amandacurry/convabuse",
        "CC BY 4.0",
        "Cercas Curry et al. 2021, EMNLP",
        _severity_of_abuse,
        graded=True,
    ),
    PublicSet(
        "davidson",
        "https://github.com/t-davidson/hate-speech-and-offensive-language",
        "MIT (tweets: terms of X)",
        "Davidson et al. 2017, ICWSM",
        _agreed_hate,
        by_name=True,
    ),
    PublicSet(
        "bias_madlibs",
        "https://github.com/conversationai/unintended-ml-bias-analysis",
        "Apache-2.0",
        "Dixon et al. 2018, AIES",
        _not_bad,
    ),
    PublicSet(
        "goemotions",
        "https://github.com/google-research/google-research/tree/master/goemotions",
        "Apache-2.0 / CC BY 4.0",
        "Demszky et al. 2020, ACL, arXiv 2005.00547",
        _as_read,
        graded=True,
    ),
    PublicSet(
        "counsel_chat",
        "https://github.com/nbertagnolli/counsel-chat",
        "MIT (text from a public site)",
        "Bertagnolli 2020",
        _none,
        background=True,
    ),
)
