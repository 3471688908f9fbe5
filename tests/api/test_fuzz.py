"""schemathesis finds nothing: every check, on every operation and along their links, as three roles.

The examples are fixed (derandomized), so a failure here is the same tomorrow. What the document cannot say is allowed
for: a request of the right shape may be refused for what it says (400, 422), and 503 tells of something outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from schemathesis.config import SchemathesisConfig

from tests.api.calling import token_for
from tests.api.conftest import put_sources
from tests.journeys.conftest import rolled_back
from tests.journeys.playing import Stage
from xiang.config.wsgi import application
from xiang.foundation.cases.models import Case
from xiang.foundation.documents import queries as documents
from xiang.services.applications import operations as applications
from xiang.services.credentials.models import Credential
from xiang.services.lifeevents import operations as lifeevents

pytestmark = pytest.mark.django_db

# Stand-ins for what is there, of the shape that the document declares; replaced by the real ones before sending.
STAND_INS = {
    "draft_id": ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"],
    "number": ["XC2000-0101-00001", "XC2000-0101-00002"],
    "document_id": ["00000000-0000-7000-8000-000000000003"],
    "confirmation_id": ["00000000-0000-7000-8000-000000000004"],
    "code": ["22222222AAAAAAAA"],
}
KNOWN = {
    "key": ["food_business_licence", "birth", "birth_registration"],
    "name": ["accept", "ask_supplement", "decline", "stop", "withdraw", "not_needed"],
    "material": ["mother_household", "photo"],
    "event": ["birth", "retirement", "open_restaurant"],
    "item": ["food_business_licence", "birth_certificate", "housing_fund_withdrawal"],
    "field": ["mother.name", "child.name"],
    "fields": ["name", "id_number"],
    "division": ["430104"],
}
BODIES = ("event", "item", "field")
CONFIG: dict[str, Any] = {
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "422", "429", "503"]
        },
        "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
    },
    "generation": {"database": "none", "deterministic": True},
    "dictionaries": {name: {"values": values} for name, values in (STAND_INS | KNOWN).items()},
    "parameters": {
        **{
            f"path.{name}": {"dictionary": name, "probability": 0.75}
            for name in (*STAND_INS, "key", "name", "material")
        },
        **{f"body.{name}": {"dictionary": name, "probability": 0.75} for name in BODIES},
        "body.fields[*]": {"dictionary": "fields", "probability": 0.75},
        "body.division": {"dictionary": "division", "probability": 0.5},
    },
}
PACE = settings(
    max_examples=6,
    stateful_step_count=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
ROLES = {"resident": "liuyun", "officer": "hospital", "auditor": "auditor"}

schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", application, config=SchemathesisConfig.from_dict(CONFIG)
)


@dataclass
class World:
    """What there is to ask about, and who asks."""

    tokens: dict[str, str] = field(default_factory=dict)
    real: dict[str, str] = field(default_factory=dict)

    def place(self, case: schemathesis.Case) -> schemathesis.Case:
        """The request, about what is there."""
        for name, value in (case.path_parameters or {}).items():
            if isinstance(value, str):
                case.path_parameters[name] = self.real.get(value, value)
        return case


@pytest.fixture(scope="module")
def world(_province: None, pristine_sources: Any) -> Iterator[World]:
    """A birth half handled, a draft of each kind, and a token for each role."""
    put_sources(pristine_sources)
    with rolled_back():
        yield _made(Stage())


def _made(stage: Stage) -> World:
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    whole = birth.submit()
    certificate = Case.objects.get(parent=whole, item_key="birth_certificate")
    stage.grant(certificate)
    mother = stage.resident("liuyun")
    event, item = lifeevents.start(mother, "birth"), applications.start(mother, "birth_certificate")
    asked = lifeevents.ask_other_party(event, mother)
    real = {
        "draft_id": [str(event.id), str(item.id)],
        "number": [whole.number, certificate.number],
        "document_id": [str(documents.of_case(certificate.id)[0].id)],
        "confirmation_id": [str(asked.id)],
        "code": [Credential.objects.filter(case_id=certificate.id).get().code],
    }
    pairs = {
        stand_in: value
        for name, values in real.items()
        for stand_in, value in zip(STAND_INS[name], values, strict=True)
    }
    return World({role: token_for(username) for role, username in ROLES.items()}, pairs)


@pytest.fixture(params=ROLES)
def headers(request: pytest.FixtureRequest, world: World, db: None) -> dict[str, str]:
    """What a caller of this role sends with every request."""
    return {"Authorization": f"Bearer {world.tokens[request.param]}"}


@schema.parametrize()
@PACE
def test_every_operation_keeps_its_word(case: schemathesis.Case, headers: dict[str, str], world: World) -> None:
    with rolled_back():
        world.place(case).call_and_validate(headers=headers)


def test_what_is_made_can_be_followed(headers: dict[str, str], world: World) -> None:
    """Along the links: what one operation answers is what the next one asks for."""

    class Followed(schema.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: schemathesis.Case) -> None:
            world.place(case)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: schemathesis.Case, *more: Any, **sent: Any) -> None:
            case.validate_response(response, headers=headers, transport_kwargs=sent, recorder=self.recorder)

    Followed.run(settings=PACE)
