"""Invented school units as rows of the school unit register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

COLUMNS = (
    "school_unit_code",
    "name",
    "school_types",
    "organizer_type",
    "organization_number",
    "organizer_name",
    "municipality_code",
    "municipality",
    "email_domain",
    "web_host",
)
"""The columns of the register's CSV form, without the head counts by year, which only the 2019 file has."""

ORGANISATION_NUMBER = "2120009999"
MUNICIPALITY_CODE = "9999"
"""Of no municipality; the EGIL profile's own examples use it."""


def to_register(units: Iterable[Mapping[str, Any]], organizer: str = "Björkviks kommun") -> list[dict[str, str]]:
    """Rows with COLUMNS for ``Municipality.school_units``, as the register's CSV has them."""
    return [
        {
            "school_unit_code": unit["code"],
            "name": unit["name"],
            "school_types": " ".join(unit["school_types"]),
            "organizer_type": "Kommunal",
            "organization_number": ORGANISATION_NUMBER,
            "organizer_name": organizer.upper(),
            "municipality_code": MUNICIPALITY_CODE,
            "municipality": organizer.removesuffix(" kommun").removesuffix("s"),
            "email_domain": unit["email_domain"],
            "web_host": unit["email_domain"],
        }
        for unit in units
    ]
