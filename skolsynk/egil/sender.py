"""The loop of a push: what to send next, what an answer changes, when to wait and when to stop.

Used by ``push`` only. One thread; every wait is short, so that a request to stop is heard.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from skolsynk.core.ledger import Answer, Receipt, Verb
from skolsynk.core.plan.values import Change
from skolsynk.egil.answers import Judged, Verdict, judge, words_of
from skolsynk.egil.job import Job
from skolsynk.egil.pace import Pace, Signal
from skolsynk.egil.settling import Settling
from skolsynk.egil.standing import Standing
from skolsynk.egil.target import Patience, Target
from skolsynk.egil.transport import FaultKind, Response, Transport
from skolsynk.egil.values import PushProgress, PushSummary, StopReason

LONGEST_WAIT_S = 0.05  # between two looks at should_stop
SHORTEST_WAIT_S = 0.001  # a wait lost in rounding would spin
IN_TROUBLE = 2  # times the concurrency: changes that may wait for their next try
STOPS = {
    Verdict.CREDENTIALS: StopReason.CREDENTIALS,
    Verdict.TLS: StopReason.TLS,
    Verdict.REDIRECT: StopReason.REDIRECT,
    Verdict.ADDRESS: StopReason.ADDRESS,
}


class Means(NamedTuple):
    """What the caller of a push gives."""

    target: Target
    pace: Pace
    settle: Callable[[Sequence[Receipt]], None]
    should_stop: Callable[[], bool]
    progress: Callable[[PushProgress], None]
    now: Callable[[], datetime]
    key: bytes


class Sender:
    """One push. ``send`` is called once for each phase, ``summary`` at the end."""

    def __init__(
        self,
        means: Means,
        transport: Transport,
        patience: Patience,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        chance: Callable[[], float],
        total: int,
    ) -> None:
        self._means = means
        self._transport = transport
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._standing = Standing(means.key)
        self._settling = Settling(means.settle, means.progress, means.now, clock, total, means.pace.rate)
        self._ready: deque[Job] = deque()  # may go now
        self._later: list[tuple[float, int, Job]] = []  # heap by time
        self._open: dict[int, Job] = {}
        self._token = 0
        self._asked_at = float("-inf")
        self._quiet_until = float("-inf")  # the vendor or the network needs a rest
        self._rest_until = float("-inf")  # the pace
        self._limited_waves = 0
        self._failed_waves = 0
        self._failed_ids: set[str] = set()
        self._wave_at = float("-inf")
        self._missing = 0
        self._stopped: StopReason | None = None
        self._stop_at = 0.0
        self._stop_words = ("", 0)

    def send(self, phase: Iterable[Change]) -> None:
        """Finish one phase, or stop in it."""
        waiting = deque(phase)
        while waiting or self._ready or self._later or self._open:
            self._listen_for_stop()
            if self._stopped is None:
                self._submit(waiting)
            elif not self._open or self._clock() - self._stop_at > self._means.target.stop_grace_s:
                break
            self._turn()
        self._give_up_rest()
        self._settling.flush()

    def summary(self) -> PushSummary:
        words, status = self._stop_words
        return self._settling.summary(self._stopped, words, status, self._token)

    # What goes out

    def _submit(self, waiting: deque[Change]) -> None:
        at = self._clock()
        self._rest_until = at
        while len(self._open) < self._means.target.concurrency and at >= self._quiet_until:
            if not self._fill(waiting, at):
                return
            wait = self._means.pace.acquire(1)
            if wait > 0:
                self._rest_until = at + wait
                return
            self._go(self._ready.popleft(), at)

    def _fill(self, waiting: deque[Change], at: float) -> bool:
        """True when there is a job to send now."""
        while self._later and self._later[0][0] <= at:
            self._ready.append(heapq.heappop(self._later)[2])
        # An ill vendor needs calm: with many in trouble, nothing new is begun.
        while not self._ready and waiting and len(self._later) < IN_TROUBLE * self._means.target.concurrency:
            self._prepare(waiting.popleft())
        return bool(self._ready)

    def _prepare(self, change: Change) -> None:
        job = Job(change, self._standing.body_for(change))
        referrer = self._standing.who_refers_to(change) if change.verb is Verb.DELETE else None
        if job.body.missing:
            self._finish(
                job, Answer.BLOCKED, 0, f"not sent: it needs {', '.join(job.body.missing)}, not accepted there"
            )
        elif referrer:
            self._finish(job, Answer.BLOCKED, 0, f"not sent: {referrer} at the vendor may still refer to it")
        else:
            self._ready.append(job)

    def _go(self, job: Job, at: float) -> None:
        self._token += 1
        job.tries += 1
        job.sent_at = at
        self._open[self._token] = job
        self._transport.submit(job.request(self._token, self._means.target))

    # What comes back

    def _turn(self) -> None:
        """Wait for answers, but never long."""
        wait = self._time_to_wait()
        if self._open:
            for response in self._transport.poll(wait):
                self._take(response)
        elif wait > 0:
            self._sleep(max(wait, SHORTEST_WAIT_S))
        self._settling.flush_if_due()

    def _time_to_wait(self) -> float:
        at = self._clock()
        until = at + min(LONGEST_WAIT_S, self._settling.seconds_until_due())
        if self._stopped is not None:
            return max(0.0, until - at)
        if self._ready and len(self._open) < self._means.target.concurrency:
            until = min(until, max(self._rest_until, self._quiet_until))
        if self._later:
            until = min(until, max(self._later[0][0], self._quiet_until))
        return max(0.0, until - at)

    def _take(self, response: Response) -> None:
        job = self._open.pop(response.token)
        judged = judge(job.method, response)
        job.unsure = job.unsure or judged.unsure
        self._tell_pace(job, response, judged.verdict)
        verdict = judged.verdict
        if verdict is Verdict.DONE:
            self._all_well(job)
            self._finish(job, Answer.DONE, response.status, "")
        elif verdict in (Verdict.SEND_PUT, Verdict.SEND_POST):
            self._switch(job, response, verdict)
        elif verdict in (Verdict.REJECTED, Verdict.CONFLICT):
            self._all_well(job)
            # A delete that conflicts may pass when what refers to it is gone: it is not refused for good.
            answer = Answer.REJECTED if verdict is Verdict.REJECTED else Answer.FAILED
            self._finish(job, answer, response.status, words_of(response))
        elif verdict is Verdict.MISSING:
            self._no_collection(job, response)
        elif verdict in STOPS:
            self._stop(STOPS[verdict], words_of(response), response.status)
            self._finish(job, job.given_up(), response.status, words_of(response))
        else:
            self._in_trouble(job, response, judged)

    def _tell_pace(self, job: Job, response: Response, verdict: Verdict) -> None:
        if verdict is Verdict.LIMITED:
            signal = Signal.LIMITED
        elif response.fault is not None and response.fault.kind is FaultKind.TIMEOUT:
            signal = Signal.TIMEOUT
        elif verdict in (Verdict.NETWORK, Verdict.ILL):
            return
        else:
            signal = Signal.GOOD
        self._means.pace.report(signal, self._clock() - job.sent_at)

    def _all_well(self, job: Job) -> None:
        """The vendor answers as it should: what went wrong before is over."""
        if job.sent_at >= self._wave_at:
            self._limited_waves = 0
        self._failed_waves = 0
        self._failed_ids.clear()

    def _switch(self, job: Job, response: Response, verdict: Verdict) -> None:
        job.switches += 1
        if job.switches > 2:
            # It exists and does not exist: the address is taken by something else, such as the same userName.
            self._finish(job, Answer.REJECTED, response.status, words_of(response))
            return
        self._all_well(job)
        # "Exists already" means that an earlier push may have made it; "not there" is proof that none did.
        job.unsure = verdict is Verdict.SEND_PUT
        job.method = "PUT" if verdict is Verdict.SEND_PUT else "POST"
        self._ready.appendleft(job)

    def _no_collection(self, job: Job, response: Response) -> None:
        """No such path: with nothing accepted yet the address is wrong, else this type is not taken."""
        words = words_of(response)
        if self._settling.accepted:
            self._finish(job, Answer.REJECTED, response.status, words)
            return
        self._missing += 1
        self._finish(job, Answer.FAILED, response.status, words)
        if self._missing >= self._patience.breaker:
            self._stop(StopReason.ADDRESS, words or "nothing answers at this address", response.status)

    def _in_trouble(self, job: Job, response: Response, judged: Judged) -> None:
        """429, 5xx and network failures: rest, then try again, but not for ever."""
        limited = response.status == 429
        job.limited += limited
        if judged.verdict is Verdict.LIMITED:
            ready_at = self._rest_after_limit(job, response)
        elif judged.verdict is Verdict.NETWORK:
            ready_at = self._rest_after_failure(job, response)
        else:
            ready_at = self._clock() + self._patience.back_off(job.failures, self._chance())
        out_of_tries = job.failures >= self._patience.tries or job.limited >= self._patience.limited_tries
        if not out_of_tries:
            heapq.heappush(self._later, (ready_at, self._token_of_retry(), job))
            return
        if judged.verdict is not Verdict.NETWORK and not limited:
            self._count_failure(job, response)
        self._finish(job, job.given_up(), response.status, words_of(response))

    def _token_of_retry(self) -> int:
        return self._token + len(self._later)  # only breaks ties in the heap

    def _rest_after_limit(self, job: Job, response: Response) -> float:
        at = self._clock()
        if job.sent_at >= self._wave_at:
            self._limited_waves += 1
            self._wave_at = at
        asked = response.retry_after_s
        rest = self._patience.back_off(self._limited_waves, self._chance()) if asked is None else asked
        if rest > self._patience.longest_retry_after_s:
            self._stop(StopReason.BUSY, f"asked to wait {rest:.0f} s", response.status)
            return at
        self._quiet_until = max(self._quiet_until, at + rest)
        self._means.pace.pause(rest)
        return self._quiet_until

    def _rest_after_failure(self, job: Job, response: Response) -> float:
        at = self._clock()
        self._failed_ids.add(job.change.id)
        # What was in flight together fails together: that is one failure, not eight in a row.
        if job.sent_at >= self._wave_at:
            self._wave_at = at
            self._count_failure(job, response)
            rest = self._patience.back_off(max(1, self._failed_waves), self._chance())
            self._quiet_until = max(self._quiet_until, at + rest)
        return self._quiet_until

    def _count_failure(self, job: Job, response: Response) -> None:
        self._failed_waves += 1
        self._failed_ids.add(job.change.id)
        # One poisonous resource alone must not keep all others from being sent.
        if self._failed_waves >= self._patience.breaker and len(self._failed_ids) > 1:
            self._stop(StopReason.UNREACHABLE, words_of(response), response.status)

    # How it ends

    def _finish(self, job: Job, answer: Answer, status: int, words: str) -> None:
        if answer is not Answer.DONE:
            if job.unsure:
                answer = Answer.UNKNOWN  # some receivers refuse what they have just stored
            if job.creates:
                self._standing.not_there(job.change)
            self._standing.still_as_before(job.change)
        self._settling.add(job, answer, status, words)

    def _listen_for_stop(self) -> None:
        at = self._clock()
        if self._stopped is None and at - self._asked_at >= LONGEST_WAIT_S / 2:
            self._asked_at = at
            if self._means.should_stop():
                self._stop(StopReason.ASKED, "", 0)

    def _stop(self, reason: StopReason, words: str, status: int) -> None:
        if self._stopped is None:
            self._stopped = reason
            self._stop_at = self._clock()
            self._stop_words = (words, status)

    def _give_up_rest(self) -> None:
        """After a stop: what was tried has a receipt, what never left has none."""
        for job in self._open.values():
            job.unsure = True
        tried = [*self._open.values(), *(job for *_, job in sorted(self._later)), *self._ready]
        for job in tried:
            if job.tries:
                self._finish(job, job.given_up(), 0, "no answer yet when the push stopped")
        self._open.clear()
        self._later.clear()
        self._ready.clear()


def _needs(missing: Iterable[str]) -> str:
    return f"not sent: it needs {', '.join(missing)}, which the vendor has not accepted"
