"""What happens to text in other languages, and to English that looks like one."""

from collections.abc import Callable, Sequence
from pathlib import Path

from domain.verdict import Reason
from evaluation.document import Section, Table
from evaluation.metrics import by_group, share
from evaluation.outcome import Outcome

LANGUAGE_ROWS = Path(__file__).parent / "language_rows"
TAG = "language:"
"""Before the code of the language that a row is in."""


def languages_of(outcome: Outcome) -> list[str]:
    """Codes of the languages that a row is tagged with; none, or one."""
    return [tag.removeprefix(TAG) for tag in outcome.row.tags if tag.startswith(TAG)]


def languages_section(outcomes: Sequence[Outcome], is_known: Callable[[str], bool]) -> Section:
    """Outcomes by language.

    Args:
        outcomes: Of rows tagged with their language.
        is_known: Whether a text is taken to be in a language of the model.
    """
    header = [
        "language",
        "n",
        "taken for foreign",
        "with an English phrase",
        "of those, kept at the grade",
        "recall end to end",
        "benign rows raised",
    ]
    rows = []
    for name, group in sorted(by_group(outcomes, languages_of).items()):
        english = [o for o in group if _has_english(o)]
        figures = [
            share([not is_known(o.row.text) for o in group]),
            share([_has_english(o) for o in group]),
            share([_is_kept(o) for o in english]),
            share([o.raised for o in group if o.genuine]),
            share([o.raised for o in group if o.benign]),
        ]
        rows.append([name, str(len(group)), *map(str, figures)])
    return Section(
        "Other languages",
        "No row states its language. `en`: English that looks foreign (slang, dialect, text-speak, loan words, names, "
        "code). Kept: all English phrases in it keep their grade, with the reason `unsupported_language`.",
        [Table(header, rows)],
    )


def _has_english(outcome: Outcome) -> bool:
    return any(finding.hit.language == "en" for finding in outcome.findings)


def _is_kept(outcome: Outcome) -> bool:
    english = [finding for finding in outcome.findings if finding.hit.language == "en"]
    return all(finding.reason is Reason.UNSUPPORTED_LANGUAGE for finding in english)
