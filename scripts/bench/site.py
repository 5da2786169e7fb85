"""Every page of the site, asked for as a browser asks, of a municipality that has been read and pushed.

The addresses are those that the tests walk (``tests/web/*/pages.py``), so none can be left out.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse

from skolsynk.store.models import Member
from skolsynk.sync import readmodel
from skolsynk.sync.dispatch import today_at
from tests.addon.conftest import Google, set_up
from tests.scenarios.theatre import Theatre, pupils, theatre
from tests.web.changes.pages import hold
from tests.web.conftest import member, signed_in
from tests.web.examples import Example
from tests.web.test_every_page import PAGES

TIMES = 5
MANY = 200
FILES = ("_file", "_extract")  # downloads: as long as what they hold
DRAFTED = ("mapping", "mapping_effect", "rules_preview", "rules_review")  # what a draft of the rules would do
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
            if name in DRAFTED:
                form = page.filled(page.post, town) if name in LIVE else {}
                with mock.patch.object(readmodel, "_asked", side_effect=lambda *_: token_hex()):  # none is kept
                    found[f"{name}, a new draft"] = _measured(town, name, page, owner.post if form else owner.get, form)
        found |= _cards(town, owner)
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
    return _middle(took)


def _cards(town: Theatre, browser: Client) -> dict[str, tuple[float, float]]:
    """The Workspace add-on's cards, each proven to come from Google as every call is."""
    found, google = {}, Google(town)
    subject = Member.objects.get(tenant_id=town.tenant_id, role="owner").subject
    looks = {
        "home": ("home", {}), "runs": ("runs", {}), "person, a name": ("person", {"q": "an"}),
        "person, one": ("person", {"q": pupils(town)[0]}),
    }  # fmt: skip
    with set_up(town):
        for title, (name, inputs) in looks.items():
            body = json.dumps(google.event(google.user(subject), inputs=inputs))
            headers = {"authorization": f"Bearer {google.system(name)}"}
            ask = partial(browser.post, f"/addon/{name}", body, content_type="application/json", headers=headers)
            if ask().status_code != 200:
                raise RuntimeError(f"the add-on's {name} answered {ask().status_code}")
            took = [_timed(ask) for _ in range(TIMES)]
            found[f"add-on: {title}"] = _middle(took)
    return found


def _middle(took: list[tuple[float, float]]) -> tuple[float, float]:
    """Medians, in milliseconds."""
    wall, processor = zip(*took, strict=True)
    return statistics.median(wall) * 1000, statistics.median(processor) * 1000


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    b"".join(work())
    return time.perf_counter() - wall, time.process_time() - processor
