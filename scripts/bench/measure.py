"""What is measured: whole runs, as a worker does them. Each function is called once in a fresh process.

Clocks start when Django is set up and every module is imported; peak memory counts those too.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from skolsynk.core.connection import Mode
from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.filters import parse_filter
from skolsynk.core.rules import Rules, explain_person, parse_rules
from skolsynk.core.selection import explain_selection
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import claims, load, save
from skolsynk.store import readmodel as rows
from skolsynk.sync import dispatch, readmodel, run, schools, targets
from skolsynk.sync.progress import Step, Watcher

Measured = dict[str, Any]
ASKED = 9  # times; the middle one counts
FILTERS = (
    (
        parse_filter({"kind": "school_year_between", "lowest": 7, "highest": 9}),
        parse_filter({"kind": "class_named", "pattern": "7*"}),
    ),
)


def plan(connection: int, days: int, at: str) -> Measured:
    """Stored snapshot -> finished plan, ``days`` after the read: another day needs another school."""
    return _timed(lambda: _execute(_queue(connection, "plan", days, at)))


def push(connection: int, days: int, at: str) -> Measured:
    """Stored snapshot -> plan -> every answer settled."""
    return _timed(lambda: _execute(_queue(connection, "push", days, at)))


def one_by_one(connection: int, days: int, at: str, requests: int) -> Measured:
    """The first ``requests`` or so of the same push with one request in flight; ``rate`` is answers a second."""
    save.endpoint(connection, Mode.TEST, limits={"requests_per_second": 0, "concurrency": 1})
    seen: list[Step] = []

    def watch(step: Step) -> None:
        if step.phase == "pushing":
            seen.append(step)

    def enough() -> bool:
        return bool(seen) and seen[-1].done >= requests

    run.execute(_queue(connection, "push", days, at), worker="bench", should_stop=enough, watchers=(watch,))
    told = next(step for step in seen if step.done >= requests)
    return {"rate": told.rate, "requests": told.done}


def read(tenant: int, at: str) -> Measured:
    """Google -> stored snapshot, and then school and read model; ``stored``: how far it was when the snapshot was."""
    before, stored = _spent(), dict[str, float]()

    def watch(step: Step) -> None:
        if step.phase == "school":
            stored.update(cpu_s=_spent()[0] - before[0], rss_mb=_spent()[1])

    queued = dispatch.queue_read(tenant, _instant(at), trigger="alone")
    return {**_timed(lambda: _execute(queued, watch)), "stored": stored}


def pages(tenant: int, connection: int, at: str) -> Measured:
    """What pages ask of the read model: median wall milliseconds once its parts are open, and what making it costs."""
    today = dispatch.today_at(_instant(at))
    school_s = _seconds(lambda: schools.make(tenant, today))
    make_s = _seconds(lambda: readmodel.make(tenant, today))  # with the school kept, as after a read
    saved, units = load.rules(tenant), load.units(tenant)
    facts = load.connection(connection)
    selection, vendor = selection_from_json(facts.selection), targets.vendor(facts.vendor)
    assert saved is not None
    rules = parse_rules(saved.json)
    drafts = _drafts(rules)
    draft = next(drafts)
    narrowed = replace(selection, filters=FILTERS)

    def model() -> readmodel.ReadModel:
        found = readmodel.of(tenant)
        assert found is not None
        return found

    somebody = model().people.rows_where(role="pupil").rows[0]

    def person() -> None:
        part = model().person(somebody.key)
        assert part is not None
        explain_person(part.snapshot, rules, units, somebody.key, today)
        explain_selection(part.school, selection, vendor, ResourceId(somebody.id), today)

    asked: dict[str, Callable[[], object]] = {
        "search, a name": lambda: model().people.find(somebody.name),
        "search, one letter": lambda: model().people.find("a"),
        "list, one school unit's pupils": lambda: model().people.rows_where(unit=somebody.units[0], role="pupil"),
        "person, explained for one vendor": person,
        "tree": lambda: model().tree,
        "causes": lambda: model().causes,
        "effect of rules, a new draft": lambda: readmodel.effect_of_rules(tenant, next(drafts)),
        "effect of rules, asked for again": lambda: readmodel.effect_of_rules(tenant, draft),
        "effect of a selection": lambda: readmodel.effect_of_selection(tenant, facts.vendor, selection),
        "effect of a selection with filters": lambda: readmodel.effect_of_selection(tenant, facts.vendor, narrowed),
    }
    return {
        "people": len(model().people),
        "size_mb": rows.size(tenant) / 1e6,
        "school_s": school_s,
        "make_s": make_s,
        "ms": {name: _median_ms(work) for name, work in asked.items()},
    }


def _drafts(rules: Rules) -> Iterator[Rules]:
    """The rules without one of those that place people, each time another: an answer given lately is kept."""
    assert len(rules.placement) > ASKED + 2, "the same draft would come again"
    for left_out in range(len(rules.placement)):
        yield replace(rules, placement=rules.placement[:left_out] + rules.placement[left_out + 1 :])


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _median_ms(work: Callable[[], object]) -> float:
    work()  # opens the parts
    return statistics.median(_seconds(work) for _ in range(ASKED)) * 1000


def _queue(connection: int, kind: str, days: int, at: str) -> UUID:
    return dispatch.queue(load.connection(connection), kind, _instant(at) + timedelta(days=days))


def _instant(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _execute(run_id: UUID, *watchers: Watcher) -> claims.RunFacts:
    run.execute(run_id, worker="bench", should_stop=lambda: False, watchers=watchers)
    return claims.facts(run_id)


def _spent() -> tuple[float, float]:
    """(CPU seconds of this process, its peak memory in MB)"""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime, spent.ru_maxrss * (1024 if sys.platform != "darwin" else 1) / 1e6


def _timed(work: Callable[[], claims.RunFacts]) -> Measured:
    before, began = _spent(), time.perf_counter()
    ended = work()
    after, wall = _spent(), time.perf_counter() - began
    return {
        "cpu_s": after[0] - before[0],
        "wall_s": wall,
        "rss_mb": after[1],
        "state": ended.state,
        "error": list(ended.error_args),
        "counts": dict(ended.counts),
        "timings": dict(ended.timings),
    }
