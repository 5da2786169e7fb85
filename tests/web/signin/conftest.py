from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from skolsynk.store.models import RegisterUnit, Tenant
from tests.web.signin.world import World, world


@pytest.fixture
def google(db: None) -> Iterator[World]:
    """Two customers; nobody has signed in here before."""
    Tenant.objects.all().delete()
    RegisterUnit.objects.all().delete()
    with world() as made:
        yield made


@pytest.fixture
def visitor(google: World) -> Client:
    return google.browser()
