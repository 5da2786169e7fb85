"""Which school units a municipality of a given size has, and which classes each of them runs."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from skolsynk.sandbox.municipality.names import slug, unit_names
from skolsynk.sandbox.municipality.town import SchoolClass, SchoolUnit, Town

FIRST_CODE = 99_000_001
"""Codes count up from here. The register of 2019/20 has no code between 99000000 and 99009999."""

PROGRAMMES = ("BA", "BF", "EE", "EK", "ES", "FT", "HA", "IN", "NA", "SA", "TE", "VO")
CLASS_SIZE = 22
LETTERS = "ABCDEFGHJKLMNPRSTUVXYZ"


class Kind(NamedTuple):
    school_types: tuple[str, ...]
    years: tuple[int, ...]
    pupils: int  # in the mean, in a large municipality


KINDS = {
    "F-6": Kind(("FKLASS", "GR", "FTH"), tuple(range(7)), 300),
    "F-9": Kind(("FKLASS", "GR", "FTH"), tuple(range(10)), 480),
    "7-9": Kind(("GR",), (7, 8, 9), 360),
    "gymnasium": Kind(("GY",), (1, 2, 3), 800),
    "anpassad": Kind(("GRAN",), (), 40),
    "anpassad gymnasium": Kind(("GYAN",), (), 40),
    "vux": Kind(("VUX",), (), 400),
}


def plan_units(rng: Random, town: Town, pupils: int, upper_secondary_only: bool) -> None:
    """Give the town school units whose sizes add up to ``pupils``."""
    sizes = _upper(rng, pupils) if upper_secondary_only else _all_kinds(rng, pupils)
    names = iter(unit_names(rng, len(sizes) * 2 + 9))  # some make names of upper secondary schools that are taken
    taken: set[str] = set()
    for number, (kind, size) in enumerate(sizes):
        uppers = sum(unit.kind == "gymnasium" for unit in town.units.values())
        name = _unit_name(kind, town.name, uppers, next(names))
        while slug(name) in taken:
            name = _unit_name(kind, town.name, len(sizes), next(names))
        taken.add(slug(name))
        code = str(FIRST_CODE + number)
        years = KINDS[kind].years
        a_year = max(1, round(size / CLASS_SIZE / max(1, len(years))))
        town.units[code] = SchoolUnit(code, name, kind, KINDS[kind].school_types, years, size, a_year)


def found_classes(town: Town, unit: SchoolUnit) -> None:
    """Give a unit its first classes, about ``CLASS_SIZE`` pupils in each; a tiny one does not have every year."""
    wanted = max(1, round(unit.size / CLASS_SIZE))
    for number in range(wanted):
        years = unit.years or (None,)
        spread = number * max(1, len(years) // wanted) if wanted < len(years) else number
        add_class(town, unit, years[spread % len(years)], number // len(years))


def add_class(town: Town, unit: SchoolUnit, year: int | None, number: int) -> SchoolClass:
    """A new empty class in ``year``, the ``number``-th from 0 of its year."""
    uid = town.next_number()
    made = SchoolClass(uid, unit.code, class_name(town, unit, year, number), year)
    town.classes[uid] = made
    return made


def class_name(town: Town, unit: SchoolUnit, year: int | None, number: int) -> str:
    """``FA`` and ``7B`` in compulsory school, ``TE22b`` in upper secondary, ``Grupp 3`` where years do not count."""
    if unit.kind == "gymnasium" and year is not None:
        start = (town.school_year - year + 1) % 100
        programme, letter = number % len(PROGRAMMES), number // len(PROGRAMMES)
        offset = int(unit.code) * 5  # units start at different programmes, and meet in some
        return f"{PROGRAMMES[(programme + offset) % len(PROGRAMMES)]}{start:02d}{LETTERS[letter].lower()}"
    if year is None:
        return f"Grupp {number + 1}"
    return f"{year or 'F'}{LETTERS[number]}"


def _all_kinds(rng: Random, pupils: int) -> list[tuple[str, int]]:
    if pupils < 250:
        return [("F-9", pupils)] if pupils < 120 else [("F-6", pupils * 6 // 10), ("7-9", pupils - pupils * 6 // 10)]
    sizes = _split(rng, pupils // 5, "gymnasium", 800)
    sizes += _split(rng, pupils * 15 // 1000, "anpassad", 60) + _split(rng, pupils * 35 // 1000, "vux", 600)
    return _compulsory(rng, pupils - sum(size for _, size in sizes)) + sizes


def _compulsory(rng: Random, pupils: int) -> list[tuple[str, int]]:
    scale = 0.6 if pupils < 4_000 else 1.0
    sizes: list[tuple[str, int]] = []
    while pupils > 0:
        # The first three are one of each, so that every municipality has where to go after year 6.
        kind = ("F-6", "F-9", "7-9")[len(sizes)] if len(sizes) < 3 else rng.choice(("F-6", "F-6", "F-6", "F-9", "7-9"))
        size = min(pupils, round(KINDS[kind].pupils * scale * rng.uniform(0.6, 1.4)))
        if pupils - size < 60:
            size = pupils
        sizes.append((kind, size))
        pupils -= size
    return sizes


def _upper(rng: Random, pupils: int) -> list[tuple[str, int]]:
    """Only upper secondary and adults: a joint authority of several municipalities. At least two gymnasia."""
    sizes = _split(rng, pupils * 3 // 100, "anpassad gymnasium", 60) + _split(rng, pupils // 10, "vux", 600)
    gymnasium = pupils - sum(size for _, size in sizes)
    half = gymnasium // 2
    return _split(rng, half, "gymnasium", 800) + _split(rng, gymnasium - half, "gymnasium", 800) + sizes


def _split(rng: Random, pupils: int, kind: str, mean: int) -> list[tuple[str, int]]:
    if pupils < 8 and kind != "gymnasium":
        return []
    count = max(1, round(pupils / mean))
    weights = [rng.uniform(0.7, 1.3) for _ in range(count)]
    sizes = [int(pupils * weight / sum(weights)) for weight in weights]
    sizes[0] += pupils - sum(sizes)
    return [(kind, size) for size in sizes]


def _unit_name(kind: str, town: str, uppers: int, name: str) -> str:
    """A name that suits the kind; the first upper secondary schools are named after the municipality."""
    first_word, stem = town.split()[0], name.removesuffix("skolan")
    plain = (f"{first_word}gymnasiet", f"Norra {first_word}gymnasiet", f"Södra {first_word}gymnasiet")
    return {
        "gymnasium": plain[uppers] if uppers < len(plain) else f"{stem}gymnasiet",
        "anpassad": f"{name} anpassad grundskola",
        "anpassad gymnasium": f"{stem}gymnasiet anpassad",
        "vux": f"{first_word} komvux {stem}",
    }.get(kind, name)
