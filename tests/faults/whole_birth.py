"""The offices' and the worker's part of a birth, from its submission to its end, in an installation of its own.

Run by ``test_canaries.py``: what the platform logs goes to this process's error stream. The number that the child was
given is added to what was told of the installation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tests.journeys.playing import Birth, Stage  # noqa: E402
from xiang.foundation.cases.models import Case  # noqa: E402
from xiang.foundation.forms.models import Draft  # noqa: E402
from xiang.foundation.outbox import worker  # noqa: E402
from xiang.services.credentials import operations as credentials  # noqa: E402
from xiang.services.credentials import queries as held  # noqa: E402
from xiang.services.payments import operations as payments  # noqa: E402
from xiang.services.payments.models import Order  # noqa: E402

IN_ORDER = (
    "birth_certificate",
    "vaccination_certificate",
    "birth_registration",
    "resident_insurance",
    "maternity_reimbursement",
    "social_security_card",
)


def play(told: Path) -> None:
    facts = json.loads(told.read_text())
    draft, stage = Draft.objects.get(id=facts["draft"]), Stage()
    mother = stage.resident(facts["mother"])
    birth = Birth(stage, mother, draft, Case.objects.get(id=draft.id))
    for item in IN_ORDER:
        stage.grant(birth.sub(item))
    payments.settle_paid(Order.objects.get(case_id=birth.sub("resident_premium").id).id)
    stage.work()
    for case in birth.case.children.filter(open=True):
        stage.perform(case, "deliver", "receiver", means="window")
    stage.work()
    certificate = held.mine(mother).filter(type_id="birth_certificate").latest("id")
    credentials.show(certificate, mother, [field["key"] for field in certificate.type.fields], "办理入园")
    worker.tick()
    stage.work()
    call_command("search", "rebuild")
    call_command("ledger", "seal")
    birth.case.refresh_from_db()
    assert (birth.case.state, birth.case.open) == ("done", False)
    number = birth.sub("birth_registration").answers["fields"]["child.id_number"]
    told.write_text(json.dumps(facts | {"numbers": facts["numbers"] | {"child": {"id_number": number}}}))


if __name__ == "__main__":
    play(Path(sys.argv[1]))
