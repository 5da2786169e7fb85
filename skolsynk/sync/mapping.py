"""Org units and school units of one tenant, as the page that maps them sees it: a draft of the rules on the tree.

Nothing here changes what is sent: a choice becomes a line of the shared draft, and the draft becomes rules only when
somebody saves it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from skolsynk.core import mapping as core
from skolsynk.core.bare_tree import bare_tree
from skolsynk.core.mapping import Row
from skolsynk.core.readmodel.values import TreeNode
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Problem, Rules, RulesError, parse_rules
from skolsynk.core.rules.text import fold_path
from skolsynk.core.ss12000.codes import school_types_from_register
from skolsynk.store import chosen, load
from skolsynk.sync import drafts, readmodel

KEY = "rules"  # of the draft: the same that the page of rules edits
PLACE, INHERIT, IGNORE = "place", "inherit", "ignore"
MOST_KEPT = 8  # directories without rules, in this process
SHOWN_AT_FIRST = 160  # rows: a larger tree is folded


class Bare(NamedTuple):
    """What is needed of a snapshot before there are rules."""

    nodes: tuple[TreeNode, ...]
    domains: tuple[str, ...]  # the primary one first
    at: datetime


class Directory(NamedTuple):
    """The tree, and the rules that its heads were counted under."""

    nodes: tuple[TreeNode, ...]
    counted: Rules
    at: datetime
    judged: bool  # False: nobody has a role yet, there are no rules
    stale: bool  # a newer read or newer rules are on their way here


class Desk(NamedTuple):
    """The tree under the draft, or under the saved rules when there is no draft."""

    directory: Directory
    units: Mapping[str, RegisteredUnit]
    rows: tuple[Row, ...]
    document: Mapping[str, Any]
    rules: Rules
    version: int  # of the draft; 0: there is none
    base: int  # the version of the rules that the draft was begun from
    number: int  # the newest saved version; 0: there are no rules
    author: str
    edited_at: datetime | None
    problems: tuple[Problem, ...]  # a draft that cannot be read: the saved rules are shown instead

    @property
    def behind(self) -> bool:
        """Somebody has saved other rules since the draft was begun."""
        return self.version > 0 and self.base != self.number


_kept: OrderedDict[int, tuple[object, Bare]] = OrderedDict()
_drawn: OrderedDict[int, tuple[object, tuple[Row, ...]]] = OrderedDict()
_lock = Lock()


def bare(tenant_id: int) -> Bare | None:
    """Tree and domains of the newest snapshot, which is opened once in each process; None when nothing was read."""
    newest = chosen.newest_read(tenant_id)
    if newest is None:
        return None
    with _lock:
        kept = _kept.get(tenant_id)
    if kept and kept[0] == newest:
        return kept[1]
    found = load.latest_snapshot(tenant_id)
    if found is None:
        return None
    domains = sorted(found[1].domains, key=lambda domain: (not domain.primary, domain.name))
    made = Bare(bare_tree(found[1]), tuple(domain.name for domain in domains), found[1].at)
    with _lock:
        _kept[tenant_id] = (newest, made)
        _kept.move_to_end(tenant_id)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def directory(tenant_id: int) -> Directory | None:
    """None when the directory was never read."""
    model = readmodel.of(tenant_id)
    if model:
        counted = _parsed(chosen.rules_at(tenant_id, model.rules_version))[0]
        return Directory(model.tree, counted, model.at, True, model.stale)
    found = bare(tenant_id)
    if found is None:
        return None
    return Directory(found.nodes, Rules(), found.at, False, load.rules(tenant_id) is not None)


def desk(tenant_id: int) -> Desk | None:
    """What the page shows. None when the directory was never read."""
    found = directory(tenant_id)
    if found is None:
        return None
    saved, draft = load.rules(tenant_id), drafts.get(tenant_id, KEY)
    stored = saved.json if saved else {}
    document = draft.document if draft else stored
    rules, problems = _parsed(document)
    if problems:
        rules = _parsed(stored)[0]
    units = load.units(tenant_id)
    return Desk(
        found,
        units,
        _rows(tenant_id, found, rules, units),
        document if isinstance(document, Mapping) else {},
        rules,
        draft.version if draft else 0,
        draft.base if draft else (saved.number if saved else 0),
        saved.number if saved else 0,
        draft.author if draft else "",
        draft.updated_at if draft else None,
        problems,
    )


def _rows(tenant_id: int, found: Directory, rules: Rules, units: Mapping[str, RegisteredUnit]) -> tuple[Row, ...]:
    """The tree under these rules, kept until one of the four is another: every look and every tick asks for it."""
    key = (found.nodes, found.counted, rules, dict(units))
    with _lock:
        kept = _drawn.get(tenant_id)
    if kept and kept[0] == key:
        return kept[1]
    made = core.rows(found.nodes, rules, units, found.counted)
    with _lock:
        _drawn[tenant_id] = (key, made)
        _drawn.move_to_end(tenant_id)
        while len(_drawn) > MOST_KEPT:
            _drawn.popitem(last=False)
    return made


def _parsed(document: object) -> tuple[Rules, tuple[Problem, ...]]:
    try:
        return parse_rules(document), ()
    except RulesError as error:
        return Rules(), error.problems


# Choosing


def choose(
    tenant_id: int,
    seen: Desk,
    choices: Iterable[tuple[str, str, str]],
    *,
    reason: str = "",
    expected: int,
    who: str,
    at: datetime,
) -> drafts.Draft | drafts.Moved:
    """Write choices into the draft: ``(PLACE | INHERIT | IGNORE, path, school unit code or "")``.

    ``expected``: the draft's version that the person saw, 0 for none. Moved: it has another, and nothing was written.
    """
    document: dict[str, Any] = dict(seen.document)
    for what, path, code in choices:
        if what == PLACE:
            document = core.place(document, [path], code)
        elif what == INHERIT:
            document = core.inherit(document, [path])
        else:
            document = core.ignore(document, [path], reason)
    return drafts.put(tenant_id, KEY, document, seen.base, expected, who, at)


# What of the tree is shown


def depth(row: Row) -> int:
    """0 for the root."""
    return fold_path(row.node.path).count("/")


def parents(rows: Iterable[Row]) -> frozenset[str]:
    """Ids of those that have something below them."""
    return frozenset(
        core.node_id(fold_path(row.node.path).rpartition("/")[0] or "/") for row in rows if fold_path(row.node.path)
    )


def opened_at_first(rows: Collection[Row]) -> frozenset[str]:
    """Ids of those that are open until somebody folds them: as many whole levels as have room."""
    at = [depth(row) for row in rows]
    room = next((level for level in range(2, 12) if sum(each <= level for each in at) > SHOWN_AT_FIRST), 12)
    return frozenset(row.id for row, each in zip(rows, at, strict=True) if each < room - 1) & parents(rows)


def shown(rows: Iterable[Row], opened: Collection[str]) -> list[Row]:
    """The rows of which everything above is open."""
    visible: set[str] = set()  # folded paths that are shown and open
    found: list[Row] = []
    for row in rows:
        folded = fold_path(row.node.path)
        above = folded.rpartition("/")[0]
        if not found or not folded or above in visible or _is_top(folded, found[0]):
            found.append(row)
            if row.id in opened:
                visible.add(folded)
    return found


def _is_top(folded: str, first: Row) -> bool:
    """Beside the first: a source may give no root, or several trees."""
    return bool(fold_path(first.node.path)) and folded.count("/") <= depth(first)


def children(rows: Iterable[Row], parent: str) -> list[Row]:
    """The rows directly below the one with this id."""
    return [
        row
        for row in rows
        if fold_path(row.node.path) and core.node_id(fold_path(row.node.path).rpartition("/")[0] or "/") == parent
    ]


def above(rows: Iterable[Row], node: str) -> frozenset[str]:
    """Ids of everything above the one with this id."""
    path = next((fold_path(row.node.path) for row in rows if row.id == node), "")
    found = set()
    while path:
        path = path.rpartition("/")[0]
        found.add(core.node_id(path or "/"))
    return frozenset(found)


def forms_of(unit: RegisteredUnit) -> tuple[str, ...]:
    """SS12000 school types."""
    return school_types_from_register(unit.school_types)
