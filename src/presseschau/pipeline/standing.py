"""The dataset that stands: a build that could only repeat the last one, byte for byte, leaves its folder as it is.

That needs the same input, config, code and library versions, and a folder whose every file still has its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import orjson

from presseschau.pipeline.keys import StageKey
from presseschau.publish.manifest import Count, Manifest
from presseschau.publish.shards import Shard, file_sha256
from presseschau.schema import SPLITS

_RECORD = "built.json"
Labels = Mapping[str, Mapping[str, int]]


def keep_record(work_dir: Path, key: StageKey, folder: Path, labels: Labels) -> None:
    """Notes in the work folder what was built and how each file of it looks."""
    record = {"key": key.key, "files": _digests(folder), "labels": labels}
    part = work_dir / f"{_RECORD}.part"
    part.write_bytes(orjson.dumps(record))
    part.replace(work_dir / _RECORD)


def standing(work_dir: Path, key: StageKey, folder: Path) -> tuple[Manifest, Labels] | None:
    """Manifest and label counts of the dataset in `folder`, if a build with this key would make the same bytes."""
    try:
        record = orjson.loads((work_dir / _RECORD).read_bytes())
        if record["key"] != key.key or record["files"] != _digests(folder):
            return None
        return _manifest(folder), record["labels"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None  # no record, or one of another version of this file: the build goes its way


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}


def _manifest(folder: Path) -> Manifest:
    data = orjson.loads((folder / "manifest.json").read_bytes())
    values = {f.name: data[f.name] for f in fields(Manifest)}
    values["splits"] = {split: data["splits"][split] for split in SPLITS if split in data["splits"]}
    values["counts"] = [Count(**count) for count in data["counts"]]
    values["shards"] = [Shard(**shard) for shard in data["shards"]]
    return Manifest(**values)
