"""Networks and vendors that behave badly, over real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from skolsynk.core.ledger import Answer
from skolsynk.egil.target import Patience
from skolsynk.egil.values import StopReason
from skolsynk.sandbox.receiver import Client, Fault, ReceiverServer
from tests.egil.builders import create, delete, school, send, target, unit, user


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer([Client("strict", "right")]) as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_error_is_tried_five_times_and_then_failed(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(status=500, body="oops", times=0))

    told = send([create(unit())], target(receiver.url))

    (receipt,) = told.receipts
    assert (receipt.answer, receipt.status, receipt.tries, receipt.message) == (Answer.FAILED, 500, 5, "oops")
    assert told.end.stopped is None


def test_a_server_error_that_passes_is_forgotten(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(status=503, times=2), Fault(status=500, first=3, times=1))

    told = send([create(unit())], target(receiver.url))

    assert told.answers() == [Answer.DONE]
    assert told.receipts[0].tries == 4


def test_a_gateway_that_does_not_know_leaves_the_content_unknown(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("html", status=504, times=0))

    told = send([create(unit())], target(receiver.url))

    assert told.answers() == [Answer.UNKNOWN]
    assert told.receipts[0].message == "Något gick fel Servern är överbelastad."


def test_a_web_page_with_status_200_is_no_proof(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("html", status=200, times=0))

    told = send([create(unit())], target(receiver.url))

    assert told.answers() == [Answer.UNKNOWN]


def test_a_create_that_times_out_for_ever_is_unknown(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("delay", times=0, delay_s=5))

    told = send([create(unit())], target(receiver.url, timeout_s=0.05), patience=Patience(2, base_s=0.001))

    (receipt,) = told.receipts
    assert (receipt.answer, receipt.status, receipt.tries) == (Answer.UNKNOWN, 0, 2)
    assert "timed out" in receipt.message.lower()


def test_an_answer_that_trickles_is_given_up_in_time(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("trickle", verb="POST"))
    started = time.monotonic()

    told = send([create(unit())], target(receiver.url, timeout_s=0.3))

    assert told.answers() == [Answer.DONE]  # the second try: 409, then replaced
    assert told.receipts[0].tries == 3
    assert time.monotonic() - started < 3


def test_a_ten_megabyte_answer_is_cut_and_its_first_words_kept(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("huge", status=400))

    told = send([create(unit())], target(receiver.url))

    (receipt,) = told.receipts
    assert (receipt.answer, receipt.status, receipt.message) == (Answer.REJECTED, 400, "x" * 500)


def test_a_ten_megabyte_yes_is_still_a_yes(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("huge", status=201))

    assert send([create(unit())], target(receiver.url)).answers() == [Answer.DONE]


@pytest.mark.parametrize("kind", ["drop", "truncate", "accept_then_cut"])
def test_a_cut_connection_is_healed_in_the_same_push(receiver: ReceiverServer, kind: str) -> None:
    receiver.set_faults("strict", Fault(kind, times=3))  # type: ignore[arg-type]  # parametrised literal

    told = send([create(unit()), create(user("a"))], target(receiver.url))

    assert set(told.answers()) == {Answer.DONE}
    assert len(receiver.raw("strict")) == 2


def test_a_delete_whose_answer_was_lost_is_done(receiver: ReceiverServer) -> None:
    send([create(unit())], target(receiver.url))
    receiver.set_faults("strict", Fault("accept_then_cut", verb="DELETE"))

    told = send([delete(unit())], target(receiver.url))

    assert told.answers() == [Answer.DONE]
    assert told.receipts[0].status == 404


def test_a_redirect_stops_the_push_and_names_the_other_host(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("redirect", times=0, location="https://scim.elsewhere.example/x?secret=1"))

    told = send([create(body) for body in school()], target(receiver.url))

    assert told.end.stopped is StopReason.REDIRECT
    assert (told.end.status, told.end.message) == (301, "redirect to scim.elsewhere.example")
    assert told.answers() == [Answer.FAILED]


def test_nobody_at_the_address_opens_the_circuit(receiver: ReceiverServer) -> None:
    told = send(
        [create(body) for body in [unit(f"unit{number}") for number in range(40)]],
        target(f"http://127.0.0.1:{free_port()}", concurrency=4),
    )

    assert told.end.stopped is StopReason.UNREACHABLE
    assert set(told.answers()) == {Answer.FAILED}
    assert 4 <= len(told.receipts) <= 16  # those that were tried; the rest stays planned
    assert told.end.unsent == 40 - len(told.receipts)


def test_a_receiver_that_restarts_is_waited_for() -> None:
    server = ReceiverServer([Client("strict", "right", latency_s=0.005)]).start()
    bodies = school(150)
    restarts: list[int] = []

    def restarting(receipts: object) -> None:
        if not restarts and len(server.raw("strict")) > 40:
            restarts.append(1)
            server.stop()
            server.start()

    told = send([create(body) for body in bodies], target(server.url, concurrency=8), settle=restarting)
    held = server.raw("strict")
    server.stop()

    assert restarts
    assert set(told.answers()) == {Answer.DONE}
    assert len(held) == len(bodies)


def test_one_poisonous_resource_does_not_keep_the_others(receiver: ReceiverServer) -> None:
    bodies = school(3)
    receiver.set_faults("strict", Fault("drop", endpoint="Employments", times=0))

    told = send([create(body) for body in bodies], target(receiver.url))

    assert told.end.stopped is None
    assert told.of(bodies[5]).answer is Answer.UNKNOWN
    assert [told.of(body).answer for body in bodies[6:]] == [Answer.DONE, Answer.DONE]
    assert not receiver.dangling("strict")


def test_a_path_where_nothing_answers_stops_instead_of_rejecting_everybody(receiver: ReceiverServer) -> None:
    bodies = [unit(f"unit{number}") for number in range(40)]

    told = send([create(body) for body in bodies], target(receiver.url + "/scim/v2", concurrency=2))

    assert told.end.stopped is StopReason.ADDRESS
    assert set(told.answers()) == {Answer.FAILED}
    assert len(told.receipts) <= 6


def test_a_type_the_receiver_does_not_know_is_rejected_when_others_are_taken(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(endpoint="Employments", status=404, times=0))

    told = send([create(body) for body in school()], target(receiver.url))

    assert told.end.stopped is None
    assert told.end.counts["rejected"] == 1


def test_a_host_name_that_does_not_exist_is_told_as_such() -> None:
    nowhere = target(f"http://{'a' * 64}.invalid", proxy="")

    told = send([create(unit())], nowhere, patience=Patience(2, base_s=0.001))

    assert told.answers() == [Answer.FAILED]
    assert "resolve" in told.receipts[0].message.lower()


def test_open_requests_that_never_answer_are_unknown_after_the_grace(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault("delay", endpoint="Users", times=0, delay_s=30))
    asked = time.monotonic() + 0.2

    told = send(
        [create(body) for body in school()],
        target(receiver.url, stop_grace_s=0.1, concurrency=4),
        should_stop=lambda told: time.monotonic() > asked,
    )

    assert told.end.stopped is StopReason.ASKED
    assert [answer.value for answer in told.answers()] == ["done", *["unknown"] * 4]
