"""``python -m skolsynk.sandbox.receiver --port 0 --clients clients.json``: prints the address, serves until a signal.

clients.json is a list: ``[{"name": "demo", "key": "…", "temperament": "strict"}]``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from skolsynk.sandbox.receiver.server import ReceiverServer
from skolsynk.sandbox.receiver.values import client_from_json


async def serve(server: ReceiverServer) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await server.listen()
    sys.stdout.write(server.url + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await server.hush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m skolsynk.sandbox.receiver", description="A sandbox EGIL receiver")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--clients", type=Path, required=True, help="JSON file with a list of clients")
    parser.add_argument("--base-path", default="", help="serve below this path")
    parser.add_argument("--certificate", help="PEM file; serve TLS")
    parser.add_argument("--key", help="PEM file of the certificate's key")
    chosen = parser.parse_args()
    try:
        clients = [client_from_json(value) for value in json.loads(chosen.clients.read_text())]
    except (OSError, ValueError) as error:
        parser.error(f"{chosen.clients}: {error}")
    server = ReceiverServer(
        clients,
        host=chosen.host,
        port=chosen.port,
        base_path=chosen.base_path,
        certificate=chosen.certificate,
        key=chosen.key,
    )
    asyncio.run(serve(server))


if __name__ == "__main__":
    main()
