"""Who is responsible: （A、B牵头，C等有关单位按职责分工负责）, 责任单位：A、B, 由A牵头、B配合, with brackets of any kind, nested.

A clause is a row of segments. A label (牵头单位：) speaks for what follows, a verb at the end of a segment (牵头) for what
stands before it. 牵头 inside a name (重点场景应用建设牵头单位) is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

OPEN, CLOSE = "（〔[【", "）〕]】"
_LABEL = re.compile(
    r"^(?P<lead>牵头责任单位|牵头单位|牵头部门|主办单位|牵头领导单位|总牵头单位|牵头)[：:]|"
    r"^(?P<help>配合单位|配合部门|协办单位|协同单位|参与单位|参加单位|协助单位|协作单位|责任配合单位|配合)[：:]|"
    r"^(?P<duty>责任单位|责任部门|承办单位|主责单位|责任主体|落实单位|实施单位|完成单位|负责单位|责任处室|责任单位及部门)[：:]|"
    r"^(?P<due>完成时限|完成时间|完成期限|时间要求|时限要求|时间节点|时限|进度要求|完成日期)[：:]|"
    r"^(?P<other>责任人|联系人|分管领导|责任领导|牵头领导|备注|联系电话)[：:]"
)
_ROLES = {"lead": "leads", "help": "cooperators", "duty": "duty", "due": "due", "other": "other"}
_LEADING = re.compile(r"(?:共同|联合|分别|总|具体)?(?:牵头(?:负责|落实|办理|组织|推进|实施|抓总)?|主办|总负责|负总责)$")
_HELPING = re.compile(r"(?:共同|积极|协同|按职责(?:分工)?)?(?:配合|参与|参加|协助|协办|协同)(?:落实|实施|负责|推进)?$")
_SHARING = re.compile(
    r"(?:等)?(?:按照?|根据|依)?(?:各自)?(?:职责|职能)?(?:分工|职责)?(?:共同|分别|协同|抓好)?(?:负责(?:落实|实施)?|落实|承办|实施|推进)$"
)
_OTHERS = re.compile(
    r"^等?(?:省直|市直|县直|区直|中央驻湘)?(?:各?(?:有关|相关)|各)(?:责任|成员|省直|市直)?(?:单位|部门)$|^等?(?:有关|相关)(?:单位|部门|方面)$|^各单位$|^各部门$"
)
_AND_OTHERS = re.compile(r"等(?:各?(?:有关|相关)?(?:单位|部门|方面|地区)?)?$")
_ENDS = (
    "委|委员会|厅|局|办|办公室|部|院|中心|公司|集团|银行|分行|支行|政府|管委会|总队|支队|大队|协会|学会|联合会|残联|工会|团委|妇联|科协|"
    "工商联|学校|大学|研究院|研究所|所|站|处|科|室|州|市|县|区|市州|县市区|市县|区县|乡镇|镇|乡|街道|单位|部门|专班|小组|机构|企业|组|署|社|馆|"
    "台|队|园区|片区|机关|工委|驻地|各地|党委|党校|海关|法院|检察院|公安|交易所|运营商|电网|电信|移动|联通|铁塔|广电网络|司|会|团|校|厂|金控|产投|基金"
)
_UNIT = re.compile(rf"(?:{_ENDS})(?:[（〔\[【].*[）〕\]】])?$")
_BEGINS = re.compile(
    r"^(?:省|市|州|县|区|各|国家|中共|中央|中国|全省|全市|有关|相关|[\u4e00-\u9fff]{2,8}(?:省|市|州|县|区))"
)
_DATED = re.compile(r"(?:年|月|季度|年底|前|底|旬|日)(?:完成|取得|建成)?|长期|持续|全年|常年")


@dataclass(slots=True)
class Duties:
    """Who is responsible, by role; ``due`` are the words about a deadline, ``other`` what is neither (责任人)."""

    leads: list[str] = field(default_factory=list)
    cooperators: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    open_set: bool = False
    due: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.leads or self.cooperators or self.shared or self.open_set)

    def add(self, other: Duties) -> None:
        """Put another clause of the same task to this one."""
        for name in ("leads", "cooperators", "shared", "due", "unread"):
            mine: list[str] = getattr(self, name)
            mine += [each for each in getattr(other, name) if each not in mine]
        self.open_set |= other.open_set


def read(clause: str) -> Duties:
    """What a clause says, brackets around it taken off."""
    found, waiting, role = Duties(), list[str](), ""
    for segment in _segments(_bare(clause)):
        label = _LABEL.match(segment)
        if label:
            _settle(found, waiting, role)
            role = _ROLES[str(label.lastgroup)]
            segment = segment[label.end() :]
        if not segment:
            continue
        if role in ("due", "other"):
            (found.due if role == "due" else found.unread).append(segment)
            continue
        _segment(found, waiting, segment, role)
        if not _verb(segment)[1]:
            continue
        waiting = []
    _settle(found, waiting, role)
    _without_lead(found)
    return found


def _bare(clause: str) -> str:
    clause = clause.strip(" 。；")
    if clause and clause[0] in OPEN:
        clause = clause[1:]
        if clause and clause[-1] in CLOSE and closing(clause) == len(clause) - 1:
            clause = clause[:-1]
    return clause


def closing(text: str) -> int:
    """Where the bracket closes that opened before ``text``; -1 when it never does."""
    depth = 1
    for place, sign in enumerate(text):
        depth += (sign in OPEN) - (sign in CLOSE)
        if depth == 0:
            return place
    return -1


def _segments(clause: str) -> Iterator[str]:
    """Parted at ，；。 and line ends outside inner brackets; a label begins a segment of its own."""
    start, depth = 0, 0
    for place, sign in enumerate(clause):
        depth += (sign in OPEN) - (sign in CLOSE)
        if depth <= 0 and sign in "，；。,;\n \t":
            yield clause[start:place].strip()
            start = place + 1
    yield clause[start:].strip()


def _verb(segment: str) -> tuple[str, str]:
    """The names of a segment and the role its verb gives: ``leads``, ``cooperators``, ``shared`` or nothing."""
    bare = re.sub(r"(?:等)$", "", segment)
    for pattern, role in ((_LEADING, "leads"), (_HELPING, "cooperators")):
        if (verb := pattern.search(bare)) and verb.start():
            names = re.sub(r"(?:按照?|根据)?(?:各自)?职责(?:分工)?$|分工$", "", bare[: verb.start()])
            return names, role
    if (verb := _SHARING.search(bare)) and verb.start():
        return bare[: verb.start()], "shared"
    return segment, ""


def _segment(found: Duties, waiting: list[str], segment: str, role: str) -> None:
    if re.match(r"^由[^，]+(?:牵头|负责)", segment):
        segment = segment[1:]
    if "牵头" in segment and not _LEADING.search(segment):
        lead, _, rest = segment.partition("牵头")
        if lead and (
            rest.startswith(("会同", "联合")) or (rest and not rest.startswith(("单位", "部门")) and _verb(rest)[1])
        ):
            _give(found, names_of(lead, found), "leads")
            segment = rest.removeprefix("会同").removeprefix("联合").lstrip("、")
    names, given = _verb(segment)
    if "会同" in names:
        lead, _, names = names.partition("会同")
        _give(found, names_of(lead, found), "leads")
        given = "cooperators"
    listed = names_of(names, found)
    if not given and _only_a_date(segment):
        pass  # names_of has put it to what is due
    elif given == "shared":
        _give(found, [*waiting, *listed], "shared")
    elif given:
        _give(found, [*waiting, *listed], given)
    elif role:
        _give(found, listed, role)
    else:
        waiting += listed


def _only_a_date(segment: str) -> bool:
    return bool(
        re.search(r"\d|[一二三四五六七八九十]月|[一二三四]季度|年底|上半年|下半年|年内", segment)
        and _DATED.search(segment)
    ) and not _UNIT.search(_verb(segment)[0])


def _give(found: Duties, names: Sequence[str], role: str) -> None:
    mine: list[str] = found.shared if role == "duty" else getattr(found, role)
    if role == "duty" and found.leads:
        mine = found.cooperators
    mine += [name for name in names if name not in mine]


def _settle(found: Duties, waiting: list[str], role: str) -> None:
    """Names that no verb followed belong to the label before them, else they share the duty."""
    _give(found, waiting, role if role in ("leads", "cooperators", "duty") else "shared")
    waiting.clear()


def _without_lead(found: Duties) -> None:
    """With a lead, those who carry the rest by their duties are cooperators; without one everybody shares."""
    if found.leads:
        found.cooperators += [name for name in found.shared if name not in found.cooperators]
        found.shared = []
    found.cooperators = [name for name in found.cooperators if name not in found.leads]


def names_of(listed: str, found: Duties) -> list[str]:
    """The units of a list, parted at 、; 各有关单位 opens the set and is no unit."""
    names: list[str] = []
    for part in _parts(listed):
        name = part.strip(" 　：由")
        if not name or _only_a_date(name):
            found.due += [name] if name and name not in found.due else []
            continue
        if _OTHERS.match(name):
            found.open_set = True
            if len(name) > 6 and not name.startswith(("等", "各有", "各相", "各责", "有关", "相关")):
                names.append(name)
            continue
        if more := _AND_OTHERS.search(name):
            found.open_set = True
            name = name[: more.start()]
        if name:
            names.append(name)
    return names


def _parts(listed: str) -> Iterator[str]:
    parts, start, depth = [], 0, 0
    for place, sign in enumerate(listed):
        depth += (sign in OPEN) - (sign in CLOSE)
        if depth <= 0 and sign in "、,，;；/":
            parts.append(listed[start:place])
            start = place + 1
    parts.append(listed[start:])
    joined: list[str] = []
    for part in (each for whole in parts for each in _and(whole)):
        # 各市州、县市区人民政府 is one party in two words.
        if (
            joined
            and re.fullmatch(r"各(?:市|州|市州|设区市|区县|县|区|市县)", joined[-1])
            and re.match(r"^(?:县|市|区)", part)
        ):
            joined[-1] += "、" + part
        else:
            joined.append(part)
    yield from joined


def _and(part: str) -> Iterator[str]:
    """和, 及 and 与 part two units only where a whole unit stands before and another begins after."""
    for sign in re.finditer("以及|和|及|与", part):
        before, after = part[: sign.start()], part[sign.end() :]
        if (
            len(before) > 2
            and _UNIT.search(before)
            and re.match(r"省|市|州|县|区|各|国家|中国|中共|有关|相关", after)
            and _like_unit(after)
        ):
            yield before
            yield from _and(after)
            return
    yield part


def _like_unit(name: str) -> bool:
    return bool(_UNIT.search(_AND_OTHERS.sub("", name))) or bool(_OTHERS.match(name))


def is_clause(inner: str, *, known: frozenset[str] = frozenset()) -> bool:
    """Whether what stands in a bracket says who is responsible: a word of duty with units, or nothing but units."""
    bare = _bare(inner)
    labelled = any(_LABEL.match(segment) for segment in _segments(bare))
    if labelled:
        return True
    found = read(inner)
    names = [*found.leads, *found.cooperators, *found.shared]
    if any(_verb(segment)[1] for segment in _segments(bare)):
        units = [name for name in names if _like_unit(name) or name in known or "□" in name]
        return (found.open_set and not names) or len(units) * 2 > len(names)
    return (
        bool(names)
        and not found.due
        and all(name in known or (_UNIT.search(name) and _BEGINS.match(name)) for name in names)
    )


def has_label(line: str) -> bool:
    """Whether a line begins with 牵头单位：, 责任单位：, 完成时限： and the like."""
    return bool(_LABEL.match(line.lstrip(OPEN + " ")))


@dataclass(slots=True)
class Split:
    """A text and the clauses that stood in it; ``unclosed``: a clause whose bracket never closed."""

    text: str
    duties: Duties = field(default_factory=Duties)
    found: bool = False
    unclosed: bool = False


def split(text: str, known: frozenset[str] = frozenset()) -> Split:
    """Take the clauses out of a text: in brackets anywhere, on lines of their own, or as a last sentence."""
    kept: list[str] = []
    answer = Split("")
    for line in text.split("\n"):
        if has_label(line):
            _take(answer, line)
        else:
            kept.append(_brackets(line, answer, known))
    answer.text = "\n".join(line for line in kept if line.strip(" 。；"))
    if not answer.found:
        _last_sentence(answer)
    _without_lead(answer.duties)
    return answer


def _take(answer: Split, clause: str) -> None:
    answer.duties.add(read(clause))
    answer.found = True


def _brackets(line: str, answer: Split, known: frozenset[str]) -> str:
    out, place = "", 0
    while place < len(line):
        if line[place] in OPEN:
            end = closing(line[place + 1 :])
            inner = line[place + 1 : place + 1 + end] if end >= 0 else line[place + 1 :]
            if is_clause(inner, known=known):
                _take(answer, inner)
                answer.unclosed |= end < 0
                place = place + end + 2 if end >= 0 else len(line)
                continue
        out += line[place]
        place += 1
    return out


_SENTENCE = re.compile(r"(?:^|(?<=[。；\n]))(?P<said>(?:由|责任单位|牵头单位)?[^。；\n]{2,160}?)[。；]?$")


def _last_sentence(answer: Split) -> None:
    """（none）: 由省数据局牵头，省财政厅配合。 as the last sentence."""
    last = _SENTENCE.search(answer.text)
    if not last:
        return
    said = last["said"]
    inline = re.search(r"(?:责任单位|牵头单位|责任部门|牵头部门)[：:].*$", said)
    if inline:
        _take(answer, inline[0])
        answer.text = answer.text[: last.start("said") + inline.start()].rstrip("，； ")
    elif re.match(r"^由.+(?:牵头|负责|配合)", said) and is_clause(said):
        _take(answer, said)
        answer.text = answer.text[: last.start()].rstrip()
