"""What every test gets: no network but loopback, keys and folders of its own, PostgreSQL as the database.

PostgreSQL and Redis start when the first test needs them, once for all test processes, and end with the session.
``SKOLSYNK_TEST_DATABASE=sqlite`` runs the database tests on SQLite instead.
"""

from __future__ import annotations

import base64
import contextlib
import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from skolsynk.environment import LOOPBACK, database
from skolsynk.sandbox.google import accounts
from tests import servers

KEYS = 6
FOLDER = "SKOLSYNK_TEST_FOLDER"  # shared by the controller and its workers
KEY = base64.b64encode(bytes(range(32))).decode()

hypothesis_settings.register_profile(
    "skolsynk", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("skolsynk")


class NetworkRefusedError(AssertionError):
    """A test tried to leave this machine."""


def _refuse_network(event: str, args: tuple[object, ...]) -> None:
    """Audit hook: sockets of this process reach loopback and Unix sockets only."""
    if event == "socket.connect":
        address = args[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    text = host.decode() if isinstance(host, bytes) else str(host or "")
    if text and text not in LOOPBACK and not text.startswith("127.") and text != "0.0.0.0":
        raise NetworkRefusedError(f"{event} to {text}: tests stay on loopback.")


def pytest_configure(config: pytest.Config) -> None:
    if FOLDER not in os.environ:
        os.environ[FOLDER] = str(servers.new_session_folder())
        config.add_cleanup(lambda: servers.stop_shared(Path(os.environ.pop(FOLDER))))
    # For the processes that tests start; this one has its settings already.
    os.environ.update(SKOLSYNK_ENV="test", SKOLSYNK_KEYS=KEY, SKOLSYNK_VAR=f"{os.environ[FOLDER]}/var")
    # libcurl opens its sockets without Python's knowledge: an address outside meets a proxy that is not there.
    os.environ.update(http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9", no_proxy=",".join(LOOPBACK))
    settings.SKOLSYNK_ENV = "test"
    settings.SKOLSYNK_KEYS = (bytes(range(32)),)
    settings.SKOLSYNK_VAR = Path(os.environ["SKOLSYNK_VAR"])
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    sys.addaudithook(_refuse_network)


@pytest.fixture(scope="session", autouse=True)
def _few_keys() -> Iterator[None]:
    """Making and opening an RSA key takes as long as many a test: all go round a few. One and the next differ."""
    kept: list[tuple[rsa.RSAPrivateKey, str]] = []
    turn, make = count(), accounts.new_key

    def key() -> tuple[rsa.RSAPrivateKey, str]:
        if len(kept) < KEYS:
            kept.append(make())
            return kept[-1]
        return kept[next(turn) % KEYS]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(accounts, "new_key", key)
        yield


@pytest.fixture(scope="session")
def test_folder() -> Path:
    """One folder for all test processes of this session."""
    return Path(os.environ[FOLDER])


@pytest.fixture(scope="session")
def postgres(test_folder: Path) -> servers.Server:
    return servers.shared(test_folder, "postgres", servers.start_postgres)


@pytest.fixture(scope="session")
def postgres_url(postgres: servers.Server) -> str:
    """DATABASE_URL of the shared PostgreSQL; make a database of your own with servers.create_database."""
    return postgres.url


@pytest.fixture(scope="session")
def redis_url(test_folder: Path) -> str:
    return servers.shared(test_folder, "redis", servers.start_redis).url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The tests' database: settings were read before the server existed, so it is put in here."""
    if os.environ.get("SKOLSYNK_TEST_DATABASE") == "sqlite" or servers.postgres_folder() is None:
        url = f"sqlite:///{tmp_path_factory.mktemp('database')}/skolsynk.sqlite3"
        name = url.removeprefix("sqlite:///")  # a file, as in the demo: an in-memory one knows no WAL
    else:
        url = request.getfixturevalue("postgres_url")
        name = f"test_skolsynk_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    wanted = settings.DATABASES["default"]
    wanted.update(database(url), CONN_MAX_AGE=0)
    wanted["TEST"].update(NAME=name)  # type: ignore[attr-defined]  # Django put a dict there
    with contextlib.suppress(AttributeError):  # not made yet in this thread
        del connections["default"]
