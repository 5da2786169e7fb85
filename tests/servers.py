"""Real PostgreSQL and Redis for tests: each in its own new folder, reachable from this machine only.

A server is started by one process and may be stopped by another (pytest-xdist: a worker starts it, the controller
stops it), so what is remembered about it is its process id and its folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

START_SECONDS = 60.0
DATABASE_USER = "postgres"
_started: dict[int, subprocess.Popen[bytes]] = {}  # our own children, to be reaped when they are stopped


class Server(NamedTuple):
    pid: int
    url: str
    folder: str

    def stop(self) -> None:
        """Ask to stop, wait, and take the folder away. Stopping twice is fine."""
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            if not self._is_ours():
                raise ProcessLookupError(self.pid)
            os.kill(self.pid, signal.SIGINT)  # PostgreSQL's fast shutdown; Redis stops as well
            _wait_until(lambda: _ended(self.pid), f"{self.url} to stop")
        _started.pop(self.pid, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_ours(self) -> bool:
        """Process ids are used again: look at what runs under it before ending it."""
        command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        return self.folder.encode() in command or self.url.split("/")[2].encode() in command


def postgres_folder() -> Path | None:
    """Where the newest installed PostgreSQL's programs are; None when there is none."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(folders, key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def start_postgres() -> Server:
    """A new cluster on a Unix socket, without fsync. ``url`` is a DATABASE_URL of its database ``postgres``."""
    programs = postgres_folder()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: run scripts/system_packages.sh.")
    folder = Path(tempfile.mkdtemp(prefix="skolsynk-postgres-", dir="/tmp"))  # socket paths must be short
    user = _unprivileged(folder)
    cluster = folder / "cluster"
    options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale", f"--username={DATABASE_USER}"]
    make = [f"{programs}/initdb", *options, f"--pgdata={cluster}"]
    subprocess.run(make, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    settings = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
    command = [f"{programs}/postgres", "-D", str(cluster), "-k", str(folder), *(f"-c{one}" for one in settings)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    _started[process.pid] = process
    server = Server(process.pid, f"postgres://{DATABASE_USER}@/postgres?host={folder}", str(folder))
    _wait_until(lambda: _answers(socket.AF_UNIX, str(folder / ".s.PGSQL.5432"), process), "PostgreSQL to start")
    ready = [f"{programs}/pg_isready", "-q", "-h", str(folder), "-U", DATABASE_USER]
    _wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL to accept connections")
    return server


def create_database(server: Server, name: str) -> str:
    """A new empty database on a server; its DATABASE_URL."""
    programs = postgres_folder()
    assert programs is not None
    subprocess.run([f"{programs}/createdb", "-h", server.folder, "-U", DATABASE_USER, name], check=True)
    return server.url.replace("/postgres?", f"/{name}?")


def start_redis() -> Server:
    """An empty Redis on a free loopback port, keeping nothing on disk. ``url`` ends in database 0."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not installed: run scripts/system_packages.sh.")
    folder = Path(tempfile.mkdtemp(prefix="skolsynk-redis-"))
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log, start_new_session=True)
    _started[process.pid] = process
    _wait_until(lambda: _answers(socket.AF_INET, ("127.0.0.1", port), process), "Redis to start")
    return Server(process.pid, f"redis://127.0.0.1:{port}/0", str(folder))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def shared(folder: Path, name: str, start: Callable[[], Server]) -> Server:
    """The server of that name, started by whichever test process asks first."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = folder / f"{name}.json"
        if not note.exists():
            note.write_text(json.dumps(start()))
        return Server(*json.loads(note.read_text()))


def stop_shared(folder: Path) -> None:
    """Stop every server that was started under the folder, and take the folder away."""
    for note in folder.glob("*.json"):
        Server(*json.loads(note.read_text())).stop()
    shutil.rmtree(folder, ignore_errors=True)


def new_session_folder() -> Path:
    """A folder for this test session's servers; those of sessions that were killed are stopped first."""
    for folder in Path(tempfile.gettempdir()).glob("skolsynk-tests-*-*"):
        if not Path(f"/proc/{folder.name.split('-')[2]}").exists():
            stop_shared(folder)
    return Path(tempfile.mkdtemp(prefix=f"skolsynk-tests-{os.getpid()}-"))


def _unprivileged(folder: Path) -> int | None:
    """PostgreSQL refuses to run as root: give the folder to its own user, and say which."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam(DATABASE_USER)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_uid


def _answers(family: socket.AddressFamily, address: object, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}.")
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0  # type: ignore[arg-type]  # the address fits the family


def _ended(pid: int) -> bool:
    if pid in _started:
        return _started[pid].poll() is not None
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"  # ended; its parent has not asked yet


def _wait_until(true: Callable[[], bool], what: str) -> None:
    for _ in _ticks(START_SECONDS):
        if true():
            return
    raise TimeoutError(f"Waited {START_SECONDS:.0f} s for {what}.")


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
