"""Look in the school unit register: search it, match a tenant's domains with it, or correct and add a unit.

school_units search "ekskolan uppsala"
school_units match --tenant C0123456
school_units correct 99000123 --set name=Björkskolan --set email_domain=bjorkvik.example
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from skolsynk.core.register import RegisteredUnit, reason_text, search
from skolsynk.core.ss12000.codes import FROM_REGISTER, SCHOOL_UNIT_CODE
from skolsynk.store import load, save
from skolsynk.store import register as rows
from skolsynk.sync import register
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, find_tenant


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("action", choices=("search", "match", "correct"))
        parser.add_argument("what", nargs="?", default="", help="words to search for, or the code to correct")
        parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field and its value")
        parser.add_argument("--language", choices=("sv", "en"), default="sv")

    def run(self, **options: Any) -> int:
        if options["action"] == "search":
            found = search(load.register(), options["what"])
            self.answer([unit._asdict() for unit in found], *map(_line, found))
        elif options["action"] == "match":
            self._match(find_tenant(options["tenant"]).pk, options["language"])
        else:
            self._correct(options["what"], options["set"])
        return DONE

    def _match(self, tenant_id: int, language: str) -> None:
        found = register.matches(tenant_id)
        self.answer(
            [
                {**match.unit._asdict(), "why": reason_text(match, language), "confidence": match.confidence}
                for match in found
            ],
            *(f"{_line(match.unit)}  {match.confidence:.0%}  {reason_text(match, language)}" for match in found),
        )

    def _correct(self, code: str, pairs: list[str]) -> None:
        if not SCHOOL_UNIT_CODE.match(code):
            self.wrong_use(f"{code!r} is not a school unit code: eight digits, the first not 0. Nothing was changed.")
        words: dict[str, object] = {}
        for pair in pairs:
            field, sign, value = pair.partition("=")
            if not sign or not field:
                self.wrong_use(f"{pair!r} is not FIELD=VALUE. Nothing was changed.")
            words[field] = value.split() if field == "school_types" else value
        unknown = [kind for kind in _listed(words.get("school_types")) if kind not in FROM_REGISTER]
        if unknown:
            self.wrong_use(f"Unknown school types: {', '.join(unknown)}. Nothing was changed.")
        if not words:
            self.wrong_use("Say what to correct with --set FIELD=VALUE. Nothing was changed.")
        try:
            rows.correct_unit(code, words)
        except ValueError as error:
            self.wrong_use(f"{error} Nothing was changed.")
        save.forget_schools()
        self.answer({"code": code, "corrected": words}, f"{code}: the operator's words stand over the register's.")


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _line(unit: RegisteredUnit) -> str:
    return f"{unit.code}  {unit.name}, {unit.municipality or '-'} ({' '.join(unit.school_types)}) {unit.status}"
