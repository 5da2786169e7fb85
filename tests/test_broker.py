from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue

from skolsynk.broker import WholeFileChannel
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


def test_what_is_known_of_one_folder_is_not_believed_of_another(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with folder_broker(tmp_path / name) as broker, broker.SimpleQueue("sync") as queue:
            queue.put({"folder": name})
            assert queue.get(timeout=30).payload == {"folder": name}


def test_many_that_start_at_once_are_all_bound(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def bind(number: int) -> None:
        with folder_broker(tmp_path) as broker:
            start.wait()
            queue = Queue(f"queue{number}", Exchange("shared", "fanout"), channel=broker.default_channel)
            queue.declare()

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with folder_broker(tmp_path) as broker:
        channel = broker.default_channel
        assert isinstance(channel, WholeFileChannel)
        assert {row[2] for row in channel.get_table("shared")} == {f"queue{n}" for n in range(8)}


def test_beat_knows_the_tasks_by_name() -> None:
    names = {entry["task"].rpartition(".")[2] for entry in app.conf.beat_schedule.values()}
    assert names == {"follow_logs", "listen", "look", "patch", "prune", "reap", "refresh_register", "schedule", "watch"}
    assert app.conf.task_default_queue == "sync"
    assert app.conf.task_acks_late


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("vendor.example", 443)])
def test_tests_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    with pytest.raises(AssertionError, match="stay on loopback"):
        socket.create_connection(address, timeout=1)
