"""A tenant's whole configuration as one YAML file: checked, compared, applied. Never a secret, never a mode.

Shape (docs/configuration.md explains each key)::

    tenant:       {name, customer_id, organisation_number?}
    source:       {kind: google, subject, school_org_units: [path, …]}
    school_units: [{code, group?}, …]
    rules:        see core.rules
    connections:  [{vendor, selection, guards?, schedule?}, …]

A configuration never switches a connection to live or back: a new connection starts as off.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

import yaml

from skolsynk.core.connection import Guards, Selection
from skolsynk.core.connection_json import guards_from_json, selection_from_json
from skolsynk.core.filters import SelectionError
from skolsynk.core.rules import Rules, RulesError, parse_rules
from skolsynk.core.ss12000.codes import SCHOOL_UNIT_CODE
from skolsynk.sync.configuration_words import in_swedish
from skolsynk.sync.schedule_json import Schedule, ScheduleError, schedule_from_json

P = TypeVar("P")
TOP_LEVEL = ("tenant", "source", "school_units", "rules", "connections")
LARGEST_BYTES = 2_000_000
LONGEST = {"name": 200, "customer_id": 64, "organisation_number": 20, "subject": 254, "code": 20, "group": 200}
LONGEST_TEXT = 500
NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # no table takes these, and no terminal should show them


class Wrong(NamedTuple):
    """One thing that is wrong in the file."""

    path: str  # "connections[1].selection.roles"
    message: str
    message_sv: str = ""  # "" where the one in English has a known translation

    def text(self, language: str) -> str:
        return self.message if language == "en" else self.message_sv or in_swedish(self.message)


@dataclass
class ConfigurationError(Exception):
    """The file cannot be used; nothing was changed. Carries every problem found."""

    problems: tuple[Wrong, ...]

    def __str__(self) -> str:
        lines = [f"  {wrong.path or 'the file'}: {wrong.message}" for wrong in self.problems]
        return f"The configuration has {len(lines)} problem(s); nothing was changed.\n" + "\n".join(lines)


class ChosenUnit(NamedTuple):
    code: str
    group: str  # name of the SchoolUnitGroup, or ""


class ConnectionPart(NamedTuple):
    vendor: str
    selection: Selection
    guards: Guards
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file that has been read and found sound."""

    customer_id: str
    name: str
    organisation_number: str
    subject: str
    school_org_units: tuple[str, ...]
    school_units: tuple[ChosenUnit, ...]
    rules: Rules
    connections: tuple[ConnectionPart, ...]
    document: Mapping[str, object] = field(repr=False)


class _Unique(yaml.SafeLoader):
    """A loader that refuses the same key twice (the later one would win in silence) and aliases.

    A few hundred bytes of aliases of aliases can stand for more text than a computer has room for.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML has no types here
            raise yaml.composer.ComposerError(None, None, "an alias (*) is not allowed: write it out", mark)
        return super().compose_node(parent, index)


def _no_duplicates(loader: _Unique, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is not text", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


_Unique.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _no_duplicates)


def read_yaml(text: str) -> object:
    """The document of one YAML file; dates stay text. Raises ConfigurationError with line and column."""
    if len(text.encode(errors="replace")) > LARGEST_BYTES:
        raise ConfigurationError((Wrong("", f"larger than {LARGEST_BYTES:,} bytes"),))
    try:
        return yaml.load(text, Loader=_Unique)  # noqa: S506  # _Unique is a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError((Wrong(where, getattr(error, "problem", None) or "not valid YAML"),)) from error
    except (ValueError, RecursionError) as error:  # a date such as 2026-13-45, or nesting without end
        raise ConfigurationError((Wrong("", "a value cannot be read: impossible date or too deep nesting"),)) from error


class _Reader:
    """Walks the document and gathers problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Wrong] = []

    def wrong(self, path: str, message: str, message_sv: str = "") -> None:
        self.problems.append(Wrong(path, message, message_sv))

    def mapping(
        self, value: object, path: str, known: Collection[str], needed: Collection[str]
    ) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self.wrong(path, "must be a mapping of keys to values")
            return {}
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(str(key), list(known), n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; known keys: {', '.join(known)}"
                self.wrong(f"{path}.{key}".lstrip("."), "unknown key" + hint)
        for key in needed:
            given = value.get(key)
            if given is None or (isinstance(given, str) and not given.strip()):
                self.wrong(f"{path}.{key}".lstrip("."), "is missing")
        return value

    def text(self, mapping: Mapping[str, object], key: str, path: str) -> str:
        value = mapping.get(key)
        if value is None:
            return ""
        return self.line(value, f"{path}.{key}", LONGEST.get(key, LONGEST_TEXT))

    def line(self, value: object, path: str, longest: int) -> str:
        """One line of text, or a problem and \"\"."""
        if not isinstance(value, str):
            self.wrong(path, f"must be text, in quotes if it looks like a number: {str(value)[:40]}")
            return ""
        if NO_TEXT.search(value) or len(value) > longest:
            self.wrong(path, f"must be one line of at most {longest} characters")
            return ""
        return value.strip()

    def items(self, value: object, path: str) -> list[object]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(path, "must be a list")
            return []
        return value


def parse(text: str, vendors: Collection[str], known_units: Callable[[str], bool]) -> Configuration:
    """A sound configuration, or ConfigurationError with everything that is wrong in it.

    ``vendors`` are the slugs that exist; ``known_units(code)`` says whether the register has a unit.
    """
    return parse_document(read_yaml(text), vendors, known_units)


def parse_document(document: object, vendors: Collection[str], known_units: Callable[[str], bool]) -> Configuration:
    """As ``parse``, from a document that is already loaded."""
    reader = _Reader()
    top = reader.mapping(document, "", TOP_LEVEL, ("tenant", "source", "school_units", "rules"))
    tenant = reader.mapping(
        top.get("tenant", {}), "tenant", ("name", "customer_id", "organisation_number"), ("name", "customer_id")
    )
    source = reader.mapping(
        top.get("source", {}), "source", ("kind", "subject", "school_org_units"), ("kind", "subject")
    )
    kind = reader.text(source, "kind", "source")
    if kind not in ("", "google"):
        reader.wrong("source.kind", f"unknown kind {kind!r}; known: google")
    units = _units(reader, top.get("school_units"), known_units)
    rules = _rules(reader, top.get("rules", {}))
    connections = _connections(reader, top.get("connections"), vendors, {unit.code for unit in units})
    paths = _org_units(reader, source.get("school_org_units"))
    parts = {key: reader.text(tenant, key, "tenant") for key in ("customer_id", "name", "organisation_number")}
    subject = reader.text(source, "subject", "source")
    if reader.problems or rules is None:
        raise ConfigurationError(tuple(reader.problems))
    return Configuration(
        parts["customer_id"],
        parts["name"],
        parts["organisation_number"],
        subject,
        paths,
        units,
        rules,
        connections,
        top,
    )


def _org_units(reader: _Reader, value: object) -> tuple[str, ...]:
    paths = []
    for number, entry in enumerate(reader.items(value, "source.school_org_units")):
        path = reader.line(entry, f"source.school_org_units[{number}]", LONGEST_TEXT)
        if isinstance(entry, str) and not path.startswith("/"):
            reader.wrong(f"source.school_org_units[{number}]", f"{path!r} must start with /")
        paths.append(path)
    return tuple(paths)


def _units(reader: _Reader, value: object, known_units: Callable[[str], bool]) -> tuple[ChosenUnit, ...]:
    chosen: dict[str, ChosenUnit] = {}
    for number, entry in enumerate(reader.items(value, "school_units")):
        path = f"school_units[{number}]"
        fields = reader.mapping(entry, path, ("code", "group"), ("code",))
        code = reader.text(fields, "code", path)
        if not code:
            continue
        if not SCHOOL_UNIT_CODE.match(code):
            reader.wrong(f"{path}.code", f"{code!r} is not a school unit code (eight digits, the first not 0)")
        elif not known_units(code):
            reader.wrong(
                f"{path}.code", f"{code} is not in the register; import the register or let the operator add the unit"
            )
        elif code in chosen:
            reader.wrong(f"{path}.code", f"{code} stands twice")
        chosen[code] = ChosenUnit(code, reader.text(fields, "group", path))
    return tuple(chosen.values())


def _rules(reader: _Reader, value: object) -> Rules | None:
    try:
        return parse_rules(value)
    except RulesError as error:
        for problem in error.problems:
            reader.wrong(f"rules.{problem.path}".rstrip("."), problem.text("en"), problem.text("sv"))
        return None


def _connections(
    reader: _Reader, value: object, vendors: Collection[str], units: Collection[str]
) -> tuple[ConnectionPart, ...]:
    parts: dict[str, ConnectionPart] = {}
    for number, entry in enumerate(reader.items(value, "connections")):
        path = f"connections[{number}]"
        known = ("vendor", "selection", "guards", "schedule")
        fields = reader.mapping(entry, path, known, ("vendor", "selection"))
        slug = reader.text(fields, "vendor", path)
        if slug and slug not in vendors:
            reader.wrong(f"{path}.vendor", f"unknown vendor {slug!r}; known: {', '.join(sorted(vendors))}")
        elif slug and slug in parts:
            reader.wrong(f"{path}.vendor", f"{slug} stands twice")
        part = _connection(reader, slug, fields, path)
        if part:
            parts[slug] = part
            for code in part.selection.school_units:
                if code not in units:
                    reader.wrong(f"{path}.selection.school_units", f"{code} is not among school_units above")
    return tuple(parts.values())


def _connection(reader: _Reader, slug: str, fields: Mapping[str, object], path: str) -> ConnectionPart | None:
    """All three parts are read even when the first is wrong, so that every problem is told at once."""
    selection = _part(reader, fields, "selection", path, selection_from_json)
    guards = _part(reader, fields, "guards", path, guards_from_json)
    schedule = _part(reader, fields, "schedule", path, schedule_from_json)
    if selection is None or guards is None or schedule is None:
        return None
    return ConnectionPart(slug, selection, guards, schedule)


def _part(reader: _Reader, fields: Mapping[str, object], key: str, path: str, read: Callable[[object], P]) -> P | None:
    given = fields.get(key)
    try:
        return read({} if given is None else given)
    except SelectionError as error:
        found = [(problem.path, problem.text("en"), problem.text("sv")) for problem in error.problems]
    except ScheduleError as error:
        found = [(where, message, "") for where, message in error.problems]
    for where, message, message_sv in found:
        reader.wrong(f"{path}.{key}.{where}".rstrip("."), message, message_sv)
    return None


def write_yaml(document: Mapping[str, object]) -> str:
    """The file's text: our order of keys, Swedish letters as they are."""
    plain = _plain(document)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, default_flow_style=False, width=110)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def diff(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[str, ...]:
    """Lines of a unified diff between two documents, without the file header; empty when nothing differs."""
    before, after = write_yaml(old).splitlines(), write_yaml(new).splitlines()
    return tuple(difflib.unified_diff(before, after, "now", "after", lineterm="", n=2))
