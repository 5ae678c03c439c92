"""What lies in the folder: one entry a file with its sha256, and the sets of shards that rows are read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from presseschau.publish.files import FILES
from presseschau.publish.shards import file_sha256
from presseschau.schema import DATA, TARGETS

SHARDS = {DATA: "shards", TARGETS: "target_shards"}
_FORMATS = {".parquet": "application/x-parquet", ".json": "application/json"}


def distribution(folder: Path, manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries, in order."""
    for shard in manifest["shards"]:
        yield _file(shard["path"], shard["bytes"], shard["sha256"], f"Rows of {shard['split']}")
    for name in ("ledger.parquet", "splits.json", "manifest.json", "signatures.parquet", "rehydration.parquet"):
        if (path := folder / name).is_file():
            yield _file(name, path.stat().st_size, file_sha256(path), FILES[name])
    for part in sorted({shard["path"].partition("/")[0] for shard in manifest["shards"]}):
        yield {
            "@type": "cr:FileSet",
            "@id": SHARDS[part],
            "name": SHARDS[part],
            "description": "All shards of all splits",
            "encodingFormat": _FORMATS[".parquet"],
            "includes": f"{part}/*.parquet",
        }


def _file(path: str, size: int, sha256: str, description: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "description": description,
        "contentUrl": path,
        "contentSize": f"{size} B",
        "encodingFormat": _FORMATS[path[path.rindex(".") :]],
        "sha256": sha256,
    }
