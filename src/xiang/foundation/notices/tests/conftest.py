from __future__ import annotations

import pytest

from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    return casting.make()
