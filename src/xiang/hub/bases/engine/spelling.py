"""How registers spell, folded to one spelling: widths, case, traditional characters, dots, gaps, numerals.

SQL folds by the same Python, wherever there is anything to fold.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

#: What printers and code pages put where they had no glyph (生僻字): any one character.
GAP = "□"
_GAPS = "?？*＊■〓\ufffd\u25ef"
_DOTS = "•・･‧∙⋅●．."
_DROPPED = " \t\r\n\u3000\xa0_%'\"“”‘’（）()【】[]<>《》,，、;；:：|\u200b\ufeff"

# Pairs that occur in names of people, places and companies; a register of a bank or of old households keeps the left.
_TRADITIONAL = (
    "張张劉刘陳陈楊杨趙赵黃黄吳吴孫孙馬马羅罗鄭郑謝谢許许鄧邓馮冯蕭萧蔣蒋葉叶閻阎餘余蘇苏盧卢呂吕賈贾韋韦範范龔龚嚴严龍龙"
    "萬万錢钱湯汤賀贺賴赖齊齐偉伟麗丽華华國国強强軍军紅红蘭兰鳳凤蓮莲豔艳艷艳傑杰濤涛輝辉鵬鹏飛飞寶宝貴贵榮荣慶庆瑩莹雲云"
    "嶽岳愛爱學学達达遠远進进衛卫衞卫東东長长開开關关門门鎮镇鄉乡縣县區区號号樓楼棟栋園园廣广場场橋桥灣湾陽阳陰阴嶺岭瀏浏"
    "寧宁邊边電电氣气業业實实務务貿贸發发產产責责資资銀银買买賣卖網网絡络與与興兴潤润澤泽滿满漢汉維维爾尔圖图鐵铁鋼钢鑄铸"
    "機机車车農农醫医藥药術术藝艺書书畫画樂乐歡欢聲声聰聪靜静穎颖瓊琼瑤瑶環环珮佩鈞钧鋒锋銘铭錦锦鴻鸿鶴鹤鷹鹰鳴鸣鵑鹃魯鲁"
    "鮑鲍鄒邹鄔邬鍾钟鐘钟閔闵聶聂竇窦遊游塗涂淩凌溫温湧涌潔洁濱滨燦灿煒炜燁烨獻献瑋玮瓏珑異异眾众禮礼祿禄禎祯稅税種种穩稳"
    "競竞筆笔簡简糧粮紀纪約约純纯紹绍終终結结給给統统經经綠绿維维綱纲緒绪線线緯纬縈萦總总績绩"
)


def _pairs() -> tuple[str, str]:
    """The characters to replace and their replacements, each once."""
    table: dict[str, str] = {}
    for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True):
        if old != new:
            table.setdefault(old, new)
    table |= {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
    table |= dict(zip("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=True))
    table |= {chr(0xFF41 + n): chr(0x41 + n) for n in range(26)}
    table |= dict.fromkeys(_DOTS, "·") | dict.fromkeys(_GAPS, GAP)
    for dropped in _DROPPED:
        table.pop(dropped, None)
    return "".join(table), "".join(table.values())


FROM, TO = _pairs()
_TABLE = str.maketrans(FROM, TO, _DROPPED)


def _settled() -> str:
    """Characters of ASCII, ``·`` and Chinese characters that no folding changes, as ranges of a regular expression."""
    changed = set(FROM + _DROPPED)
    blocks = (range(0x20, 0x7F), range(0xB7, 0xB8), range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
    runs: list[list[int]] = []
    for code in (code for block in blocks for code in block if chr(code) not in changed):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in runs)


_UNSETTLED = f"[^{_settled()}]"
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def folded(text: str) -> str:
    """One spelling of a name, number or address: NFC, half width, capital letters, simplified, no blanks or brackets."""
    return unicodedata.normalize("NFC", text).translate(_TABLE)


def folded_sql(column: str) -> str:
    """:func:`folded` as a DuckDB expression. Nearly every value is folded already, which one look tells; the others go
    through Python (``prepare`` of ``standardising``), which is far cheaper than ``translate`` with a table of this size."""
    return f"CASE WHEN regexp_matches({column}, {quoted(_UNSETTLED)}) THEN folded({column}) ELSE {column} END"


def numerals(text: str) -> str:
    """Chinese numerals of an address as digits: 五一大道十二号三栋 and 51大道十2号3栋 are written alike."""
    return text.translate(_NUMERALS)


def numerals_sql(expression: str) -> str:
    translated = f"translate({expression}, '〇零一二三四五六七八九', '00123456789')"
    return f"CASE WHEN regexp_matches({expression}, '[〇零一二三四五六七八九]') THEN {translated} ELSE {expression} END"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@lru_cache(maxsize=65536)
def _reading(char: str) -> str:
    if char < "\u3400":
        return "" if char == "·" else char
    from pypinyin import lazy_pinyin  # 20 MB of readings: only who links names pays for them

    return str(lazy_pinyin(char)[0]).upper()


def pinyin(name: str) -> str:
    """The reading of a folded name without tones: 买买提·艾力 and 麦麦提艾里 are MAIMAITIAILI."""
    return "".join(map(_reading, name))
