"""Words: every kind of filter can be asked for, every vendor is told in both languages, differences are sentences."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.connection import Exclusion, Guards, Limit, Selection
from skolsynk.core.filters.kinds import (
    KINDS,
    AddressDomain,
    ClassNamed,
    ContainerUnder,
    EmploymentRoleIn,
    Filter,
    InGroup,
    PersonIn,
    RoleIn,
    SchoolTypeIn,
    SchoolUnitIn,
    SchoolYearBetween,
)
from skolsynk.core.ss12000.codes import EMPLOYMENT_ROLES, SCHOOL_TYPES, STUDENT_GROUP_TYPES
from skolsynk.core.ss12000.user import UserFields
from skolsynk.core.vendor import ALL_TYPES
from skolsynk.sync import connections, targets
from skolsynk.sync.connections import Held
from skolsynk.sync.schedule_json import Pause, Schedule
from skolsynk.web.connections import labels, profile, rows, sentences

NAMES = {"10000001": "Ekskolan", "10000002": "Alskolan"}
NOBODY = Selection(school_units=())


def test_every_code_has_its_words() -> None:
    assert set(labels.GROUP_TYPES) == set(labels.GROUP_TYPE) == set(STUDENT_GROUP_TYPES)
    assert set(labels.SCHOOL_TYPES) == set(SCHOOL_TYPES)
    assert set(labels.EMPLOYMENT_ROLES) == set(EMPLOYMENT_ROLES)
    assert set(labels.FIELDS) == set(labels.FIELD_USES) == set(UserFields._fields)
    assert set(labels.TYPES) == set(ALL_TYPES)
    assert set(labels.STATES) == set(labels.STATE_KINDS) == set(connections.STATES)
    assert set(labels.GUARDS) == {each.name for each in fields(Guards) if isinstance(each.default, Limit)}


def test_every_key_of_every_kind_of_filter_can_be_typed() -> None:
    for cls in KINDS:
        for name in rows.keys(cls.kind):
            assert name in rows.FIELDS, f"{cls.kind}.{name}"
            assert name in rows.LABELS, f"{cls.kind}.{name}"


EXAMPLES: tuple[Filter, ...] = (
    SchoolUnitIn(school_units=("10000001",)),
    RoleIn(roles=("pupil", "staff")),
    SchoolYearBetween(lowest=0, highest=0),
    SchoolTypeIn(school_types=("GR", "GY")),
    ClassNamed(pattern="7*"),
    InGroup(group="Ma*", group_type="Undervisning", school_unit="10000002"),
    InGroup(group="Ma*"),
    ContainerUnder(org_unit="/Elever/Ek"),
    AddressDomain(domains=("a.example", "b.example")),
    EmploymentRoleIn(employment_roles=("Rektor",)),
    PersonIn(people=("a@b.example", "123")),
)


def test_there_is_an_example_of_every_kind() -> None:
    assert {each.kind for each in EXAMPLES} == {cls.kind for cls in KINDS}


@given(blocks=st.lists(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=4), max_size=4))
def test_filters_come_back_from_a_form_as_they_went_in(blocks: list[list[Filter]]) -> None:
    raw = rows.raw_of(blocks, blocks[0] if blocks else [])
    again = rows.raw_from(rows.posted_of(QueryDict(mutable=True), raw))
    units = tuple(NAMES.items())
    read = [
        [rows.RowForm(line, f"b{at}-{row}", units, judged=True).filter() for row, line in enumerate(lines)]
        for at, lines in enumerate(again.blocks)
    ]
    assert read == blocks
    nots = [rows.RowForm(line, "n0", units, judged=True).filter() for line in again.nots]
    assert nots == (blocks[0] if blocks else [])


@given(
    posted=st.dictionaries(
        st.from_regex(r"[bn]\d{1,3}(-\d{1,3})?-(kind|pattern|roles|lowest)", fullmatch=True),
        st.text(max_size=20) | st.sampled_from([cls.kind for cls in KINDS]),
    )
)
def test_whatever_is_posted_becomes_rows_or_nothing(posted: dict[str, str]) -> None:
    data = QueryDict(mutable=True)
    data.update(posted)
    raw = rows.raw_from(data)
    for number, line in enumerate([line for lines in raw.blocks for line in lines] + raw.nots):
        form = rows.RowForm(line, f"b0-{number}", tuple(NAMES.items()), judged=True)
        assert (form.filter() is None) == bool(form.errors)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_vendor_is_told_in_the_readers_language(language: str) -> None:
    with translation.override(language):
        for vendor in targets.all_vendors().values():
            assert profile.in_one_line(vendor).endswith(".")
            assert all(str(fact.label) and fact.text for fact in profile.facts(vendor))
            assert len(profile.unpublished(vendor)) == len(vendor.unpublished_en)
            if language == "sv":
                assert not set(profile.unpublished(vendor)) & set(vendor.unpublished_en), vendor.slug


def test_limits_of_a_vendor_say_what_is_kept() -> None:
    texts = " ".join(profile.limits(targets.vendor("binogi")))
    assert "en skolenhet" in texts
    assert "en klass" in texts
    assert "unika" in " ".join(profile.limits(targets.vendor("natur-och-kultur")))
    assert list(profile.limits(targets.vendor("sandbox"))) == []


def test_units_are_told_by_name() -> None:
    assert "ingen skickas" in sentences.units_said(NOBODY, NAMES)
    assert sentences.units_said(replace(NOBODY, school_units=("10000001",)), NAMES) == "Ekskolan"
    assert sentences.units_said(replace(NOBODY, school_units=tuple(NAMES)), NAMES) == "Alla era 2 skolenheter."
    assert sentences.units_said(replace(NOBODY, school_units=("10000009",)), NAMES) == "10000009"
    assert sentences.sentence(EXAMPLES[0], NAMES) == "skolenheten är Ekskolan"


def test_schedules_are_told_as_sentences() -> None:
    assert sentences.schedule_said(Schedule()) == "Varje timme, dygnet runt."
    assert sentences.schedule_said(Schedule(15, 6, 18)) == "Var 15:e minut, mellan 6.00 och 18.00."
    with translation.override("en"):
        assert sentences.schedule_said(Schedule(15, 6, 18)) == "Every 15 minutes, between 6:00 and 18:00."


BEFORE = Held(
    Selection(
        school_units=("10000001",),
        roles=("pupil",),
        filters=((ClassNamed(pattern="7*"),),),
        exclusions=(Exclusion("elsa", "x"),),
    ),
    Guards(),
    Schedule(pauses=(Pause(date(2026, 12, 20), date(2027, 1, 7), "jul"),)),
)
AFTER = Held(
    Selection(
        school_units=("10000002",),
        roles=("pupil", "teacher"),
        group_types=("Klass",),
        filters=((ClassNamed(pattern="8*"),),),
        not_filters=(RoleIn(roles=("staff",)),),
        exclusions=(Exclusion("berit", "y"),),
        fields=UserFields(email=False),
        organisation=True,
        school_unit_groups=True,
        include_protected=True,
    ),
    Guards(removed=Limit(0.1, 5), cumulative=False, freeze_days=1, hold_first_live_push=False),
    Schedule(30, pauses=(Pause(date(2027, 6, 10), date(2027, 8, 15), "sommar"),)),
)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_everything_that_differs_is_told_once_and_nobody_is_named(language: str) -> None:
    with translation.override(language):
        told = sentences.differences(BEFORE, AFTER, NAMES)
        assert len(told) == len(set(told)) == 20
        assert "elsa" not in " ".join(told)
        assert "berit" not in " ".join(told)
        assert sentences.differences(BEFORE, BEFORE, NAMES) == []


def test_another_order_of_blocks_is_told() -> None:
    two = replace(NOBODY, filters=((EXAMPLES[1],), (EXAMPLES[2],)))
    turned = replace(two, filters=two.filters[::-1])
    told = sentences.differences(Held(two, Guards(), Schedule()), Held(turned, Guards(), Schedule()), {})
    assert told == ["Villkor kommer i en annan ordning."]
