from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from kombu import Connection

from skolsynk.celery import app


def folder_broker(folder: Path) -> Connection:
    for name in ("queue", "control"):
        (folder / name).mkdir(exist_ok=True)
    queue = str(folder / "queue")
    options = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": str(folder / "control")}
    return Connection("wholefiles://", transport_options=options)


def test_a_reader_never_takes_half_a_message(tmp_path: Path) -> None:
    sent = 200

    def send() -> None:
        with folder_broker(tmp_path) as broker, broker.SimpleQueue("sync") as queue:
            for number in range(sent):
                queue.put({"run_id": number, "padding": "x" * 20_000})

    sender = threading.Thread(target=send)
    with folder_broker(tmp_path) as broker, broker.SimpleQueue("sync") as queue:
        sender.start()
        received: list[int] = []
        while len(received) < sent:
            message = queue.get(timeout=30)
            received.append(message.payload["run_id"])
            message.ack()
    sender.join()
    assert sorted(received) == list(range(sent))
    assert not list((tmp_path / "control").glob("*.draft"))


def test_beat_knows_the_tasks_by_name() -> None:
    names = {entry["task"].rpartition(".")[2] for entry in app.conf.beat_schedule.values()}
    assert names == {"schedule", "reap", "prune", "watch", "refresh_register"}
    assert app.conf.task_default_queue == "sync"
    assert app.conf.task_acks_late


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("vendor.example", 443)])
def test_tests_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    with pytest.raises(AssertionError, match="stay on loopback"):
        socket.create_connection(address, timeout=1)
