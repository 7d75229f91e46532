"""A child who asks for help: which text counts as that, and how sure the model must then be before it dismisses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asking:
    """What a model that tells who asks for help makes of it.

    Attributes:
        cut: Log-odds from which on a child is taken to ask for help in a window.
        threshold: P(severity >= 3) from which on a hit in such a window is not dismissed; at most that of others.
    """

    cut: float
    threshold: float
