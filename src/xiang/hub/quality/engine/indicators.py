"""Dimensions and indicators of GB/T 36344-2018 (信息技术 数据质量评价指标), and which of them a kind of rule measures.

The numbering of the indicators follows the standard's chapters; the names are the standard's. An indicator is
X = A / B × 100 %: A elements that hold, of B elements that were looked at.
"""

from __future__ import annotations

DIMENSIONS = {
    "regularity": "规范性",
    "completeness": "完整性",
    "accuracy": "准确性",
    "consistency": "一致性",
    "timeliness": "时效性",
    "accessibility": "可访问性",
}

INDICATORS = {
    "regularity.standard": "数据标准",
    "regularity.model": "数据模型",
    "regularity.metadata": "元数据",
    "regularity.business": "业务规则",
    "regularity.reference": "权威参考数据",
    "regularity.security": "安全规范",
    "completeness.element": "数据元素完整性",
    "completeness.record": "数据记录完整性",
    "accuracy.content": "数据内容正确性",
    "accuracy.format": "数据格式合规性",
    "accuracy.duplicates": "数据重复率",
    "accuracy.unique": "数据唯一性",
    "accuracy.dirty": "脏数据出现率",
    "consistency.same": "相同数据一致性",
    "consistency.related": "关联数据一致性",
    "timeliness.period": "基于时间段的正确性",
    "timeliness.point": "基于时间点的及时性",
    "timeliness.sequence": "时序性",
    "accessibility.accessible": "可访问",
    "accessibility.usable": "可用性",
}

#: The indicator that a kind of rule measures when the rule names none.
BY_KIND = {
    "required": "completeness.element",
    "type": "accuracy.format",
    "format": "accuracy.format",
    "identity": "accuracy.content",
    "credit_code": "accuracy.content",
    "dictionary": "regularity.reference",
    "range": "accuracy.content",
    "length": "accuracy.format",
    "unique": "accuracy.unique",
    "reference": "consistency.related",
    "compare": "consistency.related",
    "cross_table": "consistency.same",
    "freshness": "timeliness.point",
    "expression": "regularity.business",
}

#: The kinds in words, for pages and for the command's table.
KINDS = {
    "required": "必填",
    "type": "类型",
    "format": "格式",
    "identity": "公民身份号码",
    "credit_code": "统一社会信用代码",
    "dictionary": "代码表",
    "range": "值域",
    "length": "长度",
    "unique": "唯一",
    "reference": "引用",
    "compare": "列间比对",
    "cross_table": "跨表比对",
    "freshness": "更新及时",
    "expression": "自定义",
}


def dimension_of(indicator: str) -> str:
    """``accuracy.format`` → ``accuracy``."""
    return indicator.partition(".")[0]
