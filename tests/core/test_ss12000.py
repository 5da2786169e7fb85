"""Bodies as the EGIL profile prints them. Ids: UUIDv5 in a namespace of their own, keys as written below."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.ss12000 import BY_ENDPOINT, BY_NAME, RESOURCE_TYPES, validate
from skolsynk.core.ss12000.activity import Activity
from skolsynk.core.ss12000.base import (
    ResourceId,
    canonical,
    changed_attributes,
    derived_id,
    fingerprint,
    new_id,
    ref,
    references_of,
    without,
)
from skolsynk.core.ss12000.codes import school_types_from_register
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User, UserFields

NAMESPACE = uuid.UUID("0b9f6a5e-3c1d-4f57-9a0e-52d1c7e84b30")
SIS = "urn:scim:schemas:extension:sis:school:1.0:"
SIS_USER = SIS + "User"
ORGANISATION = ResourceId("2792239b-b519-5268-99ca-f9a6594e4896")
UNIT_GROUP = ResourceId("a426c1b6-20a5-587e-a037-13eeb16a9a74")
UNIT = ResourceId("22253c9c-59e4-50c7-bdf9-fae44bb01ecc")
PUPIL = ResourceId("79533178-1a7f-511c-b2cb-9e6fa4e504cb")
TEACHER = ResourceId("d507ffec-ad5b-53af-8ec3-915602348477")
EMPLOYMENT = ResourceId("ce164e20-d36d-5521-8ca1-89ff7d32baab")
GROUP = ResourceId("b403927f-a32c-5afe-a0c4-c3de353db539")
ACTIVITY = ResourceId("a14fb00d-5084-5420-b36f-a4bd9c123822")
NOBODY = ResourceId("00000000-0000-5000-8000-000000000000")
BARE = UserFields(email=True, school_year=True, school_type=True, google_id=False)

SCHOOL_UNIT = SchoolUnit(UNIT, "Björkbacksskolan F-6", "87654321", ("GR", "FSK"), "9999", ORGANISATION, UNIT_GROUP)
ADDRESS = "alva.berglund@elev.lindesjo.example"
ENROLMENTS = (Enrolment(UNIT, 6, "GR"),)
ALVA = User(PUPIL, ADDRESS, "Alva", "Berglund", ADDRESS, "108123456789012345678", ENROLMENTS)
JOHAN = User(TEACHER, "johan.ek@lindesjo.example", "Johan", "Ek", "johan.ek@lindesjo.example", "112233445566778899001")
STUDENT_GROUP = StudentGroup(GROUP, "6A", UNIT, "Klass", (PUPIL,), (TEACHER,))
THE_ACTIVITY = Activity(ACTIVITY, "6A", UNIT, GROUP, (EMPLOYMENT,))
THE_EMPLOYMENT = Employment(EMPLOYMENT, TEACHER, UNIT, "Lärare", "JEK")


def bodies() -> dict[str, dict[str, Any]]:
    """A full, valid body of each type."""
    return {
        "Organisation": Organisation(ORGANISATION, "Lindesjö kommun").body(),
        "SchoolUnitGroup": SchoolUnitGroup(UNIT_GROUP, "Björkbacken").body(),
        "SchoolUnit": SCHOOL_UNIT.body(organisation=True, school_unit_group=True),
        "User": ALVA.body(BARE, ENROLMENTS),
        "Employment": THE_EMPLOYMENT.body(signature=True),
        "StudentGroup": STUDENT_GROUP.body((PUPIL,), "6A"),
        "Activity": THE_ACTIVITY.body(),
    }


def broken_rules(kind: str, **changes: object) -> list[str]:
    """Attributes that ``validate`` names in a valid body with these changes; None takes an attribute away."""
    body = {key: value for key, value in {**bodies()[kind], **changes}.items() if value is not None}
    return [violation.attribute for violation in validate(BY_NAME[kind], body)]


EXPECTED = {
    "Organisation": {
        "schemas": [SIS + "Organisation"],
        "externalId": ORGANISATION,
        "displayName": "Lindesjö kommun",
    },
    "SchoolUnitGroup": {
        "schemas": [SIS + "SchoolUnitGroup"],
        "externalId": UNIT_GROUP,
        "displayName": "Björkbacken",
    },
    "SchoolUnit": {
        "schemas": [SIS + "SchoolUnit"],
        "externalId": UNIT,
        "displayName": "Björkbacksskolan F-6",
        "schoolUnitCode": "87654321",
        "organisation": {"value": ORGANISATION, "$ref": f"Organisations/{ORGANISATION}"},
        "schoolUnitGroup": {"value": UNIT_GROUP, "$ref": f"SchoolUnitGroups/{UNIT_GROUP}"},
        "schoolTypes": ["GR", "FSK"],
        "municipalityCode": "9999",
    },
    "User": {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", SIS_USER],
        "externalId": PUPIL,
        "userName": "alva.berglund@elev.lindesjo.example",
        "displayName": "Alva Berglund",
        "name": {"givenName": "Alva", "familyName": "Berglund"},
        "emails": [{"value": "alva.berglund@elev.lindesjo.example"}],
        SIS_USER: {
            "enrolments": [{"value": UNIT, "$ref": f"SchoolUnits/{UNIT}", "schoolYear": 6, "schoolType": "GR"}],
        },
    },
    "Employment": {
        "schemas": [SIS + "Employment"],
        "externalId": EMPLOYMENT,
        "employedAt": {"value": UNIT, "$ref": f"SchoolUnits/{UNIT}"},
        "user": {"value": TEACHER, "$ref": f"Users/{TEACHER}"},
        "employmentRole": "Lärare",
        "signature": "JEK",
    },
    "StudentGroup": {
        "schemas": [SIS + "StudentGroup"],
        "externalId": GROUP,
        "displayName": "6A",
        "studentGroupType": "Klass",
        "owner": {"value": UNIT, "$ref": f"SchoolUnits/{UNIT}"},
        "studentMemberships": [{"value": PUPIL, "$ref": f"Users/{PUPIL}"}],
    },
    "Activity": {
        "schemas": [SIS + "Activity"],
        "externalId": ACTIVITY,
        "displayName": "6A",
        "owner": {"value": UNIT, "$ref": f"SchoolUnits/{UNIT}"},
        "groups": [{"value": GROUP, "$ref": f"StudentGroups/{GROUP}"}],
        "teachers": [{"value": EMPLOYMENT, "$ref": f"Employments/{EMPLOYMENT}"}],
    },
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_body_is_as_the_profile_prints_it(kind: str) -> None:
    assert bodies()[kind] == EXPECTED[kind]
    assert validate(BY_NAME[kind], bodies()[kind]) == ()


def test_a_teacher_is_a_user_without_the_extension() -> None:
    body = JOHAN.body(BARE, ())

    assert SIS_USER not in body
    assert body["displayName"] == "Johan Ek"
    assert validate(BY_NAME["User"], body) == ()


def test_fields_that_are_switched_off_or_empty_are_not_in_a_body() -> None:
    nothing = UserFields(email=False, school_year=False, school_type=False, google_id=False)
    place = {"value": UNIT, "$ref": f"SchoolUnits/{UNIT}"}

    assert "emails" not in ALVA.body(nothing, ENROLMENTS)
    assert ALVA.body(nothing, ENROLMENTS)[SIS_USER] == {"enrolments": [place]}
    assert ALVA._replace(email="").body(BARE, (Enrolment(UNIT),)).keys() == ALVA.body(BARE, ()).keys() - {"emails"} | {
        SIS_USER
    }
    assert ALVA.body(BARE, (Enrolment(UNIT),))[SIS_USER] == {"enrolments": [place]}
    assert "signature" not in THE_EMPLOYMENT.body(signature=False)
    assert "signature" not in THE_EMPLOYMENT._replace(signature="").body(signature=True)


def test_a_study_programme_travels_with_the_school_type() -> None:
    enrolment = Enrolment(UNIT, 1, "GY", "NANAT")

    assert enrolment.body(school_year=True, school_type=True)["programCode"] == "NANAT"
    assert "programCode" not in enrolment.body(school_year=True, school_type=False)


def test_googles_own_id_is_marked_as_googles() -> None:
    body = ALVA.body(UserFields(), ENROLMENTS)

    assert body["urn:scim:schemas:extension:egil:1.0:User"] == {
        "externalIdentifiers": [
            {"value": "108123456789012345678", "context": "https://accounts.google.com", "globallyUnique": True}
        ]
    }
    assert validate(BY_NAME["User"], body) == ()


def test_a_school_unit_refers_only_to_what_the_vendor_gets() -> None:
    bare = SchoolUnit(UNIT, "Björkbacksskolan", "87654321")

    assert (
        SCHOOL_UNIT.body(organisation=False, school_unit_group=False)
        .keys()
        .isdisjoint({"organisation", "schoolUnitGroup"})
    )
    assert bare.body(organisation=True, school_unit_group=True).keys() == {
        "schemas",
        "externalId",
        "displayName",
        "schoolUnitCode",
    }


def test_only_classes_are_classes() -> None:
    assert STUDENT_GROUP.is_class
    assert not STUDENT_GROUP._replace(student_group_type="Undervisning").is_class


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("user:108123456789012345678", PUPIL),
        ("user:112233445566778899001", TEACHER),
        ("schoolunit:87654321", UNIT),
        ("group:03x8tuzt1abcde", GROUP),
    ],
)
def test_ids_follow_from_the_tenants_namespace_and_the_sources_key(key: str, expected: str) -> None:
    assert new_id(NAMESPACE, key) == expected


def test_derived_ids_are_those_of_the_open_source_sender() -> None:
    first, second = "8d371858-3fbd-4af2-ae33-84225ead4a1b", "75c666db-e60e-4687-bdd3-1af191fa6799"

    assert derived_id(ResourceId(first), ResourceId(second)) == "163cbddb-9fd0-53df-81e4-e022c5dd5c71"
    assert derived_id(UNIT, TEACHER) == EMPLOYMENT
    assert derived_id(GROUP, UNIT) == ACTIVITY


@given(st.uuids(), st.text())
def test_new_ids_are_uuid_version_5(namespace: uuid.UUID, key: str) -> None:
    assert new_id(namespace, key) == str(uuid.uuid5(namespace, key))


def test_types_stand_in_send_order_and_refer_only_backwards() -> None:
    assert [kind.rank for kind in RESOURCE_TYPES] == list(range(7))
    for kind in RESOURCE_TYPES:
        assert BY_NAME[kind.name] is BY_ENDPOINT[kind.endpoint] is kind
        assert all(BY_ENDPOINT[reference.target].rank < kind.rank for reference in kind.references)


def test_canonical_bytes_are_sorted_utf_8_without_white_space() -> None:
    assert canonical({"b": [1, None], "a": "å"}) == '{"a":"å","b":[1,null]}'.encode()


@given(st.dictionaries(st.text(), st.integers(-(2**53), 2**53) | st.text() | st.booleans()))
def test_one_content_has_one_spelling(body: dict[str, object]) -> None:
    spelt = canonical(body)

    assert spelt == canonical(dict(reversed(body.items())))
    assert json.loads(spelt) == body


def test_a_fingerprint_depends_on_content_and_key() -> None:
    first = fingerprint(b"{}", b"k" * 32)

    assert len(first) == 16
    assert first == fingerprint(b"{}", b"k" * 32)
    assert first not in (fingerprint(b"{ }", b"k" * 32), fingerprint(b"{}", b"l" * 32))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Organisation", []),
        ("SchoolUnit", [("organisation", ORGANISATION), ("schoolUnitGroup", UNIT_GROUP)]),
        ("User", [("enrolments", UNIT)]),
        ("Employment", [("employedAt", UNIT), ("user", TEACHER)]),
        ("StudentGroup", [("owner", UNIT), ("studentMemberships", PUPIL)]),
        ("Activity", [("owner", UNIT), ("groups", GROUP), ("teachers", EMPLOYMENT)]),
    ],
)
def test_every_reference_of_a_body_is_found(kind: str, expected: list[tuple[str, str]]) -> None:
    found = references_of(BY_NAME[kind], bodies()[kind])

    assert [(reference.attribute, target) for reference, target in found] == expected


def test_what_is_no_reference_is_not_found() -> None:
    body = {"owner": "text", "studentMemberships": [{"display": "x"}, 7, {"value": 7}, ref("Users", PUPIL)]}

    assert [target for _, target in references_of(BY_NAME["StudentGroup"], body)] == [PUPIL]
    assert list(references_of(BY_NAME["User"], {SIS_USER: "text"})) == []


def test_a_cut_membership_leaves_the_others_in_order() -> None:
    body = STUDENT_GROUP.body((PUPIL, TEACHER), "6A")

    assert without(BY_NAME["StudentGroup"], body, {PUPIL}) == STUDENT_GROUP.body((TEACHER,), "6A")
    assert without(BY_NAME["StudentGroup"], body, {PUPIL, TEACHER}) == STUDENT_GROUP.body((), "6A")
    assert body == STUDENT_GROUP.body((PUPIL, TEACHER), "6A")


def test_a_body_without_a_required_reference_cannot_be_sent() -> None:
    assert without(BY_NAME["StudentGroup"], bodies()["StudentGroup"], {UNIT}) is None
    assert without(BY_NAME["Employment"], bodies()["Employment"], {TEACHER}) is None
    assert without(BY_NAME["Activity"], bodies()["Activity"], {GROUP}) is None


def test_a_cut_optional_reference_disappears() -> None:
    cut = without(BY_NAME["SchoolUnit"], bodies()["SchoolUnit"], {ORGANISATION})

    assert cut == SCHOOL_UNIT.body(organisation=False, school_unit_group=True)


def test_a_cut_enrolment_leaves_an_empty_list_in_the_extension() -> None:
    cut = without(BY_NAME["User"], bodies()["User"], {UNIT})

    assert cut is not None
    assert cut[SIS_USER] == {"enrolments": []}
    assert bodies()["User"][SIS_USER]["enrolments"]


@pytest.mark.parametrize("kind", EXPECTED)
def test_cutting_what_is_not_there_changes_nothing(kind: str) -> None:
    assert without(BY_NAME[kind], bodies()[kind], {NOBODY}) == bodies()[kind]


def test_a_reference_that_is_absent_or_empty_is_nothing_to_cut() -> None:
    alone = SCHOOL_UNIT.body(organisation=False, school_unit_group=False)

    assert without(BY_NAME["SchoolUnit"], alone, {ORGANISATION}) == alone
    assert without(BY_NAME["StudentGroup"], STUDENT_GROUP.body((), "6A"), {PUPIL}) == STUDENT_GROUP.body((), "6A")


def test_changed_attributes_are_named_and_extensions_opened() -> None:
    old = ALVA.body(BARE, ENROLMENTS)
    new = ALVA._replace(family_name="Ek").body(BARE, (Enrolment(UNIT, 7, "GR"),))

    assert changed_attributes(old, new) == ("displayName", "enrolments", "name")
    assert changed_attributes(old, ALVA.body(BARE, ())) == ("enrolments",)
    assert changed_attributes(ALVA.body(BARE, ()), old) == ("enrolments",)
    assert changed_attributes(old, old) == ()
    assert changed_attributes({"urn:x": 1}, {"urn:x": 2}) == ("urn:x",)


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_type_needs_its_schemas_and_a_lower_case_uuid(kind: str) -> None:
    assert broken_rules(kind, schemas=["x"]) == ["schemas"]
    assert broken_rules(kind, schemas=None) == ["schemas"]
    assert broken_rules(kind, externalId=UNIT.upper()) == ["externalId"]
    assert broken_rules(kind, externalId=None) == ["externalId"]
    assert broken_rules(kind, externalId=f"{UNIT}\n") == ["externalId"]


@pytest.mark.parametrize("kind", sorted(EXPECTED.keys() - {"Employment"}))
def test_every_named_type_needs_a_name(kind: str) -> None:
    assert broken_rules(kind, displayName=" ") == ["displayName"]
    assert broken_rules(kind, displayName=None) == ["displayName"]


@pytest.mark.parametrize(
    ("kind", "changes", "attribute"),
    [
        ("SchoolUnit", {"schoolUnitCode": "1234567"}, "schoolUnitCode"),
        ("SchoolUnit", {"schoolUnitCode": "01234567"}, "schoolUnitCode"),
        ("SchoolUnit", {"schoolUnitCode": 12345678}, "schoolUnitCode"),
        ("SchoolUnit", {"schoolTypes": ["SFI"]}, "schoolTypes"),
        ("SchoolUnit", {"schoolTypes": "GR"}, "schoolTypes"),
        ("SchoolUnit", {"schoolTypes": [["GR"]]}, "schoolTypes"),
        ("SchoolUnit", {"municipalityCode": "99"}, "municipalityCode"),
        ("SchoolUnit", {"municipalityCode": 9999}, "municipalityCode"),
        ("SchoolUnit", {"organisation": [ref("Organisations", ORGANISATION)]}, "organisation"),
        ("SchoolUnit", {"organisation": {"value": "x"}}, "organisation"),
        ("User", {"userName": "alva"}, "userName"),
        ("User", {"userName": None}, "userName"),
        ("User", {"name": {"givenName": "Alva"}}, "name.familyName"),
        ("User", {"name": {"givenName": 1, "familyName": ""}}, "name.givenName"),
        ("User", {"emails": [{"value": "alva"}]}, "emails"),
        ("User", {"emails": ["alva@lindesjo.example"]}, "emails"),
        ("User", {"emails": "alva@lindesjo.example"}, "emails"),
        (
            "User",
            {SIS_USER: {"enrolments": [{**ref("SchoolUnits", UNIT), "schoolYear": "6"}]}},
            "enrolments.schoolYear",
        ),
        ("User", {SIS_USER: {"enrolments": [{**ref("SchoolUnits", UNIT), "schoolYear": 11}]}}, "enrolments.schoolYear"),
        (
            "User",
            {SIS_USER: {"enrolments": [{**ref("SchoolUnits", UNIT), "schoolYear": True}]}},
            "enrolments.schoolYear",
        ),
        (
            "User",
            {SIS_USER: {"enrolments": [{**ref("SchoolUnits", UNIT), "schoolType": "X"}]}},
            "enrolments.schoolType",
        ),
        ("User", {SIS_USER: {"enrolments": [{**ref("SchoolUnits", UNIT), "schoolType": []}]}}, "enrolments.schoolType"),
        ("User", {SIS_USER: "text"}, SIS_USER),
        ("Employment", {"employmentRole": "lärare"}, "employmentRole"),
        ("Employment", {"employmentRole": None}, "employmentRole"),
        ("Employment", {"user": None}, "user"),
        ("Employment", {"employedAt": None}, "employedAt"),
        ("StudentGroup", {"owner": None}, "owner"),
        ("StudentGroup", {"studentGroupType": "klass"}, "studentGroupType"),
        ("StudentGroup", {"studentGroupType": ["Klass"]}, "studentGroupType"),
        ("StudentGroup", {"studentMemberships": None}, "studentMemberships"),
        ("StudentGroup", {"studentMemberships": [ref("Users", PUPIL)] * 2}, "studentMemberships"),
        ("Activity", {"owner": None}, "owner"),
        ("Activity", {"teachers": None}, "teachers"),
        ("Activity", {"groups": None}, "groups"),
        ("Activity", {"groups": []}, "groups"),
        ("Activity", {"teachers": [ref("Employments", EMPLOYMENT)] * 2}, "teachers"),
    ],
)
def test_validation_names_the_attribute(kind: str, changes: dict[str, object], attribute: str) -> None:
    assert set(broken_rules(kind, **changes)) == {attribute}


def test_enrolments_that_are_no_objects_are_named() -> None:
    assert broken_rules("User", **{SIS_USER: {"enrolments": ["x"]}}) == ["enrolments"]
    assert broken_rules("User", **{SIS_USER: {"enrolments": "x"}}) == ["enrolments"]
    assert broken_rules("User", **{SIS_USER: {"enrolments": [{"value": [1]}]}}) == ["enrolments"]


def test_one_pupil_may_have_two_enrolments_at_one_school_unit() -> None:
    both = (Enrolment(UNIT, 2, "GR"), Enrolment(UNIT, 2, "FTH"))

    assert validate(BY_NAME["User"], ALVA.body(BARE, both)) == ()


def test_a_violation_says_rule_and_source() -> None:
    body = {**bodies()["Employment"], "employmentRole": "Vikarie"}

    (violation,) = validate(BY_NAME["Employment"], body)

    assert violation.rule.startswith("one of Rektor, Lärare")
    assert violation.source == "EGIL profile, Employment"


def test_an_empty_list_may_be_sent_where_the_profile_says_so() -> None:
    assert broken_rules("StudentGroup", studentMemberships=[]) == []
    assert broken_rules("Activity", teachers=[]) == []
    assert broken_rules("User", emails=[]) == []


def test_the_registers_school_types_become_those_of_2018() -> None:
    assert school_types_from_register(("GRAN", "FKLASS", "GR", "OPPFTH", "FTH")) == ("FSK", "FTH", "GR", "GRS")
    assert school_types_from_register(("SFI", "NYTT")) == ("AU",)
    assert school_types_from_register(()) == ()
