"""The words of a policy: ODRL 2.2's core and common vocabulary, and the terms of our own profile.

Names of ODRL are written bare (``read``), names of the profile with the prefix ``xp:`` (``xp:verify``).
Source: ODRL Vocabulary & Expression 2.2, https://www.w3.org/TR/odrl-vocab/.
"""

from __future__ import annotations

from functools import lru_cache

ODRL = "http://www.w3.org/ns/odrl/2/"
PROFILE = "https://xiang.example/ns/policy#"
COLUMN = "https://xiang.example/ns/policy/column#"
PREFIX = "xp:"
COLUMN_PREFIX = "column:"

_WITHIN_USE = (
    *("Attribution", "CommericalUse", "DerivativeWorks", "Distribution", "Notice", "Reproduction"),
    *("ShareAlike", "Sharing", "SourceCode", "acceptTracking", "aggregate", "annotate", "anonymize"),
    *("archive", "attribute", "compensate", "concurrentUse", "delete", "derive", "digitize", "distribute"),
    *("ensureExclusivity", "execute", "grantUse", "include", "index", "inform", "install", "modify", "move"),
    *("nextPolicy", "obtainConsent", "play", "present", "print", "read", "reproduce", "reviewPolicy"),
    *("stream", "synchronize", "textToSpeech", "transform", "translate", "uninstall", "watermark", "write"),
    *("xp:batch", "xp:returnFlow", "xp:mask", "xp:query", "xp:train"),
)

#: Every action that is known, with the wider action that includes it (``includedIn``); the roots have none.
ACTIONS: dict[str, str] = {
    "use": "",
    "transfer": "",
    **dict.fromkeys(_WITHIN_USE, "use"),
    "give": "transfer",
    "sell": "transfer",
    "display": "play",
    "copy": "reproduce",
    "extract": "reproduce",
    "xp:verify": "read",  # 核验: yes or no, without the data; whoever may read may verify
}

MASK = "xp:mask"

ORDER = frozenset({"lt", "lteq", "gt", "gteq"})
EQUALITY = frozenset({"eq", "neq"})
SETS = frozenset({"isAnyOf", "isAllOf", "isNoneOf"})
TREES = frozenset({"isA", "isPartOf", "hasPart"})
OPERATORS = ORDER | EQUALITY | SETS | TREES

#: Left operands that are compared as names, and those that are compared as instants, numbers and durations.
NAMES = frozenset({"purpose", "spatial", "recipient", "xp:environment", "xp:serviceItem"})
NUMBERS = frozenset({"count", "xp:rate"})
DURATIONS = frozenset({"delayPeriod", "elapsedTime"})
INSTANTS = frozenset({"dateTime"})
LEFT_OPERANDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(NAMES, EQUALITY | SETS | TREES),
    **dict.fromkeys(NUMBERS | DURATIONS | INSTANTS, EQUALITY | ORDER),
}

#: What a row filter may ask of one column. A column has one value, so ``hasPart`` and ``isAllOf`` say nothing of it.
ROW_OPERATORS = EQUALITY | ORDER | frozenset({"isAnyOf", "isNoneOf", "isPartOf"})
DATA_ITEM = "xp:dataItem"
OWN_DIVISION = "xp:ownDivision"

#: Left operands inside the refinement of a mask, and of the action of a duty.
MASK_TERMS = frozenset({"xp:maskKind", "xp:keepFirst", "xp:keepLast"})

#: Seconds of the units of a rate.
RATE_UNITS = {"xp:perSecond": 1, "xp:perMinute": 60, "xp:perHour": 3600, "xp:perDay": 86400}

LOGIC = ("and", "or", "xone", "andSequence")
KINDS = ("Set", "Offer", "Agreement")
CONFLICTS = ("perm", "prohibit", "invalid")


@lru_cache(maxsize=512)
def wider(action: str) -> tuple[str, ...]:
    """The action and every action that includes it, from the narrow to the wide; an unknown action stands alone."""
    chain = [action]
    while (above := ACTIONS.get(chain[-1], "")) and above not in chain:
        chain.append(above)
    return tuple(chain)
