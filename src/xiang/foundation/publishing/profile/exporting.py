"""The profile written back as files. What nobody edited is copied as it stands, comments and all."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing.models import LoadedRow
from xiang.foundation.publishing.profile import checking
from xiang.foundation.publishing.profile.rows import Context, digest_of, plain
from xiang.foundation.publishing.profile.sections import Section, sections

Contents = Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class Exported:
    """Which files were copied as they stand, and which were written from the records."""

    copied: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


def export_profile(target: Path, source: Path) -> Exported:
    """Write the profile to ``target``; ``source`` is the folder that was loaded, for what is still as it was there."""
    if target.exists() and any(target.iterdir()):
        raise Refused("folder_not_empty", f"{target} 里已经有文件，换一个空的目录。")
    target.mkdir(parents=True, exist_ok=True)
    done = Exported()
    context = Context(source.name, source, SYSTEM)
    list(checking.read_all(context, []))
    for section in sections():
        loaded = {row.key: row for row in LoadedRow.objects.filter(kind=section.kind)}
        made = section.keys() if section.keys else ()
        contents = section.contents([*loaded, *(key for key in made if key not in loaded)])
        for name, keys in _by_file(section, loaded, contents).items():
            if _as_loaded(section, name, keys, loaded, contents, context):
                _copy(source / name, target / name)
                done.copied.append(name)
            else:
                _write(section, target / name, [contents[key] for key in keys if key in contents])
                done.written.append(name)
    for file in sorted(source.rglob("*")):
        name = file.relative_to(source).as_posix()
        if file.is_file() and name not in done.copied and name not in done.written:
            _copy(file, target / name)
            done.copied.append(name)
    return done


def _by_file(section: Section, loaded: Mapping[str, LoadedRow], contents: Contents) -> dict[str, list[str]]:
    """The keys of a section by the file they belong to; what was made in the application goes to a file of its own."""
    own = section.files if "*" not in section.files else section.files.replace("*", "local")
    files: dict[str, list[str]] = {}
    for key in (*loaded, *(key for key in contents if key not in loaded)):
        files.setdefault(loaded[key].file if key in loaded else own, []).append(key)
    return files


def _as_loaded(
    section: Section,
    name: str,
    keys: Sequence[str],
    loaded: Mapping[str, LoadedRow],
    contents: Contents,
    context: Context,
) -> bool:
    """Whether a file still says what the records hold."""
    rows = {key: row for key, row in context.rows.get(section.kind, {}).items() if row.file == name}
    if set(rows) != set(keys):
        return False
    return all(
        key in loaded
        and loaded[key].source == rows[key].digest
        and (not section.tells_current or (key in contents and digest_of(contents[key]) == loaded[key].applied))
        for key in keys
    )


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _write(section: Section, file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    if file.suffix == ".csv":
        columns = list((section.schema or {}).get("properties") or dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        yaml = YAML()
        yaml.width, yaml.allow_unicode = 120, True
        yaml.indent(mapping=2, sequence=4, offset=2)
        content = [plain(row) for row in rows]
        yaml.dump({section.wrap: content} if section.wrap else content, text)
    file.write_text(text.getvalue(), encoding="utf-8")
