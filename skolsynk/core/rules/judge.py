"""One person's fate, and why: the same judgement for building the school and for explaining it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from skolsynk.core.rules.answer import Answer
from skolsynk.core.rules.exclusion import Archived, NeverPerson, ProtectedField, ProtectedPeople, Suspended
from skolsynk.core.rules.membership import Found, Membership
from skolsynk.core.rules.placement import FieldPlacement, GroupPlacement
from skolsynk.core.rules.role import NOBODY, PUPIL, FieldRole, GroupRole, Role
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.selectors import ByGroup
from skolsynk.core.rules.text import clean, fold_case
from skolsynk.core.rules.tree import Place, Tree
from skolsynk.core.rules.units import Units
from skolsynk.core.school import Fate, Severity
from skolsynk.core.snapshot import Group, Person
from skolsynk.core.ss12000.user import EPPN

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_LONGEST = 60  # of a field's value in a finding


class Doubt(NamedTuple):
    """What will be a finding of this person."""

    code: str
    severity: Severity
    args: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """One person's fate. Answers are there as far as they were found, whatever the fate."""

    fate: Fate
    reason: str
    protected: Answer[str] | None
    never: Answer[str] | None  # value: decision code
    role: Answer[Role] | None
    units: tuple[Answer[str], ...]  # school unit codes, the first is the main one
    unknown: Answer[str] | None  # a text that should have named a school unit
    user_name: str
    given_name: str
    family_name: str
    doubts: tuple[Doubt, ...]


Answers = Mapping[str, tuple[Answer[str], ...]]
UnitsSaid = tuple[tuple[Answer[str], ...], Answer[str] | None]


class Judge:
    """Holds what the rules say of containers, groups and field values of one snapshot."""

    def __init__(self, rules: Rules, groups: Iterable[Group], units: Units, today: date) -> None:
        self.tree = Tree(rules, units)
        self.membership = Membership(groups)
        self._units = units
        kept = {rule.kind for rule in rules.never if isinstance(rule, Suspended) and rule.keep}
        self._leaves_suspended = Suspended.kind not in kept
        self._leaves_archived = Archived.kind not in kept
        self._never = self._crowd(labelled(rules, "never", ByGroup), "excluded")
        self._never_people = _never_people(rules, today)
        self._protected = self._crowd(labelled(rules, "protected", ByGroup), "protected")
        self._protected_people = _protected_people(rules)
        self._protected_fields = list(labelled(rules, "protected", ProtectedField))
        self._role_fields = list(labelled(rules, "role", FieldRole))
        self._role_groups = self._roles_by_group(rules)
        self._unit_fields = list(labelled(rules, "placement", FieldPlacement))
        self._unit_groups, self._unknown_groups = self._units_by_group(rules)
        # Few field values differ: each rule reads each set of values once.
        self._role_said: dict[tuple[int, tuple[str, ...]], list[Answer[Role]]] = {}
        self._units_said: dict[tuple[int, tuple[str, ...]], UnitsSaid] = {}
        # Most tenants leave most of these empty, and a build asks for every person.
        self._protects = bool(rules.protected)
        self._excludes = bool(rules.never)
        self._places_by_person = bool(self._unit_fields or self._unit_groups or self._unknown_groups)

    def of(self, person: Person, place: Place) -> Verdict:
        """The verdict on one person of the snapshot, whose container is ``place``."""
        protected = self._find_protected(person, place) if self._protects else None
        never = None
        if self._excludes or person.suspended or person.archived:
            never = self._find_never(person, place)
        if not protected:
            return self._open(person, place, never)
        hidden = (Doubt("protected_identity", _ERROR),)
        found = self._open(person, place, never)
        if found.fate is not Fate.PLACED:
            return _settled(Fate.PROTECTED, "", protected, never, hidden)
        # Where she would be: a tenant may say, for one vendor, that protected people are sent.
        return found._replace(fate=Fate.PROTECTED, reason="", protected=protected, doubts=hidden)

    def _open(self, person: Person, place: Place, never: Answer[str] | None) -> Verdict:
        """The verdict, protection apart."""
        if never:
            return _settled(Fate.DECIDED, never.value, None, never)
        roles = self._roles(person, place)
        if not roles:
            return _settled(Fate.DECIDED, "no_role", None, None)
        role, doubts = roles[0], _role_doubts(roles) if len(roles) > 1 else ()
        if role.value.name == NOBODY and not any(doubt.severity is _ERROR for doubt in doubts):
            return _settled(Fate.DECIDED, "nobody", None, None, doubts, role)
        return self._placed(person, place, role, doubts)

    def _placed(self, person: Person, place: Place, role: Answer[Role], doubts: tuple[Doubt, ...]) -> Verdict:
        if place.unit and not self._places_by_person:
            units, unknown = place.only_unit, place.unknown
        else:
            units, unknown, more = self._place(person, place, role.value.name == PUPIL)
            doubts = (*doubts, *more)
        user_name, given, family = person.user_name, clean(person.given_name), clean(person.family_name)
        if not user_name.isascii():
            user_name = clean(user_name)
        if not (given and family and EPPN.match(user_name)):
            doubts = (*doubts, *_gaps(user_name, given, family))
        reason = next((doubt.code for doubt in doubts if doubt.severity is _ERROR), "") if doubts else ""
        fate = Fate.BROKEN if reason else Fate.PLACED
        return Verdict(fate, reason, None, None, role, units, unknown, user_name, given, family, doubts)

    def _find_protected(self, person: Person, place: Place) -> Answer[str] | None:
        for _, label, rule in self._protected_fields:
            for value in person.fields.get(rule.field, ()):
                if fold_case(value) in rule.folded:
                    return Answer("protected", label, f"{rule.field} = {value}")
        people = self._protected_people
        listed = people and (people.get(person.key) or people.get(person.user_name))
        if listed:
            return listed
        return next(iter(self._protected.get(person.key, ())), place.protected)

    def _find_never(self, person: Person, place: Place) -> Answer[str] | None:
        if person.suspended and self._leaves_suspended:
            return Answer("suspended", "never suspended", "suspended")
        if person.archived and self._leaves_archived:
            return Answer("archived", "never archived", "archived")
        people = self._never_people
        listed = people and (people.get(person.key) or people.get(person.user_name))
        if listed:
            return listed
        return next(iter(self._never.get(person.key, ())), place.never)

    def _roles(self, person: Person, place: Place) -> list[Answer[Role]]:
        """All that the rules say, in the order of precedence; each of a field's answers first."""
        found: list[Answer[Role]] = []
        for index, label, rule in self._role_fields:
            values = person.fields.get(rule.field, ())
            said = self._role_said.get((index, values))
            if said is None:
                said = self._role_said[index, values] = _roles_said(rule, label, values)
            if said:
                found += said
                break
        found += self._role_groups.get(person.key, ())
        if place.role:
            found.append(place.role)
        return found

    def _place(
        self, person: Person, place: Place, pupil: bool
    ) -> tuple[tuple[Answer[str], ...], Answer[str] | None, tuple[Doubt, ...]]:
        fields, unknown = self._by_field(person) if self._unit_fields else ((), None)
        groups = self._unit_groups.get(person.key, ())
        if not fields and not groups:
            unknown = unknown or self._unknown_groups.get(person.key) or place.unknown
            if place.unit:
                doubt = place.unknown is not unknown and unknown
                return place.only_unit, unknown, (_unknown(doubt, _WARNING),) if doubt else ()
            return (), unknown, (_unknown(unknown, _ERROR) if unknown else _nowhere(place),)
        doubts = [_unknown(unknown, _WARNING)] if unknown else []
        if not pupil:
            return _once((*fields, *groups)), unknown, tuple(doubts)
        if len(fields) > 1:
            doubts.append(Doubt("pupil_at_several_units", _WARNING, (", ".join(answer.value for answer in fields),)))
        if not fields and len(_once(groups)) > 1:
            doubts.append(_conflict(groups))
        return (fields or groups)[:1], unknown, tuple(doubts)

    def _by_field(self, person: Person) -> UnitsSaid:
        """School units of the first field rule that names any, and the first text that names none."""
        unknown = None
        for index, label, rule in self._unit_fields:
            values = person.fields.get(rule.field, ())
            said = self._units_said.get((index, values))
            if said is None:
                said = self._units_said[index, values] = self._find_units(rule, label, values)
            unknown = unknown or said[1]
            if said[0]:
                return said[0], unknown
        return (), unknown

    def _find_units(self, rule: FieldPlacement, label: str, values: Iterable[str]) -> UnitsSaid:
        found, unknown = [], None
        for text in filter(None, map(str.strip, values)):
            code = self._units.find(text, rule.units, by_name=rule.holds == "name")
            if code:
                found.append(Answer(code, label, f"{rule.field} = {text}"))
            else:
                unknown = unknown or Answer(text, label, f"{rule.field} = {text}")
        return _once(found), unknown

    def _crowd(self, rules: Iterable[tuple[int, str, ByGroup]], value: str) -> Answers:
        """{person: answers, as the tenant listed the rules}"""
        found: defaultdict[str, tuple[Answer[str], ...]] = defaultdict(tuple)
        for _, label, rule in rules:
            for group, _ in self.membership.chosen(rule, label):
                answer = Answer(value, label, group.email)
                for key in self.membership.of(group):
                    found[key] += (answer,)
        return dict(found)

    def _roles_by_group(self, rules: Rules) -> Mapping[str, tuple[Answer[Role], ...]]:
        found: defaultdict[str, tuple[Answer[Role], ...]] = defaultdict(tuple)
        for _, label, rule in labelled(rules, "role", GroupRole):
            for group, _ in self.membership.chosen(rule, label):
                answer = Answer(rule.answer, label, group.email)
                for key in self.membership.of(group):
                    found[key] += (answer,)
        return dict(found)

    def _units_by_group(self, rules: Rules) -> tuple[Answers, Mapping[str, Answer[str]]]:
        found: defaultdict[str, tuple[Answer[str], ...]] = defaultdict(tuple)
        unknown: dict[str, Answer[str]] = {}
        for _, label, rule in labelled(rules, "placement", GroupPlacement):
            for group, match in self.membership.chosen(rule, label):
                text, code = self._group_unit(rule, match)
                for key in self.membership.of(group):
                    if code:
                        found[key] += (Answer(code, label, group.email),)
                    elif text:
                        unknown.setdefault(key, Answer(text, label, group.email))
        return dict(found), unknown

    def _group_unit(self, rule: GroupPlacement, match: Found) -> tuple[str, str]:
        text = rule.school_unit or ("" if isinstance(match, bool) else match["unit"] or "")
        return text, self._units.find(text, rule.units)


def _settled(
    fate: Fate,
    reason: str,
    protected: Answer[str] | None,
    never: Answer[str] | None,
    doubts: tuple[Doubt, ...] = (),
    role: Answer[Role] | None = None,
) -> Verdict:
    return Verdict(fate, reason, protected, never, role, (), None, "", "", "", doubts)


def _roles_said(rule: FieldRole, label: str, values: Iterable[str]) -> list[Answer[Role]]:
    """Each role that a field's values give, in the order of the rule's list."""
    hits = {rule.by_folded[fold_case(value)]: value for value in values if fold_case(value) in rule.by_folded}
    return [Answer(role, label, f"{rule.field} = {value}") for (_, role), value in sorted(hits.items())]


def _once(answers: Iterable[Answer[str]]) -> tuple[Answer[str], ...]:
    """The first answer for each value."""
    return tuple({answer.value: answer for answer in reversed(tuple(answers))}.values())[::-1]


def _unknown(answer: Answer[str], severity: Severity) -> Doubt:
    return Doubt("unknown_unit_code", severity, (clean(answer.value)[:_LONGEST],))


def _nowhere(place: Place) -> Doubt:
    return Doubt("no_school_unit", _ERROR, (place.path,))


def _conflict(answers: Iterable[Answer[str]] | Iterable[Answer[Role]]) -> Doubt:
    return Doubt("conflicting_groups", _WARNING, (", ".join(dict.fromkeys(answer.evidence for answer in answers)),))


def _role_doubts(roles: list[Answer[Role]]) -> tuple[Doubt, ...]:
    """A contradiction inside one rule cannot be decided; between rules, precedence decides."""
    first = roles[0]
    others = [answer for answer in roles if answer.value.side != first.value.side]
    if not others:
        return ()
    other = next((answer for answer in others if answer.rule == first.rule), others[0])
    names = (first.value.name, other.value.name)
    if other.rule == first.rule:
        return (Doubt("two_roles", _ERROR, names),)
    doubts = []
    if NOBODY not in names:
        doubts.append(Doubt("two_roles", _WARNING, names))
    if "@" in first.evidence and "@" in other.evidence:
        doubts.append(_conflict((first, other)))
    return tuple(doubts)


def _gaps(user_name: str, given: str, family: str) -> Iterable[Doubt]:
    if not EPPN.match(user_name):
        yield Doubt("invalid_email" if user_name.strip() else "missing_email", _ERROR)
    if not given and not family:
        yield Doubt("name_missing", _ERROR)
    elif not (given and family):
        yield Doubt("name_incomplete", _WARNING)


def _never_people(rules: Rules, today: date) -> Mapping[str, Answer[str]]:
    found: dict[str, Answer[str]] = {}
    for _, label, rule in labelled(rules, "never", NeverPerson):
        if rule.holds_on(today):
            until = f" ({rule.until})" if rule.until else ""
            answer = Answer("excluded", label, rule.reason + until)
            found.setdefault(rule.person, answer)
            found.setdefault(rule.person.casefold(), answer)
    return found


def _protected_people(rules: Rules) -> Mapping[str, Answer[str]]:
    found: dict[str, Answer[str]] = {}
    for _, label, rule in labelled(rules, "protected", ProtectedPeople):
        for person in rule.people:
            found[person] = found[person.casefold()] = Answer("protected", label, "")
    return found
