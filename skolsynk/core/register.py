"""One school unit (skolenhet) as Skolverket's register, or an operator, describes it."""

from __future__ import annotations

from typing import NamedTuple


class RegisteredUnit(NamedTuple):
    code: str  # 8 digits
    name: str
    status: str  # "AKTIV" …
    school_types: tuple[str, ...]  # the register's codes
    organizer_type: str
    organization_number: str
    organizer_name: str
    municipality_code: str
    municipality: str
    email_domain: str
    web_host: str
    group: str = ""  # name of the SchoolUnitGroup the tenant puts it in, or ""
