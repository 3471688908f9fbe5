"""Ten rules as somebody who knows DuckDB writes them by hand: one pass with a bit a rule, failing rows to Parquet, counts
from those; equal keys by a grouping of its own. ``python -m bench.peers.quality.sql FILE FOLDER MEMORY_MB``"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DATED = (
    "[0-9]{6}([0-9]{4}((0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])|(0[469]|11)(0[1-9]|[12][0-9]|30)|"
    "02(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)0229)[0-9]{3}[0-9X]"
)
# Σ aᵢ 2^(17-i) of the digits of n is n - 8 Σ 2^(j-1) ⌊n / 10^j⌋: half the time of taking the digits one by one.
ID_SUM = "2 * (n - 8 * (" + " + ".join(f"{2 ** (j - 1)} * (n // {10**j})" for j in range(1, 17)) + "))"
CODE_SUM = " + ".join(f"{pow(3, i, 31)} * (instr('{ALPHABET}', employer[{i + 1}]) - 1)" for i in range(17))
RULES = {
    "name": "name IS NULL OR trim(name) = ''",
    "id": f"id <> '' AND NOT (regexp_full_match(id, '{DATED}') AND "
    f"substr('10X98765432', (({ID_SUM}) % 11 + 1)::INT, 1) = id[18])",
    "employer": f"employer <> '' AND NOT (regexp_full_match(employer, '[{ALPHABET}]{{18}}') AND "
    f"substr('{ALPHABET}', ((31 - ({CODE_SUM}) % 31) % 31 + 1)::INT, 1) = employer[18])",
    "sex": "sex <> '' AND sex NOT IN ('0', '1', '2', '9')",
    "phone": "phone <> '' AND NOT regexp_full_match(phone, '1[3-9][0-9]{9}')",
    "amount": "NOT (amount BETWEEN 0 AND 5000000)",
    "address": "address <> '' AND length(address) NOT BETWEEN 4 AND 60",
    "born": "born <> '' AND TRY_CAST(born AS DATE) IS NULL",
    "dates": "since > until",
}


def main(file: str, folder: str, memory_mb: str) -> None:
    begun = time.perf_counter()
    import duckdb

    kept, spill = Path(folder) / "kept.parquet", Path(folder) / "spill"
    connection = duckdb.connect(config={"memory_limit": f"{memory_mb}MB", "temp_directory": str(spill)})
    bits = " | ".join(f"(CASE WHEN {rule} THEN {1 << n} ELSE 0 END)" for n, rule in enumerate(RULES.values()))
    rows = f"SELECT *, TRY_CAST(id[1:17] AS BIGINT) AS n FROM read_parquet('{file}', file_row_number=true)"
    marked = f"SELECT * EXCLUDE (n), {bits} AS failed FROM ({rows})"
    connection.execute(f"COPY (SELECT * FROM ({marked}) WHERE failed <> 0) TO '{kept}' (FORMAT parquet)").fetchall()
    counts = ", ".join(f"count_if(failed & {1 << n} <> 0)" for n in range(len(RULES)))
    found = connection.execute(f"SELECT {counts} FROM read_parquet('{kept}')").fetchall()[0]
    twice = f"SELECT id FROM read_parquet('{file}') WHERE id <> '' GROUP BY id HAVING count(*) > 1"
    connection.execute(f"CREATE TEMP TABLE twice AS {twice}").fetchall()
    double = f"SELECT * FROM read_parquet('{file}', file_row_number=true) WHERE id IN (FROM twice)"
    connection.execute(f"COPY ({double}) TO '{kept}.double' (FORMAT parquet)").fetchall()
    (doubles,) = connection.execute(f"SELECT count(*) FROM read_parquet('{kept}.double')").fetchall()[0]
    answer = dict(zip(RULES, found, strict=True)) | {"unique": doubles}
    connection.close()
    print(json.dumps({"seconds": time.perf_counter() - begun, "failed": answer}))


if __name__ == "__main__":
    main(*sys.argv[1:])
