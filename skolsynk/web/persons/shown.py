"""What the page of one person shows: where she stands with each vendor, why, what was sent, and who has looked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.rules.exclusion import NeverPerson
from skolsynk.store import load, members
from skolsynk.store import persons as rows
from skolsynk.sync import exclusions, people
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.exclusions import Whom
from skolsynk.sync.people import AtVendor, Person
from skolsynk.web.access import Visit
from skolsynk.web.changes.said import ATTRIBUTES, REASONS
from skolsynk.web.persons import sentences
from skolsynk.web.persons.labels import FATE_KINDS, FATES, VERDICTS
from skolsynk.web.persons.links import address
from skolsynk.web.persons.sentences import Link, Names
from skolsynk.web.persons.timeline import timeline
from skolsynk.web.words import chosen, speaks

GOOGLE = "https://admin.google.com/ac/users/{}"
MOST_GROUPS = 20
LOOKS = 5


class Difference(NamedTuple):
    """One attribute that would be sent otherwise than it was."""

    name: str
    old: str
    new: str


class Card(NamedTuple):
    """One vendor as the page shows it."""

    at: AtVendor
    kind: str
    verdict: str
    links: list[Link]
    wish: str
    held: list[str]
    sent: str  # JSON with line breaks
    differences: list[Difference]
    changes_at: str
    connection_at: str


class Fact(NamedTuple):
    """One thing that is known of her, and where it came from."""

    name: str
    value: str
    origin: str


def seen(visit: Visit, key: str) -> Person | None:
    """The person, if this visitor may see her: some unit that she is or was at is among the visitor's."""
    found = people.look(visit.tenant.id, key, today_at(timezone.now()), speaks())
    if found is None or visit.whole:
        return found
    return found if any(visit.sees(code) for code in found.units) else None


def unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "web/persons/unknown.html", status=404)


def context(request: HttpRequest, visit: Visit, found: Person, events: tuple[rows.Event, ...]) -> dict[str, Any]:
    names = unit_names(visit)
    cards = [card(visit, found, at, names) for at in found.vendors]
    rules_at = address(visit, "rules") if visit.whole else ""
    looks = [each for each in events if each.what == rows.SEEN][:LOOKS]
    moments = timeline(visit, found, events)
    whos = members.names_of(visit.tenant.id, {*(look.who for look in looks), *(each.who for each in moments)}, speaks())
    named = request.GET.get("namn") == "1" and not found.protected
    fate = found.row.fate if found.row else "absent"
    return {
        "person": found,
        "title": title(found),
        "fate": FATES[fate],
        "fate_kind": FATE_KINDS[fate],
        "reason": sentences.reason(fate, found.row.reason) if found.row and fate != "placed" else "",
        "facts": facts(found, names),
        "links": sentences.of_rules(found.steps, names, rules_at),
        "cards": cards,
        "moments": moments,
        "names": whos,
        "looks": looks,
        "google_at": GOOGLE.format(found.key) if found.row else "",
        "support": support(visit, found, cards, named=named),
        "named": named,
        "never": never(found),
        "rules_version": found.rules_number,
        "known": found.read_at is not None,
    }


def title(found: Person) -> str:
    """The name where it may be shown."""
    if found.protected:
        return chosen("Person med skyddade uppgifter", "Person with protected identity")
    if found.row is None:
        return chosen("Person som har lämnat", "Person who has left")
    return found.row.name or found.row.email or found.key


def unit_names(visit: Visit) -> Names:
    return {unit.code: unit.name for unit in load.units(visit.tenant.id).values()}


def whom(found: Person) -> Whom:
    return Whom(found.key, found.row.email if found.row else "")


def never(found: Person) -> NeverPerson | None:
    """The rule that names this person and keeps her from every vendor."""
    return exclusions.everywhere(found.rules, whom(found)) if found.rules else None


# One vendor


def card(visit: Visit, found: Person, at: AtVendor, names: Names) -> Card:
    kind, verdict = VERDICTS[at.verdict]
    mine = [each for each in at.waiting if each.id == found.id] or list(at.waiting)
    waits = dict.fromkeys(str(REASONS.get(each.reason, each.reason)) for each in mine)
    connection_at = address(visit, "connection", vendor=at.slug)
    changes_at = address(visit, "changes_of", vendor=at.slug, mode=at.mode.value) if at.waiting else ""
    return Card(
        at, kind, str(verdict), sentences.of_vendor(at.steps, names, connection_at), sentences.wish(at.steps, names),
        list(waits), pretty(at.payload), differences(found, at), changes_at, connection_at,
    )  # fmt: skip


def pretty(body: bytes) -> str:
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else ""


def differences(found: Person, at: AtVendor) -> list[Difference]:
    """What would be sent otherwise than it was; nothing for what the vendor lacks, or is to lose."""
    if not at.payload or not at.wanted or at.payload == at.wanted:
        return []
    units = found.part.school.school_units if found.part else {}
    ids = {str(unit.id): unit.display_name for unit in units.values()}
    old, new = _flat(json.loads(at.payload)), _flat(json.loads(at.wanted))
    return [
        Difference(str(ATTRIBUTES.get(name, name)), _text(old.get(name), ids), _text(new.get(name), ids))
        for name in {**new, **old}
        if old.get(name) != new.get(name)
    ]


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """Top-level attributes; those of an extension beside them."""
    found: dict[str, Any] = {}
    for key, value in body.items():
        found |= value if key.startswith("urn:") and isinstance(value, dict) else {key: value}
    return found


def _text(value: Any, ids: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return ", ".join(filter(None, (_text(each, ids) for key, each in value.items() if key != "$ref")))
    if isinstance(value, list):
        return "; ".join(_text(each, ids) for each in value)
    return "" if value is None else ids.get(str(value), str(value))


# Facts and support


def facts(found: Person, names: Names) -> list[Fact]:
    """What is known, and where each came from. Of protected people the ids alone."""
    return [fact for fact in _facts(found, names) if fact.value]


def _facts(found: Person, names: Names) -> Iterator[Fact]:
    row = found.row
    if row is not None and not found.protected:
        google = chosen("i Google", "in Google")
        by = {step.name: sentences.rule_name(step.rule) for step in found.steps}
        year = "" if row.school_year is None else str(row.school_year or chosen("förskoleklass", "preschool class"))
        units = ", ".join(f"{names.get(code, code)} ({code})" for code in row.units)
        yield Fact(chosen("Namn", "Name"), row.name, google)
        yield Fact(chosen("E-post", "E-mail"), row.email, google)
        yield Fact(chosen("Organisationsenhet", "Org unit"), row.container, google)
        yield Fact(chosen("Konto", "Account"), _account(found), google)
        yield Fact(chosen("Roll", "Role"), str(sentences.ROLES[row.role]) if row.role else "", by.get("role", ""))
        yield Fact(chosen("Skolenhet", "School unit"), units, by.get("placement", ""))
        yield Fact(chosen("Klass", "Class"), ", ".join(row.classes), by.get("class", ""))
        yield Fact(chosen("Årskurs", "School year"), year, by.get("school_year", ""))
        yield Fact(chosen("Grupper", "Groups"), ", ".join(_groups(found)), chosen("enligt reglerna", "by the rules"))
        yield Fact(chosen("Google-grupper", "Google Groups"), ", ".join(_some(google_groups(found))), google)
    yield Fact(chosen("Googles id", "Google's id"), found.key, "")
    yield Fact("UUID", found.id or "", chosen("det id som leverantörerna får", "the id that vendors get"))


def _account(found: Person) -> str:
    if found.row and found.row.suspended:
        return chosen("avstängt", "suspended")
    return chosen("arkiverat", "archived") if found.row and found.row.archived else ""


def _groups(found: Person) -> list[str]:
    groups = found.part.school.student_groups.values() if found.part else ()
    mine = sorted(each.display_name for each in groups if not each.is_class and (each.members or each.teachers))
    return _some(mine)


def google_groups(found: Person) -> list[str]:
    """Addresses of the groups that she is a direct member of."""
    groups = found.part.snapshot.groups if found.part else ()
    return [each.email for each in groups if any(member.key == found.key for member in each.members)]


def _some(listed: list[str]) -> list[str]:
    more = len(listed) - MOST_GROUPS
    return [*listed[:MOST_GROUPS], chosen(f"och {more} till", f"and {more} more")] if more > 0 else listed


def support(visit: Visit, found: Person, cards: list[Card], *, named: bool) -> str:
    """What to send to whoever helps: ids and codes; a name only when the visitor asks for it."""
    lines = [
        f"Skolsynk {visit.tenant.customer_id}",
        chosen(f"Googles id: {found.key}", f"Google's id: {found.key}"),
        f"UUID: {found.id or '–'}",
        *([title(found)] if named else []),
        chosen("Reglerna: ", "Rules: ") + f"{FATES[found.row.fate if found.row else 'absent']}"
        + (f" ({found.row.reason})" if found.row and found.row.reason else ""),
    ]  # fmt: skip
    if found.read_at:
        lines.append(chosen("Läst: ", "Read: ") + f"{found.read_at:%Y-%m-%d %H:%M} UTC")
    for each in cards:
        stop = next((link.title for link in each.links if link.outcome == "failed"), "")
        answer = each.at.answer
        said = f" | {answer.verb} {answer.answer} {answer.status} {answer.at:%Y-%m-%d %H:%M} UTC" if answer else ""
        lines.append(
            f"{each.at.vendor.name} ({each.at.mode.value}): {each.verdict}{f' | {stop}' if stop else ''}{said}"
        )
    return "\n".join(lines)
