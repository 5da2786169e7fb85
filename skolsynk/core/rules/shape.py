"""Rules as data: a rule kind states its keys as dataclass fields; reading and writing JSON follows from them.

A key is ``name: Annotated[type, take]``, required unless it has a default; ``take(value, at)`` returns the
value, or refuses at ``at`` and returns anything of the right type.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, Protocol, TypeVar, get_type_hints

from skolsynk.core.rules.problems import At
from skolsynk.core.ss12000.codes import SCHOOL_UNIT_CODE

T = TypeVar("T")
Take = Callable[[object, At], T]
FIELD_PATH = re.compile(r"[A-Za-z][\w-]*(\.[^.\s][^.]*)*\Z")


class Rule(Protocol):
    """What every rule kind has: its name in JSON, and a check of its keys together."""

    kind: ClassVar[str]

    def check(self, at: At) -> None: ...

    @property
    def label(self) -> str: ...


R = TypeVar("R")


def text(value: object, at: At) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    at.refuse("not_text")
    return ""


def flag(value: object, at: At) -> bool:
    if not isinstance(value, bool):
        at.refuse("not_flag")
    return value is True


def day(value: object, at: At) -> date:
    """An ISO date; YAML's own dates pass too."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        at.refuse("not_date")
        return date.min


def path(value: object, at: At) -> str:
    """A container path: starts with "/", and ends without one."""
    found = text(value, at)
    if found and not found.startswith("/"):
        at.refuse("not_path")
    return found.rstrip("/") or "/"


def unit_code(value: object, at: At) -> str:
    if isinstance(value, str) and SCHOOL_UNIT_CODE.match(value):
        return value
    at.refuse("not_unit_code", str(value)[:40])
    return ""


def field_path(value: object, at: At) -> str:
    found = text(value, at)
    if found and not FIELD_PATH.match(found):
        at.refuse("not_field", found)
    return found


def one_of(*choices: str) -> Take[str]:
    def take(value: object, at: At) -> str:
        if value not in choices:
            at.refuse("not_one_of", str(value)[:40], ", ".join(choices))
        return str(value)

    return take


def texts(value: object, at: At) -> tuple[str, ...]:
    """One or more texts."""
    if not isinstance(value, list | tuple):
        at.refuse("not_list")
        return ()
    if not value:
        at.refuse("empty_list")
    return tuple(text(entry, at[index]) for index, entry in enumerate(value))


def aliases(value: object, at: At) -> dict[str, str]:
    """What a tenant calls its school units: {alias: code}."""
    if not isinstance(value, Mapping):
        at.refuse("not_mapping")
        return {}
    return {str(alias): unit_code(code, at / str(alias)) for alias, code in value.items()}


def mapping(value: object, at: At) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    at.refuse("not_mapping")
    return {}


@functools.cache
def _keys(cls: Any) -> Mapping[str, tuple[Take[Any], bool]]:
    """{key: (how it is read, whether it is required)}; the same for a class for ever, and slow to find out."""
    hints = get_type_hints(cls, include_extras=True)
    return {
        each.name: (
            hints[each.name].__metadata__[0],
            each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING,
        )
        for each in dataclasses.fields(cls)
    }


def read_members(cls: type[R], given: Mapping[str, object], at: At, ignore: str = "") -> R | None:
    """The value that ``given`` describes, or None when a key is missing, unknown or wrong."""
    hashable: Any = cls
    before, keys = len(at.problems), _keys(hashable)
    for name in given:
        if name not in keys and name != ignore:
            (at / name).refuse_unknown("unknown_key", name, keys)
    values = {}
    for name, (take, required) in keys.items():
        if name in given:
            values[name] = take(given[name], at / name)
        elif required:
            (at / name).refuse("missing")
    return cls(**values) if len(at.problems) == before else None


def read_rule(kinds: Mapping[str, type[Rule]], given: object, at: At) -> Rule | None:
    """One rule of a section, by its ``kind``; None after a refusal."""
    keys = mapping(given, at)
    kind = keys.get("kind")
    if not isinstance(given, Mapping):
        return None
    if not isinstance(kind, str):
        (at / "kind").refuse("missing")
        return None
    if kind not in kinds:
        (at / "kind").refuse_unknown("unknown_kind", kind, kinds)
        return None
    rule = read_members(kinds[kind], keys, at, ignore="kind")
    if rule is not None:
        rule.check(at)
    return rule


def _json(value: object) -> object:
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_json(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _json(entry) for key, entry in value.items()}
    return members_to_json(value) if dataclasses.is_dataclass(value) else value


def members_to_json(value: Any) -> dict[str, object]:
    """The keys that differ from their defaults."""
    found: dict[str, object] = {}
    for each in dataclasses.fields(value):
        current = getattr(value, each.name)
        default = each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
        if current != default:
            found[each.name] = _json(current)
    return found


def rule_to_json(rule: Rule) -> dict[str, object]:
    return {"kind": rule.kind, **members_to_json(rule)}
