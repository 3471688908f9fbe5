"""The profile: a province as readable files (``profiles/<name>/``), and how a room takes its part of them.

A room registers a **section** in its ``AppConfig.ready()``. The loader reads the section's files, validates everything
before anything is written, and merges three ways: what the file said last time, what it says now, what is on record.

    from xiang.foundation.publishing import profile

    profile.register(profile.Section(
        kind="payment_accounts",             # stable; also the name by which other sections refer to these rows
        title="收款账户",
        order=profile.Order.ITEMS - 1,       # sections are applied in this order, retired in the reverse
        files="payment-accounts.yaml",       # a glob in the profile's folder; .yaml, .yml or .csv
        schema=ACCOUNT_SCHEMA,               # optional JSON Schema of one row
        validate=check_account,              # (row, context) -> Iterable[Problem]
        apply=put_account,                   # (row, context) -> None; calls the room's operation
        retire=close_account,                # (key, context) -> None; the row has gone from the file
        current=account_content,             # (key) -> the row as the records have it now, in the file's shape, or None
    ))

    def check_account(row: profile.Row, context: profile.Context) -> Iterator[profile.Problem]:
        if not context.has("bodies", row.data["body"]):
            yield row.problem("body_unknown", f"没有机构“{row.data['body']}”：先写进 bodies.yaml。", at="body")

``current`` is what makes a local edit safe: a row edited in the application since it was loaded is never overwritten;
what the file says becomes a draft and a reported conflict. Without it the files always win. Many rows are better
applied at once: ``apply_many(rows, context)`` and ``current_many(keys) -> {key: content}``. A YAML file holds a list of
rows, or one row as a mapping; the row's key is its field ``key`` unless the section says otherwise.

Content that is published in editions (items, forms, templates, life events) needs no more than this:

    profile.register(profile.edition_section(
        kind="life_events", title="一件事", order=profile.Order.LIFE_EVENTS,
        files="life-events/*.yaml", schema=LIFE_EVENT_SCHEMA, validate=check_life_event,
    ))

and is then read by ``publishing.queries.current("life_events", key).content``.

A :class:`Problem` says where (file, line), what (a stable code) and how to mend it, in one Chinese sentence.
"""

from xiang.foundation.publishing.profile.editions import edition_section
from xiang.foundation.publishing.profile.rows import Context, Entry, Problem, Row, nested
from xiang.foundation.publishing.profile.sections import Order, Section, isolated, register, sections

__all__ = [
    "Context",
    "Entry",
    "Order",
    "Problem",
    "Row",
    "Section",
    "edition_section",
    "isolated",
    "nested",
    "register",
    "sections",
]
