"""A local classifier's labels in place of the rules': between the label stage and what people and others say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from presseschau.annotation.transformer import Classifier, relabelled
from presseschau.pipeline.keys import StageKey
from presseschau.pipeline.pages import LABEL_SCHEMA, passed, write_rows
from presseschau.pipeline.store import Store
from presseschau.stable import code_digest

_CODE = ("annotation/transformer.py", "pipeline/classified.py", "pipeline/pages.py")


def classified_key(labels: StageKey, classifier: Classifier) -> StageKey:
    """The key of this stage; it rests on that of the rules' labels."""
    state = {f"transformer.{name}": value for name, value in classifier.state.items()}
    own = {"transformer.task": classifier.config.task, "transformer.calibration": repr(classifier.calibration)}
    return StageKey({**labels.parts, **state, **own, "transformer.code": code_digest(_CODE)})


def classify(
    classifier: Classifier,
    documents: Sequence[Path],
    labels: Sequence[Path],
    lasting: frozenset[str],
    folder: Path,
    tell: Callable[[int], object],
) -> list[Path]:
    """Label files with the classifier's labels in them, batch by batch, but for those that are there already.

    Args:
        classifier: The model.
        documents: Files of documents.
        labels: The rules' labels of each.
        lasting: Names of the batches that later builds may start from.
        folder: Where the files are kept.
        tell: Is told of each finished batch.
    """
    store = Store.open(folder)
    for path, labelled in zip(documents, labels, strict=True):
        if path.stem not in store.entries:
            write_rows(store.path(path.stem), LABEL_SCHEMA, _rows(classifier, path, labelled))
            if path.stem in lasting:
                store.add(path.stem, [path.stem])
        tell(1)
    return [store.path(path.stem) for path in documents]


def _rows(classifier: Classifier, documents: Path, labels: Path) -> Iterator[dict[str, Any]]:
    answers = classifier.answers(document for _, _, document in passed(documents))
    with pq.ParquetFile(labels) as file:
        rows = (row for batch in file.iter_batches(batch_size=1_000) for row in batch.to_pylist())
        for row, answer in zip(rows, answers, strict=True):
            yield relabelled(row, answer, classifier)
