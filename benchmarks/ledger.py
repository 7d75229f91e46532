"""Holds what became of every request under load against the answers of a server that had nothing else to do."""

from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.load import closed_loop
from benchmarks.server_process import ServerProcess
from benchmarks.traffic import Fate, Reply, Request, judge
from domain.errors import SecondglanceError


class LostOrWrong(SecondglanceError):
    """A request got no answer, or not the answer that it gets without load."""

    kind = "lost_or_wrong"


class Ledger:
    """The right answers to some requests: for each, and each verdict in its answer, the digests that are right.

    A request may have several right answers, one for each state of the server that it was learnt in.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        self._requests = requests
        self._right: list[list[set[str]]] = [[] for _ in requests]

    def learn(self, server: ServerProcess) -> None:
        """Asks everything once, one at a time.

        Raises:
            LostOrWrong: If even that does not get whole answers.
        """
        for number, request in enumerate(self._requests):
            (answer,) = closed_loop(server, request.path, [request.body], 1).answers
            fate, digests = judge(answer)
            if fate is not Fate.ANSWERED:
                raise LostOrWrong(f"{request.path} without load: {fate} ({answer.status})")
            right = self._right[number] = self._right[number] or [set() for _ in digests]
            for known, digest in zip(right, digests, strict=True):
                known.add(digest)

    def check(self, replies: Iterable[Reply]) -> None:
        """Checks that every request was answered or refused, and that every whole answer is a right one.

        A degraded answer is another one by its nature: it is not compared, and its mark is not missed.

        Raises:
            LostOrWrong: With how many were lost, how many failed by status, and how many got a wrong answer.
        """
        counted: Counter[str] = Counter()
        for reply in replies:
            if reply.fate is Fate.LOST:
                counted["lost"] += 1
            elif reply.fate is Fate.FAILED:
                counted[f"answered with {reply.status}"] += 1
            elif reply.fate is Fate.ANSWERED and not self._is_right(reply):
                counted["wrong"] += 1
        if counted:
            raise LostOrWrong(", ".join(f"{count} {what}" for what, count in sorted(counted.items())))

    def _is_right(self, reply: Reply) -> bool:
        right = self._right[reply.number]
        return len(right) == len(reply.digests) and all(
            digest in known for digest, known in zip(reply.digests, right, strict=True)
        )


def fates(replies: Iterable[Reply]) -> list[tuple[str, str]]:
    """How many met which fate, and why some were tried again."""
    replies = list(replies)
    by_fate = Counter(reply.fate for reply in replies)
    again = Counter(why for reply in replies for why in reply.again)
    rows = [(fate.value, f"{by_fate[fate]:,}") for fate in Fate]
    return [*rows, *((f"tried again: {why}", f"{count:,}") for why, count in sorted(again.items()))]
