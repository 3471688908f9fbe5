"""Where the fourteen prefectures of Hunan stand on the tile map: roughly as on the ground, one tile each."""

from __future__ import annotations

# Division code: (row, column, short name).
PLACES: dict[str, tuple[int, int, str]] = {
    "4308": (1, 1, "张家界"),
    "4307": (1, 2, "常德"),
    "4306": (1, 3, "岳阳"),
    "4331": (2, 1, "湘西"),
    "4309": (2, 2, "益阳"),
    "4301": (2, 3, "长沙"),
    "4312": (3, 1, "怀化"),
    "4313": (3, 2, "娄底"),
    "4303": (3, 3, "湘潭"),
    "4302": (3, 4, "株洲"),
    "4305": (4, 2, "邵阳"),
    "4304": (4, 3, "衡阳"),
    "4311": (5, 2, "永州"),
    "4310": (5, 3, "郴州"),
}
