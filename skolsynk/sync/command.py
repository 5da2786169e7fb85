"""What all commands share: exit codes, --json, the tenant and the vendor by name, clear words on stderr.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 done but changes are held, 4 done but some were rejected.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from skolsynk.core.connection import Mode
from skolsynk.store.crypto import CannotOpenError, KeyErasedError
from skolsynk.store.models import Connection, Tenant
from skolsynk.sync.configuration import NO_TEXT, ConfigurationError
from skolsynk.sync.errors import RunError

DONE, FAILED, WRONG_USE, HELD, REJECTED = 0, 1, 2, 3, 4
YEARS = range(2000, 2200)  # days far from any school year are slips of the finger
NO_KEY = (
    "What is stored for this tenant cannot be opened with the keys in SKOLSYNK_KEYS: a key is missing there, "
    "or the tenant's own was erased. Nothing was sent."
)


class Stop(Exception):  # a way out, not only of errors
    """Leave the command with this exit code and this line on stderr."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def day(text: str) -> date:
    """An argument such as 2026-08-17."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-08-17") from error
    if found.year not in YEARS:
        raise ArgumentTypeError(f"{text!r} is not a day from {YEARS.start} to {YEARS.stop - 1}")
    return found


def line(longest: int, text: str) -> str:
    """An argument of one line that fits where it is stored."""
    if len(text) > longest:
        raise ArgumentTypeError(f"longer than {longest} characters")
    return text


who, why = partial(line, 254), partial(line, 500)


def read_text(name: str) -> str:
    """A file, or standard input for "-", as UTF-8 text. Raises: Stop when it cannot be read so."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise Stop(WRONG_USE, f"{name} cannot be read as UTF-8 text: {type(error).__name__}.") from error


def write_text(name: str, text: str) -> None:
    """Raises: Stop when the file cannot be written."""
    try:
        Path(name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Stop(FAILED, f"{name} cannot be written: {type(error).__name__}.") from error


class SkolsynkCommand(BaseCommand):
    """A command that answers with an exit code and can answer as one JSON document."""

    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="answer as one JSON document on stdout")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def run(self, **options: Any) -> int:
        """Do it and give the exit code."""
        raise NotImplementedError  # every command defines it; a missing one is a programming error

    def handle(self, *_args: Any, **options: Any) -> None:
        self.as_json = bool(options.pop("as_json", False))
        try:
            _refuse_unwritable(options)
            code = self.run(**options)
        except Stop as stop:
            code = self._fail(stop.code, stop.message)
        except (RunError, ConfigurationError) as error:
            code = self._fail(WRONG_USE if isinstance(error, ConfigurationError) else FAILED, str(error))
        except (CannotOpenError, KeyErasedError):
            code = self._fail(FAILED, NO_KEY)
        except BrokenPipeError:
            sys.stderr.close()  # the reader went away: nothing left to say
            code = DONE
        if code:
            sys.exit(code)

    def _fail(self, code: int, message: str) -> int:
        if message:
            self.stderr.write(message)
        return code

    def answer(self, document: Mapping[str, object] | list[object], *lines: str) -> None:
        """The document with --json, else the lines."""
        if self.as_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False, default=str))
        else:
            for line in lines:
                self.stdout.write(line)

    def wrong_use(self, message: str) -> NoReturn:
        raise Stop(WRONG_USE, message)


def _refuse_unwritable(options: Mapping[str, object]) -> None:
    for name, value in options.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and NO_TEXT.search(text):
                raise Stop(WRONG_USE, f"{name} has signs in it that are not text. Nothing was done.")


def add_tenant(parser: CommandParser) -> None:
    parser.add_argument("--tenant", help="customer id; may be left out where there is only one tenant")


def add_vendor(parser: CommandParser, *, required: bool = True) -> None:
    parser.add_argument("--vendor", required=required, help="the vendor's short name, e.g. binogi")


def find_tenant(customer_id: str | None) -> Tenant:
    """The tenant named, or the only one there is."""
    if customer_id:
        tenant = Tenant.objects.filter(customer_id=customer_id).first()
        if tenant is None:
            raise Stop(WRONG_USE, f"There is no tenant {customer_id}. `config import` makes one.")
        return tenant
    tenants = list(Tenant.objects.order_by("pk")[:2])
    if len(tenants) != 1:
        raise Stop(WRONG_USE, "There is no tenant yet." if not tenants else "Several tenants: say which with --tenant.")
    return tenants[0]


def find_connection(tenant: Tenant, vendor: str) -> Connection:
    """The tenant's connection to a vendor."""
    connection = Connection.objects.filter(tenant=tenant, vendor=vendor).first()
    if connection is None:
        known = ", ".join(Connection.objects.filter(tenant=tenant).order_by("vendor").values_list("vendor", flat=True))
        raise Stop(WRONG_USE, f"{tenant.customer_id} has no connection to {vendor!r}. It has: {known or 'none'}.")
    return connection


def mode_of(connection: Connection, asked: str | None) -> Mode:
    """The mode asked for, or the connection's own."""
    mode = Mode(asked or connection.mode)
    if mode is Mode.OFF:
        raise Stop(WRONG_USE, f"The connection to {connection.vendor} is off: say --mode test or --mode live.")
    return mode
