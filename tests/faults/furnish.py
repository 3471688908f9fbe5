"""Fills an empty data folder with the profile, a small province and births that are ready to be submitted.

Run once a test run by ``installing.py``, as a process of its own: the folder and the database are named by the
environment, as for any process of an installation. What a client must know is written to the file named as argument.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from tests.api.calling import token_for  # noqa: E402
from tests.journeys.playing import Stage  # noqa: E402
from xiang.foundation.parties import operations as changing  # noqa: E402
from xiang.foundation.parties import queries as parties  # noqa: E402
from xiang.foundation.parties.models import Account  # noqa: E402
from xiang.portal.province import enrolment, seeding  # noqa: E402

PEOPLE, SEED = 1500, 7
DRAFTS = 7
MOTHER, FATHER = "liuyun", "zhouziheng"
CHILD = "周砚禾"
"""A name that stands nowhere in the profile: where it is found, it was written."""


def furnish(told: Path) -> None:
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    call_command("load", "hunan", verbosity=0, stdout=io.StringIO())
    seeding.seed(PEOPLE, SEED, data=Path(settings.DATA), profile=settings.PROFILE_DIR)
    enrolment.enrol_cast(settings.PROFILE_DIR)
    accounts = io.StringIO()
    call_command("demo_accounts", "--json", stdout=accounts)
    call_command("search", "rebuild", stdout=io.StringIO())
    stage = Stage()
    facts = {
        "drafts": [birth(stage) for _ in range(DRAFTS)],
        "mother": MOTHER,
        "father": FATHER,
        "child": CHILD,
        "token": token_for(MOTHER),
        "password": json.loads(accounts.getvalue())["accounts"][0]["password"],
        "numbers": {role: _known(stage, name) for role, name in (("mother", MOTHER), ("father", FATHER))},
    }
    told.write_text(json.dumps(facts))


def birth(stage: Stage) -> str:
    """A birth that lacks nothing but being submitted."""
    made = stage.birth(MOTHER, child__name=CHILD, result__means="collect").father_agrees(stage.resident(FATHER))
    return str(made.draft.id)


def _known(stage: Stage, username: str) -> dict[str, str | None]:
    """Somebody's numbers; from now on they sign in with the telephone's."""
    actor = stage.resident(username)
    phone = parties.contact_value(actor.party_id, "phone")
    changing.set_phone(actor, Account.objects.get(username=username), phone)
    return {"id_number": parties.number_of(actor.party_id), "phone": phone}


if __name__ == "__main__":
    furnish(Path(sys.argv[1]))
