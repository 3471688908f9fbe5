"""Systems, catalogue entries and resources (系统—目录—数据). Written only by ``inventory.operations``."""

from xiang.hub.inventory.models.entries import HIGHEST_GRADE, LOWEST_GRADE, CatalogueEntry, Item
from xiang.hub.inventory.models.pending import Unindexed
from xiang.hub.inventory.models.resources import DataField, Lookup, Resource
from xiang.hub.inventory.models.revisions import OPEN_STATES, Revision, RevisionState
from xiang.hub.inventory.models.systems import Column, Scan, System, Table

__all__ = [
    "HIGHEST_GRADE",
    "LOWEST_GRADE",
    "OPEN_STATES",
    "CatalogueEntry",
    "Column",
    "DataField",
    "Item",
    "Lookup",
    "Resource",
    "Revision",
    "RevisionState",
    "Scan",
    "System",
    "Table",
    "Unindexed",
]
