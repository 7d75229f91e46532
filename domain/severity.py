"""The two scales of the project: nine categories and six severities."""

from enum import IntEnum

STANDARD_CATEGORIES: tuple[str, ...] = (
    "grooming",
    "bullying",
    "discrimination",
    "drugs",
    "radicalisation",
    "pornography",
    "self_harm",
    "suicide",
    "violence",
)
"""The categories that the model has a head for, in the order of its outputs."""


class Severity(IntEnum):
    """How soon a safeguarding lead must look (see `docs/rubric.md`)."""

    BENIGN = 0
    INFORMATIONAL = 1
    LOW = 2
    CONCERN = 3
    SERIOUS = 4
    IMMEDIATE_RISK = 5


GENUINE = Severity.CONCERN
"""The lowest severity that counts as a genuine concern."""
