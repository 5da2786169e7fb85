"""People and roles in the browser: let in, changed, signed out, ended; and one's own choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from skolsynk.store import members, save
from skolsynk.store.members import Access, MemberFacts
from skolsynk.store.models import AuditEvent, Member
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.conftest import member, signed_in
from tests.web.settings.pages import invited

Address = Callable[..., str]


def last_event(town: Theatre) -> AuditEvent:
    found = AuditEvent.objects.filter(tenant_id=town.tenant_id).order_by("-pk").first()
    assert found is not None
    return found


def again(facts: MemberFacts) -> MemberFacts | None:
    return members.of(facts.id)


def test_an_owner_lets_somebody_in_for_one_school_unit(
    town: Theatre, as_owner: Client, address: Address, limited_to: str
) -> None:
    form = {"email": "Rektor@Bjorkvik.example", "role": "viewer", "reach": "some", "units": [limited_to]}
    answer = as_owner.post(address("settings_people"), form)
    assert (answer.status_code, answer.headers["location"]) == (303, address("settings_people"))
    made = members.by_email(town.tenant_id, "rektor@bjorkvik.example")
    assert made is not None
    assert (made.role, made.units, made.subject) == ("viewer", (limited_to,), "")
    event = last_event(town)
    assert event.what == "member_admitted"
    assert event.about == {"member": made.id, "role": "viewer", "units": 1}
    page = as_owner.get(address("settings_people")).content.decode()
    assert "rektor@bjorkvik.example" in page
    assert "inte ännu" in page
    assert "Personen kan logga in nu" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "", "role": "viewer", "reach": "all"}, "E-postadress"),
        ({"email": "inte en adress", "role": "viewer", "reach": "all"}, "E-postadress"),
        ({"email": "a@bjorkvik.example", "role": "gud", "reach": "all"}, "Roll"),
        ({"email": "a@bjorkvik.example", "role": "viewer", "reach": "some"}, "minst en skolenhet"),
        ({"email": "a@bjorkvik.example", "role": "viewer", "reach": "some", "units": ["99999999"]}, "Skolenheter"),
        ({"email": "a@bjorkvik.example", "role": "owner", "reach": "some", "units": ["U"]}, "kan inte begränsas"),
        ({"email": "owner@bjorkvik.example", "role": "viewer", "reach": "all"}, "har redan tillgång"),
        ({"email": "x" * 300 + "@bjorkvik.example", "role": "viewer", "reach": "all"}, "E-postadress"),
    ],
)
def test_what_cannot_be_let_in_is_told_and_kept(
    town: Theatre, as_owner: Client, address: Address, limited_to: str, form: dict[str, Any], words: str
) -> None:
    if form.get("units") == ["U"]:
        form = {**form, "units": [limited_to]}
    answer = as_owner.post(address("settings_people"), form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Inget har" in page
    assert form["email"] in page
    assert len(members.listed(town.tenant_id)) == 1


def test_a_second_click_lets_nobody_in_twice(town: Theatre, as_owner: Client, address: Address) -> None:
    form = {"email": "a@bjorkvik.example", "role": "viewer", "reach": "all"}
    as_owner.post(address("settings_people"), form)
    assert as_owner.post(address("settings_people"), form).status_code == 422
    assert len(members.listed(town.tenant_id)) == 2


def test_a_role_is_changed_and_holds_at_the_next_click(town: Theatre, as_owner: Client, address: Address) -> None:
    head = invited(town)
    head = members.signed_in(head.id, subject="g7", email=head.email, name="Rut Rektor", at=SOME_DAY)
    hers = signed_in(Member.objects.get(pk=head.id))
    assert hers.get(address("settings_configuration_file")).status_code == 403
    form = {"action": "change", "was": "viewer", "role": "editor", "reach": "all"}
    assert as_owner.post(address("settings_person", member=head.id), form).status_code == 303
    assert hers.get(address("settings_configuration_file")).status_code == 200
    assert [event.what for event in AuditEvent.objects.filter(who__startswith="member:").order_by("pk")] == [
        "member_changed", "configuration_exported",
    ]  # fmt: skip


def test_two_owners_at_once_overwrite_nothing(town: Theatre, as_owner: Client, address: Address) -> None:
    head = invited(town)
    form = {"action": "change", "was": "viewer", "role": "editor", "reach": "all"}
    members.change(town.tenant_id, head.id, Access("owner"), was=Access("viewer"))
    answer = as_owner.post(address("settings_person", member=head.id), form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Någon annan har ändrat personens roll" in page
    assert 'value="editor"' in page.partition("checked")[0].rpartition("<input")[2]
    now = again(head)
    assert now is not None
    assert now.role == "owner"


@pytest.mark.parametrize("was", ["", "owner", "viewer 12345678", "x" * 9000, "\x00"])
def test_a_form_from_nowhere_changes_nothing(town: Theatre, as_owner: Client, address: Address, was: str) -> None:
    head = invited(town)
    form = {"action": "change", "was": was, "role": "editor", "reach": "all"}
    assert as_owner.post(address("settings_person", member=head.id), form).status_code == 409
    assert again(head) == head


@pytest.mark.parametrize("action", ["", "drop", "<script>"])
def test_an_action_that_is_none_does_nothing(town: Theatre, as_owner: Client, address: Address, action: str) -> None:
    head = invited(town)
    answer = as_owner.post(address("settings_person", member=head.id), {"action": action})
    assert answer.status_code == 200
    assert again(head) == head


@pytest.mark.parametrize(
    "form", [{"action": "end"}, {"action": "change", "was": "owner", "role": "viewer", "reach": "all"}]
)
def test_the_last_owner_stays_and_is_told_why(
    town: Theatre, as_owner: Client, address: Address, form: dict[str, str]
) -> None:
    (owner,) = members.listed(town.tenant_id)
    answer = as_owner.post(address("settings_person", member=owner.id), form)
    assert answer.status_code == 422
    assert "minst en ägare som har loggat in" in answer.content.decode()
    assert again(owner) == owner


def test_an_ended_person_is_out_at_the_next_click(
    town: Theatre, as_owner: Client, as_viewer: Client, address: Address
) -> None:
    viewer = members.by_email(town.tenant_id, "viewer@bjorkvik.example")
    assert viewer is not None
    assert as_viewer.get(address("settings")).status_code == 200
    assert as_owner.post(address("settings_person", member=viewer.id), {"action": "end"}).status_code == 303
    assert as_viewer.get(address("settings")).status_code == 302
    assert as_owner.get(address("settings_person", member=viewer.id)).status_code == 404
    assert last_event(town).about == {"member": viewer.id}


def test_signing_somebody_out_everywhere(town: Theatre, as_owner: Client, as_viewer: Client, address: Address) -> None:
    viewer = members.by_email(town.tenant_id, "viewer@bjorkvik.example")
    assert viewer is not None
    as_owner.post(address("settings_person", member=viewer.id), {"action": "sign_out"})
    assert as_viewer.get(address("settings")).status_code == 302
    assert as_owner.get(address("settings")).status_code == 200
    assert last_event(town).what == "member_signed_out"


def test_an_owner_on_her_own_page_keeps_this_browser(town: Theatre, as_owner: Client, address: Address) -> None:
    (owner,) = members.listed(town.tenant_id)
    other = signed_in(Member.objects.get(pk=owner.id))
    as_owner.post(address("settings_person", member=owner.id), {"action": "sign_out"})
    assert as_owner.get(address("settings")).status_code == 200
    assert other.get(address("settings")).status_code == 302


def test_people_of_another_tenant_are_not_there(
    town: Theatre, as_owner: Client, as_stranger: Client, address: Address
) -> None:
    theirs = Member.objects.exclude(tenant_id=town.tenant_id).get()
    for form in ({"action": "end"}, {"action": "sign_out"}):
        assert as_owner.post(address("settings_person", member=theirs.pk), form).status_code == 404
    assert as_owner.get(address("settings_person", member=10**17)).status_code == 404
    theirs.refresh_from_db()
    assert (theirs.ended_at, theirs.epoch) == (None, 0)


def test_a_list_of_many_people_costs_few_questions(
    town: Theatre, as_owner: Client, address: Address, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        members.admit(
            town.tenant_id, f"p{number}@bjorkvik.example", Access("viewer"), by=f"member:{number}", at=SOME_DAY
        )
    with django_assert_max_num_queries(14):
        page = as_owner.get(address("settings_people")).content.decode()
    assert "61 personer har tillgång" in page


# One's own


def test_a_language_of_ones_own_beats_the_browsers(town: Theatre, as_viewer: Client, address: Address) -> None:
    answer = as_viewer.post(address("settings_mine"), {"language": "en"})
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert ">Settings" in as_viewer.get(address("settings")).content.decode().replace("\n", "").replace(" ", "")
    viewer = members.by_email(town.tenant_id, "viewer@bjorkvik.example")
    assert viewer is not None
    assert viewer.language == "en"
    as_viewer.post(address("settings_mine"), {"language": "auto"})
    assert as_viewer.cookies[settings.LANGUAGE_COOKIE_NAME].value == ""


@pytest.mark.parametrize("language", ["de", "", "<script>", "sv\x00"])
def test_a_language_that_is_none_is_not_chosen(
    town: Theatre, as_viewer: Client, address: Address, language: str
) -> None:
    answer = as_viewer.post(address("settings_mine"), {"language": language}, follow=True)
    assert "Välj ett av språken" in answer.content.decode()
    viewer = members.by_email(town.tenant_id, "viewer@bjorkvik.example")
    assert viewer is not None
    assert viewer.language == ""


def test_signing_out_everywhere_but_here(town: Theatre, as_limited: Client, address: Address) -> None:
    me = members.listed(town.tenant_id)[0]
    other = signed_in(Member.objects.get(pk=me.id))
    before = as_limited.cookies[settings.SESSION_COOKIE_NAME].value
    answer = as_limited.post(address("settings_sign_me_out"), follow=True)
    assert "överallt utom i den här webbläsaren" in answer.content.decode()
    assert as_limited.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert other.get(address("settings")).status_code == 302


def test_people_limited_to_school_units_see_what_is_their_own(
    town: Theatre, as_limited: Client, address: Address
) -> None:
    page = as_limited.get(address("settings")).content.decode()
    assert "Dina inloggningar" in page
    assert address("settings_people") not in page
    assert town.stage.town.admin_email not in page
    assert as_limited.get(address("settings_people")).status_code == 403


def test_a_tenant_without_an_administrator_to_read_as_is_told(
    town: Theatre, as_owner: Client, address: Address
) -> None:
    save.source(town.tenant_id, subject="", school_containers=[])
    assert "Ingen administratör är vald" in as_owner.get(address("settings")).content.decode()


def test_viewers_see_who_takes_part_and_no_forms(town: Theatre, address: Address) -> None:
    page = signed_in(member(town.tenant_id, "viewer")).get(address("settings_people")).content.decode()
    assert "Ägare kan ge fler personer tillgång" in page
    assert 'name="email"' not in page
