"""What a form asks for: no catch-all papers.

国务院令第716号 art. 7: what government holds is not asked for. A guide that ends in "其他材料" asks for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiang.foundation.publishing.profile import Context, Problem, Row

_NOUN = r"(材料|资料|文件|证明|证件|手续)"
_CATCH_ALL = re.compile(
    rf"(其他|其它|有关|相关|必要的?|所需的?|需要的|等){_NOUN}|{_NOUN}等$|(其他|其它).{{0,12}}{_NOUN}$|其他$|规定的{_NOUN}$"
)


def catch_all(title: str) -> bool:
    """Whether a material of this name could be anything (兜底条款)."""
    return bool(_CATCH_ALL.search(title))


def of_item(row: Row, context: Context) -> Iterator[Problem]:
    """Check the form that an item asks for, where it is written."""
    form = context.row("forms", row.data["form"])
    if form is None:
        return
    done: set[str] = context.memory.setdefault("items.forms_checked", set())
    if form.key not in done:
        done.add(form.key)
        yield from check_form(form)
    keys = {m["key"] for m in form.data.get("materials", ())}
    for n, name in enumerate(row.data.get("tolerance", ())):
        if name not in keys:
            detail = f"容缺写的“{name}”不在表单的材料里，检查拼写。"
            yield row.problem("material_unknown", detail, at=f"tolerance.{n}")


def check_form(form: Row) -> Iterator[Problem]:
    """Papers that could be anything. Sources, substitutes and conditions are checked by the forms themselves."""
    for n, material in enumerate(form.data.get("materials", ())):
        if catch_all(material["title"]):
            detail = f"材料“{material['title']}”说不清要什么，不能兜底：写出具体名称，或删去。"
            yield form.problem("material_catch_all", detail, at=f"materials.{n}.title")
