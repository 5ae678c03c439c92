"""Why one page is what it is: extraction path, filter values, cluster, every labelling function's vote, split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from presseschau.config import ConfigError, build, nearest
from presseschau.document import Document
from presseschau.label import Labeler
from presseschau.pipeline.keys import StageKey
from presseschau.pipeline.pages import document_of
from presseschau.pipeline.settings import labeler_options
from presseschau.pipeline.store import read_index
from presseschau.publish.manifest import read_manifest
from presseschau.schema import TARGETS, TASKS
from presseschau.stable import article_id, canonical_url

LEDGER = "ledger.parquet"
_LISTED = 10  # copies that are named


def explain(dataset: Path, work_dir: Path | None, scheme: Path | None, **key: str | None) -> str:
    """What is known about a page, as lines of text.

    Args:
        dataset: A dataset folder.
        work_dir: The work folder of its build, for what is not published; None where it is gone.
        scheme: The label scheme, where the build had one of its own.
        **key: One of `id`, `url` (canonical or not) and `page`, the source of a page as the ledger names it.

    Raises:
        ConfigError: There is no such page, or not exactly one key.
        ValueError: `dataset` is no dataset folder.
    """
    given = {name: value for name, value in key.items() if value is not None}
    if len(given) != 1:
        raise ConfigError("say exactly one of id=…, url=…, page=…")
    ((name, value),) = given.items()
    manifest = read_manifest(dataset)
    if not (dataset / LEDGER).is_file():
        raise ConfigError(f"{dataset} has no {LEDGER}")
    ledger = pq.read_table(dataset / LEDGER)
    found = _found(ledger, name, value)
    return "\n\n".join("\n".join(_page(dataset, work_dir, scheme, manifest, ledger, entry)) for entry in found)


def _found(ledger: pa.Table, name: str, value: str) -> list[dict[str, Any]]:
    column = "source" if name == "page" else name  # Hydra takes `source=` for the config group of that name
    asked = [(column, value)]
    if name == "url" and (url := canonical_url(value)):  # by its id, too: what was taken down has no URL there
        asked += [("url", url), ("id", article_id(url, ""))]
    for place, one in asked:
        found: list[dict[str, Any]] = ledger.filter(pc.equal(ledger.column(place), one)).to_pylist()
        if found:
            return found
    known = set(ledger.column(column).drop_null().to_pylist())
    raise ConfigError(f"no page has {name}={value}: {nearest(value, known)}")


def _page(
    dataset: Path,
    work_dir: Path | None,
    scheme: Path | None,
    manifest: Mapping[str, Any],
    ledger: pa.Table,
    entry: Mapping[str, Any],
) -> Iterator[str]:
    yield f"{entry['source']}  {entry['url'] or '(no URL)'}"
    why = (
        f"{entry['stage']}: {entry['reason']} {entry['detail'] or ''}".rstrip() if entry["reason"] else "in the dataset"
    )
    yield f"outcome   {entry['outcome']} ({why})"
    yield from _copies(ledger, entry)
    work = _work_row(work_dir, entry["source"]) if work_dir else None
    row = _published_row(dataset, entry["id"]) if entry["outcome"] == "kept" else None
    if work is not None and (work["id"] != entry["id"] or (row and work["text_sha256"] != row["text_sha256"])):
        yield f"note      {work_dir} has another state of this page, from another build; what it has is not shown"
        work = None
    text = work if work is not None and work["outcome"] is None else row
    if text is not None:
        yield from _extracted(text)
    if row is not None:
        yield from _split(dataset, row, manifest)
        yield from _labels(row, manifest)
        yield from _given_targets(dataset, row["id"], manifest)
    if text is not None and text["text"] is not None:
        yield from _votes(document_of(text), _labeler(manifest, scheme))


def _copies(ledger: pa.Table, entry: Mapping[str, Any]) -> Iterator[str]:
    """What a dropped page repeats, and what was dropped for a kept one."""
    deduped = [row for row in ledger.filter(pc.equal(ledger.column("stage"), "dedup")).to_pylist() if row["detail"]]
    if entry["outcome"] == "kept":
        if copies := [f"{row['source']} ({row['reason']})" for row in deduped if _first(row) == entry["id"]]:
            more = f" and {len(copies) - _LISTED:,} more" if len(copies) > _LISTED else ""
            yield f"copies    dropped for it: {', '.join(copies[:_LISTED])}{more}"
    elif entry["stage"] == "dedup" and entry["detail"]:
        for other in ledger.filter(pc.equal(ledger.column("id"), _first(entry))).to_pylist():
            if other["reason"] != "superseded":
                yield f"repeats   {other['source']} ({other['reason'] or 'in the dataset'})"


def _first(entry: Mapping[str, Any]) -> str:
    return str(entry["detail"]).partition(" ")[0]


def _extracted(text: Mapping[str, Any]) -> Iterator[str]:
    """The page stages; of a published row what it has of them."""
    way = f", path {text['path']}, confidence {text['confidence']:.3f}" if "path" in text else ""
    yield f"extract   by {text['extractor']}{way}"
    words = f"{len(text['text'].split())} words, " if text["text"] is not None else ""
    yield f"filter    {words}language {text['language']} ({text['language_score']:.3f})"
    masked = [f"{mask['count']} {mask['kind']}" for mask in text.get("masked") or ()]
    if masked:
        yield f"masked    {', '.join(masked)}"
    evidence = f" ({text['tdm_evidence']})" if text["tdm_evidence"] else ""
    free = f", free {_stated(text['free'])}" if "free" in text else ""
    yield f"rights    tdm_reserved {_stated(text['tdm_reserved'])}{evidence}{free}"


def _stated(value: bool | None) -> str:
    return "not stated" if value is None else str(value).lower()


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


def _split(dataset: Path, row: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
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
        earlier = f", of validation {plan['validation_cutoff']}" if plan.get("validation_cutoff") else ""
        why = f"published {day}, cutoff {plan['cutoff']}{earlier}" if day else "undated"
    elif plan.get("stratify"):
        why = f"by the shares of {', '.join(plan['stratify'])}, split.stratify, and seed {plan['seed']}"
    else:
        why = f"by hash of the {plan.get('group', 'cluster')} and seed {plan['seed']}"
    drawn = ["cluster"] if others else []
    drawn += ["story"] if plan.get("group") == "story" else []
    why += f", or drawn there by its {' or '.join(drawn)}" if drawn else ""
    why += "; an article of split.lock stays where that has it" if manifest["config"]["split"].get("lock") else ""
    yield f"split     {row['split']} ({why})"


def _labels(row: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = manifest.get("overrides", {}).get("corrections", ())
    corrected = {c["field"]: c for c in listed if c["id"] == row["id"]}
    for task in TASKS:
        names = manifest["labels"][task]
        name = None if row[task] is None else names[row[task]]
        fix = corrected.get(task)
        fixed = f", corrected {fix['date']}: {fix['why']}" if fix and fix["value"] == name else ""
        if name is None:
            yield f"{task:9} none{fixed}"
            continue
        source = "human" if fixed else row.get(f"{task}_source") or row["labeler"].removesuffix("+corrections")
        other = row["topic_secondary"] if task == "topic" else None
        second = "" if other is None else f", second {names[other]}"
        about = f" toward {_target(row)} ({row['stance_target_type']})" if task == "stance" else ""
        yield f"{task:9} {name}, confidence {row[f'{task}_confidence']:.3f}{second}, by {source}{about}{fixed}"
    if row["label_role"]:
        yield f"people    labelled it for {row['label_role']}"


def _target(row: Mapping[str, Any]) -> str:
    return "a target that a stub does not name" if row["stance_target"] is None else repr(row["stance_target"])


def _given_targets(dataset: Path, id_: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted((dataset / TARGETS).glob("*.parquet")):
        for row in pq.read_table(path, filters=[("id", "==", id_)]).to_pylist():
            stance, mentions = manifest["labels"]["stance"][row["stance"]], row["mentions"]
            yield (
                f"target    {row['target']!r} ({row['kind']}): {stance}, confidence {row['stance_confidence']:.3f}, "
                f"{mentions} {'mention' if mentions == 1 else 'mentions'}"
            )


def _labeler(manifest: Mapping[str, Any], scheme: Path | None) -> Labeler:
    options = labeler_options(manifest["config"]["label"])
    config = {k: v for k, v in options.items() if k in {f.name for f in fields(Labeler)}}
    if config.get("scheme") is not None and scheme is None:
        raise ConfigError("this dataset has a label scheme of its own: say scheme=PATH")
    return build(Labeler, {**config, "scheme": scheme, "calibration": None}, "label")


def _votes(document: Document, labeler: Labeler) -> Iterator[str]:
    votes = sorted(labeler.explain(document), key=lambda v: (v.task, v.function, -v.weight, v.label))
    yield f"votes     by {labeler.name}; functions that abstain are not listed"
    for task in TASKS:
        for vote in (v for v in votes if v.task == task):
            yield f"  {task:7} {vote.function:24} {vote.label:14} {vote.weight:+7.2f}  {', '.join(vote.terms)[:120]}"
