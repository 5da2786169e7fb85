"""What the home card and the card of runs show, read for one visitor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.urls import reverse

from skolsynk.addon import cards, words
from skolsynk.addon.cards import Home, RunFacts, Runs, VendorFacts
from skolsynk.addon.tokens import endpoint
from skolsynk.addon.visitor import Visitor
from skolsynk.addon.widgets import Press
from skolsynk.addon.words import moment, said
from skolsynk.core.connection import Mode
from skolsynk.core.health import Health, Trouble
from skolsynk.core.readmodel.values import Cause
from skolsynk.core.school import Severity
from skolsynk.store import health as rows
from skolsynk.store import installations, load
from skolsynk.store import runs as run_rows
from skolsynk.store.runs import RunLine
from skolsynk.sync import health, people, targets
from skolsynk.sync.errors import asleep
from skolsynk.sync.health import State

SHOWN_RUNS = 10
WAITS = ("held", "first")  # not told beside that they have waited long


def press(name: str, **parameters: str) -> Press:
    """A call of one of the add-on's own addresses."""
    return Press(endpoint(reverse(name)), parameters)


def home(visitor: Visitor, now: datetime) -> Home:
    tenant_id = visitor.tenant.id
    failing = rows.failing_reads(tenant_id)
    states = health.states(tenant_id, now, visitor.only, reads_fail=failing is not None)
    causes = people.asked(tenant_id, lambda model: model.causes) or ()
    on = [state for state in states if state.connection.mode is not Mode.OFF]
    alarms = (*_of_all(visitor, failing, now), *(told for state in on for told in _alarms(visitor, state)))
    return Home(
        visitor.tenant.name, [_vendor(visitor, state, causes, now) for state in on],
        [state.name for state in states if state.connection.mode is Mode.OFF], alarms,
        load.latest_read_at(tenant_id), _people(visitor, causes, errors=True), _people(visitor, causes, errors=False),
        visitor.page("overview"), visitor.page("quality"), press("addon_person"), press("addon_runs"),
    )  # fmt: skip


def _vendor(visitor: Visitor, state: State, causes: Iterable[Cause], now: datetime) -> VendorFacts:
    connection, last = state.connection, state.last
    left_out = sum(cause.released.get(connection.vendor, 0) for cause in causes) if visitor.whole else 0
    may_sync = visitor.may_sync and connection.mode is Mode.TEST
    return VendorFacts(
        state.name, connection.mode.value, state.health, _why(visitor, state, now),
        last.created_at if last else None, words.named(visitor.language, words.STATES, last.state) if last else "",
        state.waiting.held, left_out, visitor.page("connection", vendor=connection.vendor),
        visitor.page("changes_of", vendor=connection.vendor, mode=connection.mode.value),
        press("addon_sync", vendor=connection.vendor) if may_sync else None,
    )  # fmt: skip


def _why(visitor: Visitor, state: State, now: datetime) -> str:
    """What the word of health rests on, where the card does not say it elsewhere."""
    language = visitor.language
    if state.health is Health.SILENT and state.next_due:
        due = moment(language, state.next_due, now)
        return said(language, (f"en körning borde ha börjat {due}", f"a run should have begun {due}"))
    if state.health is Health.NEW and state.next_due:
        return said(language, ("den första körningen kommer av sig själv", "the first run comes by itself"))
    if state.health is Health.WAITING and state.waiting.first:
        return said(language, ("den första leveransen", "the first delivery"))
    return ""


def _of_all(visitor: Visitor, failing: rows.FailingReads | None, now: datetime) -> Iterator[tuple[str, str]]:
    """Trouble that stops every vendor."""
    if not installations.is_active(visitor.tenant.id):
        gone = asleep()
        yield said(visitor.language, ("Allt har stannat", "Everything has stopped")), gone.text(visitor.language)
        return
    silent = health.silent_workers(now)
    if silent is not None:
        since = moment(visitor.language, silent, now)
        yield (
            said(visitor.language, ("Tjänsten arbetar inte just nu", "The service is not working right now")),
            said(visitor.language, (
                f"Inget läses och inget skickas sedan {since}. Driften behöver starta den.",
                f"Nothing is read and nothing is sent since {since}. The operator needs to start it.",
            )),
        )  # fmt: skip
    if failing is not None:
        yield (
            said(visitor.language, ("Katalogen går inte att läsa", "The directory cannot be read")),
            _error(visitor, failing.newest),
        )


def _alarms(visitor: Visitor, state: State) -> Iterator[tuple[str, str]]:
    """Each trouble with its one next step, but what waits: that has a row of its own."""
    for trouble in state.troubles:
        if trouble.cause not in WAITS:
            yield _told(visitor, state, trouble)


def _told(visitor: Visitor, state: State, trouble: Trouble) -> tuple[str, str]:
    told = health.told(state, trouble)
    following = said(visitor.language, (told.next_sv, told.next_en))
    if trouble.cause.startswith("failed") and state.last:
        following = _error(visitor, state.last)
    return said(visitor.language, (told.title_sv, told.title_en)), following


def _error(visitor: Visitor, run: RunLine) -> str:
    """The run's own text tells of all school units, and so not to everybody."""
    told = list(run.error_args)
    if visitor.whole and len(told) > 1:
        return said(visitor.language, (told[0], told[1]))
    return said(visitor.language, (
        "Den som ser alla skolenheter kan se varför.", "Those who see every school unit can see why.",
    ))  # fmt: skip


def _people(visitor: Visitor, causes: Iterable[Cause], *, errors: bool) -> int:
    """How many people the rules could not place, or how many are sent without something."""
    asked = [cause for cause in causes if (cause.severity is Severity.ERROR) is errors]
    if visitor.only is None:
        return sum(cause.people for cause in asked)
    return sum(cause.units.get(code, 0) for cause in asked for code in visitor.only)


def runs(visitor: Visitor) -> Runs:
    found: list[RunLine] = run_rows.listed(visitor.tenant.id)[:SHOWN_RUNS]
    return cards.Runs(visitor.tenant.name, [_run(visitor, each) for each in found], visitor.page("runs"))


def _run(visitor: Visitor, run: RunLine) -> RunFacts:
    kind = words.named(visitor.language, words.KINDS, run.kind)
    slug = run.vendor or ""
    known = targets.all_vendors()
    vendor = known[slug].name if slug in known else slug
    state = words.named(visitor.language, words.STATES, run.state)
    return RunFacts(
        f"{kind} · {vendor}" if vendor else kind, run.created_at, f"{state[:1].upper()}{state[1:]}",
        visitor.page("run", run=run.id),
    )  # fmt: skip
