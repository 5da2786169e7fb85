"""Why one person is placed as she is, or is not: the chain of links, by the very judgement that builds the school."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.answer import Answer
from skolsynk.core.rules.judge import Judge, Verdict
from skolsynk.core.rules.role import NOBODY, PUPIL
from skolsynk.core.rules.ruleset import Rules
from skolsynk.core.rules.schooling import Schooling
from skolsynk.core.rules.tree import Place
from skolsynk.core.rules.units import Units
from skolsynk.core.school import Fate, Severity, Step
from skolsynk.core.snapshot import Person, Snapshot

PASSED, FAILED, NOT_REACHED = "passed", "failed", "not_reached"
DATA_CODES = ("missing_email", "invalid_email", "name_missing")


def explain_person(
    snapshot: Snapshot, rules: Rules, units: Mapping[str, RegisteredUnit], key: str, today: date
) -> tuple[Step, ...]:
    """The links exclusion, protection, role, placement, data, school_year, class for one source key.

    A person is placed when the first five passed. A pupil whose school_year or class failed is sent without.
    For a key that the snapshot lacks: one failed step, "directory".
    """
    person = next((person for person in snapshot.people if person.key == key), None)
    if person is None:
        return (Step("directory", FAILED, "", "not in the directory"),)
    chosen = Units(units)
    judge = Judge(rules, snapshot.groups, chosen, today)
    place = judge.tree.at(person.container)
    verdict = judge.of(person, place)
    schooling = Schooling(rules, judge, chosen, snapshot.containers, today)
    return (
        _step("exclusion", verdict.never, FAILED, PASSED),
        _step("protection", verdict.protected, FAILED, PASSED),
        *_decision(person, verdict),
        *_schooling(person, place, schooling, verdict),
    )


def _step(name: str, answer: Answer[str] | None, outcome: str, without: str) -> Step:
    return Step(name, outcome, answer.rule, answer.evidence) if answer else Step(name, without, "", "")


def _decision(person: Person, verdict: Verdict) -> Iterable[Step]:
    if verdict.protected or verdict.never:
        return [Step(name, NOT_REACHED, "", "") for name in ("role", "placement", "data")]
    errors = {doubt.code: doubt for doubt in verdict.doubts if doubt.severity is Severity.ERROR}
    role = verdict.role
    if role is None:
        first = Step("role", FAILED, "", person.container)
    else:
        refused = role.value.name == NOBODY or "two_roles" in errors
        evidence = f"{role.value.name}: {role.evidence}"
        first = Step("role", FAILED if refused else PASSED, role.rule, evidence)
    if role is None or verdict.fate is Fate.DECIDED:
        return [first, Step("placement", NOT_REACHED, "", ""), Step("data", NOT_REACHED, "", "")]
    return [first, _placement(person, verdict), _data(verdict, errors)]


def _placement(person: Person, verdict: Verdict) -> Step:
    if not verdict.units:
        unknown = verdict.unknown
        if unknown:
            return Step("placement", FAILED, unknown.rule, unknown.evidence)
        return Step("placement", FAILED, "", person.container)
    codes = ", ".join(answer.value for answer in verdict.units)
    return Step("placement", PASSED, verdict.units[0].rule, f"{codes}: {verdict.units[0].evidence}")


def _data(verdict: Verdict, errors: Iterable[str]) -> Step:
    wrong = [code for code in DATA_CODES if code in errors]
    return Step("data", FAILED if wrong else PASSED, "", ", ".join(wrong))


def _schooling(person: Person, place: Place, schooling: Schooling, verdict: Verdict) -> Iterable[Step]:
    if verdict.fate is not Fate.PLACED or verdict.role is None:
        return [Step("school_year", NOT_REACHED, "", ""), Step("class", NOT_REACHED, "", "")]
    if verdict.role.value.name != PUPIL:
        return [Step("school_year", NOT_REACHED, "", ""), _taught(person, schooling)]
    classes = schooling.classes_of(person, place, verdict.units[0].value)
    year = schooling.year_of(person, place, classes)
    year_step = Step("school_year", FAILED, "", "")
    if year:
        year_step = Step("school_year", PASSED, year.rule, f"{year.value}: {year.evidence}")
    if not classes:
        return [year_step, Step("class", FAILED, "", person.container)]
    names = ", ".join(dict.fromkeys(each.name for each in classes))
    return [year_step, Step("class", PASSED, classes[0].label, f"{names}: {classes[0].evidence}")]


def _taught(person: Person, schooling: Schooling) -> Step:
    """The classes that rules say somebody of the staff teaches, wherever she is employed."""
    fields = [(name, label) for label, name in schooling.taught_by_field(person)]
    groups = [
        (each.name, each.label)
        for each in schooling.groups_of(person.key)
        if each.members[person.key] or not each.owners_teach
    ]
    found = [*fields, *groups]
    if not found:
        return Step("class", NOT_REACHED, "", "")
    return Step("class", PASSED, found[0][1], ", ".join(dict.fromkeys(name for name, _ in found)))
