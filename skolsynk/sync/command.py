"""What all commands share: exit codes, --json, the tenant and the vendor by name, clear words on stderr.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 done but changes are held, 4 done but some were rejected.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from skolsynk.core.connection import Mode
from skolsynk.store.models import Connection, Tenant
from skolsynk.sync.configuration import ConfigurationError
from skolsynk.sync.errors import RunError

DONE, FAILED, WRONG_USE, HELD, REJECTED = 0, 1, 2, 3, 4


class Stop(Exception):  # a way out, not only of errors
    """Leave the command with this exit code and this line on stderr."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def day(text: str) -> date:
    """An argument such as 2026-08-17."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-08-17") from error


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
            code = self.run(**options)
        except Stop as stop:
            code = self._fail(stop.code, stop.message)
        except (RunError, ConfigurationError) as error:
            code = self._fail(WRONG_USE if isinstance(error, ConfigurationError) else FAILED, str(error))
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
