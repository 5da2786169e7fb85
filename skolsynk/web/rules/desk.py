"""What the pages of the rules show: rows of sentences with people, the draft's effect, and what has moved on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from skolsynk.core.findings import CATALOGUE
from skolsynk.core.readmodel.people import PeopleIndex
from skolsynk.core.readmodel.values import PersonRow, RulesEffect
from skolsynk.core.rules import KINDS, Rules
from skolsynk.core.rules.difference import Change
from skolsynk.core.rules.exclusion import Suspended
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.core.rules.shape import Rule
from skolsynk.core.school import Fate
from skolsynk.store import load, members
from skolsynk.sync import drafting, targets
from skolsynk.sync.rules import Desk
from skolsynk.web.access import Visit
from skolsynk.web.rules import labels
from skolsynk.web.rules.sentences import Names, Said, sentence
from skolsynk.web.words import chosen, speaks, words

SHOWN = 12  # rules of one section on the first page


class Line(NamedTuple):
    """One rule as a row."""

    section: str
    at: int
    said: Said
    people: int | None  # whom it decides something of; None when that cannot be counted
    mark: str  # "added", "changed", "moved" by the draft, or ""
    first: bool
    last: bool

    @property
    def idle(self) -> bool:
        """It should decide something, and does not. That nobody is excluded or protected is nothing to remark on."""
        return self.people == 0 and self.section not in ("never", "protected")


class Part(NamedTuple):
    """One section of the page."""

    name: str
    about: labels.Section
    lines: list[Line]
    total: int
    kinds: list[tuple[str, str]]  # (kind, what it is called), of which a rule may be added


class Effect(NamedTuple):
    """A draft's effect in words."""

    numbers: RulesEffect
    new: list[tuple[str, int]]
    gone: list[tuple[str, int]]
    vendors: list[tuple[str, str, int, int]]  # (slug, name, entering, leaving)
    warnings: list[str]

    @property
    def quiet(self) -> bool:
        """Nobody is concerned and no finding comes or goes."""
        numbers = self.numbers
        people = numbers.entering or numbers.leaving or numbers.moving
        return not (people or self.new or self.gone or any(each[2] or each[3] for each in self.vendors))


class News(NamedTuple):
    """What moved on while somebody was writing."""

    text: str
    by: str
    at: datetime | None


# Names


def names_of(visit: Visit) -> Names:
    units = {code: unit.name for code, unit in load.units(visit.tenant.id).items()}
    people = drafting.asked(visit.tenant.id, lambda model: model.people)
    return Names(units, lambda spelt: _person(visit, row_of(people, spelt)))


def row_of(people: PeopleIndex | None, spelt: str) -> PersonRow | None:
    """By Google id or exact address."""
    typed = spelt.strip()
    found = people.row(typed) if people else None
    if found is not None or people is None or "@" not in typed:
        return found
    return next((row for row in people.find(typed).rows if row.email == typed.lower()), None)


def _person(visit: Visit, row: PersonRow | None) -> str:
    """What may be shown of somebody whom a rule names."""
    if row is None:
        return chosen("En person som inte hittas i katalogen", "Somebody who is not found in the directory")
    if row.fate == Fate.PROTECTED.value:
        return chosen("En person med skyddade personuppgifter", "Somebody with a protected identity")
    if not visit.whole and not any(visit.sees(code) for code in row.units):
        return chosen("En person", "One person")
    return f"{row.name} ({row.email})" if row.name and row.email else row.name or row.email


# The rules


def parts(visit: Visit, desk: Desk, effect: RulesEffect | None) -> list[Part]:
    """Every section, with its first rules."""
    names, marks = names_of(visit), _marks(desk.changes)
    return [part(desk, section, names, effect, marks, upto=SHOWN) for section in KINDS]


def part(
    desk: Desk,
    section: str,
    names: Names,
    effect: RulesEffect | None,
    marks: Mapping[tuple[str, int], str],
    *,
    upto: int | None = None,
) -> Part:
    found = rules_of(desk.rules, section)
    lines = [
        Line(
            section, at, sentence(section, rule, names), people_of(effect, section, at, rule),
            marks.get((section, at), ""), at == 0, at == len(found) - 1,
        )
        for at, rule in enumerate(found[:upto])
    ]  # fmt: skip
    kinds = [(kind, labels.KINDS[section, kind]) for kind in KINDS[section]]
    return Part(section, labels.SECTIONS[section], lines, len(found), kinds)


def marks_of(desk: Desk) -> dict[tuple[str, int], str]:
    """{(section, place): how the draft differs there}"""
    return _marks(desk.changes)


def _marks(changes: Iterable[Change]) -> dict[tuple[str, int], str]:
    return {(each.section, each.is_at): each.verb for each in changes if each.is_at is not None}


def people_of(effect: RulesEffect | None, section: str, at: int, rule: Rule) -> int | None:
    """How many people one rule decides something of."""
    if effect is None:
        return None
    if isinstance(rule, Suspended) and not rule.keep:  # left out by itself, whatever place the rule has
        return effect.by_rule.get(f"never {rule.kind}", effect.by_rule.get(f"never[{at}] {rule.label}", 0))
    return effect.by_rule.get(f"{section}[{at}] {rule.label}", 0)


# The effect


def effect_of(visit: Visit, desk: Desk, draft: Rules | None = None) -> Effect | None:
    """Of the draft, or of other rules that may come into it; None when nothing was read."""
    numbers = drafting.effect(visit.tenant.id, desk.rules if draft is None else draft, visit.only)
    return _said(numbers, first=desk.saved is None) if numbers else None


def _said(numbers: RulesEffect, *, first: bool) -> Effect:
    vendors = targets.all_vendors()
    return Effect(
        numbers,
        _titles(numbers.findings_new),
        _titles(numbers.findings_gone),
        [
            (slug, vendors[slug].name if slug in vendors else slug, *moves)
            for slug, moves in sorted(numbers.vendors.items())
        ],
        list(_warnings(numbers, first=first)),
    )


def _titles(found: Mapping[str, int]) -> list[tuple[str, int]]:
    def title(code: str) -> str:
        entry = CATALOGUE.get(code)
        return chosen(entry.title_sv, entry.title_en) if entry else code

    return [(title(code), count) for code, count in sorted(found.items(), key=lambda each: -each[1])]


def _warnings(numbers: RulesEffect, *, first: bool) -> Iterable[str]:
    if not numbers.total:
        return
    if not numbers.placed:
        yield chosen(
            "Reglerna ger ingen en plats, så ingen skulle skickas.",
            "The rules give nobody a place, so nobody would be sent.",
        )
    elif numbers.placed == numbers.total:
        yield chosen(
            "Alla konton i katalogen får en plats. Stämmer det att ingen ska hållas utanför?",
            "Every account of the directory gets a place. Is it right that nobody is left out?",
        )
    before = numbers.placed - numbers.entering + numbers.leaving
    if not first and before and numbers.leaving > before // 2:
        yield chosen("Mer än hälften av alla går ut.", "More than half of all go out.")


# What the pages have in common


def context(visit: Visit, desk: Desk) -> dict[str, Any]:
    """What the head of every page shows: what is in force, the draft, and what stands in its way."""
    fields, groups = drafting.unread(visit.tenant.id, desk)
    return {
        "desk": desk,
        "changes": len(desk.changes),
        "edits": visit.may_edit and visit.whole,
        "saved_by": members.name_of(visit.tenant.id, desk.saved.author, speaks()) if desk.saved else "",
        "draft_by": members.name_of(visit.tenant.id, desk.draft.author, speaks()) if desk.draft else "",
        "problems": [(each.path, each.text(speaks())) for each in desk.problems],
        "unread": [labels.field_name(path) for path in fields],
        "unread_groups": groups,
    }


def unread(visit: Visit, desk: Desk) -> bool:
    """Whether the draft looks at something that the newest read was not asked for."""
    return any(drafting.unread(visit.tenant.id, desk))


def moved_on(visit: Visit, desk: Desk) -> News:
    """Who was here first, and what is there now."""
    if desk.draft is not None:
        by = members.name_of(visit.tenant.id, desk.draft.author, speaks())
        return News(words("Utkastet har ändrats", "The draft was changed"), by, desk.draft.updated_at)
    if desk.saved is not None:
        by = members.name_of(visit.tenant.id, desk.saved.author, speaks())
        number = desk.saved.number
        return News(
            words(f"Version {number} gäller nu", f"Version {number} is in force now"), by, desk.saved.created_at
        )
    return News(words("Utkastet är kastat", "The draft was thrown away"), "", None)


def is_stale(request: HttpRequest, desk: Desk) -> bool:
    """Whether the form was made of something else than what is there now."""
    return request.POST.get("seen", "") != desk.seen


def to(visit: Visit, name: str, **kwargs: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(visit.url(name, **kwargs), status=303)


def choices_in(found: Rules, codes: Collection[str]) -> set[str]:
    """School unit codes that the rules name and that are not chosen."""
    named: set[str] = set()
    for section in ("placement", "classes"):
        for rule in rules_of(found, section):
            named |= {str(getattr(rule, "school_unit", "")), *getattr(rule, "units", {}).values()}
    return named - set(codes) - {""}


def broken(request: HttpRequest, visit: Visit, desk: Desk, status: int = 409) -> HttpResponse:
    """A draft that cannot be read is put right as text, or thrown away; nothing is written over it."""
    return render(request, "web/rules/broken.html", context(visit, desk), status=status)
