"""Who may use the site: admitted, bound, changed, ended; never without an owner, never across tenants."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skolsynk.store import members, save
from skolsynk.store.members import Access, MemberError

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
OWNER, EDITOR, VIEWER = Access("owner"), Access("editor"), Access("viewer")


@pytest.fixture
def tenant() -> int:
    return save.tenant("C01liten", "Lilla kommun", at=AT)


def admitted(tenant: int, email: str, access: Access, subject: str = "") -> members.MemberFacts:
    return members.admit(tenant, email, access, by="demo", at=AT, subject=subject, name=email.split("@")[0].title())


def refused(code: str) -> pytest.RaisesExc[MemberError]:
    return pytest.raises(MemberError, check=lambda error: error.code == code)


def test_an_invited_person_is_bound_to_googles_id_at_the_first_sign_in(tenant: int) -> None:
    invited = admitted(tenant, "Rektor@liten.example", Access("viewer", ("11111111",)))
    assert (invited.email, invited.subject, invited.units) == ("rektor@liten.example", "", ("11111111",))
    assert members.by_email(tenant, "REKTOR@liten.example") == invited
    assert members.by_subject(tenant, "") is None
    bound = members.signed_in(invited.id, subject="g1", email="rektor.ny@liten.example", name="Rut", at=AT)
    assert members.by_subject(tenant, "g1") == bound == members.of(invited.id)
    assert (bound.email, bound.name, bound.last_seen_at) == ("rektor.ny@liten.example", "Rut", AT)


def test_a_new_address_that_another_member_has_is_not_taken_over(tenant: int) -> None:
    me = admitted(tenant, "a@liten.example", EDITOR, "g1")
    admitted(tenant, "b@liten.example", VIEWER)
    assert members.signed_in(me.id, subject="g1", email="b@liten.example", name="A", at=AT).email == "a@liten.example"


def test_nobody_is_admitted_twice_but_may_come_back(tenant: int) -> None:
    me = admitted(tenant, "a@liten.example", EDITOR, "g1")
    with refused("already") as caught:
        admitted(tenant, "A@liten.example", VIEWER)
    assert "har redan" in caught.value.text("sv")
    assert "already" in caught.value.text("en")
    with refused("already"):
        admitted(tenant, "other@liten.example", VIEWER, "g1")
    members.end(tenant, me.id, AT)
    assert members.of(me.id) is None
    assert members.listed(tenant) == ()
    assert admitted(tenant, "a@liten.example", VIEWER, "g1").id != me.id


@pytest.mark.parametrize("to", [EDITOR, VIEWER])
def test_the_last_owner_who_has_signed_in_stays_owner(tenant: int, to: Access) -> None:
    first = admitted(tenant, "a@liten.example", OWNER, "g1")
    invited = admitted(tenant, "b@liten.example", OWNER)
    with refused("last_owner"):
        members.change(tenant, first.id, to, was=OWNER)
    with refused("last_owner"):
        members.end(tenant, first.id, AT)
    members.signed_in(invited.id, subject="g2", email="b@liten.example", name="B", at=AT)
    assert members.change(tenant, first.id, to, was=OWNER).role == to.role
    with refused("last_owner"):
        members.end(tenant, invited.id, AT)


def test_owners_decide_for_everything_and_roles_are_three(tenant: int) -> None:
    me = admitted(tenant, "a@liten.example", EDITOR)
    with refused("owner_limited"):
        members.change(tenant, me.id, Access("owner", ("11111111",)), was=EDITOR)
    with refused("no_role"):
        admitted(tenant, "b@liten.example", Access("god"))
    assert members.of(me.id) == me


def test_a_change_from_an_old_page_changes_nothing(tenant: int) -> None:
    me = admitted(tenant, "a@liten.example", EDITOR)
    members.change(tenant, me.id, Access("viewer", ("11111111",)), was=EDITOR)
    with refused("moved"):
        members.change(tenant, me.id, OWNER, was=EDITOR)
    assert [one.role for one in members.listed(tenant)] == ["viewer"]


def test_another_tenants_member_is_out_of_reach(tenant: int) -> None:
    other = save.tenant("C02annan", "Annan kommun", at=AT)
    theirs = admitted(other, "a@annan.example", EDITOR, "g1")
    for attempt in (
        lambda: members.change(tenant, theirs.id, OWNER, was=EDITOR),
        lambda: members.end(tenant, theirs.id, AT),
        lambda: members.sign_out_everywhere(tenant, theirs.id),
    ):
        with refused("gone"):
            attempt()
    assert members.of(theirs.id) == theirs
    assert members.by_subject(tenant, "g1") is None
    assert "känd" in members.name_of(tenant, f"member:{theirs.id}")


def test_signing_out_everywhere_begins_a_new_epoch(tenant: int) -> None:
    me = admitted(tenant, "a@liten.example", EDITOR)
    assert members.sign_out_everywhere(tenant, me.id) == 1
    again = members.of(me.id)
    assert again is not None
    assert again.epoch == 1


def test_names_of_a_whole_page_are_one_question(tenant: int, django_assert_num_queries: object) -> None:
    people = [admitted(tenant, f"p{number}@liten.example", VIEWER) for number in range(9)]
    members.end(tenant, people[0].id, AT)
    whos = [f"member:{one.id}" for one in people] + ["demo", "command", "member:x", "member:99999999", "evas dator"]
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture
        found = members.names_of(tenant, whos, "en")
    assert found[f"member:{people[0].id}"] == "P0"
    assert found["demo"] == "the demo"
    assert found["member:x"] == found["member:99999999"] == "someone who is no longer known"
    assert found["evas dator"] == "evas dator"
    assert members.name_of(tenant, "command") == "driften, på kommandoraden"


def test_choices_of_ones_own(tenant: int) -> None:
    me = admitted(tenant, "a@liten.example", VIEWER)
    members.choose_language(me.id, "en")
    members.choose_notices(me.id, True)
    again = members.of(me.id)
    assert again is not None
    assert (again.language, again.notices) == ("en", True)
