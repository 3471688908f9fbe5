"""The ground every room stands on: time, ids, errors, paging, and what a process may remember.

For every room and every person alike. It owns no page and no rule of the field (no law speaks of it), keeps nothing but
the marks of reference data, and imports no room.
"""
