"""What the components of the visual language take: plain frozen facts, no models, no queries.

A room's view turns its rows into these and hands them to the tags in ``templatetags/xiang.py``. A cell is one fact
(一格一事) and never stands without words: every view below that has cells also has the words that say the same.
"""

from __future__ import annotations

from xiang.foundation.pages.components.desk import (
    ActionView,
    CounterView,
    EventView,
    FilterView,
    MapView,
    Option,
    PagingView,
    PlanRow,
    TableView,
    TileView,
)
from xiang.foundation.pages.components.facts import (
    ICONS,
    BeforeAfter,
    ClockView,
    DataUseView,
    DayCell,
    DayState,
    DerivationRow,
    FactGroup,
    FactView,
    Kind,
    LaneRow,
    LanesView,
    Link,
    NameView,
    ReceiptPart,
    ReceiptView,
    SourceView,
    StatusView,
)
from xiang.foundation.pages.components.forms import (
    BigRow,
    FieldView,
    IdentityView,
    SaveBar,
    StateView,
    UploadView,
)

__all__ = [
    "ICONS",
    "ActionView",
    "BeforeAfter",
    "BigRow",
    "ClockView",
    "CounterView",
    "DataUseView",
    "DayCell",
    "DayState",
    "DerivationRow",
    "EventView",
    "FactGroup",
    "FactView",
    "FieldView",
    "FilterView",
    "IdentityView",
    "Kind",
    "LaneRow",
    "LanesView",
    "Link",
    "MapView",
    "NameView",
    "Option",
    "PagingView",
    "PlanRow",
    "ReceiptPart",
    "ReceiptView",
    "SaveBar",
    "SourceView",
    "StateView",
    "StatusView",
    "TableView",
    "TileView",
    "UploadView",
]
