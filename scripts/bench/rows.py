"""The rows: what each measures, against which limit, and what it found to be the limit."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from scripts.bench.lab import AT, RECEIVER, Answer, Lab, middle, most

PEOPLE = 22_000
CHANGED = 220
DELAY_MS = 20
QUOTA, WINDOW_S = 2_400, 60
GROUPS_PER_CLASS = 1.51  # gives 3,000 groups at 50,000 people


class Figure(NamedTuple):
    """One line of the table. ``limit`` is None where there is none; ``at_least``: more is better."""

    row: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """Value through limit: at most 1 is within, or at least 1 where more is better."""
        return self.value / self.limit if self.limit else None

    @property
    def within(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def no_change(lab: Lab) -> list[Figure]:
    """A run in which nothing has changed, from stored snapshot to finished empty plan."""
    var, known = lab.stored(lab.size(PEOPLE), ledger=True)
    cold, warm = [], []
    for day in range(1, lab.times + 1):
        cold.append(_plan(lab, var, known, day))
        warm.append(_plan(lab, var, known, day))
    for answer in (*cold, *warm):
        _expect(answer, {"done"}, created=0, updated=0, deleted=0, held=0, unchanged=known["resources"])
    row = "no-change"
    return [
        Figure(row, "resources", known["resources"], ""),
        Figure(row, "CPU, first connection (decode, rules, plan)", middle(cold, "cpu_s"), "s", 2.0),
        Figure(row, "CPU, further connections (school kept)", middle(warm, "cpu_s"), "s", 2.0),
        Figure(row, "peak memory, first connection", most(cold, "rss_mb"), "MB", 230),
        Figure(row, "peak memory, further connections", most(warm, "rss_mb"), "MB", 230),
    ]


def push(lab: Lab) -> list[Figure]:
    """Everything to an empty vendor, 64 in flight, answers after 20 ms; and one after another."""
    var, known = lab.stored(lab.size(PEOPLE), ledger=False)
    with lab.receiver(DELAY_MS) as (address, counted):
        answer = lab.child(var, "measure", "push", settings={RECEIVER: address}, connection=known["connection"],
                           days=1, at=AT)  # fmt: skip
    made = _expect(answer, {"done"})["created"]
    slow_var, _ = lab.stored(lab.size(PEOPLE), ledger=False)
    with lab.receiver(DELAY_MS) as (address, _):
        slow = lab.child(slow_var, "measure", "one_by_one", settings={RECEIVER: address},
                         connection=known["connection"], days=1, at=AT, requests=300)  # fmt: skip
    pushing = answer["timings"]["pushing"]
    row = "push"
    return [
        Figure(row, "resources", made, ""),
        Figure(row, "requests", answer["counts"]["requests"], ""),
        Figure(row, "sending, wall", pushing, "s"),
        Figure(row, "sent", made / pushing, "/s"),
        Figure(row, f"sent one by one ({slow['requests']} measured)", slow["rate"], "/s"),
        Figure(row, "times faster than one by one", made / pushing / slow["rate"], "×", 25, at_least=True),
        Figure(row, "our CPU per resource, snapshot to receipt", answer["cpu_s"] / made * 1e6, "µs", 350),
        Figure(row, "peak memory", answer["rss_mb"], "MB"),
        Figure(row, "our CPU of one core while running", 100 * answer["cpu_s"] / answer["wall_s"], "%"),
        Figure(row, "the receiver's CPU per request", counted["cpu_s"] / made * 1e6, "µs"),
    ]


def changed(lab: Lab) -> list[Figure]:
    """One person in a hundred, and one in ten, has another name: what that costs beside a run without changes."""
    row, figures = "changed", []
    var, known = lab.stored(lab.size(PEOPLE), ledger=True)
    nothing = middle([_sent(lab, known, var, day) for day in range(1, lab.times + 1)], "cpu_s")
    figures.append(Figure(row, "CPU, nothing changed", nothing, "s"))
    for people in (lab.size(CHANGED), lab.size(CHANGED) * 10):
        answers = [_renamed(lab, people) for _ in range(lab.times)]
        cpu = middle(answers, "cpu_s")
        more = cpu - nothing
        figures += [
            Figure(row, f"{people:,} changed: requests", answers[0]["counts"]["requests"], "", people),
            Figure(row, f"{people:,} changed: CPU of the run", cpu, "s"),
            Figure(row, f"{people:,} changed: CPU over nothing, per change", more / people * 1e6, "µs"),
        ]
    return figures


def growth(lab: Lab) -> list[Figure]:
    """Plans of 3,000 to 150,000 people: with nothing to do, and with everything to create."""
    row, figures, each = "growth", [], []
    for people in (3_000, PEOPLE, 150_000):
        size = lab.size(people)
        largest = people == 150_000
        var, known = lab.stored(size, ledger=True)
        nothing = _plan(lab, var, known, 1)
        _expect(nothing, {"done"}, created=0, updated=0, deleted=0)
        lab.forget(var)
        var, known = lab.stored(size, ledger=False)
        everything = _plan(lab, var, known, 1)
        lab.forget(var)
        made = _expect(everything, {"done"})["created"]
        each.append(nothing["cpu_s"] / size * 1e6)
        figures += [
            Figure(row, f"{size:,} people: resources", made, ""),
            Figure(row, f"{size:,} people: no-change plan, CPU", nothing["cpu_s"], "s", 15 if largest else None),
            Figure(row, f"{size:,} people: no-change plan, wall", nothing["wall_s"], "s", 15 if largest else None),
            Figure(row, f"{size:,} people: first plan, CPU", everything["cpu_s"], "s", 15 if largest else None),
            Figure(row, f"{size:,} people: first plan, wall", everything["wall_s"], "s", 15 if largest else None),
            Figure(row, f"{size:,} people: no-change plan, memory", nothing["rss_mb"], "MB", 1000 if largest else None),
            Figure(row, f"{size:,} people: first plan, memory", everything["rss_mb"], "MB", 1000 if largest else None),
        ]
    return [*figures, Figure(row, "CPU per person, largest through smallest (1 = linear)", each[-1] / each[0], "×")]


def read(lab: Lab) -> list[Figure]:
    """50,000 people and 3,000 groups out of a Google in another process, which keeps its quota."""
    var = lab.folder / "google"
    with lab.google(var, people=lab.size(50_000), groups_per_class=GROUPS_PER_CLASS) as (served, counted):
        where = {"GOOGLE_ROOT_URL": served["url"] + "/", "GOOGLE_TOKEN_URI": served["token_uri"]}
        answer = lab.child(var, "measure", "read", settings=where, tenant=served["tenant"], at=AT)
    _expect(answer, {"done"})
    calls, reading, stored = counted["calls"], answer["timings"]["reading"], answer["stored"]
    least = math.floor((calls - 1) / QUOTA) * WINDOW_S
    row = "read"
    return [
        Figure(row, "people in the directory", served["people"], ""),
        Figure(row, "groups", served["groups"], ""),
        Figure(row, "calls", calls, ""),
        Figure(row, "calls refused for quota", counted["refused"], "", None),
        Figure(row, "most calls in any 60 s", counted["most_in_window"], "", QUOTA),
        Figure(row, "the quota alone", least, "s"),
        Figure(row, "reading, wall", reading, "s", 1.2 * least or None),
        Figure(row, "reading, times the quota alone", reading / least if least else 0, "×", 1.2 if least else None),
        Figure(row, "storing, wall", answer["timings"]["storing"], "s"),
        Figure(row, "our CPU, reading and storing", stored["cpu_s"], "s"),
        Figure(row, "our CPU per person, reading and storing", stored["cpu_s"] / served["people"] * 1e6, "µs"),
        Figure(row, "the fake Google's CPU", counted["cpu_s"], "s"),
        Figure(row, "peak memory, reading and storing", stored["rss_mb"], "MB", 250),
        Figure(row, "then school and read model, wall", answer["timings"]["school"], "s"),
        Figure(row, "then school and read model, our CPU", answer["cpu_s"] - stored["cpu_s"], "s"),
        Figure(row, "peak memory, school and read model too", answer["rss_mb"], "MB"),
    ]


def pages(lab: Lab) -> list[Figure]:
    """What pages ask of the read model of 50,000 people, in a process that has its parts open."""
    var, known = lab.stored(lab.size(50_000), ledger=False)
    answer = lab.child(var, "measure", "pages", tenant=known["tenant"], connection=known["connection"], at=AT)
    lab.forget(var)
    row = "pages"
    return [
        Figure(row, "people", answer["people"], ""),
        Figure(row, "making the school, wall", answer["school_s"], "s"),
        Figure(row, "making the read model of it, wall", answer["make_s"], "s"),
        Figure(row, "the read model in the database", answer["size_mb"], "MB"),
        *(Figure(row, name, ms, "ms", 300) for name, ms in answer["ms"].items()),
    ]


def site(lab: Lab) -> list[Figure]:
    """Every page of the site for 50,000 people, at the server, and what is answered while somebody types."""
    var = Path(tempfile.mkdtemp(dir=lab.folder))
    answer = lab.child(var, "site", "site", people=lab.size(50_000))
    lab.forget(var)
    row = "site"
    return [
        Figure(row, "resources pushed", answer["resources"], ""),
        *(Figure(row, name, ms[0], "ms", 300) for name, ms in answer["ms"].items()),
    ]


def soak(lab: Lab) -> list[Figure]:
    """50 tenants of 3,000 people, 5 changes a second in all: from the change in Google to the vendor's yes."""
    answer = lab.soaked(tenants=lab.size(50), people=3_000, rate=lab.size(50) / 10, seconds=lab.size(300))
    if answer["failed"] or answer["left"]:
        raise RuntimeError(f"runs failed or changes were left: {answer}")
    row, fresh = "soak", answer["freshness"]
    return [
        Figure(row, "changes", answer["changes"], ""),
        Figure(row, "half of them at the vendor within", fresh["p50_s"], "s"),
        Figure(row, "95 of 100 at the vendor within", fresh["p95_s"], "s", 60),
        Figure(row, "the worker's CPU, two processes", answer["worker_cpu_s"], "s"),
        Figure(row, "the site's CPU", answer["web_cpu_s"], "s"),
    ]


ROWS: Mapping[str, Callable[[Lab], list[Figure]]] = {
    "no-change": no_change,
    "push": push,
    "changed": changed,
    "growth": growth,
    "read": read,
    "pages": pages,
    "site": site,
    "soak": soak,
}


def _plan(lab: Lab, var: Path, known: Answer, day: int) -> Answer:
    return lab.child(var, "measure", "plan", connection=known["connection"], days=day, at=AT)


def _renamed(lab: Lab, people: int) -> Answer:
    """The push of a day on which so many people have got another family name."""
    var, known = lab.stored(lab.size(PEOPLE), ledger=True)
    lab.child(var, "prepare", "change", tenant=known["tenant"], connection=known["connection"], people=people)
    answer = _sent(lab, known, var, 1)
    lab.forget(var)
    return answer


def _sent(lab: Lab, known: Answer, var: Path, day: int) -> Answer:
    with lab.receiver(0) as (address, _):
        answer = lab.child(var, "measure", "push", settings={RECEIVER: address}, connection=known["connection"],
                           days=day, at=AT)  # fmt: skip
    _expect(answer, {"done"})
    return answer


def _expect(answer: Answer, states: set[str], **counts: int) -> Answer:
    """The run's totals; a benchmark of something else than it says is refused, however fast it was."""
    total = dict(answer["counts"].get("total", {}))
    if answer["state"] not in states or any(total.get(name) != number for name, number in counts.items()):
        raise RuntimeError(f"the run ended {answer['state']}: {answer['error']} {answer['counts']}")
    return total
