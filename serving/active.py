"""What is active: the pipeline in force, the one before it, and how a new one comes into force.

A swap is one assignment. Each piece of work takes the pipeline once and keeps it, so that nobody sees half of a swap
and none is lost over it. The new one is read, checked and tried aside; what is at fault leaves the old one in force.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.capture import Capture
from domain.errors import Conflict, InvalidModel
from pipeline.pipeline import Pipeline

Renew = Callable[[Pipeline], tuple[Pipeline, list[str]]]
"""Makes a pipeline with new parts out of the one in force, and names faults that do not stop them."""

TRIAL = Capture(id="", text="the quick brown fox wants to kill the process, kiiill it, k i l l it")
"""What a pipeline scores before it is served: with a hit, a word to be read for disguises, and letters apart."""
_LOG = logging.getLogger("secondglance")


@dataclass(frozen=True, slots=True)
class Renewals:
    """How parts are read anew.

    Attributes:
        lists: Lexicon, overlays and lists of addresses.
        everything: These, and model, banks and policy.
    """

    lists: Renew = lambda current: (current, [])
    everything: Renew = lambda current: (current, [])


class Active:
    """The pipeline in force.

    Args:
        pipeline: The first one.
        renewals: How parts are read anew.
    """

    def __init__(self, pipeline: Pipeline, renewals: Renewals | None = None) -> None:
        self.pipeline = pipeline
        self._before: Pipeline | None = None
        self._renewals = renewals or Renewals()
        self._swapping = threading.Lock()

    def reload_lists(self) -> dict[str, Any]:
        """Reads lexicon, overlays and lists of addresses anew and swaps them in.

        Returns:
            What is in force now and what was before, and the faults that did not stop it.

        Raises:
            InvalidLexicon: Why they were rejected; the old ones stay in force.
        """
        return self._renew(self._renewals.lists)

    def reload(self) -> dict[str, Any]:
        """Reads model, lists, banks and policy anew and swaps them in, all or none.

        Returns:
            As `reload_lists`.

        Raises:
            InvalidConfiguration: Why they were rejected; the old ones stay in force.
        """
        return self._renew(self._renewals.everything)

    def roll_back(self) -> dict[str, Any]:
        """Puts what was in force before the last swap into force again; a second time undoes it.

        Raises:
            Conflict: If nothing was swapped yet.
        """
        with self._swapping:
            if self._before is None:
                raise Conflict("nothing was swapped since the start, so there is nothing to go back to")
            self._swap(self._before)
            return self.describe()

    def describe(self) -> dict[str, Any]:
        """Versions in force and those that a roll back would bring, each with the digest of all overlays."""
        return {"versions": self.pipeline.names, "previous": self._before.names if self._before else None}

    def try_out(self) -> None:
        """Runs the pipeline once, so that no caller pays for it.

        Raises:
            InvalidModel: If the model does not answer.
        """
        _try_out(self.pipeline)

    def _renew(self, renew: Renew) -> dict[str, Any]:
        with self._swapping:
            fresh, faults = renew(self.pipeline)
            _try_out(fresh)
            self._swap(fresh)
            return {**self.describe(), "faults": faults}

    def _swap(self, fresh: Pipeline) -> None:
        before, self.pipeline = self.pipeline, fresh
        if changes := _changes(before.names, fresh.names):
            self._before = before
            _LOG.info("swapped: %s", changes)


def _try_out(pipeline: Pipeline) -> None:
    if pipeline.score(TRIAL).degraded:
        raise InvalidModel(f"the model {pipeline.versions.model} does not answer")


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {old} -> {now[name]}" for name, old in before.items() if old != now[name])
