"""A school through the eyes of one connection: School + selection + vendor in, Roster out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from skolsynk.core.connection import Selection
from skolsynk.core.roster import LeftOut, Roster
from skolsynk.core.school import Finding, School, Severity
from skolsynk.core.selection.groups import Cut, limit
from skolsynk.core.selection.names import extended_names
from skolsynk.core.selection.people import broken_of, choose, protected_of
from skolsynk.core.selection.render import Lesson, lessons, render
from skolsynk.core.selection.scope import Scope, scope_of
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.vendor import Vendor


def select(school: School, selection: Selection, vendor: Vendor, today: date | None = None) -> Roster:
    """Keep what one vendor may see, plus everything that it refers to.

    ``today`` decides which exclusions have run out; None: the school's own day. Ids are the school's. Empty school
    units, roles or group types mean nothing of these, never all.
    Raises SelectionError when the selection names a school unit that the school lacks.
    Source: EGIL profile, references and required attributes.
    """
    scope = scope_of(school, selection, vendor, today)
    people = choose(scope)
    limited = limit(scope, people.positions)
    taught = lessons(scope, limited)
    names = extended_names(school, scope.codes) if vendor.unique_class_names else {}
    return Roster(
        items=dict(render(scope, limited, taught, names)),
        broken={**broken_of(scope), **people.lacking},
        protected=protected_of(scope),
        left_out=(*people.left_out, *_cut_people(limited.cuts)),
        findings=(*people.findings, *_cut_findings(scope, limited.cuts), *_renamed(scope, taught, names)),
    )


def _cut_people(cuts: Iterable[Cut]) -> Iterator[LeftOut]:
    return (LeftOut(cut.user, cut.code, f"{cut.kept} | {', '.join(cut.gone)}") for cut in cuts)


def _cut_findings(scope: Scope, cuts: Iterable[Cut]) -> Iterator[Finding]:
    for cut in cuts:
        key, unit = scope.school.users[cut.user].source_key, scope.codes[cut.unit]
        yield Finding(cut.code, Severity.WARNING, "person", key, unit, (cut.kept, ", ".join(cut.gone)))


def _renamed(scope: Scope, taught: list[Lesson], names: Mapping[ResourceId, str]) -> Iterator[Finding]:
    for (group, _, _), _ in taught:
        if group.id in names:
            args = (group.display_name, names[group.id])
            unit = scope.codes[group.owner]
            yield Finding("class_name_extended", Severity.WARNING, "group", group.id, unit, args)
