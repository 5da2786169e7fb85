"""The whole configuration of a municipality's tenant, as the YAML file that ``config import`` reads."""

from __future__ import annotations

import inspect
from datetime import date
from pathlib import Path

import yaml

from skolsynk.sandbox.directory import Json
from skolsynk.sandbox.municipality import Municipality, make
from skolsynk.sandbox.municipality.conventions import CONVENTIONS
from skolsynk.sandbox.municipality.register import ORGANISATION_NUMBER

EXAMPLE_PEOPLE = 300
EXAMPLE_SEED = 7
EXAMPLE_DATE = date(2026, 9, 1)
UNIT_GROUPS = {"gymnasium": "Gymnasieskolan", "anpassad gymnasium": "Gymnasieskolan", "vux": "Vuxenutbildningen"}


class _Plain(yaml.SafeDumper):
    """Writes everything out where the same value stands twice: a reader needs no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def configuration(municipality: Municipality) -> Json:
    """Tenant, source, school units, rules and two connections: one with everything, one with classes only."""
    town = municipality.town
    return {
        "tenant": {
            "name": town.name,
            "customer_id": municipality.directory.customer_id,
            "organisation_number": ORGANISATION_NUMBER,
        },
        "source": {
            "kind": "google",
            "subject": municipality.admin_email,
            "school_org_units": municipality.containers(),
        },
        "school_units": [
            {"code": unit.code, "group": UNIT_GROUPS.get(unit.kind, "Grundskolan")} for unit in town.units.values()
        ],
        "rules": municipality.rules(),
        "connections": [_everything(municipality), _classes_only(municipality)],
    }


def to_yaml(municipality: Municipality) -> str:
    """The configuration as YAML, opened by what the convention says of itself."""
    about = inspect.getdoc(inspect.getmodule(type(municipality.convention))) or ""
    heading = "\n".join(f"# {line}".rstrip() for line in about.replace("``", "").splitlines())
    body = yaml.dump(configuration(municipality), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)
    return f"{heading}\n{body}"


def example(convention: str) -> Municipality:
    """The municipality that the worked example of a convention describes."""
    return make(EXAMPLE_SEED, EXAMPLE_PEOPLE, convention, EXAMPLE_DATE)


def write_examples(folder: Path) -> None:
    """Write one worked example for each convention to ``folder``."""
    for convention in CONVENTIONS:
        (folder / f"{convention}.yaml").write_text(to_yaml(example(convention)), encoding="utf-8")


def _everything(municipality: Municipality) -> Json:
    return {
        "vendor": "gleerups",
        "selection": {
            "school_units": list(municipality.town.units),
            "roles": ["pupil", "teacher", "staff"],
            "group_types": ["Klass", "Undervisning"],
        },
        "guards": {},
        "schedule": {"every_minutes": 60},
    }


def _classes_only(municipality: Municipality) -> Json:
    first = next(iter(municipality.town.units))
    return {
        "vendor": "binogi",
        "selection": {"school_units": [first], "roles": ["pupil", "teacher"], "group_types": ["Klass"]},
        "guards": {},
        "schedule": {"every_minutes": 60},
    }
