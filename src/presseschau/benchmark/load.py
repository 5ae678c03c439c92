"""A published dataset (folder or Hub id) or a labelled file as a corpus; what is wrong with it is one clear line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from presseschau.benchmark.data import Corpus, Ints
from presseschau.benchmark.labelled import from_files
from presseschau.benchmark.published import from_folder, from_hub
from presseschau.benchmark.rows import Rows
from presseschau.benchmark.settings import Source
from presseschau.config import ConfigError
from presseschau.schema import SPLITS
from presseschau.stable import sha256

_HUMAN = "validation"
_VALIDATION = ("val", "valid", "dev", "development")  # what others call it
_BATCH = 5000  # texts that are looked at at once


def load(source: Source, task: str, *, pooled: bool = False) -> Corpus:
    """The labelled articles of a source; with `pooled` all of them as one split `train`, for cross-validation.

    Raises:
        ConfigError: The source is not there, lacks a column, a text or a label, or can't be trained on.
    """
    if source.kind != "published":
        rows = from_files(source)
    else:
        rows = from_folder(source, task) if Path(source.path).exists() else from_hub(source, task)
    rows = replace(rows, splits=_splits(rows.splits))
    pooled = pooled or [*rows.splits] == ["train"]
    if pooled:
        rows = replace(rows, splits={"train": np.sort(np.concatenate([*rows.splits.values()]))})
    return _checked(_corpus(rows, task, source), source, pooled=pooled)


def _splits(found: Mapping[str, Ints]) -> dict[str, Ints]:
    """Rows by our names of splits, in published order: whatever case they are in, and validation as others call it."""
    splits: dict[str, Ints] = {}
    for name, rows in found.items():
        plain = name.strip().lower()
        if plain in _VALIDATION and "validation" not in found:
            plain = "validation"
        splits[plain] = np.concatenate([splits[plain], rows]) if plain in splits else rows
    return {split: splits[split] for split in dict.fromkeys((*SPLITS, *splits)) if split in splits}


def _corpus(rows: Rows, task: str, source: Source) -> Corpus:
    """Labels as numbers, ids and clusters filled in, rows without text or label reported or left out."""
    table, texts = rows.table, rows.table.column("text")
    if not table.num_rows:
        raise ConfigError(f"{source.path} has no rows" + (" with a stance" if task == "stance" else ""))
    if not pa.types.is_string(texts.type) and not pa.types.is_large_string(texts.type):
        raise ConfigError(f"column {source.text} is {texts.type}, not text: say dataset.text=COLUMN")
    # White space around a label, as "text, label" has it, makes no other class; names that the data states stay
    plain = str if rows.labels else lambda value: str(value).strip()
    labels = [plain(v) if v is not None and v == v else None for v in table.column("label").to_pylist()]
    no_label = np.array([label is None or label.strip() in ("", "nan", "NaN") for label in labels], dtype=bool)
    if no_label.all():
        raise ConfigError(f"column {source.label or task} has no values: say dataset.label=COLUMN")
    no_text = _blank(texts)
    if no_text.all():
        raise ConfigError(f"column {source.text} has no values: say dataset.text=COLUMN")
    notes = _missing({"text": no_text, "label": no_label & ~no_text}, rows, source)
    bad = no_text | no_label
    order = tuple(rows.labels or sorted({x for x, missing in zip(labels, no_label, strict=True) if x and not missing}))
    index = {label: i for i, label in enumerate(order)}
    y = np.array([-1 if left else index[str(x)] for x, left in zip(labels, bad, strict=True)], dtype=np.int64)
    splits = {split: numbers[~bad[numbers]] for split, numbers in rows.splits.items()}
    table = table.drop_columns(["label"])
    if "id" not in table.column_names:  # the number in its split, so that other training rows change no test article
        numbers = np.zeros(table.num_rows, dtype=np.int64)
        for part in rows.splits.values():
            numbers[part] = np.arange(len(part))
        table = table.append_column("id", pa.array(map(str, numbers.tolist()), pa.string()))
    if table.column("id").null_count:
        raise ConfigError(f"column {source.id or 'id'} has rows without a value: say dataset.id=COLUMN")
    for split, part in rows.splits.items():  # runs are compared article by article
        often = Counter(table.column("id").take(pa.array(part)).to_pylist()).most_common(1)
        if often and often[0][1] > 1:
            raise ConfigError(
                f"column {source.id or 'id'} has {often[0][0]} in {often[0][1]} rows of {split}: "
                "say dataset.id=COLUMN, or leave it out"
            )
    if "cluster" not in table.column_names:
        table = table.append_column("cluster", pa.array(_digests(texts)))
    elif pc.any(pc.equal(pc.fill_null(table.column("cluster"), ""), "")).as_py():  # a row that names none is its own
        clusters = zip(table.column("cluster").to_pylist(), _digests(texts), strict=True)
        at = table.column_names.index("cluster")
        table = table.set_column(at, "cluster", pa.array([said or own for said, own in clusters]))
    return Corpus(table, order, y, splits, task, rows.origin, tuple(notes))


def _blank(texts: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Which texts are null, blank or NaN."""
    parts = []
    for start in range(0, len(texts), _BATCH):
        plain = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(texts.slice(start, _BATCH), "")))
        parts.append(pc.is_in(plain, value_set=pa.array(["", "nan"], plain.type)).to_numpy())
    return np.concatenate(parts)


def _digests(texts: pa.ChunkedArray) -> list[str]:
    """A cluster for each text: its own digest, so that identical ones share it."""
    batches = (texts.slice(start, _BATCH).to_pylist() for start in range(0, len(texts), _BATCH))
    return [sha256(text)[:16] if text else "" for batch in batches for text in batch]


def _missing(missing: dict[str, npt.NDArray[np.bool_]], rows: Rows, source: Source) -> list[str]:
    """Notes on rows that have to be left out.

    Raises:
        ConfigError: There are some, and nobody said to leave them out.
    """
    notes = []
    for what, bad in missing.items():
        if not bad.any():
            continue
        if source.missing == "error":
            split, found = next((s, np.flatnonzero(bad[part])) for s, part in rows.splits.items() if bad[part].any())
            raise ConfigError(
                f"{what} is missing in {int(bad.sum())} rows (the first is row {found[0] + 1} of {split}): "
                "mend them, or leave them out with dataset.missing=drop"
            )
        notes.append(f"{int(bad.sum())} rows without {what} were left out")
    return notes


def _checked(corpus: Corpus, source: Source, *, pooled: bool) -> Corpus:
    """The corpus as a benchmark may use it: nothing validated in train, no empty split, no label unheard of.

    Folds keep what people validated out of their train themselves.
    """
    notes = list(corpus.notes)
    roles = np.array([role == _HUMAN for role in corpus.values("label_role", np.arange(corpus.table.num_rows))])
    splits = {s: rows for s, rows in corpus.splits.items() if s in ("train", "validation") or s.startswith("test")}
    notes += [
        f"split {split} ({len(rows)} rows) is not used: it is not train, validation or test…"
        for split, rows in corpus.splits.items()
        if split not in splits
    ]
    for split in () if pooled else ("train", "validation"):
        if split in splits and roles[splits[split]].any():
            count = int(roles[splits[split]].sum())
            splits[split] = splits[split][~roles[splits[split]]]
            notes.append(f"{count} rows of {split} are validated by people and neither train nor tune anything")
    _filled(splits, corpus.task, source)
    if "train" not in splits:
        raise ConfigError(f"the dataset has no split train, only {', '.join(corpus.splits)}: say dataset.split=COLUMN")
    seen = np.unique(corpus.y[splits["train"]])
    if len(seen) < 2:
        raise ConfigError(
            f"train has a single class ({corpus.labels[seen[0]]}): there is nothing to tell apart, check dataset.label"
        )
    for split in [s for s in splits if s != "train"]:
        foreign = ~np.isin(corpus.y[splits[split]], seen)
        if not foreign.any():
            continue
        names = Counter(corpus.labels[label] for label in corpus.y[splits[split]][foreign])
        listed = ", ".join(sorted(names))
        if source.unseen == "error":
            raise ConfigError(
                f"{split} has labels that train does not have ({listed}): add training rows, "
                "or say dataset.unseen=count (they count as wrong) or dataset.unseen=drop"
            )
        if source.unseen == "drop":
            splits[split] = splits[split][~foreign]
        how = "are left out" if source.unseen == "drop" else "count as wrong"
        notes.append(f"{int(foreign.sum())} rows of {split} have labels that train does not have ({listed}) and {how}")
    _filled(splits, corpus.task, source)
    return replace(corpus, splits=splits, notes=(*notes, *_copies(corpus, splits)))


def _filled(splits: Mapping[str, Ints], task: str, source: Source) -> None:
    """Whether every split has rows.

    Raises:
        ConfigError: One has none.
    """
    for split, rows in splits.items():
        if not len(rows):
            why = " with a stance" if task == "stance" else ""
            mend = "build with more pages or another split=…" if source.kind == "published" else "add rows to it"
            raise ConfigError(f"split {split} has no rows{why}: {mend}")


def _copies(corpus: Corpus, splits: Mapping[str, Ints]) -> list[str]:
    """Notes on articles of a test split that train has as well."""
    notes, known = [], {*corpus.values("cluster", splits["train"])}
    for split, rows in splits.items():
        copies = sum(cluster in known for cluster in corpus.values("cluster", rows)) if split.startswith("test") else 0
        if copies:
            notes.append(
                f"{copies} of {len(rows)} rows of {split} have the text or the cluster of a row of train: "
                "a model may know them by heart"
            )
    return notes
