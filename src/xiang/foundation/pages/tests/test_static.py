"""Style sheets cut to what is named, and everything collected under hashed names."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from xiang.foundation.pages.cut import cut, named_classes
from xiang.foundation.pages.finders import SCRIPTS, SHEETS

OURS = Path(__file__).resolve().parents[1] / "static" / "pages"

needs_npm = pytest.mark.skipif(
    not (settings.ROOT / "node_modules" / "@tabler").exists(), reason="npm packages are not installed"
)


def test_rules_for_classes_that_nobody_names_are_cut():
    css = ":root{--a:1}.a,.b>.c{x:1}.d:not(.e){y:2}@media(min-width:1px){.a{z:3}.q{z:4}}@media print{.q{w:1}}"
    assert cut(css, {"a", "d"}) == ":root{--a:1}.a{x:1}.d:not(.e){y:2}@media(min-width:1px){.a{z:3}}"


def test_frames_fonts_and_braces_in_strings_are_kept_whole():
    css = '@charset "utf-8";@font-face{src:url("x}y")}@keyframes k{0%{a:1}to{a:2}}.a:before{content:"}"}.b{c:1}'
    assert cut(css, {"a"}) == '@font-face{src:url("x}y")}@keyframes k{0%{a:1}to{a:2}}.a:before{content:"}"}'


def test_classes_are_read_past_the_tags_of_the_template():
    html = """<a class="btn {% if a == "b" %}btn-plain{% endif %} x-{{ kind }}">"""
    assert {"btn", "btn-plain"} <= named_classes(html, ".html")
    assert "mt-3" in named_classes('field.classList.add("mt-3")', ".js")
    assert "form-control" in named_classes('attrs={"class": "form-control"}', ".py")


def test_every_sheet_and_script_of_ours_is_bundled():
    assert {file.stem for file in (OURS / "css").glob("*.css")} == set(SHEETS)
    assert {file.stem for file in (OURS / "js").glob("*.js")} == set(SCRIPTS) | {"chart"}


def test_following_the_device_gives_the_same_dark_as_choosing_it():
    tokens = (OURS / "css" / "tokens.css").read_text()
    chosen = re.search(r"\n\[data-bs-theme=dark\]\{(.*?)\}", tokens, re.S)
    followed = re.search(r"\[data-bs-theme=auto\]\{(.*?)\}", tokens, re.S)
    values = [dict(re.findall(r"(--x-[\w-]+):([^;]+);", block[1])) for block in (chosen, followed)]
    assert values[0] == values[1] and len(values[0]) > 25


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_text_can_be_read_on_its_grounds(theme):
    tokens = (OURS / "css" / "tokens.css").read_text()
    block = re.search(rf"(?:^|\n|,)\[data-bs-theme={theme}\]\{{(.*?)\}}", tokens, re.S)[1]
    value = dict(re.findall(r"--x-([\w-]+):(#[0-9A-F]{6})", block))
    for ground in ("surface", "bg"):
        for ink in ("ink", "ink-2", "ink-3", "accent", "run", "you", "soon", "late", "stop", "done"):
            assert contrast(value[ink], value[ground]) >= 4.5, (ink, ground)
        assert contrast(value["line-strong"], value[ground]) >= 3, ground
    for kind in ("run", "you", "soon", "late", "stop", "done"):
        assert contrast(value[kind], value[f"{kind}-soft"]) >= 4.5, kind
        assert contrast(value["ink"], value[f"{kind}-soft"]) >= 4.5, kind
    assert contrast(value["on-accent"], value["accent"]) >= 4.5


@needs_npm
def test_the_vendor_files_that_pages_name_are_found():
    for name in (
        "vendor/tabler/css/tabler.min.css",
        "vendor/icons/tabler-icons.min.css",
        "vendor/icons/fonts/tabler-icons.woff2",
        "vendor/htmx/htmx.min.js",
        "vendor/echarts/echarts.min.js",
        "pages/xiang.css",
        "pages/xiang.js",
    ):
        assert finders.find(name), name


@needs_npm
def test_icons_that_templates_name_are_in_the_cut_sheet():
    sheet = Path(finders.find("vendor/icons/tabler-icons.min.css")).read_text()
    for icon in ("home", "clock-hour-4", "plug-connected-x", "baby-carriage"):
        assert f".ti-{icon}:before" in sheet


@needs_npm
def test_collecting_hashes_and_compresses_and_every_address_inside_resolves(tmp_path):
    with override_settings(STATIC_ROOT=tmp_path):
        from xiang.foundation.pages.storage import StaticStorage

        storage = StaticStorage(location=tmp_path)
        collected = {}
        for finder in finders.get_finders():
            for path, origin in finder.list([]):
                if path.startswith(("pages/", "vendor/")) and path not in collected:
                    collected[path] = (origin, path)
                    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                    (tmp_path / path).write_bytes(Path(origin.path(path)).read_bytes())
        for _, _, done in storage.post_process(collected):
            assert not isinstance(done, Exception), done
        first = sum(
            len(gzip.compress((tmp_path / storage.stored_name(name)).read_bytes()))
            for name in ("pages/xiang.css", "vendor/tabler/css/tabler.min.css", "vendor/icons/tabler-icons.min.css")
        )
        assert first < 45_000, "the styles of a first visit have grown"


def test_before_anything_is_collected_a_page_still_has_plain_names():
    from xiang.foundation.pages.storage import StaticStorage

    storage = StaticStorage()
    storage.hashed_files = {}
    assert storage.url("pages/xiang.css") == "/static/pages/xiang.css"


@needs_npm
def test_the_command_that_production_runs_works():
    call_command("collectstatic", interactive=False, verbosity=0, dry_run=True)
