"""The sections of rooms that stand below this one: they cannot register themselves, since nothing imports upward."""

from xiang.foundation.publishing.profile import register as register_section
from xiang.foundation.publishing.wiring import documents, measures, notices, parties, statutes

SECTIONS = (
    parties.DIVISIONS,
    parties.BODIES,
    parties.UNITS,
    statutes.CALENDAR,
    statutes.LIMITS,
    documents.DOCUMENTS,
    notices.NOTICES,
    measures.TARGETS,
)


def register() -> None:
    for section in SECTIONS:
        register_section(section)
