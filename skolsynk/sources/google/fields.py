"""Which parts of a user to ask Google for, from the field paths that a tenant's rules read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

ROOTS = (
    "aliases",
    "customSchemas",
    "emails",
    "externalIds",
    "keywords",
    "languages",
    "locations",
    "organizations",
    "relations",
)
EVERY_FIELD = frozenset(ROOTS)
"""A root stands for all below it: this asks for everything, as the suggester needs."""

ALWAYS = "id,primaryEmail,name(givenName,familyName),orgUnitPath,suspended,archived"
GROUPS = "nextPageToken,groups(id,email,name,description,directMembersCount)"
MEMBERS = "nextPageToken,members(id,type,role,status)"
ORG_UNITS = "organizationUnits(orgUnitId,orgUnitPath,name)"
DOMAINS = "domains(domainName,isPrimary,verified,domainAliases(domainAliasName,verified))"


class UnknownFieldError(ValueError):
    """A path that no Google user has."""

    def __init__(self, path: str) -> None:
        super().__init__(f"field {path!r}: Google users have {', '.join(ROOTS)}")
        self.path = path


class UserQuestion(NamedTuple):
    """``projection`` "basic" leaves custom schemas out, "custom" gives those of ``schemas``, "full" gives all."""

    fields: str  # of one user
    projection: str
    schemas: tuple[str, ...]

    def options(self) -> dict[str, str]:
        """Options of ``users.list`` and ``users.get`` but for ``fields``."""
        if self.projection == "custom":
            return {"projection": "custom", "customFieldMask": ",".join(self.schemas)}
        return {"projection": self.projection}

    def page_fields(self) -> str:
        """The mask of a page; without nextPageToken paging would end, unseen, after the first."""
        return f"nextPageToken,users({self.fields})"


def user_question(field_paths: Iterable[str]) -> UserQuestion:
    """What to ask for; paths as in ``Person.fields``. Raises UnknownFieldError.

    Roots are asked for whole: a mask inside a value that Google types as ``any`` gives nothing instead of an error.
    """
    paths = sorted(set(field_paths))
    for path in paths:
        if path.partition(".")[0] not in ROOTS:
            raise UnknownFieldError(path)
    roots = sorted({path.partition(".")[0] for path in paths})
    schemas = sorted({path.split(".")[1] for path in paths if path.startswith("customSchemas.")})
    projection = "full" if "customSchemas" in paths else "custom" if schemas else "basic"
    return UserQuestion(",".join((ALWAYS, *roots)), projection, tuple(schemas) if projection == "custom" else ())


class Wanted:
    """Which flattened paths are kept: those named, and all below a root that is named."""

    def __init__(self, field_paths: Iterable[str]) -> None:
        self._named = frozenset(field_paths)
        self._answers: dict[str, bool] = {}
        self.roots = frozenset(path.partition(".")[0] for path in self._named)

    def __contains__(self, path: str) -> bool:
        answer = self._answers.get(path)
        if answer is None:
            parts = path.split(".")
            answer = any(".".join(parts[:depth]) in self._named for depth in range(1, len(parts) + 1))
            self._answers[path] = answer
        return answer
