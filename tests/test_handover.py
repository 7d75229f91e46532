"""Outcomes that are handed over once."""

from serving.handover import Handover


def test_what_is_added_before_is_handed_over_and_nothing_after() -> None:
    handed: Handover[str] = Handover()
    handed.add("one")
    handed.add("two")
    outcomes, first = handed.take()
    handed.add("three")
    assert (outcomes, first) == (["one", "two"], True)
    assert handed.take() == (["one", "two"], False)
