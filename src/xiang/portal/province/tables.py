"""The departments' tables: which columns are filled here, in which order, and how they are made.

The columns that may be shared are declared in the profile's ``resources.yaml``; this module fills them. A column that
the profile adds and nobody fills is made and left empty, and is reported; ``history`` keeps what a correction replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

#: system → table → columns in the order of the rows that the generator makes.
TABLES: dict[str, dict[str, str]] = {
    "police": {
        "person": "id_number name former_name sex ethnicity birth_date birth_division native_place nationality"
        " education occupation household_no relation_to_head household_kind household_address"
        " household_division household_station household_station_name military phone status updated_at",
        "household": "id_number household_no kind head_name head_id_number address division station station_name"
        " members collective_unit updated_at",
        "residence": "id_number address division town community since permit_no updated_at",
        "kinship": "id_number mother_id_number father_id_number",
        "vehicle": "plate owner_id_number owner_name model registered_on inspected_until updated_at",
    },
    "civil_affairs": {
        "marriage": "certificate_no kind husband_name husband_id_number wife_name wife_id_number registered_on office"
        " status updated_at",
        "relief": "id_number kind since until updated_at",
    },
    "health": {
        "births": "record_no delivery_no mother_id_number mother_name hospital hospital_name hospital_uscc place_kind"
        " birth_time birth_division birth_place sex weight_g length_cm gestation_weeks birth_order children parity"
        " health_status delivery_mode midwife outcome hbv_given bcg_given certificate_no child_name updated_at",
        "immunization": "id_number certificate_no unit_name complete missing checked_on updated_at",
        "health_certificate": "id_number certificate_no issued_on valid_until clinic_name updated_at",
    },
    "medical_insurance": {
        "insured": "id_number name insured_no kind status maternity insured_division agency agency_name employer_name"
        " employer_uscc since paid_until updated_at",
        "settlement": "settlement_no id_number delivery_no hospital_name admission_no admitted_on discharged_on"
        " diagnosis total_fen paid_by_person_fen invoice_no settled updated_at",
    },
    "tax": {
        "premium": "id_number year amount_fen paid_on division updated_at",
        "taxpayer": "uscc name status credit arrears_fen unused_invoices tax_office updated_at",
    },
    "human_resources": {
        "social_card": "id_number card_no bank bank_name bank_account issued_on status updated_at",
        "pension": "id_number kind insured_division first_paid_on months_paid months_deemed account_fen employer_name"
        " employer_uscc status updated_at",
        "employment": "id_number employer_name employer_uscc division since contract_until updated_at",
    },
    "market": {
        "companies": "uscc name kind legal_representative legal_representative_id_number capital_fen currency"
        " established_on term_until registrar_name status address division scope industry employees updated_at",
        "shareholders": "uscc name id_number share_fen due_on updated_at",
        "food_licences": "licence_no uscc name premises business items issued_on valid_until status updated_at",
        "agents": "uscc name id_number phone scope since",
    },
    "natural_resources": {
        "property": "certificate_no unit_no owner_name owner_id_number share address division area use registered_on"
        " mortgaged sealed updated_at",
    },
}

_WHOLE_NUMBERS = (
    "military members hbv_given bcg_given weight_g length_cm gestation_weeks birth_order children parity complete"
    " maternity total_fen paid_by_person_fen settled year amount_fen arrears_fen unused_invoices months_paid"
    " months_deemed account_fen capital_fen employees share_fen mortgaged sealed"
)
_INTEGERS = frozenset(_WHOLE_NUMBERS.split())
_INDEXES = {
    "person": ("id_number", "household_no"),
    "kinship": ("id_number", "mother_id_number"),
    "vehicle": ("owner_id_number",),
    "births": ("mother_id_number", "record_no", "delivery_no"),
    "agents": ("uscc", "id_number"),
    "companies": ("uscc", "legal_representative_id_number"),
}

CREDENTIAL_LIST = "credential"
#: What a department issued before, as one list: a credential is sealed only when its holder first presents it.
_CREDENTIALS = {
    "police": "SELECT 'resident_id_card' type, id_number number, id_number holder, name, birth_date issued_on,"
    " '' valid_until, household_station_name issuer, CASE status WHEN 'normal' THEN 'valid' ELSE 'cancelled' END status"
    " FROM person UNION ALL SELECT 'household_register', household_no, id_number, head_name, '', '', station_name,"
    " 'valid' FROM household",
    "civil_affairs": "SELECT CASE kind WHEN 'divorce' THEN 'divorce_certificate' ELSE 'marriage_certificate' END type,"
    " certificate_no number, husband_id_number holder, husband_name name, registered_on issued_on, '' valid_until,"
    " office issuer, 'valid' status FROM marriage UNION ALL SELECT CASE kind WHEN 'divorce' THEN 'divorce_certificate'"
    " ELSE 'marriage_certificate' END, certificate_no, wife_id_number, wife_name, registered_on, '', office, 'valid'"
    " FROM marriage",
    "health": "SELECT 'birth_certificate' type, certificate_no number, mother_id_number holder, child_name name,"
    " substr(birth_time, 1, 10) issued_on, '' valid_until, hospital_name issuer, 'valid' status FROM births"
    " WHERE certificate_no <> '' UNION ALL SELECT 'health_certificate', certificate_no, id_number, '', issued_on,"
    " valid_until, clinic_name, 'valid' FROM health_certificate",
    "human_resources": "SELECT 'social_security_card' type, card_no number, id_number holder, '' name, issued_on,"
    " '' valid_until, bank_name issuer, CASE status WHEN 'active' THEN 'valid' ELSE status END status FROM social_card",
    "market": "SELECT 'business_licence' type, uscc number, uscc holder, name, established_on issued_on,"
    " term_until valid_until, registrar_name issuer, CASE status WHEN 'active' THEN 'valid' ELSE status END status"
    " FROM companies UNION ALL SELECT 'food_business_licence', licence_no, uscc, name, issued_on, valid_until, '',"
    " status FROM food_licences",
    "natural_resources": "SELECT 'property_certificate' type, certificate_no number, owner_id_number holder,"
    " owner_name name, registered_on issued_on, '' valid_until, '' issuer, 'valid' status FROM property",
}

_HISTORY = (
    "CREATE TABLE history (reference TEXT PRIMARY KEY, at TEXT NOT NULL, table_name TEXT NOT NULL,"
    " row_key TEXT NOT NULL, column_name TEXT NOT NULL, old_value, new_value, basis TEXT NOT NULL)"
)


def declared_columns(profile: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """``(system, table) → [(column, type)]`` as the profile's resources declare them."""
    file = profile / "resources.yaml"
    if not file.exists():
        return {}
    content: Mapping[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    databases = {s["key"]: s.get("database", s["key"]) for s in content.get("systems", ())}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for resource in content.get("resources", ()):
        place = (databases.get(resource["system"], resource["system"]), resource["table"])
        columns = found.setdefault(place, [])
        columns += [(f.get("column", f["key"]), f["type"]) for f in resource["fields"]]
    return found


def unfilled(declared: Mapping[tuple[str, str], Iterable[tuple[str, str]]]) -> list[str]:
    """Columns that the profile declares and nobody fills, as ``system.table.column``."""
    missing = []
    for (system, table), columns in declared.items():
        if table == CREDENTIAL_LIST:
            continue
        filled = TABLES.get(system, {}).get(table, "").split()
        missing += [f"{system}.{table}.{name}" for name, _ in columns if name not in filled]
    return sorted(set(missing))


def definitions(system: str, declared: Mapping[tuple[str, str], Iterable[tuple[str, str]]]) -> list[str]:
    """The statements that make a system's tables."""
    wanted: dict[str, dict[str, str]] = {
        table: {name: "INTEGER" if name in _INTEGERS else "TEXT" for name in columns.split()}
        for table, columns in TABLES.get(system, {}).items()
    }
    for (owner, table), columns in declared.items():
        if owner == system and table != CREDENTIAL_LIST:
            known = wanted.setdefault(table, {})
            for name, kind in columns:
                known.setdefault(name, "INTEGER" if kind in ("integer", "money", "yesno") else "TEXT")
    made = [
        f'CREATE TABLE "{table}" ({", ".join(f"{name} {affinity}" for name, affinity in columns.items())})'
        for table, columns in wanted.items()
    ]
    view = [f"CREATE VIEW {CREDENTIAL_LIST} AS {_CREDENTIALS[system]}"] if system in _CREDENTIALS else []
    return [*made, _HISTORY, *view]


def indexes(system: str, lookups: Mapping[tuple[str, str], set[str]]) -> list[str]:
    """The statements that make a system's indexes, after its rows: sorting once is faster than inserting in order."""
    made = []
    for table, columns in TABLES.get(system, {}).items():
        first = columns.split()[0]
        names = dict.fromkeys([*_INDEXES.get(table, (first,)), *sorted(lookups.get((system, table), ()))])
        made += [f'CREATE INDEX "{table}_{name}" ON "{table}" ("{name}")' for name in names]
    return made


def lookup_columns(profile: Path) -> dict[tuple[str, str], set[str]]:
    """Columns by which the profile's resources are asked."""
    file = profile / "resources.yaml"
    if not file.exists():
        return {}
    content: Mapping[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    databases = {s["key"]: s.get("database", s["key"]) for s in content.get("systems", ())}
    found: dict[tuple[str, str], set[str]] = {}
    for resource in content.get("resources", ()):
        place = (databases.get(resource["system"], resource["system"]), resource["table"])
        found.setdefault(place, set()).update(resource.get("lookup", {}).get("columns", ()))
    return found
