"""One caller of Google's APIs: its own connection per thread, its own retries, its share of the quota."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import google_auth_httplib2
import httplib2
import orjson
from google.auth.exceptions import RefreshError
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document

from skolsynk.sources.base import SourceError
from skolsynk.sources.google.auth import Account, Delegated, Scope
from skolsynk.sources.google.failures import CALL_ERRORS, Failure, failure_of
from skolsynk.sources.google.texts import incomplete, misconfigured
from skolsynk.sources.google.window import Window

Json = dict[str, Any]
PAGE_CAP = 10_000
KEY_TRIES = 3  # a 200 without what it must hold is asked for again this often: some glitches pass
LONGEST_PAUSE_S = 32.0


class StoppedError(Exception):
    """Another call of the same read has failed; this one is not worth finishing."""


class AbsentError(Exception):
    """What a list was asked of is not there."""


def rows_of(body: Json, key: str, what: str) -> list[Json]:
    """The dicts under ``key``; [] without it. Raises ReadIncomplete for anything else."""
    rows = body.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise incomplete("not_json", what=what)
    return rows


@dataclass(frozen=True)
class Calling:
    """How calls are made. ``tries``: 7 wait up to 63 s in all, longer than the quota's minute."""

    account: Account
    subject: str
    root_url: str
    token_uri: str
    window: Window
    timeout_s: float = 60.0
    tries: int = 7
    page_cap: int = PAGE_CAP
    pause: Callable[[float], None] | None = None  # None: a wait that a failed read cuts short
    jitter: Callable[[], float] = random.random


@lru_cache(maxsize=4)
def _document(api: str, version: str) -> bytes:
    found: str = discovery_cache.get_static_doc(api, version)
    return found.encode()


@dataclass
class Client:
    """Calls with some scopes. Close it: it holds a connection for each thread that called."""

    calling: Calling
    scopes: tuple[Scope, ...]
    stop: threading.Event = field(default_factory=threading.Event)
    _local: threading.local = field(default_factory=threading.local)
    _connections: list[httplib2.Http] = field(default_factory=list)

    def __post_init__(self) -> None:
        calling = self.calling
        self._credentials = Delegated(calling.account, calling.subject, self.scopes, calling.token_uri)
        directory = self.service("admin", "directory_v1")
        # Each is made once: the library builds a collection's methods anew, in milliseconds, whenever it is asked for.
        self.customers, self.domains = directory.customers(), directory.domains()
        self.org_units = directory.orgunits()
        self.users, self.groups, self.members = directory.users(), directory.groups(), directory.members()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.stop.set()
        for connection in self._connections:
            connection.close()

    def service(self, api: str, version: str) -> Any:
        """An API from its packaged description, with our root address for calls (and batches)."""
        document = orjson.loads(_document(api, version))
        document["rootUrl"] = self.calling.root_url.rstrip("/") + "/"
        # The library wants some Http to build with; every call gets its thread's own.
        return build_from_document(document, http=httplib2.Http())

    def sign_in(self) -> None:
        """Fetch the first token, before threads need it. Raises SourceError."""
        self._retried(lambda: self._credentials.refresh(google_auth_httplib2.Request(self._plain())), "access")

    def call(self, request: Any, what: str, needs: str = "", absent: tuple[int, ...] = ()) -> Json | None:
        """The answer to one request as a dict.

        ``needs``: a key that a right answer has. ``absent``: statuses of Google's own that are an answer, None.
        ``what`` names the kind of thing asked for in errors. Raises SourceError, or StoppedError.
        """

        def once() -> Json | None:
            self._wait(self.calling.window.reserve())
            body = request.execute(http=self._authorised(), num_retries=0)
            if not isinstance(body, dict):
                raise _StrangeAnswerError(incomplete("not_json", what=what))  # the library gives broken JSON as text
            if needs and needs not in body:
                raise _StrangeAnswerError(incomplete("key_missing", what=what, key=needs))
            return body

        return self._retried(once, what, absent)

    def one(self, request: Any, what: str, needs: str = "") -> Json:
        """As ``call`` where every answer but a body is an error."""
        return self.call(request, what, needs) or {}

    def pages(
        self, collection: Any, options: Json, key: str, what: str, *, needs: bool = False, absent: tuple[int, ...] = ()
    ) -> Iterator[list[Json]]:
        """The rows of each page of ``collection.list``; a list that never ends is an error, never cut.

        Raises AbsentError when Google answers with one of ``absent``.
        """
        request, page = collection.list(prettyPrint=False, **options), 0
        while request is not None:
            page += 1
            if page > self.calling.page_cap:
                raise incomplete("page_cap", what=what, pages=str(self.calling.page_cap))
            body = self.call(request, what, key if needs else "", absent)
            if body is None:
                raise AbsentError
            if "nextPageToken" in body and key not in body:
                raise incomplete("key_missing", what=what, key=key)
            yield rows_of(body, key, what)
            request = collection.list_next(request, body)

    def _retried(self, once: Callable[[], Json | None], what: str, absent: tuple[int, ...] = ()) -> Json | None:
        for attempt in range(self.calling.tries):
            if self.stop.is_set():
                raise StoppedError
            try:
                return once()
            except _StrangeAnswerError as strange:
                failure = Failure(strange.error, retry=attempt + 1 < KEY_TRIES)
            except CALL_ERRORS as error:
                failure = self._judged(error, what)
            if failure.status in absent:
                return None
            if not failure.retry or attempt + 1 == self.calling.tries:
                raise failure.error
            self._back_off(failure, attempt)
        raise AssertionError("tries is at least 1")

    def _judged(self, error: Exception, what: str) -> Failure:
        failure = failure_of(error, what)
        if isinstance(error, RefreshError) and failure.error.code == "not_delegated" and len(self.scopes) > 1:
            return failure._replace(error=self._which_scopes(failure.error))
        return failure

    def _which_scopes(self, error: SourceError) -> SourceError:
        """Google refuses all scopes when one is missing: ask for each to tell which."""
        missing = [scope.name for scope in self.scopes if not self._granted(scope)]
        if len(missing) in (0, len(self.scopes)):
            return error
        return misconfigured("scope_missing", scopes=", ".join(missing))

    def _granted(self, scope: Scope) -> bool:
        alone = Delegated(self.calling.account, self.calling.subject, (scope,), self.calling.token_uri)
        try:
            alone.refresh(google_auth_httplib2.Request(self._plain()))
        except CALL_ERRORS:
            return False
        return True

    def _back_off(self, failure: Failure, attempt: int) -> None:
        seconds = max(failure.retry_after, min(2.0**attempt, LONGEST_PAUSE_S) + self.calling.jitter())
        if failure.limited:
            self.calling.window.pause(seconds)
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        if self.calling.pause is not None:
            self.calling.pause(seconds)
        else:
            self.stop.wait(seconds)
        if self.stop.is_set():
            raise StoppedError

    def _authorised(self) -> google_auth_httplib2.AuthorizedHttp:
        """This thread's connection: one shared by threads hangs."""
        made = getattr(self._local, "authorised", None)
        if made is None:
            made = self._local.authorised = google_auth_httplib2.AuthorizedHttp(self._credentials, http=self._plain())
        return made

    def _plain(self) -> httplib2.Http:
        made = getattr(self._local, "plain", None)
        if made is None:
            proxy = proxy_for((self.calling.root_url, self.calling.token_uri))
            made = self._local.plain = httplib2.Http(timeout=self.calling.timeout_s, proxy_info=proxy)
            made.follow_redirects = False
            self._connections.append(made)
        return made


def proxy_for(addresses: Iterable[str]) -> Callable[[str], httplib2.ProxyInfo | None] | None:
    """The environment's proxy if any of the addresses goes through it.

    httplib2 refuses to connect at all when a proxy is named and PySocks is missing, also to hosts that bypass it.
    """
    for address in addresses:
        parts = urlsplit(address)
        found = httplib2.proxy_info_from_environment(parts.scheme)
        if found is not None and found.applies_to(parts.hostname or ""):
            environment: Callable[[str], httplib2.ProxyInfo | None] = httplib2.proxy_info_from_environment
            return environment
    return None


class _StrangeAnswerError(Exception):
    def __init__(self, error: SourceError) -> None:
        super().__init__(error.code)
        self.error = error


def granted_scopes(calling: Calling, scopes: Iterable[Scope]) -> Iterator[tuple[Scope, Client]]:
    """A client of its own for each scope, closed when the next is asked for."""
    for scope in scopes:
        with Client(calling, (scope,)) as client:
            yield scope, client
