"""IAM Credentials API: ``signBlob``, by which a process signs as a service account whose key nobody holds."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from skolsynk.sandbox.google.accounts import CLOUD_SCOPE, ServiceAccount
from skolsynk.sandbox.google.tokens import Grant
from skolsynk.sandbox.google.wire import Answer, Request, json_answer, refuse

SIGN_BLOB = re.compile(r"/v1/projects/-/serviceAccounts/([^/:]+):signBlob$")


def sign_blob(request: Request, grant: Grant, accounts: Mapping[str, ServiceAccount], email: str) -> Answer:
    """``{keyId, signedBlob}`` for ``{payload}`` in base64; refused unless the account lets the caller sign for it."""
    account = accounts.get(email)
    if account is None or CLOUD_SCOPE not in grant.scopes or grant.account not in account.signed_by:
        message = "Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist)."
        raise refuse(403, "forbidden", message, status="PERMISSION_DENIED")
    payload = base64.b64decode(request.json()["payload"])
    signed = account.private.sign(payload, padding.PKCS1v15(), hashes.SHA256())
    return json_answer({"keyId": next(iter(account.public_keys)), "signedBlob": base64.b64encode(signed).decode()})
