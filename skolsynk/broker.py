"""The demo's broker: kombu's folder of messages, with messages that appear whole or not at all.

kombu's own channel opens a message's file under its final name and then writes it: a worker that looks in between
takes an empty message and dies of it. Here the file gets its name when it is complete.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

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


class FileTransport(Transport):
    Channel = WholeFileChannel
