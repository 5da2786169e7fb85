"""Which of a tenant's school units a text means."""

from __future__ import annotations

from collections.abc import Mapping

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.text import fold


class Units:
    """The school units that a tenant has chosen: {code: unit}, found by code, by alias, or by name."""

    def __init__(self, chosen: Mapping[str, RegisteredUnit]) -> None:
        self.chosen = chosen
        self._by_name: dict[str, str] = {}
        for code, unit in chosen.items():
            name = fold(unit.name)
            self._by_name[name] = "" if name in self._by_name else code  # two of one name: neither is meant

    def find(self, text: str, aliases: Mapping[str, str], *, by_name: bool = True) -> str:
        """The code that ``text`` means, "" where no chosen unit answers to it.

        A tenant's own alias goes before a code, and a code before a name.
        """
        folded = fold(text)
        code = next((code for alias, code in aliases.items() if fold(alias) == folded), "") if aliases else ""
        if not code:
            code = text.strip()
            if code not in self.chosen and by_name:
                code = self._by_name.get(folded, "")
        return code if code in self.chosen else ""
