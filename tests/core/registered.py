"""Builds school units for tests of the register."""

from __future__ import annotations

from skolsynk.core.register import RegisteredUnit


def unit(code: str = "99000001", name: str = "Ekskolan", **values: object) -> RegisteredUnit:
    """A school unit of the invented Björkviks kommun, without domains of its own."""
    made = RegisteredUnit(
        code=code,
        name=name,
        status="AKTIV",
        school_types=("FKLASS", "GR"),
        organizer_type="KOMMUN",
        organization_number="2120009999",
        organizer_name="BJÖRKVIKS KOMMUN",
        municipality_code="9999",
        municipality="Björkvik",
        email_domain="",
        web_host="",
    )
    return made._replace(**values)  # type: ignore[arg-type]  # a builder takes any field by name
