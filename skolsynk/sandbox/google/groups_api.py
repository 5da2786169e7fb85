"""groups.list, groups.get, members.list and members.hasMember of the Directory API."""

from __future__ import annotations

import re

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google.calls import Call, Route, check_customer, listed, not_found, page_size, reply, scope
from skolsynk.sandbox.google.tenancy import Row, whole_user
from skolsynk.sandbox.google.wire import Answer, json_answer, refuse

PREFIX = re.compile(r"(email|name)\s*(:|=)\s*'?([^'*]+)(\*?)'?$")


def list_groups(call: Call) -> Answer:
    customer, user = call.query("customer"), call.query("userKey")
    if bool(customer) + bool(call.query("domain")) + bool(user) != 1:
        raise refuse(400, "badRequest", "Bad Request: one of customer, domain and userKey is needed.")
    if customer:
        check_customer(call, customer)
    rows = call.tenancy.groups(call.directory)
    if user:
        rows = _groups_of(call.directory, rows, user)
    if domain := call.query("domain"):
        rows = [row for row in rows if row["email"].casefold().endswith("@" + domain.casefold())]
    rows = _asked_for(rows, call.query("query"))
    if call.query("orderBy") == "email":
        rows = sorted(rows, key=lambda row: str(row["email"]), reverse=call.query("sortOrder") == "DESCENDING")
    return listed(call, "admin#directory#groups", "groups", rows, dict, page_size(call, 200, 200))


def _groups_of(directory: Directory, rows: list[Row], user_key: str) -> list[Row]:
    user = directory.find_user(user_key)
    if user is None:
        raise not_found("userKey")
    return [row for row in rows if any(one["id"] == user["id"] for one in directory.members.get(row["id"], ()))]


def _asked_for(rows: list[Row], query: str) -> list[Row]:
    if not query:
        return rows
    found = PREFIX.match(query)
    if found is None:
        raise refuse(400, "invalid", "Invalid Input: query")
    name, low = found[1], found[3].casefold()
    if found[4]:
        return [row for row in rows if row[name].casefold().startswith(low)]
    return [row for row in rows if row[name].casefold() == low]


def get_group(call: Call) -> Answer:
    return reply(call, _group(call))


def _group(call: Call) -> Row:
    found = call.directory.find_group(call.parts["key"])
    if found is None:
        if any(one.find_group(call.parts["key"]) for one in call.tenancy.all()):
            raise refuse(403, "forbidden", "Not Authorized to access this resource/api")
        raise not_found("groupKey")
    return found


def list_members(call: Call) -> Answer:
    group, directory = _group(call), call.directory
    rows = directory.members.get(group["id"], [])
    if call.query("includeDerivedMembership") == "true":
        rows = _derived(directory, group["id"])
    if roles := set(filter(None, call.query("roles").split(","))):
        rows = [row for row in rows if row["role"] in roles]
    return listed(call, "admin#directory#members", "members", rows, _member, page_size(call, 200, 200))


def _member(row: Row) -> Row:
    return {"kind": "admin#directory#member", **row}


def _derived(directory: Directory, group_id: str) -> list[Row]:
    """Members of the group and of groups inside it, users of CUSTOMER members too; each once."""
    found: dict[str, Row] = {}
    left, seen = [group_id], set[str]()
    while left:
        current = left.pop()
        if current in seen:
            continue
        seen.add(current)
        for member in directory.members.get(current, ()):
            found.setdefault(member["id"], member)
            if member["type"] == "GROUP":
                left.append(member["id"])
            elif member["type"] == "CUSTOMER":
                found.update(_everyone(directory, found))
    return list(found.values())


def _everyone(directory: Directory, found: dict[str, Row]) -> dict[str, Row]:
    return {
        key: {"id": key, "email": user["primaryEmail"], "role": "MEMBER", "type": "USER", "status": "ACTIVE"}
        for key, user in directory.users.items()
        if key not in found
    }


def has_member(call: Call) -> Answer:
    group, key = _group(call), call.parts["member"]
    user = call.directory.find_user(key)
    wanted = whole_user(user, "")["id"] if user else key
    rows = _derived(call.directory, group["id"])
    return json_answer({"isMember": any(wanted in (row["id"], row.get("email")) for row in rows)})


GROUP = scope("admin.directory.group", "admin.directory.group.member")
ROUTES = (
    Route("GET", "/admin/directory/v1/groups", scope("admin.directory.group"), list_groups),
    Route("GET", "/admin/directory/v1/groups/{key}", scope("admin.directory.group"), get_group),
    Route("GET", "/admin/directory/v1/groups/{key}/members", GROUP, list_members),
    Route("GET", "/admin/directory/v1/groups/{key}/hasMember/{member}", GROUP, has_member),
)
