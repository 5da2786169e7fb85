"""What the Directory API tells about the customer: org units, domains, schemas, roles; and Marketplace licences."""

from __future__ import annotations

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google.accounts import LICENCE_SCOPE
from skolsynk.sandbox.google.calls import Call, Route, check_customer, listed, not_found, page_size, reply, scope
from skolsynk.sandbox.google.tenancy import Row, in_subtree, primary_domain
from skolsynk.sandbox.google.wire import Answer, json_answer, refuse

ROLES = (
    {"roleId": "1", "roleName": "_SEED_ADMIN_ROLE", "isSystemRole": True, "isSuperAdminRole": True},
    {"roleId": "2", "roleName": "_READ_ONLY_ADMIN_ROLE", "isSystemRole": True, "isSuperAdminRole": False},
)


def get_customer(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    directory = call.directory
    domain = primary_domain(directory)
    made = {"kind": "admin#directory#customer", "customerDomain": domain, "language": "sv"}
    return reply(call, {**made, **directory.customer, "id": directory.customer_id})


def list_org_units(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    top, kind = call.query("orgUnitPath") or "/", call.query("type") or "children"
    if kind not in ("children", "all", "allIncludingParent"):
        raise refuse(400, "invalidParameter", f"Invalid value '{kind}'.")
    units, at_top = call.directory.org_units, _unit(call.directory, top)
    if at_top is None:
        raise refuse(404, "notFound", "Org unit not found")
    path = at_top["orgUnitPath"]
    if kind == "children":
        chosen = [one for one in units if one["parentOrgUnitPath"].casefold() == path.casefold()]
    else:
        chosen = [one for one in units if one is not at_top and in_subtree(one["orgUnitPath"], path)]
    if kind == "allIncludingParent":
        chosen = [at_top, *chosen]
    body: Row = {"kind": "admin#directory#orgUnits"}
    return reply(call, {**body, "organizationUnits": chosen} if chosen else body)


def _unit(directory: Directory, path: str) -> Row | None:
    if path != "/":
        return directory.find_org_unit("/" + path.strip("/"))
    return {
        "kind": "admin#directory#orgUnit",
        "name": primary_domain(directory),
        "orgUnitPath": "/",
        "orgUnitId": directory.root_id,
        "blockInheritance": False,
    }


def list_domains(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    rows = [{"kind": "admin#directory#domain", **one} for one in call.directory.domains]
    return reply(call, {"kind": "admin#directory#domains", **({"domains": rows} if rows else {})})


def list_aliases(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    rows = [alias for one in call.directory.domains for alias in one.get("domainAliases", ())]
    return reply(call, {"kind": "admin#directory#domainAliases", **({"domainAliases": rows} if rows else {})})


def list_schemas(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    rows = call.directory.schemas
    return reply(call, {"kind": "admin#directory#schemas", **({"schemas": rows} if rows else {})})


def list_roles(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    return listed(call, "admin#directory#roles", "items", [dict(one) for one in ROLES], dict, page_size(call, 100, 100))


def list_assignments(call: Call) -> Answer:
    check_customer(call, call.parts["customer"])
    rows, key = _assignments(call), call.query("userKey")
    if key:
        user = call.directory.find_user(key)
        if user is None:
            raise not_found("userKey")
        rows = [one for one in rows if one["assignedTo"] == user["id"]]
    return listed(call, "admin#directory#roleAssignments", "items", rows, dict, page_size(call, 200, 200))


def _assignments(call: Call) -> list[Row]:
    if call.directory.role_assignments:
        return list(call.directory.role_assignments)
    admins = [one for one in call.tenancy.users(call.directory) if one.get("isAdmin") or one.get("isDelegatedAdmin")]
    return [
        {
            "kind": "admin#directory#roleAssignment",
            "roleAssignmentId": str(place),
            "roleId": "1" if one.get("isAdmin") else "2",
            "assignedTo": one["id"],
            "scopeType": "CUSTOMER",
        }
        for place, one in enumerate(admins, 1)
    ]


ORG_UNIT = scope("admin.directory.orgunit")
DOMAIN = scope("admin.directory.domain")
ROLE = scope("admin.directory.rolemanagement")
ROUTES = (
    Route("GET", "/admin/directory/v1/customers/{customer}", scope("admin.directory.customer"), get_customer),
    Route("GET", "/admin/directory/v1/customer/{customer}/orgunits", ORG_UNIT, list_org_units),
    Route("GET", "/admin/directory/v1/customer/{customer}/domains", DOMAIN, list_domains),
    Route("GET", "/admin/directory/v1/customer/{customer}/domainaliases", DOMAIN, list_aliases),
    Route("GET", "/admin/directory/v1/customer/{customer}/schemas", scope("admin.directory.userschema"), list_schemas),
    Route("GET", "/admin/directory/v1/customer/{customer}/roles", ROLE, list_roles),
    Route("GET", "/admin/directory/v1/customer/{customer}/roleassignments", ROLE, list_assignments),
)


def licence(
    scopes: frozenset[str], application: str, key: str, directory: Directory | None, user: Row | None
) -> Answer:
    """``customerLicense`` (no user) or ``userLicense``: ACTIVE where the customer is here and has the app.

    ``directory`` is None for a customer that is unknown or has not installed the app.
    """
    if LICENCE_SCOPE not in scopes:
        raise refuse(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
    state = "ACTIVE" if directory is not None else "UNLICENSED"
    made: Row = {"applicationId": application, "id": f"{application}/{key}", "state": state}
    if user is None:
        return json_answer({"kind": "appsmarket#customerLicense", "customerId": key, **made})
    made |= {"userId": key, "enabled": directory is not None, "editionId": "default_edition"}
    if directory is not None:
        made["customerId"] = directory.customer_id
    return json_answer({"kind": "appsmarket#userLicense", **made})
