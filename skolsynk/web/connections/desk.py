"""What all pages of one vendor begin with: the vendor, what is stored, and what people may know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from skolsynk.core.connection import Guards, Selection
from skolsynk.core.filters import SelectionError
from skolsynk.core.readmodel.values import SelectionEffect
from skolsynk.core.vendor import Vendor
from skolsynk.store import connections as rows
from skolsynk.store import load, members
from skolsynk.sync import connections, offers, targets, tasks
from skolsynk.sync.connections import Held, Moved
from skolsynk.sync.schedule_json import Schedule, ScheduleError
from skolsynk.web.access import Visit
from skolsynk.web.connections.rows import Units
from skolsynk.web.connections.sentences import differences
from skolsynk.web.words import chosen, moment, speaks, words

SEE_OTHER = 303


@dataclass(frozen=True)
class Desk:
    """One vendor's connection, seen by one visitor."""

    visit: Visit
    vendor: Vendor
    stored: rows.Stored

    @cached_property
    def names(self) -> dict[str, str]:
        """{code: name} of the school units that this visitor may see."""
        units = load.units(self.visit.tenant.id)
        return {code: unit.name for code, unit in units.items() if self.visit.sees(code)}

    @cached_property
    def problem(self) -> str:
        """Why what is stored cannot be read, or ""."""
        try:
            connections.saved(self.stored.facts)
        except SelectionError as error:
            return "; ".join(f"{one.path}: {one.text(speaks())}" for one in error.problems)
        except ScheduleError as error:
            return "; ".join(": ".join(one) for one in error.problems)
        return ""

    @cached_property
    def held(self) -> Held:
        """What is in force; nobody and the defaults when it cannot be read."""
        if self.problem:
            return Held(connections.first_selection(self.vendor), Guards(), Schedule())
        return connections.saved(self.stored.facts)

    @property
    def selection(self) -> Selection:
        return self.held.selection

    @cached_property
    def shown(self) -> Selection:
        """The selection with those school units only that this visitor may see."""
        codes = tuple(code for code in self.selection.school_units if self.visit.sees(code))
        return replace(self.selection, school_units=codes)

    @cached_property
    def units(self) -> Units:
        """(code, name) for choices: the tenant's own, and those that the selection names all the same."""
        gone = [code for code in self.selection.school_units if code not in self.names]
        lost = chosen("finns inte längre", "is no longer there")
        mine = sorted(self.names.items(), key=lambda unit: unit[1].casefold())
        return [*mine, *((code, f"{code} ({lost})") for code in gone)]

    @cached_property
    def effect(self) -> SelectionEffect | None:
        return None if self.problem else offers.of_saved(self.stored, self.visit.only)

    @property
    def edits(self) -> bool:
        return self.visit.may_edit and self.visit.whole

    @property
    def owns(self) -> bool:
        return self.visit.may_own and self.visit.whole

    def url(self, name: str, **kwargs: object) -> str:
        return self.visit.url(name, vendor=self.vendor.slug, **kwargs)

    def back(self, anchor: str = "") -> HttpResponse:
        """To the vendor's page, after something was saved."""
        address = self.url("connection") + (f"#{anchor}" if anchor else "")
        return HttpResponseRedirect(address, status=SEE_OTHER)


def vendor_of(slug: str) -> Vendor:
    found = targets.all_vendors().get(slug)
    if found is None:
        raise Http404
    return found


def desk_of(visit: Visit, slug: str) -> Desk:
    """Raises: Http404 when there is no such vendor, or the tenant has not added it."""
    vendor = vendor_of(slug)
    stored = rows.stored(visit.tenant.id, slug)
    if stored is None:
        raise Http404
    return Desk(visit, vendor, stored)


def hand_over(runs: Iterable[UUID | None]) -> None:
    """Queued runs to the workers."""
    for run_id in runs:
        if run_id:
            tasks.start(run_id)


def tell_saved(request: HttpRequest, saved: connections.Saved, before: int, *, on: bool) -> None:
    """What was saved and what happens now."""
    if saved.version == before:
        messages.info(
            request, words("Inget skiljer sig från det som redan gällde.", "Nothing differs from what was so.")
        )
        return
    sv, en = f"Sparat som version {saved.version}.", f"Saved as version {saved.version}."
    if saved.run_id:
        sv += " En plan görs nu. Nästa körning skickar det i den som ligger inom gränserna."
        en += " A plan is being made. The next run sends what in it is inside the limits."
    elif not on:
        sv += " Anslutningen är avstängd, så inget skickas."
        en += " The connection is off, so nothing is sent."
    messages.success(request, words(sv, en))


@dataclass(frozen=True)
class News:
    """What somebody else saved while this form lay open."""

    by: str
    at: str
    version: int
    changes: list[str]


def news_of(desk: Desk, moved: Moved, version: object) -> News:
    """``version``: the one that the form was made of."""
    now = desk_of(desk.visit, desk.vendor.slug)
    then = rows.version(desk.stored.facts.id, version) if isinstance(version, int) else None
    changes = differences(connections.held(**then.document), now.held, desk.names) if then else []
    return News(members.name_of(desk.visit.tenant.id, moved.by, speaks()), moment(moved.at), moved.version, changes)
