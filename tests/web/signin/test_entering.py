"""Who gets in, as what, and at which tenant: the whole way over HTTP to the fake Google and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from skolsynk.store import load, members, save
from skolsynk.store.members import Access
from skolsynk.store.models import Tenant
from tests.web.signin.world import (
    ADMIN,
    CUSTOMER,
    HEAD,
    HELPER,
    OTHER_ADMIN,
    OTHER_CUSTOMER,
    OTHER_HEAD,
    STRANGER,
    World,
    events,
    inside,
    nothing_stored,
    refused,
)  # fmt: skip

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def tenant_of(customer: str = CUSTOMER) -> load.TenantFacts:
    found = load.tenant_by_customer(customer)
    assert found is not None
    return found


@pytest.fixture
def owned(google: World) -> int:
    """The tenant after its first administrator has signed in."""
    google.sign_in(google.browser(), ADMIN)
    return tenant_of().id


def invite(tenant_id: int, address: str, access: Access) -> members.MemberFacts:
    return members.admit(tenant_id, address, access, by="member:1", at=AT)


@pytest.mark.parametrize("address", [ADMIN, HELPER])
def test_a_proven_administrator_becomes_the_first_owner(google: World, visitor: Client, address: str) -> None:
    answer = google.sign_in(visitor, address)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/h/{CUSTOMER}/kom-igang/"
    owner = inside(visitor)
    assert owner is not None
    assert (owner.role, owner.email, owner.units) == ("owner", address, [])
    assert tenant_of().name == "liten.example"
    source = load.source(owner.tenant_id)
    assert source is not None
    assert (source.subject, source.credentials) == (address, "")
    assert events() == ["first_owner"]


def test_a_tenant_is_called_what_its_organisation_is_called(google: World, visitor: Client) -> None:
    google.sign_in(visitor, OTHER_ADMIN)
    assert tenant_of(OTHER_CUSTOMER).name == "Stora kommun"


def test_whoever_is_known_comes_in_again_even_when_the_directory_is_away(google: World, owned: int) -> None:
    google.undelegate()
    again = google.browser()
    answer = google.sign_in(again, ADMIN)
    assert answer.headers["location"] == f"/h/{CUSTOMER}/kom-igang/"
    assert len(members.listed(owned)) == 1
    assert events() == ["first_owner", "signed_in"]


def test_where_there_are_rules_the_overview_is_first(google: World, owned: int) -> None:
    save.rules(owned, {}, author="demo", reason="", at=AT)
    assert google.sign_in(google.browser(), ADMIN).headers["location"] == f"/h/{CUSTOMER}/oversikt/"


def test_a_new_address_or_name_follows_google(google: World, owned: int) -> None:
    google.little.rename_user("admin", "Eva", "Ek", "eva.ek@liten.example")
    google.sign_in(google.browser(), "eva.ek@liten.example")
    (owner,) = members.listed(owned)
    assert (owner.subject, owner.email, owner.name) == ("admin", "eva.ek@liten.example", "Eva Ek")


def test_another_super_administrator_joins_and_everybody_can_see_it(google: World, owned: int) -> None:
    browser = google.browser()
    google.sign_in(browser, "chef@liten.example")
    assert [one.role for one in members.listed(owned)] == ["owner", "owner"]
    assert events()[-1] == "owner_joined"
    source = load.source(owned)
    assert source is not None
    assert source.subject == ADMIN


@pytest.mark.parametrize("address", [HELPER, HEAD])
def test_whoever_is_not_admitted_learns_who_can_admit(google: World, owned: int, visitor: Client, address: str) -> None:
    answer = google.sign_in(visitor, address)
    refused(answer, "Du har inte tillgång till Skolsynk")
    assert ADMIN in answer.content.decode()
    assert inside(visitor) is None
    assert len(members.listed(owned)) == 1


def test_an_ordinary_person_is_not_the_first(google: World, visitor: Client) -> None:
    refused(google.sign_in(visitor, HEAD), "Ingen hos er har börjat använda Skolsynk ännu")
    assert nothing_stored()


def test_an_invited_person_is_bound_and_in(google: World, owned: int, visitor: Client) -> None:
    invite(owned, HEAD, Access("viewer", ("11111111",)))
    assert google.sign_in(visitor, HEAD).headers["location"] == f"/h/{CUSTOMER}/kom-igang/"
    head = inside(visitor)
    assert head is not None
    assert (head.subject, head.role, head.units) == ("u1", "viewer", ["11111111"])
    assert events()[-1] == "invitation_taken"


def test_an_invitation_does_not_reach_into_another_customer(google: World, owned: int, visitor: Client) -> None:
    """Somebody's owner invites a victim's head: the victim's own directory is not hers to ask."""
    invite(owned, OTHER_HEAD, Access("owner"))
    refused(google.sign_in(visitor, OTHER_HEAD), "Ingen hos er har börjat")
    assert members.listed(owned)[1].subject == ""
    assert inside(visitor) is None


def test_an_administrator_invited_elsewhere_owns_her_own(google: World, owned: int, visitor: Client) -> None:
    invite(owned, OTHER_ADMIN, Access("viewer"))
    google.sign_in(visitor, OTHER_ADMIN)
    me = inside(visitor)
    assert me is not None
    assert (me.tenant_id, me.role) == (tenant_of(OTHER_CUSTOMER).id, "owner")


def test_an_ended_person_is_not_in_by_having_been(google: World, owned: int, visitor: Client) -> None:
    invite(owned, HEAD, Access("viewer"))
    google.sign_in(google.browser(), HEAD)
    members.end(owned, members.listed(owned)[1].id, AT)
    refused(google.sign_in(visitor, HEAD), "Du har inte tillgång")


def test_an_invitation_that_cannot_be_checked_now_is_kept(google: World, owned: int, visitor: Client) -> None:
    save.source(owned, subject="borta@liten.example", school_containers=[])
    invite(owned, OTHER_HEAD, Access("viewer"))
    refused(google.sign_in(visitor, OTHER_HEAD), "Inbjudan gick inte att kontrollera")
    invite(owned, HEAD, Access("viewer"))
    google.sign_in(visitor, HEAD)  # her own customer, as the directory shows it to herself, is proof as well
    assert inside(visitor) is not None


def test_a_private_account_is_not_let_in(google: World, visitor: Client) -> None:
    refused(google.sign_in(visitor, STRANGER.email), "privat Google-konto")
    assert nothing_stored()


def test_a_customer_that_has_not_installed_the_app_is_told_what_to_do(google: World, visitor: Client) -> None:
    google.undelegate()
    answer = google.sign_in(visitor, ADMIN)
    refused(answer, "Marketplace")
    assert "24 timmar" in answer.content.decode()
    assert nothing_stored()


def test_somebody_suspended_while_signing_in_is_not_let_in(google: World, visitor: Client) -> None:
    back = google.there(visitor, **{"as": ADMIN})
    google.little.suspend("admin")
    refused(visitor.get(back), "Kontot är avstängt")
    assert nothing_stored()


def test_two_at_the_same_moment_become_one_tenant(google: World) -> None:
    first, second = google.browser(), google.browser()
    backs = [google.there(first, **{"as": ADMIN}), google.there(second, **{"as": "chef@liten.example"})]
    first.get(backs[0])
    second.get(backs[1])
    assert Tenant.objects.count() == 1
    assert events() == ["first_owner", "owner_joined"]
