"""The decision policy of trusts, schools and groups, read from YAML.

    categories: [vaping]                  # own categories, besides the standard nine
    trusts: {north: [oak, elm]}           # which schools (context.site) belong to which trust
    rules:
      - categories: {all: {review: 2, alert: 4}}
      - trust: north
        categories: {drugs: {sensitivity: 1}}
      - school: oak
        exclusions: [{url: bbc.co.uk, owner: A. Lead, reason: news in lessons, until: 2027-07-31}]
      - group: Year 7
        hours: "16:00-08:00"
        categories: {suicide: {floor: 3}, bullying: {sensitivity: 2}}

All rules that match a capture apply, the more specific last (no trust or school, trust, school, group), in
file order where equally specific; what a later one does not say, an earlier one decides.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import product
from pathlib import Path

import yaml
from pydantic import ValidationError

from domain.capture import CaptureContext
from domain.errors import InvalidPolicy
from domain.severity import STANDARD_CATEGORIES
from image_hash.yaml_file import read_yaml
from keyword_stage.addresses import host_of
from pipeline.policy_file import CategoryRule, Exclusion, PolicyFile, Rule

ALL = "all"


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    """What is in force for one category and one capture.

    Attributes:
        on: Whether findings of this category are reported at all.
        sensitivity: -2 .. +2, towards raising when positive.
        review: Severity from which a finding is reviewed.
        alert: Severity from which it is an alert.
        floor: Severity below which no finding of the category may fall; 0 for none.
    """

    on: bool = True
    sensitivity: int = 0
    review: int = 2
    alert: int = 4
    floor: int = 0


@dataclass(frozen=True, slots=True)
class ResolvedPolicy:
    """The policy for one capture.

    Attributes:
        by_category: What is in force where a rule names the category.
        default: What is in force elsewhere.
        excluded: Categories that a trusted site or application takes out.
        excluded_phrases: Ids of phrases that it takes out, each with a category or `all`.
    """

    by_category: Mapping[str, CategoryPolicy]
    default: CategoryPolicy
    excluded: frozenset[str]
    excluded_phrases: frozenset[tuple[str, str]] = frozenset()

    def of(self, category: str) -> CategoryPolicy:
        """What is in force for a category."""
        return self.by_category.get(category, self.default)

    def excludes(self, category: str, phrase: str | None = None) -> bool:
        """Whether a trusted site or application takes this category out, or this phrase of it."""
        if ALL in self.excluded or category in self.excluded:
            return True
        if phrase is None or not self.excluded_phrases:
            return False
        return not self.excluded_phrases.isdisjoint({(phrase, ALL), (phrase, category)})

    @property
    def has_exclusions(self) -> bool:
        """Whether a trusted site or application takes anything out."""
        return bool(self.excluded or self.excluded_phrases)


UNRULED = ResolvedPolicy({}, CategoryPolicy(), frozenset())
"""What is in force where no rule is."""


class Policy:
    """All rules of a policy file; the default policy has none.

    Attributes:
        takes_out: Whether any rule switches a category off or excludes anything.
    """

    def __init__(
        self, file: PolicyFile | None = None, digest: str = "default", today: Callable[[], date] = date.today
    ) -> None:
        self._today = today
        self._file = file or PolicyFile()
        self.digest = digest
        self.categories: tuple[str, ...] = tuple(self._file.categories)
        self._trust_of = {school: trust for trust, schools in self._file.trusts.items() for school in schools}
        self._rules = sorted(self._file.rules, key=_specificity)
        self.takes_out = any(
            rule.exclusions or not all(change.on for change in rule.categories.values()) for rule in self._rules
        )

    @property
    def sensitivities(self) -> frozenset[int]:
        """All that may be in force for a capture: the default and those that any rule sets."""
        changes = [change for rule in self._rules for change in rule.categories.values()]
        return frozenset({CategoryPolicy().sensitivity, *(change.sensitivity for change in changes)})

    @property
    def trusts(self) -> frozenset[str]:
        """The trusts that the file lists."""
        return frozenset(self._file.trusts)

    def expired(self) -> list[str]:
        """Exclusions that no longer apply, each with its owner and end."""
        return [
            f"the exclusion of {' in '.join(filter(None, (e.url, e.application)))} ended on {e.until}, owner: {e.owner}"
            for rule in self._rules
            for e in rule.exclusions
            if e.until < self._today()
        ]

    def trust_of(self, context: CaptureContext) -> str | None:
        """The trust of a capture's school."""
        return self._trust_of.get(context.site or "")

    def resolve(self, context: CaptureContext) -> ResolvedPolicy:
        """Works out what is in force for a capture."""
        if not self._rules:
            return UNRULED
        default = CategoryPolicy()
        by_category: dict[str, CategoryPolicy] = {}
        excluded: set[str] = set()
        phrases: set[tuple[str, str]] = set()
        today = self._today()
        for rule in self._rules:
            if not self._matches(rule, context):
                continue
            if ALL in rule.categories:
                change = rule.categories[ALL]
                default = _apply(default, change)
                by_category = {name: _apply(policy, change) for name, policy in by_category.items()}
            for name, change in rule.categories.items():
                if name != ALL:
                    by_category[name] = _apply(by_category.get(name, default), change)
            for exclusion in rule.exclusions:
                if exclusion.until < today or not _excluded(exclusion, context):
                    continue
                if exclusion.phrases:
                    phrases |= set(product(exclusion.phrases, exclusion.categories))
                else:
                    excluded |= set(exclusion.categories)
        return ResolvedPolicy(by_category, default, frozenset(excluded), frozenset(phrases))

    def _matches(self, rule: Rule, context: CaptureContext) -> bool:
        if rule.trust is not None and (context.site is None or self._trust_of.get(context.site) != rule.trust):
            return False
        if rule.school is not None and context.site != rule.school:
            return False
        if rule.group is not None and (context.group or "").casefold() != rule.group.casefold():
            return False
        return rule.hours is None or _within(rule.hours, context.captured_at)


def read_policy(path: Path) -> Policy:
    """Reads a policy file.

    Raises:
        InvalidPolicy: Naming the file, the field and the fault.
    """
    try:
        data = path.read_bytes()
        file = PolicyFile.model_validate(read_yaml(data) or {})
    except OSError as error:
        raise InvalidPolicy(f"{path.name}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidPolicy(f"{path.name}: not YAML: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise InvalidPolicy(f"{path.name}: {faults}") from error
    known = {*STANDARD_CATEGORIES, *file.categories, ALL}
    for rule in file.rules:
        named = {*rule.categories, *(name for exclusion in rule.exclusions for name in exclusion.categories)}
        if named - known:
            raise InvalidPolicy(
                f"{path.name}: category {sorted(named - known)[0]!r} is neither standard nor declared under categories"
            )
        if rule.trust is not None and rule.trust not in file.trusts:
            raise InvalidPolicy(f"{path.name}: trust {rule.trust!r} is not listed under trusts")
    return Policy(file, hashlib.sha256(data).hexdigest()[:16])


def _specificity(rule: Rule) -> int:
    if rule.group is not None:
        return 3
    if rule.school is not None:
        return 2
    return 1 if rule.trust is not None else 0


def _apply(policy: CategoryPolicy, change: CategoryRule) -> CategoryPolicy:
    return replace(policy, **change.model_dump(exclude_unset=True))


def _excluded(exclusion: Exclusion, context: CaptureContext) -> bool:
    application = (context.application or "").casefold()
    if exclusion.application is not None and application != exclusion.application.casefold():
        return False
    if exclusion.url is not None:
        host = host_of(context.url or "")
        site = host_of(exclusion.url)
        if host != site and not host.endswith("." + site):
            return False
    return True


def _within(hours: tuple[time, time], captured_at: str | None) -> bool:
    """Whether a capture was taken in the hours; one without a readable time never was, a day alone is none."""
    try:
        taken = datetime.fromisoformat(captured_at or "").time()
    except ValueError:
        return False
    if _is_day(captured_at or ""):
        return False
    start, end = hours
    return start <= taken < end if start < end else taken >= start or taken < end


def _is_day(captured_at: str) -> bool:
    try:
        date.fromisoformat(captured_at)
    except ValueError:
        return False
    return True
