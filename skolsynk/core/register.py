"""School units (skolenheter) as Skolverket's register, or an operator, describes them.

What is asked of the register: which unit somebody looks for (``search``), which units a tenant's domains point at
(``match_domains``), and what a new edition of the register changes (``merge``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from skolsynk.core import swedish
from skolsynk.core.domains import registrable, spell, tells_owner

ENDED = "UPPHORT"


class RegisteredUnit(NamedTuple):
    code: str  # 8 digits
    name: str
    status: str  # "AKTIV" …
    school_types: tuple[str, ...]  # the register's codes
    organizer_type: str
    organization_number: str
    organizer_name: str
    municipality_code: str
    municipality: str
    email_domain: str
    web_host: str
    group: str = ""  # name of the SchoolUnitGroup the tenant puts it in, or ""


# Searching


def sort_key(unit: RegisteredUnit) -> tuple[swedish.SortKey, str, str]:
    """Swedish and natural by name, then municipality; the code makes it certain."""
    return swedish.sort_key(unit.name), unit.municipality, unit.code


def search(units: Iterable[RegisteredUnit], query: str) -> tuple[RegisteredUnit, ...]:
    """The units where every word of ``query`` is in the code, name, municipality or organizer, sorted by name.

    A query without words finds them all.
    """
    asked = swedish.Query(query)
    found = [
        unit
        for unit in units
        if asked.finds_folded(_folded(unit.code, unit.name, unit.municipality, unit.organizer_name))
    ]
    return tuple(sorted(found, key=sort_key))


@lru_cache(maxsize=32_768)  # the register's names are public and few: folding them at every key stroke is not worth it
def _folded(code: str, name: str, municipality: str, organizer: str) -> tuple[str, str]:
    return swedish.folded_both_ways(f"{code}\n{name}\n{municipality}\n{organizer}")


# Matching a tenant's domains

EMAIL, EMAIL_RELATED, WEB, WEB_RELATED, ORGANIZER = (
    "email_domain",
    "email_related",
    "web_host",
    "web_related",
    "same_organizer",
)
_CONFIDENCE = {EMAIL: 1.0, EMAIL_RELATED: 0.9, WEB: 0.7, WEB_RELATED: 0.6}
OTHER_KIND, OTHER_ORGANIZER = "other_organizer_kind", "other_organizer"
_DOUBTED = {"": 1.0, OTHER_ORGANIZER: 0.7, OTHER_KIND: 0.5}

_REASONS = {
    EMAIL: (
        "Skolenhetens e-postadress slutar på er domän {0}.",
        "The school unit's e-mail address ends in your domain {0}.",
    ),
    EMAIL_RELATED: (
        "Skolenhetens e-postdomän {1} hör ihop med er domän {0}.",
        "The school unit's e-mail domain {1} belongs with your domain {0}.",
    ),
    WEB: (
        "Skolenhetens webbplats ligger på er domän {0}.",
        "The school unit's web site is on your domain {0}.",
    ),
    WEB_RELATED: (
        "Skolenhetens webbplats {1} hör ihop med er domän {0}.",
        "The school unit's web site {1} belongs with your domain {0}.",
    ),
    ORGANIZER: (
        "Samma huvudman ({0}) som de flesta skolenheter på era domäner ({1} av {2}).",
        "The same organizer ({0}) as most school units on your domains ({1} of {2}).",
    ),
}
_DOUBTS = {
    OTHER_KIND: (
        "Men huvudmannen är av ett annat slag ({0}) än för de flesta ({1}).",
        "But its organizer is of another kind ({0}) than that of most ({1}).",
    ),
    OTHER_ORGANIZER: (
        "Men huvudmannen är en annan ({0}) än för de flesta ({1}).",
        "But its organizer is another ({0}) than that of most ({1}).",
    ),
}
_KINDS = {  # the register's words of 2019 and of API v2 -> one word for each kind
    "kommun": "kommunal",
    "kommforb": "kommunal",
    "stat": "statlig",
    "same": "statlig",
    "special": "statlig",
}


class Match(NamedTuple):
    """A unit that probably is the tenant's, and why."""

    unit: RegisteredUnit
    domain: str  # the tenant's domain that led here; "" when only the organizer did
    reason_code: str
    args: tuple[str, ...]
    confidence: float  # 0..1, for sorting and for what is ticked from the start
    doubt: str = ""  # OTHER_KIND, OTHER_ORGANIZER or ""
    doubt_args: tuple[str, ...] = ()


def match_domains(domains: Iterable[str], units: Iterable[RegisteredUnit]) -> tuple[Match, ...]:
    """The units that share a domain with the tenant, and the rest of their organizer's; the surest first.

    ``domains`` are all that the tenant has, its primary one first: ties go to the first. Units that have ended are
    not proposed. Domains where everybody may have an address (gmail.com, wordpress.com) match nothing.
    """
    known = [unit for unit in units if unit.status != ENDED]
    direct = list(_by_domain(_Domains(domains), known))
    most = _majority([match.unit for match in direct])
    found = [_doubted(match, most) for match in direct]
    if most:
        found += _by_organizer(most, {match.unit.code for match in direct}, known)
    return tuple(sorted(found, key=lambda match: (-match.confidence, sort_key(match.unit))))


def reason_text(match: Match, language: str) -> str:
    """Why, in ``"sv"`` or ``"en"``; with the doubt, if there is one."""
    place = 0 if language == "sv" else 1
    text = _REASONS[match.reason_code][place].format(*match.args)
    return f"{text} {_DOUBTS[match.doubt][place].format(*match.doubt_args)}" if match.doubt else text


class _Domains:
    """A tenant's domains, found by what a unit has."""

    def __init__(self, domains: Iterable[str]) -> None:
        self._own: dict[str, str] = {}  # registrable domain -> the first of the tenant's under it
        spelt = [spell(domain) for domain in domains]
        self._exact = {domain for domain in spelt if tells_owner(domain)}
        for domain in spelt:
            if domain in self._exact:
                self._own.setdefault(registrable(domain), domain)

    def find(self, theirs: str) -> tuple[str, bool]:
        """(the tenant's domain, whether it is the very same), or ("", False)."""
        domain = spell(theirs)
        if domain in self._exact:
            return domain, True
        return self._own.get(registrable(domain), ""), False


def _by_domain(domains: _Domains, units: Iterable[RegisteredUnit]) -> Iterator[Match]:
    for unit in units:
        for theirs, same, related in ((unit.email_domain, EMAIL, EMAIL_RELATED), (unit.web_host, WEB, WEB_RELATED)):
            domain, exact = domains.find(theirs)
            if domain:
                reason = same if exact else related
                yield Match(unit, domain, reason, (domain, theirs), _CONFIDENCE[reason])
                break


def _majority(units: Sequence[RegisteredUnit]) -> RegisteredUnit | None:
    """One unit of the organizer that has more than half of them, if any has."""
    counted = Counter(unit.organization_number for unit in units if unit.organization_number)
    for number, count in counted.most_common(1):
        if count * 2 > len(units):
            return next(unit for unit in units if unit.organization_number == number)
    return None


def _organizer_kind(unit: RegisteredUnit) -> str:
    word = unit.organizer_type.casefold()
    return _KINDS.get(word, word)


def _doubted(match: Match, most: RegisteredUnit | None) -> Match:
    unit = match.unit
    if most is None or unit.organization_number in ("", most.organization_number):
        return match
    kinds = _organizer_kind(unit), _organizer_kind(most)
    if "" not in kinds and kinds[0] != kinds[1]:
        doubt, args = OTHER_KIND, (unit.organizer_type, most.organizer_type)
    else:
        doubt, args = OTHER_ORGANIZER, (unit.organizer_name, most.organizer_name)
    return match._replace(confidence=match.confidence * _DOUBTED[doubt], doubt=doubt, doubt_args=args)


def _by_organizer(most: RegisteredUnit, matched: set[str], units: Sequence[RegisteredUnit]) -> Iterator[Match]:
    """The organizer's other units: the likelier, the more of its units are on the tenant's domains."""
    same = [unit for unit in units if unit.organization_number == most.organization_number]
    on_domains = sum(unit.code in matched for unit in same)
    args = (most.organizer_name or most.organization_number, str(on_domains), str(len(matched)))
    confidence = 0.2 + 0.4 * on_domains / len(same)
    return (Match(unit, "", ORGANIZER, args, confidence) for unit in same if unit.code not in matched)


# A new edition of the register


class KnownUnit(NamedTuple):
    """A unit as we keep it."""

    unit: RegisteredUnit
    vanished: date | None = None  # since when the register lacks it
    own: bool = False  # added by the operator: the register never had it


class Merged(NamedTuple):
    """What an import changes. What it does not name stays as it is."""

    new: tuple[RegisteredUnit, ...]
    changed: tuple[RegisteredUnit, ...]  # as they are to be kept; also those that came back
    vanished: tuple[KnownUnit, ...]  # kept, marked with the day
    unchanged: int


class EmptyRegisterError(ValueError):
    """An import without units says nothing: taking it at its word would mark every unit as vanished."""


def merge(
    existing: Iterable[KnownUnit], incoming: Iterable[RegisteredUnit], today: date, *, complete: bool = True
) -> Merged:
    """Compare what is kept with what a register says. Pure: nothing is stored.

    An empty value never replaces one that is known, since the register's list tells less than its details do.
    ``complete``: what ``incoming`` lacks has vanished, unless it is the operator's own. Raises EmptyRegisterError.
    """
    given = {unit.code: unit for unit in incoming}
    if complete and not given:
        raise EmptyRegisterError
    known = {entry.unit.code: entry for entry in existing}
    followed = {code: follow(known[code].unit, unit) for code, unit in given.items() if code in known}
    changed = tuple(unit for code, unit in followed.items() if not _stands(known[code], unit))
    gone = (entry for code, entry in known.items() if complete and code not in given)
    return Merged(
        tuple(unit for code, unit in given.items() if code not in known),
        changed,
        tuple(entry._replace(vanished=today) for entry in gone if not entry.own and entry.vanished is None),
        len(followed) - len(changed),
    )


def follow(known: RegisteredUnit, news: RegisteredUnit) -> RegisteredUnit:
    """``known`` with every value that ``news`` has; the tenant's ``group`` stays."""
    values = (new or old for old, new in zip(known, news, strict=True))
    return RegisteredUnit._make(values)._replace(group=known.group)


def _stands(entry: KnownUnit, unit: RegisteredUnit) -> bool:
    return entry.unit == unit and entry.vanished is None and not entry.own
