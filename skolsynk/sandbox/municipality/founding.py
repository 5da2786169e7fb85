"""People a town on its first day: pupils in classes, staff at units, teaching groups."""

from __future__ import annotations

from random import Random

from skolsynk.sandbox.municipality.names import free_address, person_name, plain
from skolsynk.sandbox.municipality.town import Person, SchoolClass, SchoolUnit, TeachingGroup, Town
from skolsynk.sandbox.municipality.units import add_class, found_classes, plan_units

SUBJECTS = ("Ma", "Sv", "Sv2", "En", "NO", "SO", "Idrott", "Bild", "Musik", "Slöjd", "Franska", "Spanska", "Tyska")
COURSES = ("Matematik 1a", "Matematik 2c", "Svenska 1", "Engelska 5", "Fysik 1a", "Historia 1b", "Programmering 1")
OTHER_TITLES = ("Elevassistent", "Fritidspedagog", "Förskollärare", "Skolsköterska", "Vaktmästare")


def found(rng: Random, town: Town, people: int, upper_secondary_only: bool, groups_per_class: float) -> None:
    """Fill an empty town with ``people`` people: four fifths pupils, a few outside school, the rest staff."""
    outside = max(3, people * 2 // 100)
    pupils = people * 8 // 10
    staff = people - pupils - outside
    plan_units(rng, town, pupils, upper_secondary_only)
    for unit in town.units.values():
        found_classes(town, unit)
        _enrol_all(rng, town, unit)
    _employ_all(rng, town, staff)
    _add_outsiders(rng, town, outside)
    assign_teachers(rng, town, [each for each in town.classes.values() if not each.teachers])
    found_groups(rng, town, groups_per_class)


def new_pupil(rng: Random, town: Town, unit: str, year: int | None) -> Person:
    """A pupil who was not in the directory before, without a class yet."""
    return _add_person(rng, town, "Elev", unit, town.pupil_domain, year)


def new_staff(rng: Random, town: Town, title: str, unit: str) -> Person:
    """Somebody just employed at ``unit``."""
    return _add_person(rng, town, title, unit, town.domain, None)


def enrol(pupil: Person, school_class: SchoolClass) -> None:
    """Put a pupil without a class in one; its unit and school year follow."""
    pupil.class_uid, pupil.unit, pupil.year = school_class.uid, school_class.unit, school_class.year
    school_class.pupils.append(pupil.key)


def smallest_class(town: Town, unit: SchoolUnit, year: int | None) -> SchoolClass:
    """Where a pupil who moves in is placed; a class is made if the year has none."""
    classes = [each for each in town.classes_of(unit.code) if each.year == year]
    return min(classes, key=lambda each: (len(each.pupils), each.uid)) if classes else add_class(town, unit, year, 0)


def assign_teachers(rng: Random, town: Town, classes: list[SchoolClass]) -> None:
    """Give each class one or two teachers of its unit."""
    by_unit = town.teachers_by_unit()
    for school_class in classes:
        at_unit = by_unit[school_class.unit]
        candidates = [each.key for each in at_unit if not each.dirt and each.unit == school_class.unit]
        count = min(len(candidates), 2 if rng.random() < 0.3 else 1)
        school_class.teachers = rng.sample(candidates, count)


def found_groups(rng: Random, town: Town, groups_per_class: float) -> None:
    """Make the teaching groups of a school year, ``groups_per_class`` for each class in the mean."""
    by_unit = town.teachers_by_unit()
    for school_class in list(town.classes.values()):
        if len(school_class.pupils) < 2:
            continue
        teachers = [teacher for teacher in by_unit[school_class.unit] if not teacher.dirt]
        count = int(groups_per_class) + (rng.random() < groups_per_class % 1)
        upper = town.units[school_class.unit].kind == "gymnasium"
        for subject in rng.sample(COURSES if upper else SUBJECTS, min(count, len(COURSES))):
            _add_groups(rng, town, school_class, subject, teachers)


def _add_groups(rng: Random, town: Town, of: SchoolClass, subject: str, teachers: list[Person]) -> None:
    chosen = [teacher.key for teacher in rng.sample(teachers, min(len(teachers), 1 + (rng.random() < 0.1)))]
    if subject == "Slöjd":
        middle = len(of.pupils) // 2
        first = _add_group(town, of.unit, f"Slöjd {of.name} grupp 1", of.pupils[:middle], chosen)
        second = _add_group(town, of.unit, f"Slöjd {of.name} grupp 2", of.pupils[middle:], chosen)
        whole = _add_group(town, of.unit, f"Slöjd {of.name}", [], chosen)
        whole.halves = (first.uid, second.uid)
        first.half = second.half = True
    elif subject == "Idrott":
        # Whoever leads a class leads its nested groups too, whether teachers are found by nesting or as owners.
        leaders = list(dict.fromkeys([*chosen, *of.teachers]))
        _add_group(town, of.unit, f"Idrott {of.name}", [], leaders).classes = (of.uid,)
    else:
        share = 0.4 if subject in ("Sv2", "Franska", "Spanska", "Tyska") else 1.0
        some = rng.sample(of.pupils, max(2, int(len(of.pupils) * share)))
        _add_group(town, of.unit, f"{subject} {of.name}", some, chosen)


def _add_group(town: Town, unit: str, name: str, pupils: list[str], teachers: list[str]) -> TeachingGroup:
    made = TeachingGroup(town.next_number(), unit, name, list(pupils), list(teachers))
    town.groups[made.uid] = made
    return made


def _add_person(rng: Random, town: Town, title: str, unit: str, domain: str, year: int | None) -> Person:
    given, family = person_name(rng)
    address = free_address(given, family, domain, town.addresses)
    person = Person(town.next_key(), given, family, address, title, unit, year)
    town.people[person.key] = person
    return person


def _enrol_all(rng: Random, town: Town, unit: SchoolUnit) -> None:
    classes = town.classes_of(unit.code)
    weights = [rng.uniform(0.85, 1.15) for _ in classes]
    placed = 0
    for number, school_class in enumerate(classes):
        last = number == len(classes) - 1
        size = unit.size - placed if last else int(unit.size * weights[number] / sum(weights))
        placed += size
        for _ in range(size):
            enrol(new_pupil(rng, town, unit.code, school_class.year), school_class)


def _employ_all(rng: Random, town: Town, staff: int) -> None:
    units = list(town.units.values())
    heads = min(len(units), staff // 4)
    for unit in units[:heads]:
        new_staff(rng, town, "Rektor", unit.code)
    teachers = (staff - heads) * 7 // 10
    weights = [unit.size for unit in units]
    homes = [unit.code for unit in units[:teachers]]
    homes += rng.choices([unit.code for unit in units], weights, k=teachers - len(homes))
    for home in homes:
        teacher = new_staff(rng, town, "Speciallärare" if rng.random() < 0.06 else "Lärare", home)
        if len(units) > 1 and rng.random() < 0.04:
            teacher.also = rng.choice([unit.code for unit in units if unit.code != home])
    for home in rng.choices([unit.code for unit in units], weights, k=staff - heads - teachers):
        title = "Biträdande rektor" if rng.random() < 0.04 else rng.choice(OTHER_TITLES)
        new_staff(rng, town, title, home)


def _add_outsiders(rng: Random, town: Town, count: int) -> None:
    for number in range(count):
        outside = ("service", "office", "alumni")[number % 3]
        domain = town.pupil_domain if outside == "alumni" else town.domain
        person = _add_person(rng, town, "", "", domain, None)
        person.outside = outside
        if outside == "service":
            person.given, person.family = "Tjänstekonto", f"Skrivare {number // 3 + 1}"
            person.address = free_address("skrivare", plain(f"{number // 3 + 1:03d}"), domain, town.addresses)
