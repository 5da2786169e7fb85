"""The Google source: one tenant's directory, read as an administrator of it through a delegated service account."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from skolsynk.core.patch import Patch
from skolsynk.core.snapshot import Container, Snapshot
from skolsynk.sources.base import Capability, Progress, SourceError, no_progress
from skolsynk.sources.google import activity, auth, fields, watching
from skolsynk.sources.google.client import Calling, Client, granted_scopes
from skolsynk.sources.google.reader import GONE, Order, Reader
from skolsynk.sources.google.rereading import Rereader, Told, WholeRead
from skolsynk.sources.google.window import Window

ROOT_URL = "https://admin.googleapis.com/"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret


@dataclass
class GoogleSource:
    """Reads with only the scopes it needs; ``groups`` only when the rules look at groups.

    ``credentials``: the JSON of a service account's key file, or ``auth.Keyless``. ``subject``: address of the
    administrator it acts as. ``school_containers``: org unit paths that hold the school, () = everybody.
    ``calls_per_minute`` counts any 60 seconds; Google allows 2,400 for one subject. Raises UnknownFieldError for a
    field path that no Google user has, Misconfigured for a key file that is none.
    """

    credentials: auth.Credentials
    subject: str
    root_url: str = ROOT_URL
    token_uri: str = TOKEN_URI
    customer: str = "my_customer"
    expected_customer: str = ""  # the tenant's customer id; another's directory is refused
    school_containers: tuple[str, ...] = ()
    field_paths: frozenset[str] = frozenset()
    with_groups: bool = True
    calls_per_minute: int = 2_350
    workers: int = 8
    timeout_s: float = 60.0
    tries: int = 7
    page_cap: int = 10_000
    pause: Callable[[float], None] | None = None
    monotonic: Callable[[], float] = time.monotonic
    calling: Calling = field(init=False, repr=False)

    def __post_init__(self) -> None:
        fields.user_question(self.field_paths)
        self.calling = Calling(
            account=auth.account_of(self.credentials),
            subject=self.subject,
            root_url=self.root_url,
            token_uri=self.token_uri,
            window=Window(self.calls_per_minute, self.monotonic),
            timeout_s=self.timeout_s,
            tries=self.tries,
            page_cap=self.page_cap,
            pause=self.pause,
        )

    def scopes(self) -> tuple[auth.Scope, ...]:
        return (*auth.ALWAYS, auth.GROUPS) if self.with_groups else auth.ALWAYS

    def read(self, at: datetime, previous: Snapshot | None = None, progress: Progress = no_progress) -> Snapshot:
        """All of the directory; raises SourceError, and whatever ``progress`` raises.

        Phases told: customer, users, members, confirm.
        """
        with Client(self.calling, self.scopes()) as client:
            return Reader(client, self._order(), previous, progress).read(at)

    def _order(self) -> Order:
        return Order(
            customer=self.customer,
            expected=self.expected_customer,
            school=self.school_containers,
            field_paths=self.field_paths,
            with_groups=self.with_groups,
            workers=self.workers,
        )

    def containers(self) -> tuple[Container, ...]:
        """The tree of org units, the root first, before anything else is read. Raises SourceError."""
        with Client(self.calling, (auth.ORG_UNITS,)) as client:
            return Reader(client, self._order(), None, no_progress).tree()

    def probe(self) -> tuple[Capability, ...]:
        """Each scope with a token of its own and one small call."""
        wanted = (*auth.ALWAYS, auth.GROUPS, *auth.OPTIONAL)
        return tuple(
            Capability(scope.name, error is None, error)
            for scope, client in granted_scopes(self.calling, wanted)
            for error in (self._tried(scope, client),)
        )

    def _tried(self, scope: auth.Scope, client: Client) -> SourceError | None:
        try:
            client.sign_in()
            client.one(self._smallest(scope, client), scope.name)
        except SourceError as error:
            return error
        return None

    def _smallest(self, scope: auth.Scope, client: Client) -> Any:
        customer = self.customer
        requests: dict[auth.Scope, Callable[[], Any]] = {
            auth.USERS: lambda: client.users.list(customer=customer, maxResults=1, fields="users(id)"),
            auth.ORG_UNITS: lambda: client.org_units.list(customerId=customer, type="children"),
            auth.CUSTOMER: lambda: client.customers.get(customerKey=customer, fields="id"),
            auth.DOMAINS: lambda: client.domains.list(customer=customer, fields="domains(domainName)"),
            auth.GROUPS: lambda: client.groups.list(customer=customer, maxResults=1, fields="groups(id)"),
            auth.REPORTS: lambda: _reports(client).list(userKey="all", applicationName="admin", maxResults=1),
        }
        return requests[scope]()

    def reread(
        self, told: Told, previous: Snapshot, at: datetime, progress: Progress = no_progress
    ) -> Patch | WholeRead:
        """What Google has told of, as it is now, to be laid over ``previous``. Raises as ``read``."""
        with Client(self.calling, self.scopes()) as client:
            return Rereader(client, Reader(client, self._order(), previous, progress), previous).read(told, at)

    def watch(self, wish: watching.Wish) -> watching.Opened:
        """Open a channel. Raises SourceError."""
        return watching.watch(self.calling, self.customer, wish)

    def stop_watching(self, channel: str, resource_id: str) -> None:
        """Raises SourceError."""
        watching.stop(self.calling, channel, resource_id)

    def events(self, since: datetime) -> tuple[activity.Event, ...]:
        """The admin log from an instant on, newest first. Raises SourceError."""
        return activity.events(self.calling, since)

    def id_of(self, address: str) -> str | None:
        """The immutable id of the user with this address; None when there is none. Raises SourceError."""
        with Client(self.calling, (auth.USERS,)) as client:
            row = client.call(client.users.get(userKey=address, fields="id"), "user", "id", absent=GONE)
        return None if row is None else str(row["id"])


def _reports(client: Client) -> Any:
    return client.service("admin", "reports_v1").activities()
