"""Invented Swedish municipalities of any size, in several ways of arranging Google, and time that passes in them.

Everything follows from the seed: the same seed, size, convention and date give the same directory, id by id. Names of
people and schools are put together at random; domains end in ``.example`` and school unit codes lie where the register
has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from random import Random

from skolsynk.sandbox.directory import Directory, Json, timestamp
from skolsynk.sandbox.municipality.conventions import CONVENTIONS
from skolsynk.sandbox.municipality.conventions.base import Convention
from skolsynk.sandbox.municipality.dirt import soil
from skolsynk.sandbox.municipality.evolution import STEPS, pass_time
from skolsynk.sandbox.municipality.founding import found
from skolsynk.sandbox.municipality.mirror import Mirror, base36
from skolsynk.sandbox.municipality.register import to_register
from skolsynk.sandbox.municipality.town import Town
from skolsynk.sandbox.municipality.truth import Truth, truth_of

__all__ = ["CONVENTIONS", "STEPS", "Municipality", "controls", "evolve", "make", "to_register"]

ADMIN = "digitalisering"


@dataclass
class Municipality:
    """A town, the directory that shows it, and what the rules of its convention should find."""

    town: Town
    directory: Directory
    convention: Convention
    mirror: Mirror
    groups_per_class: float
    truth: Truth = field(init=False)

    def __post_init__(self) -> None:
        self.truth = truth_of(self.town, self.convention)

    @property
    def school_units(self) -> list[Json]:
        """Dicts: ``code``, ``name``, ``kind``, ``school_types`` (register's codes), ``email_domain``, ``pupils``."""
        pupils = Counter(person.unit for person in self.town.pupils())
        return [
            {
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "school_types": list(unit.school_types),
                "email_domain": self.town.domain,
                "pupils": pupils[unit.code],
            }
            for unit in self.town.units.values()
        ]

    @property
    def admin_email(self) -> str:
        """The super administrator whom a service account may act for."""
        return f"{ADMIN}@{self.town.domain}"

    def rules(self) -> Json:
        """The rules, as JSON, that read this municipality rightly."""
        return self.convention.rules()

    def containers(self) -> list[str]:
        """The org units that the tenant marks as school."""
        return self.convention.containers()


def make(
    seed: int,
    people: int,
    convention: str,
    at: date,
    name: str = "Björkviks kommun",
    domain: str = "bjorkvik.example",
    dirt: float = 0.02,
    groups_per_class: float = 1.4,
) -> Municipality:
    """Invent a municipality with exactly ``people`` accounts (50 or more), about 80 % of them pupils.

    ``dirt`` is the share of the people in school who are wrong in some way. Raises KeyError for a convention that is
    not in CONVENTIONS, ValueError for fewer than 50 people.
    """
    if people < 50:
        raise ValueError(f"a municipality has at least 50 people, not {people}")
    town = Town(name, domain, seed, at)
    shape = CONVENTIONS[convention](town)
    found(Random(f"{seed}:found"), town, people, shape.upper_secondary_only, groups_per_class)
    soil(Random(f"{seed}:dirt"), town, shape.dirt, dirt)
    _name_admin(town)
    directory = _empty_directory(town, shape)
    mirror = Mirror(town, shape, directory)
    mirror.show()
    directory.logging = True
    return Municipality(town, directory, shape, mirror, groups_per_class)


def evolve(municipality: Municipality, step: str, seed: int) -> Counter[str]:
    """Let a ``day``, a ``term`` or a ``school_year`` pass; the directory and ``truth`` follow.

    Answers what happened, counted by kind. Raises ValueError for another step, and for a day that would walk over
    1 July, when the school year changes.
    """
    town = municipality.town
    rng = Random(f"{seed}:{step}:{town.today.isoformat()}")
    happened = pass_time(rng, town, step, municipality.groups_per_class, municipality.convention.dirt)
    municipality.mirror.show()
    municipality.truth = truth_of(town, municipality.convention)
    return happened


def controls(municipality: Municipality) -> dict[str, Callable[[Json], object]]:
    """For a fake Google: ``POST _fake/evolve`` with ``{"step": "day", "seed": 1}`` lets time pass in it."""

    def passing(body: Json) -> dict[str, int]:
        return dict(evolve(municipality, str(body.get("step", "day")), int(body.get("seed", 1))))

    return {"evolve": passing}


def _name_admin(town: Town) -> None:
    admin = next(person for person in town.people.values() if person.outside == "office")
    town.addresses.discard(admin.address)
    admin.address = f"{ADMIN}@{town.domain}"
    town.addresses.add(admin.address)


def _empty_directory(town: Town, shape: Convention) -> Directory:
    customer_id = "C0" + base36(town.seed * 2_654_435_761 % 36**7, 7)
    admin = next(person for person in town.people.values() if person.address == f"{ADMIN}@{town.domain}")

    def clock() -> datetime:
        return datetime.combine(town.today, time(9), UTC)

    return Directory(
        customer_id=customer_id,
        customer={
            "kind": "admin#directory#customer",
            "id": customer_id,
            "customerDomain": town.domain,
            "alternateEmail": f"kommun@{town.domain}",
            "language": "sv",
            "postalAddress": {"organizationName": town.name, "countryCode": "SE"},
            "customerCreationTime": timestamp(datetime(2014, 8, 1, tzinfo=UTC)),
        },
        domains=[
            {"kind": "admin#directory#domain", "domainName": domain, "isPrimary": first, "verified": True}
            for domain, first in ((town.domain, True), (town.pupil_domain, False))
        ],
        schemas=[dict(schema) for schema in shape.schemas],
        role_assignments=[
            {
                "kind": "admin#directory#roleAssignment",
                "roleAssignmentId": "1",
                "roleId": "1",
                "assignedTo": admin.key,
                "scopeType": "CUSTOMER",
            }
        ],
        clock=clock,
        logging=False,
    )
