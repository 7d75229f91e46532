"""An exclusion is of the site that it names and of nothing else; hours are those of the clock that a capture tells."""

from datetime import date
from pathlib import Path

import pytest

from domain.capture import CaptureContext
from domain.errors import InvalidPolicy
from pipeline.policy import Policy, read_policy

SITE = "rules: [{{exclusions: [{{url: {url!r}, owner: A, reason: news, until: 2099-01-01}}]}}]"


def read(folder: Path, text: str) -> Policy:
    (folder / "policy.yaml").write_text(text, encoding="utf-8")
    return read_policy(folder / "policy.yaml")


@pytest.mark.parametrize(
    "url", ["/lessons", "https://", "http://[bad", "https://www.", ".", "", " bbc.co.uk", "*.bbc.co.uk"]
)
def test_an_exclusion_of_no_site_is_refused_instead_of_excluding_all_that_has_no_address(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(InvalidPolicy, match="an exclusion"):
        read(tmp_path, SITE.format(url=url))


@pytest.mark.parametrize(
    "url",
    [
        "bbc.co.uk/news",
        "https://sites.google.com/oak",
        "me@bbc.co.uk",
        "bbc.co.uk?a",
        "bbc.co.uk#a",
        "bbc.co.uk news",
        "bbc.co.uk.",
    ],
)
def test_an_exclusion_of_a_part_of_a_site_is_refused_instead_of_excluding_all_of_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidPolicy, match="is no site: an exclusion is of a whole host"):
        read(tmp_path, SITE.format(url=url))


@pytest.mark.parametrize("url", ["bbc.co.uk", "www.bbc.co.uk", "https://bbc.co.uk/", "http://www.bbc.co.uk:8080"])
@pytest.mark.parametrize(
    ("asked", "excluded"),
    [
        ("https://www.bbc.co.uk/news", True),
        ("news.bbc.co.uk", True),
        ("HTTPS://BBC.CO.UK", True),
        (None, False),
        ("", False),
        ("file:///home/a.txt", False),
        ("https://bbc.co.uk.example/", False),
        ("https://notbbc.co.uk/", False),
        ("https://bbc.co.uk@example.org/", False),
        ("https://example.org/@bbc.co.uk", False),
        ("https://example.org\\@bbc.co.uk/", False),
        ("https://example.org\\.bbc.co.uk/", False),
        ("https:\\\\bbc.co.uk/", True),
        ("https://bbc%2Eco.uk/", True),
        ("https://bbc。co。uk/", True),
        ("https://bbc.co.uk./", True),
    ],
)
def test_a_site_is_the_host_that_a_browser_would_ask(
    tmp_path: Path, url: str, asked: str | None, excluded: bool
) -> None:
    policy = read(tmp_path, SITE.format(url=url))
    assert policy.resolve(CaptureContext(url=asked)).excludes("violence") is excluded


@pytest.mark.parametrize(
    ("hours", "taken", "within"),
    [
        ("16:00-16:00", "2026-11-30T03:00", True),  # a whole day
        ("00:00-00:00", "2026-11-30T23:59:59", True),
        ("21:00-06:00", "2026-11-30T06:00", False),
        ("21:00-06:00", "2026-11-30T21:00:00+01:00", True),
        ("21:00-06:00", "2026-11-30T20:59:59Z", False),
        ("21:00-06:00", "2026-11-30", False),  # a day without a time is not its midnight
        ("21:00-06:00", "20261130", False),
        ("00:00-00:00", "2026-11-30", False),
        ("21:00-06:00", "yesterday", False),
        ("21:00-06:00", None, False),
    ],
)
def test_hours_are_of_the_clock_that_is_told(tmp_path: Path, hours: str, taken: str | None, within: bool) -> None:
    policy = read(tmp_path, f"rules: [{{hours: '{hours}', categories: {{suicide: {{floor: 3}}}}}}]")
    assert policy.resolve(CaptureContext(captured_at=taken)).of("suicide").floor == (3 if within else 0)


@pytest.mark.parametrize(
    "hours", ["16:00Z-08:00Z", "16:00+01:00-08:00+01:00", "16:00-01:00-08:00-01:00", "16:00-08:00Z", "16:00Z-08:00"]
)
def test_hours_with_a_zone_are_refused_at_the_start_instead_of_failing_at_each_finding(
    tmp_path: Path, hours: str
) -> None:
    with pytest.raises(InvalidPolicy, match="without a zone"):
        read(tmp_path, f"rules: [{{hours: '{hours}', categories: {{suicide: {{floor: 3}}}}}}]")


def test_a_school_of_two_trusts_is_refused_instead_of_losing_the_rules_of_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicy, match="school 'oak' is of two trusts, 'north' and 'south'"):
        read(tmp_path, "trusts: {north: [elm, oak], south: [oak]}")
    assert read(tmp_path, "trusts: {north: [elm, elm], south: [oak]}").trusts == {"north", "south"}


@pytest.mark.parametrize(("today", "excluded"), [(date(2026, 7, 31), True), (date(2026, 8, 1), False)])
def test_an_exclusion_ends_after_its_last_day(tmp_path: Path, today: date, excluded: bool) -> None:
    text = "rules: [{exclusions: [{application: Word, owner: A, reason: r, until: 2026-07-31}]}]"
    policy = read(tmp_path, text)
    policy._today = lambda: today
    assert policy.resolve(CaptureContext(application="word")).excludes("violence") is excluded
