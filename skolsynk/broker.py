"""The demo's broker: kombu's folder of messages, with messages that appear whole or not at all.

kombu's own channel opens a message's file under its final name and then writes it: a worker that looks in between
takes an empty message and dies of it. Here the file gets its name when it is complete. The same holds for the file
that tells which queues an exchange leads to: two processes that start at once take turns. And what a process knows of
one folder it does not believe of another.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kombu.transport import virtual
from kombu.transport.filesystem import Channel, Transport
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class WholeFileChannel(Channel):
    # kombu's two parent classes name this argument differently; the nearer one wins.
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        draft = self.control_folder / f"{name}.draft"
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.rename(Path(self.data_folder_out) / name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Among all processes that share the folder."""
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def get_table(self, exchange: str) -> Any:
        with self._alone():
            return super().get_table(exchange)

    def _queue_bind(self, *names: Any) -> None:
        with self._alone():
            super()._queue_bind(*names)

    def _delete(self, *names: Any, **more: Any) -> None:
        with self._alone():
            super()._delete(*names, **more)


class FileTransport(Transport):
    Channel = WholeFileChannel

    def __init__(self, client: Any, **more: Any) -> None:
        super().__init__(client, **more)
        self.state = virtual.BrokerState()
