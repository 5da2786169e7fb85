"""Choosing school units: the list, suggestions, the search, taking away, and one unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.core import register as core
from skolsynk.core.connection import Mode
from skolsynk.store import chosen, load
from skolsynk.store.models import AuditEvent, RegisterUnit, SchoolRow, TenantUnit
from skolsynk.sync import units
from tests.scenarios.theatre import Theatre
from tests.web.conftest import member, signed_in
from tests.web.units.pages import CODE, version

Address = Callable[..., str]


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]  # a test client's answer


def new_unit(code: str = "88000001", **words: object) -> RegisterUnit:
    """One more unit of the register, of the town's own domain."""
    like = RegisterUnit.objects.get(code=CODE)
    fields = {
        name: getattr(like, name) for name in ("school_types", "organizer_type", "organizer_name", "email_domain")
    }
    fields |= {
        "organization_number": like.organization_number,
        "municipality_code": "0180",
        "municipality": "Stockholm",
    }
    return RegisterUnit.objects.create(code=code, **{"name": "Nya skolan", **fields, **words})


def codes(town: Theatre) -> list[str]:
    return [each.code for each in chosen.chosen(town.tenant_id)]


# The list


def test_the_list_tells_of_each_unit_with_people(as_viewer: Client, address: Address, town: Theatre) -> None:
    page = text(as_viewer.get(address("units")))
    for unit in town.stage.town.school_units:
        assert unit["name"] in page
        assert unit["code"] in page
    assert "grundskola" in page
    assert "Sätt grupp" not in page


def test_a_tenant_without_units_is_led_to_choosing_them(as_owner: Client, address: Address, town: Theatre) -> None:
    TenantUnit.objects.all().delete()
    page = text(as_owner.get(address("units")))
    assert "Inga skolenheter är valda" in page
    assert address("units_add") in page


def test_units_that_the_register_has_closed_or_lost_are_flagged(
    as_viewer: Client, address: Address, town: Theatre
) -> None:
    RegisterUnit.objects.filter(code=CODE).update(status="UPPHORT")
    assert "Registret säger att skolenheten har upphört" in text(as_viewer.get(address("units")))
    RegisterUnit.objects.filter(code=CODE).update(status="AKTIV", vanished_at=town.at)
    assert "finns inte i registret sedan" in text(as_viewer.get(address("units")))
    TenantUnit.objects.create(tenant_id=town.tenant_id, code="87654321")
    page = text(as_viewer.get(address("units")))
    assert "okänd kod" in page
    assert as_viewer.get(address("unit", code="87654321")).status_code == 200


def test_people_limited_to_a_unit_see_only_that_one(
    as_limited: Client, limited_to: str, address: Address, town: Theatre
) -> None:
    new_unit()
    before = chosen.chosen(town.tenant_id)
    assert chosen.replace(town.tenant_id, before, [chosen.Chosen("88000001", "", ""), *before])
    page = text(as_limited.get(address("units")))
    assert limited_to in page
    assert "88000001" not in page
    assert "Nya skolan" not in page
    assert as_limited.get(address("unit", code=limited_to)).status_code == 200
    assert as_limited.get(address("unit", code="88000001")).status_code == 404


def test_an_editor_limited_to_a_unit_changes_none(limited_to: str, address: Address, town: Theatre) -> None:
    client = signed_in(member(town.tenant_id, "editor", (limited_to,)))
    form = {"action": "group", "code": limited_to, "group": "Norra", "version": version(town)}
    assert client.post(address("units"), form).status_code == 403
    assert client.get(address("units_add")).status_code == 403
    assert {each.group for each in chosen.chosen(town.tenant_id)} == {""}


def test_own_units_are_searched_by_name_code_and_group(as_viewer: Client, address: Address, town: Theatre) -> None:
    assert CODE in text(as_viewer.get(address("units"), {"q": CODE}))
    assert "Ingen av era skolenheter stämmer" in text(as_viewer.get(address("units"), {"q": "finns inte"}))


def test_a_group_is_set_for_the_ticked_and_told_to_the_log(as_editor: Client, address: Address, town: Theatre) -> None:
    assert SchoolRow.objects.exists()
    form = {"action": "group", "code": [CODE, CODE, "12121212"], "group": " Norra ", "version": version(town)}
    answer = as_editor.post(address("units"), form, follow=True)
    assert "Gruppen är ändrad för en skolenhet." in text(answer)
    assert {each.code: each.group for each in chosen.chosen(town.tenant_id)}[CODE] == "Norra"
    event = AuditEvent.objects.get(what="units_grouped")
    assert event.about == {"codes": [CODE]}
    assert event.who.startswith("member:")
    assert not SchoolRow.objects.exists()
    again = as_editor.post(address("units"), form, follow=True)
    assert "Det var redan så" in text(again)


@pytest.mark.parametrize("group", ["x" * 201, "a\x00b"])
def test_a_group_that_cannot_be_is_refused_and_kept(
    group: str, as_editor: Client, address: Address, town: Theatre
) -> None:
    form = {"action": "group", "code": CODE, "group": group, "version": version(town)}
    answer = as_editor.post(address("units"), form)
    assert answer.status_code == 422
    assert "behöver rättas" in text(answer)
    assert {each.group for each in chosen.chosen(town.tenant_id)} == {""}


def test_a_form_from_before_anothers_change_overwrites_nothing(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    old = version(town)
    form = {"action": "group", "code": CODE, "group": "Norra", "version": old}
    assert as_editor.post(address("units"), form).status_code == 303
    answer = as_editor.post(address("units"), {**form, "group": "Södra"})
    assert answer.status_code == 409
    assert "Någon annan har ändrat valet" in text(answer)
    assert 'value="Södra"' in text(answer)
    assert "checked" in text(answer)
    assert {each.code: each.group for each in chosen.chosen(town.tenant_id)}[CODE] == "Norra"


def test_two_who_save_at_the_same_instant_do_not_overwrite_each_other(town: Theatre) -> None:
    before = chosen.chosen(town.tenant_id)
    assert chosen.replace(town.tenant_id, before, before[1:])
    assert not chosen.replace(town.tenant_id, before, [])
    assert chosen.chosen(town.tenant_id) == before[1:]


def test_nothing_ticked_is_told_and_changes_nothing(as_editor: Client, address: Address, town: Theatre) -> None:
    for action in ("group", "remove", "nonsense"):
        answer = as_editor.post(address("units"), {"action": action, "version": "x"}, follow=True)
        assert "Markera minst en skolenhet" in text(answer)


# Adding


def test_units_of_the_own_domain_are_suggested_with_the_reason_and_added(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    new_unit()
    page = text(as_editor.get(address("units_add")))
    assert "Nya skolan" in page
    assert "slutar på er domän" in page
    assert "checked" in page
    answer = as_editor.post(address("units_add"), {"code": "88000001", "version": version(town)}, follow=True)
    assert "En skolenhet är tillagd" in text(answer)
    assert {each.code: each.reason for each in chosen.chosen(town.tenant_id)}["88000001"] == "email_domain"
    assert "88000001" in load.units(town.tenant_id)
    assert "föreslagen: e-postdomänen är er" in text(as_editor.get(address("unit", code="88000001")))


def test_a_double_click_adds_once(as_editor: Client, address: Address, town: Theatre) -> None:
    new_unit()
    form = {"one": "88000001", "version": version(town)}
    for _ in range(2):
        assert as_editor.post(address("units_add"), form).status_code == 303
    assert codes(town).count("88000001") == 1
    assert AuditEvent.objects.filter(what="units_added").count() == 1


def test_adding_on_an_old_page_is_refused_and_the_ticks_stay(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    new_unit()
    new_unit("88000002", name="En till")
    old = version(town)
    as_editor.post(address("units_add"), {"code": "88000001", "version": old})
    answer = as_editor.post(address("units_add"), {"code": "88000002", "version": old})
    assert answer.status_code == 409
    assert "Inget har lagts till" in text(answer)
    assert "88000002" not in codes(town)


@pytest.mark.parametrize("code", ["", "abc", "12345678", "99000001'--", "\x00"])
def test_codes_that_the_register_lacks_add_nothing(
    code: str, as_editor: Client, address: Address, town: Theatre
) -> None:
    before = codes(town)
    answer = as_editor.post(address("units_add"), {"code": code, "version": version(town)}, follow=True)
    assert "Markera minst en" in text(answer)
    assert codes(town) == before


def test_the_register_is_searched_by_words_and_filters(as_viewer: Client, address: Address, town: Theatre) -> None:
    new_unit(name="Ängsbacksskolan", school_types=["GY"], organizer_type="Enskild")
    for asked in (
        {"q": "angsbacks stockholm"},
        {"q": "88000001"},
        {"municipality": "0180"},
        {"form": "GY", "q": "ängs"},
        {"organizer": "Enskild"},
    ):
        page = text(as_viewer.get(address("units_add"), asked))
        assert "Ängsbacksskolan" in page, asked
    page = text(as_viewer.get(address("units_add"), {"q": "ängsbacks", "form": "GR"}))
    assert "Ingen skolenhet i registret stämmer" in page


def test_the_search_answers_with_its_part_of_the_page_as_one_types(
    as_viewer: Client, address: Address, town: Theatre
) -> None:
    headers = {"hx-request": "true", "hx-target": "div#found"}
    part = text(as_viewer.get(address("units_add"), {"q": CODE}, headers=headers))
    assert "En skolenhet stämmer" in part
    assert "<html" not in part


@pytest.mark.parametrize("asked", [{"q": "\x00%_'\"<"}, {"page": "x", "q": "skola"}, {"page": "-3", "form": "??"}])
def test_garbage_in_the_search_finds_nothing_and_breaks_nothing(
    asked: dict[str, str], as_viewer: Client, address: Address
) -> None:
    assert as_viewer.get(address("units_add"), asked).status_code == 200


@pytest.mark.parametrize("query", ["", "skola", "ÄNGS", "stockholm nya", "8800", "kommun", "finns inte", "\x00"])
def test_the_kept_register_is_searched_as_the_core_searches(query: str, town: Theatre) -> None:
    new_unit(name="Ängsbacksskolan")
    new_unit("88000002", name="Övre skolan")
    assert units.search(query) == core.search(load.register(), query)


def test_the_register_is_kept_until_it_changes(
    town: Theatre, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = units.register()
    with django_assert_num_queries(1):
        assert units.register() is first
    new_unit()
    assert "88000001" in units.register().by_code
    RegisterUnit.objects.filter(code="88000001").update(status="UPPHORT")
    assert units.register().by_code["88000001"].status == "UPPHORT"
    assert units.search("nya skolan")[-1].status == "UPPHORT"


# Taking away


def test_taking_away_tells_of_people_rules_and_vendors_before_the_yes(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    answer = as_editor.post(address("units"), {"action": "remove", "code": CODE}, follow=True)
    page = text(answer)
    (use,) = units.uses(town.tenant_id, [CODE])
    assert use.people > 0
    assert "Sandbox" in " ".join(use.vendors)
    assert all(vendor in page for vendor in use.vendors)
    assert "står utan skolenhet" in page
    assert CODE in codes(town)


def test_the_number_of_people_is_typed_before_a_unit_goes(as_editor: Client, address: Address, town: Theatre) -> None:
    (use,) = units.uses(town.tenant_id, [CODE])
    form = {"code": CODE, "version": version(town), "people": str(use.people + 1)}
    for wrong in (form, {**form, "people": ""}, {**form, "people": "många"}, {**form, "people": "9" * 99}):
        answer = as_editor.post(address("units_remove"), wrong)
        assert answer.status_code == 422
        assert CODE in codes(town)
    answer = as_editor.post(address("units_remove"), {**form, "people": f" {use.people} "}, follow=True)
    assert "En skolenhet är borttagen" in text(answer)
    assert CODE not in codes(town)
    assert AuditEvent.objects.get(what="units_removed").about == {"codes": [CODE]}
    again = as_editor.post(address("units_remove"), {**form, "people": str(use.people)}, follow=True)
    assert "Inga valda skolenheter att ta bort" in text(again)


def test_taking_away_on_an_old_page_is_refused(as_editor: Client, address: Address, town: Theatre) -> None:
    (use,) = units.uses(town.tenant_id, [CODE])
    answer = as_editor.post(address("units_remove"), {"code": CODE, "version": "garbage", "people": str(use.people)})
    assert answer.status_code == 409
    assert "Inget är borttaget" in text(answer)
    assert CODE in codes(town)


def test_a_unit_that_nobody_uses_goes_without_typing(as_editor: Client, address: Address, town: Theatre) -> None:
    new_unit()
    as_editor.post(address("units_add"), {"code": "88000001", "version": version(town)})
    page = text(as_editor.get(address("units_remove"), {"code": "88000001"}))
    assert "ingen påverkas" in page
    as_editor.post(address("units_remove"), {"code": "88000001", "version": version(town)})
    assert "88000001" not in codes(town)


def test_only_editors_take_away(as_viewer: Client, address: Address) -> None:
    assert as_viewer.get(address("units_remove"), {"code": CODE}).status_code == 403


# One unit


def test_a_unit_has_its_counts_classes_and_vendors(as_viewer: Client, address: Address, town: Theatre) -> None:
    town.switch(Mode.TEST)
    page = text(as_viewer.get(address("unit", code=CODE)))
    names = {unit["code"]: unit["name"] for unit in town.stage.town.school_units}
    assert names[CODE] in page
    assert address("connection", vendor="sandbox") in page
    assert "Testläge" in page
    assert "Klasser" in page
    assert f"{address('persons')}?unit={CODE}" in page


@pytest.mark.parametrize("code", ["12345678", "inte-en-kod", "88000001"])
def test_units_that_are_not_chosen_have_no_page(code: str, as_owner: Client, address: Address) -> None:
    assert as_owner.get(address("unit", code=code)).status_code == 404


def test_questions_do_not_grow_with_the_units(
    as_viewer: Client, address: Address, town: Theatre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        new_unit(str(88000001 + number), name=f"Skola {number}")
    save = [*chosen.chosen(town.tenant_id), *(chosen.Chosen(str(88000001 + n), "", "") for n in range(30))]
    chosen.replace(town.tenant_id, chosen.chosen(town.tenant_id), sorted(save))
    units.register()
    for path in (address("units"), address("units_add"), address("unit", code=CODE), address("units_add") + "?q=skola"):
        with django_assert_max_num_queries(30):
            assert as_viewer.get(path).status_code == 200
