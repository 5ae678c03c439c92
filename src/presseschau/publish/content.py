"""What a dataset folder holds, `full` text or a `stub`: how it says so, and whether that is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.publish.shards import file_sha256

# What an article's words are in; null in every row of a stub.
TEXT_COLUMNS = ("title", "teaser", "text", "keywords", "stance_target")
SIGNATURES = "signatures.parquet"


def is_stub(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is that of a stub."""
    return manifest.get("content") == "stub"


def set_content(manifest: dict[str, Any], content: str) -> dict[str, Any]:
    """The manifest with what the folder holds, `stub` or `full`; a full one is not marked."""
    manifest = {key: value for key, value in manifest.items() if key not in ("content", "full_content_sha256", "texts")}
    publish = manifest["config"].get("publish", {})
    if "content" in publish:
        manifest["config"] = manifest["config"] | {"publish": publish | {"content": content}}
    return manifest | ({"content": "stub"} if content == "stub" else {})


def check_content(folder: Path, manifest: Mapping[str, Any], tables: Iterable[pa.Table]) -> Iterator[str]:
    """What does not hold: a word in a stub, a row without text in a full dataset, signatures of other rows.

    Args:
        folder: The dataset folder.
        manifest: Its manifest.
        tables: All its rows.
    """
    bare, ids = is_stub(manifest), list[str]()
    for table in tables:
        for row in table.select(["id", *TEXT_COLUMNS, "stance_evidence"]).to_pylist():
            ids.append(row["id"])
            words = [name for name in TEXT_COLUMNS if row[name] is not None]
            words += (
                ["stance_evidence"] if any(span["text"] is not None for span in row["stance_evidence"] or ()) else []
            )
            if bare and words:
                yield f"{row['id']}: a stub must not have {', '.join(words)}"
            if not bare and row["text"] is None:
                yield f"{row['id']}: text is null, and the manifest does not say that this is a stub"
    if bare:
        path = folder / SIGNATURES
        if not path.is_file() or file_sha256(path) != manifest.get("signatures_sha256"):
            yield f"{SIGNATURES}: missing, or not what the manifest says"
        elif sorted(pq.read_table(path, columns=["id"]).column("id").to_pylist()) != sorted(ids):
            yield f"{SIGNATURES}: not of these rows"
