"""A name with an accent may be written in two ways; school, trust and group are the same in both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import InvalidPolicy
from domain.names import composed
from keyword_stage.lexicon import read_lexicon
from keyword_stage.overlay import Scope, read_overlays
from pipeline.policy import read_policy
from serving.caller import SCORE
from serving.key_file import issue, parse_keys, read_keys, write_keys
from serving.schemas import make_context

TOGETHER, APART = "École", "E\u0301cole"
POLICY = """
trusts: {{{0}: [{0}]}}
rules:
  - {{trust: {0}, categories: {{drugs: {{review: 3}}}}}}
  - {{school: {0}, categories: {{drugs: {{alert: 5}}}}}}
  - {{group: {0}, categories: {{drugs: {{floor: 1}}}}}}
"""


@pytest.mark.parametrize("written", [TOGETHER, APART])
@pytest.mark.parametrize("asked", [TOGETHER, APART])
def test_a_policy_s_rules_find_their_school_in_either_form(tmp_path: Path, written: str, asked: str) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.format(written), encoding="utf-8")
    context = make_context({"site": asked, "group": asked.upper()})
    policy = read_policy(tmp_path / "policy.yaml")
    rule = policy.resolve(context).of("drugs")
    assert (rule.review, rule.alert, rule.floor, policy.trust_of(context)) == (3, 5, 1, TOGETHER)


def test_two_trusts_that_differ_in_the_form_alone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(f"trusts: {{{TOGETHER}: [oak], {APART}: [elm]}}", encoding="utf-8")
    with pytest.raises(InvalidPolicy, match=r"trusts: .*a trust stands there twice, but for the form of its accents"):
        read_policy(tmp_path / "policy.yaml")


@pytest.mark.parametrize("written", [TOGETHER, APART])
def test_a_key_is_for_its_school_in_either_form(tmp_path: Path, written: str) -> None:
    made = issue("north", frozenset({SCORE}), frozenset({written}), expires=datetime.now(UTC) + timedelta(1))
    write_keys(tmp_path / "keys.json", [made.record])
    (record,) = read_keys(tmp_path / "keys.json")
    assert record.sites == {TOGETHER}
    record.caller.check_site(make_context({"site": APART}).site)
    by_hand = (tmp_path / "keys.json").read_text("utf-8").replace(TOGETHER, written)
    assert parse_keys(by_hand.encode(), "keys.json") == [record]


def test_an_overlay_s_name_is_that_of_its_school_in_either_form(tmp_path: Path) -> None:
    (tmp_path / "central.csv").write_text("phrase,grade,category\nweed,2,drugs\n", encoding="utf-8")
    (tmp_path / "overlays" / "schools" / APART).mkdir(parents=True)
    (tmp_path / "overlays" / "schools" / APART / f"{APART}.csv").write_text(
        "phrase,grade,change\nweed,,mute\n", "utf-8"
    )
    found = read_overlays(tmp_path / "overlays", read_lexicon([tmp_path / "central.csv"]))
    assert list(found) == [Scope(school=TOGETHER, group=TOGETHER.casefold())]


def test_other_labels_stay_as_they_are() -> None:
    context = make_context({"user": APART, "window_title": APART, "site": APART})
    assert (context.user, context.window_title, context.site) == (APART, APART, composed(APART))
