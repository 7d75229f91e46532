"""Nobody wins by doing less: contenders must have done the same work, or there is no result."""

from collections.abc import Mapping, Sequence

from domain.errors import SecondglanceError

Spans = Sequence[Sequence[tuple[int, int]]]
"""For each text where something was found."""


class UnequalWork(SecondglanceError):
    """Contenders were measured that did not do the same work."""

    kind = "unequal_work"


def check_finds_all(planted: Spans, found: Mapping[str, Spans]) -> None:
    """Checks that each contender found everything that was planted; more is no advantage and only reported.

    Raises:
        UnequalWork: Naming a contender, the text and the counts.
    """
    for name, texts in found.items():
        for number, (wanted, got) in enumerate(zip(planted, texts, strict=True)):
            missed = len(set(wanted) - set(got))
            if missed:
                raise UnequalWork(
                    f"{name} missed {missed} of {len(wanted)} hits in clean text {number}; its time cannot be compared"
                )


def check_same_network(name: str, gap: float, most: float) -> None:
    """Checks that two forms of a network give the same probabilities.

    Raises:
        UnequalWork: If they differ by more than `most`.
    """
    if not gap <= most:
        raise UnequalWork(f"{name} differs by {gap:.2g} in a probability (at most {most:g}): not the same network")
