"""Channels, asked for and stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from skolsynk.sources.base import ReadIncomplete, SourceError
from skolsynk.sources.google import Wish
from tests.sources.google.build import scene

WISH = Wish("channel-1", "secret", "http://127.0.0.1:9/hook", datetime.now(UTC) + timedelta(hours=24))


def test_a_channel_is_opened_for_as_long_as_google_says() -> None:
    with scene() as at:
        opened = at.source().watch(WISH)
        channel = at.google.switchboard.channels["channel-1"]
    assert opened.resource_id == channel.resource_id
    assert channel.token == "secret"
    assert opened.expires_at < WISH.expires_at  # asked for a day, given six hours


def test_a_stopped_channel_is_gone_and_may_be_stopped_again() -> None:
    with scene() as at:
        opened = at.source().watch(WISH)
        at.source().stop_watching("channel-1", opened.resource_id)
        assert at.google.switchboard.channels == {}
        at.source().stop_watching("channel-1", opened.resource_id)


def test_an_address_that_google_does_not_call_is_an_error() -> None:
    with scene() as at, pytest.raises(SourceError):
        at.source().watch(WISH._replace(address="http://skola.example/hook"))


def test_an_answer_without_an_end_is_no_channel() -> None:
    with scene() as at:
        at.google.fault("POST */users/watch", kind="drop_key", key="expiration", repeat=None)
        with pytest.raises(ReadIncomplete):
            at.source().watch(WISH)
