"""A sheet of A4 to draw on: text by lines, QR codes and the seal. In millimetres; fpdf2 does the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xiang.foundation.documents import breaking, fonts
from xiang.foundation.documents.codes import grouped
from xiang.foundation.documents.marks import Mark
from xiang.foundation.ground import instant

if TYPE_CHECKING:
    from pathlib import Path

    from fpdf import FPDF

Colour = tuple[int, int, int]
INK: Colour = (19, 33, 30)
SOFT: Colour = (90, 105, 100)
LINE: Colour = (199, 209, 204)
ACCENT: Colour = (11, 106, 96)
PALE: Colour = (225, 240, 236)
WHITE: Colour = (255, 255, 255)

LEFT, RIGHT, TOP, BOTTOM = 28.0, 26.0, 30.0, 28.0
WIDTH, HEIGHT = 210.0, 297.0
SEAL_HEIGHT = 40.0


class Sheet:
    """Pages with a cursor ``y``; ``text`` is everything that will be drawn, so that the fonts for it are at hand."""

    def __init__(self, title: str, text: str, foot: str = "") -> None:
        self.pdf: FPDF = _opened(title, text, foot)
        self._widths: dict[tuple[str, float, str], float] = {}
        self.pdf.add_page()
        self.y = TOP

    @property
    def width(self) -> float:
        return WIDTH - LEFT - RIGHT

    def font(self, size: float, *, bold: bool = False, colour: Colour = INK) -> None:
        self.pdf.set_font("xiang", "B" if bold else "", size)
        self.pdf.set_text_color(*colour)

    def measure(self, text: str) -> float:
        """The width of a text in the present font; a character is measured once."""
        key = (self.pdf.font_style, self.pdf.font_size_pt)
        total = 0.0
        for char in text:
            known = self._widths.get((*key, char))
            if known is None:
                known = self._widths[(*key, char)] = self.pdf.get_string_width(char)
            total += known
        return total

    def room(self, height: float) -> None:
        """Begin a new page unless this much is left on the present one."""
        if self.y + height > HEIGHT - BOTTOM:
            self.pdf.add_page()
            self.y = TOP

    def gap(self, height: float) -> None:
        self.y += height

    def line_at(self, text: str, left: float, top: float, height: float) -> None:
        """One line that is known to fit."""
        self.pdf.set_xy(left, top)
        self.pdf.cell(self.measure(text) + 1, height, text)

    def write(
        self,
        text: str,
        height: float,
        *,
        align: str = "L",
        indent: float = 0.0,
        left: float = LEFT,
        width: float = 0.0,
        keep: float = 0.0,
    ) -> None:
        """A paragraph, broken into lines, over as many pages as it takes; its last two lines stay on one page with
        what follows within ``keep``."""
        width = width or self.width
        broken = list(breaking.lines(text, self.measure, width, indent))
        for number, line in enumerate(broken):
            self.room(2 * height + keep if keep and number == max(0, len(broken) - 2) else height)
            inner = indent if number == 0 else 0.0
            spare = width - inner - self.measure(line)
            shift = {"L": inner, "C": inner + spare / 2, "R": inner + spare}[align]
            self.line_at(line, left + shift, self.y, height)
            self.y += height

    def rule(self, colour: Colour = INK, thickness: float = 0.4) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thickness)
        self.pdf.line(LEFT, self.y, WIDTH - RIGHT, self.y)

    def box(self, left: float, top: float, width: float, height: float, colour: Colour, *, fill: bool = False) -> None:
        self.pdf.set_line_width(0.25)
        self.pdf.set_draw_color(*colour)
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(left, top, width, height, style="F" if fill else "D", round_corners=not fill, corner_radius=2)

    def cells(self, rows: Sequence[Sequence[bool]], left: float, top: float, size: float, gap: float = 0.0) -> None:
        """A square of cells, the filled ones drawn."""
        step = size / len(rows)
        for y, row in enumerate(rows):
            for x, filled in enumerate(row):
                if filled:
                    self.pdf.rect(left + x * step, top + y * step, step - gap, step - gap, style="F")

    def qr(self, text: str, left: float, top: float, size: float) -> None:
        import segno

        self.pdf.set_fill_color(*INK)
        matrix = [[bool(cell) for cell in row] for row in segno.make_qr(text, error="m").matrix]
        self.cells(matrix, left, top, size)

    def seal(self, mark: Mark, code: str, url: str) -> None:
        """Who sealed, when, the fingerprint as cells and as number, and how to check it."""
        self.room(SEAL_HEIGHT)
        top, tall = self.y, SEAL_HEIGHT - 7
        self.box(LEFT, top, self.width, tall, LINE)
        self.pdf.set_fill_color(*ACCENT)
        self.cells(mark.cells, LEFT + 6, top + 6, tall - 12, gap=0.5)
        left = LEFT + tall + 1
        self.font(9, colour=ACCENT, bold=True)
        self.line_at("电子印章", left, top + 4.5, 5)
        self.font(11, bold=True)
        self.y = top + 9.5
        self.write(mark.by, 5.6, left=left, width=self.width - 2 * tall - 2)
        self.font(8.5, colour=SOFT)
        at = mark.at.astimezone(instant.SHANGHAI)
        for row in (
            f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S} 签章",
            f"SM2 指纹 {mark.fingerprint}",
            f"核验码 {grouped(code)}",
        ):
            self.line_at(row, left, self.y, 4.6)
            self.y += 4.6
        size = tall - 9
        self.qr(url, WIDTH - RIGHT - size - 4.5, top + 2.8, size)
        self.font(7.5, colour=SOFT)
        words = "扫码核验"
        self.line_at(words, WIDTH - RIGHT - 4.5 - size / 2 - self.measure(words) / 2, top + tall - 5.4, 4)
        self.y = top + tall + 1.5
        self.write("电子签章与实物印章具有同等法律效力。打印件以核验结果为准。", 4, align="C")

    def output(self) -> bytes:
        return bytes(self.pdf.output())


def _opened(title: str, text: str, foot: str) -> FPDF:
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-16)
            self.set_font("xiang", "", 8.5)
            self.set_text_color(*SOFT)
            self.cell(0, 5, f"{foot}　第 {self.page_no()} 页，共 {{nb}} 页", align="C")

    pdf = Paper(format="A4")
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_auto_page_break(False)
    _font(pdf, "xiang", fonts.cut("regular"), fonts.cut("semibold"))
    beside = fonts.fallbacks(title + text + foot)
    for number, (regular, bold) in enumerate(beside):
        _font(pdf, f"beside{number}", regular, bold)
    pdf.set_fallback_fonts([f"beside{number}" for number in range(len(beside))], exact_match=False)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_creator("湘")
    pdf.set_creation_date(instant.now())
    return pdf


def _font(pdf: FPDF, name: str, regular: Path, bold: Path | None) -> None:
    pdf.add_font(name, fname=str(regular))
    if bold:
        pdf.add_font(name, style="B", fname=str(bold))
