"""The change of school year: classes move up, the oldest leave, beginners come."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from skolsynk.sandbox.municipality.founding import assign_teachers, enrol, new_pupil
from skolsynk.sandbox.municipality.town import Person, SchoolClass, SchoolUnit, Town
from skolsynk.sandbox.municipality.units import CLASS_SIZE, add_class

FULL = 26
LEAST = 18


def roll(rng: Random, town: Town, happened: Counter[str]) -> None:
    """Go to 15 August of the next school year. Teaching groups are gone after this, to be made anew."""
    town.today = date(town.school_year + 1, 8, 15)
    town.groups.clear()
    _forget_alumni(town, happened)
    ended = [each for each in town.classes.values() if _is_last(town, each)]
    leavers = _end_classes(town, ended)
    for school_class in town.classes.values():
        _move_up(town, school_class, happened)
    started = [_start_class(town, each, ended[:number]) for number, each in enumerate(ended)]
    _fill(rng, town, started, leavers, happened)
    for pupil in (pupil for pupils in leavers.values() for pupil in pupils):
        _leave(rng, town, pupil, happened)
    _turn_over(rng, town, happened)
    _drop_lost_classes(town)
    assign_teachers(rng, town, started)


def become_alumnus(pupil: Person) -> None:
    """The account stays, outside school."""
    pupil.title, pupil.unit, pupil.year, pupil.class_uid, pupil.second_class = "", "", None, 0, 0
    pupil.outside, pupil.dirt = "alumni", ()


def _is_last(town: Town, school_class: SchoolClass) -> bool:
    years = town.units[school_class.unit].years
    return bool(years) and school_class.year == years[-1]


def _end_classes(town: Town, ended: list[SchoolClass]) -> dict[str, list[Person]]:
    """Take the classes away; answers who left them, by where they go next."""
    leavers: dict[str, list[Person]] = {"7-9": [], "gymnasium": [], "": []}
    goes_to = {"F-6": "7-9", "F-9": "gymnasium", "7-9": "gymnasium", "gymnasium": ""}
    for school_class in ended:
        del town.classes[school_class.uid]
        for key in school_class.pupils:
            pupil = town.people[key]
            pupil.class_uid = 0
            leavers[goes_to[town.units[school_class.unit].kind]].append(pupil)
    return leavers


def _move_up(town: Town, school_class: SchoolClass, happened: Counter[str]) -> None:
    if school_class.year is None:
        return
    school_class.year += 1
    for key in school_class.pupils:
        town.people[key].year = school_class.year
    if town.units[school_class.unit].kind != "gymnasium":  # TE22b is called so until it ends
        school_class.name = f"{school_class.year}{school_class.name[1:]}"
    happened["class_moved_up"] += 1


def _start_class(town: Town, ended: SchoolClass, earlier: list[SchoolClass]) -> SchoolClass:
    """A beginners' class for each class that ended in the same unit."""
    unit = town.units[ended.unit]
    return add_class(town, unit, unit.years[0], sum(each.unit == ended.unit for each in earlier))


def _fill(
    rng: Random,
    town: Town,
    started: list[SchoolClass],
    leavers: dict[str, list[Person]],
    happened: Counter[str],
) -> None:
    for pupils in leavers.values():
        rng.shuffle(pupils)
    for school_class in started:
        unit = town.units[school_class.unit]
        waiting = leavers.get(unit.kind, [])
        while waiting and len(school_class.pupils) < FULL:
            enrol(waiting.pop(), school_class)
            happened["went_on"] += 1
        _fill_with_new(rng, town, unit, school_class, happened)
    sevens = [each for each in town.classes.values() if each.year == 7 and town.units[each.unit].kind == "F-9"]
    for school_class in sevens:
        while leavers["7-9"] and len(school_class.pupils) < FULL:
            enrol(leavers["7-9"].pop(), school_class)
            happened["went_on"] += 1


def _fill_with_new(
    rng: Random, town: Town, unit: SchoolUnit, school_class: SchoolClass, happened: Counter[str]
) -> None:
    size = rng.randint(CLASS_SIZE - 2, CLASS_SIZE + 2) if unit.years[0] == 0 else LEAST
    while len(school_class.pupils) < size:
        enrol(new_pupil(rng, town, unit.code, school_class.year), school_class)
        happened["began"] += 1


def _leave(rng: Random, town: Town, pupil: Person, happened: Counter[str]) -> None:
    """Half of the accounts are deleted; half are kept outside school for a year."""
    happened["left"] += 1
    if rng.random() < 0.5:
        del town.people[pupil.key]
        return
    become_alumnus(pupil)


def _forget_alumni(town: Town, happened: Counter[str]) -> None:
    for key in [person.key for person in town.people.values() if person.outside == "alumni"]:
        del town.people[key]
        happened["deleted"] += 1


def _turn_over(rng: Random, town: Town, happened: Counter[str]) -> None:
    """Where years do not count, one in five leaves and another comes."""
    for school_class in town.classes.values():
        if school_class.year is not None:
            continue
        unit = town.units[school_class.unit]
        for key in rng.sample(school_class.pupils, len(school_class.pupils) // 5):
            school_class.pupils.remove(key)
            town.people[key].class_uid = 0
            _leave(rng, town, town.people[key], happened)
            enrol(new_pupil(rng, town, unit.code, None), school_class)
            happened["began"] += 1


def _drop_lost_classes(town: Town) -> None:
    """A second class that ended, or that the pupil is now in, is no second class any more."""
    for pupil in town.pupils():
        if pupil.second_class not in town.classes or pupil.second_class == pupil.class_uid:
            pupil.second_class = 0
