"""The Google source: one tenant's directory, read as an administrator of it through a delegated service account."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from skolsynk.core.snapshot import Container, Group, Person, Snapshot
from skolsynk.sources.base import Capability, Progress, SourceError, no_progress
from skolsynk.sources.google import auth, fields, mapping
from skolsynk.sources.google.client import AbsentError, Calling, Client, granted_scopes
from skolsynk.sources.google.reader import GONE, MEMBERS_A_PAGE, Order, Reader, School
from skolsynk.sources.google.window import Window

ROOT_URL = "https://admin.googleapis.com/"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret


class Reread(NamedTuple):
    """One person as Google has it now. ``person`` is None when gone, and when outside the school."""

    person: Person | None
    outside: str  # the path, for one who is outside the school; "" otherwise


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
            auth.SCHEMAS: lambda: client.schemas.list(customerId=customer, fields="schemas(schemaName)"),
            auth.ROLES: lambda: client.roles.list(customer=customer, maxResults=1),
            auth.REPORTS: lambda: _reports(client).list(userKey="all", applicationName="admin", maxResults=1),
        }
        return requests[scope]()

    def reread_user(self, key: str) -> Reread:
        """One person now, after Google has told of a change. Raises SourceError."""
        question = fields.user_question(self.field_paths)
        with Client(self.calling, (auth.USERS,)) as client:
            request = client.users.get(userKey=key, fields=question.fields, **question.options())
            row = client.call(request, "user", "id", absent=GONE)
        if row is None:
            return Reread(None, "")
        person = mapping.person_of(row, fields.Wanted(self.field_paths))
        inside = person.container in School(self.school_containers)
        return Reread(person, "") if inside else Reread(None, person.container)

    def reread_groups(self, keys: tuple[str, ...], previous: Snapshot) -> dict[str, Group | None]:
        """Those groups now, None for one that is gone. Members we do not know but Google does are left out."""
        ids = dict.fromkeys((*(group.key for group in previous.groups), *keys))
        known = mapping.Known(previous.tenant_key, {one.key: None for one in previous.people}, {}, ids)
        with Client(self.calling, (auth.GROUPS,)) as client:
            return {key: _group_now(client, key, known) for key in keys}


def _reports(client: Client) -> Any:
    return client.service("admin", "reports_v1").activities()


def _group_now(client: Client, key: str, known: mapping.Known) -> Group | None:
    request = client.groups.get(groupKey=key, fields="id,email,name,description,directMembersCount")
    row = client.call(request, "group", "id", absent=(404,))
    if row is None:
        return None
    options = {"groupKey": key, "maxResults": MEMBERS_A_PAGE, "fields": fields.MEMBERS}
    pages = client.pages(client.members, options, "members", "members", absent=(404,))
    try:
        raw = [one for rows in pages for row_ in rows if (one := mapping.raw_member_of(row_)) is not None]
    except AbsentError:
        return None
    # People outside the school are not in the snapshot; Google tells their status, and not that of strangers.
    here = {one.key: "" for one in raw if one.here and one.key not in known.people}
    return mapping.group_of(mapping.raw_group_of(row), raw, known._replace(outside=here))
