"""Every page of the site, asked for as a browser asks, of a municipality that has been read and pushed.

The addresses are those that the tests walk (``tests/web/*/pages.py``), so none can be left out.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.test.utils import setup_test_environment
from django.urls import reverse

from skolsynk.sync import readmodel
from skolsynk.sync.dispatch import today_at
from tests.scenarios.theatre import Theatre, theatre
from tests.web.changes.pages import hold
from tests.web.conftest import member, signed_in
from tests.web.examples import Example
from tests.web.test_every_page import PAGES

TIMES = 5
MANY = 200
FILES = ("_file", "_extract")  # downloads: as long as what they hold
LIVE = ("rules_preview", "connection_effect", "rules_person", "persons")  # answered while somebody types


def site(people: int) -> dict[str, Any]:
    """``ms``: {page: (median wall, median processor) milliseconds}, each asked for once before the clock starts."""
    call_command("migrate", verbosity=0)
    setup_test_environment()
    with theatre(people=people, vendors=("sandbox", "binogi")) as town:
        done = town.sync()
        readmodel.make(town.tenant_id, today_at(town.at))
        town.plan("binogi")
        gc.collect()
        gc.freeze()  # the invented municipality lives in this process; a server has none
        owner = signed_in(member(town.tenant_id, "owner"))
        found = {}
        for name, page in sorted(PAGES.items()):
            if page.read and not name.endswith(FILES):
                found[name] = _measured(town, name, page, owner.get, {})
            if name in LIVE and page.write:
                found[f"{name} (sent)"] = _measured(town, name, page, owner.post, page.filled(page.post, town))
    return {"resources": sum(done.counts["sent"].values()), "ms": found}


def _measured(
    town: Theatre, name: str, page: Example, ask: Callable[..., Any], form: dict[str, Any]
) -> tuple[float, float]:
    """What is prepared for one page is put back after it."""
    with transaction.atomic():
        if page.prepare is hold:
            hold(town, MANY)  # as many as exceed a limit in a school unit of this size
        elif page.prepare:
            page.prepare(town)
        words = {"customer": town.stage.town.directory.customer_id, **page.filled(page.kwargs, town)}
        path = reverse(name, kwargs=words) + page.query
        form = page.filled(page.post, town) if form else form
        answer = ask(path, form)
        if answer.status_code != 200:
            raise RuntimeError(f"{name} answered {answer.status_code}")
        took = [_timed(lambda: ask(path, form)) for _ in range(TIMES)]
        transaction.set_rollback(True)
    return tuple(statistics.median(each) * 1000 for each in zip(*took, strict=True))


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    b"".join(work())
    return time.perf_counter() - wall, time.process_time() - processor
