"""One change on its way: how often it was tried, with which verb next, and what is known of it."""

from __future__ import annotations

from skolsynk.core.ledger import Answer, Verb
from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.egil.standing import Body
from skolsynk.egil.target import Target
from skolsynk.egil.transport import Request

METHODS = {Verb.CREATE: "POST", Verb.UPDATE: "PUT", Verb.DELETE: "DELETE"}


class Job:
    """Mutable while the push works on it; a receipt is made of it at the end."""

    __slots__ = ("body", "change", "limited", "method", "sent_at", "switches", "tries", "unsure")

    def __init__(self, change: Change, body: Body) -> None:
        self.change = change
        self.body = body
        self.method = METHODS[change.verb]
        self.tries = 0  # requests, all of them
        self.limited = 0  # of these, answered 429
        self.switches = 0  # POST <-> PUT
        self.unsure = False  # an earlier try may have arrived
        self.sent_at = 0.0

    def request(self, token: int, target: Target) -> Request:
        endpoint = BY_NAME[self.change.type].endpoint
        on_collection = self.method == "POST" or (self.method == "PUT" and target.put_on_collection)
        url = target.address(endpoint, "" if on_collection else self.change.id)
        return Request(token, self.method, url, self.body.payload if self.method != "DELETE" else None)

    def given_up(self) -> Answer:
        """The answer when there will be no further try."""
        return Answer.UNKNOWN if self.unsure else Answer.FAILED

    @property
    def failures(self) -> int:
        """Tries that count against the limit: slowing down and healing are no failures."""
        return self.tries - self.limited - self.switches

    @property
    def creates(self) -> bool:
        """The object is not proven to be at the vendor."""
        return self.method == "POST" or self.change.verb is Verb.CREATE
