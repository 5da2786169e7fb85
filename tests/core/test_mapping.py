"""Org units and school units: what the rules say of each, what is left, and how a choice becomes a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core import mapping
from skolsynk.core.connection import Selection
from skolsynk.core.filters import parse_filter
from skolsynk.core.mapping import EMPTY, IGNORED, IGNORED_ABOVE, INHERITED, OPEN, OTHER, OWN, PATTERN, Row
from skolsynk.core.readmodel.values import Heads, TreeNode
from skolsynk.core.rules import Rules, parse_rules, rules_to_json
from tests.core.registered import unit

EK, BJORK = "99000001", "99000002"
UNITS = {EK: unit(EK, "Ekskolan"), BJORK: unit(BJORK, "Björkskolan")}


def node(path: str, own: Heads) -> TreeNode:
    parent, _, name = path.rpartition("/")
    return TreeNode(path, name, path.count("/"), parent or "/", own, own, 0, "", "none", "")


def rows(document: Mapping[str, Any], counted: Mapping[str, Any] | None = None, /, **own: Heads) -> dict[str, Row]:
    """{path: row}; paths are written with __ for the slash, as ``Elever__Ekskolan=Heads(…)``."""
    nodes = [node("/" + path.replace("__", "/"), heads) for path, heads in own.items()]
    rules = parse_rules(document)
    before = rules if counted is None else parse_rules(counted)
    return {row.node.path: row for row in mapping.rows(nodes, rules, UNITS, before)}


def org_unit(path: str, code: str = EK) -> dict[str, str]:
    return {"kind": "org_unit", "org_unit": path, "school_unit": code}


def left_out(path: str) -> dict[str, str]:
    return {"kind": "org_unit", "org_unit": path}


def test_the_nearest_rule_decides_and_what_is_below_inherits_it() -> None:
    found = rows(
        {"placement": [org_unit("/Elever"), org_unit("/Elever/Björk", BJORK)]},
        Elever=Heads(), Elever__Björk=Heads(pupils=3), Elever__Ek=Heads(pupils=2), Personal=Heads(unplaced=4),
    )  # fmt: skip
    said = {path: (row.state, row.standing.unit, row.standing.at) for path, row in found.items()}
    assert said == {
        "/Elever": (OWN, EK, "/Elever"),
        "/Elever/Björk": (OWN, BJORK, "/Elever/Björk"),
        "/Elever/Ek": (INHERITED, EK, "/Elever"),
        "/Personal": (OPEN, "", ""),
    }


def test_a_rule_on_the_root_reaches_everything() -> None:
    found = rows({"placement": [org_unit("/")]}, Elever=Heads(pupils=3))
    assert (found["/Elever"].state, found["/Elever"].standing.at) == (INHERITED, "/")


def test_a_pattern_is_named_by_its_rule() -> None:
    found = rows(
        {"placement": [{"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>[^/]+)"}]},
        Elever__Ekskolan=Heads(pupils=3), Elever__Okänd=Heads(unplaced=1),
    )  # fmt: skip
    assert found["/Elever/Ekskolan"].state == PATTERN
    assert found["/Elever/Ekskolan"].standing.rule.startswith("placement[0] org_unit_pattern")
    assert (found["/Elever/Okänd"].state, found["/Elever/Okänd"].standing.unknown) == (OPEN, "Okänd")


def test_a_nearer_rule_with_a_unit_that_nobody_chose_is_told_beside_the_one_that_decides() -> None:
    found = rows({"placement": [org_unit("/Elever"), org_unit("/Elever/X", "99000009")]}, Elever__X=Heads(pupils=1))
    standing = found["/Elever/X"].standing
    assert (standing.how, standing.unit, standing.unknown) == (INHERITED, EK, "99000009")


def test_leaving_out_goes_before_placing_and_reaches_everything_below() -> None:
    found = rows(
        {"placement": [org_unit("/")], "never": [left_out("/Test"), {"kind": "suspended"}]},
        Test=Heads(nobody=2), Test__Rum=Heads(nobody=1, unplaced=1),
    )  # fmt: skip
    assert {path: (row.state, row.standing.at) for path, row in found.items()} == {
        "/Test": (IGNORED, "/Test"),
        "/Test/Rum": (IGNORED_ABOVE, "/Test"),
    }
    assert mapping.tally(found.values()) == mapping.Tally(0, 0, 4)


def test_an_org_unit_whose_people_a_field_places_is_not_called_open() -> None:
    document = {"placement": [{"kind": "field", "field": "organizations.department"}]}
    found = rows(document, A=Heads(pupils=2), B=Heads(pupils=1, unplaced=1), C=Heads())
    assert [row.state for row in found.values()] == [OTHER, OPEN, EMPTY]


def test_people_left_are_summed_upwards_and_the_most_come_first() -> None:
    found = rows({}, A=Heads(unplaced=1), A__B=Heads(unplaced=5), A__B__C=Heads(unplaced=2), D=Heads(unplaced=2))
    assert [found[path].left_below for path in ("/A", "/A/B", "/A/B/C", "/D")] == [8, 7, 2, 2]
    assert [row.node.path for row in mapping.waiting(found.values())] == ["/A/B", "/A/B/C", "/D", "/A"]
    assert mapping.tally(found.values()) == mapping.Tally(10, 10, 0)
    assert mapping.tally(found.values()).mapped == 0


def test_a_draft_is_shown_on_heads_that_were_counted_under_the_saved_rules() -> None:
    saved = {"placement": [org_unit("/A"), org_unit("/B")], "never": [left_out("/C")]}
    draft = {"placement": [org_unit("/A"), org_unit("/D")]}
    heads = {"A": Heads(pupils=1), "B": Heads(pupils=2, staff=1), "C": Heads(nobody=4), "D": Heads(unplaced=5)}
    found = rows(draft, saved, **heads)
    assert {path: row.left for path, row in found.items()} == {"/A": 0, "/B": 3, "/C": 4, "/D": 0}
    told = mapping.tally(found.values())
    assert (told.people, told.left, told.mapped) == (9, 7, 2)


def test_school_units_know_their_org_units_and_people() -> None:
    found = rows(
        {"placement": [org_unit("/A"), org_unit("/B", BJORK)]},
        A=Heads(pupils=1), A__X=Heads(pupils=2, teachers=1), B=Heads(), C=Heads(unplaced=1),
    )  # fmt: skip
    assert mapping.mapped_to(found.values()) == {EK: (1, 4), BJORK: (1, 0)}


def test_an_org_unit_counts_where_a_school_unit_begins_and_not_below() -> None:
    by_name = {"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>[^/]+)"}
    one = Heads(pupils=1)
    found = rows({"placement": [by_name]}, Elever__Ekskolan=one, Elever__Ekskolan__7A=one, Elever__Björkskolan=one)
    assert mapping.mapped_to(found.values()) == {EK: (1, 2), BJORK: (1, 1)}


def test_an_org_unit_has_one_short_name_however_it_is_spelt() -> None:
    assert mapping.node_id("/Elever/Ek") == mapping.node_id("/ELEVER/ek/")
    assert mapping.node_id("/Elever/Ek") != mapping.node_id("/Elever/Ek2")
    assert len(mapping.node_id("/")) == 10


# Proposals


def proposed(document: Mapping[str, Any], /, **own: Heads) -> dict[str, tuple[str, bool, int]]:
    found = mapping.proposals(tuple(rows(document, **own).values()), UNITS)
    return {each.path: (each.unit, each.sure, each.people) for each in found}


def test_names_that_are_school_units_are_proposed_with_everybody_below() -> None:
    assert proposed(
        {},
        Elever=Heads(),
        Elever__Ekskolan=Heads(unplaced=1),
        Elever__Ekskolan__7A=Heads(unplaced=20),
        Elever__Björkskolan=Heads(),
        Elever__Björksk=Heads(unplaced=2),
    ) == {"/Elever/Ekskolan": (EK, True, 21), "/Elever/Björksk": (BJORK, False, 2)}


def test_nothing_is_proposed_for_roles_classes_or_names_that_say_nothing() -> None:
    one = Heads(unplaced=1)
    assert proposed({}, Personal=one, Kommunhuset=one, Skyddade=one, **{"7A": one}) == {}


def test_nothing_is_proposed_where_the_rules_have_decided() -> None:
    assert proposed({"placement": [org_unit("/Ekskolan")]}, Ekskolan=Heads(pupils=1)) == {}


def test_accounts_that_are_not_to_be_sent_are_proposed_to_be_left_out() -> None:
    found = mapping.proposals(tuple(rows({}, Servicekonton=Heads(unplaced=3)).values()), UNITS)
    assert [(each.path, each.unit) for each in found] == [("/Servicekonton", "")]
    assert "inte ska skickas" in found[0].reason("sv")
    assert "not to be sent" in found[0].reason("en")


@pytest.mark.parametrize(("name", "sv", "en"), [("Ekskolan", "heter som", "named as"), ("Ekskol", "nästan", "nearly")])
def test_a_proposal_says_why(name: str, sv: str, en: str) -> None:
    (found,) = mapping.proposals(tuple(rows({}, **{name: Heads(unplaced=3)}).values()), UNITS)
    assert sv in found.reason("sv")
    assert en in found.reason("en")


def test_a_tenant_with_one_school_unit_is_proposed_it_at_the_top() -> None:
    found = rows({}, Allt=Heads(), Allt__Elever=Heads(unplaced=2))
    made = mapping.proposals(tuple(found.values()), {EK: UNITS[EK]})
    assert [(each.path, each.unit, each.people) for each in made] == [("/Allt", EK, 2)]


# Writing


def test_choosing_a_school_unit_writes_a_rule_for_each_org_unit() -> None:
    made = mapping.place({}, ["/A", "/B"], EK)
    assert made == {"placement": [org_unit("/A"), org_unit("/B")]}


def test_choosing_again_changes_the_rule_where_it_stands() -> None:
    pattern = {"kind": "org_unit_pattern", "pattern": "x", "school_unit": EK}
    before = {"placement": [org_unit("/a/"), pattern], "never": [left_out("/A"), left_out("/B")], "role": []}
    made = mapping.place(before, ["/A"], BJORK)
    assert made == {"placement": [org_unit("/a/", BJORK), pattern], "never": [left_out("/B")], "role": []}
    assert before["never"] == [left_out("/A"), left_out("/B")]


def test_inheriting_takes_away_only_the_org_units_own_rules() -> None:
    before = {
        "placement": [org_unit("/A"), org_unit("/A/B")],
        "never": [left_out("/A"), {"kind": "suspended"}, "broken", {"kind": "org_unit", "org_unit": 7}],
    }
    made = mapping.inherit(before, ["/A"])
    assert made["placement"] == [org_unit("/A/B")]
    assert made["never"] == [{"kind": "suspended"}, "broken", {"kind": "org_unit", "org_unit": 7}]


def test_leaving_out_keeps_the_reason_and_takes_the_placement_away() -> None:
    made = mapping.ignore({"placement": [org_unit("/A")], "never": None}, ["/A"], "tomma konton")
    assert made == {"placement": [], "never": [{**left_out("/A"), "reason": "tomma konton"}]}
    assert rules_to_json(parse_rules(made)) == {"never": made["never"]}
    assert mapping.ignore({}, ["/A"], "") == {"never": [left_out("/A")]}


PATHS = st.lists(st.sampled_from(["/", "/A", "/A/B", "/A/B/C", "/D", "/D/e"]), min_size=1, unique=True)


@given(st.lists(st.tuples(st.sampled_from(["place", "inherit", "ignore"]), PATHS), max_size=8), PATHS)
def test_whatever_was_done_before_the_last_choice_is_what_the_tree_says(
    done: list[tuple[str, list[str]]], last: list[str]
) -> None:
    document: dict[str, Any] = {}
    for what, paths in done:
        document = {
            "place": lambda paths=paths, now=document: mapping.place(now, paths, BJORK),
            "inherit": lambda paths=paths, now=document: mapping.inherit(now, paths),
            "ignore": lambda paths=paths, now=document: mapping.ignore(now, paths, "för att"),
        }[what]()
    chosen = parse_rules(mapping.place(document, last, EK))
    for standing in mapping.standings(last, chosen, UNITS).values():
        assert standing.how == IGNORED_ABOVE or (standing.how, standing.unit) == (OWN, EK)
    left = parse_rules(mapping.ignore(document, last, "x"))
    assert {each.how for each in mapping.standings(last, left, UNITS).values()} == {IGNORED}
    given_up = parse_rules(mapping.inherit(document, last))
    assert {OWN, IGNORED}.isdisjoint(each.how for each in mapping.standings(last, given_up, UNITS).values())


# Use


def test_rules_that_name_a_school_unit_are_found_by_code_and_by_alias() -> None:
    rules = parse_rules(
        {
            "placement": [
                org_unit("/A"),
                org_unit("/B", BJORK),
                {"kind": "field", "field": "organizations.department", "holds": "name", "units": {"Eken": EK}},
            ]
        }
    )
    assert mapping.rules_naming(rules, EK) == (
        "placement[0] org_unit /A",
        "placement[2] field organizations.department",
    )
    assert mapping.rules_naming(Rules(), EK) == ()


def test_a_selection_names_units_in_its_list_and_in_its_filters() -> None:
    within = (parse_filter({"kind": "school_unit_in", "school_units": [BJORK]}),)
    assert mapping.selects(Selection((EK,)), EK)
    assert not mapping.selects(Selection((EK,)), BJORK)
    assert mapping.selects(Selection((EK,), filters=(within,)), BJORK)
    assert mapping.selects(Selection((EK,), not_filters=within), BJORK)
