"""The school unit register into the tables, and a tenant's domains against it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from skolsynk.core.register import Match, match_domains
from skolsynk.sources.register_api import RegisterApi
from skolsynk.sources.register_csv import read_file
from skolsynk.sources.register_errors import RegisterError, RegisterFileError
from skolsynk.store import load, save
from skolsynk.store import register as rows
from skolsynk.sync.errors import Later, Misconfigured, RunError
from skolsynk.sync.progress import Progress

READ, FAILED = "register", "register_failed"  # heartbeats: when it was last read, and when that last failed
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Report(NamedTuple):
    listed: int
    new: int
    changed: int
    vanished: int
    missing: tuple[str, ...]  # codes asked for that the register does not have
    extracted: str  # the register's own date, or ""


def import_file(path: Path, at: datetime) -> Report:
    """A file holds the whole register. Raises: Misconfigured with every problem and its line."""
    try:
        units = read_file(path)
    except RegisterFileError as error:
        raise Misconfigured("register_file", error.text("sv"), error.text("en")) from error
    except OSError as error:
        kind = type(error).__name__
        raise Misconfigured(
            "register_file",
            f"Filen kan inte läsas ({kind}). Skolenheterna hos oss är oförändrade.",
            f"The file cannot be read ({kind}). The school units that we keep are unchanged.",
        ) from error
    news = rows.register(units, at)
    save.forget_schools()  # they hold the names and types of school units
    return Report(len(units), news.added, news.changed, news.vanished, (), "")


def import_api(url: str, codes: Iterable[str], at: datetime, progress: Progress) -> Report:
    """The list in one call; details for units that a tenant has, or may have by its organisation number.

    Raises: Later or Misconfigured with what was tried and what is wrong; nothing is changed then.
    """
    api = RegisterApi(url)
    wanted = set(codes)
    try:
        for tenant_id in load.active_tenants():
            wanted |= load.units(tenant_id).keys()
            number = load.tenant(tenant_id).organisation_number.replace("-", "")
            if number:
                wanted |= {unit.code for unit in api.list_units(organization_number=number).units}
        read = api.read(sorted(wanted), progress=progress)
    except RegisterError as error:
        kind = Later if error.transient else Misconfigured
        raise kind(f"register_{error.code}", error.text("sv"), error.text("en")) from error
    news = rows.register(read.units, at)
    save.forget_schools()  # they hold the names and types of school units
    return Report(len(read.units), news.added, news.changed, news.vanished, read.missing, read.extracted)


def refresh(now: datetime, *, asked: bool = False) -> Report | None:
    """The register from its own service, a week after the last time or when somebody asks; None when it is not time.

    After a failure it is tried again a day later. Raises: Later or Misconfigured; nothing is changed then.
    """
    beats = load.heartbeats()
    told = [beats[name] + pause for name, pause in ((READ, WEEK), (FAILED, DAY)) if name in beats]
    if not settings.REGISTER_URL or not (asked or now >= max(told, default=now)):
        return None
    try:
        report = import_api(settings.REGISTER_URL, (), now, Progress(()))
    except RunError:
        save.heartbeat(FAILED, now)
        raise
    save.heartbeat(READ, now)
    return report


def matches(tenant_id: int) -> tuple[Match, ...]:
    """Units that share a domain with the tenant's newest snapshot (all its domains), with the reason for each."""
    newest = load.latest_snapshot(tenant_id)
    if newest is None:
        return ()
    domains = sorted(newest[1].domains, key=lambda domain: (not domain.primary, domain.name))
    return match_domains((domain.name for domain in domains), load.register())
