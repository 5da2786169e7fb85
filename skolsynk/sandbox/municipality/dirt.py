"""Make one person in fifty wrong, in the ways that directories are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from random import Random

from skolsynk.sandbox.municipality.town import Person, Town

PUPILS_ONLY = frozenset({"no_class", "two_classes"})
STAFF_ONLY = frozenset({"two_roles"})


def soil(rng: Random, town: Town, kinds: Sequence[str], share: float) -> None:
    """Mark ``share`` of the people in school with dirt, each kind that suits somebody about equally often."""
    candidates = [person for person in town.people.values() if person.title and not person.dirt]
    chosen = rng.sample(candidates, min(len(candidates), round(len(candidates) * share)))
    cycles = {
        True: cycle([kind for kind in kinds if kind not in STAFF_ONLY]),
        False: cycle(
            sorted((kind for kind in kinds if kind not in PUPILS_ONLY), key=lambda kind: kind not in STAFF_ONLY)
        ),
    }
    for person in chosen:
        soil_one(rng, town, person, next(cycles[person.role == "pupil"]))


def soil_one(rng: Random, town: Town, person: Person, kind: str) -> None:
    """Give one person one kind of dirt, or ``no_unit`` where the kind does not suit that person."""
    pupil = person.role == "pupil"
    others = [each.uid for each in town.classes_of(person.unit) if each.uid != person.class_uid]
    if kind in (STAFF_ONLY if pupil else PUPILS_ONLY) or (kind == "two_classes" and not others):
        kind = "no_unit"
    person.dirt = (kind,)
    person.also = ""
    if kind == "odd_address":
        local, _, domain = person.address.partition("@")
        person.address = f"{local.replace('.', ' ', 1)}@{domain}"
        town.addresses.add(person.address)
    elif kind == "no_name":
        person.given, person.family = rng.choice((("\u200b", "\u200b"), ("", ""), ("\u200b", "")))
    elif kind == "two_classes":
        person.second_class = rng.choice(others)
