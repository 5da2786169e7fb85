"""Every setting an operator may give, read from the environment, refused with a hint when it is wrong.

``SETTINGS`` is the one table of names; a name that is not in it cannot be read, so the table in the
README (tested against this one) cannot fall behind. A secret may also lie in a file: ``NAME_FILE``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("demo", "production", "test")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEY_BYTES = 32
# mmap: a plan reads tens of thousands of rows, each page once; checkpoints seldom: receipts touch the same pages often.
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "mmap_size=268435456", "wal_autocheckpoint=4000")


class Setting(NamedTuple):
    name: str
    default: str  # as the README prints it; "" means none
    meaning: str
    secret: bool = False  # may also be given as NAME_FILE


SETTINGS: tuple[Setting, ...] = (
    Setting("SKOLSYNK_ENV", "demo", "`demo`, `production` or `test`; production refuses every unsafe default"),
    Setting("SKOLSYNK_VAR", "var", "folder for what the demo makes: database, key file, broker files"),
    Setting("SECRET_KEY", "made by the demo", "Django's signing key, at least 50 characters", secret=True),
    Setting("ALLOWED_HOSTS", "loopback in the demo", "comma list of host names that the site answers to"),
    Setting("DATABASE_URL", "SQLite in SKOLSYNK_VAR", "`postgres://…` or `sqlite:///path`", secret=True),
    Setting(
        "REDIS_URL", "none in the demo", "`redis://…` for shared rate buckets and, by default, the broker", secret=True
    ),
    Setting(
        "CELERY_BROKER_URL", "REDIS_URL, or files in the demo", "`redis://…` or `filesystem:///folder`", secret=True
    ),
    Setting(
        "SKOLSYNK_KEYS",
        "made by the demo",
        "comma list of base64 keys of 32 bytes; the first encrypts, all decrypt",
        secret=True,
    ),
    Setting("TRUSTED_PROXY", "no", "`yes` when a proxy that sets X-Forwarded-Proto stands in front of the site"),
    Setting("CSRF_TRUSTED_ORIGINS", "", "comma list of origins such as `https://skolsynk.example`"),
    Setting("PLAIN_HTTP_HOSTS", "loopback; none in production", "hosts that may be called without TLS"),
    Setting("GOOGLE_ROOT_URL", "https://admin.googleapis.com/", "root of the Directory API, for calls and batches"),
    Setting("GOOGLE_TOKEN_URI", "https://oauth2.googleapis.com/token", "where access tokens are fetched"),
    Setting(
        "GOOGLE_SERVICE_ACCOUNT",
        "",
        "the delegated service account: its key as JSON, or only its e-mail address when IAM signs for it",
        secret=True,
    ),
    Setting("GOOGLE_MARKETPLACE_APP_ID", "", "the app's id in the Marketplace SDK; without it no licence is asked for"),
    Setting("GOOGLE_MARKETPLACE_ROOT_URL", "https://appsmarket.googleapis.com/", "root of the Marketplace API"),
    Setting("GOOGLE_CLIENT_ID", "", "the OAuth client that people sign in with; without it nobody can"),
    Setting("GOOGLE_CLIENT_SECRET", "", "the OAuth client's secret", secret=True),
    Setting("GOOGLE_AUTHORIZE_URL", "https://accounts.google.com/o/oauth2/v2/auth", "Google's sign-in page"),
    Setting("GOOGLE_CERTS_URL", "https://www.googleapis.com/oauth2/v1/certs", "what Google's ID tokens are checked by"),
    Setting(
        "REGISTER_URL",
        "https://api.skolverket.se/skolenhetsregistret; none in the demo",
        "the school unit register, read again every week",
    ),
    Setting(
        "ADDON_SERVICE_ACCOUNT",
        "",
        "e-mail address of the Workspace add-on's own service account; without it the add-on answers nobody",
    ),
    Setting("ADDON_CLIENT_ID", "", "the add-on's OAuth client (`oauthClientId`), which people's ID tokens are for"),
    Setting("SKOLSYNK_VENDOR_<SLUG>_TEST_URL", "the vendor file's", "a vendor's address in test mode"),
    Setting("SKOLSYNK_VENDOR_<SLUG>_LIVE_URL", "", "a vendor's address in live mode; without it, no live mode"),
    Setting("SKOLSYNK_VENDOR_<SLUG>_KEY", "", "API key used where a connection has none of its own", secret=True),
    Setting(
        "SITE_URL",
        "",
        "the site's public address, such as `https://skolsynk.example`: for links in letters, and for Google to call",
    ),
    Setting(
        "EMAIL_URL",
        "files in SKOLSYNK_VAR in the demo",
        "`smtps://user:password@host:465` or `smtp://…?starttls=yes`; without it nobody gets letters",
        secret=True,
    ),
    Setting("EMAIL_FROM", "", "the sender of letters, such as `Skolsynk <skolsynk@host.example>`"),
    Setting("CONTACT", "", "address or page that people and vendors may turn to; on public pages, and in User-Agent"),
    Setting("OPERATOR_NAME", "", "who runs this deployment, such as `Exempel AB, org.nr 556000-0000`; on public pages"),
    Setting(
        "SUBPROCESSORS",
        "",
        "who else's machines hold the data, with semicolons between: `Exempel Drift AB (servers, Sweden); …`",
    ),
    Setting(
        "LOG_LEVEL",
        "INFO",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`; logs go to standard output in production, else to standard error",
    ),
    Setting("DEBUG", "no", "`yes` shows tracebacks in the browser; refused in production"),
)
VENDOR_NAME = re.compile(r"SKOLSYNK_VENDOR_([A-Z0-9_]+?)_(TEST_URL|LIVE_URL|KEY)(_FILE)?\Z")


class Environment:
    """Typed readers of one mapping of variables. Every refusal is an ImproperlyConfigured with a hint."""

    def __init__(self, variables: Mapping[str, str], settings: tuple[Setting, ...] = SETTINGS) -> None:
        self._variables = variables
        self._known = {setting.name: setting for setting in settings}

    def text(self, name: str, default: str = "") -> str:
        """The variable, or the contents of the file that ``NAME_FILE`` names, without outer white space."""
        given = self._variables.get(name, "").strip()
        if not self._known[name].secret:
            return given or default
        file_name = self._variables.get(f"{name}_FILE", "").strip()
        if given and file_name:
            raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Keep one of them.")
        return (_read_secret(f"{name}_FILE", file_name) if file_name else given) or default

    def flag(self, name: str) -> bool:
        return self.choice(name, ("no", "yes"), "no") == "yes"

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} is {value!r}. Use one of: {', '.join(allowed)}.")
        return value

    def listing(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        parts = tuple(part.strip() for part in self.text(name).split(",") if part.strip())
        return parts or default

    def address(self, name: str, default: str, plain_http_hosts: tuple[str, ...]) -> str:
        value = self.text(name, default)
        fault = address_fault(value, plain_http_hosts)
        if fault:
            raise ImproperlyConfigured(f"{name}: {fault}")
        return value

    def keys(self, name: str) -> tuple[bytes, ...]:
        """Base64 keys of 32 bytes each, the encrypting one first; empty when the setting is absent."""
        return tuple(_key(name, number, part) for number, part in enumerate(self.listing(name), 1))

    def vendors(self, plain_http_hosts: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
        """What is set for vendors: ``{slug: {"test" | "live" | "key": value}}``, slugs in lower case with ``_``."""
        found: dict[str, dict[str, str]] = {}
        for variable in sorted(self._variables):
            match = VENDOR_NAME.match(variable)
            if match is None:
                continue
            slug, field = match[1], match[2]
            name = f"SKOLSYNK_VENDOR_{slug}_{field}"
            self._known[name] = self._known[f"SKOLSYNK_VENDOR_<SLUG>_{field}"]
            value = self.text(name) if field == "KEY" else self.address(name, "", plain_http_hosts)
            found.setdefault(slug.lower(), {})[field.removesuffix("_URL").lower()] = value
        return found


def address_fault(address: str, plain_http_hosts: tuple[str, ...]) -> str:
    """Why an address must not be called, as one sentence with a hint; "" when it may be."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{address!r} is not an address. Write it as https://host/path."
    if parts.username or parts.password:
        return "the address holds a user name or password. Give secrets by their own settings."
    if parts.scheme == "http" and parts.hostname not in plain_http_hosts:
        return f"{address!r} is without TLS. Use https, or add {parts.hostname} to PLAIN_HTTP_HOSTS."
    return ""


def database(url: str) -> dict[str, object]:
    """Django's settings for one ``postgres://`` or ``sqlite:///`` address."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path not in ("", "/"):
        return _sqlite(unquote(parts.path[1:]))  # four slashes: from the root; three: from here
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        options: dict[str, object] = dict(parse_qsl(parts.query))
        host = str(options.pop("host", parts.hostname or ""))  # a folder when the server has a Unix socket
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(options.pop("port", parts.port or "")),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # Statements are prepared and bound by the server: a push repeats a few of them thousands of times.
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5, **options},
        }
    raise ImproperlyConfigured(
        "DATABASE_URL cannot be read. Write postgres://user:password@host:5432/name, "
        "postgres:///name?host=/run/postgresql, or sqlite:////full/path.sqlite3."
    )


def mail(url: str) -> dict[str, object]:
    """Django's ``EMAIL_…`` settings for one ``smtp://`` or ``smtps://`` address; "" gives letters to nobody."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or set(options) - {"starttls"}:
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read. Write smtps://user:password@host:465 or smtp://host:587?starttls=yes."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": options.get("starttls") == "yes",
        "EMAIL_TIMEOUT": 20,
    }


def _sqlite(path: str) -> dict[str, object]:
    # WAL lets pages read while a push writes; IMMEDIATE takes the write lock at the start of a transaction,
    # where the busy time-out applies, instead of in the middle, where it does not.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in SQLITE_PRAGMAS),
        },
    }


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name} names {path}, which cannot be read: {type(error).__name__}.") from error


def _key(name: str, number: int, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, or not ASCII
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"{name}: key {number} is not base64 of {KEY_BYTES} bytes. Make one with: openssl rand -base64 {KEY_BYTES}"
        )
    return key
