"""Push against a strict receiver over real sockets: order, healing, refusals, interruptions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from skolsynk.core.ledger import Answer, Receipt
from skolsynk.core.ss12000 import BY_ENDPOINT
from skolsynk.core.ss12000.base import canonical, fingerprint
from skolsynk.egil.pace import local_pace
from skolsynk.egil.push import phases
from skolsynk.egil.values import StopReason
from skolsynk.sandbox.receiver import Client, Fault, ReceiverServer
from tests.egil.builders import (
    KEY,
    activity,
    create,
    delete,
    employment,
    group,
    school,
    send,
    target,
    unit,
    update,
    user,
)


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    clients = [Client("strict", "right"), Client("reference", "other", "reference")]
    with ReceiverServer(clients) as server:
        yield server


def bytes_of(bodies: Sequence[dict[str, object]]) -> dict[str, bytes]:
    return {str(body["externalId"]): canonical(body) for body in bodies}


def test_two_hundred_resources_in_any_order_arrive_without_a_dangling_reference(receiver: ReceiverServer) -> None:
    bodies = school(pupils=195)
    changes = [create(body) for body in bodies]
    random.Random(1).shuffle(changes)

    told = send(changes, target(receiver.url, concurrency=32))

    assert set(told.answers()) == {Answer.DONE}
    assert told.end.counts["created"] == 200
    assert receiver.raw("strict") == bytes_of(bodies)
    assert max(told.groups) <= 32


def test_deletes_go_in_reverse_so_that_a_strict_receiver_takes_them(receiver: ReceiverServer) -> None:
    bodies = school(pupils=40)
    send([create(body) for body in bodies], target(receiver.url))

    told = send([delete(body) for body in bodies], target(receiver.url))

    assert set(told.answers()) == {Answer.DONE}
    assert receiver.raw("strict") == {}


def test_a_type_is_finished_with_its_retries_before_the_next_begins(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(verb="POST", endpoint="Users", first=2, times=3, status=500))

    send([create(body) for body in school()], target(receiver.url))

    endpoints = [entry.path.split("/")[1] for entry in receiver.log("strict")]
    ranks = [BY_ENDPOINT[endpoint].rank for endpoint in endpoints]
    assert ranks == sorted(ranks)
    assert len(ranks) == 11 + 3


def test_updates_come_before_deletes(receiver: ReceiverServer) -> None:
    with_both = group("6A", "a", "b")
    send([create(body) for body in (unit(), user("a"), user("b"), with_both)], target(receiver.url))

    told = send([delete(user("b")), update(group("6A", "a"), with_both)], target(receiver.url))

    assert told.answers() == [Answer.DONE, Answer.DONE]
    assert [entry.verb for entry in receiver.log("strict")][-2:] == ["PUT", "DELETE"]


def test_create_answered_409_is_replaced_at_once(receiver: ReceiverServer) -> None:
    send([create(unit()), create(user("a"))], target(receiver.url))
    renamed = user("a", display="Bo Ek")

    told = send([create(renamed)], target(receiver.url))

    assert told.of(renamed).answer is Answer.DONE
    assert told.of(renamed).tries == 2
    assert receiver.raw("strict")[str(renamed["externalId"])] == canonical(renamed)


def test_update_answered_404_is_created_at_once(receiver: ReceiverServer) -> None:
    send([create(unit())], target(receiver.url))

    told = send([update(user("a"), user("a", display="Bo Ek"))], target(receiver.url))

    assert told.of(user("a")).answer is Answer.DONE
    assert receiver.raw("strict")[str(user("a")["externalId"])] == canonical(user("a"))


@pytest.mark.parametrize("status", [404, 410])
def test_delete_answered_404_or_410_counts_as_done(receiver: ReceiverServer, status: int) -> None:
    receiver.set_faults("strict", Fault(status=status))

    told = send([delete(unit())], target(receiver.url))

    assert told.answers() == [Answer.DONE]
    assert told.end.counts["deleted"] == 1


@pytest.mark.parametrize("status", [400, 413, 415, 418, 422, 501])
def test_a_refused_payload_is_rejected_with_the_vendors_words(receiver: ReceiverServer, status: int) -> None:
    receiver.set_faults("strict", Fault(status=status, body="Fel på väg: å\n" + "x" * 600))

    told = send([create(unit())], target(receiver.url))

    (receipt,) = told.receipts
    assert (receipt.answer, receipt.status, receipt.tries) == (Answer.REJECTED, status, 1)
    assert receipt.message.startswith("Fel på väg: å\nxxx")
    assert len(receipt.message) == 500


def test_what_exists_and_does_not_exist_is_rejected_and_not_sent_for_ever(receiver: ReceiverServer) -> None:
    receiver.set_faults(
        "strict",
        Fault(verb="POST", status=409, times=0, body="userName is taken"),
        Fault(verb="PUT", status=404, times=0),
    )

    told = send([create(unit())], target(receiver.url))

    assert told.answers() == [Answer.REJECTED]
    assert told.receipts[0].message == "userName is taken"
    assert told.receipts[0].tries == 3


def test_what_exists_but_refuses_to_be_replaced_is_unknown(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(verb="POST", status=409), Fault(verb="PUT", status=422, body="no"))

    told = send([create(unit())], target(receiver.url))

    assert told.answers() == [Answer.UNKNOWN]
    assert told.receipts[0].message == "no"


def test_a_replace_without_id_in_the_address_for_old_receivers(receiver: ReceiverServer) -> None:
    send([create(unit())], target(receiver.url))

    told = send([update({**unit(), "displayName": "Ny"}, unit())], target(receiver.url, put_on_collection=True))

    assert told.answers() == [Answer.DONE]
    assert receiver.log("strict")[-1].path == "/SchoolUnits"


def test_bodies_are_cut_where_the_vendor_lacks_what_they_refer_to(receiver: ReceiverServer) -> None:
    refused = {**user("b"), "userName": "not an address"}
    bodies = [unit(), user("a"), refused, group("6A", "a", "b")]

    told = send([create(body) for body in bodies], target(receiver.url))

    assert told.of(refused).answer is Answer.REJECTED
    sent = told.of(bodies[3])
    assert sent.answer is Answer.DONE
    assert sent.payload == canonical(group("6A", "a"))
    assert sent.fingerprint == fingerprint(sent.payload, KEY)
    assert receiver.raw("strict")[sent.id] == sent.payload


def test_a_body_whose_required_reference_is_refused_is_blocked_with_all_that_needs_it(receiver: ReceiverServer) -> None:
    refused = {**unit(), "schoolUnitCode": "1"}
    bodies = [refused, user("t", enrolled_at=None), employment("e", "t"), group("6A"), activity("act", "6A", "e")]

    told = send([create(body) for body in bodies], target(receiver.url))

    assert [told.of(body).answer.value for body in bodies] == ["rejected", "done", "blocked", "blocked", "blocked"]
    blocked = told.of(bodies[2])
    assert f"SchoolUnits/{refused['externalId']}" in blocked.message
    assert (blocked.tries, blocked.status) == (0, 0)
    assert len(receiver.log("strict")) == 2


def test_what_is_still_referred_to_at_the_vendor_is_not_deleted(receiver: ReceiverServer) -> None:
    old = group("6A", "a", "b")
    send([create(body) for body in (unit(), user("a"), user("b"), old)], target(receiver.url))
    receiver.set_faults("strict", Fault(verb="PUT", status=422, body="no"))

    told = send([update(group("6A", "a"), old), delete(user("b"))], target(receiver.url))

    assert told.of(user("b")).answer is Answer.BLOCKED
    assert str(old["externalId"]) in told.of(user("b")).message
    assert not receiver.dangling("strict")


def test_a_delete_that_fails_keeps_what_it_refers_to(receiver: ReceiverServer) -> None:
    bodies = [unit(), user("a"), group("6A", "a")]
    send([create(body) for body in bodies], target(receiver.url))
    receiver.set_faults("strict", Fault(verb="DELETE", endpoint="StudentGroups", times=0, status=500))

    told = send([delete(body) for body in bodies], target(receiver.url))

    assert [told.of(body).answer.value for body in bodies] == ["blocked", "blocked", "failed"]
    assert len(receiver.raw("strict")) == 3


def test_a_delete_in_conflict_is_tried_again_another_time(receiver: ReceiverServer) -> None:
    send([create(unit()), create(user("a"))], target(receiver.url))

    told = send([delete(unit())], target(receiver.url))

    assert told.answers() == [Answer.FAILED]
    assert "still referred to" in told.receipts[0].message


def test_a_wrong_key_stops_the_push(receiver: ReceiverServer) -> None:
    told = send([create(body) for body in school(100)], target(receiver.url, key="wrong", concurrency=4))

    assert told.end.stopped is StopReason.CREDENTIALS
    assert (told.end.status, told.end.message) == (403, "Invalid API key")
    assert set(told.answers()) == {Answer.FAILED}
    assert told.end.requests == 1  # there is one school unit, and it goes first
    assert told.end.unsent == 104


def test_a_key_revoked_in_the_middle_settles_what_was_open(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(endpoint="Users", first=20, times=0, status=401, body="revoked"))

    told = send([create(body) for body in school(100)], target(receiver.url, concurrency=8))

    assert told.end.stopped is StopReason.CREDENTIALS
    done = [receipt.id for receipt in told.receipts if receipt.answer is Answer.DONE]
    assert set(receiver.raw("strict")) == set(done)
    assert len(told.receipts) == told.end.requests


def test_asked_to_stop_it_waits_for_open_requests_and_settles_them(receiver: ReceiverServer) -> None:
    receiver.admit(Client("strict", "right", latency_s=0.01))

    told = send(
        [create(body) for body in school(200)],
        target(receiver.url, concurrency=8),
        should_stop=lambda told: len(told.receipts) >= 30,
    )

    assert told.end.stopped is StopReason.ASKED
    assert 30 <= len(told.receipts) < 200
    assert set(receiver.raw("strict")) == {receipt.id for receipt in told.receipts}
    assert told.end.unsent == 205 - len(told.receipts)


def test_a_worker_that_died_between_answer_and_settlement_converges_with_the_next_push(
    receiver: ReceiverServer,
) -> None:
    bodies = school(60)
    changes = [create(body) for body in bodies]

    def dying(receipts: Sequence[Receipt]) -> None:
        if len(receiver.raw("strict")) > 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(changes, target(receiver.url), settle=dying)
    told = send(changes, target(receiver.url))

    assert set(told.answers()) == {Answer.DONE}
    assert receiver.raw("strict") == bytes_of(bodies)


def test_a_create_that_was_stored_but_never_answered_heals_by_replacing(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("accept_then_cut", verb="POST", endpoint="Users", times=3))

    told = send([create(body) for body in school()], target(receiver.url))

    assert set(told.answers()) == {Answer.DONE}
    assert receiver.raw("strict") == bytes_of(school())
    assert 409 in {entry.status for entry in receiver.log("strict")}


def test_everything_reaches_a_reference_receiver_too(receiver: ReceiverServer) -> None:
    for _ in range(2):
        told = send([create(body) for body in school(30)], target(receiver.url, key="other"))
        assert set(told.answers()) == {Answer.DONE}

    assert receiver.raw("reference") == bytes_of(school(30))
    assert {entry.status for entry in receiver.log("reference")} == {201}


def test_progress_counts_up_to_the_end_and_says_how_long_is_left(receiver: ReceiverServer) -> None:
    told = send([create(body) for body in school(70)], target(receiver.url), pace=local_pace(2000.0))

    assert told.progress[0].done == 0
    assert told.progress[0].seconds_left == 75 / 400
    done = [step.done for step in told.progress]
    assert done == sorted(done)
    assert done[-1] == told.progress[-1].total == 75
    assert told.progress[-1].seconds_left == 0
    assert told.progress[-1].counts["created"] == 75


def test_nothing_to_send_is_a_finished_push(receiver: ReceiverServer) -> None:
    told = send([], target(receiver.url))

    assert (told.end.stopped, told.end.requests, told.receipts) == (None, 0, [])


def test_phases_keep_the_given_order_inside_a_type() -> None:
    changes = [delete(unit()), create(user("b")), create(user("a")), delete(user("c")), create(unit("new"))]

    order = [change.id for phase in phases(changes) for change in phase]

    assert order == [changes[4].id, changes[1].id, changes[2].id, changes[3].id, changes[0].id]
