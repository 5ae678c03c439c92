"""What a dataset folder holds, `full` text or a `stub`: how it says so, and whether that is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.publish.shards import file_sha256

# What an article's words are in; null in every row of a stub.
TEXT_COLUMNS = ("title", "teaser", "text", "keywords", "stance_target")
SIGNATURES = "signatures.parquet"
# A column of the user's own may hold a note about an article in a stub, or a long URL, and no passage of the article.
_NOTE = 100  # characters
_FEW = 3  # words


class StubError(ValueError):
    """There can't be a stub of this dataset; the message says why and what to do."""


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


def check_own_columns(tables: Iterable[pa.Table]) -> None:
    """Refuses a stub whose `extra` would give away what its null columns hide.

    Args:
        tables: The rows of the full dataset.

    Raises:
        StubError: A column of the user's own has a string of four words or more that is longer than 100 characters, or
            stands in the title, teaser or text of its article.
    """
    for table in tables:
        if "extra" not in table.column_names:
            return
        for row in table.select(["id", "title", "teaser", "text", "extra"]).to_pylist():
            texts = [_spaced(row[name] or "") for name in ("title", "teaser", "text")]
            for name, value in (row["extra"] or {}).items():
                if _is_passage(value) or _is_quote(value, texts):
                    raise StubError(
                        f"extra.{name} holds text of the articles (first in {row['id']}), and a stub must not: "
                        f"leave {name} out of source.keep, or publish the full text where you may"
                    )


def _is_passage(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _NOTE and len(value.split()) > _FEW


def _is_quote(value: Any, texts: Sequence[str]) -> bool:
    """Whether a piece of more than a few words stands in one of the texts; a nested value is JSON."""
    if not isinstance(value, str):
        return False
    pieces = map(_spaced, value.split('"') if value[:1] in ("[", "{") else [value])
    return any(piece in text for piece in pieces if len(piece.split()) > _FEW for text in texts)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def check_content(folder: Path, manifest: Mapping[str, Any], tables: Iterable[pa.Table]) -> Iterator[str]:
    """What does not hold: a word in a stub, a row without text in a full dataset, signatures of other rows.

    Args:
        folder: The dataset folder.
        manifest: Its manifest.
        tables: All its rows.
    """
    bare, ids = is_stub(manifest), list[str]()
    for table in tables:
        own = ["extra"] if "extra" in table.column_names else []
        for row in table.select(["id", *TEXT_COLUMNS, "stance_evidence", *own]).to_pylist():
            ids.append(row["id"])
            words = [name for name in TEXT_COLUMNS if row[name] is not None]
            words += (
                ["stance_evidence"] if any(span["text"] is not None for span in row["stance_evidence"] or ()) else []
            )
            words += [f"extra.{name}" for name, value in (row.get("extra") or {}).items() if _is_passage(value)]
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
