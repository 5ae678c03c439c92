"""Why one page is what it is: extraction path, filter values, cluster, every labelling function's vote, split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from presseschau.config import ConfigError, build, nearest
from presseschau.document import Document
from presseschau.label import Labeler
from presseschau.pipeline.keys import StageKey
from presseschau.pipeline.pages import DOCUMENT_COLUMNS
from presseschau.pipeline.settings import labeler_options
from presseschau.pipeline.store import read_index
from presseschau.publish.manifest import read_manifest
from presseschau.schema import TARGETS


def explain(dataset: Path, work_dir: Path | None, scheme: Path | None, **key: str | None) -> str:
    """What is known about a page, as lines of text.

    Args:
        dataset: A dataset folder.
        work_dir: The work folder of its build, for what is not published; None where it is gone.
        scheme: The label scheme, where the build had one of its own.
        **key: One of `id`, `url` and `page`, the source of a page as the ledger names it.

    Raises:
        ConfigError: There is no such page, or not exactly one key.
    """
    given = {name: value for name, value in key.items() if value is not None}
    if len(given) != 1:
        raise ConfigError("say exactly one of id=…, url=…, page=…")
    ((name, value),) = given.items()
    column = "source" if name == "page" else name  # Hydra takes `source=` for the config group of that name
    ledger = pq.read_table(dataset / "ledger.parquet")
    found = ledger.filter(pc.equal(ledger.column(column), value)).to_pylist()
    if not found:
        known = set(ledger.column(column).drop_null().to_pylist())
        raise ConfigError(f"no page has {name}={value}: {nearest(value, known)}")
    manifest = read_manifest(dataset)
    return "\n\n".join("\n".join(_page(dataset, work_dir, scheme, manifest, entry)) for entry in found)


def _page(
    dataset: Path, work_dir: Path | None, scheme: Path | None, manifest: Mapping[str, Any], entry: Mapping[str, Any]
) -> Iterator[str]:
    yield f"{entry['source']}  {entry['url'] or '(no URL)'}"
    why = (
        f"{entry['stage']}: {entry['reason']} {entry['detail'] or ''}".rstrip() if entry["reason"] else "in the dataset"
    )
    yield f"outcome   {entry['outcome']} ({why})"
    work = _work_row(work_dir, entry["source"]) if work_dir else None
    if work is not None and work["outcome"] is None:
        yield f"extract   by {work['extractor']}, path {work['path']}, confidence {work['confidence']:.3f}"
        yield f"filter    {len(work['text'].split())} words, language {work['language']} ({work['language_score']:.3f})"
        yield f"rights    tdm_reserved {work['tdm_reserved']} {work['tdm_evidence'] or ''}, free {work['free']}"
    row = _published_row(dataset, entry["id"]) if entry["outcome"] == "kept" else None
    if row is not None:
        yield from _split(dataset, row)
        yield from _labels(row, manifest)
        yield from _given_targets(dataset, row["id"], manifest)
    text = work if work is not None and work["outcome"] is None else row
    if text is not None and text["text"] is not None:
        yield from _votes(_document(text), _labeler(manifest, scheme))


def _work_row(work_dir: Path, source: str) -> dict[str, Any] | None:
    last = work_dir / "extract" / "last.json"
    if not last.is_file():
        return None
    folder = work_dir / "extract" / StageKey(orjson.loads(last.read_bytes())).key
    # In the order of their making: a page that has changed has a row in an older batch, too.
    made = {entry.batch: place for place, entry in enumerate(read_index(folder / "index.jsonl"))}
    files = list(map(str, sorted(folder.glob("*.parquet"), key=lambda path: made.get(path.stem, len(made)))))
    rows = ds.dataset(files).to_table(filter=pc.field("source") == source).to_pylist() if files else []
    return rows[-1] if rows else None


def _published_row(dataset: Path, id_: str) -> dict[str, Any] | None:
    for path in sorted((dataset / "data").glob("*.parquet")):
        rows = pq.read_table(path, filters=[("id", "==", id_)]).to_pylist()
        if rows:
            return {**rows[0], "split": path.name.partition("-")[0]}
    return None


def _split(dataset: Path, row: Mapping[str, Any]) -> Iterator[str]:
    plan = orjson.loads((dataset / "splits.json").read_bytes())
    others = sorted(i for i, a in plan["articles"].items() if a["cluster"] == row["cluster"] and i != row["id"])
    yield f"cluster   {row['cluster']}" + (f", with {', '.join(others)}" if others else ", alone")
    day = row["published"].date().isoformat() if row["published"] else None
    if row["publisher"] in (*plan["held_out_publishers"], *plan["validation_publishers"]):
        why = f"{row['publisher']} is held out"
    elif plan["strategy"] == "publisher":
        why = f"{row['publisher'] or 'no publisher'} is not held out"
    elif plan["cutoff"] and day and day > plan["cutoff"]:
        why = f"published {day}, after the cutoff {plan['cutoff']}"
    elif plan["strategy"] == "temporal":
        why = f"published {day}, cutoff {plan['cutoff']}" if day else "undated"
    else:
        why = f"by hash of the cluster and seed {plan['seed']}"
    yield f"split     {row['split']} ({why}{', or drawn there by its cluster' if others else ''})"


def _labels(row: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
    for task in ("topic", "genre", "stance"):
        if row[task] is None:
            yield f"{task:9} none"
            continue
        source = row.get(f"{task}_source") or row["labeler"]
        about = f" toward {row['stance_target']!r} ({row['stance_target_type']})" if task == "stance" else ""
        name, confidence = manifest["labels"][task][row[task]], row[f"{task}_confidence"]
        yield f"{task:9} {name}, confidence {confidence:.3f}, by {source}{about}"


def _given_targets(dataset: Path, id_: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted((dataset / TARGETS).glob("*.parquet")):
        for row in pq.read_table(path, filters=[("id", "==", id_)]).to_pylist():
            stance, mentions = manifest["labels"]["stance"][row["stance"]], row["mentions"]
            yield (
                f"target    {row['target']!r} ({row['kind']}): {stance}, confidence {row['stance_confidence']:.3f}, "
                f"{mentions} {'mention' if mentions == 1 else 'mentions'}"
            )


def _document(row: Mapping[str, Any]) -> Document:
    known = ((name, row[name]) for name in DOCUMENT_COLUMNS if name in row)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in known}
    return Document(**values)


def _labeler(manifest: Mapping[str, Any], scheme: Path | None) -> Labeler:
    options = labeler_options(manifest["config"]["label"])
    config = {k: v for k, v in options.items() if k in {f.name for f in fields(Labeler)}}
    if config.get("scheme") is not None and scheme is None:
        raise ConfigError("this dataset has a label scheme of its own: say scheme=PATH")
    return build(Labeler, {**config, "scheme": scheme, "calibration": None}, "label")


def _votes(document: Document, labeler: Labeler) -> Iterator[str]:
    votes = sorted(labeler.explain(document), key=lambda v: (v.task, v.function, -v.weight, v.label))
    yield f"votes     by {labeler.name}; functions that abstain are not listed"
    for task in ("topic", "genre", "stance"):
        for vote in (v for v in votes if v.task == task):
            yield f"  {task:7} {vote.function:24} {vote.label:14} {vote.weight:+7.2f}  {', '.join(vote.terms)[:120]}"
