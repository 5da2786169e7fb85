"""For every convention: what the rules find in the directory is what really is, today and as time passes."""

from __future__ import annotations

from datetime import date

import pytest

from skolsynk.core.rules.build import Built
from skolsynk.core.school import Fate, School
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.sandbox.municipality import CONVENTIONS, Municipality, evolve, make
from tests.scenarios.conventions import new_identity, remember, school_of

pytestmark = pytest.mark.parametrize("convention", CONVENTIONS)
AUTUMN = date(2026, 9, 1)
FATES = {
    "no_unit": Fate.BROKEN,
    "unknown_unit": Fate.BROKEN,
    "odd_address": Fate.BROKEN,
    "no_name": Fate.BROKEN,
    "suspended": Fate.DECIDED,
    "archived": Fate.DECIDED,
    "protected": Fate.PROTECTED,
    "no_class": Fate.PLACED,
    "two_classes": Fate.PLACED,
}
FINDINGS = {
    "no_unit": {"no_school_unit", "unknown_unit_code"},  # the second where a tree of its own stands for no unit
    "unknown_unit": {"no_school_unit", "unknown_unit_code"},
    "two_roles": {"two_roles"},
    "odd_address": {"invalid_email"},
    "no_name": {"name_missing"},
    "protected": {"protected_identity"},
    "no_class": {"no_class"},
    "two_classes": {"pupil_in_several_classes"},
}


def test_rules_find_exactly_what_is_true(convention: str) -> None:
    municipality = make(11, 1200, convention, AUTUMN)
    check(municipality, school_of(municipality, new_identity()).school)


def test_each_kind_of_dirt_has_its_fate_and_its_finding(convention: str) -> None:
    municipality = make(12, 1200, convention, AUTUMN, dirt=0.1)
    school = school_of(municipality, new_identity()).school
    told = {(finding.object_key, finding.code) for finding in school.findings}
    seen: set[str] = set()
    for person in municipality.truth.people.values():
        for kind in person.dirt:
            seen.add(kind)
            codes = FINDINGS.get(kind, set())
            fate = school.outcomes[person.key].fate
            assert fate is FATES.get(kind, fate), (kind, person.role)
            assert not codes or any((person.key, code) in told for code in codes), (kind, person.role)
    assert seen == set(CONVENTIONS[convention].dirt)


def test_truth_and_rules_agree_after_each_step_and_classes_keep_their_ids(convention: str) -> None:
    municipality = make(13, 800, convention, AUTUMN)
    identity = new_identity()
    ids: dict[int, ResourceId] = {}
    for number, step in enumerate(("", "day", "term", "school_year", "day", "school_year")):
        if step:
            evolve(municipality, step, number)
        built = school_of(municipality, identity)
        check(municipality, built.school)
        current = class_ids(municipality, built)
        kept = {uid: ids[uid] for uid in current.keys() & ids.keys()}
        assert kept == {uid: current[uid] for uid in kept}
        assert not {current[uid] for uid in current.keys() - ids.keys()} & set(ids.values())
        ids |= current
        identity = remember(identity, built.news)


def check(municipality: Municipality, school: School) -> None:
    """Every clean person, class and teaching group, and the clean members of those."""
    assert people_found(municipality, school) == people_true(municipality)
    keys = {user: key for key, user in school.user_ids.items()}
    clean = municipality.truth.clean()
    codes = {unit.id: unit.school_unit_code for unit in school.school_units.values()}
    found: dict[bool, dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]] = {True: {}, False: {}}
    for group in school.student_groups.values():
        members = frozenset(keys[member] for member in group.members) & clean
        teachers = frozenset(keys[teacher] for teacher in group.teachers) & clean
        if members:
            found[group.is_class][codes[group.owner], group.display_name] = (members, teachers)
    truth = municipality.truth
    classes = [((each.unit, each.name), each.pupils & clean, each.teachers & clean) for each in truth.classes.values()]
    assert found[True] == {name: (pupils, teachers) for name, pupils, teachers in classes if pupils}
    groups = [((each.unit, each.name), each.pupils & clean, each.teachers & clean) for each in truth.groups.values()]
    assert found[False] == {name: (pupils, teachers) for name, pupils, teachers in groups if pupils}


def people_true(municipality: Municipality) -> dict[str, tuple[object, ...]]:
    people = municipality.truth.people
    return {
        key: (people[key].role, people[key].unit, people[key].year, people[key].employment_role, people[key].address)
        for key in municipality.truth.clean()
    }


def people_found(municipality: Municipality, school: School) -> dict[str, tuple[object, ...]]:
    codes = {unit.id: unit.school_unit_code for unit in school.school_units.values()}
    jobs = {job.user: job for job in school.employments.values()}
    found: dict[str, tuple[object, ...]] = {}
    for key in municipality.truth.clean() & school.user_ids.keys():
        user = school.users.get(school.user_ids[key])
        if user is None:
            continue
        role, job = school.outcomes[key].role, jobs.get(user.id)
        if job:
            found[key] = (role, codes[job.employed_at], None, job.employment_role, user.user_name)
        else:
            enrolment = user.enrolments[0]
            found[key] = (role, codes[enrolment.school_unit], enrolment.school_year, "", user.user_name)
    return found


def class_ids(municipality: Municipality, built: Built) -> dict[int, ResourceId]:
    """Uid -> id of every class with clean pupils."""
    codes = {unit.id: unit.school_unit_code for unit in built.school.school_units.values()}
    groups = [group for group in built.school.student_groups.values() if group.is_class]
    by_name = {(codes[group.owner], group.display_name): group.id for group in groups}
    clean = municipality.truth.clean()
    classes = [each for each in municipality.truth.classes.values() if each.pupils & clean]
    return {each.uid: by_name[each.unit, each.name] for each in classes}
