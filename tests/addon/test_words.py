"""The add-on calls things as the site does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone, translation

from skolsynk.addon import words
from skolsynk.web import words as web_words
from skolsynk.web.connections.labels import MODES
from skolsynk.web.overview.views import HEALTH
from skolsynk.web.persons.labels import ANSWERS, FATES, VERBS, VERDICTS
from skolsynk.web.persons.sentences import AT_VENDOR, FAILED, ROLES
from skolsynk.web.runs.said import KINDS, STATES

STOPS = {
    step: AT_VENDOR.get((step, "failed"), FAILED.get(step, ""))
    for step in {*FAILED, *(name for name, outcome in AT_VENDOR if outcome == "failed")}
}
SAME: list[tuple[str, Mapping[Any, words.Pair], Mapping[Any, object]]] = [
    ("modes", words.MODES, MODES),
    ("health", words.HEALTH, {key: word for key, (word, _, _) in HEALTH.items()}),
    ("kinds", words.KINDS, KINDS),
    ("states", words.STATES, STATES),
    ("fates", words.FATES, FATES),
    ("verdicts", words.VERDICTS, {key: word for key, (_, word) in VERDICTS.items()}),
    ("verbs", words.VERBS, VERBS),
    ("answers", words.ANSWERS, ANSWERS),
]


def spoken(language: str, text: object) -> str:
    with translation.override(language):
        return str(text)


@pytest.mark.parametrize(("what", "ours", "sites"), SAME, ids=[each[0] for each in SAME])
def test_codes_are_called_the_same(what: str, ours: Mapping[Any, words.Pair], sites: Mapping[Any, object]) -> None:
    assert {key: (spoken("sv", text), spoken("en", text)) for key, text in sites.items()} == dict(ours)


def test_what_stopped_somebody_and_who_somebody_is_are_called_the_same() -> None:
    for step, pair in words.STOPS.items():
        assert (spoken("sv", STOPS[step]), spoken("en", STOPS[step])) == pair, step
    for role, pair in words.ROLES.items():
        assert (spoken("sv", ROLES[role]), spoken("en", ROLES[role])) == pair, role


def test_every_check_of_a_vendor_that_can_fail_has_words() -> None:
    from skolsynk.core.selection.checks import CHECKS

    assert {check.name for check in CHECKS} | {"protected", "data", "directory", "selection"} <= set(words.STOPS)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("back", [0, 1, 26, 24 * 40, 24 * 400])
def test_moments_and_numbers_are_written_the_same(language: str, back: int) -> None:
    now = timezone.now()
    then = now - timedelta(hours=back)
    with translation.override(language), override_settings(TIME_ZONE="Europe/Stockholm"):
        assert words.moment(language, then, now) == web_words.moment(then)
        assert words.number(language, 12345) == web_words.number(12345)


def test_a_day_is_a_swedish_day() -> None:
    now = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight in Sweden
    assert words.moment("sv", now, now) == "i dag\N{NO-BREAK SPACE}00.30"
    assert words.moment("en", now - timedelta(hours=1), now) == "yesterday\N{NO-BREAK SPACE}23:30"
