"""Store a secret, read from standard input so that it stays out of shell histories: a vendor's key or Google's.

printf %s "$KEY" | python manage.py set_secret --vendor binogi --mode test
python manage.py set_secret --google < service-account.json
echo skolsynk@project.iam.gserviceaccount.com | python manage.py set_secret --google
"""

from __future__ import annotations

import getpass
import re
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.environment import address_fault
from skolsynk.sources.google.auth import Keyless, credentials_of
from skolsynk.store import save
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, add_vendor, find_connection, find_tenant
from skolsynk.sync.configuration import LONGEST_TEXT, NO_TEXT

LARGEST = 20_000
LONGEST_KEY = 4096
MOST_A_SECOND = 1000
MOST_IN_FLIGHT = range(1, 101)
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")  # RFC 9110 section 5.6.2, token


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
        self._check(options)
        secret = self._secret()
        limits = {name: options[name] for name in ("requests_per_second", "concurrency") if options[name] is not None}
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

    def _check(self, options: dict[str, Any]) -> None:
        """Everything but the key, before the key is asked for."""
        fault = options["address"] and _address_fault(options["address"])
        if fault:
            self.wrong_use(f"--address: {fault} Nothing was stored.")
        if options["header"] and not HEADER.match(options["header"]):
            self.wrong_use("--header is not the name of a header. Nothing was stored.")
        if options["ca_file"] and not Path(options["ca_file"]).is_file():
            self.wrong_use("--ca-file is not a file that can be read here. Nothing was stored.")
        rate, concurrency = options["requests_per_second"], options["concurrency"]
        if (rate is not None and not 0 <= rate <= MOST_A_SECOND) or concurrency not in (None, *MOST_IN_FLIGHT):
            self.wrong_use(
                f"--requests-per-second is 0 to {MOST_A_SECOND} and --concurrency 1 to {MOST_IN_FLIGHT[-1]}. "
                "Nothing was stored."
            )

    def _secret(self) -> str | None:
        """One line from standard input; None when nothing was given, so that only the address changes."""
        secret = getpass.getpass("Key (empty keeps the old one): ") if sys.stdin.isatty() else self._read()
        secret = secret.strip()
        if NO_TEXT.search(secret) or len(secret) > LONGEST_KEY:
            self.wrong_use(f"A key is one line of at most {LONGEST_KEY} characters. Nothing was stored.")
        return secret or None

    def _google(self) -> str:
        text = self._read()
        try:
            found = credentials_of(text)
        except (ValueError, RecursionError):
            found = {}
        needed = ("client_email", "private_key", "token_uri")
        if isinstance(found, Keyless):
            return found.client_email
        if not found or not all(isinstance(found.get(key), str) for key in needed):
            self.wrong_use(
                f"That is not a service account key file: JSON with {', '.join(needed)}; nor the e-mail address of an "
                "account that IAM signs for. Nothing was stored."
            )
        return text

    def _read(self) -> str:
        """Standard input. Never cut: half a key is no key."""
        try:
            text = sys.stdin.read(LARGEST + 1)
        except UnicodeDecodeError:
            self.wrong_use("Standard input is not UTF-8 text. Nothing was stored.")
        if len(text) > LARGEST:
            self.wrong_use(f"More than {LARGEST} characters on standard input. Nothing was stored.")
        return text


def _address_fault(address: str) -> str:
    try:
        return address_fault(address, settings.PLAIN_HTTP_HOSTS) if len(address) <= LONGEST_TEXT else "too long."
    except ValueError as error:  # such as brackets that do not close
        return f"{error}."
