"""Plausible names: surnames by how common they are, given names by generation, and names that software breaks on."""

from __future__ import annotations

from itertools import accumulate
from random import Random

# Relative weights, shaped after how common these are in the province; exact shares do not matter here.
_SURNAMES = (
    "李80王64刘78陈66张58周50黄46杨42彭36罗36唐34曾30谢30邓30吴30胡30何28肖28蒋24谭24廖20龙20易16贺16欧阳14"
    "袁16文16向16田16吕10高12朱14曹14戴12汤12贾4丁8钟12邹12段12成8谷6夏12许10徐12孙12赵16郭14马8林10郑10"
    "梁10宋8韩6冯6董6程6萧6沈4苏6卢6蔡8魏6薛3叶6余10潘8杜6汪4任6姜6范6方6石10姚8熊10金4陆4郝2孔4白3崔2康3"
    "毛8邱6秦4江6史3顾2侯3邵4孟2万6雷8钱2尹6黎8常2武3乔2赖4龚10左4柳6伍8瞿4聂6凌3阳6滕3粟2覃6吉2米1"
    "司马1诸葛1上官1端木1禹2佘2亓1仇2宁4单1查1区1解1盖1"
)
_GIVEN = {
    ("男", 1955): "国建明志德文光华荣福贵生金根友安松林山海清正义成发祥富家世长春云龙",
    ("女", 1955): "秀英桂兰玉珍凤梅芳翠莲菊香淑贞琴云霞美娥爱银金春华素琼月姣",
    ("男", 1975): "伟勇军强刚辉斌鹏波涛峰平健宏新民利超亮建国文明志华海林东红卫春晓",
    ("女", 1975): "丽娟艳敏静燕红霞萍玲莉娜芬琳琴群英华春梅芳慧琼小云晓文利平",
    ("男", 1992): "浩宇杰俊鑫磊凯翔帆博航旭阳晨昊天志明家豪子轩文韬睿哲嘉伟一凡衡",
    ("女", 1992): "婷佳雪欣怡颖倩梦琪雅思文静洁莹瑶悦丹妮薇璐芸嘉慧子涵可馨诗",
    ("男", 2012): "梓轩宸泽沐辰皓子睿言奕铭宇浩然一诺景煜承安屹川知行瑾瑜昱霖",
    ("女", 2012): "梓涵沐欣妍诗语梦瑶一诺若溪雨桐可馨芷晴昕玥语桐安然知夏清禾念慈",
}
#: Characters of people's names beyond the common set; the second half lies outside the Basic Multilingual Plane.
RARE = "喆堃犇骉淼旻翀珺龑昶㐂䶮㛃㻐㴗玥彧赟𠮷𬱖𫖯𬀩𬍛𫘦𬸚𬭚𬱟𫍯"
_DOTTED_FIRST = {
    "男": ("艾合买提", "库尔班", "吐尔逊", "阿不都拉", "买买提", "伊力亚斯"),
    "女": ("阿依古丽", "古丽米热", "热依汗", "帕提古丽", "迪丽努尔", "阿依努尔"),
}
_DOTTED_LAST = ("买买提", "吐尔逊", "阿不都热合曼", "艾海提", "依明", "肉孜")
_LATIN_FIRST = {
    "男": ("LUCA", "DANIEL", "THOMAS", "JEAN-PIERRE", "MINH", "KWAME", "IVAN", "SOMCHAI"),
    "女": ("MARIA", "SOPHIE", "LINH", "AMARA", "ELENA", "NOOR", "HANNAH", "ANA LUCIA"),
}
_LATIN_LAST = ("MORETTI", "O'CONNOR", "NGUYEN", "MENSAH", "PETROV", "MÜLLER", "DE SOUZA", "KHAN")
#: Peoples of the western and southern counties by county code prefix; elsewhere nearly everybody is Han.
_PEOPLES = {
    "4331": ("土家族", "苗族"),
    "4308": ("土家族", "白族"),
    "431230": ("侗族",),
    "431229": ("苗族", "侗族"),
    "431228": ("侗族",),
    "431227": ("侗族",),
    "431226": ("苗族",),
    "431129": ("瑶族",),
    "430529": ("苗族",),
}


def _weighted(text: str) -> tuple[list[str], list[int]]:
    """``"李80欧阳14"`` as names and weights."""
    names, weights, name, digits = [], [], "", ""
    for char in text + "末":
        if char.isdigit():
            digits += char
            continue
        if digits:
            names.append(name)
            weights.append(int(digits))
            name, digits = "", ""
        name += char
    return names, weights


class Namer:
    """Draws names from one stream of chance; the same stream gives the same names."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        names, weights = _weighted(_SURNAMES)
        total = sum(weights)
        # A table of a thousand slots is drawn from in one step; bisecting a million times is not.
        marks = [round(c * 1000 / total) for c in accumulate(weights)]
        self._surnames: list[str] = []
        for name, mark in zip(names, marks, strict=True):
            self._surnames.extend([name] * max(1, mark - len(self._surnames)))

    def surname(self) -> str:
        return self._surnames[int(self._chance.random() * len(self._surnames))]

    def given(self, sex: str, year: int) -> str:
        """A given name of the generation, one person in three hundred with a rare character."""
        draw = self._chance.random
        era = 1955 if year < 1965 else 1975 if year < 1986 else 1992 if year < 2006 else 2012
        pool = _GIVEN[sex, era]
        size = len(pool)
        first = pool[int(draw() * size)]
        single = draw()
        if single < 0.003:
            return first + RARE[int(draw() * len(RARE))]
        if single < (0.2 if era != 2012 else 0.06):
            return first
        return first + pool[int(draw() * size)]

    def dotted(self, sex: str) -> str:
        """A name with the middle dot, as of Uyghur and Kazakh families: ``阿依古丽·买买提``."""
        return f"{self._chance.choice(_DOTTED_FIRST[sex])}·{self._chance.choice(_DOTTED_LAST)}"

    def latin(self, sex: str) -> str:
        """A foreigner's name as the passport writes it."""
        return f"{self._chance.choice(_LATIN_LAST)} {self._chance.choice(_LATIN_FIRST[sex])}"

    def people(self, county: str) -> str:
        """The ethnic group (民族) of a family in a county."""
        draw = self._chance.random()
        for prefix in (county, county[:4]):
            if prefix in _PEOPLES and draw < 0.7:
                groups = _PEOPLES[prefix]
                return groups[int(draw / 0.7 * len(groups))]
        return (
            "汉族" if draw < 0.985 else self._chance.choice(("土家族", "苗族", "侗族", "瑶族", "回族", "壮族", "满族"))
        )
