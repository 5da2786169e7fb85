"""What Swedish schools call things in their directories: roles, classes, years, what is to be left out.

All tables are keyed by ``fold``-ed words: no case, accents, spaces or punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from skolsynk.core.rules.role import PUPIL, STAFF, TEACHER
from skolsynk.core.rules.text import fold

WORD = re.compile(r"[^\W_]+")


class RoleWord(NamedTuple):
    role: str  # "pupil" | "teacher" | "staff"
    employment_role: str = ""  # only where it is not the role's usual one


def _table(*rows: tuple[RoleWord, str]) -> Mapping[str, RoleWord]:
    return {word: role for role, words in rows for word in words.split()}


_LEADER, _PRESCHOOL = RoleWord(STAFF, "Rektor"), RoleWord(STAFF, "Förskollärare")
_EDUCATORS = RoleWord(STAFF, "Övrig pedagogisk personal")
_ROLES = _table(
    (RoleWord(PUPIL), "elev elever eleverna elevkonto elevkonton student studenter studerande students pupil pupils"),
    (RoleWord(TEACHER), "larare lararna lararkonton teacher teachers undervisande"),
    (_LEADER, "rektor rektorer skolledning skolledare skolchef verksamhetschef principal principals"),
    (_PRESCHOOL, "forskollarare"),
    (
        _EDUCATORS,
        """ovrigpedagogiskpersonal fritids fritidshem fritidspedagog fritidspedagoger fritidsledare fritidslarare
        larareifritidshem elevassistent elevassistenter assistent assistenter barnskotare specialpedagog
        specialpedagoger pedagog pedagoger lararassistent lararassistenter resurspedagog""",
    ),
    (
        RoleWord(STAFF),
        """personal personalen skolpersonal medarbetare anstalld anstallda staff employee employees annanpersonal
        elevhalsa elevhalsan elevhalsoteam skolskoterska skolskoterskor skollakare kurator kuratorer skolkurator
        skolpsykolog psykolog vaktmastare administrator administration administratorer skoladministrator kansli
        bibliotekarie skolbibliotekarie studievagledare syv kock kokerska maltidspersonal lokalvardare ittekniker
        intendent bitradandeintendent lokalvard service""",
    ),
)
_ENDINGS = (("forskollarare", _PRESCHOOL), ("larare", RoleWord(TEACHER)), ("rektor", _LEADER), ("pedagog", _EDUCATORS))
_NOT_WHOLE = frozenset({"service"})  # says something of a person's job, nothing of a whole branch


def role_of(text: str) -> RoleWord | None:
    """The role that a name of an org unit or a group says: the whole of it, or the first word that is one."""
    whole = fold(text)
    if whole in _ROLES and whole not in _NOT_WHOLE:
        return _ROLES[whole]
    found = (_ROLES.get(word) for word in words_of(text) if word not in _NOT_WHOLE)
    return next((role for role in found if role), None)


def role_of_title(text: str) -> RoleWord | None:
    """The role that a job title says: also by how it ends (Speciallärare, Biträdande rektor)."""
    whole = fold(text)
    if whole in _ROLES:
        return _ROLES[whole]
    by_ending = next((role for ending, role in _ENDINGS if whole.endswith(ending)), None)
    return by_ending or role_of(text)


def words_of(text: str) -> list[str]:
    """The words of a text, folded one by one."""
    return [folded for word in WORD.findall(text) if (folded := fold(word))]


_LEFT_OUT = frozenset(
    [
        *("avslutade", "avslutad", "avslutat", "slutat", "slutade", "utskrivna", "utskriven", "alumn", "alumner"),
        *("alumni", "inaktiva", "inaktiverade", "inactive", "disabled", "sparrade", "arkiv", "arkiverade", "gallras"),
        *("gallrade", "raderas", "borttagna", "servicekonton", "servicekonto", "systemkonton", "systemkonto"),
        *("funktionskonton", "funktionskonto", "funktionsbrevlador", "resurskonton", "testkonton", "testkonto"),
        *("testanvandare", "testelever", "skrivare", "kiosk", "serviceaccounts", "systemaccounts", "delade"),
    ]
)
_LEFT_OUT_WHOLE = frozenset({"service", "system", "test", "tester", "resurser", "rum", "gamla", "old", "tomning"})


def is_left_out(text: str) -> bool:
    """Whether a name says that nobody in there is to be sent: left school, service accounts, tests."""
    return fold(text) in _LEFT_OUT_WHOLE or not _LEFT_OUT.isdisjoint(words_of(text)) or fold(text) in _LEFT_OUT


def is_protected(text: str) -> bool:
    """Whether a name speaks of protected identity (skyddade personuppgifter, sekretessmarkering)."""
    return any(word.startswith(("skyddad", "skydd", "sekretess")) or word == "protected" for word in words_of(text))


NO = frozenset({"nej", "no", "n", "false", "falskt", "0", "ej", "ingen", "inte"})
YEAR_NAMES = ("arskurs", "skolar", "schoolyear", "grade", "year", "ak")
CLASS_WORDS = ("klass", "class", "klasser", "kl")
TEACHING_WORDS = frozenset(
    {"undervisning", "undervisningsgrupp", "kurs", "kurser", "course", "amne", "lektion", "ug", "ugrupp", "teaching"}
)
MERE_WORDS = frozenset({"alla", "all", "samtliga", "grupp", "gruppen", "pa", "i", "hela", "for", "skola", "skolan"})
"""Words that may stand beside a role's in the name of a group without changing what it means."""


class Shape(NamedTuple):
    """A way to name classes; ``pattern`` is a part of a rule's pattern, without named parts."""

    pattern: str
    year: str  # how a name tells the school year: "name" | "start" | ""
    year_pattern: str  # with a part ``year`` or ``start``


_LETTER = "[A-ZÅÄÖ]"
SHAPES = (
    Shape(f"(?:10|[0-9])[ :.-]?{_LETTER}{{1,2}}[0-9]?", "name", ""),  # 7A, 7 A, 7:A, 7AB, 7A1
    Shape("[0-9][:.][0-9]", "name", ""),  # 7:1
    Shape(f"F(?:-?{_LETTER}|[0-9])?", "name", ""),  # F, FA, F-A, F1
    Shape(f"{_LETTER}{{2,6}}[0-9]{{2}}{_LETTER}{{0,2}}", "start", f"^{_LETTER}{{2,6}}(?P<start>[0-9]{{2}})"),  # TE22b
    Shape(f"20[0-9]{{2}} ?{_LETTER}{{1,3}}", "start", "^(?P<start>20[0-9]{2})"),  # 2017A
    Shape(f"[12][0-9]{_LETTER}{{2,5}}", "start", f"^(?P<start>[12][0-9]){_LETTER}{{2}}"),  # 22TEB
    Shape("(?:Grupp|Avd|Avdelning|Spår)[ .-]?[0-9]{1,2}", "", ""),  # Grupp 3
)
_COMPILED = [(shape, re.compile(shape.pattern, re.IGNORECASE)) for shape in SHAPES]
NAME_YEAR = f"^(?P<year>F|10|[0-9])(?:[ :.-]?{_LETTER}{{0,2}}[0-9]?|[:.][0-9])$"
PLAIN_YEAR = re.compile(r"F|10|[0-9]", re.IGNORECASE)
NAMED_YEAR = re.compile(r"(?:Åk|Årskurs|År) ?(?:F|10|[0-9])", re.IGNORECASE)
NAMED_YEAR_PATTERN = "(?:Åk|Årskurs|År) ?(?P<year>F|10|[0-9])(?![0-9])"


def shape_of(text: str) -> Shape | None:
    """How a text names a class, None if it does not look like one."""
    return next((shape for shape, pattern in _COMPILED if pattern.fullmatch(text)), None)


def escape(text: str) -> str:
    """``text`` as a pattern that people can still read: only what means something to ``re`` is escaped."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
