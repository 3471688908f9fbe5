"""``demo``: play a story and print each step. By default in a temporary instance that is removed afterwards."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiang.portal.demos import instance, stories, telling
from xiang.portal.demos.player import Player, Turned
from xiang.portal.demos.telling import Story


class Command(BaseCommand):
    help = "play a story of the demonstration: in a temporary instance, or against one that runs (--url, --here)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="which story (default birth; --list names them)")
        parser.add_argument("--story", default="", help="the same")
        parser.add_argument("--list", action="store_true", help="name the stories")
        parser.add_argument("--json", action="store_true", help="print the steps as JSON")
        parser.add_argument("--here", action="store_true", help="in this installation; what happens stays")
        parser.add_argument("--url", default="", help="against a running demonstration, through its REST interface")
        parser.add_argument("--people", type=int, default=instance.PEOPLE, help="people of the temporary province")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        wanted = self._wanted(options["story"] or options["name"] or "birth")
        if options["url"]:
            self._play(wanted, self._remote(options["url"]), as_json=options["json"])
        elif options["here"]:
            self._play(wanted, self._local(), as_json=options["json"])
        else:
            self._in_temporary(wanted, options["people"], as_json=options["json"])

    def _list(self, *, as_json: bool) -> None:
        rows = [{"key": s.key, "title": s.title, "about": s.about} for s in stories.STORIES]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"{row['key']:16} {row['title']}：{row['about']}")

    def _wanted(self, key: str) -> Story:
        found = stories.find(key)
        if found is None:
            names = "、".join(story.key for story in stories.STORIES)
            raise CommandError(f"没有叫“{key}”的故事。有这些：{names}")
        return found

    def _play(self, wanted: Story, player: Player, *, as_json: bool) -> None:
        """In words each step as it happens; as JSON everything at the end, the words meanwhile on the error stream."""
        # They would tell every request between the steps, and the address that an officer of another office tried first.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("django.request").setLevel(logging.ERROR)
        say = self.stderr.write if as_json else self.stdout.write
        try:
            told = telling.perform(wanted, player, say)
        except Turned as turned:
            raise CommandError(f"演到一半停下了：{turned.detail}（{turned.code}）") from turned
        except httpx.TransportError as lost:
            raise CommandError(f"连不上：{lost}。先用 ./xiang up 启动，再看地址对不对。") from lost
        if as_json:
            self.stdout.write(json.dumps(told.to_json(), ensure_ascii=False, indent=1))

    def _remote(self, url: str) -> Player:
        from xiang.portal.demos.rest import RestPlayer

        if not url.startswith(("http://", "https://")):
            raise CommandError(f"“{url}”不是地址。例如 --url http://127.0.0.1:8000")
        return RestPlayer(url)

    def _local(self) -> Player:
        from xiang.portal.demos.rest import MixedPlayer

        if not settings.DEMO:
            raise CommandError("这不是演示环境：故事只在演示环境里演。去掉 --here，会另建一个临时的。")
        return MixedPlayer()

    def _in_temporary(self, wanted: Story, people: int, *, as_json: bool) -> None:
        try:
            with instance.temporary(people, self.stderr.write) as environment:
                code = instance.play_in(environment, [wanted.key, *(["--json"] if as_json else [])])
        except instance.NotMade as wrong:
            raise CommandError(f"临时环境没有建成，停在“{wrong.title}”：\n{wrong.tail}") from wrong
        if code:
            sys.exit(code)
