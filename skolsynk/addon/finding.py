"""Finding one person and explaining her in short. A look is written in the log, as on the site's page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from skolsynk.addon.cards import AtVendor, Hit, Hits, Person
from skolsynk.addon.seeing import press
from skolsynk.addon.visitor import Visitor
from skolsynk.addon.words import ANSWERS, VERBS, named, said
from skolsynk.core.findings import CATALOGUE, DECISIONS
from skolsynk.core.readmodel.values import Found, PersonRow
from skolsynk.store import load, save
from skolsynk.store import persons as rows
from skolsynk.sync import people
from skolsynk.sync.dispatch import today_at

SHOWN_HITS = 10
KEY = "key"  # the parameter that names a person, by the source's id


def by_text(visitor: Visitor, text: str, now: datetime) -> Person | Hits:
    """One person when only one is meant, else those who may be: by name, address, Google's id or UUID."""
    asked, known = text.strip(), True
    found = Found((), 0)
    if asked:
        answer = people.asked(visitor.tenant.id, lambda model: model.people.find(asked, visitor.only, 0, SHOWN_HITS))
        found, known = answer or found, answer is not None
    key = found.rows[0].key if found.total == 1 else None
    if asked and not found.total:
        key = people.absent_key(visitor.tenant.id, asked)
    one = by_key(visitor, key, now) if key else None
    return one or _hits(visitor, asked, found, known=known)


def by_key(visitor: Visitor, key: str, now: datetime) -> Person | None:
    """The person, if this visitor may see her: some unit that she is or was at is among the visitor's."""
    found = people.look(visitor.tenant.id, key, today_at(now), visitor.language)
    if found is None or (visitor.only is not None and visitor.only.isdisjoint(found.units)):
        return None
    about = {"person": key, "protected": found.protected}
    save.audit(visitor.tenant.id, visitor.who, rows.SEEN, about, now)
    return _person(visitor, found)


def _person(visitor: Visitor, found: people.Person) -> Person:
    row = found.row if not found.protected else None
    shown = Person(
        _fate(found), _reason(visitor, found.row), visitor.page("person", key=found.key), press("addon_person"),
        vendors=[_at_vendor(visitor, each) for each in found.vendors],
    )  # fmt: skip
    if row is None:
        return shown
    name, places = row.name or row.email or found.key, _places(row, _unit_names(visitor))
    return replace(shown, name=name, email=row.email, role=row.role, places=places)


def _fate(found: people.Person) -> str:
    return found.row.fate if found.row else "absent"


def _reason(visitor: Visitor, row: PersonRow | None) -> str:
    code = row.reason if row else ""
    if code in DECISIONS:
        return said(visitor.language, DECISIONS[code])
    entry = CATALOGUE.get(code)
    return said(visitor.language, (entry.title_sv, entry.title_en)) if entry else ""


def _unit_names(visitor: Visitor) -> Mapping[str, str]:
    return {unit.code: unit.name for unit in load.units(visitor.tenant.id).values()}


def _places(row: PersonRow, names: Mapping[str, str]) -> tuple[str, ...]:
    return (*(names.get(code, code) for code in row.units), *row.classes)


def _at_vendor(visitor: Visitor, at: people.AtVendor) -> AtVendor:
    stop = next((step.name for step in at.steps if step.outcome == "failed"), "")
    return AtVendor(
        at.vendor.name, at.mode.value, at.verdict, stop, at.kept.at if at.kept else None, _sent(at.payload),
        _answer(visitor, at.answer),
    )  # fmt: skip


def _sent(payload: bytes) -> str:
    """Whom the vendor knows by what was sent: name and user name."""
    body = json.loads(payload) if payload else {}
    return ", ".join(str(body[name]) for name in ("displayName", "userName") if body.get(name))


def _answer(visitor: Visitor, answer: rows.Answered | None) -> str:
    if answer is None:
        return ""
    verb, told = named(visitor.language, VERBS, answer.verb), named(visitor.language, ANSWERS, answer.answer)
    return f"{verb}, {told}"


def _hits(visitor: Visitor, text: str, found: Found, *, known: bool) -> Hits:
    names = _unit_names(visitor)
    shown = [
        Hit(row.name or row.email or row.key, row.role, _shown_places(visitor, row, names),
            press("addon_person", **{KEY: row.key}))
        for row in found.rows
    ]  # fmt: skip
    return Hits(text, shown, found.total, known, visitor.page("persons"), press("addon_person"))


def _shown_places(visitor: Visitor, row: PersonRow, names: Mapping[str, str]) -> tuple[str, ...]:
    """Of lists, people who are limited see their own school units only."""
    mine = row._replace(units=tuple(code for code in row.units if visitor.only is None or code in visitor.only))
    return _places(mine, names)
