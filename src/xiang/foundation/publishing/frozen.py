"""The database's own guard: what was published never changes, not even by hand. An adapter; it knows the engines.

On SQLite deleting is left open: emptying a table there is a DELETE of its rows, which would fire a trigger too.
Installed after every ``migrate`` because SQLite drops a table's triggers whenever a migration rebuilds the table.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

_GUARDED = ("kind", "key", "number", "content", "digest", "author_ref", "approver_ref", "published_at")
_FROZEN = "('published', 'suspended', 'retired')"

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION publishing_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a published edition is never deleted'; END IF;
  RAISE EXCEPTION 'a published edition is frozen';
END $$;
DROP TRIGGER IF EXISTS publishing_frozen_update ON publishing_edition;
CREATE TRIGGER publishing_frozen_update BEFORE UPDATE ON publishing_edition FOR EACH ROW
  WHEN (OLD.state IN {frozen} AND ({changed} OR NEW.state NOT IN {frozen}))
  EXECUTE FUNCTION publishing_frozen();
DROP TRIGGER IF EXISTS publishing_frozen_delete ON publishing_edition;
CREATE TRIGGER publishing_frozen_delete BEFORE DELETE ON publishing_edition FOR EACH ROW
  WHEN (OLD.state IN {frozen}) EXECUTE FUNCTION publishing_frozen();
"""

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS publishing_frozen_update BEFORE UPDATE ON publishing_edition FOR EACH ROW
WHEN OLD.state IN {frozen} AND ({changed} OR NEW.state NOT IN {frozen})
BEGIN SELECT RAISE(ABORT, 'a published edition is frozen'); END;
"""


def install(using: str = "default", **_: Any) -> None:
    """Put the guard in place; again does no harm. Connected to ``post_migrate``."""
    connection = connections[using]
    if "publishing_edition" not in connection.introspection.table_names():
        return
    if connection.vendor == "postgresql":
        template, differs = _POSTGRESQL, "OLD.{0} IS DISTINCT FROM NEW.{0}"
    else:
        template, differs = _SQLITE, "OLD.{0} IS NOT NEW.{0}"
    changed = " OR ".join(differs.format(f'"{column}"') for column in _GUARDED)
    script = template.format(frozen=_FROZEN, changed=changed)
    with connection.cursor() as cursor:
        cursor.execute(script)
