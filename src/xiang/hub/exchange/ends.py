"""The ends of a job, from its addresses."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from xiang.hub.exchange.engine import addresses
from xiang.hub.exchange.engine.ends import Source, Target
from xiang.hub.exchange.models import Job


def source_of(job: Job) -> Source:
    return addresses.end_of(job.source_address, job.source_table, Path(settings.DATA), job.key_columns)


def target_of(job: Job) -> Target:
    return addresses.target_of(job.target_address, job.target_table, Path(settings.DATA), job.key_columns)
