"""The lotus (芙蓉) drawn in cells: only when there is nothing to do; never with an error, a death or a refusal."""

from __future__ import annotations

from functools import cache

from django.utils.safestring import SafeString, mark_safe

# One row of the drawing a line: i inner petal, m middle, o outer, w water.
_ROWS = (
    "........i........",
    ".......iii.......",
    "...m...iii...m...",
    "..mmm.iiiii.mmm..",
    "..mmm.iiiii.mmm..",
    "...mmm.iii.mmm...",
    "oo.mmm.iii.mmm.oo",
    "ooo.mmm.i.mmm.ooo",
    ".ooo.mm.i.mm.ooo.",
    "..oooo.....oooo..",
    "....wwwwwwwww....",
    "..www..www..www..",
)


@cache
def lotus(width: int) -> SafeString:
    """Inline SVG; one path a shade, so that the drawing costs half a kilobyte and follows the theme."""
    paths = []
    for shade in "imow":
        moves = "".join(
            f"M{8 * x} {8 * y}h6.6v6.6h-6.6z"
            for y, row in enumerate(_ROWS)
            for x, mark in enumerate(row)
            if mark == shade
        )
        paths.append(f'<path class="{shade}" d="{moves}"/>')
    return mark_safe(  # noqa: S308 - made of constants above
        f'<svg class="x-lotus" width="{int(width)}" viewBox="0 0 136 96" aria-hidden="true">{"".join(paths)}</svg>'
    )
