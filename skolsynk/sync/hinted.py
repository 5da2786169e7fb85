"""Which runs Google's hints want: a patch of what it told of, or a whole read where that is too much.

A patch begins when nothing more has been told for five seconds (a class that is moved comes as thirty calls), and at
the latest fifteen seconds after the first; but twenty seconds after the patch before at the soonest, so that a day of
corrections at fifty tenants leaves room for the others. While there is more to do than workers do at once, hints gather
meanwhile, and each patch takes all that there are: one patch and one push for each tenant, however many calls came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from skolsynk.core.patch import Patch
from skolsynk.sources.google import Told
from skolsynk.store import claims, load, realtime
from skolsynk.store.realtime import HintFacts, NewHint, Pending
from skolsynk.sync import dispatch

QUIET = timedelta(seconds=5)
LONGEST = timedelta(seconds=15)
APART = timedelta(seconds=20)  # two patches of one tenant: a change still reaches the vendor within a minute
MOST = 200  # people, or groups: of more, a whole read costs Google and us less
PAUSE = timedelta(seconds=30)  # after a patch that failed; twice as long after each further one
LONGEST_PAUSE = timedelta(minutes=15)
FAILURES = 4  # then everything is read: that fails in words that people are told of, or puts it right
WHOLE = ("groups", "everything")
TRIGGER = "hints"


def due(now: datetime) -> tuple[UUID, ...]:
    """A patch, or a read, for each tenant that Google has told of; the one who has waited longest comes first."""
    wanted = frozenset(load.tenants_with_a_connection_on())
    return tuple(
        run_id
        for one in realtime.pending()
        if one.tenant_id in wanted and _ripe(one, now) and not claims.busy(one.tenant_id)
        for run_id in _queued(one.tenant_id, now)
    )


def _ripe(one: Pending, now: datetime) -> bool:
    waited = now - one.noted_at >= QUIET or now - one.changed_at >= LONGEST
    return waited and (one.patched_at is None or now - one.patched_at >= APART)


def _queued(tenant_id: int, now: datetime) -> tuple[UUID, ...]:
    failures = claims.failed_patches(tenant_id)
    if failures.number >= FAILURES or _too_much(tenant_id, realtime.hints(tenant_id)):
        if dispatch.may_read(tenant_id, now):
            return (dispatch.queue_read(tenant_id, now, trigger=TRIGGER),)
        if not _patchable(tenant_id):
            return ()  # meanwhile, what can be patched does not wait for the read
    if failures.newest and now - failures.newest < _pause(failures.number):
        return ()
    return (dispatch.queue_patch(tenant_id, now, TRIGGER),)


def _pause(failures: int) -> timedelta:
    return min(PAUSE * int(2 ** (failures - 1)), LONGEST_PAUSE)


def _too_much(tenant_id: int, hints: Sequence[HintFacts]) -> bool:
    """Also before there is anything to patch."""
    kinds = [one.kind for one in hints]
    many = max(kinds.count("user"), kinds.count("group")) > MOST
    return many or any(kind in WHOLE for kind in kinds) or load.latest_snapshot_id(tenant_id) is None


def _patchable(tenant_id: int) -> bool:
    return load.latest_snapshot_id(tenant_id) is not None and bool(taken(tenant_id))


# What a patch makes of hints


def taken(tenant_id: int) -> tuple[HintFacts, ...]:
    """What a patch takes now: also what came since it was queued, up to the bound. The rest waits for the next run."""
    hints = realtime.hints(tenant_id)
    kinds = ("user", "group", "org_units")
    return tuple(one for kind in kinds for one in [each for each in hints if each.kind == kind][:MOST])


def told(hints: Sequence[HintFacts]) -> Told:
    """As the source asks for it."""

    def keys(kind: str) -> tuple[str, ...]:
        return tuple(one.key for one in hints if one.kind == kind)

    return Told(keys("user"), keys("group"), any(one.kind == "org_units" for one in hints))


def changed_after(trigger: str, hints: Collection[HintFacts], read_before: datetime | None) -> datetime | None:
    """When the oldest change that a run found can have been made.

    What was hinted says so itself. Any other read may find what nobody told of, at any time since the read before.
    """
    if trigger == TRIGGER and hints:
        return min(one.changed_at for one in hints)
    return read_before


def ask_for_everything(tenant_id: int, hints: Collection[HintFacts], now: datetime) -> None:
    """A patch would not be sound: the next run reads everything, and the hints wait for it."""
    since = min((one.changed_at for one in hints), default=now)
    realtime.note(tenant_id, [NewHint("everything", "", since)], now)


def counted(found: Patch) -> Mapping[str, int]:
    """How much of the directory a patch was about."""
    return {
        "people": len(found.people), "outside": len(found.outside), "gone": len(found.gone),
        "groups": len(found.groups), "org_units": len(found.containers or ()),
    }  # fmt: skip
