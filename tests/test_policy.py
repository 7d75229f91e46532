from pathlib import Path

import pytest

from domain.capture import CaptureContext
from domain.errors import InvalidPolicy
from pipeline.policy import Policy, read_policy

FILE = """
categories: [vaping]
trusts: {north: [oak, elm]}
rules:
  - group: Year 7
    categories: {bullying: {sensitivity: 2}}
  - categories: {all: {review: 3}, drugs: {on: false}}
  - trust: north
    categories: {drugs: {on: true, alert: 5}, suicide: {floor: 3}}
  - school: oak
    categories: {all: {review: 2}}
    exclusions:
      - {url: bbc.co.uk, owner: A, reason: news in lessons, until: 2099-07-31, categories: [violence]}
      - {application: Visual Studio Code, owner: A, reason: programming, until: 2099-07-31}
      - {application: Chess, owner: B, reason: game, until: 2099-07-31, phrases: [kill~], categories: [violence]}
      - {application: Old, owner: Mrs B, reason: x, until: 2001-07-31}
  - group: Year 7
    hours: "16:00-08:00"
    categories: {vaping: {alert: 2}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(FILE, encoding="utf-8")
    return read_policy(path)


def test_the_default_needs_no_file() -> None:
    rule = Policy().resolve(CaptureContext()).of("violence")
    assert (rule.on, rule.sensitivity, rule.review, rule.alert, rule.floor) == (True, 0, 2, 4, 0)


def test_the_more_specific_rule_wins_whatever_the_file_order(policy: Policy) -> None:
    nowhere = policy.resolve(CaptureContext())
    assert (nowhere.of("drugs").on, nowhere.of("drugs").review) == (False, 3)
    elm = policy.resolve(CaptureContext(site="elm"))
    assert (elm.of("drugs").on, elm.of("drugs").alert, elm.of("suicide").floor) == (True, 5, 3)
    oak = policy.resolve(CaptureContext(site="oak", group="year 7"))
    assert (oak.of("drugs").review, oak.of("bullying").sensitivity, oak.of("bullying").review) == (2, 2, 2)


@pytest.mark.parametrize(
    ("taken", "alert"),
    [("2026-11-24T17:00:00", 2), ("2026-11-24T03:00:00+00:00", 2), ("2026-11-24T12:00:00Z", 4), ("noon", 4), (None, 4)],
)
def test_hours_may_run_over_midnight(policy: Policy, taken: str | None, alert: int) -> None:
    assert policy.resolve(CaptureContext(group="Year 7", captured_at=taken)).of("vaping").alert == alert


@pytest.mark.parametrize(
    ("context", "violence", "drugs"),
    [
        (CaptureContext(site="oak", url="https://www.bbc.co.uk/news/1"), True, False),
        (CaptureContext(site="oak", url="https://news.bbc.co.uk:443/1"), True, False),
        (CaptureContext(site="oak", url="https://notbbc.co.uk/"), False, False),
        (CaptureContext(site="oak", url="https://evil.com/bbc.co.uk"), False, False),
        (CaptureContext(site="oak", url="https://bbc.co.uk.evil.com/"), False, False),
        (CaptureContext(site="oak", url="http://[broken"), False, False),
        (CaptureContext(site="oak", application="visual studio code"), True, True),
        (CaptureContext(site="elm", application="visual studio code"), False, False),
    ],
)
def test_exclusions(policy: Policy, context: CaptureContext, violence: bool, drugs: bool) -> None:
    resolved = policy.resolve(context)
    assert (resolved.excludes("violence"), resolved.excludes("drugs")) == (violence, drugs)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rules: [{categories: {vaping: {}}}]", "'vaping' is neither standard nor declared"),
        ("rules: [{categories: {drugs: {sensitivity: 3}}}]", "sensitivity"),
        ("rules: [{categories: {drugs: {colour: 3}}}]", "colour"),
        ("rules: [{trust: north}]", "trust 'north' is not listed"),
        ("rules: [{hours: noon}]", "hours must look like"),
        ("rules: [{exclusions: [{reason: x}]}]", "owner"),
        ("rules: [{exclusions: [{url: x.org}]}]", "reason"),
        ("rules: [{exclusions: [{url: x.org, owner: a, reason: b}]}]", "until"),
        ("rules: [{exclusions: [{owner: a, reason: b, until: 2099-01-01}]}]", "needs a url or an application"),
        ("a: [", "not YAML"),
        ("rules:\n  - categories: {drugs: {floor: 2}}\n    categories: {hate: {}}", "line 3: 'categories' stands"),
        ("rules: [{categories: {drugs: {floor: 2}, drugs: {}}}]", "'drugs' stands there already, in line 1"),
        ("rules: [{categories: {drugs: {on: false, 'on': true}}}]", "'on' stands twice"),
        ("rules: []\nrules: []", "line 2: 'rules' stands there already, in line 1"),
        ("rules:\n- exclusions: [{url: x.org, until: 2027-02-30}]", "line 2: day is out of range"),
        ("- 1", "policy.yaml"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidPolicy) as error:
        read_policy(path)
    assert fault in str(error.value)


def test_an_exclusion_may_be_of_single_phrases(policy: Policy) -> None:
    chess = policy.resolve(CaptureContext(site="oak", application="chess"))
    assert chess.excludes("violence", "kill~")
    assert not chess.excludes("suicide", "kill~")
    assert not chess.excludes("violence", "stab~")
    assert not chess.excludes("violence")


def test_an_expired_exclusion_no_longer_applies_and_is_named(policy: Policy) -> None:
    assert not policy.resolve(CaptureContext(site="oak", application="Old")).excludes("drugs")
    assert policy.expired() == ["the exclusion of Old ended on 2001-07-31, owner: Mrs B"]


def test_all_sensitivities_that_may_be_in_force_are_known(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "rules: [{categories: {drugs: {sensitivity: 2}}}, {group: x, categories: {all: {sensitivity: -1, alert: 3}}}]",
        encoding="utf-8",
    )
    assert read_policy(path).sensitivities == {-1, 0, 2}
    assert Policy().sensitivities == {0}


def test_what_is_merged_in_is_no_repeated_key(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "rules:\n"
        "- group: Year 7\n"
        "  categories: &young {drugs: &careful {sensitivity: 1, alert: 3}}\n"
        "- group: Year 8\n"
        "  categories: {<<: *young, drugs: {<<: *careful, alert: 4}}\n",
        encoding="utf-8",
    )
    policy = read_policy(path)
    rules = [policy.resolve(CaptureContext(group=group)).of("drugs") for group in ("Year 7", "Year 8")]
    assert [(rule.sensitivity, rule.alert) for rule in rules] == [(1, 3), (1, 4)]
