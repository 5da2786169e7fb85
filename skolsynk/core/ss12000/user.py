"""User: a pupil (has enrolments) or staff (has Employments); the same person may be both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, Reference, ResourceId, ResourceType, Violation, check_text
from skolsynk.core.ss12000.codes import CORE_USER, EGIL_USER, SCHOOL, SCHOOL_TYPES, SCHOOL_YEARS

SIS_USER = SCHOOL + "User"
EPPN = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
GOOGLE_CONTEXT = "https://accounts.google.com"


class Enrolment(NamedTuple):
    school_unit: ResourceId
    school_year: int | None = None  # 0-10, 0 = förskoleklass
    school_type: str = ""
    program_code: str = ""

    def body(self, *, school_year: bool, school_type: bool) -> JsonObject:
        body: JsonObject = {"value": self.school_unit, "$ref": f"SchoolUnits/{self.school_unit}"}
        if school_year and self.school_year is not None:
            body["schoolYear"] = self.school_year
        if school_type and self.school_type:
            body["schoolType"] = self.school_type
        if school_type and self.program_code:
            body["programCode"] = self.program_code
        return body


class UserFields(NamedTuple):
    """Which optional attributes one vendor gets."""

    email: bool = True
    school_year: bool = True
    school_type: bool = False
    google_id: bool = True


class User(NamedTuple):
    id: ResourceId
    user_name: str  # EPPN form, the primary e-mail address
    given_name: str
    family_name: str
    email: str  # "" when there is none that can be sent
    source_key: str  # the directory's own immutable id
    enrolments: tuple[Enrolment, ...] = ()

    def body(self, fields: UserFields, enrolments: tuple[Enrolment, ...]) -> JsonObject:
        """The EGIL body with the enrolments that this vendor may see (a subset of the user's own)."""
        body: JsonObject = {
            "schemas": list(TYPE.schemas),
            "externalId": self.id,
            "userName": self.user_name,
            "displayName": f"{self.given_name} {self.family_name}".strip(),
            "name": {"givenName": self.given_name, "familyName": self.family_name},
        }
        if fields.email and self.email:
            body["emails"] = [{"value": self.email}]
        if enrolments:
            body[SIS_USER] = {
                "enrolments": [
                    enrolment.body(school_year=fields.school_year, school_type=fields.school_type)
                    for enrolment in enrolments
                ]
            }
        if fields.google_id:
            body[EGIL_USER] = {
                "externalIdentifiers": [{"value": self.source_key, "context": GOOGLE_CONTEXT, "globallyUnique": True}]
            }
        return body


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    yield from check_text(body, ("displayName",), "EGIL profile, User")
    user_name = body.get("userName")
    if not isinstance(user_name, str) or not EPPN.match(user_name):
        yield Violation("userName", "required, in EPPN form local@scope", "EGIL profile, User")
    yield from _check_name(body.get("name"))
    emails = body.get("emails", [])
    for entry in emails if isinstance(emails, list) else [emails]:
        address = entry.get("value") if isinstance(entry, Mapping) else None
        if not isinstance(address, str) or not EPPN.match(address):
            yield Violation("emails", "each needs a value that is an e-mail address", "RFC 7643 section 4.1.2")
    extension = body.get(SIS_USER)
    if extension is not None:
        yield from _check_enrolments(extension)


def _check_name(name: object) -> Iterator[Violation]:
    parts = name if isinstance(name, Mapping) else {}
    for part in ("givenName", "familyName"):
        if not isinstance(parts.get(part), str):
            yield Violation(f"name.{part}", "required text, may be empty", "EGIL profile, User")


def _check_enrolments(extension: object) -> Iterator[Violation]:
    if not isinstance(extension, Mapping):
        yield Violation(SIS_USER, "must be an object", "RFC 7643 section 3.3")
        return
    enrolments = extension.get("enrolments")
    for entry in enrolments if isinstance(enrolments, list) else ():
        if not isinstance(entry, Mapping):
            continue  # named already: it is no reference
        year = entry.get("schoolYear")
        if year is not None and (type(year) is not int or year not in SCHOOL_YEARS):
            yield Violation("enrolments.schoolYear", "an integer 0-10", "EGIL profile, User")
        kind = entry.get("schoolType")
        if kind is not None and kind not in tuple(SCHOOL_TYPES):
            yield Violation("enrolments.schoolType", "an SS12000:2018 school type", "SS12000:2018 code list")


TYPE = ResourceType(
    "User",
    "Users",
    (CORE_USER, SIS_USER),
    3,
    (Reference("enrolments", "SchoolUnits", many=True, below=SIS_USER),),
    _check,
)
