"""A value that nothing has is told, with what it may have meant."""

from __future__ import annotations

import pytest

from skolsynk.core.filters.kinds import AddressDomain, ClassNamed, ContainerUnder, Filter, InGroup, RoleIn
from skolsynk.core.filters.near import Known, Lost, without_match

KNOWN = Known(
    classes=("7A", "7B", "10A"),
    groups=("7A", "7B", "10A", "Matematik 7"),
    org_units=("/", "/Elever", "/Elever/Ekskolan"),
    domains=("elev.skola.example", "skola.example"),
)


@pytest.mark.parametrize(
    "each",
    [
        ClassNamed(pattern="7*"),
        ClassNamed(pattern="10a"),
        InGroup(group="mat*"),
        ContainerUnder(org_unit="/elever/EKSKOLAN"),
        ContainerUnder(org_unit="/"),
        AddressDomain(domains=("skola.example",)),
        RoleIn(roles=("pupil",)),
    ],
)
def test_what_is_there_is_not_told(each: Filter) -> None:
    assert list(without_match([each], KNOWN)) == []


@pytest.mark.parametrize(
    ("each", "lost"),
    [
        (ClassNamed(pattern="7C"), Lost("7C", ("7B", "7A"))),
        (ClassNamed(pattern="Matematik*"), Lost("Matematik*", ())),
        (InGroup(group="Matematk*"), Lost("Matematk*", ("Matematik 7",))),
        (ContainerUnder(org_unit="/Elever/Ekskola"), Lost("/Elever/Ekskola", ("/Elever/Ekskolan", "/Elever"))),
        (AddressDomain(domains=("elv.skola.example",)), Lost("elv.skola.example", tuple(KNOWN.domains))),
    ],
)  # fmt: skip
def test_what_nothing_has_is_told_with_what_is_near(each: Filter, lost: Lost) -> None:
    assert list(without_match([each], KNOWN)) == [lost]


def test_only_the_missing_domain_of_several_is_told() -> None:
    both = AddressDomain(domains=("skola.example", "zzz.invalid"))
    assert [each.value for each in without_match([both], KNOWN)] == ["zzz.invalid"]


def test_where_nothing_is_known_nothing_is_near() -> None:
    assert list(without_match([ClassNamed(pattern="7A")], Known((), (), (), ()))) == [Lost("7A", ())]
