from __future__ import annotations

import pytest
from django.test import Client

from xiang.foundation.cases.tests import scene as scenes


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    """The small province with its offices and people; no cases yet."""
    return scenes.build()


@pytest.fixture
def desk(scene: scenes.Scene) -> scenes.Scene:
    """The same with a list of work at the licensing office."""
    scenes.fill_desk(scene)
    return scene


@pytest.fixture
def as_():
    """``as_(who)``: a client signed in with both factors."""
    return lambda who: scenes.sign_in(Client(), who)
