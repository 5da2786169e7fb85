"""A plan of many changes: the index is opened, the bodies are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.ledger import Verb
from skolsynk.core.plan import Change, GuardTrip, Hold, Plan, stored, summary
from skolsynk.core.ss12000.base import ResourceId, canonical
from skolsynk.store import claims, save
from skolsynk.store import plans as rows
from skolsynk.sync.dispatch import today_at
from tests.scenarios.theatre import Theatre

Address = Callable[..., str]
NUMBER = 6_000
WHERE = {"vendor": "binogi", "mode": "test"}


def change(number: int) -> Change:
    key = ResourceId(str(UUID(int=number + 1)))
    address = f"alva.ek{number}@elev.bjorkvik.example"
    body = canonical({"id": key, "displayName": f"Alva{number} Ek", "userName": address, "emails": [address]})
    mark = number.to_bytes(16, "big")
    return Change(Verb.CREATE, "User", key, str(10_000_000 + number % 20), body, mark, None, (), 0, "new")


@pytest.fixture
def large(town: Theatre) -> Plan:
    """All of a first push is held."""
    connection = town.connection("binogi")
    held = tuple(Hold(change(number), "first_push", "now") for number in range(NUMBER))
    trip = GuardTrip("first_push", "", "", "now", NUMBER, 0, 0.0, 0)
    plan = Plan(town.at, (), held, (trip,), {}, {}, 0, 0)
    run = claims.create_run(
        town.tenant_id, "plan", at=town.at, today=today_at(town.at), connection_id=connection.id, mode="test"
    )
    save.plan(run, connection.id, "test", replace(plan, held=()), town.at)
    rows.keep(
        town.tenant_id, run, connection.id, "test", "plan", plan, summary(plan), snapshot_at=town.at, rules_version=1,
        named=True,
    )  # fmt: skip
    return plan


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the parts that were opened."""
    sizes: list[int] = []
    decode = stored.decode_part

    def watched(part: bytes) -> tuple[stored.Bodies, ...]:
        sizes.append(len(part))
        return decode(part)

    monkeypatch.setattr(stored, "decode_part", watched)
    return sizes


@pytest.mark.parametrize("query", ["", "?verb=create&unit=10000003", "?q=alva5999", "?page=100"])
def test_a_page_of_many_changes_asks_few_questions_and_opens_no_body(
    large: Plan, as_viewer: Client, address: Address, query: str, django_assert_max_num_queries: DjangoAssertNumQueries,
    opened: list[int],
) -> None:  # fmt: skip
    with django_assert_max_num_queries(30):
        answer = as_viewer.get(address("changes_of", **WHERE) + query)
    assert answer.status_code == 200
    assert len(answer.content) < 300_000
    assert opened == []


def test_one_row_of_many_opens_one_part(large: Plan, as_viewer: Client, address: Address, opened: list[int]) -> None:
    page = as_viewer.get(address("changes_line", **WHERE, number=NUMBER - 1)).content.decode()
    assert f"Alva{NUMBER - 1}" in page
    assert len(opened) == 1
