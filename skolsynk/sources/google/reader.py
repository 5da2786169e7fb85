"""One read of a whole Google directory: users in the calling thread, groups and members in workers beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from skolsynk.core.snapshot import Container, Domain, Group, Person, Snapshot
from skolsynk.sources.base import Progress, SourceError
from skolsynk.sources.google import fields, gate, mapping
from skolsynk.sources.google.client import AbsentError, Client, Json, rows_of
from skolsynk.sources.google.jobs import answers
from skolsynk.sources.google.texts import empty, incomplete

USERS_A_PAGE, GROUPS_A_PAGE, MEMBERS_A_PAGE = 500, 200, 200
GONE = (404, 412)  # 412: deleted less than 20 days ago


class Order(NamedTuple):
    """What to read. ``school``: org unit paths that hold the school; () = everybody is school."""

    customer: str
    expected: str  # customer id that the answer must have; "" = any
    school: tuple[str, ...]
    field_paths: frozenset[str]
    with_groups: bool
    workers: int


class School:
    """Which paths are school; Google compares paths without regard to case."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._tops = tuple(path.casefold().rstrip("/") for path in paths)
        self._answers: dict[str, bool] = {}

    def __contains__(self, path: str) -> bool:
        answer = self._answers.get(path)
        if answer is None:
            low = path.casefold()
            answer = not self._tops or any(low == top or low.startswith(top + "/") for top in self._tops)
            self._answers[path] = answer
        return answer


Read = tuple[mapping.RawGroup, tuple[mapping.RawMember, ...]]


@dataclass
class Reader:
    """Reads once. Rows are mapped page by page and dropped, so that a large directory fits in little memory."""

    client: Client
    order: Order
    previous: Snapshot | None
    progress: Progress
    people: dict[str, Person] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)  # key -> path, of people who are only counted
    failed: list[SourceError] = field(default_factory=list)  # in workers, seen by the calling thread

    def read(self, at: datetime) -> Snapshot:
        self.client.sign_in()
        with ThreadPoolExecutor(self.order.workers, "google-read") as pool:
            try:
                return self._read(at, pool)
            finally:
                # Also on an error: nobody waits for calls whose answers no one will use.
                self.client.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, at: datetime, pool: ThreadPoolExecutor) -> Snapshot:
        customer = self._customer()
        tree = self.tree()
        gate.check_school(tree, self.order.school)
        domains = self._domains()
        groups = pool.submit(self._groups, pool) if self.order.with_groups else None
        self._users()
        gate.check_same_tree(tree, self.tree())
        gate.check_tree(tree, (*(one.container for one in self.people.values()), *self.outside.values()))
        gate.check_people(len(self.people), len(self.outside), self.previous)
        read = self._members(groups) if groups is not None else []
        self._confirm(pool, [raw for raw, _ in read])
        return Snapshot(
            source="google",
            tenant_key=customer,
            at=at,
            people=tuple(self.people.values()),
            containers=tree,
            groups=self._sorted_out(customer, read),
            domains=domains,
            outside=dict(Counter(self.outside.values())),
        )

    def _customer(self) -> str:
        self.progress("customer", 0, None)
        request = self.client.customers.get(customerKey=self.order.customer, fields="id")
        customer = mapping.identity(self.client.one(request, "customer", "id"), "customer", "id")
        gate.check_customer(customer, self.order.expected, self.previous)
        return customer

    def tree(self) -> tuple[Container, ...]:
        """All org units, the root first; a customer without any has the root alone."""
        request = self.client.org_units.list(
            customerId=self.order.customer, type="allIncludingParent", fields=fields.ORG_UNITS, prettyPrint=False
        )
        rows = rows_of(self.client.one(request, "org units"), "organizationUnits", "org units")
        found = {one.key: one for one in map(mapping.container_of, rows)}
        root = [one for one in found.values() if one.path == "/"] or [Container("", "/", "")]
        return (*root[:1], *(one for one in found.values() if one.path != "/"))

    def _domains(self) -> tuple[Domain, ...]:
        request = self.client.domains.list(customer=self.order.customer, fields=fields.DOMAINS)
        rows = rows_of(self.client.one(request, "domains", "domains"), "domains", "domains")
        return tuple(dict.fromkeys(domain for row in rows for domain in mapping.domains_of(row)))

    # People

    def _users(self) -> None:
        wanted, school = fields.Wanted(self.order.field_paths), School(self.order.school)
        for rows in self._user_pages():
            for row in rows:
                self._keep(mapping.person_of(row, wanted), school)
            self.progress("users", len(self.people) + len(self.outside), None)
            if self.failed:
                raise self.failed[0]  # why read a hundred pages more: no snapshot comes of this

    def _user_pages(self) -> Iterator[list[Json]]:
        question = fields.user_question(self.order.field_paths)
        options: Json = {"customer": self.order.customer, "maxResults": USERS_A_PAGE, **question.options()}
        users = self.client.users
        return self.client.pages(users, {**options, "fields": question.page_fields()}, "users", "users", needs=True)

    def _keep(self, person: Person, school: School) -> None:
        """The last row of somebody counts: one who moved during the read may be listed twice."""
        if person.container in school:
            self.people[person.key] = person
            self.outside.pop(person.key, None)
        else:
            self.outside[person.key] = person.container
            self.people.pop(person.key, None)

    # Groups

    def _groups(self, pool: ThreadPoolExecutor) -> list[Future[Read | None]]:
        """Read the list of groups, and have the members of each read as soon as it is known."""
        options = {"customer": self.order.customer, "maxResults": GROUPS_A_PAGE, "fields": fields.GROUPS}
        before = {group.key: len(group.members) for group in self.previous.groups} if self.previous else {}
        jobs: dict[str, Future[Read | None]] = {}
        for rows in self.client.pages(self.client.groups, options, "groups", "groups"):
            for raw in map(mapping.raw_group_of, rows):
                if raw.key not in jobs:
                    jobs[raw.key] = pool.submit(self._listed_group, raw, before)
        gate.check_groups(len(jobs), self.previous)
        return list(jobs.values())

    def _listed_group(self, raw: mapping.RawGroup, before: dict[str, int]) -> Read | None:
        try:
            return self.one_group(raw, before)
        except SourceError as error:
            self.failed.append(error)
            raise

    def one_group(self, raw: mapping.RawGroup, before: dict[str, int]) -> Read | None:
        """The group's direct members; None when the group has been deleted since it was listed.

        ``before``: {key: number of members} as last read. Raises SourceError.
        """
        members = self._members_of(raw.key)
        if members is not None and gate.members_doubtful(len(members), raw.size, before, raw.key):
            members = self._members_of(raw.key)
            if members is not None and not members:
                raise empty("no_members", count=str(raw.size))
        if members is None:
            self._check_deleted(raw.key)
            return None
        return raw, members

    def _members_of(self, key: str) -> tuple[mapping.RawMember, ...] | None:
        """None: Google knows no such group."""
        options = {"groupKey": key, "maxResults": MEMBERS_A_PAGE, "fields": fields.MEMBERS}
        pages = self.client.pages(self.client.members, options, "members", "members", absent=(404,))
        try:
            found = [mapping.raw_member_of(row) for rows in pages for row in rows]
        except AbsentError:
            return None
        return tuple(one for one in found if one is not None)

    def _check_deleted(self, key: str) -> None:
        request = self.client.groups.get(groupKey=key, fields="id")
        if self.client.call(request, "group", absent=(404,)) is not None:
            raise incomplete("group_vanished")

    def _members(self, groups: Future[list[Future[Read | None]]]) -> list[Read]:
        return [read for read in answers(groups.result(), "members", self.progress) if read is not None]

    def _sorted_out(self, customer: str, read: Sequence[Read]) -> tuple[Group, ...]:
        ids = {raw.key: None for raw, _ in read}
        known = mapping.Known(customer, self.people, self.outside, ids)
        return tuple(mapping.group_of(raw, members, known) for raw, members in read)

    # Who is gone

    def _confirm(self, pool: ThreadPoolExecutor, groups: Sequence[mapping.RawGroup]) -> None:
        """Look up those that were there last time: gone, or missed by the lists?"""
        if self.previous is None:
            return
        here = {**self.outside, **dict.fromkeys(self.people, "")}
        people = gate.vanished((one.key for one in self.previous.people), here)
        users = self.client.users
        self._look_up(pool, "users", people, lambda key: users.get(userKey=key, fields="id"))
        if self.order.with_groups:
            listed = {raw.key for raw in groups}
            missing = gate.vanished((one.key for one in self.previous.groups), listed)
            by_key = self.client.groups
            self._look_up(pool, "groups", missing, lambda key: by_key.get(groupKey=key, fields="id"))

    def _look_up(
        self, pool: ThreadPoolExecutor, what: str, missing: gate.Vanished, request: Callable[[str], object]
    ) -> None:
        def there(key: str) -> bool:
            return self.client.call(request(key), what.removesuffix("s"), absent=GONE) is not None

        jobs = [pool.submit(there, key) for key in missing.sample]
        gate.check_gone(what, missing, sum(answers(jobs, "confirm", self.progress)))
