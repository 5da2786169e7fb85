"""When a push waits, for how long, and when it stops waiting: without a network and without real seconds."""

from __future__ import annotations

import itertools

import pytest

from skolsynk.core.ledger import Answer
from skolsynk.egil.buckets import LocalBucket
from skolsynk.egil.pace import AdaptivePace, Signal, local_pace
from skolsynk.egil.target import Patience
from skolsynk.egil.transport import FaultKind, Request, Response
from skolsynk.egil.values import StopReason
from tests.egil.builders import Told, create, send, target, unit, user
from tests.egil.wire import FakeTime, Script, ScriptedTransport, broken, good, says

WHERE = target("http://127.0.0.1:1", concurrency=4)


def run(script: Script, changes: int = 1, patience: Patience | None = None) -> tuple[Told, ScriptedTransport]:
    time = FakeTime()
    transport = ScriptedTransport(time, script)
    told = send(
        [create(unit(f"unit{number}")) for number in range(changes)],
        WHERE,
        patience=patience or Patience(),
        transport=transport,
        clockwork=time.work(),
    )
    assert transport.closed
    return told, transport


def first_then_good(*answers: int, retry_after_s: float | None = None) -> Script:
    waiting = list(answers)
    return lambda request, at: says(request, waiting.pop(0), "", retry_after_s) if waiting else good(request)


def gaps(transport: ScriptedTransport) -> list[float]:
    times = [at for at, _ in transport.sent]
    return [later - sooner for sooner, later in itertools.pairwise(times)]


def test_retry_after_is_obeyed_to_the_second() -> None:
    told, transport = run(first_then_good(429, retry_after_s=17.0))

    assert told.answers() == [Answer.DONE]
    assert gaps(transport) == [pytest.approx(17, abs=0.2)]


def test_429_without_retry_after_waits_longer_each_time() -> None:
    told, transport = run(first_then_good(429, 429, 429, 429))

    assert told.answers() == [Answer.DONE]
    assert gaps(transport) == [pytest.approx(wait, abs=0.2) for wait in (2, 4, 8, 16)]


def test_a_minute_of_429_is_survived_without_using_up_tries() -> None:
    told, transport = run(lambda request, at: good(request) if at > 1060 else says(request, 429), changes=20)

    assert set(told.answers()) == {Answer.DONE}
    assert len(transport.sent) < 60


def test_429_for_ever_ends_in_failed() -> None:
    told, transport = run(lambda request, at: says(request, 429, "slow down"))

    assert told.answers() == [Answer.FAILED]
    assert told.receipts[0].message == "slow down"
    assert len(transport.sent) == 10


def test_asked_to_wait_an_hour_the_push_leaves_the_rest_to_the_next_run() -> None:
    told, _ = run(lambda request, at: says(request, 503, "", 3600.0), changes=20)

    assert told.end.stopped is StopReason.BUSY
    assert told.end.message == "asked to wait 3600 s"
    assert told.end.unsent == 16


def test_everybody_rests_when_one_is_told_to() -> None:
    said: list[float] = []

    def script(request: Request, at: float) -> Response:
        if not said:
            said.append(at)
            return says(request, 429, "", 30.0)
        return good(request)

    told, transport = run(script, changes=40)

    after = [at for at, _ in transport.sent if at > said[0]]
    assert min(after) >= said[0] + 30
    assert set(told.answers()) == {Answer.DONE}


def test_network_failures_in_flight_together_are_one_failure() -> None:
    told, _ = run(lambda request, at: good(request) if at > 1003 else broken(request), changes=30)

    assert set(told.answers()) == {Answer.DONE}
    assert told.end.stopped is None


def test_five_failures_in_a_row_open_the_circuit() -> None:
    told, transport = run(lambda request, at: broken(request), changes=30)

    assert told.end.stopped is StopReason.UNREACHABLE
    assert told.end.message == "it said connect"
    assert len(transport.sent) == 20  # five rounds of four
    assert told.end.unsent == 26


def test_a_good_answer_closes_the_circuit_again() -> None:
    rounds: list[float] = []

    def script(request: Request, at: float) -> Response:
        if not rounds or rounds[-1] != at:
            rounds.append(at)
        return good(request) if len(rounds) % 4 == 0 else broken(request)

    told, _ = run(script, changes=12)

    assert told.end.stopped is None
    assert set(told.answers()) == {Answer.DONE}
    assert len(rounds) == 12


def test_server_errors_to_the_end_on_several_resources_open_the_circuit() -> None:
    told, _ = run(lambda request, at: says(request, 500), changes=30)

    assert told.end.stopped is StopReason.UNREACHABLE
    assert told.end.status == 500
    assert 5 <= len(told.receipts) <= 12


def test_a_cut_post_that_is_later_refused_is_unknown_since_the_first_may_have_been_stored() -> None:
    answers = [FaultKind.CUT]

    def script(request: Request, at: float) -> Response:
        return broken(request, answers.pop(), sent=True) if answers else says(request, 400, "no")

    told, _ = run(script)

    assert told.answers() == [Answer.UNKNOWN]
    assert told.receipts[0].message == "no"


def test_a_cut_post_followed_by_silence_is_unknown_although_the_last_try_did_not_leave() -> None:
    answers = [True]
    told, _ = run(lambda request, at: broken(request, sent=answers.pop() if answers else False))

    assert told.answers() == [Answer.UNKNOWN]


def test_a_stop_while_waiting_is_heard_at_once() -> None:
    time = FakeTime()
    transport = ScriptedTransport(time, lambda request, at: says(request, 429, "", 200.0))

    told = send(
        [create(unit()), create(user("a"))],
        WHERE,
        patience=Patience(),
        transport=transport,
        clockwork=time.work(),
        should_stop=lambda told: time.at > 1020,
    )

    assert told.end.stopped is StopReason.ASKED
    assert 1020 < time.at < 1021
    assert max(time.slept) <= 0.05
    assert told.answers() == [Answer.FAILED]  # the one that was tried; the other has no receipt


def test_the_pace_is_kept() -> None:
    time = FakeTime()
    transport = ScriptedTransport(time, lambda request, at: good(request))

    send(
        [create(unit(f"unit{number}")) for number in range(100)],
        WHERE,
        pace=local_pace(10.0, time.clock),
        transport=transport,
        clockwork=time.work(),
    )

    times = [at for at, _ in transport.sent]
    assert max(sum(1 for other in times if at <= other < at + 1) for at in times) <= 11
    assert times[-1] - times[0] < 12  # it grew from five a second to its limit


def test_the_pace_drops_when_the_vendor_says_so() -> None:
    time = FakeTime()
    pace = AdaptivePace(LocalBucket(100.0), 100.0, time.clock)
    before = pace.rate or 0

    pace.report(Signal.LIMITED, 0.01)

    assert pace.rate == before / 2
