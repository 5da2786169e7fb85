"""Who is placed, left out, broken or protected; and by which rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from skolsynk.core.identity import Identity
from skolsynk.core.school import Fate, Severity
from skolsynk.core.ss12000.base import derived_id, new_id
from tests.core.rules.directory import (
    BJORK,
    EK,
    GYMNASIUM,
    NAMESPACE,
    UNITS,
    codes,
    fate,
    group,
    groups_of,
    person,
    placements,
    run,
    told,
    unit,
)

STAFF = "/Personal/Ekskolan"
ROLE_FIELD = {
    "kind": "field",
    "field": "organizations.title",
    "values": {
        "Elev": {"role": "pupil"},
        "Lärare": {"role": "teacher"},
        "Rektor": {"role": "staff", "employment_role": "Rektor"},
        "Test": {"role": "nobody"},
    },
}


def by_field(**more: Any) -> dict[str, object]:
    return {"kind": "field", "field": "organizations.department", **more}


def test_the_commonest_tree_gives_pupils_teachers_classes_and_units() -> None:
    built = run([person("anna"), person("berit", STAFF)])
    school = built.school
    anna, berit = (school.users[school.user_ids[key]] for key in ("anna", "berit"))
    ek = new_id(NAMESPACE, f"schoolunit:{EK}")
    assert fate(built, "anna") == ("placed", "", "pupil")
    assert fate(built, "berit") == ("placed", "", "teacher")
    assert anna.id == new_id(NAMESPACE, "user:anna")
    assert (anna.user_name, anna.email, anna.source_key) == ("anna@skola.example", "anna@skola.example", "anna")
    assert [(each.school_unit, each.school_year, each.school_type) for each in anna.enrolments] == [(ek, 7, "GR")]
    assert berit.enrolments == ()
    employment = school.employments[derived_id(ek, berit.id)]
    assert (employment.user, employment.employed_at, employment.employment_role) == (berit.id, ek, "Lärare")
    assert groups_of(built)[EK, "7A"].members == (anna.id,)
    assert groups_of(built)[EK, "7A"].school_year == 7
    assert school.organisation.display_name == "Björkviks kommun"
    assert school.school_units[ek].organisation == school.organisation.id == new_id(NAMESPACE, "organisation")
    assert school.school_units[ek].school_types == ("FSK", "FTH", "GR")
    assert [each.display_name for each in school.school_unit_groups.values()] == ["Ek och Björk"]
    assert school.school_units[ek].school_unit_group in school.school_unit_groups
    assert school.containers == {anna.id: "/Elever/Ekskolan/7A", berit.id: STAFF}
    assert school.findings == ()


def test_a_unit_in_no_group_of_units_has_none() -> None:
    built = run([person("anna", "/Elever/Sjögymnasiet/TE22")])
    sjo = next(each for each in built.school.school_units.values() if each.display_name.startswith("Sjö"))
    assert sjo.school_unit_group is None


def test_the_nearest_org_unit_decides_and_paths_ignore_case() -> None:
    rules = {
        "role": [
            {"kind": "org_unit", "org_unit": "/", "role": "nobody"},
            {"kind": "org_unit", "org_unit": "/elever/", "role": "pupil"},
            {"kind": "org_unit_pattern", "pattern": "/lärare$", "role": "teacher"},
            {"kind": "org_unit", "org_unit": "/Elever/Ekskolan/Lärare", "role": "staff"},
        ]
    }
    built = run(
        [person("a"), person("b", "/ELEVER/Ekskolan/LÄRARE"), person("c", "/Övrigt"), person("d", "/")], (), rules
    )
    assert fate(built, "a") == ("placed", "", "pupil")
    assert fate(built, "b") == ("placed", "", "teacher")  # equally deep: the first listed
    assert fate(built, "c") == ("decided", "nobody", "")
    assert fate(built, "d") == ("decided", "nobody", "")


def test_a_subtree_rule_deeper_than_a_pattern_wins_whatever_the_order() -> None:
    rules = {
        "placement": [
            {"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>[^/]+)"},
            {"kind": "org_unit", "org_unit": "/Elever/Ekskolan/Annex", "school_unit": BJORK},
        ]
    }
    built = run([person("a"), person("b", "/Elever/Ekskolan/Annex/7A")], (), rules)
    assert placements(built, "a") == [EK]
    assert placements(built, "b") == [BJORK]


def test_a_field_beats_a_group_and_a_group_beats_the_tree() -> None:
    rules = {
        "placement": [
            {"kind": "org_unit", "org_unit": "/Elever", "school_unit": EK},
            {"kind": "group", "group": "BJORK@skola.example", "school_unit": BJORK},
            by_field(holds="name", units={"Gymnasiet": GYMNASIUM}),
        ]
    }
    people = [
        person("a"),
        person("b"),
        person("c", organizations__department="gymnasiet"),
        person("d", organizations__department=("", BJORK)),
    ]
    built = run(people, [group("bjork", "b", "c")], rules)
    assert [placements(built, key) for key in "abcd"] == [[EK], [BJORK], [GYMNASIUM], [BJORK]]


def test_units_are_found_by_name_without_accents_or_case_but_never_by_a_name_that_two_share() -> None:
    units = {EK: unit(EK, "Björkskolan"), BJORK: unit(BJORK, "Åskolan F-6"), GYMNASIUM: unit(GYMNASIUM, "Björkskolan")}
    people = [person("a", "/Elever/askolan f6/7A"), person("b", "/Elever/Björkskolan/7A"), person("c", f"/Elever/{EK}")]
    built = run(people, units=units)
    assert placements(built, "a") == [BJORK]
    assert fate(built, "b") == ("broken", "unknown_unit_code", "pupil")
    assert placements(built, "c") == [EK]


def test_a_field_that_holds_codes_does_not_take_names() -> None:
    built = run([person("a", "/Elever", organizations__department="Ekskolan")], (), {"placement": [by_field()]})
    assert fate(built, "a") == ("broken", "unknown_unit_code", "pupil")


def test_somebody_whom_no_rule_places_is_broken_and_told_of() -> None:
    built = run([person("a", "/Elever")])
    assert fate(built, "a") == ("broken", "no_school_unit", "pupil")
    finding = told(built, "no_school_unit")[0]
    assert finding[1:] == (Severity.ERROR, "person", "a", "", ("/Elever",))
    assert built.school.users == {}
    assert built.school.user_ids == {}


def test_an_unknown_unit_in_the_tree_is_told_once_for_the_container_and_for_each_person() -> None:
    built = run([person("a", "/Elever/Nyskolan/7A"), person("b", "/Elever/Nyskolan/7A")])
    assert fate(built, "a") == ("broken", "unknown_unit_code", "pupil")
    found = [(each.object_kind, each.object_key, each.severity, each.args) for each in told(built, "unknown_unit_code")]
    assert sorted(found) == [
        ("container", "id:/Elever/Nyskolan/7A", Severity.WARNING, ("Nyskolan",)),
        ("person", "a", Severity.ERROR, ("Nyskolan",)),
        ("person", "b", Severity.ERROR, ("Nyskolan",)),
    ]


def test_an_unknown_nearer_unit_falls_back_on_a_farther_rule_with_a_warning() -> None:
    rules = {
        "placement": [
            {"kind": "org_unit", "org_unit": "/Elever", "school_unit": EK},
            {"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>[^/]+)"},
            {"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>x)?"},
            by_field(),
        ]
    }
    people = [person("a", "/Elever/Nyskolan/7A"), person("b", "/Elever", organizations__department="999")]
    built = run(people, (), rules)
    assert placements(built, "a") == placements(built, "b") == [EK]
    found = {(each.object_kind, each.severity) for each in told(built, "unknown_unit_code")}
    assert found == {("container", "warning"), ("person", "warning")}


def test_a_rule_that_names_a_unit_the_tenant_has_not_chosen_is_told_of() -> None:
    rules = {
        "placement": [
            {"kind": "org_unit", "org_unit": "/Elever", "school_unit": "99999999"},
            {"kind": "group", "match": "name", "pattern": "(?P<unit>x)", "units": {"x": "88888888"}},
        ]
    }
    built = run([person("a")], (), rules)
    assert [
        (each.object_kind, each.args) for each in told(built, "unknown_unit_code") if each.object_kind == "rule"
    ] == [
        ("rule", ("99999999",)),
        ("rule", ("88888888",)),
    ]
    assert fate(built, "a") == ("broken", "unknown_unit_code", "pupil")


def test_every_chosen_unit_exists_even_without_people() -> None:
    built = run([], (), {"placement": [{"kind": "org_unit", "org_unit": "/Elever/Ny", "school_unit": BJORK}]})
    assert {each.school_unit_code for each in built.school.school_units.values()} == UNITS.keys()


def test_groups_place_by_a_part_of_their_address_and_a_part_that_is_absent_places_nobody() -> None:
    rules = {"placement": [{"kind": "group", "match": "email", "pattern": "^(?P<unit>[a-z]+)?_?alla@"}]}
    groups = [
        group("1", "a", email="ekskolan_alla@skola.example"),
        group("2", "b", email="alla@skola.example"),
        group("3", "c", email="nyskolan_alla@skola.example"),
        group("4", "c", email="okand_alla@skola.example"),
    ]
    built = run([person("a"), person("b"), person("c")], groups, rules)
    assert placements(built, "a") == [EK]
    assert fate(built, "b") == ("broken", "no_school_unit", "pupil")
    assert fate(built, "c") == ("broken", "unknown_unit_code", "pupil")


def test_a_pupil_in_groups_of_two_units_is_placed_at_the_first_with_a_warning() -> None:
    rules = {
        "placement": [
            {"kind": "group", "group": "bjork@skola.example", "school_unit": BJORK},
            {"kind": "group", "group": "ek@skola.example", "school_unit": EK},
        ]
    }
    built = run([person("a")], [group("ek", "a"), group("bjork", "a")], rules)
    assert placements(built, "a") == [BJORK]
    assert told(built, "conflicting_groups")[0].args == ("bjork@skola.example, ek@skola.example",)


def test_a_pupil_whose_field_names_two_units_is_placed_at_the_first_with_a_warning() -> None:
    built = run([person("a", organizations__department=(BJORK, EK))], (), {"placement": [by_field()]})
    assert placements(built, "a") == [BJORK]
    assert told(built, "pupil_at_several_units")[0].args == (f"{BJORK}, {EK}",)


def test_staff_have_one_employment_for_each_unit_that_fields_and_groups_name() -> None:
    rules = {
        "placement": [
            by_field(),
            {"kind": "group", "group": "sjo@skola.example", "school_unit": GYMNASIUM},
            {"kind": "org_unit", "org_unit": "/Personal", "school_unit": BJORK},
        ]
    }
    people = [person("a", STAFF, organizations__department=(EK, EK)), person("b", STAFF)]
    built = run(people, [group("sjo", "a")], rules)
    assert placements(built, "a") == [EK, GYMNASIUM]
    assert placements(built, "b") == [BJORK]
    assert codes(built) == set()


def test_roles_come_from_fields_whatever_their_case_and_carry_employment_roles() -> None:
    people = [
        person("a", STAFF, organizations__title="rektor"),
        person("b", STAFF, organizations__title="Test"),
        person("c", STAFF, organizations__title="Vaktmästare"),
        person("d", "/Annat/Ekskolan"),
    ]
    built = run(people, (), {"role": [ROLE_FIELD, {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"}]})
    assert fate(built, "a") == ("placed", "", "staff")
    assert fate(built, "b") == ("decided", "nobody", "")
    assert fate(built, "c") == ("placed", "", "staff")
    assert fate(built, "d") == ("decided", "no_role", "")
    roles = {each.employment_role for each in built.school.employments.values()}
    assert roles == {"Rektor", "Annan personal"}
    assert codes(built) == set()


def test_a_second_role_field_answers_where_the_first_is_silent() -> None:
    second = {"kind": "field", "field": "organizations.description", "values": {"E": {"role": "pupil"}}}
    built = run(
        [person("a", "/Elever/Ekskolan/7A", organizations__description="E")], (), {"role": [ROLE_FIELD, second]}
    )
    assert fate(built, "a") == ("placed", "", "pupil")


def test_pupil_by_field_and_teacher_by_group_is_a_pupil_with_a_warning() -> None:
    rules = {"role": [ROLE_FIELD, {"kind": "group", "group": "larare@skola.example", "role": "teacher"}]}
    built = run([person("a", organizations__title="Elev")], [group("larare", "a")], rules)
    assert fate(built, "a") == ("placed", "", "pupil")
    assert [(each.severity, each.args) for each in told(built, "two_roles")] == [("warning", ("pupil", "teacher"))]
    assert not told(built, "conflicting_groups")


def test_one_field_that_says_pupil_and_teacher_cannot_be_decided() -> None:
    built = run([person("a", organizations__title=("Lärare", "Elev"))], (), {"role": [ROLE_FIELD]})
    assert fate(built, "a") == ("broken", "two_roles", "pupil")
    assert [(each.severity, each.args) for each in told(built, "two_roles")] == [("error", ("pupil", "teacher"))]


def test_one_field_that_says_nobody_and_teacher_cannot_be_decided() -> None:
    rules = {"role": [{**ROLE_FIELD, "values": {"T": {"role": "nobody"}, "L": {"role": "teacher"}}}]}
    built = run([person("a", organizations__title=("L", "T"))], (), rules)
    assert fate(built, "a") == ("broken", "two_roles", "")


def test_one_field_that_says_teacher_and_head_is_the_one_listed_first() -> None:
    built = run([person("a", STAFF, organizations__title=("Rektor", "Lärare"))], (), {"role": [ROLE_FIELD]})
    assert fate(built, "a") == ("placed", "", "teacher")
    assert codes(built) == set()


def test_groups_that_disagree_about_a_role_give_the_first_listed_and_a_warning() -> None:
    rules = {
        "role": [
            {"kind": "group", "group": "larare@skola.example", "role": "teacher"},
            {"kind": "group", "group": "personal@skola.example", "role": "staff"},
            {"kind": "group", "group": "elever@skola.example", "role": "pupil"},
            {"kind": "group", "group": "ingen@skola.example", "role": "nobody"},
        ]
    }
    groups = [
        group("larare", "a", "b", "c"),
        group("personal", "a", "b", "c"),
        group("elever", "a", "d"),
        group("ingen", "c"),
    ]
    built = run([person(key) for key in "abcd"], groups, rules)
    assert [fate(built, key)[2] for key in "abcd"] == ["teacher", "teacher", "teacher", "pupil"]
    assert [each.object_key for each in told(built, "conflicting_groups")] == ["a", "c"]
    assert [each.object_key for each in told(built, "two_roles")] == ["a"]


@pytest.mark.parametrize(
    ("never", "expected"),
    [
        ([], [("decided", "suspended"), ("decided", "archived")]),
        ([{"kind": "suspended", "keep": True}], [("placed", ""), ("decided", "archived")]),
        ([{"kind": "suspended"}, {"kind": "archived", "keep": True}], [("decided", "suspended"), ("placed", "")]),
    ],
)
def test_suspended_and_archived_are_left_out_unless_kept(
    never: list[dict[str, object]], expected: list[tuple[str, str]]
) -> None:
    people = [person("a")._replace(suspended=True), person("b")._replace(archived=True)]
    built = run(people, (), {"never": never})
    assert [fate(built, key)[:2] for key in "ab"] == expected


def test_people_are_excluded_by_org_unit_group_and_by_name_until_a_day() -> None:
    never = [
        {"kind": "org_unit", "org_unit": "/Elever/Ekskolan/Test"},
        {"kind": "group", "match": "name", "pattern": "^Utan"},
        {"kind": "person", "person": "C@Skola.example", "reason": "Önskan", "until": "2026-09-01"},
        {"kind": "person", "person": "d", "reason": "Alltid"},
    ]
    people = [person("a", "/Elever/Ekskolan/Test"), *(person(key) for key in "bcde")]
    groups = [group("g", "b", name="Utan konto")]
    today = run(people, groups, {"never": never})
    assert [fate(today, key)[:2] for key in "abcd"] == [("decided", "excluded")] * 4
    assert fate(today, "e")[0] == "placed"
    assert fate(run(people, groups, {"never": never}, today=date(2026, 9, 2)), "c")[0] == "placed"


def test_protected_people_are_found_by_field_group_org_unit_and_list_and_shown_nowhere() -> None:
    protected = [
        {"kind": "field", "field": "customSchemas.Skydd.skyddad", "values": ["Ja"]},
        {"kind": "group", "group": "skyddade@skola.example"},
        {"kind": "org_unit", "org_unit": "/Elever/Skyddade"},
        {"kind": "people", "people": ["D@skola.example"]},
    ]
    people = [
        person("a", customSchemas__Skydd__skyddad=" JA "),
        person("b"),
        person("c", "/Elever/Skyddade"),
        person("d")._replace(suspended=True),
        person("e", customSchemas__Skydd__skyddad="nej"),
    ]
    first = run(people)
    identity = Identity(NAMESPACE, first.news.people)
    built = run(people, [group("skyddade", "b")], {"protected": protected}, identity)
    assert [fate(built, key)[:2] for key in "abcd"] == [("protected", "")] * 4
    assert fate(built, "e")[0] == Fate.PLACED
    assert [each.args for each in told(built, "protected_identity")] == [()] * 4
    assert built.school.user_ids["a"] == identity.people["a"]
    assert set(built.school.containers) == {identity.people["e"]}
    made = {each.source_key for each in built.school.users.values()}
    assert made == {"a", "b", "e"}, "made where rules place them, for a vendor that the tenant lets have them"


def test_accounts_without_address_or_name_are_broken_and_keep_the_id_they_had() -> None:
    people = [
        person("a")._replace(user_name=" "),
        person("b")._replace(user_name="b"),
        person("c")._replace(given_name="\u200b", family_name=" "),
        person("d")._replace(family_name=""),
    ]
    identity = Identity(NAMESPACE, {"a": new_id(NAMESPACE, "från en annan avsändare")})
    built = run(people, identity=identity)
    assert [fate(built, key)[:2] for key in "abcd"] == [
        ("broken", "missing_email"),
        ("broken", "invalid_email"),
        ("broken", "name_missing"),
        ("placed", ""),
    ]
    assert codes(built) == {"missing_email", "invalid_email", "name_missing", "name_incomplete"}
    assert built.school.user_ids["a"] == identity.people["a"]
    assert built.school.containers[identity.people["a"]] == "/Elever/Ekskolan/7A"
    assert "b" not in built.school.user_ids


def test_names_and_addresses_lose_invisible_signs_and_gain_one_spelling() -> None:
    anna = person("a")._replace(
        given_name=" A\u030ana\u200b  Li ", family_name="Ek\u00ad", user_name="å\u200b@skola.example"
    )
    user = next(iter(run([anna]).school.users.values()))
    assert (user.given_name, user.family_name, user.user_name) == ("Åna Li", "Ek", "å@skola.example")


def test_stored_ids_are_used_and_only_new_ones_are_news() -> None:
    first = run([person("a"), person("b", STAFF)])
    news = first.news
    identity = Identity(
        NAMESPACE, {"a": new_id(NAMESPACE, "x")}, {}, news.units, (), news.organisation, news.unit_groups
    )
    second = run([person("a"), person("b", STAFF)], identity=identity)
    assert second.school.user_ids["a"] == identity.people["a"]
    assert set(second.news.people) == {"b"}
    assert (second.news.units, second.news.unit_groups, second.news.organisation) == ({}, {}, None)
