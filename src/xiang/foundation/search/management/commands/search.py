"""``search rebuild``: build the index anew (or go on with a rebuild that was cut off). ``search find TEXT``: try it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.search import index, queries


class Command(BaseCommand):
    """The index, by hand."""

    help = "重建搜索索引，或者试搜一句话"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["rebuild", "find"])
        parser.add_argument("text", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "rebuild":
            written = index.rebuild()
            self.stdout.write("另一个进程正在重建。" if written is None else f"已写入 {written} 篇")
            return
        found = queries.search(options["text"])
        self.stdout.write(f"找到 {found.total} 条")
        for hit in found.hits or found.near:
            self.stdout.write(f"  {hit.kind_title}  {hit.title}  {hit.url}")
