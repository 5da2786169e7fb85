"""Messages of vendors as people read them, and what a target refuses to be."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from skolsynk.egil.answers import message_in
from skolsynk.egil.target import VERSION, Target
from skolsynk.egil.values import expected_seconds

MESSAGES = {
    b'{"schemas": ["urn:x:Error"], "detail": "Redan \xc3\xa5 upptagen", "status": "409"}': ("Redan å upptagen"),
    b'{"message": "no"}': "no",
    b'{"detail": 7, "x": 1}': '{"detail": 7, "x": 1}',
    b'{"detail": "cut': '{"detail": "cut',
    b"Failed to parse resource: missing attribute name": "Failed to parse resource: missing attribute name",
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad &amp; ugly</h1>\n<script>x()</script></body>": (
        "Bad & ugly"
    ),
    b"<html><head><title>Only a title</title></head><body></body></html>": "Only a title",
    b"<html></html>": "",
    b"": "",
    b"\xff\xfe nul\x00s": "\ufffd\ufffd nuls",
    b"\xef\xbb\xbftext": "text",
}


@pytest.mark.parametrize(("body", "message"), MESSAGES.items())
def test_the_vendors_message_is_found_by_content(body: bytes, message: str) -> None:
    assert message_in(body) == message


def test_a_message_is_at_most_five_hundred_characters() -> None:
    assert message_in("å".encode() * 900) == "å" * 500


@pytest.mark.parametrize("url", ["", "ftp://x.example", "file:///etc/passwd", "scim.x.example/egil", "https://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Target(url)


@pytest.mark.parametrize("headers", [{"X-Key": "a\r\nX-Other: b"}, {"": "x"}, {"X\nY": "x"}])
def test_a_header_with_a_line_break_is_refused_without_telling_its_value(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header") as refused:
        Target("https://x.example", headers)
    assert "X-Other" not in str(refused.value)


def test_no_concurrency_is_refused() -> None:
    with pytest.raises(ValueError, match="concurrency"):
        Target("https://x.example", concurrency=0)


def test_a_key_is_not_shown_with_its_target() -> None:
    assert "secret" not in repr(Target("https://x.example", {"X-API-Key": "secret"}))


@pytest.mark.parametrize("base", ["https://x.example/egil", "https://x.example/egil/", "https://x.example/egil//"])
def test_base_and_endpoint_are_joined_by_one_slash(base: str) -> None:
    assert Target(base).address("Users", "7") == "https://x.example/egil/Users/7"


def test_the_version_told_is_the_products() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert Target("https://x.example").user_agent.startswith(f"Skolsynk/{VERSION} (")


def test_the_time_of_a_first_push_can_be_said_before_it_starts() -> None:
    assert expected_seconds(30_000, 10.0) == 3000
    assert expected_seconds(30_000, None) == 0
