"""Finding somebody by name, address or id; and that nothing personal gets into an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.store.models import AuditEvent, ReadModelRow
from skolsynk.sync import people, readmodel
from skolsynk.sync.people import Wanted
from skolsynk.sync.readmodel import PersonRow
from tests.scenarios.theatre import Theatre, pupils, resource

Address = Callable[..., str]
HTMX = {"hx-request": "true"}


def row(town: Theatre, key: str) -> PersonRow:
    model = readmodel.of(town.tenant_id)
    assert model
    found = model.people.row(key)
    assert found
    return found


def test_everybody_is_listed_by_name(as_viewer: Client, address: Address, town: Theatre) -> None:
    text = as_viewer.get(address("persons")).content.decode()
    model = readmodel.of(town.tenant_id)
    assert model
    first, second = model.people.rows_where(limit=2).rows
    assert text.index(first.name) < text.index(second.name)
    assert address("person", key=first.key) in text


@pytest.mark.parametrize("by", ["name", "email", "key", "id"])
def test_somebody_is_found_by_name_address_google_id_and_uuid(
    by: str, as_viewer: Client, address: Address, town: Theatre
) -> None:
    who = row(town, pupils(town)[0])
    for headers in ({}, HTMX):
        answer = as_viewer.post(address("persons"), {"q": str(getattr(who, by))}, headers=headers)
        assert answer.status_code == 200
        assert address("person", key=who.key) in answer.content.decode()


def test_a_search_as_one_types_gives_the_list_alone(as_viewer: Client, address: Address) -> None:
    text = as_viewer.post(address("persons"), {"q": "an"}, headers=HTMX).content.decode()
    assert "<html" not in text
    assert 'role="status"' in text


def test_what_was_typed_never_stands_in_an_address(as_viewer: Client, address: Address, town: Theatre) -> None:
    who = row(town, pupils(town)[0])
    text = as_viewer.post(address("persons"), {"q": who.name.split()[0]}).content.decode()
    assert f"q={who.name.split()[0]}" not in text
    given = as_viewer.get(address("persons") + f"?q={who.email}").content.decode()
    assert f'value="{who.email}"' not in given


def test_filters_alone_make_an_address_that_can_be_kept(as_viewer: Client, address: Address) -> None:
    answer = as_viewer.post(address("persons"), {"q": " ", "roll": "teacher", "enhet": "", "page": "7"})
    assert (answer.status_code, answer.headers["location"]) == (303, address("persons") + "?roll=teacher")


def test_filters_narrow_a_search_by_name(as_viewer: Client, address: Address, town: Theatre) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    teacher = model.people.rows_where(role="teacher").rows[0]
    wanted = {"q": "a", "roll": "teacher", "enhet": teacher.units[0], "lage": "placed"}
    text = as_viewer.post(address("persons"), wanted).content.decode()
    pupil = row(town, pupils(town)[0])
    assert pupil.email not in text
    assert people.search(model, "a", Wanted(role="teacher"), None, 0, 50).total > 0


def test_a_search_with_filters_says_what_each_alone_would(town: Theatre) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    pupil = row(town, pupils(town)[0])
    everybody = model.people.find("a", None, 0, 1000).rows
    for wanted in (
        Wanted(unit=pupil.units[0]), Wanted(role="pupil"), Wanted(fate="placed"), Wanted(class_name=pupil.classes[0]),
        Wanted(container="/elever"),
    ):  # fmt: skip
        allowed = {each.key for each in model.people.rows_where(**wanted._asdict(), limit=1000).rows}
        found = people.search(model, "a", wanted, None, 0, 1000)
        assert [each.key for each in found.rows] == [each.key for each in everybody if each.key in allowed]
        assert found.total == len(found.rows)


def test_a_class_is_found_however_it_is_typed(as_viewer: Client, address: Address, town: Theatre) -> None:
    pupil = row(town, pupils(town)[0])
    text = as_viewer.get(address("persons") + f"?klass={pupil.classes[0].lower()}").content.decode()
    assert pupil.email in text


@pytest.mark.parametrize("page", ["0", "-1", "999999", "x", "9" * 30, "²", ""])
def test_a_page_that_is_not_there_is_one_that_is(page: str, as_viewer: Client, address: Address) -> None:
    for answer in (
        as_viewer.get(address("persons") + f"?page={page}"),
        as_viewer.post(address("persons"), {"q": "a", "page": page}),
    ):
        assert answer.status_code == 200
        assert "/personer/1" in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["zzzz", "'; drop table", "%", "_", "\\", "é" * 500, "\x00", "<script>alert(1)</script>"]
)
def test_whatever_is_typed_is_a_search(text: str, as_viewer: Client, address: Address) -> None:
    answer = as_viewer.post(address("persons"), {"q": text, "enhet": text, "klass": text, "lage": text, "ou": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_nobody_found_says_what_to_do(as_viewer: Client, address: Address) -> None:
    text = as_viewer.post(address("persons"), {"q": "finns verkligen inte"}).content.decode()
    assert "Kontrollera stavningen" in text


def test_searching_is_not_a_look_at_somebody(as_viewer: Client, address: Address) -> None:
    as_viewer.post(address("persons"), {"q": "a"})
    assert not AuditEvent.objects.filter(what="person_seen").exists()


def test_who_is_limited_to_a_unit_finds_its_people_alone(
    as_limited: Client, limited_to: str, address: Address, town: Theatre
) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    text = as_limited.post(address("persons"), {"q": ""}, follow=True).content.decode()
    outside = [each for each in model.people.rows_where(limit=1000).rows if limited_to not in each.units]
    assert outside
    for each in outside:
        assert each.key not in text
        assert each.email not in as_limited.post(address("persons"), {"q": each.email}, headers=HTMX).content.decode()


def test_before_the_first_read_the_page_says_what_is_missing(as_viewer: Client, address: Address) -> None:
    ReadModelRow.objects.all().delete()
    text = as_viewer.get(address("persons")).content.decode()
    assert "inte läst och sammanställd" in text


def test_the_number_of_questions_does_not_grow_with_the_list(
    as_viewer: Client, address: Address, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    as_viewer.get(address("persons"))
    with django_assert_max_num_queries(20):
        as_viewer.post(address("persons"), {"q": "a"})


def test_an_exact_id_is_known_whether_or_not_the_directory_has_it(town: Theatre) -> None:
    key = pupils(town)[0]
    assert people.absent_key(town.tenant_id, f" {resource(town, key).upper()} ") == key
    assert people.absent_key(town.tenant_id, key) == key
    assert people.absent_key(town.tenant_id, "nobody") is None
