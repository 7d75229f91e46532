"""Whether rows that a model is to be measured on are none that models learn from, are fitted on or guarded by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.errors import InvalidRequest
from evaluation.gates import Gate
from evaluation.rows import LabelledRow, read_rows
from training import setup
from training.likeness import Copies, same_text
from training.material import rows_beside_corpus

SHOWN = 10
MOST_NEAR = 0.01
"""Share of the rows that may be near copies: of short texts some are by chance (7 of the 4,400 blind rows)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A row that is a copy of one that is known.

    Attributes:
        row: Its id.
        known: Where the other stands, and its id.
        nearly: Whether they only have most of their strings of words in common.
    """

    row: str
    known: str
    nearly: bool

    def __str__(self) -> str:
        return f"{self.row}: {'nearly ' if self.nearly else ''}{self.known}"


def seen_rows(rows: Sequence[LabelledRow]) -> list[Seen]:
    """Rows that are copies of one of the project's corpus, asking or canary rows, those word for word first.

    Case, signs and spaces count for nothing. It takes some ten seconds.
    """
    known = list(_known_rows())
    copies = Copies(row.text for _, row in known)
    found = []
    for row in rows:
        if (at := copies.find(row.text)) is not None:
            place, other = known[at]
            found.append(Seen(row.id, f"{place} {other.id}", same_text(row.text) != same_text(other.text)))
    return sorted(found, key=lambda seen: seen.nearly)


def gate_apart(rows: Sequence[LabelledRow]) -> Gate:
    """Blocks if rows are known word for word, or too many nearly so: what is measured on such rows shows nothing."""
    seen = seen_rows(rows)
    return Gate("test rows are apart from those of training", _are_too_many(seen, rows), _told(seen, rows))


def check_apart(rows: Sequence[LabelledRow]) -> None:
    """Checks the same.

    Raises:
        InvalidRequest: Saying how many are known, and which.
    """
    seen = seen_rows(rows)
    if _are_too_many(seen, rows):
        raise InvalidRequest(f"no comparison on what models are made with: {_told(seen, rows)}")


def _known_rows() -> Iterator[tuple[str, LabelledRow]]:
    """What a model may have learnt from, been fitted on or guarded by, each with where it stands."""
    for row in read_rows(setup.CORPUS):
        yield row.split, row
    for file, row in rows_beside_corpus():
        yield file, row


def _are_too_many(seen: Sequence[Seen], rows: Sequence[LabelledRow]) -> bool:
    return any(not one.nearly for one in seen) or len(seen) > MOST_NEAR * len(rows)


def _told(seen: Sequence[Seen], rows: Sequence[LabelledRow]) -> str:
    nearly = sum(one.nearly for one in seen)
    named = f" ({', '.join(map(str, seen[:SHOWN]))}{', ...' if len(seen) > SHOWN else ''})" if seen else ""
    return (
        f"{len(seen) - nearly} of {len(rows)} stand in corpus, asking or canary rows, {nearly} more nearly so, "
        f"of which {100 * MOST_NEAR:.0f} % may be{named}"
    )
