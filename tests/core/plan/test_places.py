"""What held people have in common is where they were, if that sets them apart."""

from __future__ import annotations

from skolsynk.core.plan.places import Shared, shared_place
from skolsynk.core.ss12000.base import ResourceId


def crowd(**places: int) -> dict[ResourceId, str]:
    """So many people in each org unit; ``_`` in a name stands for ``/``."""
    return {
        ResourceId(f"{name}-{number}"): "/" + name.replace("_", "/")
        for name, size in places.items()
        for number in range(size)
    }


def of(where: dict[ResourceId, str], *names: str, most: int = 1000) -> list[ResourceId]:
    return [key for name in names for key in where if key.startswith(f"{name}-")][:most]


TOWN = crowd(Elever_Ek_9A=48, Elever_Ek_9B=30, Elever_Al_7A=500, Personal=60)


def test_a_class_that_vanished_is_named_though_all_above_it_hold_them_too() -> None:
    assert shared_place(of(TOWN, "Elever_Ek_9A"), TOWN) == Shared(48, 48, "/Elever/Ek/9A")


def test_a_school_that_vanished_is_named_rather_than_its_classes() -> None:
    assert shared_place(of(TOWN, "Elever_Ek_9A", "Elever_Ek_9B"), TOWN) == Shared(78, 78, "/Elever/Ek")


def test_a_few_from_elsewhere_do_not_hide_it() -> None:
    held = [*of(TOWN, "Elever_Ek_9A"), *of(TOWN, "Elever_Al_7A", most=2), ResourceId("nobody knows")]
    assert shared_place(held, TOWN) == Shared(48, 50, "/Elever/Ek/9A")


def test_where_many_more_stay_the_place_says_nothing() -> None:
    assert shared_place(of(TOWN, "Elever_Al_7A", most=12), TOWN) is None


def test_people_from_everywhere_have_nothing_in_common() -> None:
    scattered = crowd(a=1, b=1, c=1)
    assert shared_place(list(scattered), scattered) is None
    assert shared_place([], TOWN) is None
    assert shared_place([ResourceId("top")], {ResourceId("top"): "/"}) is None
