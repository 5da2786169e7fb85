"""The school unit register from Skolverket's open API, version 2.

The list of all school units comes in one answer and tells code, name and status; the rest is told unit by unit, so
it is asked only for the codes that somebody needs. Open data: no key, nothing about pupils.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from skolsynk.core.domains import spell
from skolsynk.core.municipalities import MUNICIPALITIES
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.ss12000.codes import MUNICIPALITY_CODE, SCHOOL_UNIT_CODE
from skolsynk.sources.base import Progress, no_progress
from skolsynk.sources.register_errors import RegisterError
from skolsynk.sources.register_http import Caller, Calling

Json = Mapping[str, Any]
BASE_URL = "https://api.skolverket.se/skolenhetsregistret"
PATIENT = Calling()
FILTERS = ("status", "municipality_code", "organization_number", "school_type")


class RegisterRead(NamedTuple):
    """What the API told. ``units`` in the order of their codes; without details: code, name and status only."""

    units: tuple[RegisteredUnit, ...]
    missing: tuple[str, ...]  # codes asked for that the register does not have
    extracted: str  # the register's own date of what it tells, "2025-11-30", or ""


class Listed(NamedTuple):
    units: tuple[RegisteredUnit, ...]
    extracted: str


class Detailed(NamedTuple):
    units: tuple[RegisteredUnit, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class RegisterApi:
    """The register at ``base_url``; ``calling`` says how patiently it is asked."""

    base_url: str = BASE_URL
    calling: Calling = PATIENT

    def read(
        self, codes: Iterable[str] = (), *, status: str = "AKTIV", progress: Progress = no_progress
    ) -> RegisterRead:
        """All units with a status ("" for all there are), with details for ``codes``. Raises RegisterError."""
        progress("list", 0, 1)
        listed = self.list_units(status=status) if status else self.list_units()
        progress("list", 1, 1)
        detailed = self.details(codes, progress=progress)
        units = {unit.code: unit for unit in (*listed.units, *detailed.units)}
        return RegisterRead(tuple(units[code] for code in sorted(units)), detailed.missing, listed.extracted)

    def list_units(self, **filters: str) -> Listed:
        """Code, name and status of the units that pass FILTERS, in one call. Raises RegisterError, TypeError."""
        unknown = sorted(set(filters) - set(FILTERS))
        if unknown:
            raise TypeError(f"the register's list has no filter {', '.join(unknown)}")
        url = f"{self._root}/v2/school-units" + (f"?{urlencode(filters)}" if filters else "")
        with Caller(self.calling) as caller:
            return _listed(_parsed(caller.get(url).body, url), url)

    def details(self, codes: Iterable[str], *, progress: Progress = no_progress) -> Detailed:
        """All that the register tells of each code, several asked for at once. Raises RegisterError."""
        wanted = sorted(set(codes))
        found: dict[str, RegisteredUnit | None] = {}
        progress("details", 0, len(wanted))
        # closing(): whatever a progress raises, the calls under way end before their connections are closed.
        with (
            Caller(self.calling) as caller,
            closing(_side_by_side(partial(self._detail, caller), wanted, caller)) as answers,
        ):
            for code, unit in answers:
                found[code] = unit
                progress("details", len(found), len(wanted))
        units = tuple(unit for code in wanted if (unit := found[code]))
        return Detailed(units, tuple(code for code in wanted if found[code] is None))

    @property
    def _root(self) -> str:
        root = self.base_url.rstrip("/")
        if urlsplit(root).scheme not in ("http", "https") or not urlsplit(root).hostname:
            raise RegisterError("bad_address", self.base_url)
        return root

    def _detail(self, caller: Caller, code: str) -> RegisteredUnit | None:
        url = f"{self._root}/v2/school-units/{code}"
        if not SCHOOL_UNIT_CODE.match(code):
            return None
        answer = caller.get(url, absent_is_fine=True)
        return None if answer.status == 404 else _unit(_parsed(answer.body, url), code, url)


def _side_by_side(
    ask: Callable[[str], RegisteredUnit | None], codes: Iterable[str], caller: Caller
) -> Generator[tuple[str, RegisteredUnit | None], None, None]:
    """Answers as they come, in pieces small enough to show progress. The first error ends it all."""
    with ThreadPoolExecutor(caller.calling.in_flight, "register") as pool:
        waiting: dict[Future[RegisteredUnit | None], str] = {pool.submit(ask, code): code for code in codes}
        try:
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_EXCEPTION, timeout=caller.calling.look_every_s)
                yield from ((waiting.pop(future), future.result()) for future in done)
        finally:
            caller.stop()
            pool.shutdown(cancel_futures=True)


def _parsed(body: bytes, url: str) -> Json:
    text = body.decode("utf-8-sig", "replace").strip()
    if text.startswith("<"):
        raise RegisterError("html", url)
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        cut = text.startswith("{") and not text.endswith("}")
        raise RegisterError("truncated" if cut else "not_json", url) from error
    return _mapping(parsed, "$", url)


def _wrong_shape(where: str, url: str) -> RegisterError:
    return RegisterError("shape", url, {"where": where})


def _mapping(value: object, where: str, url: str) -> Json:
    if not isinstance(value, Mapping):
        raise _wrong_shape(where, url)
    return value


def _texts(value: object, where: str, url: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong_shape(where, url)
    return tuple(value)


class _Part:
    """One object of an answer; knows where it is, for the error."""

    def __init__(self, value: object, where: str, url: str) -> None:
        self._members, self._where, self._url = _mapping(value, where, url), where, url

    def part(self, name: str, *, needed: bool = True) -> _Part:
        value = self._members.get(name)
        return _Part({} if value is None and not needed else value, f"{self._where}.{name}", self._url)

    def text(self, name: str, *, needed: bool = False) -> str:
        value = self._members.get(name)
        if (value is None and not needed) or isinstance(value, str):
            return (value or "").strip()
        raise _wrong_shape(f"{self._where}.{name}", self._url)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._members.get(name)
        return () if value is None else _texts(value, f"{self._where}.{name}", self._url)

    def parts(self, name: str) -> list[_Part]:
        value = self._members.get(name)
        if not isinstance(value, list):
            raise _wrong_shape(f"{self._where}.{name}", self._url)
        return [_Part(each, f"{self._where}.{name}[{place}]", self._url) for place, each in enumerate(value)]

    def code(self, name: str) -> str:
        found = self.text(name, needed=True)
        if not SCHOOL_UNIT_CODE.match(found):
            raise _wrong_shape(f"{self._where}.{name}", self._url)
        return found


def _listed(answer: Json, url: str) -> Listed:
    top = _Part(answer, "$", url)
    rows = top.part("data").parts("attributes")
    units = {row.code("schoolUnitCode"): row for row in rows}
    return Listed(
        tuple(_bare(code, row) for code, row in units.items()), top.part("meta", needed=False).text("extractDate")
    )


def _bare(code: str, row: _Part) -> RegisteredUnit:
    name, status = row.text("name", needed=True), row.text("status") or "AKTIV"
    return RegisteredUnit(code, name, status, (), "", "", "", "", "", "", "")


def _unit(answer: Json, code: str, url: str) -> RegisteredUnit:
    top = _Part(answer, "$", url)
    part = top.part("data")
    told, owner = part.part("attributes"), top.part("included", needed=False)
    owner_told = owner.part("attributes", needed=False)
    if part.code("schoolUnitCode") != code:
        raise _wrong_shape("$.data.schoolUnitCode", url)
    municipality = told.text("municipalityCode")
    if municipality and not MUNICIPALITY_CODE.match(municipality):
        raise _wrong_shape("$.data.attributes.municipalityCode", url)
    return RegisteredUnit(
        code=code,
        name=told.text("displayName", needed=True),
        status=told.text("status") or "AKTIV",
        school_types=told.texts("schoolTypes"),
        organizer_type=owner_told.text("organizerType"),
        organization_number=owner.text("organizationNumber"),
        organizer_name=owner_told.text("displayName"),
        municipality_code=municipality,
        municipality=MUNICIPALITIES.get(municipality, ""),
        email_domain=email_domain(told.text("email")),
        web_host=web_host(told.text("url")),
    )


def email_domain(address: str) -> str:
    """The domain of the first address in a text that people have filled in; "" where there is none."""
    for word in address.replace(",", " ").replace(";", " ").split():
        local, at, domain = word.strip("<>").rpartition("@")
        if local and at and "." in domain:
            return spell(domain)
    return ""


def web_host(address: str) -> str:
    """The host of a web address, with or without its scheme; "" where there is none."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return spell(host) if "." in host and " " not in host else ""
