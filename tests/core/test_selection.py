"""What a selection lets through to one vendor, case by case."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from skolsynk.core.connection import Exclusion, Selection
from skolsynk.core.filters import SelectionError, parse_filter
from skolsynk.core.roster import LeftOut, Roster
from skolsynk.core.school import Fate, Outcome, School
from skolsynk.core.selection import parse_selection, select, selection_to_json
from skolsynk.core.selection.names import natural
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.user import UserFields
from skolsynk.core.vendor import ALL_TYPES, Vendor
from tests.core.schools import (
    ORGANISATION,
    code,
    employment,
    group,
    pupil,
    school,
    staff,
    unit,
    unit_id,
    user_id,
)

BOTH_UNITS = (code(1), code(2))


def vendor(**other: Any) -> Vendor:
    return Vendor("prov", "Prov", "", ("invented",), **{"types": ALL_TYPES, **other})


ANY = vendor()


def chosen(*units: int, **other: Any) -> Selection:
    return Selection(tuple(map(code, units)), **other)


def two_units() -> School:
    """7A and a maths group at unit 1, 7B at unit 2; Tove teaches at both, Rut heads unit 1."""
    return school(
        [unit(1, "Ekskolan", group="Väst"), unit(2, "Alskolan")],
        [pupil("a", (1, 7)), pupil("b", (1, 7)), pupil("c", (2, 7)), staff("tove"), staff("rut")],
        [employment("tove", 1), employment("tove", 2), employment("rut", 1, "Rektor")],
        [
            group("7A", 1, ["a", "b"], ["tove"], year=7),
            group("Matte", 1, ["a", "c"], ["tove"], kind="Undervisning"),
            group("7B", 2, ["c"], [], year=7),
        ],
        outcomes={"rut": Outcome(Fate.PLACED, "", "staff"), "tove": Outcome(Fate.PLACED, "", "teacher")},
        containers={"a": "/Elever/Norr", "b": "/Elever/Syd"},
        unit_groups=("Väst",),
    )


def bodies(roster: Roster, kind: str) -> list[dict[str, Any]]:
    return [json.loads(item.payload) for item in roster.items.values() if item.type == kind]


def people(roster: Roster) -> set[str]:
    return {body["userName"].partition("@")[0] for body in bodies(roster, "User")}


def names(roster: Roster, kind: str = "StudentGroup") -> list[str]:
    return sorted(body["displayName"] for body in bodies(roster, kind))


def refs(entries: list[dict[str, str]]) -> set[str]:
    return {entry["value"] for entry in entries}


def body_named(roster: Roster, kind: str, name: str) -> dict[str, Any]:
    (found,) = [body for body in bodies(roster, kind) if body["displayName"] == name]
    return found


def reasons(roster: Roster) -> dict[ResourceId, str]:
    return {left.user: left.code for left in roster.left_out}


def test_all_that_is_selected_is_sent() -> None:
    roster = select(two_units(), chosen(1, 2), ANY)

    assert people(roster) == {"a", "b", "c", "tove", "rut"}
    assert names(roster) == ["7A", "7B", "Matte"]
    assert names(roster, "Activity") == ["7A", "7B", "Matte"]
    assert len(bodies(roster, "Employment")) == 3
    assert names(roster, "SchoolUnit") == ["Alskolan", "Ekskolan"]
    assert (roster.left_out, roster.findings, roster.broken, roster.protected) == ((), (), {}, frozenset())


def test_items_stand_in_send_order_and_each_type_by_id() -> None:
    items = select(two_units(), chosen(1, 2, organisation=True, school_unit_groups=True), ANY).items

    assert list(dict.fromkeys(item.type for item in items.values())) == list(ALL_TYPES)
    for kind in ALL_TYPES:
        ids = [key for key, item in items.items() if item.type == kind]
        assert ids == sorted(ids)


def test_a_unit_that_is_not_selected_brings_nothing() -> None:
    roster = select(two_units(), chosen(2), ANY)

    assert people(roster) == {"c", "tove"}
    assert names(roster) == ["7B"]
    assert names(roster, "SchoolUnit") == ["Alskolan"]
    assert reasons(roster) == {user_id(key): "school_unit" for key in ("a", "b")} | {user_id("rut"): "school_unit"}
    assert LeftOut(user_id("a"), "school_unit", code(1)) in roster.left_out


def test_a_group_brings_only_selected_pupils() -> None:
    roster = select(two_units(), chosen(1), ANY)

    assert refs(body_named(roster, "StudentGroup", "Matte")["studentMemberships"]) == {user_id("a")}


def test_a_person_is_counted_under_the_unit_of_her_enrolment_or_first_employment() -> None:
    items = select(two_units(), chosen(1, 2), ANY).items

    assert items[user_id("c")].unit == code(2)
    assert items[user_id("tove")].unit == code(1)
    assert {item.unit for item in items.values() if item.type == "StudentGroup"} == set(BOTH_UNITS)


@pytest.mark.parametrize("kind", ["school_units", "roles", "group_types"])
def test_empty_means_nothing_and_never_all(kind: str) -> None:
    selection = parse_selection({"school_units": list(BOTH_UNITS), kind: []})
    roster = select(two_units(), selection, ANY)

    if kind == "group_types":
        assert names(roster) == names(roster, "Activity") == []
        assert people(roster)
    else:
        assert people(roster) == set()
        assert roster.broken == {}


def test_without_school_units_not_even_the_organisation_is_sent() -> None:
    assert select(two_units(), chosen(organisation=True), ANY).items == {}


def test_a_unit_without_people_is_sent_alone() -> None:
    assert names(select(school([unit(1, "Ekskolan")]), chosen(1), ANY), "SchoolUnit") == ["Ekskolan"]


def test_unknown_school_units_are_refused_by_name_wherever_they_stand() -> None:
    selection = chosen(
        1,
        9,
        filters=((parse_filter({"kind": "school_unit_in", "school_units": [code(8), code(1)]}),),),
        not_filters=(parse_filter({"kind": "in_group", "group": "7A", "school_unit": code(9)}),),
    )

    with pytest.raises(SelectionError, match="10000009 is not among the school units you have chosen") as caught:
        select(two_units(), selection, ANY)

    assert caught.value.missing_units == (code(9), code(8))
    assert [problem.path for problem in caught.value.problems] == ["school_units[1]", "filters[0][0]", "not_filters[0]"]


def test_organisation_and_groups_of_units_follow_the_selections_switches() -> None:
    with_both = select(two_units(), chosen(1, 2, organisation=True, school_unit_groups=True), ANY)
    without = select(two_units(), chosen(1, 2), ANY)

    assert names(with_both, "Organisation") == [ORGANISATION.display_name]
    assert names(with_both, "SchoolUnitGroup") == ["Väst"]
    assert body_named(with_both, "SchoolUnit", "Ekskolan").keys() >= {"organisation", "schoolUnitGroup"}
    assert body_named(without, "SchoolUnit", "Ekskolan").keys().isdisjoint({"organisation", "schoolUnitGroup"})


def test_a_vendor_that_takes_no_organisations_gets_no_reference_to_one() -> None:
    types = tuple(set(ALL_TYPES) - {"Organisation", "SchoolUnitGroup"})
    roster = select(two_units(), chosen(1, organisation=True, school_unit_groups=True), vendor(types=types))

    assert not {"Organisation", "SchoolUnitGroup"} & {item.type for item in roster.items.values()}
    assert body_named(roster, "SchoolUnit", "Ekskolan").keys().isdisjoint({"organisation", "schoolUnitGroup"})


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ({"SchoolUnit"}, {"SchoolUnit"}),
        ({"SchoolUnit", "User"}, {"SchoolUnit", "User"}),
        ({"SchoolUnit", "User", "StudentGroup"}, {"SchoolUnit", "User", "StudentGroup"}),
        ({"SchoolUnit", "User", "StudentGroup", "Activity"}, {"SchoolUnit", "User", "StudentGroup", "Activity"}),
        ({"SchoolUnit", "StudentGroup", "Activity"}, {"SchoolUnit"}),
        ({"User", "Employment"}, set()),
    ],
)
def test_types_that_a_vendor_does_not_take_are_not_sent(types: set[str], expected: set[str]) -> None:
    roster = select(two_units(), chosen(1, 2), vendor(types=tuple(types)))

    assert {item.type for item in roster.items.values()} == expected


def test_activities_name_no_teachers_where_employments_are_not_taken() -> None:
    types = ("SchoolUnit", "User", "StudentGroup", "Activity")

    assert all(
        body["teachers"] == [] for body in bodies(select(two_units(), chosen(1), vendor(types=types)), "Activity")
    )


def test_group_types_are_those_that_both_selection_and_vendor_name() -> None:
    assert names(select(two_units(), chosen(1, 2), vendor(group_types=("Klass",)))) == ["7A", "7B"]
    assert names(select(two_units(), chosen(1, 2, group_types=("Undervisning",)), ANY)) == ["Matte"]
    assert names(select(two_units(), chosen(1, 2, group_types=("Undervisning",)), vendor(group_types=("Klass",)))) == []


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (("pupil",), {"a", "b", "c"}),
        (("teacher",), {"tove"}),
        (("staff",), {"rut"}),
        (("pupil", "staff"), {"a", "b", "c", "rut"}),
    ],
)
def test_only_selected_roles_are_sent(roles: tuple[str, ...], expected: set[str]) -> None:
    roster = select(two_units(), chosen(1, 2, roles=roles), ANY)

    assert people(roster) == expected
    assert {left.code for left in roster.left_out} == {"role"}


def test_a_group_with_no_selected_pupils_is_kept_while_it_is_taught() -> None:
    roster = select(two_units(), chosen(1, 2, roles=("teacher",)), ANY)

    assert names(roster) == ["7A", "Matte"]
    assert body_named(roster, "StudentGroup", "7A")["studentMemberships"] == []


def test_an_activity_without_teachers_is_sent() -> None:
    assert body_named(select(two_units(), chosen(2), ANY), "Activity", "7B")["teachers"] == []


def test_a_teacher_teaches_by_the_employment_at_the_groups_unit() -> None:
    activity = body_named(select(two_units(), chosen(1, 2), ANY), "Activity", "7A")

    assert refs(activity["teachers"]) == {employment("tove", 1).id}


def test_a_teacher_without_employment_there_teaches_by_the_first_that_is_selected() -> None:
    town = school(
        [unit(1), unit(2), unit(3)],
        [pupil("a", (1, 7)), staff("tove")],
        [employment("tove", 3), employment("tove", 2)],
        [group("7A", 1, ["a"], ["tove"])],
    )

    assert refs(bodies(select(town, chosen(1, 2, 3), ANY), "Activity")[0]["teachers"]) == {employment("tove", 2).id}
    assert refs(bodies(select(town, chosen(1, 3), ANY), "Activity")[0]["teachers"]) == {employment("tove", 3).id}
    assert bodies(select(town, chosen(1), ANY), "Activity")[0]["teachers"] == []


def test_somebody_both_enrolled_and_employed_is_sent_as_what_is_selected() -> None:
    town = school([unit(1)], [pupil("a", (1, 7))], [employment("a", 1, "Annan personal")], [group("7A", 1, ["a"])])
    as_staff = select(town, chosen(1, roles=("staff",)), ANY)
    as_both = select(town, chosen(1), ANY)

    assert "enrolments" not in str(bodies(as_staff, "User"))
    assert names(as_staff) == []
    assert names(as_both) == ["7A"]
    assert len(bodies(as_both, "Employment")) == 1


def test_a_pupil_at_two_units_is_enrolled_only_at_the_selected_one() -> None:
    town = school([unit(1), unit(2)], [pupil("a", (1, 7), (2, 7))])
    (body,) = bodies(select(town, chosen(2), ANY), "User")

    assert refs(body["urn:scim:schemas:extension:sis:school:1.0:User"]["enrolments"]) == {unit_id(2)}


def test_a_pupil_at_two_units_of_which_one_is_not_selected_is_enrolled_at_neither_without_the_role() -> None:
    town = school([unit(1), unit(2)], [pupil("a", (1, 7), (2, 7))])

    assert people(select(town, chosen(1, 2, roles=("teacher",)), ANY)) == set()


def test_a_role_that_the_rules_did_not_give_is_read_from_the_employments() -> None:
    town = school(
        [unit(1)], [staff("a"), staff("b")], [employment("a", 1, "Förskollärare"), employment("b", 1, "Rektor")]
    )
    unjudged = School(**{**{name: getattr(town, name) for name in School.__dataclass_fields__}, "outcomes": {}})

    assert people(select(unjudged, chosen(1, roles=("teacher",)), ANY)) == {"a"}
    assert people(select(unjudged, chosen(1, roles=("staff",)), ANY)) == {"b"}


def test_fields_are_the_selections_and_those_that_the_vendor_requires() -> None:
    few = UserFields(email=False, school_year=False, school_type=False, google_id=False)
    (plain,) = [
        body for body in bodies(select(two_units(), chosen(1, fields=few), ANY), "User") if "a@" in body["userName"]
    ]
    forced = select(two_units(), chosen(1, fields=few), vendor(required_fields=("email",)))

    assert "emails" not in plain
    assert all(body["emails"] for body in bodies(forced, "User"))


@pytest.mark.parametrize(
    ("field", "missing"),
    [
        ("email", pupil("a", (1, 7), email="")),
        ("school_year", pupil("a", (1, None))),
        ("school_type", pupil("a", (1, 7))),
        ("google_id", pupil("a", (1, 7))._replace(source_key="")),
    ],
)
def test_somebody_who_lacks_a_required_field_is_left_out_and_frozen(field: str, missing: Any) -> None:
    town = school([unit(1)], [missing, pupil("b", (1, 7), school_type="GR")])
    roster = select(town, chosen(1), vendor(required_fields=(field,)))

    assert people(roster) == {"b"}
    assert reasons(roster) == {user_id("a"): "required_field"}
    assert roster.broken == {user_id("a"): "required_field_missing"}
    (finding,) = roster.findings
    assert (finding.code, finding.school_unit, finding.args) == ("required_field_missing", code(1), (field,))


def test_an_exclusion_holds_to_and_including_its_last_day() -> None:
    selection = chosen(
        1,
        2,
        exclusions=(
            Exclusion("a", "praktik", date(2026, 3, 2)),
            Exclusion("B@elev.prov.example", "önskemål"),
            Exclusion("c", "gammalt", date(2026, 3, 1)),
        ),
    )
    roster = select(two_units(), selection, ANY)

    assert people(roster) == {"c", "tove", "rut"}
    assert set(roster.left_out) == {
        LeftOut(user_id("a"), "excluded", "praktik"),
        LeftOut(user_id("b"), "excluded", "önskemål"),
    }
    assert "a" in people(select(two_units(), selection, ANY, date(2026, 3, 3)))


def test_filters_choose_people_and_name_what_failed() -> None:
    north = parse_filter({"kind": "container_under", "org_unit": "/Elever/Norr"})
    pupils = parse_filter({"kind": "role_in", "roles": ["pupil"]})
    roster = select(two_units(), chosen(1, filters=((pupils, north),)), ANY)

    assert people(roster) == {"a"}
    assert LeftOut(user_id("b"), "filter", "/Elever/Syd") in roster.left_out
    assert LeftOut(user_id("tove"), "filter", "teacher, ") in roster.left_out


def test_an_empty_block_keeps_nobody() -> None:
    roster = select(two_units(), chosen(1, filters=((),)), ANY)

    assert people(roster) == set()
    assert LeftOut(user_id("a"), "filter", "filters") in roster.left_out


@pytest.mark.parametrize(
    ("json_filter", "expected"),
    [
        ({"kind": "class_named", "pattern": "7a"}, {"a", "b", "tove", "rut"}),
        ({"kind": "in_group", "group": "matte"}, {"a", "c", "tove", "rut"}),
        ({"kind": "in_group", "group": "*", "school_unit": code(2)}, {"c", "rut"}),
        ({"kind": "school_unit_in", "school_units": [code(2)]}, {"c", "tove"}),
        ({"kind": "school_year_between", "lowest": 8, "highest": 9}, {"tove", "rut"}),
        ({"kind": "school_type_in", "school_types": ["GR"]}, {"a", "b", "c", "tove", "rut"}),
        ({"kind": "employment_role_in", "employment_roles": ["Rektor"]}, {"a", "b", "c", "rut"}),
        ({"kind": "address_domain", "domains": ["prov.example"]}, {"tove", "rut"}),
        ({"kind": "person_in", "people": ["a"]}, {"a"}),
    ],
)
def test_each_kind_of_filter_sees_the_whole_school(json_filter: dict[str, object], expected: set[str]) -> None:
    assert people(select(two_units(), chosen(1, 2, filters=((parse_filter(json_filter),),)), ANY)) == expected


def test_a_pupils_own_school_type_beats_the_units() -> None:
    gymnasium = parse_filter({"kind": "school_type_in", "school_types": ["GY"]})
    town = school(
        [unit(1, types=("GR", "GY"))],
        [pupil("a", (1, 7)), pupil("b", (1, 1), school_type="GY"), pupil("c", (1, 9), school_type="GR")],
    )

    assert people(select(town, chosen(1, filters=((gymnasium,),)), ANY)) == {"a", "b"}


def test_not_filters_take_people_out() -> None:
    seventh = parse_filter({"kind": "school_year_between", "lowest": 7, "highest": 7})
    roster = select(two_units(), chosen(1, not_filters=(seventh,)), ANY)

    assert people(roster) == {"tove", "rut"}
    assert LeftOut(user_id("a"), "not_filter", "7") in roster.left_out


def with_fates(**fates: Outcome) -> School:
    return school(
        [unit(1)],
        [pupil("a", (1, 7)), pupil("b", (1, 7))],
        groups=[group("7A", 1, ["a", "b"])],
        outcomes=dict(fates),
    )


def test_protected_identity_is_nowhere_in_what_is_sent() -> None:
    town = with_fates(a=Outcome(Fate.PROTECTED, "", "pupil"), gone=Outcome(Fate.PROTECTED, "", ""))
    roster = select(town, chosen(1), ANY)

    assert roster.protected == {user_id("a"), user_id("gone")}
    assert user_id("a").encode() not in b"".join(item.payload for item in roster.items.values())
    assert reasons(roster) == {user_id("a"): "protected"}


def test_protected_identity_is_sent_where_the_tenant_says_so_and_the_school_has_it() -> None:
    town = with_fates(a=Outcome(Fate.PROTECTED, "", "pupil"), gone=Outcome(Fate.PROTECTED, "", ""))
    roster = select(town, chosen(1, include_protected=True), ANY)

    assert people(roster) == {"a", "b"}
    assert roster.protected == {user_id("gone")}


def test_protected_people_outside_the_selection_are_left_out_like_others_where_protection_is_no_bar() -> None:
    town = with_fates(a=Outcome(Fate.PROTECTED, "", "pupil"))

    assert select(town, chosen(1, include_protected=True, roles=("teacher",)), ANY).protected == frozenset()


def test_broken_people_who_might_be_selected_are_told_apart_from_those_decided_against() -> None:
    town = with_fates(
        a=Outcome(Fate.BROKEN, "invalid_email", "pupil"),
        b=Outcome(Fate.DECIDED, "suspended", "pupil"),
        lost=Outcome(Fate.BROKEN, "no_school_unit", ""),
        clerk=Outcome(Fate.BROKEN, "no_school_unit", "staff"),
        kept_out=Outcome(Fate.BROKEN, "no_school_unit", "pupil"),
    )
    selection = chosen(1, roles=("pupil",), exclusions=(Exclusion("kept_out", "önskemål"),))
    roster = select(town, selection, ANY)

    assert roster.broken == {user_id("a"): "invalid_email", user_id("lost"): "no_school_unit"}
    assert reasons(roster) == {user_id("a"): "data", user_id("b"): "data"}
    assert LeftOut(user_id("b"), "data", "suspended") in roster.left_out


def test_a_broken_person_may_be_excluded_by_address() -> None:
    town = with_fates(a=Outcome(Fate.BROKEN, "name_missing", "pupil"))

    assert select(town, chosen(1, exclusions=(Exclusion("a@elev.prov.example", "önskemål"),)), ANY).broken == {}


def test_broken_people_without_an_id_were_never_sent() -> None:
    town = with_fates(a=Outcome(Fate.BROKEN, "name_missing", "pupil"))
    nameless = School(**{**{name: getattr(town, name) for name in School.__dataclass_fields__}, "user_ids": {}})

    assert select(nameless, chosen(1), ANY).broken == {}


ONE_CLASS = vendor(one_class_per_pupil=True)


def members_of(roster: Roster) -> dict[str, set[str]]:
    return {f"{body['displayName']}": refs(body["studentMemberships"]) for body in bodies(roster, "StudentGroup")}


@pytest.mark.parametrize(
    ("classes", "kept"),
    [
        ([group("1Z", 2, ["a"]), group("9A", 1, ["a"])], "9A"),  # her own unit
        ([group("6A", 1, ["a"], year=6), group("9A", 1, ["a"], year=7)], "9A"),  # her own year
        ([group("10A", 1, ["a"]), group("9A", 1, ["a"])], "9A"),  # natural order
        ([group("7Ö", 1, ["a"]), group("7Å", 1, ["a"])], "7Å"),  # Swedish order
    ],
)
def test_one_class_per_pupil_keeps_the_class_of_her_unit_then_year_then_name(classes: list[Any], kept: str) -> None:
    town = school(
        [unit(1), unit(2)], [pupil("a", (1, 7)), pupil("b", (2, 7))], groups=[*classes, group("7X", 2, ["b"])]
    )
    roster = select(town, chosen(1, 2), ONE_CLASS)

    assert members_of(roster) == {kept: {user_id("a")}, "7X": {user_id("b")}}
    assert people(roster) == {"a", "b"}
    (finding,) = roster.findings
    (gone,) = [each.display_name for each in classes if each.display_name != kept]
    assert (finding.code, finding.object_key, finding.args) == ("one_class", "a", (kept, gone))
    assert roster.left_out == (LeftOut(user_id("a"), "one_class", f"{kept} | {gone}"),)


def test_of_classes_that_nothing_tells_apart_the_lowest_id_is_kept() -> None:
    first, second = sorted((group("7A", 1, ["a"], number=1), group("7A", 1, ["a"], number=2)), key=lambda each: each.id)
    roster = select(school([unit(1)], [pupil("a", (1, 7))], groups=[second, first]), chosen(1), ONE_CLASS)

    assert [key for key, item in roster.items.items() if item.type == "StudentGroup"] == [first.id]
    assert roster.findings[0].args == (f"7A ({code(1)})", f"7A ({code(1)})")


def test_three_classes_are_cut_to_one_and_teaching_groups_are_left_alone() -> None:
    groups = [group(name, 1, ["a"]) for name in ("7C", "7A", "7B")]
    groups.append(group("Kör", 1, ["a"], kind="Undervisning"))
    roster = select(school([unit(1)], [pupil("a", (1, 7))], groups=groups), chosen(1), ONE_CLASS)

    assert names(roster) == ["7A", "Kör"]
    assert roster.findings[0].args == ("7A", "7B, 7C")


def test_a_class_that_loses_its_last_pupil_is_not_sent_unless_it_is_taught() -> None:
    groups = [group("7A", 1, ["a"]), group("7B", 1, ["a"], ["tove"])]
    town = school([unit(1)], [pupil("a", (1, 7)), staff("tove")], [employment("tove", 1)], groups)

    assert members_of(select(town, chosen(1), ONE_CLASS)) == {"7A": {user_id("a")}, "7B": set()}


ONE_UNIT = vendor(one_school_unit_per_person=True)


def test_a_teacher_at_two_units_keeps_the_one_with_most_groups() -> None:
    groups = [
        group("7A", 1, ["a"], ["tove"]),
        group("7B", 2, ["b"], ["tove"]),
        group("7C", 2, ["b"], ["tove"]),
    ]
    town = school(
        [unit(1), unit(2), unit(3)],
        [pupil("a", (1, 7)), pupil("b", (2, 7)), staff("tove")],
        [employment("tove", 1), employment("tove", 2), employment("tove", 3)],
        groups,
    )
    roster = select(town, chosen(1, 2, 3), ONE_UNIT)

    assert [body["employedAt"]["value"] for body in bodies(roster, "Employment")] == [unit_id(2)]
    assert body_named(roster, "Activity", "7A")["teachers"] == []
    assert refs(body_named(roster, "Activity", "7C")["teachers"]) == {employment("tove", 2).id}
    assert roster.items[user_id("tove")].unit == code(2)
    (finding,) = roster.findings
    assert (finding.code, finding.object_key, finding.school_unit) == ("one_school_unit", "tove", code(2))
    assert finding.args == (code(2), f"{code(1)}, {code(3)}")
    assert roster.left_out == (LeftOut(user_id("tove"), "one_school_unit", f"{code(2)} | {code(1)}, {code(3)}"),)


def test_of_units_with_as_many_groups_the_lowest_code_is_kept() -> None:
    town = school([unit(2), unit(1)], [staff("tove")], [employment("tove", 2), employment("tove", 1)])

    assert select(town, chosen(1, 2), ONE_UNIT).items[user_id("tove")].unit == code(1)


def test_units_that_are_not_selected_do_not_count() -> None:
    town = school(
        [unit(1), unit(2)],
        [staff("tove")],
        [employment("tove", 1), employment("tove", 2)],
        [group("7B", 2, [], ["tove"])],
    )
    roster = select(town, chosen(1), ONE_UNIT)

    assert roster.items[user_id("tove")].unit == code(1)
    assert roster.findings == ()


def test_groups_elsewhere_go_without_her() -> None:
    town = school(
        [unit(1), unit(2)],
        [pupil("a", (1, 7)), pupil("b", (2, 7))],
        groups=[group("7A", 1, ["a"]), group("Kör", 2, ["a", "b"])],
    )
    roster = select(town, chosen(1, 2), ONE_UNIT)

    assert members_of(roster) == {"7A": {user_id("a")}, "Kör": {user_id("b")}}
    assert roster.findings[0].args == (code(1), code(2))


def test_somebody_enrolled_and_employed_at_different_units_stays_where_most_groups_are() -> None:
    town = school(
        [unit(1), unit(2)],
        [pupil("a", (2, 7))],
        [employment("a", 1)],
        [group("7A", 1, ["a"], ["a"]), group("7B", 1, [], ["a"])],
    )
    roster = select(town, chosen(1, 2), ONE_UNIT)

    assert [body["employedAt"]["value"] for body in bodies(roster, "Employment")] == [unit_id(1)]
    assert "enrolments" not in str(bodies(roster, "User"))
    assert members_of(roster) == {"7A": set(), "7B": set()}


UNIQUE = vendor(unique_class_names=True)


def test_of_classes_with_one_name_the_later_by_unit_code_gets_its_units_name() -> None:
    town = school(
        [unit(2, "Alskolan"), unit(1, "Ekskolan")],
        [pupil("a", (1, 7)), pupil("b", (2, 7))],
        groups=[group("7A", 2, ["b"]), group("7a", 1, ["a"]), group("7A", 2, ["b"], kind="Undervisning")],
    )
    roster = select(town, chosen(1, 2), UNIQUE)

    assert names(roster) == names(roster, "Activity") == ["7A", "7A (Alskolan)", "7a"]
    (finding,) = roster.findings
    assert (finding.code, finding.object_kind, finding.school_unit) == ("class_name_extended", "group", code(2))
    assert finding.args == ("7A", "7A (Alskolan)")


def test_choosing_one_more_school_unit_renames_nobody() -> None:
    town = school(
        [unit(1, "Ekskolan"), unit(2, "Alskolan")],
        [pupil("a", (1, 7)), pupil("b", (2, 7))],
        groups=[group("7A", 1, ["a"]), group("7A", 2, ["b"])],
    )

    assert names(select(town, chosen(2), UNIQUE)) == ["7A (Alskolan)"]


def test_names_that_are_still_taken_get_the_units_code_and_then_a_number() -> None:
    groups = [group("7A", 1, ["a"], number=number) for number in range(4)]
    groups += [group("7A (Ekskolan)", 1, ["a"]), group("7A (Ekskolan)", 2, ["b"])]
    town = school([unit(1, "Ekskolan"), unit(2, "Ekskolan")], [pupil("a", (1, 7)), pupil("b", (2, 7))], groups=groups)

    assert names(select(town, chosen(1, 2), UNIQUE)) == [
        "7A",
        "7A (Ekskolan 10000001)",
        "7A (Ekskolan 10000001, 2)",
        "7A (Ekskolan 10000001, 3)",
        "7A (Ekskolan)",
        "7A (Ekskolan) (Ekskolan)",
    ]


def test_names_sort_naturally_and_in_swedish() -> None:
    assert sorted(["10A", "7Ö", "7ä", "7Å", "7A", "F", "7"], key=natural) == ["7", "7A", "7Å", "7ä", "7Ö", "10A", "F"]


def test_the_package_reads_and_writes_selections() -> None:
    assert parse_selection(selection_to_json(chosen(1))) == chosen(1)
