"""The cards as they were looked at and found good, in both languages; and what no card may become."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skolsynk.addon import cards, widgets
from skolsynk.addon.cards import Hit, Hits
from skolsynk.core.health import Health
from tests.addon.schema import SCHEMA, faults
from tests.addon.stills import FOLDER, HOME, NOW, PERSON, STILLS, press, vendor, written


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", sorted(STILLS))
def test_card_is_as_it_was(name: str, language: str) -> None:
    kept = (FOLDER / f"{name}.{language}.json").read_text(encoding="utf-8")
    assert written(name, language) == kept, "python -m tests.addon.stills writes the cards anew"


def test_no_kept_card_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {
        f"{name}.{lang}.json" for name in STILLS for lang in ("sv", "en")
    }


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", sorted(STILLS))
def test_every_card_is_as_documented(name: str, language: str) -> None:
    assert faults("card", STILLS[name](language)) == []


@pytest.mark.parametrize("name", sorted(STILLS))
def test_the_languages_say_different_words_in_the_same_places(name: str) -> None:
    swedish, english = STILLS[name]("sv"), STILLS[name]("en")
    assert swedish != english
    assert shape(swedish) == shape(english)


def shape(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: shape(value) for key, value in document.items()}
    return [shape(each) for each in document] if isinstance(document, list) else type(document)


HOME_BUTTON = widgets.opens("https://skolsynk.example/")


def test_the_schema_refuses_what_google_would() -> None:
    good = STILLS["home"]("sv")
    wrong: list[dict[str, Any]] = [
        {**good, "colour": "red"},
        {**good, "sections": []},
        {**good, "header": {}},
        {**good, "sections": [{"widgets": []}]},
        {**good, "sections": [{"widgets": [{"textParagraph": {"text": ""}}]}]},
        {**good, "sections": [{"widgets": [{"textParagraph": {"text": "a"}, "divider": {}}]}]},
        {**good, "sections": [{"widgets": [{"textParagraph": {"text": 1}}]}]},
        {**good, "sections": [{"widgets": [widgets.paragraph("a")] * 60}, {"widgets": [widgets.paragraph("a")] * 41}]},
        {**good, "sections": [{"widgets": [widgets.line("a", click=widgets.opens("http://plain.example/"))]}]},
        {**good, "sections": [{"widgets": [widgets.line("a", click={**HOME_BUTTON, "action": {}})]}]},
    ]  # fmt: skip
    assert faults("card", good) == []
    assert [one for one in wrong if not faults("card", one)] == []
    assert set(SCHEMA["$defs"]) >= {"card", "renderActions", "submitFormResponse"}


def test_a_name_is_never_mark_up() -> None:
    made = str(cards.person(replace(PERSON, name="<b>A</b>", places=("<i>&",)), "sv", NOW))
    assert "<b>" not in made
    assert "<i>" not in made
    assert "&lt;i&gt;&amp;" in made


def test_only_the_test_mode_has_the_button() -> None:
    made = cards.home(HOME, "sv", NOW)
    with_it = [section["header"] for section in made["sections"] if "Synka nu" in str(section)]
    assert with_it == ["Sandbox"]


def test_a_card_that_would_be_too_long_says_that_there_is_more() -> None:
    many = tuple(vendor(f"V{number}", "v", "test", Health.WELL, held=2, left_out=2) for number in range(60))
    made = cards.home(replace(HOME, vendors=many), "sv", NOW)
    assert faults("card", made) == []
    assert made["sections"][-1]["widgets"] == [widgets.paragraph("Mer finns i Skolsynk.")]


words = st.text(max_size=3000)


@example("<", "<>", "", [("-", "")])
@given(words, words, words, st.lists(st.tuples(words, words), max_size=120))
def test_whatever_the_texts_are_the_card_is_as_documented(
    tenant: str, name: str, why: str, alarms: list[tuple[str, str]]
) -> None:
    tenant, name = tenant or "-", name or "-"
    home = replace(HOME, tenant=tenant, vendors=(vendor(name, "v", "test", Health.WELL, why=why),),
                         alarms=[(first or "-", second) for first, second in alarms])  # fmt: skip
    hits = Hits(
        why, [Hit(name, "", (tenant,), press("person", key="1"))], 1, True, "https://s.example/", press("person")
    )
    for made in (
        cards.home(home, "sv", NOW),
        cards.person(replace(PERSON, name=name), "en", NOW),
        cards.hits(hits, "sv"),
    ):
        assert faults("card", made) == []
