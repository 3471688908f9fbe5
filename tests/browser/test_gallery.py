"""The visual language in a real browser: every part of the gallery, light and dark, phone and desktop, elder mode."""

from __future__ import annotations

import pytest

PARTS = ("", "home", "form", "progress", "receipt", "uses", "states", "desk", "case", "board", "paper")
RESIDENT = ("", "home", "form", "progress", "receipt", "uses", "states")


def address(part: str) -> str:
    return f"/gallery/{part}/" if part else "/gallery/"


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_passes_axe(part, size, theme, open_page, axe, screenshot):
    page = open_page(address(part), size=size, theme=theme)
    screenshot(page, part or "components")
    axe(page)


@pytest.mark.browser
@pytest.mark.parametrize("part", RESIDENT)
def test_elder_mode_passes_axe_with_targets_of_sixty_pixels(part, open_page, axe, targets, no_sideways, screenshot):
    page = open_page(address(part), size="phone", elder=True)
    screenshot(page, part or "components")
    axe(page)
    targets(page, 60)
    no_sideways(page)


@pytest.mark.browser
@pytest.mark.parametrize("part", PARTS)
def test_nothing_scrolls_sideways_at_320_pixels(part, open_page, no_sideways):
    no_sideways(open_page(address(part), size="small"))


@pytest.mark.browser
@pytest.mark.parametrize("part", RESIDENT)
def test_controls_on_a_phone_are_44_pixels(part, open_page, targets):
    targets(open_page(address(part), size="phone"), 44)
