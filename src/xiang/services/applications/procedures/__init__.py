"""The procedures of service items, one module a legal regime. Importing this package registers them."""

from __future__ import annotations

from xiang.services.applications.procedures.licence import LICENCE
from xiang.services.applications.procedures.plain import BENEFIT, CONFIRMATION, FILING, PUBLIC_SERVICE

__all__ = ["BENEFIT", "CONFIRMATION", "FILING", "LICENCE", "PUBLIC_SERVICE"]
