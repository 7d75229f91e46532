"""What is done about a hit: the policy's levels, cuts and floors, put to a grade or to what the model says."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from domain.hit import KeywordHit
from domain.verdict import Action, Ladder, Reason
from pipeline.policy import CategoryPolicy, ResolvedPolicy

CUTS = {-2: 0.8, -1: 0.65, 0: 0.5, 1: 0.35, 2: 0.2}
"""P(severity >= level) from which an action is taken, by the policy's sensitivity."""
_RANK = {Action.DISMISS: 0, Action.REVIEW: 1, Action.ALERT: 2}


class Told(NamedTuple):
    """What is told of a hit."""

    severity: int
    category: str
    reason: Reason
    action: Action


def urgency(action: Action) -> int:
    """Rank of an action; the most urgent one has the highest."""
    return _RANK[action]


def worst(actions: Sequence[Action]) -> Action:
    """The most urgent action; `dismiss` of none."""
    return max(actions, key=_RANK.__getitem__, default=Action.DISMISS)


def graded(hit: KeywordHit, reason: Reason, policy: ResolvedPolicy) -> Told:
    """What is told of a hit whose grade stands."""
    action = worst([Action.REVIEW, by_level(hit.grade, policy.of(hit.category))])
    return floored(Told(hit.grade, hit.category, reason, action), (hit.category,), policy)


def floored(told: Told, categories: Collection[str], policy: ResolvedPolicy) -> Told:
    """The same, lifted to the highest floor of some categories; what is done is at least what each floor asks for."""
    rules = {category: rule for category in categories if (rule := policy.of(category)).floor}
    if not rules:
        return told
    action = worst([told.action, Action.REVIEW, *(by_level(rule.floor, rule) for rule in rules.values())])
    category = max(rules, key=lambda category: rules[category].floor)
    if rules[category].floor <= told.severity:
        return told._replace(action=action)
    return Told(rules[category].floor, category, Reason.POLICY_FLOOR, action)


def excluded(category: str) -> Told:
    """What is told of a hit that a trusted site or application takes out, as one of a category."""
    return Told(0, category, Reason.EXCLUDED, Action.DISMISS)


def by_chances(heard: Mapping[str, Ladder], policy: ResolvedPolicy) -> Action:
    """The most urgent action that the likely severity of any category asks for."""
    return worst([by_chance(ladder, policy.of(category)) for category, ladder in heard.items()])


def by_chance(ladder: Ladder, rule: CategoryPolicy) -> Action:
    """The action that what the model says of a category asks for by its levels."""
    cut = CUTS[rule.sensitivity]
    if ladder[rule.alert - 1] >= cut:
        return Action.ALERT
    return Action.REVIEW if ladder[rule.review - 1] >= cut else Action.DISMISS


def protected_action(severity: int, rule: CategoryPolicy) -> Action:
    """At least review, and an alert from 4 whatever a policy says."""
    return Action.ALERT if severity >= min(rule.alert, 4) else Action.REVIEW


def by_level(severity: int, rule: CategoryPolicy) -> Action:
    """The action that a severity asks for."""
    if severity >= rule.alert:
        return Action.ALERT
    return Action.REVIEW if severity >= rule.review else Action.DISMISS
