"""One invented Google Workspace customer, kept in Google's own shapes.

The fake Directory API serves it, the municipality generator fills it, and tests change it while it is being
served. Every change goes through a method here: that keeps paths, counts and addresses right together, writes the
admin log that the Reports API answers with, and moves ``version``. Users and groups are replaced, never changed in
place, so a page that was already built stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

Json = dict[str, Any]

UNDELETE_FOR = timedelta(days=20)
"""How long Google keeps a deleted user where ``showDeleted`` still lists it."""


def timestamp(at: datetime) -> str:
    """``2026-11-22T09:00:00.000Z``, as Google writes times."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parent_of(path: str) -> str:
    """``/Elever/Ekskolan`` -> ``/Elever``; the parent of a first-level org unit is ``/``."""
    return path.rpartition("/")[0] or "/"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Directory:
    """A customer's whole directory. Hold ``lock`` while walking its collections; the methods take it themselves.

    ``users``, ``groups`` and ``deleted_users`` map immutable ids to Google's dicts; ``members`` maps a group's id to
    its direct members; ``log`` holds activities of the Reports API's application ``admin``, oldest first.
    """

    customer_id: str
    customer: Json
    domains: list[Json] = field(default_factory=list)
    org_units: list[Json] = field(default_factory=list)  # without the root, as orgunits.list answers
    users: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    members: dict[str, list[Json]] = field(default_factory=dict)
    schemas: list[Json] = field(default_factory=list)
    role_assignments: list[Json] = field(default_factory=list)
    deleted_users: dict[str, Json] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    version: int = 0
    clock: Callable[[], datetime] = _now
    logging: bool = True  # off while a generator fills the directory
    lock: RLock = field(default_factory=RLock, repr=False)
    _addresses: dict[str, str] = field(default_factory=dict, init=False, repr=False)  # folded address -> user id
    _group_addresses: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _units: dict[str, Json] = field(default_factory=dict, init=False, repr=False)  # folded path -> org unit
    _children: dict[str, dict[str, None]] = field(default_factory=dict, init=False, repr=False)  # folded paths
    _residents: dict[str, dict[str, None]] = field(default_factory=dict, init=False, repr=False)  # path -> user ids

    def __post_init__(self) -> None:
        for unit in self.org_units:
            self._index_unit(unit)
        for user in self.users.values():
            self._index_user(user)
        for group in self.groups.values():
            self._group_addresses[group["email"].casefold()] = group["id"]

    # Finding

    def find_user(self, key: str) -> Json | None:
        """The user with this id, primary address or alias; None if there is none."""
        with self.lock:
            return self.users.get(key) or self.users.get(self._addresses.get(key.casefold(), ""))

    def find_group(self, key: str) -> Json | None:
        """The group with this id or address; None if there is none."""
        with self.lock:
            return self.groups.get(key) or self.groups.get(self._group_addresses.get(key.casefold(), ""))

    def find_org_unit(self, path: str) -> Json | None:
        """The org unit at ``path``, whatever its case; None if there is none."""
        with self.lock:
            return self._units.get(path.casefold())

    def users_at(self, path: str) -> list[Json]:
        """The users directly in the org unit at ``path``."""
        with self.lock:
            return [self.users[key] for key in self._residents.get(path.casefold(), ())]

    # Users

    def add_user(self, user: Mapping[str, Any]) -> None:
        """Add a user in Google's shape; ``id``, ``primaryEmail`` and ``orgUnitPath`` are needed.

        Raises ValueError if the id or the address is taken, LookupError if the org unit is not there.
        """
        with self.lock:
            if user["id"] in self.users or user["primaryEmail"].casefold() in self._addresses:
                raise ValueError(f"a user {user['id']} with this id or address is already there")
            self._require_unit(user["orgUnitPath"])
            made = {**user}
            self.users[made["id"]] = made
            self._index_user(made)
            self._note("USER_SETTINGS", "CREATE_USER", USER_EMAIL=made["primaryEmail"])

    def delete_user(self, user_id: str) -> None:
        """Delete a user and its memberships; it stays in ``deleted_users`` with a ``deletionTime``."""
        self.delete_users([user_id])

    def delete_users(self, user_ids: Iterable[str]) -> None:
        """As delete_user for many, with one walk over the memberships."""
        with self.lock:
            gone = sorted(set(user_ids))
            for user_id in gone:
                user = self.users.pop(user_id)
                for address in (user["primaryEmail"], *user.get("aliases", ())):
                    self._addresses.pop(address.casefold(), None)
                self._residents[user["orgUnitPath"].casefold()].pop(user_id)
                self.deleted_users[user_id] = {**user, "deletionTime": timestamp(self.clock())}
                self._note("USER_SETTINGS", "DELETE_USER", USER_EMAIL=user["primaryEmail"])
            self._drop_members(gone)

    def move_user(self, user_id: str, org_unit_path: str) -> None:
        """Place a user in another org unit. Raises LookupError if the org unit is not there."""
        with self.lock:
            path = self._require_unit(org_unit_path)
            user = self.users[user_id]
            self._residents[user["orgUnitPath"].casefold()].pop(user_id)
            self._replace(user_id, orgUnitPath=path)
            self._residents.setdefault(path.casefold(), {})[user_id] = None
            self._note("USER_SETTINGS", "MOVE_USER_TO_ORG_UNIT", USER_EMAIL=user["primaryEmail"], NEW_VALUE=path)

    def rename_user(self, user_id: str, given_name: str, family_name: str, primary_email: str | None = None) -> None:
        """Change the name, and the primary address if one is given; the old address becomes an alias as in Google.

        Raises ValueError if the address is another user's.
        """
        with self.lock:
            user = self.users[user_id]
            name = {**user["name"], "givenName": given_name, "familyName": family_name}
            if "fullName" in name:
                name["fullName"] = f"{given_name} {family_name}".strip()
            self._replace(user_id, name=name)
            self._note("USER_SETTINGS", "CHANGE_FIRST_NAME", USER_EMAIL=user["primaryEmail"], NEW_VALUE=given_name)
            if primary_email is not None and primary_email.casefold() != user["primaryEmail"].casefold():
                self._readdress(user_id, primary_email)

    def suspend(self, user_id: str, suspended: bool = True) -> None:
        """Suspend a user, or let it in again. Its memberships show the same status."""
        with self.lock:
            reason = {"suspensionReason": "ADMIN"} if suspended else {}
            kept = {key: value for key, value in self.users[user_id].items() if key != "suspensionReason"}
            self.users[user_id] = {**kept, "suspended": suspended, **reason}
            name = "SUSPEND_USER" if suspended else "UNSUSPEND_USER"
            self._note("USER_SETTINGS", name, USER_EMAIL=kept["primaryEmail"])

    def archive(self, user_id: str, archived: bool = True) -> None:
        """Archive a user, or bring it back."""
        with self.lock:
            self._replace(user_id, archived=archived)
            name = "ARCHIVE_USER" if archived else "UNARCHIVE_USER"
            self._note("USER_SETTINGS", name, USER_EMAIL=self.users[user_id]["primaryEmail"])

    def update_user(self, user_id: str, **values: Any) -> None:
        """Set top-level keys such as ``organizations`` or ``customSchemas``; None removes the key."""
        with self.lock:
            self._replace(user_id, **values)
            address = self.users[user_id]["primaryEmail"]
            self._note("USER_SETTINGS", "CHANGE_USER_CUSTOM_FIELD", USER_EMAIL=address)

    # Org units

    def add_org_unit(self, path: str, org_unit_id: str, description: str = "") -> None:
        """Make one org unit. Raises ValueError if the path is taken, LookupError if its parent is not there."""
        with self.lock:
            if path.casefold() in self._units:
                raise ValueError(f"there is already an org unit at {path}")
            parent = self._require_unit(parent_of(path))
            unit = {
                "kind": "admin#directory#orgUnit",
                "name": path.rpartition("/")[2],
                "description": description,
                "orgUnitPath": path,
                "orgUnitId": org_unit_id,
                "parentOrgUnitPath": parent,
                "parentOrgUnitId": self._units.get(parent.casefold(), {}).get("orgUnitId", self.root_id),
                "blockInheritance": False,
            }
            self.org_units.append(unit)
            self._index_unit(unit)
            self._note("ORG_SETTINGS", "CREATE_ORG_UNIT", ORG_UNIT_NAME=path)

    def rename_org_unit(self, path: str, name: str) -> None:
        """Give the org unit at ``path`` another name; everything below it, people too, follows."""
        with self.lock:
            self._relocate(path, parent_of(path), name)
            self._note("ORG_SETTINGS", "EDIT_ORG_UNIT_NAME", ORG_UNIT_NAME=path, NEW_VALUE=name)

    def move_org_unit(self, path: str, parent: str) -> None:
        """Place the org unit at ``path`` under ``parent``; everything below it, people too, follows."""
        with self.lock:
            self._relocate(path, self._require_unit(parent), path.rpartition("/")[2])
            self._note("ORG_SETTINGS", "MOVE_ORG_UNIT", ORG_UNIT_NAME=path, NEW_VALUE=parent)

    def remove_org_unit(self, path: str) -> None:
        """Remove an empty org unit. Raises ValueError if anyone or anything is in it."""
        with self.lock:
            folded = path.casefold()
            if self._residents.get(folded) or self._children.get(folded):
                raise ValueError(f"the org unit {path} is not empty")
            unit = self._units.pop(folded)
            self._children[unit["parentOrgUnitPath"].casefold()].pop(folded)
            self.org_units = [other for other in self.org_units if other is not unit]
            self._note("ORG_SETTINGS", "REMOVE_ORG_UNIT", ORG_UNIT_NAME=path)

    # Groups

    def add_group(self, group: Mapping[str, Any], members: Sequence[Json] = ()) -> None:
        """Add a group in Google's shape with its direct members; ``id``, ``email`` and ``name`` are needed.

        Raises ValueError if the id or the address is taken.
        """
        with self.lock:
            if group["id"] in self.groups or group["email"].casefold() in self._group_addresses:
                raise ValueError(f"there is already a group {group['email']}")
            made = {"description": "", "adminCreated": True, **group, "kind": "admin#directory#group"}
            self.groups[made["id"]] = made
            self._group_addresses[made["email"].casefold()] = made["id"]
            self._put_members(made["id"], list(members))
            self._note("GROUP_SETTINGS", "CREATE_GROUP", GROUP_EMAIL=made["email"])

    def delete_group(self, group_id: str) -> None:
        """Delete a group and its place in other groups."""
        self.delete_groups([group_id])

    def delete_groups(self, group_ids: Iterable[str]) -> None:
        """As delete_group for many, with one walk over the memberships."""
        with self.lock:
            gone = sorted(set(group_ids))
            for group_id in gone:
                group = self.groups.pop(group_id)
                self.members.pop(group_id)
                self._group_addresses.pop(group["email"].casefold())
                self._note("GROUP_SETTINGS", "DELETE_GROUP", GROUP_EMAIL=group["email"])
            self._drop_members(gone)

    def rename_group(self, group_id: str, name: str, email: str | None = None) -> None:
        """Change a group's name, and its address if one is given. Raises ValueError if the address is taken."""
        with self.lock:
            group = self.groups[group_id]
            self.groups[group_id] = {**group, "name": name}
            self._note("GROUP_SETTINGS", "CHANGE_GROUP_NAME", GROUP_EMAIL=group["email"], NEW_VALUE=name)
            if email is not None and email.casefold() != group["email"].casefold():
                self._readdress_group(group_id, email)

    def set_members(self, group_id: str, members: Sequence[Json]) -> None:
        """Let ``members`` (Google's shape) be the direct members of the group."""
        with self.lock:
            before = {member["id"]: member for member in self.members[group_id]}
            after = {member["id"]: member for member in members}
            self._put_members(group_id, list(after.values()))
            address = self.groups[group_id]["email"]
            for key in sorted(after.keys() - before.keys()):
                who = after[key].get("email", "")
                self._note("GROUP_SETTINGS", "ADD_GROUP_MEMBER", GROUP_EMAIL=address, USER_EMAIL=who)
            for key in sorted(before.keys() - after.keys()):
                who = before[key].get("email", "")
                self._note("GROUP_SETTINGS", "REMOVE_GROUP_MEMBER", GROUP_EMAIL=address, USER_EMAIL=who)

    # Keeping it together

    @property
    def root_id(self) -> str:
        """The id of the root org unit, which ``orgunits.list`` names only as a parent."""
        return f"id:root{self.customer_id.casefold()}"

    def _index_user(self, user: Json) -> None:
        for address in (user["primaryEmail"], *user.get("aliases", ())):
            self._addresses[address.casefold()] = user["id"]
        self._residents.setdefault(user["orgUnitPath"].casefold(), {})[user["id"]] = None

    def _drop_members(self, gone: Iterable[str]) -> None:
        ids = set(gone)
        for group_id, members in self.members.items():
            kept = [member for member in members if member["id"] not in ids]
            if len(kept) != len(members):
                self._put_members(group_id, kept)

    def _replace(self, user_id: str, **values: Any) -> None:
        merged = {**self.users[user_id], **values}
        self.users[user_id] = {key: value for key, value in merged.items() if value is not None}

    def _readdress(self, user_id: str, address: str) -> None:
        if self._addresses.get(address.casefold(), user_id) != user_id:
            raise ValueError("the new address is another user's")
        user = self.users[user_id]
        old = user["primaryEmail"]
        aliases = [alias for alias in user.get("aliases", ()) if alias.casefold() != address.casefold()] + [old]
        rest = [entry for entry in user.get("emails", ()) if entry["address"].casefold() not in _folded(address, old)]
        emails = [{"address": address, "primary": True}, {"address": old}, *rest]
        self._replace(user_id, primaryEmail=address, aliases=aliases, emails=emails)
        self._addresses[address.casefold()] = user_id
        self._note("USER_SETTINGS", "RENAME_USER", USER_EMAIL=old, NEW_VALUE=address)

    def _readdress_group(self, group_id: str, address: str) -> None:
        if self._group_addresses.get(address.casefold(), group_id) != group_id:
            raise ValueError(f"there is already a group {address}")
        group = self.groups[group_id]
        self._group_addresses.pop(group["email"].casefold())
        self._group_addresses[address.casefold()] = group_id
        self.groups[group_id] = {**group, "email": address}
        self._note("GROUP_SETTINGS", "CHANGE_GROUP_EMAIL", GROUP_EMAIL=group["email"], NEW_VALUE=address)

    def _put_members(self, group_id: str, members: list[Json]) -> None:
        self.members[group_id] = members
        self.groups[group_id] = {**self.groups[group_id], "directMembersCount": str(len(members))}

    def _require_unit(self, path: str) -> str:
        if path == "/":
            return path
        unit = self._units.get(path.casefold())
        if unit is None:
            raise LookupError(f"there is no org unit {path}")
        return str(unit["orgUnitPath"])

    def _index_unit(self, unit: Json) -> None:
        folded = unit["orgUnitPath"].casefold()
        self._units[folded] = unit
        self._children.setdefault(unit["parentOrgUnitPath"].casefold(), {})[folded] = None

    def _relocate(self, path: str, parent: str, name: str) -> None:
        """Move one org unit to ``parent``/``name`` with all below it."""
        target = f"{parent.rstrip('/')}/{name}"
        folded = path.casefold()
        if target.casefold() != folded and target.casefold() in self._units:
            raise ValueError(f"there is already an org unit at {target}")
        unit = self._units.pop(folded)
        self._children[unit["parentOrgUnitPath"].casefold()].pop(folded)
        parent_id = self._units.get(parent.casefold(), {}).get("orgUnitId", self.root_id)
        unit.update(name=name, orgUnitPath=target, parentOrgUnitPath=parent, parentOrgUnitId=parent_id)
        for user_id in self._residents.pop(folded, {}):
            self._replace(user_id, orgUnitPath=target)
            self._residents.setdefault(target.casefold(), {})[user_id] = None
        below = [self._units[child]["orgUnitPath"] for child in self._children.pop(folded, {})]
        self._index_unit(unit)
        for child in below:
            self._follow(child, target)

    def _follow(self, child: str, parent: str) -> None:
        # The child's old parent entry is gone already; put one back for _relocate to take.
        unit = self._units[child.casefold()]
        self._children.setdefault(unit["parentOrgUnitPath"].casefold(), {})[child.casefold()] = None
        self._relocate(child, parent, unit["name"])

    def _note(self, event_type: str, name: str, **parameters: str) -> None:
        self.version += 1
        if not self.logging:
            return
        number = len(self.log) + 1
        self.log.append(
            {
                "kind": "admin#reports#activity",
                "id": {
                    "time": timestamp(self.clock()),
                    "uniqueQualifier": str(number),
                    "applicationName": "admin",
                    "customerId": self.customer_id,
                },
                "actor": {"callerType": "USER", "email": self.customer.get("alternateEmail", ""), "profileId": "1"},
                "events": [
                    {
                        "type": event_type,
                        "name": name,
                        "parameters": [{"name": key, "value": value} for key, value in parameters.items()],
                    }
                ],
            }
        )


def _folded(*addresses: str) -> set[str]:
    return {address.casefold() for address in addresses}
