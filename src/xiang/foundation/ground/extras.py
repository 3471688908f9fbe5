"""What is installed only when it is first used: the libraries for large data (pyproject's extra ``analytics``)."""

from __future__ import annotations

from importlib.util import find_spec

from xiang.foundation.ground.errors import Unavailable


def need_analytics() -> None:
    """Raise ``Unavailable`` (``analytics_absent``) where the libraries for large data are not installed."""
    if find_spec("duckdb") is None or find_spec("deltalake") is None:
        raise Unavailable(
            "analytics_absent",
            "这台机器还没有安装大数据量分析组件。请管理员运行一次 ./xiang quality --help，装好以后再试。",
        )
