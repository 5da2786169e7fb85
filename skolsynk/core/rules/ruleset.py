"""A tenant's rules as a whole: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from skolsynk.core.rules.classes import CLASSES, GROUPS, ClassRule, TeachingGroup
from skolsynk.core.rules.exclusion import NEVER, PROTECTED, NeverRule, ProtectedRule
from skolsynk.core.rules.placement import PLACEMENT, Placement
from skolsynk.core.rules.problems import At, Problem, RulesError
from skolsynk.core.rules.role import ROLE, RoleRule
from skolsynk.core.rules.school_year import SCHOOL_YEAR, YearRule
from skolsynk.core.rules.selectors import ByField, ByGroup
from skolsynk.core.rules.shape import Rule, read_rule, rule_to_json

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Every section lists its rules in the order that the tenant wrote them."""

    placement: tuple[Placement, ...] = ()
    role: tuple[RoleRule, ...] = ()
    classes: tuple[ClassRule, ...] = ()
    groups: tuple[TeachingGroup, ...] = ()
    school_year: tuple[YearRule, ...] = ()
    never: tuple[NeverRule, ...] = ()
    protected: tuple[ProtectedRule, ...] = ()


KINDS: Mapping[str, Mapping[str, type[Any]]] = {
    section: {each.kind: each for each in kinds}
    for section, kinds in (
        ("placement", PLACEMENT),
        ("role", ROLE),
        ("classes", CLASSES),
        ("groups", GROUPS),
        ("school_year", SCHOOL_YEAR),
        ("never", NEVER),
        ("protected", PROTECTED),
    )
}
"""{section: {kind: class}}: a new kind of rule is a class in its section's tuple."""


def _read_section(section: str, given: object, at: At) -> tuple[Rule, ...]:
    if not isinstance(given, list | tuple):
        at.refuse("not_list")
        return ()
    read = (read_rule(KINDS[section], entry, at[index]) for index, entry in enumerate(given))
    return tuple(rule for rule in read if rule is not None)


def parse_rules(json: object) -> Rules:
    """The rules that a JSON object (or a YAML mapping) describes; absent and null sections are empty.

    Raises RulesError with every problem and its path.
    """
    problems: list[Problem] = []
    at = At("", problems)
    sections: dict[str, Any] = {}
    for section, given in sorted(_sections(json, at), key=_reading_order):
        if section not in KINDS:
            (at / section).refuse_unknown("unknown_key", section, KINDS)
        elif given is not None:
            sections[section] = _read_section(section, given, at / section)
    if problems:
        raise RulesError(problems)
    return Rules(**sections)


def _sections(json: object, at: At) -> list[tuple[str, object]]:
    if isinstance(json, Mapping):
        return [(str(section), given) for section, given in json.items()]
    at.refuse("not_mapping")
    return []


def _reading_order(entry: tuple[str, object]) -> int:
    return list(KINDS).index(entry[0]) if entry[0] in KINDS else len(KINDS)


def rules_to_json(rules: Rules) -> dict[str, object]:
    """What ``parse_rules`` reads back as equal rules; empty sections and defaults are left out."""
    sections = {section: [rule_to_json(rule) for rule in rules_of(rules, section)] for section in KINDS}
    return {section: entries for section, entries in sections.items() if entries}


def rules_of(rules: Rules, section: str) -> tuple[Rule, ...]:
    found: tuple[Rule, ...] = getattr(rules, section)
    return found


def _all(rules: Rules) -> Iterator[Rule]:
    for section in KINDS:
        yield from rules_of(rules, section)


def field_paths(rules: Rules) -> frozenset[str]:
    """Which of ``Person.fields`` the rules read, so that a source asks for no more."""
    return frozenset(rule.field for rule in _all(rules) if isinstance(rule, ByField))


def needs_groups(rules: Rules) -> bool:
    """Whether any rule looks at groups, so that a source must read them."""
    return any(isinstance(rule, ByGroup) for rule in _all(rules))


def labelled(rules: Rules, section: str, *kinds: type[R]) -> Iterator[tuple[int, str, R]]:
    """A section's rules of some kinds: (place in the section, label such as ``role[2] org_unit /Personal``, rule)."""
    for index, rule in enumerate(rules_of(rules, section)):
        if isinstance(rule, kinds):
            yield index, f"{section}[{index}] {rule.label}", rule
