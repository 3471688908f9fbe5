"""Questions to PostgreSQL's catalogue about one table."""

from __future__ import annotations

COLUMNS = """
SELECT a.attname, t.typname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum"""
KEY = """
SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k(num, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
WHERE i.indrelid = to_regclass(%s) AND i.indisprimary ORDER BY k.place"""
# Each index of a table: its name, its constraint if it is one's, its definition.
INDEXES = """
SELECT c.relname, pg_get_constraintdef(k.oid), pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
WHERE i.indrelid = to_regclass(%s) ORDER BY i.indisprimary DESC, c.relname"""
# Whether two tables have other columns: somebody altered the first while the second was filled.
APART = """
WITH columns AS (SELECT attrelid, attname, format_type(atttypid, atttypmod) AS kind, attnotnull FROM pg_attribute
                 WHERE attnum > 0 AND NOT attisdropped)
SELECT EXISTS (SELECT attname, kind, attnotnull FROM columns WHERE attrelid = to_regclass(%(table)s)
               EXCEPT SELECT attname, kind, attnotnull FROM columns WHERE attrelid = to_regclass(%(staged)s))
    OR EXISTS (SELECT attname, kind, attnotnull FROM columns WHERE attrelid = to_regclass(%(staged)s)
               EXCEPT SELECT attname, kind, attnotnull FROM columns WHERE attrelid = to_regclass(%(table)s))"""
# Who would lose something if the table were replaced by another of the same name.
DEPENDANTS = """
SELECT EXISTS (SELECT 1 FROM pg_depend d WHERE d.refobjid = c.oid AND d.deptype = 'n' AND d.classid IN
           ('pg_rewrite'::regclass, 'pg_proc'::regclass))
    OR EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND c.oid IN (conrelid, confrelid))
    OR EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
    OR EXISTS (SELECT 1 FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent))
    OR EXISTS (SELECT 1 FROM pg_publication_rel WHERE prrelid = c.oid)
    OR EXISTS (SELECT 1 FROM pg_attrdef x JOIN pg_depend d ON d.objid = x.oid WHERE x.adrelid = c.oid
           AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid)
    OR EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = c.oid AND (attidentity <> '' OR attacl IS NOT NULL))
    OR EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid) OR obj_description(c.oid, 'pg_class') IS NOT NULL
    OR c.relkind <> 'r' OR c.relhasrules OR c.relacl IS NOT NULL OR c.relrowsecurity OR pg_get_userbyid(c.relowner) <> current_user
FROM pg_class c WHERE c.oid = to_regclass(%s)"""
