"""Suggestions from Google Groups: what their addresses and names have in common.

A text is read as words. Where some of them name a class or a school unit, the rest is the *frame*: groups with the
same frame (``klass-…-…``) are of the same kind, and the frame becomes the pattern.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from skolsynk.core.rules.suggest.draft import NEARLY, Draft, Json, both, draft, groups_in_words, worded
from skolsynk.core.rules.suggest.survey import FoundUnit, Survey
from skolsynk.core.rules.suggest.tree import either, role_in_words, role_keys
from skolsynk.core.rules.suggest.words import (
    CLASS_WORDS,
    MERE_WORDS,
    TEACHING_WORDS,
    RoleWord,
    Shape,
    escape,
    is_protected,
    role_of,
    shape_of,
    words_of,
)
from skolsynk.core.rules.text import clean, fold
from skolsynk.core.snapshot import Group

_TOKEN = re.compile(r"(?i:klass|class|kl)(?=[0-9])|[^\W_]+")
_ANY = {"email": "[^@]+", "name": ".+"}
_MOST_WORDS = 4  # before or after the name of a school unit


class Text(NamedTuple):
    """A group's address before the @, or its name, in words."""

    group: Group
    match: str  # "email" | "name"
    text: str
    words: tuple[tuple[int, int], ...]  # where each begins and ends

    def between(self, first: int, last: int) -> str:
        """The words from ``first`` up to ``last``, as they stand."""
        return self.text[self.words[first][0] : self.words[last - 1][1]] if first < last else ""

    @property
    def head(self) -> str:
        return fold(self.between(0, 1)) if self.words else ""


def _texts(survey: Survey, match: str) -> Iterator[Text]:
    for group in survey.groups:
        text = group.email.partition("@")[0] if match == "email" else clean(group.name)
        yield Text(group, match, text, tuple(found.span() for found in _TOKEN.finditer(text)))


def suggest_from_groups(survey: Survey) -> Iterator[Draft]:
    texts = [text for match in ("name", "email") for text in _texts(survey, match)]
    teaching = {text.group.key for text in texts if text.head in TEACHING_WORDS}
    classes: set[str] = set()
    for kind, here in _class_frames([text for text in texts if text.group.key not in teaching]):
        made = _class_rule(survey, kind, here)
        if made:
            classes |= {each.text.group.key for each in here}
            yield made
    rest = [text for text in texts if text.group.key not in teaching | classes]
    yield from _teaching(survey, [text for text in texts if text.group.key in teaching])
    yield from _placements(survey, rest)
    yield from _roles(survey, [text for text in rest if text.match == "email"])
    yield from _protected(survey, rest)


def _told(what: tuple[str, str], shown: Sequence[str], doubtful: Sequence[str] = ()) -> tuple[str, str]:
    sv, en = groups_in_words(len(shown))
    reasons = worded(f"{sv} {what[0]}: {{0}}.", f"{en} {what[1]}: {{0}}.", shown)
    return both(reasons, worded(*NEARLY, doubtful, most=5)) if doubtful else reasons


# Classes


class ClassText(NamedTuple):
    """A text that has a class name in it."""

    text: Text
    name: str
    shape: Shape
    before: str  # what stands before and after the class name, class words taken away
    after: str


class ClassFrame(NamedTuple):
    """What groups of classes have in common: ``klass-<unit>-<name>``."""

    match: str
    word: str  # the class word as it stands with what follows it, "" without one
    unit_first: bool | None  # None: no unit in it
    joint: str  # between unit and name


def _class_frames(texts: Iterable[Text]) -> Iterator[tuple[ClassFrame, list[ClassText]]]:
    frames: dict[ClassFrame, list[ClassText]] = defaultdict(list)
    for text in texts:
        found = _class_text(text)
        if found:
            frames[_frame(found)].append(found)
    for frame, here in sorted(frames.items(), key=lambda entry: (-len(entry[1]), str(entry[0]))):
        if len({each.name.casefold() for each in here}) > 1 and (frame.word or len(here) > 2):
            yield frame, here


def _class_text(text: Text) -> ClassText | None:
    """The class name in a text: the one after a class word, else the last; two words before one (``Grupp 3``)."""
    spans = [(first, first + length) for length in (2, 1) for first in range(len(text.words) - length + 1)]
    found = [(span, shape) for span in spans if (shape := shape_of(text.between(*span)))]
    if not found:
        return None
    after_word = [each for each in found if each[0][0] and fold(_word(text, each[0][0] - 1)) in CLASS_WORDS]
    longest = max(last - first for (first, last), _ in found)
    (first, last), shape = (after_word or [each for each in found if each[0][1] - each[0][0] == longest])[-1]
    start, end = text.words[first][0], text.words[last - 1][1]
    return ClassText(text, text.text[start:end], shape, text.text[:start], text.text[end:])


def _word(text: Text, place: int) -> str:
    return text.between(place, place + 1)


def _frame(found: ClassText) -> ClassFrame:
    word, before = _class_word(found.before)
    unit_before, unit_after = before.strip(" -_.,:"), found.after.strip(" -_.,:()")
    if unit_before and not unit_after:
        return ClassFrame(found.text.match, word, True, before[len(before.rstrip(" -_.,:")) :])
    if unit_after and not unit_before:
        joint = found.after[: len(found.after) - len(found.after.lstrip(" -_.,:("))]
        return ClassFrame(found.text.match, word, False, joint)
    # Something on both sides is no frame: the texts differ, and so do these.
    return ClassFrame(found.text.match, word, None, f"{unit_before}|{unit_after}" if unit_before else "")


def _class_word(before: str) -> tuple[str, str]:
    """(the class word that a text begins with and what joins it to the rest, the rest)."""
    begun = re.match(r"(?i)(klass|class|klasser|kl)([ \-_.:]*)", before)
    ends_word = begun and (begun[2] or begun.end() == len(before))
    return (begun[0], before[begun.end() :]) if begun and ends_word else ("", before)


def _filler(frame: ClassFrame, found: ClassText) -> str:
    """What should name the school unit."""
    rest = _class_word(found.before)[1] if frame.unit_first else found.after
    return rest.strip(" -_.,:()")


def _class_rule(survey: Survey, frame: ClassFrame, here: Sequence[ClassText]) -> Draft | None:
    if frame.unit_first is None and frame.joint:
        return None
    fillers = {each: _filler(frame, each) for each in here} if frame.unit_first is not None else {}
    units = {filler: unit for filler in sorted(set(fillers.values())) if (unit := survey.units.find(filler))}
    if fillers and sum(filler in units for filler in fillers.values()) * 2 < len(here):
        return None
    groups = [each.text.group for each in here]
    sure = [unit.sure for unit in units.values()] or [True]
    rule: Json = {"kind": "group", "match": frame.match, "pattern": _class_pattern(frame, here)}
    doubtful = {filler: unit.code for filler, unit in units.items() if not unit.sure}
    rule |= {"units": doubtful} if doubtful else {}
    rule |= _teachers(survey, groups)
    names = Counter[str]()
    for each in here:
        names[each.name] += len(survey.members([each.text.group]))
    reasons = _told(("heter som klasser", "named as classes"), [each.text.text for each in here], list(doubtful))
    # Names are spelt as people spell them, addresses are not: on a tie the name wins.
    confidence = (0.75 if frame.word else 0.6) + (0.01 if frame.match == "name" else 0) + 0.15 * sum(sure) / len(sure)
    return draft("classes", rule, reasons, survey.members(groups), confidence, names)


def _class_pattern(frame: ClassFrame, here: Sequence[ClassText]) -> str:
    name, unit = f"(?P<name>{either({each.shape for each in here})})", f"(?P<unit>{_ANY[frame.match]})"
    joint, word = escape(frame.joint), escape(frame.word)
    ending = "@" if frame.match == "email" else "$"
    if frame.unit_first is None:
        return f"^{word}{name}{ending}"
    if frame.unit_first:
        return f"^{word}{unit}{joint}{name}{ending}"
    closing = "[)]" if "(" in frame.joint else ""
    return f"^{word}{name}{joint}{unit}{closing}{ending}"


def _teachers(survey: Survey, groups: Sequence[Group]) -> Json:
    """Owners teach where most groups have some and it is not the same account everywhere; else the staff in it."""
    owned = [owners for group in groups if (owners := survey.owners(group))]
    different = len(frozenset[str]().union(*owned))
    return {"teachers": "owners"} if len(owned) * 2 > len(groups) and different > len(groups) / 10 else {}


# Teaching groups


def _teaching(survey: Survey, texts: Sequence[Text]) -> Iterator[Draft]:
    """By the first word of the address, or of the name where addresses do not tell."""
    told: set[str] = set()
    for match in ("email", "name"):
        frames: dict[str, list[Group]] = defaultdict(list)
        for text in texts:
            if text.match == match and text.head in TEACHING_WORDS and text.group.key not in told:
                frames[_beginning(text)].append(text.group)
        for beginning, groups in sorted(frames.items()):
            told |= {group.key for group in groups}
            yield _teaching_rule(survey, match, beginning, groups)


def _beginning(text: Text) -> str:
    """The first word and what joins it to the next, in lower case."""
    end = text.words[1][0] if len(text.words) > 1 else text.words[0][1]
    return text.text[:end].lower()


def _teaching_rule(survey: Survey, match: str, beginning: str, groups: Sequence[Group]) -> Draft:
    match, pattern = _with_name(survey, groups) or (match, f"^{escape(beginning)}")
    rule: Json = {"kind": "group", "match": match, "pattern": pattern, "group_type": "Undervisning"}
    rule |= _teachers(survey, groups)
    shown = [group.email if match == "email" else group.name for group in groups]
    reasons = _told(("för undervisning", "for teaching"), shown)
    return draft("groups", rule, reasons, survey.members(groups), 0.85 if len(groups) > 1 else 0.6)


def _with_name(survey: Survey, groups: Sequence[Group]) -> tuple[str, str] | None:
    """A pattern that takes the group's own name out of ``Undervisning: Ma 7A (Ekskolan)``, where all are so named."""
    found = {_NAMED.match(clean(group.name)) for group in groups}
    parts = {(each[1], each[3]) for each in found if each and fold(each[1]) in TEACHING_WORDS}
    if len(parts) != 1 or not all(each and survey.units.find(each[4].rstrip(")")) for each in found):
        return None
    [(beginning, joint)] = parts
    return "name", f"^{escape(beginning)}(?P<name>.+){escape(joint)}"


_NAMED = re.compile(r"([^\W\d_]+[: ]+)(.+)( [(–-] ?)(.+)")


# Placement


class UnitFrame(NamedTuple):
    """What groups of school units have in common: ``skola-<unit>``."""

    match: str
    before: str
    after: str


def _placements(survey: Survey, texts: Iterable[Text]) -> Iterator[Draft]:
    for frame, found in sorted(_unit_frames(survey, texts).items()):
        units = {unit.code for _, unit in found.values()}
        if len(units) < min(2, len(survey.school_units)):
            continue
        groups = [group for group, _ in found.values()]
        caught = survey.members(groups)
        doubtful = {filler: unit.code for filler, (_, unit) in sorted(found.items()) if not unit.sure}
        middle = f"(?P<unit>{_ANY[frame.match]})"
        pattern = f"^{escape(frame.before)}{middle}{escape(frame.after)}{'@' if frame.match == 'email' else '$'}"
        rule: Json = {"kind": "group", "match": frame.match, "pattern": pattern}
        rule |= {"units": doubtful} if doubtful else {}
        shown = [group.email if frame.match == "email" else group.name for group in groups]
        reasons = _told(("heter som skolenheter", "named as school units"), shown, list(doubtful))
        share = sum(unit.sure for _, unit in found.values()) / len(found)
        yield draft("placement", rule, reasons, caught, 0.5 + 0.3 * share + (0.01 if frame.match == "email" else 0))


def _unit_frames(survey: Survey, texts: Iterable[Text]) -> dict[UnitFrame, dict[str, tuple[Group, FoundUnit]]]:
    """{frame: {what stands for the unit: (group, unit)}}; a text counts once, with the fewest words around the unit."""
    frames: dict[UnitFrame, dict[str, tuple[Group, FoundUnit]]] = defaultdict(dict)
    for text in texts:
        for first, last in _middles(len(text.words)):
            filler = text.between(first, last)
            unit = survey.units.find(filler)
            # A school may be nearly named only where all of the rest is a frame that others have, too.
            if unit and (unit.sure or (first, last) != (0, len(text.words))):
                start, end = text.words[first][0], text.words[last - 1][1]
                frame = UnitFrame(text.match, text.text[:start], text.text[end:])
                frames[frame][filler] = (text.group, unit)
                break
    return frames


def _middles(count: int) -> list[tuple[int, int]]:
    """(first, last) of the words that may name a unit, the longest first."""
    found = [
        (first, last)
        for first in range(min(count, _MOST_WORDS))
        for last in range(max(first + 1, count - 1), count + 1)
        if last <= count
    ]
    return sorted(found, key=lambda each: (each[0] - each[1], each))


# Roles and protected identity


def _roles(survey: Survey, texts: Iterable[Text]) -> Iterator[Draft]:
    by_beginning: dict[tuple[str, RoleWord], list[Group]] = defaultdict(list)
    for text in texts:
        found = _role_said(survey, text)
        if found:
            by_beginning[found].append(text.group)
    for (beginning, role), groups in sorted(by_beginning.items()):
        place: Json = {"group": groups[0].email}
        if len(groups) > 1:
            place = {"match": "email", "pattern": f"^{escape(beginning)}"}
        sv, en = role_in_words(role)
        reasons = _told((f"heter som {sv}", f"named as {en}"), [group.email for group in groups])
        rule: Json = {"kind": "group", **place, **role_keys(role)}
        yield draft("role", rule, reasons, survey.members(groups), 0.8)


def _role_said(survey: Survey, text: Text) -> tuple[str, RoleWord] | None:
    """(how the address begins, role) where the words say a role and otherwise only a school unit, or nothing."""
    whole = role_of(text.text)
    if whole and all(word in MERE_WORDS or role_of(word) for word in words_of(text.text)):
        return text.text, whole
    beginning = role_of(_word(text, 0)) if len(text.words) > 1 else None
    if beginning and survey.units.find(text.between(1, len(text.words))):
        return _beginning(text), beginning
    return None


def _protected(survey: Survey, texts: Iterable[Text]) -> Iterator[Draft]:
    found = {text.group.key: text.group for text in texts if is_protected(text.text)}
    for group in found.values():
        rule: Json = {"kind": "group", "group": group.email}
        reasons = worded(
            "Gruppen {0} talar om skyddade personuppgifter.",
            "The group {0} speaks of protected identity.",
            [group.email],
        )
        yield draft("protected", rule, reasons, survey.members([group]), 0.8)
