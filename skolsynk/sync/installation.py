"""The app at each customer: looked at by the clock, stopped when it is gone, brought back when it works again.

    look    ask Google one small thing of each kind, and the Marketplace for the licence
    judge   core.installation: works, trouble, gone; and what follows
    do      first read | quarantine | back in test mode, with a full read

The purge is the clock's too: what was promised for a day happens on that day, whether or not anybody is told.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from skolsynk.core import installation as rules
from skolsynk.core.installation import Answer, Event, State
from skolsynk.sources.base import SourceError
from skolsynk.sources.google.auth import credentials_of
from skolsynk.sources.google.licence import Market, customer_licence
from skolsynk.store import claims, installations, load, purging, save
from skolsynk.store.installations import InstallationFacts, Looked
from skolsynk.sync import dispatch, installation_words, notices, preferences, sources
from skolsynk.sync.errors import Misconfigured, asleep

log = logging.getLogger(__name__)
AT_ONCE = 5  # looks a tick, and more where tenants are many: each is done several times a day at most
TICKS = 100  # of the 144 in a day


class Done(NamedTuple):
    event: Event
    runs: tuple[UUID, ...]  # queued, for the caller to hand to a worker


# By the clock


def due(now: datetime) -> tuple[int, ...]:
    """Tenants to look at now, the longest unseen first. Those that wait to be let in never wait for the others."""
    found = [
        one for one in installations.standings()
        if rules.due(one.state, one.looked_at, one.missing_since, one.made_at, now)
    ]  # fmt: skip
    eager = [one.tenant_id for one in found if one.state is State.PENDING or one.missing_since]
    others = [one.tenant_id for one in found if one.tenant_id not in set(eager)]
    return (*eager, *others[: AT_ONCE + len(others) // TICKS])


def look(tenant_id: int, at: datetime) -> Done:
    """Ask Google now, remember the answers, and do what follows from them. Safe to repeat."""
    if purging.is_erased(tenant_id):
        return Done(Event.NONE, ())
    before = installations.ensure(tenant_id, at)
    seen, found = _asked(tenant_id, before)
    verdict = rules.judged(State(before.state), before.missing_since, seen, at)
    with transaction.atomic():
        installations.hold(tenant_id)
        written = found._replace(state=verdict.state, missing_since=verdict.missing_since)
        if not installations.looked(before, written, at):
            return Done(Event.NONE, ())  # another look was faster
        runs = _follow(tenant_id, verdict.event, at)
    log.info("installation_looked tenant=%s sight=%s state=%s event=%s", tenant_id, seen, verdict.state, verdict.event)
    if verdict.event is Event.RESUMED:
        notices.over(tenant_id, installation_words.resumed(before.was, at), at)
    return Done(verdict.event, runs)


def _asked(tenant_id: int, before: InstallationFacts) -> tuple[rules.Sight, Looked]:
    try:
        probed = sources.probed(tenant_id)
    except Misconfigured as error:
        answers, domain = {name: Answer(False, error.code) for name in rules.NEEDED}, ""
    else:
        domain = probed.domain
        answers = {one.name: Answer(one.works, one.error.code if one.error else "") for one in probed.capabilities}
    licence = _licence(tenant_id, domain or before.domain)
    seen = rules.sight(answers, licence, was_licensed=before.licensed_at is not None)
    capabilities = {name: answer._asdict() for name, answer in answers.items()}
    return seen, Looked(capabilities, licence, domain, State(before.state), before.missing_since)


def _licence(tenant_id: int, domain: str) -> str:
    """What the Marketplace says of the deployment's own app; "" when it was not asked or did not answer."""
    application = settings.GOOGLE_MARKETPLACE_APP_ID
    if not application:
        return ""
    try:
        market = Market(
            application, credentials_of(settings.GOOGLE_SERVICE_ACCOUNT), settings.GOOGLE_MARKETPLACE_ROOT_URL,
            settings.GOOGLE_TOKEN_URI,
        )  # fmt: skip
        return customer_licence(market, domain or load.tenant(tenant_id).customer_id)
    except (SourceError, ValueError) as error:
        code = error.code if isinstance(error, SourceError) else "no_credentials"
        log.warning("licence_unknown tenant=%s error=%s", tenant_id, code)
        return ""


def _follow(tenant_id: int, event: Event, at: datetime) -> tuple[UUID, ...]:
    if event is Event.ACTIVATED:
        save.audit(tenant_id, "system", "app_activated", {}, at)
        return _first_read(tenant_id, at)
    if event is Event.MISSED:
        save.audit(tenant_id, "system", "app_missed", {}, at)
    elif event is Event.FOUND:
        save.audit(tenant_id, "system", "app_found", {}, at)
    elif event is Event.QUARANTINED:
        _quarantine(tenant_id, at)
    elif event is Event.RESUMED:
        vendors = installations.resume(tenant_id)
        save.audit(tenant_id, "system", "app_resumed", {"vendors": list(vendors)}, at)
        return _read(tenant_id, at)
    return ()


def _first_read(tenant_id: int, at: datetime) -> tuple[UUID, ...]:
    """Once somebody has said which org units are school: of other people only heads are counted."""
    source = load.source(tenant_id)
    known = source is not None and source.school_containers
    return _read(tenant_id, at) if known and load.latest_read_at(tenant_id) is None else ()


def _read(tenant_id: int, at: datetime) -> tuple[UUID, ...]:
    return () if claims.reading(tenant_id) else (dispatch.queue_read(tenant_id, at, trigger="installed"),)


def _quarantine(tenant_id: int, at: datetime) -> None:
    purge_at = at + timedelta(days=preferences.of(tenant_id).purge_days)
    why = asleep()
    ended = installations.quarantine(tenant_id, at, purge_at, (why.text_sv, why.text_en))
    save.audit(tenant_id, "system", "app_quarantined", {"runs": ended, "until": purge_at.isoformat()}, at)


def purge_day_chosen(tenant_id: int) -> None:
    """Another number of days counts for a quarantine that has begun, too."""
    now = installations.of(tenant_id)
    if now is not None and now.quarantined_at is not None:
        days = timedelta(days=preferences.of(tenant_id).purge_days)
        installations.purge_on(tenant_id, now.quarantined_at + days)


def purge(now: datetime) -> int:
    """Erase what has been in quarantine for as long as was agreed; how many tenants. Owners are told just before."""
    over = installations.to_purge(now)
    for tenant_id in over:
        notices.over(tenant_id, installation_words.purged(now), now)
        save.audit(tenant_id, "system", "app_purged", {}, now)
        purging.purge(tenant_id, now)
        log.info("tenant_purged tenant=%s", tenant_id)
    return len(over)


# When somebody signs in


def welcome(tenant_id: int, at: datetime) -> bool:
    """A proven administrator is here: make the row, and a new key where the old one is erased. True when it was."""
    erased = purging.is_erased(tenant_id)
    if erased:
        purging.renew(tenant_id, at)
        save.audit(tenant_id, "system", "app_returned", {}, at)
    installations.ensure(tenant_id, at)
    return erased


def unsettled(tenant_id: int) -> bool:
    """Should a look follow at once? Somebody is here who may have just put right what was wrong."""
    found = installations.of(tenant_id)
    return found is None or found.state != State.ACTIVE or found.missing_since is not None
