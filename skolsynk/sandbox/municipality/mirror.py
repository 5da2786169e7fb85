"""Shows a town in a Google directory: all of it the first time, what differs after that."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from skolsynk.sandbox.directory import Directory, Json, timestamp
from skolsynk.sandbox.municipality.conventions.base import Convention, GroupSpec, MemberSpec
from skolsynk.sandbox.municipality.town import Person, Town

Key = TypeVar("Key", bound=Hashable)
Target = TypeVar("Target")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FIELD_KEYS = ("organizations", "customSchemas", "externalIds")


def base36(number: int, width: int) -> str:
    """``number`` in the letters that Google's ids use, filled to ``width``."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(width, "0")[-width:]


class Mirror:
    """Keeps one directory like one town, and remembers which Google objects stand for what."""

    def __init__(self, town: Town, convention: Convention, directory: Directory) -> None:
        self.town, self.convention, self.directory = town, convention, directory
        self.group_ids: dict[str, str] = {}  # GroupSpec.key -> Google's group id
        self._places: dict[int, str] = {}  # class -> path
        self._known: set[str] = set()  # people shown so far
        self._made = 0  # org units and groups
        self._members: dict[MemberSpec, Json] = {}  # only while groups are shown

    def show(self) -> None:
        """Change the directory until it shows the town."""
        self.convention.refresh()
        with self.directory.lock:
            self._follow_classes()
            self._add_paths()
            self._show_people()
            self._show_groups()
            self._clear_places()

    # Org units

    def _follow_classes(self) -> None:
        """Where the convention renames: a class that ended makes way, then names move up, the oldest class first."""
        current = self._class_places()
        if self.convention.renames:
            for uid in self._places.keys() - current.keys():
                old = self._places[uid]
                aside = f"{old.rpartition('/')[2]} (slutat {uid})"
                self.directory.rename_org_unit(old, aside)
                self._places[uid] = f"{old.rpartition('/')[0]}/{aside}"
            moved = {uid: path for uid, path in current.items() if self._places.get(uid, path) != path}
            in_free_order(
                moved,
                lambda uid, path: self.directory.find_org_unit(path) is None,
                lambda uid, path: self.directory.rename_org_unit(self._places[uid], path.rpartition("/")[2]),
            )
        self._ended = [path for uid, path in self._places.items() if uid not in current]
        self._places = current

    def _class_places(self) -> dict[int, str]:
        found = ((uid, self.convention.class_place(each)) for uid, each in self.town.classes.items())
        return {uid: path for uid, path in found if path is not None}

    def _add_paths(self) -> None:
        for path in self.convention.paths():
            if self.directory.find_org_unit(path) is None:
                self.directory.add_org_unit(path, f"id:03ph8a2z{self._next_id(7)}")

    def _clear_places(self) -> None:
        """Org units of classes that are no more go, unless another class took the name over."""
        for path in sorted(set(self._ended) - set(self._places.values())):
            if self.directory.find_org_unit(path) and not self.directory.users_at(path):
                self.directory.remove_org_unit(path)

    def _next_id(self, width: int) -> str:
        self._made += 1
        return base36((self._made * 60_466_181 + self.town.seed * 104_729) % 36**width, width)

    # People

    def _show_people(self) -> None:
        gone = self._known - self.town.people.keys()
        if gone:
            self.directory.delete_users(gone)
        for key, person in self.town.people.items():
            if key in self._known:
                self._update(person)
            else:
                self.directory.add_user(self._user(person))
        self._known = set(self.town.people)

    def _user(self, person: Person) -> Json:
        user: Json = {
            "kind": "admin#directory#user",
            "id": person.key,
            "primaryEmail": person.address,
            "name": _name(person),
            "isAdmin": person.outside == "office" and person.address.startswith("digitalisering@"),
            "isDelegatedAdmin": False,
            "suspended": "suspended" in person.dirt,
            "archived": "archived" in person.dirt,
            "orgUnitPath": self.convention.place(person),
            "customerId": self.directory.customer_id,
            "creationTime": timestamp(datetime.combine(self.town.today, datetime.min.time(), UTC)),
            "emails": [{"address": person.address, "primary": True}],
        }
        if user["suspended"]:
            user["suspensionReason"] = "ADMIN"
        user.update(self.convention.fields(person))
        return user

    def _update(self, person: Person) -> None:
        user = self.directory.users[person.key]
        name = user["name"]
        new_name = (name["givenName"], name["familyName"]) != (person.given, person.family)
        if new_name or user["primaryEmail"] != person.address:
            self.directory.rename_user(person.key, person.given, person.family, person.address)
        place = self.convention.place(person)
        if user["orgUnitPath"] != place:
            self.directory.move_user(person.key, place)
        if user["suspended"] != ("suspended" in person.dirt):
            self.directory.suspend(person.key, not user["suspended"])
        if user["archived"] != ("archived" in person.dirt):
            self.directory.archive(person.key, not user["archived"])
        fields = self.convention.fields(person)
        changed = {key: fields.get(key) for key in FIELD_KEYS if user.get(key) != fields.get(key)}
        if changed:
            self.directory.update_user(person.key, **changed)

    # Groups

    def _show_groups(self) -> None:
        specs = {spec.key: spec for spec in self.convention.groups()}
        self.directory.delete_groups([self.group_ids.pop(key) for key in self.group_ids.keys() - specs.keys()])
        self._rename_groups(specs)
        for spec in specs.values():
            if spec.key not in self.group_ids:
                self._add_group(spec)
        self._members.clear()
        for spec in specs.values():
            self._set_members(spec)
        self._members.clear()

    def _rename_groups(self, specs: Mapping[str, GroupSpec]) -> None:
        groups = self.directory.groups
        renamed = {
            key: specs[key]
            for key, group_id in self.group_ids.items()
            if (groups[group_id]["email"], groups[group_id]["name"]) != (specs[key].email, specs[key].name)
        }
        in_free_order(
            renamed,
            lambda key, spec: (
                (self.directory.find_group(spec.email) or {"id": key})["id"] in (key, self.group_ids[key])
            ),
            lambda key, spec: self.directory.rename_group(self.group_ids[key], spec.name, spec.email),
        )

    def _add_group(self, spec: GroupSpec) -> None:
        group_id = f"0{self._next_id(14)}"
        self.group_ids[spec.key] = group_id
        aliases = [f"{spec.email}.test-google-a.com"]
        self.directory.add_group(
            {
                "id": group_id,
                "email": spec.email,
                "name": spec.name,
                "description": spec.description,
                "nonEditableAliases": aliases,
            }
        )

    def _set_members(self, spec: GroupSpec) -> None:
        group_id = self.group_ids[spec.key]
        wanted = [self._shared(member) for member in _once(spec.members)]
        if self.directory.members[group_id] != wanted:
            self.directory.set_members(group_id, wanted)

    def _shared(self, spec: MemberSpec) -> Json:
        """One dict for all groups that somebody is in with the same role; they are never changed in place."""
        if spec not in self._members:
            self._members[spec] = self._member(spec)
        return self._members[spec]

    def _member(self, spec: MemberSpec) -> Json:
        member: Json = {"kind": "admin#directory#member", "role": spec.role}
        if spec.kind == "customer":
            return {**member, "id": self.directory.customer_id, "type": "CUSTOMER"}
        if spec.kind == "external":
            foreign = str(2 * 10**20 + sum(ord(sign) * 31**place for place, sign in enumerate(spec.key)) % 10**19)
            return {**member, "id": foreign, "email": spec.key, "type": "USER"}
        if spec.kind == "group":
            group = self.directory.groups[self.group_ids[spec.key]]
            return {**member, "id": group["id"], "email": group["email"], "type": "GROUP", "status": "ACTIVE"}
        user = self.directory.users[spec.key]
        status = "SUSPENDED" if user["suspended"] else "ARCHIVED" if user["archived"] else "ACTIVE"
        return {**member, "id": user["id"], "email": user["primaryEmail"], "type": "USER", "status": status}


def in_free_order(
    wanted: Mapping[Key, Target], is_free: Callable[[Key, Target], bool], apply: Callable[[Key, Target], None]
) -> None:
    """Apply every change once its target is free: 9A makes way for 8A, 8A for 7A. Raises ValueError in a ring."""
    waiting = dict(wanted)
    while waiting:
        ready = [key for key, target in waiting.items() if is_free(key, target)]
        if not ready:
            raise ValueError("the new names wait for each other")
        for key in ready:
            target = waiting.pop(key)
            apply(key, target)


def _once(members: Iterable[MemberSpec]) -> list[MemberSpec]:
    """Each member once; an owner stays an owner."""
    found: dict[tuple[str, str], MemberSpec] = {}
    for member in members:
        found.setdefault((member.kind, member.key), member)
    return list(found.values())


def _name(person: Person) -> Json:
    full = f"{person.given} {person.family}".strip()
    return {"givenName": person.given, "familyName": person.family, "fullName": full}
