"""Store a secret, read from standard input so that it stays out of shell histories: a vendor's key or Google's.

printf %s "$KEY" | python manage.py set_secret --vendor binogi --mode test
python manage.py set_secret --google < service-account.json
"""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import save
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, add_vendor, find_connection, find_tenant

LARGEST = 20_000


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser, required=False)
        parser.add_argument("--mode", choices=("test", "live"))
        parser.add_argument("--google", action="store_true", help="the tenant's own service account key (JSON)")
        parser.add_argument("--address", help="the receiver's base address, instead of the vendor's")
        parser.add_argument("--header", help="name of the header that carries the key")
        parser.add_argument("--ca-file", help="PEM file of the CA that signed the receiver's certificate")
        parser.add_argument("--requests-per-second", type=float, help="own limit; 0 means none")
        parser.add_argument("--concurrency", type=int, help="requests in flight")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        if options["google"]:
            save.source_credentials(tenant.pk, self._google())
            save.audit(tenant.pk, "command", "secret_set", {"for": "google"}, timezone.now())
            self.answer({"stored": "google"}, "Stored, encrypted. Test it with the command read.")
            return DONE
        if not options["vendor"] or not options["mode"]:
            self.wrong_use("Say --vendor and --mode, or --google.")
        connection = find_connection(tenant, options["vendor"])
        secret = self._secret()
        limits = {name: options[name] for name in ("requests_per_second", "concurrency") if options[name] is not None}
        if any(value < 0 for value in limits.values()) or limits.get("concurrency") == 0:
            self.wrong_use("Limits cannot be negative, and at least one request must be in flight.")
        save.endpoint(
            connection.pk,
            Mode(options["mode"]),
            api_key=secret,
            address=options["address"],
            header=options["header"],
            ca_file=options["ca_file"],
            limits=limits or None,
        )
        about = {"vendor": connection.vendor, "mode": options["mode"]}
        save.audit(tenant.pk, "command", "secret_set", about, timezone.now())
        self.answer({"stored": about}, "Stored, encrypted. What was not given stays as it was.")
        return DONE

    def _secret(self) -> str | None:
        """One line from standard input; None when nothing was given, so that only the address changes."""
        text = getpass.getpass("Key (empty keeps the old one): ") if sys.stdin.isatty() else sys.stdin.read(LARGEST)
        secret = text.strip()
        if any(sign in secret for sign in "\r\n\0"):
            self.wrong_use("A key is one line of text. Nothing was stored.")
        return secret or None

    def _google(self) -> str:
        text = sys.stdin.read(LARGEST)
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        needed = ("client_email", "private_key", "token_uri")
        if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in needed):
            self.wrong_use(
                f"That is not a service account key file: JSON with {', '.join(needed)}. Nothing was stored."
            )
        return text
