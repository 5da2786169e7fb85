"""Patterns that an administrator may write: Python ``re``, short, and never exponentially slow.

Python's engine backtracks. A repeat inside a repeat can take unreasonable time on a text of thirty
characters, and such a pattern would run for every group of a tenant; so it is refused when it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from skolsynk.core.rules.problems import At

LONGEST = 200
_MANY = 10  # a bounded repeat above this counts as unbounded
_MOST_REPEATS = 8
_MOST_WIDE = 3  # repeats of "nearly anything": each multiplies the worst case by the text's length
_TOKEN = re.compile(
    r"""(?P<open>\((?:\?(?:P<\w+>|P=\w+(?=\))|[:=!]|<[=!]|[aiLmsux-]+[:)]|\#[^)]*(?=\))|>)?)?)
      | (?P<close>\))
      | (?P<repeat>(?:[*+?]|\{\d*,?\d*\})[?+]?)
      | (?P<bar>\|)
      | (?P<negated>\[\^\]?(?:\\.|[^\]\\])*\])
      | (?P<set>\[\]?(?:\\.|[^\]\\])*\])
      | (?P<wide>\.|\\[SWDw])
      | (?P<atom>\\.|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Nest:
    """One open parenthesis while a pattern is walked."""

    repeats: bool = False  # has an unbounded repeat inside
    choices: bool = False  # has alternatives inside


def _is_many(repeat: str) -> bool:
    if repeat[0] in "*+":
        return True
    if repeat[0] == "?":
        return False
    low, _, high = repeat.rstrip("?+").strip("{}").partition(",")
    if "," in repeat and not high:
        return True
    return int(high or low or 0) > _MANY


def _ends_at_once(negated: str, rest: str) -> bool:
    """Whether ``[^/]+`` is followed by something that it cannot eat itself, so that it never gives back."""
    following = rest.lstrip(")")
    return not following or following[0] == "$" or following[0] in negated[2:-1]


class _Walk:
    """Walks a pattern that compiles, token by token, and notices what may be slow."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.open, self.closed = [_Nest()], _Nest()
        self.repeats = self.wide = 0
        self.kind, self.text = "", ""  # the token before
        self.nested = False

    def walk(self) -> bool:
        """True when the pattern is to be refused."""
        for token in _TOKEN.finditer(self.source):
            kind = token.lastgroup or ""
            if kind == "repeat":
                self._repeat(token)
            elif kind == "open":
                self.open.append(_Nest())
            elif kind == "close":
                self._close()
            elif kind == "bar":
                self.open[-1].choices = True
            self.kind, self.text = kind, token.group()
        return self.nested or self.repeats > _MOST_REPEATS or self.wide > _MOST_WIDE

    def _close(self) -> None:
        self.closed = self.open.pop()
        self.open[-1].repeats |= self.closed.repeats
        self.open[-1].choices |= self.closed.choices

    def _repeat(self, token: re.Match[str]) -> None:
        text = token.group()
        many, again = _is_many(text), self.kind == "close"
        if again and text[0] != "?":
            self.nested |= self.closed.repeats or (many and self.closed.choices)
        if many:
            self.open[-1].repeats = True
            self.repeats += 1
            loose = self.kind == "negated" and not _ends_at_once(self.text, self.source[token.end() :])
            self.wide += self.kind == "wide" or loose


def explodes(source: str) -> bool:
    """Whether a pattern that compiles may take time beyond a small power of the text's length."""
    return _Walk(source).walk()


def read_pattern(value: object, at: At, parts: tuple[str, ...] = ()) -> re.Pattern[str] | None:
    """A compiled pattern that ignores case and has all named ``parts``; None after a refusal."""
    if not isinstance(value, str) or not value:
        at.refuse("not_text")
        return None
    if len(value) > LONGEST:
        at.refuse("pattern_long", str(LONGEST))
        return None
    try:
        pattern = re.compile(value, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        at.refuse("pattern_broken", str(error))
        return None
    if explodes(value):
        at.refuse("pattern_explodes")
    for part in parts:
        if part not in pattern.groupindex:
            at.refuse("pattern_lacks_part", part)
    return pattern
