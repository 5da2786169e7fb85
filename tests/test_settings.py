"""The environment's readers, the start of each environment, and the table that the README prints."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from skolsynk.environment import SETTINGS, Environment, address_fault, database
from skolsynk.log import EventFormatter

ROOT = Path(__file__).resolve().parent.parent
KEY = base64.b64encode(bytes(32)).decode()
PRODUCTION = {
    "SKOLSYNK_ENV": "production",
    "SECRET_KEY": "xJ3-" * 20 + "0123456789abcdefgh",
    "ALLOWED_HOSTS": "skolsynk.example",
    "SKOLSYNK_KEYS": KEY,
    "DATABASE_URL": "postgres://skolsynk:hemligt@db.example/skolsynk",
    "REDIS_URL": "redis://redis.example:6379/0",
    "GOOGLE_CLIENT_ID": "skolsynk.apps.example",
    "GOOGLE_CLIENT_SECRET": "hemligt",
    "GOOGLE_SERVICE_ACCOUNT": "{}",
}


def started(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A new process that loads settings from these variables alone."""
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "skolsynk.settings"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=clean | variables, capture_output=True, text=True, check=False)


def printed(expression: str, **variables: str) -> object:
    done = started(f"import json; from django.conf import settings; print(json.dumps({expression}))", **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(**variables: str) -> str:
    done = started("from django.conf import settings; settings.DEBUG", **variables)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "SKOLSYNK_KEYS", "DATABASE_URL", "REDIS_URL"])
def test_production_refuses_to_start_without(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert f"Set {missing}" in refused(**given)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"DEBUG": "yes"}, "DEBUG is yes in production"),
        ({"CELERY_BROKER_URL": "filesystem:///tmp/broker"}, "is for the demo"),
        ({"GOOGLE_ROOT_URL": "http://127.0.0.1:1/"}, "PLAIN_HTTP_HOSTS"),
        ({"SKOLSYNK_VENDOR_NE_LIVE_URL": "http://ne.example"}, "SKOLSYNK_VENDOR_NE_LIVE_URL"),
        ({"SKOLSYNK_KEYS": "c2hvcnQ="}, "openssl rand -base64 32"),
        ({"SKOLSYNK_ENV": "prod"}, "demo, production, test"),
        ({"LOG_LEVEL": "loud"}, "DEBUG, INFO"),
    ],
)
def test_production_refuses_a_bad_value(wrong: dict[str, str], words: str) -> None:
    assert words in refused(**(PRODUCTION | wrong))


def test_production_passes_djangos_deployment_checks() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"]
    env = {"PATH": os.environ["PATH"]} | PRODUCTION
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_SERVICE_ACCOUNT"])
def test_production_is_warned_where_nobody_can_sign_in(missing: str) -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", "--tag", "security"]
    env = {"PATH": os.environ["PATH"]} | {name: value for name, value in PRODUCTION.items() if name != missing}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"(skolsynk.W002) {missing}" in done.stderr


def test_the_demo_fails_the_deployment_check_with_a_hint(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--tag", "security"]
    env = {"PATH": os.environ["PATH"], "SKOLSYNK_VAR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "skolsynk.E001" in done.stderr


def test_the_demo_needs_nothing_and_keeps_its_things_in_one_folder(tmp_path: Path) -> None:
    variables = {"SKOLSYNK_VAR": str(tmp_path)}
    assert printed("str(settings.DATABASES['default']['NAME'])", **variables) == f"{tmp_path}/skolsynk.sqlite3"
    broker = printed("settings.CELERY_BROKER_TRANSPORT_OPTIONS", **variables)
    assert isinstance(broker, dict)
    assert all(Path(folder).is_dir() and str(tmp_path) in folder for folder in broker.values())
    assert printed("settings.SECRET_KEY", **variables) == printed("settings.SECRET_KEY", **variables)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_broker_is_redis_where_redis_is() -> None:
    assert printed("settings.CELERY_BROKER_URL", **PRODUCTION) == PRODUCTION["REDIS_URL"]


def test_vendors_are_read_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nyckeln\n")
    given = printed(
        "settings.VENDOR_SETTINGS",
        SKOLSYNK_VAR=str(tmp_path),
        SKOLSYNK_VENDOR_NE_TEST_URL="https://test.ne.example",
        SKOLSYNK_VENDOR_NATUR_OCH_KULTUR_LIVE_URL="http://127.0.0.1:8001/nok",
        SKOLSYNK_VENDOR_NE_KEY_FILE=str(tmp_path / "key"),
    )
    assert given == {
        "ne": {"test": "https://test.ne.example", "key": "nyckeln"},
        "natur_och_kultur": {"live": "http://127.0.0.1:8001/nok"},
    }


def test_a_vendor_setting_without_a_vendor_file_is_an_error(tmp_path: Path) -> None:
    look = "from skolsynk.checks import check_vendor_settings as look; print(look(app_configs=None))"
    code = f"import django; django.setup(); {look}"
    done = started(code, SKOLSYNK_VAR=str(tmp_path), SKOLSYNK_VENDOR_NOBODY_KEY="x", SKOLSYNK_VENDOR_NE_KEY="x")
    assert "skolsynk.E002" in done.stdout
    assert done.stdout.count("E002") == 1, done.stderr


def test_a_secret_may_lie_in_a_file_but_not_in_two_places(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    assert Environment({"SECRET_KEY_FILE": str(tmp_path / "secret")}).text("SECRET_KEY") == "from a file"
    with pytest.raises(ImproperlyConfigured, match="Keep one"):
        Environment({"SECRET_KEY_FILE": "/x", "SECRET_KEY": "x"}).text("SECRET_KEY")
    with pytest.raises(ImproperlyConfigured, match="cannot be read: FileNotFoundError"):
        Environment({"SECRET_KEY_FILE": str(tmp_path / "none")}).text("SECRET_KEY")


def test_what_is_no_secret_is_not_read_from_a_file(tmp_path: Path) -> None:
    assert Environment({"ALLOWED_HOSTS_FILE": str(tmp_path)}).text("ALLOWED_HOSTS") == ""


def test_keys_are_many_and_the_first_encrypts() -> None:
    other = base64.b64encode(bytes(range(32))).decode()
    assert Environment({"SKOLSYNK_KEYS": f"{KEY}, {other}"}).keys("SKOLSYNK_KEYS") == (bytes(32), bytes(range(32)))
    with pytest.raises(ImproperlyConfigured, match="key 2"):
        Environment({"SKOLSYNK_KEYS": f"{KEY},åäö"}).keys("SKOLSYNK_KEYS")


def test_a_refused_key_is_not_shown() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        Environment({"SKOLSYNK_KEYS": "aGVtbGlndA=="}).keys("SKOLSYNK_KEYS")
    assert "aGVtbGlndA" not in str(refusal.value)


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite:///", "sqlite://", "postgres://host", "skolsynk.sqlite3"])
def test_a_database_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database(url)


def test_a_database_address_may_name_a_socket_folder_and_options() -> None:
    made = database("postgres://me:p%40ss@db.example:5433/skolsynk?sslmode=require")
    assert (made["HOST"], made["PORT"], made["PASSWORD"]) == ("db.example", "5433", "p@ss")
    assert made["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 5, "sslmode": "require"}
    assert database("postgres:///skolsynk?host=/run/postgresql")["HOST"] == "/run/postgresql"


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://vendor.example/scim", ""),
        ("http://127.0.0.1:8000/", ""),
        ("http://vendor.example/", "without TLS"),
        ("ftp://vendor.example/", "not an address"),
        ("vendor.example", "not an address"),
        ("https://", "not an address"),
        ("https://user:word@vendor.example/", "user name or password"),
    ],
)
def test_addresses_that_must_not_be_called(address: str, fault: str) -> None:
    found = address_fault(address, ("127.0.0.1",))
    assert (fault in found) if fault else not found


def test_no_setting_is_read_that_the_table_lacks() -> None:
    with pytest.raises(KeyError):
        Environment({}).text("SOMETHING_ELSE")
    source = (ROOT / "skolsynk/settings.py").read_text()
    read = set(re.findall(r'(?:_env\.\w+|_required)\(\s*"([A-Z_]+)"', source))
    named = {setting.name for setting in SETTINGS if "<SLUG>" not in setting.name}
    assert read == named


def test_the_readme_prints_every_setting_as_the_code_has_it() -> None:
    after = (ROOT / "README.md").read_text().partition("<!-- settings:")[2]
    printed_rows = [line for line in after.partition("\n\n")[0].splitlines() if line.startswith("| `")]
    assert printed_rows == [f"| `{one.name}` | {one.default or '–'} | {one.meaning} |" for one in SETTINGS]


def test_a_log_line_is_an_event_and_its_fields() -> None:
    record = logging.makeLogRecord(
        {"name": "skolsynk.sync", "levelname": "INFO", "msg": "run_began run=%s", "args": ("r1",), "created": 0.0}
    )
    record.held = 3
    record.words = 'two words and "quotes"'
    line = "1970-01-01T00:00:00Z INFO skolsynk.sync run_began run=r1 held=3 words=\"two words and 'quotes'\""
    assert EventFormatter().format(record) == line


def test_an_exception_follows_its_log_line() -> None:
    try:
        int("no number")
    except ValueError:
        record = logging.makeLogRecord({"msg": "internal", "exc_info": sys.exc_info()})
    assert "ValueError: invalid literal" in EventFormatter().format(record)
