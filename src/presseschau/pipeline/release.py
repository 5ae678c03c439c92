"""The dataset folder from the settled corpus: shards, splits, ledger, manifest, card."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from presseschau.label import Labeler
from presseschau.label.calibrate import load_calibration
from presseschau.label.overrides import OverrideReport, Overrides
from presseschau.label.stance_model import load_model
from presseschau.pipeline import corpus
from presseschau.pipeline.settings import Settings
from presseschau.publish import card, croissant, figures, places, report, statistics
from presseschau.publish.manifest import Count, Manifest
from presseschau.publish.shards import (
    ContentHash,
    Shard,
    extra_type,
    file_sha256,
    published,
    write_ledger,
    write_split,
)
from presseschau.publish.verify import Folder
from presseschau.read import Unit
from presseschau.schema import SPLITS, Schema
from presseschau.split import SplitPlan, to_splits_json

LABELS = ("topic", "genre", "stance")


@dataclass(frozen=True, slots=True)
class Entered:
    """What the build started from, in short: a list of a million units is not kept until the manifest is written.

    Attributes:
        sha256: Over the sorted names and contents of all units.
        units: How many there are.
        skipped: Other files in the input folder, by ending.
    """

    sha256: str
    units: int
    skipped: Mapping[str, int]

    @classmethod
    def of(cls, units: Iterable[Unit], skipped: Mapping[str, int]) -> Entered:
        """The short form of the input."""
        digest, count = hashlib.sha256(), 0
        for unit in units:
            digest.update(f"{unit.source}\0{unit.start}\0{unit.digest}\n".encode("utf-8", "replace"))
            count += 1
        return cls(digest.hexdigest(), count, skipped)


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    settings: Settings,
    plan: SplitPlan,
    entered: Entered,
    overrides: Overrides,
    overruled: OverrideReport,
    tell: Callable[[int], object] = lambda _rows: None,
) -> Manifest:
    """Writes every file of the dataset into an empty folder and tells how many rows are written; the manifest."""
    own = _extra_values(con) if settings.source.keep else ()
    schema = Schema(settings.names, extra_type(own, settings.source.keep), settings.publish.authors)
    shards, content = _write_shards(con, folder, settings, schema, tell)
    ledger_rows = write_ledger(folder, corpus.ledger_batches(con))
    with (folder / "splits.json").open("wb") as file:
        file.writelines(to_splits_json(con, plan))
    sizes = {split: sum(s.rows for s in shards if s.split == split) for split in SPLITS}
    manifest = Manifest(
        name=settings.dataset.name,
        version=settings.dataset.version,
        config=settings.shown,
        labels=asdict(schema.names),
        labelers={settings.label.name: settings.label.functions, **dict.fromkeys(overrides.machines, ())},
        overrides={**overruled.summary(), "corrections": overrides.listed()},
        input_sha256=entered.sha256,
        input_units=entered.units,
        skipped={**entered.skipped, **corpus.skipped(con)},
        counts=_counts(con),
        splits={split: rows for split, rows in sizes.items() if rows},
        masked=corpus.masked(con),
        leakage=asdict(corpus.audit(con, settings.dedup, plan)),
        messages=(*plan.fallbacks, *overruled.messages()),
        shards=shards,
        ledger_sha256=file_sha256(folder / "ledger.parquet"),
        content_sha256=content.hexdigest(),
    )
    if not ledger_rows == manifest.pages or sum(sizes.values()) != manifest.outcome("kept"):
        raise AssertionError(f"{manifest.pages} pages, {ledger_rows} ledger rows, {sizes} kept: the sums do not hold")
    (folder / "manifest.json").write_bytes(manifest.to_json())
    if settings.dataset.own_terms:
        (folder / "LICENSE.md").write_text(card.terms(settings.dataset), encoding="utf-8")
    counted = statistics.count(folder)
    measured = _measured(overrides, overruled)
    text = _card(folder, settings, schema, manifest, plan, counted, measured)
    (folder / "README.md").write_text(text, encoding="utf-8")
    describe(folder, schema, counted)
    return manifest


def describe(folder: Path, schema: Schema | None = None, counted: statistics.Statistics | None = None) -> None:
    """Writes what is derived from the other files of a folder: `croissant.json` and `report.html`.

    Args:
        folder: A dataset folder that has everything else.
        schema: Its columns; None reads them.
        counted: What is counted in it; None counts it now.
    """
    counted = counted or statistics.count(folder)
    croissant.write_croissant(folder, schema or Folder.open(folder).schema, counted)
    report.write_report(folder, counted)


def _write_shards(
    con: duckdb.DuckDBPyConnection, folder: Path, settings: Settings, schema: Schema, tell: Callable[[int], object]
) -> tuple[list[Shard], ContentHash]:
    sizes, shards, content = corpus.split_sizes(con), list[Shard](), ContentHash()
    for split, batches in itertools.groupby(corpus.split_batches(con), key=lambda item: item[0]):
        rows = (published(batch, schema) for _, batch in batches)
        options = (settings.publish.rows_per_shard, settings.publish.rows_per_group)
        shards += write_split(folder, split, rows, sizes[split], schema, *options, content)
        tell(sizes[split])
    return shards, content


def _extra_values(con: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
    for batch in corpus.stream(con, "SELECT extra FROM articles", 10_000):
        yield from batch.column(0).to_pylist()


def _counts(con: duckdb.DuckDBPyConnection) -> list[Count]:
    rows = con.execute("SELECT outcome, stage, reason, count(*) FROM ledger GROUP BY ALL ORDER BY ALL").fetchall()
    return [Count(*row) for row in rows]


def _card(
    folder: Path,
    settings: Settings,
    schema: Schema,
    manifest: Manifest,
    plan: SplitPlan,
    counted: statistics.Statistics,
    measured: tuple[str, ...],
) -> str:
    template = settings.publish.card.read_text(encoding="utf-8")
    said = card.Said(settings.filter.languages, bool(counted.roles), settings.source.kind == "sample")
    front = card.metadata(folder, settings.dataset, schema, manifest.shards, said)
    plots = figures.write_figures(folder, counted)
    numbers = {
        "pretty_name": settings.dataset.pretty_name,
        "name": settings.dataset.name,
        "version": settings.dataset.version,
        "license": settings.dataset.license,
        "views": ", ".join(config["config_name"] for config in front["configs"]),
        "articles": f"{manifest.outcome('kept'):,}",
        "pages": f"{manifest.pages:,}",
        "dropped": f"{manifest.outcome('dropped'):,}",
        "failed": f"{manifest.outcome('failed'):,}",
        "content_sha256": manifest.content_sha256,
        "funnel_table": card.funnel_table(manifest.counts),
        "column_table": card.schema_table(schema),
        "split_rules": card.bullets(_rules(plan)),
        "leakage_table": _leakage(manifest),
        "messages": card.bullets(manifest.messages) or "None.",
        **places.places(settings.dataset, counted, plots, _references(settings.label), measured),
        **card.corpus_tables(folder, schema.names),
    }
    return card.render(template, front, numbers)


def _measured(overrides: Overrides, overruled: OverrideReport) -> tuple[str, ...]:
    """What people's validation labels, which shape nothing, say about the labels that they replaced."""
    blind = overrides.human.of("validation") if overrides.human else {}
    pairs = [c for c in overruled.changes if c.by == "human" and c.id in blind and c.column in LABELS]
    labelled = Counter(c.column for c in pairs)
    right = Counter(c.column for c in pairs if c.old == c.new)
    return places.measured_on_validation(right, {column: labelled[column] for column in LABELS})


def _references(labeler: Labeler) -> tuple[places.Reference, ...]:
    """What the confidences of the labels were fitted on, by reference set."""
    fitted = {task: (own.reference, own.articles) for task, own in load_calibration(labeler.calibration).items()}
    if labeler.scheme is not None and labeler.calibration is None:
        fitted = dict.fromkeys(fitted, ("none", 0))  # a taxonomy of the user's own
    if labeler.stance:
        fitted["stance"] = (load_model().reference, load_model().articles)
    tasks: dict[tuple[str, int], list[str]] = {}
    for task, found in fitted.items():
        tasks.setdefault(found, []).append(task)
    return tuple(places.Reference(name, articles, tuple(own)) for (name, articles), own in tasks.items())


def _rules(plan: SplitPlan) -> list[str]:
    """The rules in force, in words."""
    rest = 1 - plan.validation - plan.test
    shares = f"{rest:.0%} train, {plan.validation:.0%} validation, {plan.test:.0%} test"
    lines = [f"Strategy `{plan.strategy}`, seed {plan.seed}; {shares}, by hash of cluster and seed."]
    if plan.held_out_publishers:
        lines.append(
            f"`test_publisher`: {', '.join(plan.held_out_publishers)}; no other split has an article of theirs."
        )
    if plan.cutoff:
        gap = f", after a gap of {plan.embargo_days} days that are left out" if plan.embargo_days else ""
        lines.append(f"`test_temporal`: published after {plan.cutoff.isoformat()} (UTC){gap}; undated articles never.")
    return lines


def _leakage(manifest: Manifest) -> str:
    found = manifest.leakage
    return card.markdown(
        ["looked for in the kept texts, across splits", "found"],
        [
            ["near-duplicates (Jaccard at or above that of a duplicate)", str(found["near_duplicates"])],
            ["texts contained in another one", str(found["contained"])],
            ["looser relatives", str(found["related"])],
            ["clusters in more than one split", str(found["spanning_clusters"])],
            ["publishers of `test_publisher` in another split", str(len(found["shared_publishers"]))],
            ["articles on the wrong side of the cutoff", str(found["out_of_time"])],
        ],
    )
