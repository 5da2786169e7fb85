"""Send the flowing changes of a plan and settle every answer: changes in, receipts out.

Creates and updates go type by type in send order, then deletes type by type in reverse; inside one type many
requests are in flight, and a type is finished, retries included, before the next begins. Called by
``sync.run`` only.

Source: SS12000:2018 over EGIL, send order and status codes; RFC 9110 section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from skolsynk.core.ledger import Receipt, Verb
from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.egil.curl import CaSetMissingError, CurlTransport
from skolsynk.egil.pace import Pace
from skolsynk.egil.sender import Means, Sender
from skolsynk.egil.target import Patience, Target
from skolsynk.egil.transport import Transport
from skolsynk.egil.values import COUNTED, PushProgress, PushSummary, StopReason


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The outside world of a push, for tests to replace: seconds are monotonic."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


def phases(changes: Iterable[Change]) -> tuple[tuple[Change, ...], ...]:
    """Creates and updates by rank, then deletes by falling rank; inside a phase the given order stays."""
    by_phase: dict[tuple[int, int], list[Change]] = {}
    for change in changes:
        rank = BY_NAME[change.type].rank
        place = (1, -rank) if change.verb is Verb.DELETE else (0, rank)
        by_phase.setdefault(place, []).append(change)
    return tuple(tuple(by_phase[place]) for place in sorted(by_phase))


def push(
    changes: Sequence[Change],
    target: Target,
    pace: Pace,
    settle: Callable[[Sequence[Receipt]], None],
    should_stop: Callable[[], bool],
    progress: Callable[[PushProgress], None],
    now: Callable[[], datetime],
    key: bytes,
    *,
    patience: Patience | None = None,
    transport: Transport | None = None,
    clockwork: Clockwork | None = None,
) -> PushSummary:
    """Send changes; ``settle`` gets the receipts in groups of at most 32 or 50 ms, in order of the answers.

    ``should_stop`` is asked some twenty times a second: then nothing more is sent, open requests are waited for and
    settled, and the summary says ASKED. ``now`` is aware UTC and stamps receipts. ``key`` makes the
    fingerprints of bodies that had to be cut. A wrong key, certificate, address or a vendor that is away stops
    the push; the summary says why. Changes without a receipt were not sent.

    Raises: CaSetMissingError before anything is sent; BucketUnreachableError; whatever ``settle`` raises. Answers that
    were not settled then are found again by the next push: a create answered 409 is replaced, a replace
    answered 404 is created, a delete answered 404 is done.
    """
    means = Means(target, pace, settle, should_stop, progress, now, key)
    try:
        carrier = transport or CurlTransport(target)
    except CaSetMissingError as error:
        counts = dict.fromkeys(COUNTED, 0)
        return PushSummary(StopReason.TLS, str(error), 0, counts, len(changes), 0, 0.0)
    work = clockwork or Clockwork()
    sender = Sender(means, carrier, patience or Patience(), work.clock, work.sleep, work.chance, len(changes))
    try:
        for phase in phases(changes):
            sender.send(phase)
        return sender.summary()
    finally:
        carrier.close()
