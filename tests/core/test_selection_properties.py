"""What holds for every school, every selection and every vendor, and that explaining agrees with selecting."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.connection import Exclusion, Selection
from skolsynk.core.filters import Filter, parse_filter
from skolsynk.core.findings import explain
from skolsynk.core.roster import Roster
from skolsynk.core.school import Fate, School
from skolsynk.core.selection import explain_selection, select
from skolsynk.core.ss12000 import BY_NAME, RESOURCE_TYPES, validate
from skolsynk.core.ss12000.base import canonical, derived_id, references_of
from skolsynk.core.ss12000.user import UserFields
from skolsynk.core.vendor import ALL_TYPES, MANDATORY_TYPES, Vendor
from tests.core.limits import assert_limits
from tests.core.schools import GROUP_TYPES, any_school, code, user_id

FILTERS: tuple[Filter, ...] = tuple(
    parse_filter(json_filter)
    for json_filter in (
        {"kind": "class_named", "pattern": "7*"},
        {"kind": "school_year_between", "lowest": 7, "highest": 7},
        {"kind": "container_under", "org_unit": "/Elever/Norr"},
        {"kind": "employment_role_in", "employment_roles": ["Rektor", "Lärare"]},
        {"kind": "school_unit_in", "school_units": [code(1), code(2)]},
        {"kind": "person_in", "people": ["p1", "p3", "p5"]},
    )
)
seeds = st.integers(0, 2**32 - 1)
schools = seeds.map(lambda seed: any_school(random.Random(seed)))
parts = st.lists(st.sampled_from(("pupil", "teacher", "staff")), unique=True).map(tuple)
all_roles = st.just(("pupil", "teacher", "staff"))
units = st.lists(st.sampled_from((code(1), code(2), code(3))), unique=True).map(tuple)
fields = st.builds(UserFields, st.booleans(), st.booleans(), st.booleans(), st.booleans())
blocks = st.lists(st.lists(st.sampled_from(FILTERS), max_size=2).map(tuple), max_size=2).map(tuple)
exclusions = st.lists(
    st.builds(
        Exclusion, st.sampled_from(("p0", "p2", "gone")), st.just("önskemål"), st.none() | st.just(date(2026, 3, 1))
    ),
    max_size=2,
).map(tuple)
selections = st.builds(
    Selection,
    st.just((code(1), code(2), code(3))) | units,
    all_roles | parts,
    st.lists(st.sampled_from(GROUP_TYPES), unique=True).map(tuple),
    st.just(()) | blocks,
    st.just(()) | st.lists(st.sampled_from(FILTERS), max_size=1).map(tuple),
    exclusions,
    fields,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
vendors = st.builds(
    Vendor,
    st.just("prov"),
    st.just("Prov"),
    st.just(""),
    st.just(("invented",)),
    st.just(ALL_TYPES) | st.just(MANDATORY_TYPES) | st.just(("SchoolUnit", "User", "StudentGroup")),
    st.just(("Klass",)) | st.just(GROUP_TYPES),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.just(()) | st.just(("email",)) | st.just(("school_year",)),
)
OPEN = Vendor("prov", "Prov", "", ("invented",), types=ALL_TYPES, group_types=GROUP_TYPES)


@given(schools, selections, vendors)
def test_every_reference_of_a_roster_points_into_it(school: School, selection: Selection, vendor: Vendor) -> None:
    items = select(school, selection, vendor).items

    for item in items.values():
        kind = BY_NAME[item.type]
        for reference, target in references_of(kind, json.loads(item.payload)):
            assert items[target].type == next(each.name for each in RESOURCE_TYPES if each.endpoint == reference.target)


@given(schools, selections, vendors)
def test_every_item_is_valid_canonical_and_under_its_own_id(
    school: School, selection: Selection, vendor: Vendor
) -> None:
    for key, item in select(school, selection, vendor).items.items():
        body = json.loads(item.payload)
        assert validate(BY_NAME[item.type], body) == ()
        assert canonical(body) == item.payload
        assert body["externalId"] == key
        assert item.unit in selection.school_units or item.type in ("Organisation", "SchoolUnitGroup")


@given(schools, selections, vendors)
def test_ids_are_the_schools(school: School, selection: Selection, vendor: Vendor) -> None:
    known = {
        school.organisation.id,
        *school.school_unit_groups,
        *school.school_units,
        *school.users,
        *school.employments,
        *school.student_groups,
        *(derived_id(group.id, group.owner) for group in school.student_groups.values()),
    }

    assert select(school, selection, vendor).items.keys() <= known


@given(schools, selections, vendors)
def test_protected_identity_is_in_no_payload_finding_or_evidence(
    school: School, selection: Selection, vendor: Vendor
) -> None:
    hidden = {key for key, outcome in school.outcomes.items() if outcome.fate is Fate.PROTECTED}
    roster = select(school, replace(selection, include_protected=False), vendor)

    assert roster.protected == {school.user_ids[key] for key in hidden}
    payloads = b"".join(item.payload for item in roster.items.values())
    assert not any(user.encode() in payloads for user in roster.protected)
    assert not any(finding.object_key in hidden for finding in roster.findings)
    assert {left.code for left in roster.left_out if left.user in roster.protected} <= {"protected"}


@given(schools, selections, vendors)
def test_nobody_is_both_sent_and_broken_protected_or_left_out_whole(
    school: School, selection: Selection, vendor: Vendor
) -> None:
    roster = select(school, selection, vendor)
    cut = {left.user for left in roster.left_out if left.code in ("one_class", "one_school_unit")}
    whole = {left.user for left in roster.left_out} - cut

    assert not roster.items.keys() & (roster.broken.keys() | roster.protected | whole)
    assert cut <= roster.items.keys()
    if "User" in vendor.types:
        assert whole | (roster.items.keys() & school.users.keys()) == school.users.keys()


@given(schools, selections, vendors)
def test_the_same_input_gives_the_same_roster_in_whatever_order_it_stands(
    school: School, selection: Selection, vendor: Vendor
) -> None:
    def turned(mapping: object) -> dict[object, object]:
        assert isinstance(mapping, dict)
        return dict(reversed(mapping.items()))

    names = ("school_units", "school_unit_groups", "users", "employments", "student_groups", "outcomes", "user_ids")
    other = replace(school, **{name: turned(getattr(school, name)) for name in names})  # type: ignore[arg-type]  # each keeps its type
    first, second = select(school, selection, vendor), select(other, selection, vendor)

    assert list(first.items.items()) == list(second.items.items())
    assert (first.broken, first.protected) == (second.broken, second.protected)
    assert (first.left_out, first.findings) == (second.left_out, second.findings)


@given(schools, selections, units)
def test_one_more_school_unit_takes_nothing_away(school: School, selection: Selection, more: tuple[str, ...]) -> None:
    wider = replace(selection, school_units=tuple(dict.fromkeys((*selection.school_units, *more))))

    assert select(school, selection, OPEN).items.keys() <= select(school, wider, OPEN).items.keys()


@given(schools, selections, vendors, units)
def test_one_more_school_unit_takes_no_person_away_whatever_the_vendors_limits(
    school: School, selection: Selection, vendor: Vendor, more: tuple[str, ...]
) -> None:
    vendor = replace(vendor, required_fields=())
    wider = replace(selection, school_units=tuple(dict.fromkeys((*selection.school_units, *more))))

    assert sent_users(select(school, selection, vendor)) <= sent_users(select(school, wider, vendor))


def sent_users(roster: Roster) -> set[str]:
    return {key for key, item in roster.items.items() if item.type == "User"}


@given(schools, selections, vendors)
def test_the_vendors_limits_hold(school: School, selection: Selection, vendor: Vendor) -> None:
    assert_limits(select(school, selection, vendor), vendor)


@given(schools, selections, vendors)
def test_every_finding_of_a_roster_has_words(school: School, selection: Selection, vendor: Vendor) -> None:
    for finding in select(school, selection, vendor).findings:
        assert explain(finding, "sv").title != explain(finding, "en").title


@settings(max_examples=200)
@given(schools, selections, vendors, st.integers(0, 15), st.sampled_from(("sv", "en")))
def test_explaining_agrees_with_selecting(
    school: School, selection: Selection, vendor: Vendor, number: int, lang: str
) -> None:
    user = user_id(f"p{number}" if number < 15 else "gone")
    roster = select(school, selection, vendor)
    steps = explain_selection(school, selection, vendor, user, lang=lang)
    left = [each for each in roster.left_out if each.user == user]
    failed = [step.name for step in steps if step.outcome == "failed"]

    assert (user in roster.items) == all(step.outcome == "passed" for step in steps)
    if user in roster.items:
        assert [each.code for each in left] == [step.name for step in steps if step.name.startswith("one_")]
    elif left:
        assert failed[0] == left[0].code
    if failed and user not in roster.protected and user in school.users and "User" in vendor.types:
        assert steps[-1].name == "included_if"
        assert steps[-1].evidence


@given(schools, selections, vendors, st.integers(0, 14))
def test_the_groups_that_explaining_names_are_those_that_are_sent(
    school: School, selection: Selection, vendor: Vendor, number: int
) -> None:
    user = user_id(f"p{number}")
    roster = select(school, selection, vendor)
    steps = {step.name: step for step in explain_selection(school, selection, vendor, user)}
    if user in roster.items:
        groups = [json.loads(item.payload) for item in roster.items.values() if item.type == "StudentGroup"]
        mine = [body["displayName"] for body in groups if user in str(body["studentMemberships"])]
        assert set(mine) <= set(steps["group"].evidence.split(", ")) | {""}
