"""Fit everything in the labeler that is learnt: the style of genres, the confidence of labels, the stance model.

    python scripts/fit_labels.py --labels ../shared/labels/gold_dev.jsonl --articles ../shared/labels/articles_dev.jsonl
        [--further data/reference/newspapers.csv --further-articles ../shared/text/articles.jsonl.gz]
        [--output src/presseschau/label] [--halves]

`--labels` is JSONL with `url topic genre stance`, `--articles` JSONL (also `.gz`) with `url title text`. `--further` is
CSV with `id topic genre stance` (any may be empty); such articles teach style and confidence at a lower weight, stance
in full, and score nothing. `--halves` learns on one half and scores on the other instead of writing. The same input
gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from presseschau.config import said
from presseschau.document import Document
from presseschau.label.training import Example, Reference, judge, train
from presseschau.schema import TASKS
from presseschau.stable import article_id, canonical_url

FURTHER_WEIGHT = 0.6


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSONL file."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path} line {number} is no JSON: {error}") from None
            if not isinstance(row, dict):
                raise ValueError(f"{path} line {number} is no JSON object")
            yield row


def id_of(row: dict[str, Any]) -> str:
    return article_id(canonical_url(row["url"]), row["text"])


def document_of(row: dict[str, Any]) -> Document:
    """The article as it stands in the file: what a later extractor would make of it must not move the fit."""
    try:
        published = datetime.fromisoformat(row.get("published") or "")
    except ValueError:
        published = None
    if published is not None and published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    title, url = " ".join((row.get("title") or "").split()), canonical_url(row["url"])
    return Document(text=row["text"].strip(), title=title or None, url=url, published=published)


def read_reference(labels: Path, articles: Path) -> Reference:
    """The labelled articles of `--labels`, named after the file."""
    found = {row["url"]: row for row in rows(articles)}
    examples = []
    for row in rows(labels):
        if row["url"] not in found:
            sys.exit(f"{labels.name}: {row['url']} is not in {articles.name}")
        article = found[row["url"]]
        examples.append(Example(id_of(article), document_of(article), row["topic"], row["genre"], row["stance"]))
    return Reference(labels.name.split(".")[0], tuple(examples))


def read_further(labels: Path, articles: Path) -> Reference:
    """The labelled articles of `--further`."""
    with labels.open(encoding="utf-8", newline="") as lines:
        given = {row["id"]: row for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
    found = [(given.pop(id_of(row)), row) for row in rows(articles) if id_of(row) in given]
    if given:
        sys.exit(f"{labels.name}: {len(given)} articles are not in {articles.name}, the first is {min(given)}")
    examples = tuple(Example(at["id"], document_of(row), *(at.get(t) or None for t in TASKS)) for at, row in found)
    return Reference(labels.name.split(".")[0], examples, FURTHER_WEIGHT)


def halves(reference: Reference, further: Reference | None) -> None:
    """Prints what each half's fit scores on the other half."""
    ranked = sorted(reference.examples, key=lambda e: (e.stance, e.topic, e.id))  # both halves hold what is rare
    for first in (0, 1):
        fitted = train(replace(reference, examples=tuple(ranked[first::2])), further)
        print(f"learnt on half {first + 1}, scored on the other ({len(ranked[1 - first :: 2])} articles)")
        for task, scores in judge(fitted, ranked[1 - first :: 2]).items():
            print(f"  {task:8}", "  ".join(f"{name} {value}" for name, value in scores.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--further", type=Path)
    parser.add_argument("--further-articles", type=Path)
    parser.add_argument("--output", type=Path, default=Path("src/presseschau/label"))
    parser.add_argument("--halves", action="store_true")
    args = parser.parse_args()
    if (args.further is None) != (args.further_articles is None):
        parser.error("--further and --further-articles go together")
    try:
        reference = read_reference(args.labels, args.articles)
        further = read_further(args.further, args.further_articles) if args.further else None
    except KeyError as error:
        parser.error(f"a record has no {error}")
    except (OSError, ValueError) as error:
        parser.error(said(error))
    if args.halves:
        halves(reference, further)
        return 0
    fitted = train(reference, further)
    fitted.write(args.output)
    print(json.dumps(fitted.provenance["left_out"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
