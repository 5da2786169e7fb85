"""users.list and users.get of the Directory API."""

from __future__ import annotations

import re
from collections.abc import Callable

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google.calls import Call, Route, check_customer, listed, not_found, page_size, reply, scope
from skolsynk.sandbox.google.tenancy import Row, in_subtree, whole_user
from skolsynk.sandbox.google.wire import Answer, refuse

PUBLIC = ("kind", "id", "primaryEmail", "name", "emails", "thumbnailPhotoUrl", "customerId")
CLAUSE = re.compile(r"([A-Za-z_.]+)\s*([:=])\s*('(?:[^'\\]|\\.)*'|\S+)\s*")
Test = Callable[[Row], bool]


def list_users(call: Call) -> Answer:
    customer, domain = call.query("customer"), call.query("domain")
    if bool(customer) == bool(domain):
        raise refuse(400, "badRequest", "Bad Request: exactly one of customer and domain is needed.")
    if customer:
        check_customer(call, customer)
    tenancy, directory = call.tenancy, call.directory
    rows = tenancy.deleted(directory) if call.query("showDeleted") == "true" else tenancy.users(directory)
    for keeps in _tests(call, domain):
        rows = [row for row in rows if keeps(row)]
    order = {"email": "primaryEmail", "familyName": "familyName", "givenName": "givenName"}.get(call.query("orderBy"))
    if order is not None:
        down = call.query("sortOrder") == "DESCENDING"
        rows = sorted(rows, key=lambda row: str(row.get(order) or row["name"].get(order, "")).casefold(), reverse=down)
    return listed(call, "admin#directory#users", "users", rows, _shape(call), page_size(call, 100, 500))


def get_user(call: Call) -> Answer:
    key = call.parts["key"]
    row = call.directory.find_user(key)
    if row is not None:
        return reply(call, _shape(call)(row))
    if call.tenancy.was_deleted(call.directory, key):
        raise refuse(412, "conditionNotMet", "User is deleted.")
    if call.directory.find_group(key) is not None:
        raise refuse(400, "invalid", "Type not supported: userKey")
    if any(one.find_user(key) for one in call.tenancy.all()):
        raise refuse(403, "forbidden", "Not Authorized to access this resource/api")
    raise not_found("userKey")


def _shape(call: Call) -> Callable[[Row], Row]:
    """How a user looks under the call's ``projection`` and ``viewType``."""
    customer, projection = call.directory.customer_id, call.query("projection") or "basic"
    if call.query("viewType") == "domain_public":
        return lambda row: {name: value for name, value in whole_user(row, customer).items() if name in PUBLIC}
    if projection == "full":
        return lambda row: whole_user(row, customer)
    wanted = set(call.query("customFieldMask").split(",")) if projection == "custom" else set()
    if projection == "custom" and not wanted - {""}:
        raise refuse(400, "invalid", "Invalid Input: custom_field_mask")
    return lambda row: _with_schemas(whole_user(row, customer), wanted)


def _with_schemas(user: Row, wanted: set[str]) -> Row:
    schemas = {name: value for name, value in user.pop("customSchemas", {}).items() if name in wanted}
    return {**user, "customSchemas": schemas} if schemas else user


def _tests(call: Call, domain: str) -> list[Test]:
    tests: list[Test] = []
    if domain:
        ending = f"@{domain.casefold()}"
        tests.append(lambda row: str(row["primaryEmail"]).casefold().endswith(ending))
    query, place = call.query("query"), 0
    while place < len(query):
        clause = CLAUSE.match(query, place)
        if clause is None:
            raise refuse(400, "invalid", "Invalid Input: query")
        tests.append(_clause(clause[1], clause[2], clause[3], call.directory))
        place = clause.end()
    return tests


def _clause(name: str, operator: str, text: str, directory: Directory) -> Test:
    value = re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith("'") else text
    if name == "orgUnitPath":
        if operator != "=" or (value != "/" and directory.find_org_unit(value.rstrip("/")) is None) or not value:
            raise refuse(400, "invalid", "Invalid Input: INVALID_OU_ID")
        return lambda row: in_subtree(row["orgUnitPath"], value)
    flags = {"isSuspended": "suspended", "isArchived": "archived", "isAdmin": "isAdmin"}
    if name in flags:
        return lambda row: bool(row.get(flags[name])) == (value == "true")
    if name not in TEXTS:
        raise refuse(400, "invalid", f"Invalid Input: {name}")
    low = value.casefold()
    if operator == ":" and low.endswith("*"):
        return lambda row: any(one.casefold().startswith(low[:-1]) for one in TEXTS[name](row))
    return lambda row: any(one.casefold() == low for one in TEXTS[name](row))


def _organization(key: str) -> Callable[[Row], list[str]]:
    return lambda row: [str(one.get(key, "")) for one in row.get("organizations", ())]


TEXTS: dict[str, Callable[[Row], list[str]]] = {
    "email": lambda row: [row["primaryEmail"], *row.get("aliases", ())],
    "givenName": lambda row: [row["name"].get("givenName", "")],
    "familyName": lambda row: [row["name"].get("familyName", "")],
    "externalId": lambda row: [str(one.get("value", "")) for one in row.get("externalIds", ())],
    "orgDepartment": _organization("department"),
    "orgTitle": _organization("title"),
    "orgCostCenter": _organization("costCenter"),
}

USER = scope("admin.directory.user")
ROUTES = (
    Route("GET", "/admin/directory/v1/users", USER, list_users),
    Route("GET", "/admin/directory/v1/users/{key}", USER, get_user),
)
