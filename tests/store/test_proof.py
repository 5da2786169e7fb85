from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from django.db import IntegrityError

from skolsynk.core.ledger import Answer, Held, Verb
from skolsynk.core.plan.values import ApprovedChange, Refused
from skolsynk.store import claims, load, save
from skolsynk.store.models import ReceiptRow
from tests.store.builders import AT, TEST, World, new_id, receipt, world

pytestmark = pytest.mark.django_db
FIRST = new_id(1)


def settle(at: World, *receipts: object, worker: str = "") -> bool:
    return save.receipts(at.run, at.connection, TEST, receipts, at.key, worker)  # type: ignore[arg-type]  # receipts


def test_created_is_held_with_its_payload_and_fingerprint() -> None:
    w = world()
    settle(w, receipt(1, payload=b'{"a":1}', mac=b"1" * 16))
    assert load.ledger(w.connection, TEST) == {FIRST: Held("User", b"1" * 16, "12345678")}
    assert load.payloads(w.connection, TEST, [FIRST, new_id(2)]) == {FIRST: b'{"a":1}'}
    assert load.ledger(w.connection, "live") == {}
    assert load.ledger_size(w.connection, TEST) == 1


def test_updated_replaces_what_was_held() -> None:
    w = world()
    settle(w, receipt(1))
    settle(w, receipt(1, Verb.UPDATE, payload=b'{"a":2}', mac=b"2" * 16, unit="87654321"))
    assert load.ledger(w.connection, TEST) == {FIRST: Held("User", b"2" * 16, "87654321")}
    assert load.payloads(w.connection, TEST, [FIRST]) == {FIRST: b'{"a":2}'}


def test_delete_answered_done_leaves_the_ledger() -> None:
    w = world()
    settle(w, receipt(1), receipt(2))
    settle(w, receipt(1, Verb.DELETE, payload=None, mac=None, removals=1))
    assert set(load.ledger(w.connection, TEST)) == {new_id(2)}


def test_timed_out_update_keeps_the_last_proven_payload_as_of_unknown_content() -> None:
    w = world()
    settle(w, receipt(1, payload=b'{"a":1}'))
    settle(w, receipt(1, Verb.UPDATE, Answer.UNKNOWN, payload=b'{"a":2}'))
    assert load.ledger(w.connection, TEST)[FIRST].fingerprint is None
    assert load.payloads(w.connection, TEST, [FIRST]) == {FIRST: b'{"a":1}'}


def test_timed_out_create_is_remembered_with_what_was_sent() -> None:
    w = world()
    settle(w, receipt(1, Verb.CREATE, Answer.UNKNOWN, payload=b'{"a":2}'))
    assert load.ledger(w.connection, TEST)[FIRST].fingerprint is None
    assert load.payloads(w.connection, TEST, [FIRST]) == {FIRST: b'{"a":2}'}


@pytest.mark.parametrize("answer", [Answer.REJECTED, Answer.FAILED, Answer.BLOCKED])
def test_what_did_not_arrive_leaves_the_ledger_as_it_was(answer: Answer) -> None:
    w = world()
    settle(w, receipt(1, payload=b'{"a":1}'))
    before = load.ledger(w.connection, TEST)
    settle(w, receipt(1, Verb.UPDATE, answer, payload=b'{"a":2}', mac=b"2" * 16))
    assert load.ledger(w.connection, TEST) == before


def test_refused_payload_is_kept_with_the_vendors_words_until_accepted() -> None:
    w = world()
    settle(w, receipt(1, Verb.CREATE, Answer.REJECTED, message="userName är upptaget", mac=b"1" * 16))
    assert load.refused(w.connection, TEST) == {FIRST: Refused("User", Verb.CREATE, b"1" * 16)}
    assert [refusal.message for refusal in load.refusals(w.connection, TEST)] == ["userName är upptaget"]
    settle(w, receipt(1, Verb.CREATE, Answer.REJECTED, message="still", mac=b"2" * 16))
    assert load.refused(w.connection, TEST)[FIRST].fingerprint == b"2" * 16
    settle(w, receipt(1, Verb.CREATE))
    assert load.refused(w.connection, TEST) == {}


def test_the_vendors_words_are_not_readable_in_the_table() -> None:
    w = world()
    settle(w, receipt(1, Verb.CREATE, Answer.REJECTED, message="elsa.ek@bjorkvik.example is taken"))
    assert b"elsa" not in bytes(ReceiptRow.objects.get().message)


def test_an_approval_is_used_up_by_a_done_change_only() -> None:
    w = world()
    approved = [ApprovedChange(Verb.DELETE, "User", new_id(number), None) for number in (1, 2)]
    lapse = AT + timedelta(days=7)
    save.approve(w.connection, TEST, approved, by="chef@bjorkvik.example", comment="", at=AT, lapses_at=lapse)
    settle(
        w,
        receipt(1, Verb.DELETE, approved=True, payload=None, mac=None),
        receipt(2, Verb.DELETE, Answer.FAILED, approved=True, payload=None, mac=None),
    )
    assert load.approvals(w.connection, TEST, AT) == {approved[1]}
    assert load.approvals(w.connection, TEST, lapse) == frozenset()


def test_spent_counts_unapproved_changes_that_may_have_arrived_since() -> None:
    w = world()
    settle(
        w,
        receipt(1),
        receipt(2, approved=True),
        receipt(3, Verb.CREATE, Answer.FAILED),
        receipt(4, Verb.UPDATE, Answer.UNKNOWN, kind="StudentGroup", removals=3),
        receipt(5, Verb.DELETE, payload=None, mac=None, removals=1),
        receipt(6, at=AT - timedelta(days=2)),
    )
    spent = load.spent(w.connection, TEST, AT - timedelta(days=1))
    assert spent.added == {("12345678", "User"): 1}
    assert spent.changed == {("12345678", "StudentGroup"): 1}
    assert spent.removed == {("12345678", "StudentGroup"): 3, ("12345678", "User"): 1}
    assert load.spent(w.connection, TEST, AT - timedelta(days=1), but_run=w.run).added == {}
    assert load.spent(w.connection, TEST, AT - timedelta(days=7)).added == {("12345678", "User"): 2}


def test_a_group_of_answers_is_stored_whole_or_not_at_all() -> None:
    w = world()
    with pytest.raises(IntegrityError):
        settle(w, receipt(1), receipt(2)._replace(unit=cast("str", None)))
    assert load.ledger(w.connection, TEST) == {}
    assert not ReceiptRow.objects.exists()


def test_more_than_32_answers_in_one_group_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 32"):
        settle(world(), *[receipt(number) for number in range(33)])


def test_a_worker_that_lost_its_run_leaves_content_unknown() -> None:
    w = world()
    settle(w, receipt(2), worker="worker-1")
    assert claims.requeue(w.run, AT)
    assert settle(w, receipt(1), receipt(2, Verb.DELETE, payload=None, mac=None), worker="worker-1") is False
    assert {held.fingerprint for held in load.ledger(w.connection, TEST).values()} == {None}


def test_the_ledger_can_be_corrected_by_what_was_found_at_the_vendor() -> None:
    w = world()
    settle(w, receipt(1), receipt(2))
    found = {new_id(3): (Held("User", b"3" * 16, ""), b'{"a":3}')}
    save.ledger_rows(w.connection, TEST, found, dropped=[FIRST], at=AT)
    assert set(load.ledger(w.connection, TEST)) == {new_id(2), new_id(3)}
    entries = list(load.ledger_entries(w.connection, TEST, with_payloads=True))
    assert [(entry.id, entry.payload, entry.run) for entry in entries] == [
        (new_id(2), b'{"a":1}', w.run),
        (new_id(3), b'{"a":3}', None),
    ]
    assert [entry.payload for entry in load.ledger_entries(w.connection, TEST)] == [None, None]


def test_two_connections_and_modes_keep_apart() -> None:
    one, other = world("C1"), world("C2")
    settle(one, receipt(1))
    save.receipts(other.run, other.connection, "live", [receipt(1, payload=b'{"b":1}')], other.key)
    assert load.payloads(one.connection, TEST, [FIRST]) == {FIRST: b'{"a":1}'}
    assert load.payloads(other.connection, "live", [FIRST]) == {FIRST: b'{"b":1}'}


def test_somebody_may_ask_for_refused_payloads_to_be_sent_again() -> None:
    w = world()
    settle(w, receipt(1, Verb.CREATE, Answer.REJECTED))
    assert save.retry_refused(w.connection, TEST) == 1
    assert load.refused(w.connection, TEST) == {}
