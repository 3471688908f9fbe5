from __future__ import annotations

import pytest
from django.test import Client

from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    return casting.make()


@pytest.fixture
def as_mother(client: Client, cast: Cast) -> Client:
    return casting.sign_in(client, cast.mother)
