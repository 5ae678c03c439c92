"""The stub of a dataset: ids, URLs, labels, splits, hashes and offsets, without a word of the articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.publish.content import SIGNATURES, TEXT_COLUMNS, check_own_columns, is_stub, set_content
from presseschau.publish.derive import Change, derive, taken_down, write_manifest
from presseschau.publish.manifest import read_manifest
from presseschau.publish.opened import Folder
from presseschau.publish.shards import file_sha256
from presseschau.publish.statistics import count
from presseschau.publish.targets import without_words
from presseschau.schema import SPAN
from presseschau.stable import sha256

# minhash: the lowest byte of each MinHash value (b-bit minwise hashing, Li and König, WWW 2010, b = 8).
SIGNATURE_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "minhash": pa.binary(),
        "title_sha256": pa.string(),
        "teaser_sha256": pa.string(),
        "keywords_sha256": pa.string(),
        "target_in": pa.string(),
        "target_start": pa.int32(),
        "target_end": pa.int32(),
        "target_sha256": pa.string(),
        "target": pa.string(),  # only where a labeler's words stand in neither: then they are not the article's
    }
)
_NOTE = """\
> **This is a stub release: it holds no article text.** Ids, URLs, labels, splits, text hashes and offsets are here;
> title, teaser, text, keywords, stance target and the words of the evidence are null. With your own copies of the pages
> you get the full dataset back, each text checked against its hash:
>
> ```bash
> python scripts/rehydrate.py dir=THIS_FOLDER source=html source.path=YOUR_PAGES output.dir=full
> ```
>
> Lengths in words, where the card and the report have any, are those of the full texts."""


def write_stub(dataset: Path, target: Path, sign: Callable[[str], bytes], finish: Callable[[Path], None]) -> None:
    """Writes the stub of a full dataset folder.

    The manifest says `content: stub`, keeps the hash of the full content as `full_content_sha256`, and that of
    `signatures.parquet`, by which `rehydrate` finds a stance target again and recognises a text that changed a little.

    Args:
        dataset: A full dataset folder.
        target: Where to write; an earlier dataset there is replaced.
        sign: MinHash signature of a text as bytes.
        finish: Is given the new folder, to write what is derived from it (Croissant metadata, report).

    Raises:
        ValueError: `dataset` is no dataset folder, or a stub already.
        publish.content.StubError: The user's own columns hold text of the articles.
        publish.folder.FolderError: `target` holds something else.
    """
    manifest = read_manifest(dataset)
    if is_stub(manifest):
        raise ValueError(f"{dataset} is a stub already")
    full = Folder.open(dataset)
    check_own_columns(table for split in full.splits for table in full.tables(split))

    def complete(folder: Path) -> None:
        write_signatures(folder, full, sign)
        finish(folder)

    counted = count(dataset)

    def say(made: dict[str, Any]) -> dict[str, Any]:
        # What can't be counted without the texts: card and report go on showing it.
        lengths = {str(bin_): n for bin_, n in counted.lengths.items()}
        texts = {"lengths": lengths, "words": dict(counted.words)}
        return set_content(made, "stub") | {"full_content_sha256": manifest["content_sha256"], "texts": texts}

    change = Change(without_text, without_words, hidden=taken_down(dataset), manifest=say, notes={"stub": _NOTE})
    derive(dataset, target, change, complete)


def without_text(table: pa.Table) -> pa.Table:
    """The rows with every word of the article null; evidence keeps its offsets."""
    for name in TEXT_COLUMNS:
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pa.nulls(len(table), table.schema.field(name).type))
    evidence = table.column("stance_evidence").to_pylist()
    return with_evidence(table, [spans and [span | {"text": None} for span in spans] for spans in evidence])


def with_evidence(table: pa.Table, evidence: list[list[dict[str, Any]] | None]) -> pa.Table:
    """The rows with other evidence."""
    at = table.schema.get_field_index("stance_evidence")
    return table.set_column(at, "stance_evidence", pa.array(evidence, pa.list_(SPAN)))


def write_signatures(folder: Path, full: Folder, sign: Callable[[str], bytes]) -> None:
    """Writes `signatures.parquet` of a full dataset into a stub's folder, and its hash into the manifest there."""
    with pq.ParquetWriter(folder / SIGNATURES, SIGNATURE_SCHEMA, compression="zstd", compression_level=3) as writer:
        for split in full.splits:
            for table in full.tables(split):
                rows = list(_signature_rows(table, sign))
                writer.write_table(pa.Table.from_pylist(rows, schema=SIGNATURE_SCHEMA))
    write_manifest(folder, read_manifest(folder) | {"signatures_sha256": file_sha256(folder / SIGNATURES)})


def _signature_rows(table: pa.Table, sign: Callable[[str], bytes]) -> Iterator[dict[str, Any]]:
    for row in table.select(["id", *TEXT_COLUMNS]).to_pylist():
        target = row["stance_target"]
        place, start = place_of(target, row)
        yield {
            "id": row["id"],
            "minhash": sign(row["text"]),
            **detail_hashes(row),
            "target_in": place,
            "target_start": start,
            "target_end": None if start is None else start + len(target),
            "target_sha256": None if target is None else sha256(target),
            "target": target if place is None else None,
        }


def detail_hashes(row: dict[str, Any]) -> dict[str, str | None]:
    """Hashes of what a page says beside its text; None where it says nothing."""
    keywords = row["keywords"]
    return {
        "title_sha256": None if row["title"] is None else sha256(row["title"]),
        "teaser_sha256": None if row["teaser"] is None else sha256(row["teaser"]),
        "keywords_sha256": None if keywords is None else sha256(orjson.dumps(keywords)),
    }


def place_of(target: str | None, row: dict[str, Any]) -> tuple[str | None, int | None]:
    """Where a stance target stands, (`text` or `title`, offset); (None, None) where it is in neither.

    >>> place_of("Nova", {"text": "Das Nova ist da.", "title": None})
    ('text', 4)
    """
    for place in ("text", "title"):
        start = (row[place] or "").find(target) if target else -1
        if start >= 0:
            return place, start
    return None, None
