"""The page on which people choose what they are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from skolsynk.store import notices, save
from skolsynk.store.models import AuditEvent, Member, Webhook
from skolsynk.sync.notices import Alarm, follow
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.sync.test_notices import listening
from tests.web.notices.pages import webhook

Address = Callable[..., str]
GARBAGE = ("", "\x00", "javascript:alert(1)", "http://x.example", "https://10.1.2.3/", "https://[", "x" * 600)


def test_anybody_chooses_letters_for_themselves_only(town: Theatre, as_viewer: Client, address: Address) -> None:
    assert as_viewer.post(address("notices"), {"what": "letters", "letters": "yes"}).status_code == 302
    assert "viewer@bjorkvik.example" in as_viewer.get(address("notices")).content.decode()
    assert [member.role for member in Member.objects.filter(notices=True)] == ["viewer"]
    as_viewer.post(address("notices"), {"what": "letters", "letters": "no"})
    assert not Member.objects.filter(notices=True).exists()


def test_the_secret_is_shown_once_and_never_again(town: Theatre, as_owner: Client, address: Address) -> None:
    with listening() as hook:
        added = as_owner.post(address("notices"), {"what": "webhook", "address": hook.url}).content.decode()
        assert "whsec_" in added
        again = as_owner.post(address("notices"), {"what": "webhook", "address": hook.url})
        assert (again.status_code, "finns redan" in again.content.decode()) == (422, True)
        shown = as_owner.get(address("notices")).content.decode()
        assert hook.url in shown
        assert not [word for word in shown.split() if "whsec_" in word and len(word) > 30]
        tried = as_owner.post(address("notices_try", webhook=Webhook.objects.get().pk), follow=True)
    assert "Mottagaren svarade 204." in tried.content.decode()
    assert len(hook.got) == 1
    assert AuditEvent.objects.filter(what="webhook_added").count() == 1


def test_a_receiver_that_is_away_is_told_in_words(town: Theatre, as_owner: Client, address: Address) -> None:
    number = webhook(town)["webhook"]
    tried = as_owner.post(address("notices_try", webhook=number), follow=True)
    assert "Provet gick inte fram" in tried.content.decode()


@pytest.mark.parametrize("garbage", GARBAGE)
def test_an_address_that_cannot_be_called_is_refused(
    town: Theatre, as_owner: Client, address: Address, garbage: str
) -> None:
    answer = as_owner.post(address("notices"), {"what": "webhook", "address": garbage})
    assert answer.status_code == 422
    assert not Webhook.objects.exists()


def test_only_owners_see_and_add_webhooks(town: Theatre, as_editor: Client, address: Address) -> None:
    webhook(town)
    assert "hook" not in as_editor.get(address("notices")).content.decode().replace("webhook", "")
    answer = as_editor.post(address("notices"), {"what": "webhook", "address": "https://x.example/"})
    assert answer.status_code == 422
    assert Webhook.objects.count() == 1


def test_another_tenants_webhook_is_not_touched(town: Theatre, as_owner: Client, address: Address) -> None:
    other = save.tenant("C9hook", "Annan kommun", at=SOME_DAY)
    theirs = notices.add_webhook(other, "http://127.0.0.1:9/", "whsec_eA==", SOME_DAY)
    assert as_owner.post(address("notices_drop", webhook=theirs)).status_code == 302
    assert as_owner.post(address("notices_try", webhook=theirs)).status_code == 404
    assert len(notices.webhooks(other)) == 1


def test_what_happened_is_listed_with_its_end(town: Theatre, as_viewer: Client, address: Address) -> None:
    assert "Inget har gått fel" in as_viewer.get(address("notices")).content.decode()
    alarm = Alarm(town.connection().id, "held", SOME_DAY, "48 ändringar väntar", "48 changes wait", "", "")
    follow(town.tenant_id, [alarm], SOME_DAY)
    assert "pågår" in as_viewer.get(address("notices")).content.decode()
    follow(town.tenant_id, [], SOME_DAY)
    page = as_viewer.get(address("notices"), headers={"accept-language": "en"}).content.decode()
    assert "48 changes wait" in page
    assert "going on" not in page
