"""Google's rows as values: what is taken, in what order, and what is not believed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.snapshot import Container, Member, MemberKind
from skolsynk.sources.base import ReadIncomplete
from skolsynk.sources.google import EVERY_FIELD, UnknownFieldError, mapping
from skolsynk.sources.google.fields import Wanted, user_question
from tests.sources.google.build import user

EVERYTHING = Wanted(EVERY_FIELD)


def fields(**row: Any) -> dict[str, tuple[str, ...]]:
    return mapping.fields_of(row, EVERYTHING)


def test_the_primary_organization_comes_first() -> None:
    found = fields(
        organizations=[
            {"department": "8B", "name": "Ekskolan"},
            {"department": "7A", "costCenter": "123", "title": "Elev", "primary": True},
            {"department": "8B"},
        ]
    )
    assert found == {
        "organizations.department": ("7A", "8B"),
        "organizations.costCenter": ("123",),
        "organizations.title": ("Elev",),
        "organizations.name": ("Ekskolan",),
    }


def test_typed_values_go_by_their_type_or_the_tenants_own_word() -> None:
    found = fields(
        externalIds=[
            {"value": "201001011234", "type": "organization"},
            {"value": "abc", "type": "custom", "customType": "eppn"},
            {"value": "def", "type": "custom"},
            {"value": "ghi"},
        ],
        relations=[{"value": "chef@liten.example", "type": "manager"}],
    )
    assert found == {
        "externalIds.organization": ("201001011234",),
        "externalIds.eppn": ("abc",),
        "externalIds.custom": ("def", "ghi"),
        "relations.manager": ("chef@liten.example",),
    }


def test_custom_schemas_may_hold_one_value_or_many_of_any_plain_kind() -> None:
    found = fields(
        customSchemas={
            "Skola": {
                "kod": "123",
                "klasser": [{"value": "7A"}, {"value": "7B"}],
                "ar": 7,
                "skyddad": True,
                "tal": 1.5,
            },
            "Trasig": "text",
        }
    )
    assert found == {
        "customSchemas.Skola.kod": ("123",),
        "customSchemas.Skola.klasser": ("7A", "7B"),
        "customSchemas.Skola.ar": ("7",),
        "customSchemas.Skola.skyddad": ("true",),
        "customSchemas.Skola.tal": ("1.5",),
    }


def test_addresses_are_lower_case_and_known_by_type() -> None:
    found = fields(
        emails=[
            {"address": "A@x.example"},
            {"address": "B@x.example", "type": "work"},
            {"address": "p@x.example", "primary": True},
        ],
        aliases=["C@x.example", 5],
    )
    assert found == {
        "emails": ("p@x.example", "a@x.example", "b@x.example"),
        "emails.work": ("b@x.example",),
        "aliases": ("c@x.example",),
    }


def test_places_languages_and_keywords_are_read() -> None:
    found = fields(
        locations=[{"area": "desk", "buildingId": "H1"}],
        languages=[{"languageCode": "sv"}],
        keywords=[{"value": "modersmål", "type": "custom", "customType": "ämne"}],
    )
    assert found["locations.buildingId"] == ("H1",)
    assert found["languages.languageCode"] == ("sv",)
    assert found["keywords.ämne"] == ("modersmål",)


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
INSIDE = st.text(max_size=5)
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(INSIDE, inner), max_leaves=8)


@settings(max_examples=50)
@given(ANYTHING)
def test_values_of_another_shape_give_nothing_and_break_nothing(value: Any) -> None:
    found = fields(**dict.fromkeys(EVERY_FIELD, value))
    assert all(isinstance(one, str) and one for values in found.values() for one in values)


def test_text_is_normal_visible_and_trimmed() -> None:
    assert mapping.text("A\u030asa\u200b ") == "Åsa"
    assert mapping.text("\u200b") == ""
    assert mapping.text(None) == ""
    assert mapping.text(["x"]) == ""


def test_a_person_without_a_name_is_kept_as_such() -> None:
    row = {**user(1), "name": {"givenName": "\u200b", "familyName": "Ek"}}
    person = mapping.person_of(row, EVERYTHING)
    assert (person.given_name, person.family_name) == ("", "Ek")
    assert mapping.person_of({**row, "name": None}, EVERYTHING).family_name == ""


@pytest.mark.parametrize("key", ["id", "orgUnitPath", "suspended", "archived"])
def test_a_user_without_what_every_user_has_stops_the_read(key: str) -> None:
    row = user(1)
    del row[key]
    with pytest.raises(ReadIncomplete) as found:
        mapping.person_of(row, EVERYTHING)
    assert found.value.details["key"] == key


@pytest.mark.parametrize("value", [None, "", 7])
def test_an_id_that_is_no_text_stops_the_read(value: Any) -> None:
    with pytest.raises(ReadIncomplete):
        mapping.person_of({**user(1), "id": value}, EVERYTHING)


def test_a_group_keeps_each_member_once() -> None:
    raw = mapping.raw_group_of({"id": "g", "email": "G@x.example", "name": "G", "directMembersCount": "many"})
    assert raw.size == 0
    members = [mapping.RawMember("a", "USER", role, True) for role in ("MEMBER", "OWNER")]
    known = mapping.Known("C0", {"a": None}, {}, {})
    assert mapping.group_of(raw, members, known).members == (Member("a", MemberKind.PERSON, "OWNER"),)


def test_another_customer_as_a_member_is_external() -> None:
    known = mapping.Known("C0", {}, {}, {})
    found = mapping.member_of(mapping.RawMember("C9", "CUSTOMER", "MEMBER", False), known)
    assert found == Member("C9", MemberKind.EXTERNAL, "MEMBER")


def test_an_org_unit_becomes_a_container() -> None:
    row = {"orgUnitId": "id:1", "orgUnitPath": "/Elever", "name": "Elever"}
    assert mapping.container_of(row) == Container("id:1", "/Elever", "Elever")


def test_the_mask_asks_for_roots_whole_and_schemas_by_name() -> None:
    question = user_question({"customSchemas.B.x", "customSchemas.A.y", "organizations.title"})
    assert question.options() == {"projection": "custom", "customFieldMask": "A,B"}
    assert question.fields.endswith("archived,customSchemas,organizations")
    assert question.page_fields().startswith("nextPageToken,users(id,")
    assert user_question({"customSchemas", "customSchemas.A.y"}).options() == {"projection": "full"}
    assert user_question(()).options() == {"projection": "basic"}


def test_a_path_with_another_root_is_refused() -> None:
    with pytest.raises(UnknownFieldError) as found:
        user_question({"department"})
    assert found.value.path == "department"


def test_a_named_path_holds_itself_and_what_is_below() -> None:
    wanted = Wanted({"organizations", "customSchemas.Skola"})
    assert "organizations.title" in wanted
    assert "customSchemas.Skola.kod" in wanted
    assert "customSchemas.Skolan.kod" not in wanted
    assert "externalIds.organization" not in wanted
