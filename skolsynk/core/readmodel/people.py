"""Everybody of one tenant as columns, to be searched and listed quickly."""

from __future__ import annotations

from collections.abc import Collection

from skolsynk.core.readmodel.values import Found, PersonRow


class PeopleIndex:
    """Lists come in Swedish order of names."""

    def __len__(self) -> int:
        raise NotImplementedError

    def row(self, key: str) -> PersonRow | None:
        raise NotImplementedError

    def by_id(self, resource_id: str) -> PersonRow | None:
        raise NotImplementedError

    def find(self, text: str, only: Collection[str] | None = None, offset: int = 0, limit: int = 50) -> Found:
        """By name, address, source key or UUID; case and accents do not count. ``only``: at these units.

        People with protected identity are found by their exact key, UUID or address, and shown without.
        """
        raise NotImplementedError

    def rows_where(
        self,
        *,
        unit: str = "",
        role: str = "",
        fate: str = "",
        class_name: str = "",
        container: str = "",
        only: Collection[str] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> Found:
        """Everybody for whom each given condition holds; ``container``: in it or below."""
        raise NotImplementedError
