"""Time passes in a town: a day, a term, or the change of school year."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from skolsynk.sandbox.municipality.dirt import soil_one
from skolsynk.sandbox.municipality.founding import (
    assign_teachers,
    enrol,
    found_groups,
    new_pupil,
    new_staff,
    smallest_class,
)
from skolsynk.sandbox.municipality.names import free_address, person_name
from skolsynk.sandbox.municipality.school_year import become_alumnus, roll
from skolsynk.sandbox.municipality.town import Person, SchoolClass, TeachingGroup, Town

STEPS = ("day", "term", "school_year")
CAN_BE_CLEANED = {"no_unit", "unknown_unit", "no_class", "suspended", "archived"}
# Shares of all pupils (or of staff, groups) that a usual day touches, about one in a hundred together.
SHARES = {
    "moved_in": 0.0015,
    "left": 0.0015,
    "renamed": 0.0012,
    "changed_class": 0.002,
    "changed_unit": 0.0008,
    "joined_group": 0.002,
    "left_group": 0.001,
}


def pass_time(rng: Random, town: Town, step: str, groups_per_class: float, dirt: tuple[str, ...]) -> Counter[str]:
    """Change the town as one step does, and its date; the counts say what happened, by kind.

    Raises ValueError for a step that is not in STEPS, or for days that would walk over 1 July.
    """
    if step not in STEPS:
        raise ValueError(f"a step is one of {', '.join(STEPS)}, not {step}")
    happened: Counter[str] = Counter()
    if step == "school_year":
        roll(rng, town, happened)
        found_groups(rng, town, groups_per_class)
    else:
        town.today = _later(town, step)
        happened.update(usual_changes(rng, town, 1 if step == "day" else 5, dirt))
    if step == "term":
        happened["regrouped"] += _regroup(rng, town, groups_per_class)
    return happened


def usual_changes(rng: Random, town: Town, times: int, dirt: tuple[str, ...]) -> Counter[str]:
    """What an ordinary day brings, ``times`` over; at least one of each kind."""
    day = Day(rng, town)
    for kind, share in SHARES.items():
        for _ in range(max(1, round(share * times * day.pupils_at_start))):
            day.happened[kind] += getattr(day, kind)()
    for _ in range(max(1, round(0.003 * times * len(day.staff)))):
        day.happened["staff_left"] += day.staff_left()
        day.happened["staff_hired"] += day.staff_hired()
    for _ in range(max(1, round(0.003 * times * len(town.groups)))):
        day.happened["changed_teacher"] += day.changed_teacher()
    for _ in range(max(1, round(0.0003 * times * len(town.people)))):
        day.happened["cleaned"] += day.cleaned()
        day.happened["soiled"] += day.soiled(dirt)
    return day.happened


class Day:
    """One step's changes. Each method makes one change and answers 1, or 0 where there was nobody to change."""

    def __init__(self, rng: Random, town: Town) -> None:
        self.rng, self.town = rng, town
        self.happened: Counter[str] = Counter()
        self.pupils = [person.key for person in town.pupils() if not person.dirt and person.class_uid]
        self.staff = [person.key for person in town.people.values() if person.role in ("teacher", "staff")]
        self.pupils_at_start = len(self.pupils)
        self.groups_of: dict[str, list[TeachingGroup]] = {}
        for group in town.groups.values():
            for key in (*group.pupils, *group.teachers):
                self.groups_of.setdefault(key, []).append(group)
        self.plain_groups = [
            group for group in town.groups.values() if not (group.classes or group.halves or group.half)
        ]
        self.teachers_at = town.teachers_by_unit()
        self.dirty = [person for person in town.people.values() if set(person.dirt) & CAN_BE_CLEANED]
        self.classes_at: dict[tuple[str, int | None], list[SchoolClass]] = {}
        for each in town.classes.values():
            self.classes_at.setdefault((each.unit, each.year), []).append(each)

    def moved_in(self) -> int:
        unit = self.rng.choice(list(self.town.units.values()))
        year = self.rng.choice(unit.years) if unit.years else None
        school_class = smallest_class(self.town, unit, year)
        pupil = new_pupil(self.rng, self.town, unit.code, year)
        enrol(pupil, school_class)
        if not school_class.teachers:
            assign_teachers(self.rng, self.town, [school_class])
        return 1

    def left(self) -> int:
        pupil = self._take_pupil()
        if pupil is None:
            return 0
        self._leave_school(pupil)
        if self.rng.random() < 0.5:
            become_alumnus(pupil)
        else:
            del self.town.people[pupil.key]
        return 1

    def renamed(self) -> int:
        """A new family name; in two cases of three a new address too."""
        keys = [self.rng.choice(self.pupils or [""]), self.rng.choice(self.staff or [""])]
        person = self.town.people.get(keys[self.rng.random() < 0.3])
        if person is None or person.dirt:
            return 0
        person.family = person_name(self.rng)[1]
        if self.rng.random() < 0.67:
            domain = person.address.rpartition("@")[2]
            person.address = free_address(person.given, person.family, domain, self.town.addresses)
        return 1

    def changed_class(self) -> int:
        pupil = self._take_pupil()
        if pupil is None:
            return 0
        others = [each for each in self.classes_at[pupil.unit, pupil.year] if each.uid != pupil.class_uid]
        return self._change_class(pupil, self.rng.choice(others)) if others else 0

    def changed_unit(self) -> int:
        pupil = self._take_pupil()
        if pupil is None:
            return 0
        kind = self.town.units[pupil.unit].school_types[-1]
        others = [
            each
            for (code, year), classes in self.classes_at.items()
            if code != pupil.unit and year == pupil.year and self.town.units[code].school_types[-1] == kind
            for each in classes
        ]
        return self._change_class(pupil, self.rng.choice(others)) if others else 0

    def joined_group(self) -> int:
        group = self._plain_group()
        classes = self.town.classes_of(group.unit) if group else []
        keys = self.rng.choice(classes).pupils if classes else []
        if group is None or not keys:
            return 0
        key = self.rng.choice(keys)
        if key in group.pupils:
            return 0
        group.pupils.append(key)
        self.groups_of.setdefault(key, []).append(group)
        return 1

    def left_group(self) -> int:
        group = self._plain_group()
        if group is None or len(group.pupils) < 3:
            return 0
        key = self.rng.choice(group.pupils)
        group.pupils.remove(key)
        self.groups_of[key].remove(group)
        return 1

    def changed_teacher(self) -> int:
        group = self._plain_group()
        here = self.teachers_at[group.unit] if group else []
        teachers = [each.key for each in here if each.key in self.town.people and not each.dirt]
        if group is None or not teachers:
            return 0
        for key in group.teachers:
            self.groups_of[key].remove(group)
        group.teachers = [self.rng.choice(teachers)]
        self.groups_of.setdefault(group.teachers[0], []).append(group)
        return 1

    def staff_left(self) -> int:
        person = self.town.people.get(self.rng.choice(self.staff or [""]))
        if person is None or person.title == "Rektor":
            return 0
        for group in self.groups_of.pop(person.key, ()):
            group.teachers.remove(person.key)
        for school_class in self.town.classes_of(person.unit):
            if person.key in school_class.teachers:
                school_class.teachers.remove(person.key)
        self.staff.remove(person.key)
        del self.town.people[person.key]
        return 1

    def staff_hired(self) -> int:
        home = self.rng.choice(list(self.town.units))
        person = new_staff(self.rng, self.town, self.rng.choice(("Lärare", "Lärare", "Elevassistent")), home)
        self.staff.append(person.key)
        return 1

    def cleaned(self) -> int:
        """Somebody in the office put one person right."""
        dirty = [person for person in self.dirty if person.dirt and person.key in self.town.people]
        if not dirty:
            return 0
        self.rng.choice(dirty).dirt = ()
        return 1

    def soiled(self, kinds: tuple[str, ...]) -> int:
        pupil = self._take_pupil()
        if pupil is None:
            return 0
        soil_one(self.rng, self.town, pupil, self.rng.choice([kind for kind in kinds if kind != "no_name"]))
        return 1

    def _take_pupil(self) -> Person | None:
        """A clean pupil, each at most once in a step."""
        if not self.pupils:
            return None
        place = self.rng.randrange(len(self.pupils))
        self.pupils[place], self.pupils[-1] = self.pupils[-1], self.pupils[place]
        return self.town.people[self.pupils.pop()]

    def _change_class(self, pupil: Person, to: SchoolClass) -> int:
        self._leave_school(pupil)
        enrol(pupil, to)
        return 1

    def _leave_school(self, pupil: Person) -> None:
        self.town.classes[pupil.class_uid].pupils.remove(pupil.key)
        pupil.class_uid = 0
        for group in self.groups_of.pop(pupil.key, ()):
            group.pupils.remove(pupil.key)

    def _plain_group(self) -> TeachingGroup | None:
        return self.rng.choice(self.plain_groups) if self.plain_groups else None


def _later(town: Town, step: str) -> date:
    later = town.today + timedelta(days=1 if step == "day" else 120)
    turn = date(town.school_year + 1, 7, 1)
    if later >= turn and step == "day":
        raise ValueError("the school year changes on 1 July: take the step school_year")
    return min(later, turn - timedelta(days=1))


def _regroup(rng: Random, town: Town, groups_per_class: float) -> int:
    """A new term has new teaching groups."""
    before = len(town.groups)
    town.groups.clear()
    found_groups(rng, town, groups_per_class)
    return before + len(town.groups)
