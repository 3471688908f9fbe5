"""``link A [B …] --config C [--json] [--out clusters.parquet] [--train model.json]``: who is the same, in any tables.

A table is a CSV or Parquet file, ``postgres://…/database#table``, ``mysql://…/database#table`` or ``sqlite:///file#table``.
The platform's own records are not asked, unless ``--registry`` builds one of its base registries from the clusters: then
the labels of the tables are the keys of its sources. Refusals have a code; exit 2.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.ground.errors import DomainError, Refused
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.bases import operations
from xiang.hub.bases.engine import configuring, scoring
from xiang.hub.bases.engine.configuring import Config


class Command(BaseCommand):
    help = "实体链接：在一张或几张表里找出同一个人、同一家单位。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tables", nargs="+", metavar="TABLE", help="CSV、Parquet 文件，或 postgres://…/库#表 等")
        parser.add_argument("--config", required=True, type=Path, help="YAML 或 JSON：种类、列的对应、规则")
        parser.add_argument("--out", type=Path, help="每条记录归到哪一组，写成 Parquet 或 CSV")
        parser.add_argument("--golden", type=Path, help="每组的主记录，写成 Parquet 或 CSV")
        parser.add_argument("--registry", metavar="KEY", help="把各组写进这个基础库；表的 label 就是数源的键")
        parser.add_argument("--train", type=Path, metavar="MODEL", help="先用这些数据训练参数，存成这个文件")
        parser.add_argument("--show", type=int, default=20, help="列出多少对拿不准的（20）")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options: Any) -> None:
        try:
            report = linked(options)
        except DomainError as refused:
            if options["json"]:
                print(json.dumps({"error": refused.code, "detail": refused.detail}, ensure_ascii=False))
            else:
                self.stderr.write(f"{refused.detail} [{refused.code}]")
            sys.exit(2)
        print(json.dumps(report, ensure_ascii=False, indent=2) if options["json"] else _text(report))


def linked(options: dict[str, Any]) -> dict[str, Any]:
    """Run the linkage and report it."""
    from xiang.hub.bases.engine import training
    from xiang.hub.bases.engine.batch import Linkage

    config = _config(options["config"], len(options["tables"]))
    linkage = Linkage(config)
    linkage.load(options["tables"])
    if options["train"]:
        model = training.train(linkage, options["train"].stem)
        options["train"].write_text(json.dumps(model.document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        linkage.retrained(model)
    counts = linkage.link()
    for file, table in ((options["out"], "clusters"), (options["golden"], "golden")):
        if file:
            if table == "golden":
                linkage.make_golden()
            linkage.export(table, file)
    built = operations.build_linked(options["registry"], linkage, SYSTEM) if options["registry"] else None
    uncertain = [_pair(linkage, config, *pair) for pair in linkage.uncertain(options["show"])]
    model = linkage.config.model
    report = {"kind": config.kind.key, "model": model.edition, **asdict(counts), "pairs_uncertain": uncertain}
    return report | ({"built": asdict(built)} if built else {})


def _config(path: Path, tables: int) -> Config:
    if not path.is_file():
        raise Refused("config_absent", f"没有这个配置文件：{path}。")
    config = configuring.read(path)
    if len(config.tables) not in (1, tables):
        raise Refused("tables_differ", f"配置写了 {len(config.tables)} 张表，命令给了 {tables} 张。")
    return config


def _pair(linkage: Any, config: Config, one: int, other: int) -> dict[str, Any]:
    """An uncertain pair with its explanation; the values are the caller's own."""
    left, right = linkage.record(one), linkage.record(other)
    scorer = scoring.Scorer(config.kind, linkage.config.model)
    match = scorer.match(config.kind.features(left), config.kind.features(right))
    parts = scoring.explanation(config.kind, match)
    return {
        "records": [left, right],
        "probability": round(match.probability, 6),
        "weight": round(match.weight, 2),
        "parts": parts,
    }


def _text(report: dict[str, Any]) -> str:
    lines = [
        f"{report['records']} 条记录归成 {report['clusters']} 组，最大的一组 {report['largest']} 条。",
        f"判为相同 {report['pairs']} 对；拿不准 {report['uncertain']} 对，其中 {report['refused']} 对号码不同而其余相同。",
    ]
    if built := report.get("built"):
        lines.append(
            f"写进基础库：新主记录 {built['golden']} 条，新记录 {built['records']} 条，更新 {built['changed']} 条，改归"
            f" {built['moved']} 条，合并 {built['merged']} 次，转人工 {built['pairs']} 对。"
        )
    for pair in report["pairs_uncertain"]:
        refs = " ≟ ".join(str(one["ref"]) for one in pair["records"])
        parts = "，".join(
            f"{one['title']}{one['words']} {one['weight']:+.1f}" for one in pair["parts"] if one["weight"]
        )
        lines.append(f"  {refs}  {pair['probability']:.3f}  {parts}")
    return "\n".join(lines)
