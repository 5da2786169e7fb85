"""Whether a customer has the app, as the Marketplace tells (Marketplace API v2, customerLicense.get).

The service account asks as itself, without a subject: the question is about the app and not about anybody's directory,
and must be answered also when the customer has taken every permission away.
"""

from __future__ import annotations

from typing import NamedTuple

from skolsynk.sources.google import auth
from skolsynk.sources.google.client import Calling, Client
from skolsynk.sources.google.window import Window

TIMEOUT_S = 15.0
TRIES = 2  # another look follows


class Market(NamedTuple):
    """Our app in the Marketplace, and where to ask."""

    application: str
    credentials: auth.Credentials
    root_url: str
    token_uri: str


def customer_licence(market: Market, customer: str) -> str:
    """ "ACTIVE", or "UNLICENSED" for a customer that never had the app or has removed it.

    ``customer``: its primary domain (as Google's examples) or its id. Raises SourceError.
    """
    calling = Calling(
        account=auth.account_of(market.credentials), subject="", root_url=market.root_url,
        token_uri=market.token_uri, window=Window(600), timeout_s=TIMEOUT_S, tries=TRIES,
    )  # fmt: skip
    with Client(calling, (auth.LICENCE,)) as client:
        licences = client.service("appsmarket", "v2").customerLicense()
        question = licences.get(applicationId=market.application, customerId=customer)
        return str(client.one(question, "licence", "state")["state"])
