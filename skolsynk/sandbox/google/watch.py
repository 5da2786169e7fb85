"""users.watch and channels.stop, with real calls to the address that asked; and the admin log of the Reports API."""

from __future__ import annotations

import http.client
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import urlsplit

import orjson

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google.calls import Call, Route, check_customer, listed, page_size, scope
from skolsynk.sandbox.google.tenancy import Row, Tenancy
from skolsynk.sandbox.google.wire import Answer, json_answer, refuse

LONGEST_S = 6 * 3600
EVENTS = {"CREATE_USER": "add", "DELETE_USER": "delete", "UNDELETE_USER": "undelete"}
TRIES = 3
POLL_S = 0.05


@dataclass
class Channel:
    id: str
    customer: str
    address: str
    token: str
    event: str  # "" = every event
    expires: float
    resource_id: str
    read: int  # entries of the customer's log that it has been told of
    number: int = 0


@dataclass
class Switchboard:
    """Open channels; one thread tells them what the log of their customer has gained."""

    tenancy: Tenancy
    clock: Callable[[], float]
    base: str = ""
    channels: dict[str, Channel] = field(default_factory=dict)
    delivered: list[tuple[str, str, int]] = field(default_factory=list)  # (channel, state, status)
    _wake: queue.SimpleQueue[bool] = field(default_factory=queue.SimpleQueue)
    _fresh: queue.SimpleQueue[Channel] = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None

    def open(self, call: Call) -> Answer:
        """``users.watch``: only plain addresses on loopback or https ones there; the fake never calls out."""
        body, customer = call.request.json(), call.query("customer") or "my_customer"
        check_customer(call, customer)
        channel_id, address = str(body.get("id", "")), str(body.get("address", ""))
        if body.get("type") != "web_hook" or not 0 < len(channel_id) <= 64 or len(str(body.get("token", ""))) > 256:
            raise refuse(400, "invalid", "Invalid Input: channel")
        if urlsplit(address).hostname not in ("127.0.0.1", "localhost"):
            raise refuse(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS: " + address)
        if channel_id in self.channels:
            raise refuse(400, "channelIdNotUnique", f"Channel id {channel_id} not unique")
        directory = call.directory
        channel = Channel(
            channel_id,
            directory.customer_id,
            address,
            str(body.get("token", "")),
            call.query("event"),
            call.now + self._lifetime(body, call.now),
            uuid.uuid5(uuid.NAMESPACE_URL, directory.customer_id).hex,
            len(directory.log),
        )
        self.channels[channel_id] = channel
        self._fresh.put(channel)
        self._start()
        answer: Row = {"kind": "api#channel", "id": channel_id, "resourceId": channel.resource_id}
        answer |= {"resourceUri": self._uri(channel), "expiration": str(int(channel.expires * 1000))}
        return json_answer({**answer, **({"token": channel.token} if channel.token else {})})

    def close(self, call: Call) -> Answer:
        """``channels.stop``: needs the id and the resource id of one's own channel."""
        body = call.request.json()
        channel = self.channels.get(str(body.get("id", "")))
        if channel is None or channel.resource_id != body.get("resourceId"):
            raise refuse(404, "channelIdNotFound", "Channel not found")
        del self.channels[channel.id]
        return Answer(204, b"")

    def stop(self) -> None:
        if self._thread is not None:
            self._wake.put(True)
            self._thread.join(timeout=5)

    def _lifetime(self, body: Row, now: float) -> float:
        asked = [float(LONGEST_S)]
        if body.get("expiration"):
            asked.append(int(body["expiration"]) / 1000 - now)
        if ttl := body.get("params", {}).get("ttl"):
            asked.append(float(ttl))
        return min(asked)

    def _uri(self, channel: Channel) -> str:
        return f"{self.base}/admin/directory/v1/users?customer={channel.customer}&alt=json"

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="fake-google-watch", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                self._wake.get(timeout=POLL_S)
            except queue.Empty:
                self._round()
            else:
                return

    def _round(self) -> None:
        while not self._fresh.empty():
            self._tell(self._fresh.get(), "sync", None)
        now = self.clock()
        for channel in [one for one in list(self.channels.values()) if one.expires > now]:
            directory = self.tenancy.directories.get(channel.customer)
            if directory is not None:
                self._catch_up(channel, directory)

    def _catch_up(self, channel: Channel, directory: Directory) -> None:
        entries = directory.log[channel.read :]
        channel.read += len(entries)
        for entry in entries:
            for event in entry["events"]:
                state = EVENTS.get(event["name"], "update")
                user = self._meant(event, directory)
                if user is not None and channel.event in ("", state):
                    self._tell(channel, state, user)

    def _meant(self, event: Row, directory: Directory) -> Row | None:
        """The user an entry of the log is about."""
        values = {one["name"]: one.get("value", "") for one in event.get("parameters", ())}
        email = values.get("USER_EMAIL", "")
        if event["type"] != "USER_SETTINGS" or not email:
            return None
        gone = (one for one in list(directory.deleted_users.values()) if one["primaryEmail"] == email)
        return directory.find_user(email) or next(gone, None)

    def _tell(self, channel: Channel, state: str, user: Row | None) -> None:
        channel.number += 1
        body = b""
        if user is not None:
            hint = {"kind": "admin#directory#user", "id": user["id"], "primaryEmail": user["primaryEmail"]}
            body = orjson.dumps({**hint, "etag": '"fake"'})
        status = 0
        for _ in range(TRIES):
            status = self._post(channel, state, body)
            if status not in (500, 502, 503, 504):
                break
        self.delivered.append((channel.id, state, status))

    def _post(self, channel: Channel, state: str, body: bytes) -> int:
        """The status of the answer; 0 when there was none."""
        parts = urlsplit(channel.address)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=5)
        headers = {
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
            "Content-Type": "application/json; charset=UTF-8",
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Message-Number": str(channel.number),
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": self._uri(channel),
            "X-Goog-Channel-Expiration": formatdate(channel.expires, usegmt=True),
        }
        if channel.token:
            headers["X-Goog-Channel-Token"] = channel.token
        try:
            connection.request("POST", parts.path or "/", body=body, headers=headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def routes(self) -> tuple[Route, ...]:
        users = scope("admin.directory.user")
        return (
            Route("POST", "/admin/directory/v1/users/watch", users, self.open),
            Route("POST", "/admin/directory_v1/channels/stop", users, self.close),
        )


def list_activities(call: Call) -> Answer:
    """``activities.list`` of application ``admin``: the customer's log, newest first."""
    rows = list(reversed(call.directory.log)) if call.parts["application"] == "admin" else []
    if since := call.query("startTime"):
        rows = [row for row in rows if row["id"]["time"] >= since]
    if until := call.query("endTime"):
        rows = [row for row in rows if row["id"]["time"] < until]
    if call.parts["user"] != "all":
        rows = [row for row in rows if call.parts["user"] in (row["actor"]["email"], row["actor"]["profileId"])]
    if name := call.query("eventName"):
        rows = [row for row in rows if any(one["name"] == name for one in row["events"])]
    return listed(call, "admin#reports#activities", "items", rows, dict, page_size(call, 1000, 1000))


REPORTS = (
    Route(
        "GET",
        "/admin/reports/v1/activity/users/{user}/applications/{application}",
        scope("admin.reports.audit"),
        list_activities,
    ),
)
