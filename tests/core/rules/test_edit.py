"""Editing rules one by one, telling what differs, and carrying changes over."""

from __future__ import annotations

from typing import Any

from skolsynk.core.rules import Rules, parse_rules, rules_to_json
from skolsynk.core.rules.difference import ADDED, CHANGED, MOVED, REMOVED, differences
from skolsynk.core.rules.edit import merged, moved_rule, with_rule, without_rule

PUPILS = {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"}
STAFF = {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"}
TEACHERS = {"kind": "org_unit", "org_unit": "/Personal", "role": "teacher"}
TITLES = {"kind": "field", "field": "organizations.title", "values": {"Rektor": {"role": "staff"}}}
SUSPENDED = {"kind": "suspended"}


def roles(*given: dict[str, Any], **more: Any) -> Rules:
    return parse_rules({"role": list(given), **more})


def told(before: Rules, after: Rules) -> list[tuple[str, str, int | None, int | None]]:
    return [(each.section, each.verb, each.was_at, each.is_at) for each in differences(before, after)]


def json(rules: Rules) -> list[Any]:
    found: Any = rules_to_json(rules).get("role", [])
    return list(found)


def test_the_same_rules_do_not_differ() -> None:
    assert told(roles(PUPILS, TITLES), roles(PUPILS, TITLES)) == []


def test_rules_come_and_go_in_their_own_sections() -> None:
    before, after = roles(PUPILS), parse_rules({"role": [PUPILS], "never": [SUSPENDED]})
    assert told(before, after) == [("never", ADDED, None, 0)]
    assert told(after, before) == [("never", REMOVED, 0, None)]


def test_a_rule_about_the_same_place_has_changed() -> None:
    (change,) = differences(roles(PUPILS, STAFF), roles(PUPILS, TEACHERS))
    assert (change.verb, change.was_at, change.is_at) == (CHANGED, 1, 1)
    assert change.before == roles(STAFF).role[0]
    assert change.after == roles(TEACHERS).role[0]


def test_a_rule_of_the_same_kind_has_changed_when_none_is_about_the_same_place() -> None:
    assert told(roles(PUPILS), roles({**PUPILS, "org_unit": "/Barn"})) == [("role", CHANGED, 0, 0)]


def test_rules_that_change_places_have_moved() -> None:
    assert told(roles(PUPILS, STAFF, TITLES), roles(TITLES, PUPILS, STAFF)) == [("role", MOVED, 2, 0)]


def test_what_went_stands_before_what_came() -> None:
    assert told(roles(PUPILS), roles(TITLES)) == [("role", REMOVED, 0, None), ("role", ADDED, None, 0)]


def test_a_rule_is_added_replaced_taken_away_and_moved() -> None:
    rules = with_rule(roles(PUPILS), "role", roles(TITLES).role[0])
    assert json(rules) == [PUPILS, TITLES]
    rules = with_rule(rules, "role", roles(STAFF).role[0], 0)
    assert json(rules) == [STAFF, TITLES]
    assert json(moved_rule(rules, "role", 0, 1)) == [TITLES, STAFF]
    assert json(moved_rule(rules, "role", 0, -5)) == [STAFF, TITLES]
    assert json(without_rule(rules, "role", 0)) == [TITLES]


def test_changes_are_carried_over_to_newer_rules() -> None:
    base, draft = roles(PUPILS, STAFF), roles(PUPILS, TEACHERS, TITLES)
    found = merged(base, draft, parse_rules({"role": [PUPILS, STAFF], "never": [SUSPENDED]}))
    assert json(found.rules) == [PUPILS, TEACHERS, TITLES]
    assert found.rules.never
    assert found.lost == ()


def test_removals_and_moves_are_carried_over() -> None:
    newer = roles(STAFF, PUPILS, TITLES)
    assert json(merged(roles(PUPILS, STAFF), roles(PUPILS), newer).rules) == [PUPILS, TITLES]
    assert json(merged(roles(PUPILS, STAFF), roles(STAFF, PUPILS), roles(PUPILS, STAFF, TITLES)).rules) == [
        STAFF,
        PUPILS,
        TITLES,
    ]


def test_a_change_of_a_rule_that_others_took_away_is_told_of() -> None:
    found = merged(roles(PUPILS, STAFF), roles(PUPILS, TEACHERS), roles(PUPILS))
    assert json(found.rules) == [PUPILS]
    assert [change.verb for change in found.lost] == [CHANGED]


def test_the_order_in_which_keys_are_stored_is_no_change() -> None:
    values = {"Rektor": {"role": "staff"}, "Lärare": {"role": "teacher"}}
    other = dict(reversed(values.items()))
    assert told(roles({**TITLES, "values": values}), roles({**TITLES, "values": other})) == []
