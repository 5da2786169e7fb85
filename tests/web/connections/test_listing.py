"""The list of vendors: all are there, numbers are the visitor's own, and adding happens once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.connection import Mode
from skolsynk.store.models import Connection, HoldRow
from skolsynk.sync import offers, targets
from tests.scenarios.theatre import Theatre
from tests.web.conftest import member, signed_in

Address = Callable[..., str]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_every_vendor_is_listed_with_its_next_step(town: Theatre, address: Address, as_editor: Client) -> None:
    page = text(as_editor, address("connections"))
    for vendor in targets.all_vendors().values():
        assert vendor.name.replace("&", "&amp;") in page
    assert "Fråga leverantören" in page  # Binogi
    assert "Gå mot skarpt läge" in page  # Sandbox
    assert page.count('name="vendor"') == len(targets.all_vendors()) - 2


def test_it_speaks_english(town: Theatre, address: Address, as_editor: Client) -> None:
    answer = as_editor.get(address("connections"), headers={"accept-language": "en"})
    page = answer.content.decode()
    assert "Ask the vendor" in page
    assert "Leverantör<" not in page


def test_held_changes_lead_to_the_changes(town: Theatre, address: Address, as_viewer: Client) -> None:
    HoldRow.objects.create(
        connection_id=town.connection().id, mode="test", resource_type="User", resource_id="x", verb="delete",
        reason="removed", window="now", cause="gone", unit="12345678", first_seen=town.at,
    )  # fmt: skip
    page = text(as_viewer, address("connections"))
    assert "Granska 1 som väntar" in page
    assert "/andringar/sandbox/test/" in page


def test_who_sees_one_unit_sees_its_people_only(
    town: Theatre, address: Address, as_viewer: Client, as_limited: Client, limited_to: str
) -> None:
    HoldRow.objects.create(
        connection_id=town.connection().id, mode="test", resource_type="User", resource_id="x", verb="delete",
        reason="removed", window="now", cause="gone", unit="99999999", first_seen=town.at,
    )  # fmt: skip
    assert "Granska 1 som väntar" in text(as_viewer, address("connections"))
    assert "Granska 1 som väntar" not in text(as_limited, address("connections"))


def test_adding_twice_makes_one_connection_that_is_off(town: Theatre, address: Address, as_editor: Client) -> None:
    for _ in range(2):
        answer = as_editor.post(address("connections"), {"vendor": "gleerups"})
        assert answer.status_code == 303
        assert answer.headers["location"] == address("connection", vendor="gleerups")
    made = Connection.objects.get(vendor="gleerups")
    assert Mode(made.mode) is Mode.OFF
    assert made.selection["school_units"] == []
    assert "avstängd" in text(as_editor, address("connection", vendor="gleerups"))


@pytest.mark.parametrize("vendor", ["", "nobody", "../etc", "x" * 5000])
def test_a_vendor_that_is_not_there_is_refused_in_words(
    town: Theatre, address: Address, as_editor: Client, vendor: str
) -> None:
    answer = as_editor.post(address("connections"), {"vendor": vendor})
    assert answer.status_code == 422
    assert "Inget har lagts till" in answer.content.decode()


def test_an_editor_of_one_unit_adds_nobody(town: Theatre, address: Address, limited_to: str) -> None:
    limited = signed_in(member(town.tenant_id, "editor", (limited_to,)))
    assert "Lägg till" not in text(limited, address("connections"))
    assert limited.post(address("connections"), {"vendor": "gleerups"}).status_code == 403
    assert not Connection.objects.filter(vendor="gleerups").exists()


def test_the_number_of_questions_does_not_grow_with_vendors(
    town: Theatre, address: Address, as_editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    path = address("connections")
    as_editor.get(path)
    with django_assert_max_num_queries(60) as before:
        as_editor.get(path)
    for vendor in targets.all_vendors():
        as_editor.post(path, {"vendor": vendor})
    as_editor.get(path)
    with django_assert_max_num_queries(60) as after:
        as_editor.get(path)
    assert len(after) <= len(before) + 6 * 4, "six more vendors, a few looks at the read model each"


def test_a_large_directory_is_counted_one_vendor_at_a_time(
    town: Theatre, address: Address, as_viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "AT_ONCE", 10)
    monkeypatch.setattr(offers, "_kept", {})
    listed = text(as_viewer, address("connections"))
    path = address("connection_people", vendor="sandbox")
    assert f'hx-get="{path}"' in listed
    counted = text(as_viewer, path).strip()
    assert counted.isdecimal()
    again = text(as_viewer, address("connections"))
    assert f'hx-get="{path}"' not in again
    assert f"> {counted} <" in again


def test_what_cannot_be_read_is_not_waited_for(
    town: Theatre, address: Address, as_viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "AT_ONCE", 10)
    Connection.objects.filter(pk=town.connection().id).update(selection={"roles": ["king"]})
    assert text(as_viewer, address("connection_people", vendor="sandbox")).strip() == "okänt"
    assert address("connection_people", vendor="sandbox") not in text(as_viewer, address("connections"))


def test_a_vendor_that_was_not_added_is_explained(town: Theatre, address: Address, as_viewer: Client) -> None:
    page = text(as_viewer, address("connection", vendor="natur-och-kultur"))
    assert "är inte tillagd" in page
    assert "En klass per elev" in page
    assert "https://support.nok.se/article/4104" in page
    assert "om undervisningsgrupper tas emot" in page


def test_a_vendor_that_nobody_knows_is_not_found(town: Theatre, address: Address, as_owner: Client) -> None:
    assert as_owner.get(address("connection", vendor="nobody")).status_code == 404
    assert as_owner.get(address("connection_mode", vendor="gleerups")).status_code == 404
    assert as_owner.post(address("connection_guards", vendor="gleerups")).status_code == 404
