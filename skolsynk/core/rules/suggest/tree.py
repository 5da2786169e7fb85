"""Suggestions from the tree of org units: where units, roles and classes are, and what is to be left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from skolsynk.core.rules.suggest.draft import NEARLY, Draft, Json, both, draft, org_units, worded
from skolsynk.core.rules.suggest.survey import FoundUnit, Node, Survey
from skolsynk.core.rules.suggest.words import (
    NAMED_YEAR,
    NAMED_YEAR_PATTERN,
    RoleWord,
    Shape,
    escape,
    is_left_out,
    is_protected,
    role_of,
    shape_of,
)
from skolsynk.core.rules.text import fold, fold_path

_LEAVE_OUT = (
    "{0} ser ut att rymma konton som inte ska skickas.",
    "{0} seems to hold accounts that are not to be sent.",
)
_PROTECT = ("{0} talar om skyddade personuppgifter.", "{0} speaks of protected identity.")
_FEW_PARENTS = 3  # above this, one pattern for all of them


def suggest_from_tree(survey: Survey) -> Iterator[Draft]:
    yield from _placements(survey)
    yield from _roles(survey)
    yield from _classes(survey)
    yield from _years(survey)
    yield from _named(survey, "never", is_left_out, _LEAVE_OUT)
    yield from _named(survey, "protected", is_protected, _PROTECT)


def _topmost(nodes: Iterable[Node], wanted: Callable[[Node], bool]) -> Iterator[Node]:
    """The nodes that are wanted and have none such above them. Nodes come parents first."""
    taken: set[tuple[str, ...]] = set()
    for node in nodes:
        folded = tuple(part.casefold() for part in node.parts)
        if not any(folded[:length] in taken for length in range(1, len(folded))) and wanted(node):
            taken.add(folded)
            yield node


def _is_plain(node: Node) -> bool:
    """Whether a name may be a school unit's: it says no role, no class and nothing to leave out."""
    return not (is_left_out(node.name) or is_protected(node.name) or shape_of(node.name))


# Placement


def _placements(survey: Survey) -> Iterator[Draft]:
    if survey.units.alone:
        rule: Json = {"kind": "org_unit", "org_unit": "/", "school_unit": survey.units.alone}
        reasons = (
            "Huvudmannen har bara en skolenhet, så alla hör dit.",
            "The tenant has only one school unit, so everybody belongs there.",
        )
        yield draft("placement", rule, reasons, survey.keys, 0.9)
        return
    found = _unit_nodes(survey)
    parents = {node.parts[:-1] for node in found}
    if len({fold_path("/".join(parent)) for parent in parents}) <= _FEW_PARENTS:
        for parent in sorted(parents):
            here = [node for node in found if node.parts[:-1] == parent]
            yield _unit_place(survey, here, "^" + "".join(f"/{escape(part)}" for part in parent))
        return
    for depth in sorted({len(parent) for parent in parents}):
        here = [node for node in found if len(node.parts) == depth + 1]
        yield _unit_place(survey, here, "^" + "/[^/]+" * depth)


def _unit_nodes(survey: Survey) -> list[Node]:
    def is_unit(node: Node) -> bool:
        exact = bool(survey.units.exact(node.name))
        return exact or (_is_plain(node) and not role_of(node.name) and survey.units.find(node.name) is not None)

    return list(_topmost(survey.nodes.values(), is_unit))


def _sure_first(survey: Survey, names: Iterable[str]) -> dict[str, FoundUnit]:
    found = {name: unit for name in names if (unit := survey.units.find(name))}
    return dict(sorted(found.items(), key=lambda entry: (not entry[1].sure, entry[0])))


def _unit_place(survey: Survey, nodes: Sequence[Node], above: str) -> Draft:
    """One rule for the units that lie side by side: a pattern, or the org unit where there is only one."""
    found = _sure_first(survey, (node.name for node in nodes))
    aliases = {name: unit.code for name, unit in found.items() if not unit.sure}
    caught = frozenset[str]().union(*(survey.below(node.path) for node in nodes))
    rule: Json
    if len(nodes) == 1:
        rule = {"kind": "org_unit", "org_unit": nodes[0].path, "school_unit": found[nodes[0].name].code}
    else:
        rule = {"kind": "org_unit_pattern", "pattern": f"{above}/(?P<unit>[^/]+)"}
        rule |= {"units": aliases} if aliases else {}
    return draft("placement", rule, _unit_reasons(list(found), list(aliases)), caught, _trust(found.values()))


def _trust(found: Iterable[FoundUnit]) -> float:
    sure = [unit.sure for unit in found]
    return 0.55 + 0.4 * sum(sure) / len(sure)


def _unit_reasons(names: list[str], doubtful: list[str]) -> tuple[str, str]:
    sv, en = org_units(len(names))
    told = worded(f"{sv} heter som skolenheter: {{0}}.", f"{en} named as school units: {{0}}.", names)
    return both(told, worded(*NEARLY, doubtful, most=5)) if doubtful else told


# Roles


def _roles(survey: Survey) -> Iterator[Draft]:
    by_name: dict[tuple[int, str], list[Node]] = defaultdict(list)
    said: dict[str, RoleWord] = {}
    for node in survey.nodes.values():
        role = _role_here(survey, node)
        inherited = next((said[path] for path in _above(node) if path in said), None)
        if role and role != inherited:
            said[fold_path(node.path)] = role
            by_name[len(node.parts), fold(node.name)].append(node)
    for _, nodes in sorted(by_name.items()):
        role = said[fold_path(nodes[0].path)]
        yield _role_place(survey, nodes, role)


def _role_here(survey: Survey, node: Node) -> RoleWord | None:
    if survey.units.exact(node.name) or is_left_out(node.name):
        return None
    return role_of(node.name)


def _above(node: Node) -> Iterator[str]:
    """Folded paths from the parent up."""
    for length in range(len(node.parts) - 1, 0, -1):
        yield fold_path("/" + "/".join(node.parts[:length]))


def role_keys(role: RoleWord) -> Json:
    return {"role": role.role, **({"employment_role": role.employment_role} if role.employment_role else {})}


def _role_place(survey: Survey, nodes: Sequence[Node], role: RoleWord) -> Draft:
    caught = frozenset[str]().union(*(survey.below(node.path) for node in nodes))
    place: Json = {"kind": "org_unit", "org_unit": nodes[0].path}
    if len(nodes) > 1:
        place = {"kind": "org_unit_pattern", "pattern": f"^{_common(nodes)}(/|$)"}
    name, (what_sv, what_en), (sv, en) = nodes[0].name, role_in_words(role), org_units(len(nodes))
    reasons = worded(f"{sv} heter {{0}}: {what_sv}.", f"{en} named {{0}}: {what_en}.", [name])
    return draft("role", {**place, **role_keys(role)}, reasons, caught, 0.9 if len(fold(name)) > 3 else 0.6)


_WORDS = {"pupil": ("elever", "pupils"), "teacher": ("lärare", "teachers"), "staff": ("personal", "staff")}


def role_in_words(role: RoleWord) -> tuple[str, str]:
    """The role, with the employmentRole of the standard where it says more."""
    sv, en = _WORDS[role.role]
    more = f" ({role.employment_role})" if role.employment_role else ""
    return sv + more, en + more


def _common(nodes: Sequence[Node]) -> str:
    """A pattern for the paths of nodes that lie equally deep: parts that all share are spelt out."""
    columns = zip(*(node.parts for node in nodes), strict=True)
    return "".join(
        f"/{escape(parts[0])}" if len({fold(part) for part in parts}) == 1 else "/[^/]+" for parts in columns
    )


# Classes and school years


def _classes(survey: Survey) -> Iterator[Draft]:
    shapes: dict[Shape, None] = {}
    leaves: list[Node] = []
    for node in survey.nodes.values():
        shape = shape_of(node.name)
        if node.direct and shape and not _under_staff(node):
            shapes[shape] = None
            leaves.append(node)
    if len({node.name.casefold() for node in leaves}) < 2:
        return
    names = Counter[str]()
    for node in leaves:
        names[node.name] += len(node.direct)
    caught = frozenset(key for node in leaves for key in node.direct)
    rule: Json = {"kind": "org_unit_leaf", "under": _shared(leaves), "pattern": class_pattern(shapes)}
    sv, en = org_units(len(leaves))
    reasons = worded(f"{sv} heter som klasser: {{0}}.", f"{en} named as classes: {{0}}.", list(names))
    yield draft("classes", rule, reasons, caught, 0.95, names)


def class_pattern(shapes: Iterable[Shape]) -> str:
    """All of a text, where it is a class name of one of the shapes."""
    return f"^(?P<name>{either(shapes)})$"


def either(shapes: Iterable[Shape]) -> str:
    return "|".join(shape.pattern for shape in sorted(shapes))


def _under_staff(node: Node) -> bool:
    said = (role_of(part) for part in node.parts[:-1])
    return any(role and role.role != "pupil" for role in said)


def _shared(nodes: Sequence[Node]) -> str:
    """The deepest path that all nodes lie under."""
    shared = []
    for parts in zip(*(node.parts[:-1] for node in nodes), strict=False):
        if len({part.casefold() for part in parts}) > 1:
            break
        shared.append(parts[0])
    return "/" + "/".join(shared)


def _years(survey: Survey) -> Iterator[Draft]:
    nodes = [node for node in survey.nodes.values() if NAMED_YEAR.fullmatch(node.name)]
    if len({fold(node.name) for node in nodes}) < 2:
        return
    caught = frozenset[str]().union(*(survey.below(node.path) for node in nodes))
    names = sorted({node.name for node in nodes})
    reasons = worded("Organisationsenheter heter som årskurser: {0}.", "Org units named as school years: {0}.", names)
    rule: Json = {"kind": "org_unit_pattern", "pattern": f"/{NAMED_YEAR_PATTERN}"}
    yield draft("school_year", rule, reasons, caught, 0.85)


# Whom to leave out, and whom to protect


def _named(survey: Survey, section: str, wanted: Callable[[str], bool], words: tuple[str, str]) -> Iterator[Draft]:
    for node in _topmost(survey.nodes.values(), lambda each: wanted(each.name) and not survey.units.exact(each.name)):
        rule: Json = {"kind": "org_unit", "org_unit": node.path}
        yield draft(section, rule, worded(*words, [node.path]), survey.below(node.path), 0.75)
