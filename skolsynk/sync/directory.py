"""Reads one tenant's directory: its source row and the operator's settings become a Source, and that a Snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings

from skolsynk.core.patch import Patch
from skolsynk.core.rules import Rules, RulesError, field_paths, needs_groups, parse_rules
from skolsynk.core.snapshot import Snapshot
from skolsynk.sources import base
from skolsynk.sources.google import EVERY_FIELD, GoogleSource, Told, WholeRead
from skolsynk.sources.google.auth import Credentials, credentials_of
from skolsynk.store import drafts, load
from skolsynk.sync.errors import Later, Misconfigured, Stopped
from skolsynk.sync.progress import Progress

REREAD_TRIES = 4  # seven seconds in all: a patch that fails is tried again soon


def read(
    tenant_id: int, at: datetime, previous: Snapshot | None, progress: Progress, should_stop: Callable[[], bool]
) -> Snapshot:
    """All of the directory, or an error that says why not; the snapshots there are stay as they were.

    Raises: Misconfigured (a person must act), Later (the next read tries again), Stopped.
    """
    with _in_words():
        return source(tenant_id).read(at, previous, _until_stopped(progress, should_stop))


def reread(
    tenant_id: int, told: Told, previous: Snapshot, at: datetime, progress: Progress, should_stop: Callable[[], bool]
) -> Patch | WholeRead:
    """What Google has told of, as it is now. Raises as ``read``."""
    with _in_words():
        again = source(tenant_id, tries=REREAD_TRIES)
        return again.reread(told, previous, at, _until_stopped(progress, should_stop))


def _until_stopped(progress: Progress, should_stop: Callable[[], bool]) -> base.Progress:
    def tell(phase: str, done: int, total: int | None) -> None:
        if should_stop():
            raise Stopped
        progress(phase, done, total)

    return tell


def look(tenant_id: int, at: datetime, progress: Progress) -> Snapshot:
    """All of the directory with every field, for proposing rules; kept nowhere. Raises as ``read``."""
    with _in_words():
        return source(tenant_id, everything=True).read(at, None, progress)


@contextmanager
def _in_words() -> Iterator[None]:
    """What goes wrong at the source as the errors that end a run."""
    try:
        yield
    except base.Misconfigured as error:
        raise Misconfigured(error.code, error.text("sv"), error.text("en")) from error
    except base.SourceError as error:
        raise Later(error.code, error.text("sv"), error.text("en")) from error


def source(tenant_id: int, *, everything: bool = False, **how: Any) -> GoogleSource:
    """The tenant's source, asking Google only for what the rules need, or for ``everything``.

    Before there are rules every field is asked for, of the org units marked as school: rules are made by looking.
    ``how``: how patiently to ask, as the source's own ``tries`` and ``timeout_s``.
    """
    tenant, row = load.tenant(tenant_id), load.source(tenant_id)
    credentials = (row.credentials if row else "") or settings.GOOGLE_SERVICE_ACCOUNT
    if row is None or not row.subject or not credentials:
        raise _no_credentials()
    rules_row = load.rules(tenant_id)
    looking = everything or rules_row is None
    rules = [parse_rules(rules_row.json)] if rules_row and not looking else []
    rules += [] if looking else _drafted(tenant_id)
    return GoogleSource(
        credentials=_parsed(credentials),
        subject=row.subject,
        root_url=settings.GOOGLE_ROOT_URL,
        token_uri=settings.GOOGLE_TOKEN_URI,
        expected_customer=tenant.customer_id,
        school_containers=() if everything else tuple(row.school_containers),
        field_paths=EVERY_FIELD if looking else frozenset[str]().union(*map(field_paths, rules)),
        with_groups=looking or any(map(needs_groups, rules)),
        **how,
    )


def _parsed(credentials: str) -> Credentials:
    try:
        return credentials_of(credentials)
    except ValueError as neither:
        raise _no_credentials() from neither


def _no_credentials() -> Misconfigured:
    return Misconfigured(
        "no_credentials",
        "Det saknas tjänstkonto eller administratör att läsa katalogen som. Inget har lästs eller skickats. "
        "Ange source.subject i konfigurationen och nyckeln med set_secret --google.",
        "A service account, or an administrator to read the directory as, is missing. Nothing was read or sent. "
        "Give source.subject in the configuration and the key with set_secret --google.",
    )


def _drafted(tenant_id: int) -> list[Rules]:
    """The draft of the rules, so that what it would do can be counted before it is saved."""
    draft = drafts.get(tenant_id, "rules")
    try:
        return [parse_rules(draft.document)] if draft else []
    except RulesError:
        return []
