"""Whatever stands in the event, the answer is a card or a plain refusal, and never a traceback."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.addon import event, seeing
from tests.addon.conftest import ANSWERS, Google, Hire
from tests.addon.schema import faults

WRONG: tuple[Any, ...] = (
    None, True, 17, -1.5, "text", "", [], ["x"], [[]], {}, {"x": {"y": []}}, "\0", "ö" * 5000, [None],
)  # fmt: skip
SOME_WRONG: tuple[Any, ...] = (17, [[]], {"x": {"y": []}})
FIELDS = (
    "commonEventObject", "authorizationEventObject", "formInputs", "parameters", "stringInputs", "value", "userLocale",
    "q",
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.text()
DOCUMENTS = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner))
NAMES = sorted(ANSWERS)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"17", b"null", b"\xff\xfe", b"[" * 5000, b'{"a":NaN}'])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_json_object_is_refused(name: str, body: bytes, google: Google) -> None:
    answer = google.post(name, body, google.system(name))
    assert (answer.status, answer.document) == (400, {"error": "bad_request"})
    without = google.post(name, body)
    assert (without.status, without.document) == (401, {"error": "unauthorized"})


def places(document: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value of a document."""
    yield at
    for key, each in document.items() if isinstance(document, dict) else enumerate(document):
        if isinstance(each, dict | list):
            yield from places(each, (*at, key))
        else:
            yield (*at, key)


def with_wrong(document: dict[str, Any], at: tuple[str | int, ...], wrong: Any) -> Any:
    made: Any = copy.deepcopy(document)
    if not at:
        return wrong
    inner = made
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = wrong
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_type_in_any_field_never_breaks_the_answer(
    name: str, google: Google, hire: Hire, given: list[str]
) -> None:
    sound = google.event(
        google.user(hire("editor").subject), inputs={"q": "a"}, parameters={"vendor": "sandbox", "key": "x"}
    )
    system = google.system(name)
    seen = set()
    for at in places(sound):
        for wrong in WRONG if name == "person" else SOME_WRONG:
            answer = google.post(name, json.dumps(with_wrong(sound, at, wrong)).encode(), system)
            seen.add(answer.status)
            if "error" in answer.document:
                assert answer.status == 400, (at, wrong)
                assert not isinstance(with_wrong(sound, at, wrong), dict)
            elif "requesting_google_scopes" not in answer.document:
                assert faults(ANSWERS[name], answer.document) == [], (at, wrong)
                assert answer.card["header"]["title"] != "Kortet kunde inte visas", (at, wrong)
    assert seen == {200, 400}
    assert len(given) <= 1


@given(DOCUMENTS)
def test_an_event_is_read_or_unreadable(document: object) -> None:
    try:
        found = event.read(json.dumps(document).encode())
    except event.UnreadableError:
        assert not isinstance(document, dict) or "\\ud" in json.dumps(document)
    else:
        assert found.language in ("sv", "en")
        assert all(isinstance(each, str) for each in (*found.inputs.values(), *found.parameters.values()))


@pytest.mark.parametrize(
    ("locale", "language"),
    [("sv", "sv"), ("sv-SE", "sv"), ("sv_FI", "sv"), ("SV", "sv"), ("", "sv"), ("en", "en"), ("en-GB", "en"),
     ("de", "en"), ("svk", "en"), ("nb-NO", "en")],
)  # fmt: skip
def test_the_language_follows_the_persons_own(locale: str, language: str) -> None:
    assert event.language_of(locale) == language


@pytest.mark.parametrize(
    ("locale", "title"), [("sv", "Kortet kunde inte visas"), ("en", "The card could not be shown")]
)
@pytest.mark.parametrize("name", ["home", "runs", "sync"])
def test_an_error_of_ours_is_told_in_words(
    name: str, locale: str, title: str, google: Google, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("hemligt")

    monkeypatch.setattr(seeing, "home", failing)
    monkeypatch.setattr(seeing, "runs", failing)
    answer = google.call(name, hire("viewer"), locale=locale)
    assert answer.card["header"] == {"title": title}
    assert "hemligt" not in answer.text
