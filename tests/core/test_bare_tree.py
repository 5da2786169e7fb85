"""The tree before any rule: everybody is counted once where she is, and in all that is above."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.bare_tree import bare_tree
from skolsynk.core.snapshot import Container
from tests.core.rules.directory import person, snapshot


def test_people_are_counted_where_they_are_and_above() -> None:
    people = [person("a", "/Elever/Ek/7A"), person("b", "/Elever/Ek"), person("c", "/Personal")]
    found = {node.path: node for node in bare_tree(snapshot(people))}
    assert list(found) == ["/", "/Elever", "/Elever/Ek", "/Elever/Ek/7A", "/Personal"]
    assert {path: (node.own.unplaced, node.below.unplaced) for path, node in found.items()} == {
        "/": (0, 3), "/Elever": (0, 2), "/Elever/Ek": (1, 2), "/Elever/Ek/7A": (1, 1), "/Personal": (1, 1),
    }  # fmt: skip
    assert (found["/Elever/Ek/7A"].name, found["/Elever/Ek/7A"].depth, found["/Elever/Ek/7A"].parent) == (
        "7A",
        3,
        "/Elever/Ek",
    )
    assert (found["/"].depth, found["/"].parent, found["/Personal"].parent) == (0, "", "/")


def test_suspended_and_archived_accounts_stand_apart() -> None:
    people = [person("a", "/A")._replace(suspended=True), person("b", "/A")._replace(archived=True), person("c", "/A")]
    (node,) = [node for node in bare_tree(snapshot(people)) if node.path == "/A"]
    assert (node.own.unplaced, node.own.suspended) == (1, 2)


def test_empty_org_units_and_those_outside_the_school_are_shown_too() -> None:
    read = replace(snapshot([]), containers=(Container("1", "/Elever/Tom", "Tom"),), outside={"/Förvaltning/IT": 12})
    found = {node.path: node.outside for node in bare_tree(read)}
    assert found == {"/": 0, "/Elever": 0, "/Elever/Tom": 0, "/Förvaltning": 0, "/Förvaltning/IT": 12}


def test_one_org_unit_spelt_in_two_ways_is_one_and_siblings_are_in_swedish_order() -> None:
    people = [person("a", "/ek/10A"), person("b", "/Ek/7A"), person("c", "/ÅSEN"), person("d", "/Åsen")]
    assert [node.path for node in bare_tree(snapshot(people))] == ["/", "/Ek", "/Ek/7A", "/ek/10A", "/ÅSEN"]


PATHS = st.lists(st.sampled_from("abc"), min_size=0, max_size=3).map(lambda parts: "/" + "/".join(parts))


@given(st.lists(PATHS, max_size=12))
def test_the_root_has_everybody_and_parents_come_first(paths: list[str]) -> None:
    found = bare_tree(snapshot([person(str(number), path) for number, path in enumerate(paths)]))
    said = [node.path for node in found]
    assert all(said.index(node.parent) < at for at, node in enumerate(found) if node.parent)
    assert sum(node.own.unplaced for node in found) == len(paths)
    assert all(node.below.unplaced == len(paths) for node in found if node.path == "/")
