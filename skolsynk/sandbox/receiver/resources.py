"""What the receiver knows of SS12000:2018, written apart from the sender so that the two can disagree.

Source: EGIL implementation profile, attribute tables and code lists; RFC 7643 section 3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

SIS = "urn:scim:schemas:extension:sis:school:1.0:"
USER_EXTENSION = SIS + "User"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EIGHT_DIGITS = re.compile(r"[0-9]{8}")
FOUR_DIGITS = re.compile(r"[0-9]{4}")
SCHOOL_TYPES = frozenset(
    ("FS", "FSK", "FTH", "GR", "GRS", "SP", "SAM", "GY", "GYS", "VUX", "SUV", "YH", "FHS", "HS", "AU")
)
GROUP_TYPES = frozenset(("Klass", "Undervisning", "Mentor", "Schema", "Övrigt"))
ROLES = frozenset(("Rektor", "Lärare", "Förskollärare", "Övrig pedagogisk personal", "Annan personal"))
ACTIVITY_TYPES = frozenset(("Undervisning", "Elevaktivitet", "Läraraktivitet", "Övrigt"))

Body = dict[str, object]


class Pointer(NamedTuple):
    """One reference inside a body: where it stands, to which endpoint, and to which id."""

    where: str
    endpoint: str
    id: str


class BodyError(Exception):
    """What is wrong with a body, in words for the sender."""


class Shape(NamedTuple):
    """One endpoint: its schemas, what must be there for the reference receiver, and the strict reading."""

    schemas: tuple[str, ...]
    present: tuple[str, ...]
    strict: Callable[[Body], Iterator[Pointer]]


def strict_pointers(endpoint: str, body: object) -> tuple[Pointer, ...]:
    """Check everything the profile says and return the references. Raises BodyError."""
    shape = SHAPES[endpoint]
    checked = _object("body", body)
    if checked.get("schemas") != list(shape.schemas):
        raise BodyError(f"schemas must be {list(shape.schemas)}")
    external_id(checked)
    return tuple(shape.strict(checked))


def reference_check(endpoint: str, body: object) -> None:
    """Only what the reference receiver looks at: keys that must be there. Raises BodyError."""
    checked = _object("body", body)
    external_id(checked)
    _missing("body", checked, SHAPES[endpoint].present)
    if endpoint == "Users":
        _missing("name", _object("name", checked["name"]), ("familyName", "givenName"))
        _reference_enrolments(checked.get(USER_EXTENSION))
    if endpoint == "SchoolUnits" and not EIGHT_DIGITS.search(str(checked["schoolUnitCode"])):
        raise BodyError("schoolUnitCode has no eight digits")


def external_id(body: Body) -> str:
    value = body.get("externalId")
    if not isinstance(value, str) or not UUID.fullmatch(value):
        raise BodyError("externalId must be a UUID in lower case")
    return value


def _reference_enrolments(extension: object) -> None:
    enrolments = extension.get("enrolments", []) if isinstance(extension, dict) else []
    for entry in _list("enrolments", enrolments):
        _missing("enrolments", _object("enrolments", entry), ("value",))
        _school_year(_object("enrolments", entry).get("schoolYear"))


def _missing(where: str, value: Body, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in value:
            raise BodyError(f"missing attribute {where}.{name}")


def _object(where: str, value: object) -> Body:
    if not isinstance(value, dict):
        raise BodyError(f"{where} must be an object")
    return value


def _list(where: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise BodyError(f"{where} must be a list")
    return value


def _text(body: Body, *names: str) -> None:
    for name in names:
        value = body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise BodyError(f"{name} must be a text that is not empty")


def _code(where: str, value: object, allowed: frozenset[str]) -> None:
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise BodyError(f"{where} has a value outside its code list")


def _school_year(value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10):
        raise BodyError("schoolYear must be an integer from 0 to 10")


def _pointer(where: str, value: object, endpoint: str) -> Pointer:
    entry = _object(where, value)
    target = entry.get("value")
    if not isinstance(target, str) or not UUID.fullmatch(target):
        raise BodyError(f"{where}.value must be a UUID in lower case")
    if "$ref" in entry and entry["$ref"] != f"{endpoint}/{target}":
        raise BodyError(f"{where}.$ref must be {endpoint}/ and the value")
    return Pointer(where, endpoint, target)


def _pointers(body: Body, where: str, endpoint: str) -> Iterator[Pointer]:
    seen: set[str] = set()
    for entry in _list(where, body.get(where)):
        pointer = _pointer(where, entry, endpoint)
        if pointer.id in seen:
            raise BodyError(f"{where} names {pointer.id} twice")
        seen.add(pointer.id)
        yield pointer


def _named(body: Body) -> Iterator[Pointer]:
    _text(body, "displayName")
    yield from ()


def _school_unit(body: Body) -> Iterator[Pointer]:
    _text(body, "displayName")
    if not EIGHT_DIGITS.fullmatch(str(body.get("schoolUnitCode"))):
        raise BodyError("schoolUnitCode must be eight digits")
    for code in _list("schoolTypes", body.get("schoolTypes", [])):
        _code("schoolTypes", code, SCHOOL_TYPES)
    municipality = body.get("municipalityCode")
    if municipality is not None and not FOUR_DIGITS.fullmatch(str(municipality)):
        raise BodyError("municipalityCode must be four digits")
    for name, endpoint in (("organisation", "Organisations"), ("schoolUnitGroup", "SchoolUnitGroups")):
        if name in body:
            yield _pointer(name, body[name], endpoint)


def _user(body: Body) -> Iterator[Pointer]:
    _text(body, "userName", "displayName")
    if "@" not in str(body["userName"]):
        raise BodyError("userName must have the form local@scope")
    name = _object("name", body.get("name"))
    if not isinstance(name.get("givenName"), str) or not isinstance(name.get("familyName"), str):
        raise BodyError("name needs givenName and familyName")
    for address in _list("emails", body.get("emails", [])):
        if "@" not in str(_object("emails", address).get("value")):
            raise BodyError("emails need a value that is an address")
    extension = _object(USER_EXTENSION, body.get(USER_EXTENSION, {}))
    for entry in _list("enrolments", extension.get("enrolments", [])):
        enrolment = _object("enrolments", entry)
        _school_year(enrolment.get("schoolYear"))
        _code("schoolType", enrolment.get("schoolType"), SCHOOL_TYPES)
        yield _pointer("enrolments", entry, "SchoolUnits")


def _employment(body: Body) -> Iterator[Pointer]:
    if body.get("employmentRole") is None:
        raise BodyError("employmentRole is missing")
    _code("employmentRole", body["employmentRole"], ROLES)
    yield _pointer("employedAt", body.get("employedAt"), "SchoolUnits")
    yield _pointer("user", body.get("user"), "Users")


def _student_group(body: Body) -> Iterator[Pointer]:
    _text(body, "displayName")
    _code("studentGroupType", body.get("studentGroupType"), GROUP_TYPES)
    _code("schoolType", body.get("schoolType"), SCHOOL_TYPES)
    yield _pointer("owner", body.get("owner"), "SchoolUnits")
    yield from _pointers(body, "studentMemberships", "Users")


def _activity(body: Body) -> Iterator[Pointer]:
    _text(body, "displayName")
    _code("activityType", body.get("activityType"), ACTIVITY_TYPES)
    yield _pointer("owner", body.get("owner"), "SchoolUnits")
    yield from _pointers(body, "groups", "StudentGroups")
    yield from _pointers(body, "teachers", "Employments")


SHAPES: dict[str, Shape] = {
    "Organisations": Shape((SIS + "Organisation",), ("displayName",), _named),
    "SchoolUnitGroups": Shape((SIS + "SchoolUnitGroup",), ("displayName",), _named),
    "SchoolUnits": Shape((SIS + "SchoolUnit",), ("displayName", "schoolUnitCode"), _school_unit),
    "Users": Shape(
        ("urn:ietf:params:scim:schemas:core:2.0:User", USER_EXTENSION), ("userName", "displayName", "name"), _user
    ),
    "Employments": Shape((SIS + "Employment",), ("employedAt", "user", "employmentRole"), _employment),
    "StudentGroups": Shape((SIS + "StudentGroup",), ("displayName", "owner"), _student_group),
    "Activities": Shape((SIS + "Activity",), ("displayName", "owner"), _activity),
}
