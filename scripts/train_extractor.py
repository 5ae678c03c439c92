"""Train the extractor's block model on pages whose articles are known, and say how it does on publishers left out.

    python scripts/train_extractor.py --pages ../shared/pages [--leave-out 5]
        [--output src/presseschau/extract/body/model.json]

`--pages` is a folder with any of `news_gold.jsonl`, `foreign_gold.jsonl` (`html url text title`), `web_segments.jsonl`
(`html url keep drop`) and `bulk.jsonl` (`html url silver_text`), each row naming its saved page. What is written is
weights of features, of words and of class names that several publishers share; no text of a page.

The lexicon is cross-fitted: the one that a training page is measured with comes from other publishers' pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from presseschau.clean import normalise
from presseschau.extract.body.blocks import Block
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.features import COLUMNS, measure
from presseschau.extract.body.fit import Boosting, Evidence, fit_forest
from presseschau.extract.body.known import Known
from presseschau.extract.body.model import Model
from presseschau.extract.body.select import select
from presseschau.extract.body.tokens import Tokens
from presseschau.extract.encoding import decode
from presseschau.extract.forest import Floats
from presseschau.extract.markup import TooComplex
from presseschau.extract.metadata.read import read_metadata
from presseschau.stable import publisher_of

_WORD = re.compile(r"\w+")
_FILES = {"news": "news_gold.jsonl", "foreign": "foreign_gold.jsonl", "web": "web_segments.jsonl", "bulk": "bulk.jsonl"}
# How much a page of each kind counts: silver is a machine's opinion, and five sites must not outweigh five hundred.
_SHARE = {"news": 1.0, "foreign": 0.7, "web": 0.25, "bulk": 0.06}
_SEGMENT_WEIGHT = 0.12  # a block that a person marked, against a page's weight of about one
_BUCKETS = 5


@dataclass(slots=True)
class Example:
    """One page with its blocks and labels."""

    kind: str
    group: str
    row: dict[str, Any]
    known: Known
    blocks: list[Block]
    target: Floats
    weight: Floats

    @property
    def bucket(self) -> int:
        """Pages of one publisher share a bucket."""
        return zlib.crc32(self.group.encode()) % _BUCKETS


def words(text: str) -> list[str]:
    return _WORD.findall(normalise(text).lower())


class Reference:
    """A text that a block may stand in."""

    def __init__(self, text: str) -> None:
        tokens = words(text)
        self.shingles = set(zip(tokens, tokens[1:], tokens[2:], strict=False))
        self.lines = {" ".join(words(line)) for line in text.split("\n")}

    def share(self, tokens: Sequence[str]) -> float:
        """Share of the words that stand in it in the same order."""
        if len(tokens) < 6:  # a short line counts where it is a line of its own
            return float(bool(tokens) and " ".join(tokens) in self.lines)
        return sum(t in self.shingles for t in zip(tokens, tokens[1:], tokens[2:], strict=False)) / (len(tokens) - 2)


def silver_text(html: str, url: str) -> str:
    """What trafilatura takes for the article: a weak label for blocks that nobody marked."""
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    got = trafilatura.bare_extraction(html, url=url, include_comments=False, with_metadata=False)
    return getattr(got, "text", None) or ""


def labels(kind: str, row: dict[str, Any], blocks: Sequence[Block], silver: str) -> tuple[Floats, Floats]:
    """Target and weight per block."""
    tokens = [words(b.text) for b in blocks]
    sizes = np.asarray([len(t) for t in tokens], dtype=np.float32)
    gold = Reference({"web": silver, "bulk": row.get("silver_text")}.get(kind) or row.get("text") or "")
    target = np.asarray([gold.share(t) for t in tokens], dtype=np.float32)
    target[target >= 0.75] = 1.0
    target[target <= 0.35] = 0.0
    if kind != "web":
        _drop_strays(target, sizes, tokens, words(row.get("title") or row.get("silver_title") or ""))
    mass = max(30.0, float((target * sizes).sum()))
    weight = _SHARE[kind] * (sizes**0.8 + 1) / (mass**0.8 + 10)
    if kind == "bulk" and row.get("dup_of"):
        weight *= 0.15
    seen: set[str] = set()
    for i, t in enumerate(tokens):
        line = " ".join(t)
        if line in seen and target[i]:
            weight[i] *= 0.1  # the second copy of a paragraph is neither right nor wrong
        seen.add(line)
    if kind == "web":
        _mark_segments(target, weight, tokens, row)
    return target, weight


def _drop_strays(target: Floats, sizes: Floats, tokens: Sequence[list[str]], title: list[str]) -> None:
    """Short lines that match by chance, far from the article, and the title are no part of it."""
    sure = np.flatnonzero((sizes >= 8) & (target >= 0.75))
    first, last = (int(sure[0]), int(sure[-1])) if len(sure) else (len(sizes), -1)
    for i, t in enumerate(tokens):
        if (sizes[i] < 6 and not first - 3 <= i <= last + 3) or (title and t == title):
            target[i] = 0.0


def _mark_segments(target: Floats, weight: Floats, tokens: Sequence[list[str]], row: dict[str, Any]) -> None:
    keep = [" ".join(words(s)) for s in row["keep"]]
    drop = [f" {' '.join(words(s))} " for s in row["drop"] if len(words(s)) > 1]
    for i, t in enumerate(tokens):
        line = f" {' '.join(t)} "
        if any(s and s in line for s in keep):
            target[i], weight[i] = 1.0, max(weight[i], _SEGMENT_WEIGHT)
        elif any(s in line for s in drop):
            target[i], weight[i] = 0.0, max(weight[i], _SEGMENT_WEIGHT)


def load(folder: Path) -> list[Example]:
    examples = []
    for kind, name in _FILES.items():
        if not (folder / name).exists():
            continue
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = row.get("text") or ""
            if text and statistics.mean(map(len, text.split())) > 14:
                continue  # no spaces between words: another way of writing than any page this is for
            html = decode(gzip.decompress((folder / row["html"]).read_bytes()))
            tree = LexborHTMLParser(html)
            meta = read_metadata(tree, html.encode(), row["url"])
            try:
                blocks = read_blocks(tree)
            except TooComplex:
                continue
            if not blocks:
                continue
            known = Known(meta.title, meta.teaser, meta.article_body)
            target, weight = labels(kind, row, blocks, silver_text(html, row["url"]) if kind == "web" else "")
            group = publisher_of(row["url"]) or row["url"]
            examples.append(Example(kind, group, row, known, blocks, target, weight))
    return examples


def pooled(parts: Sequence[tuple[Floats, Floats, Floats]], seed: int) -> tuple[Floats, Floats, Floats]:
    """All rows; of the light negatives (menus) two in five, weighted up."""
    table, target, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    easy = (weight < np.median(weight)) & (target == 0)
    kept = ~easy | (np.random.default_rng(seed).random(len(target)) < 0.4)
    return table[kept], target[kept], np.where(easy, weight / 0.4, weight)[kept]


def train(examples: Sequence[Example], how: Boosting) -> dict[str, Any]:
    """The lexicon and the forest, the lexicon cross-fitted over buckets of publishers."""
    evidence = Evidence.collect((e.group, e.kind != "foreign", e.blocks, e.target) for e in examples)
    bucket_of = {e.group: e.bucket for e in examples}
    lexicons = {b: evidence.lexicon(g for g in bucket_of if bucket_of[g] != b) for b in sorted(set(bucket_of.values()))}
    rows = []
    for e in examples:
        lexicon = lexicons[e.bucket]
        rows.append((measure(e.blocks, Tokens(e.blocks), lexicon), e.target, e.weight))
    forest = fit_forest(*pooled(rows, 0), COLUMNS, how, 0)
    lexicon = evidence.lexicon(bucket_of)
    return {"lexicon": {"boilerplate": list(lexicon.boilerplate), "names": dict(lexicon.names)}, "forest": forest}


def shingle_f1(text: str, gold: str) -> float:
    a, b = (Counter(zip(w, w[1:], w[2:], w[3:], strict=False)) for w in (words(text), words(gold)))
    hit = (a & b).total()
    return 2 * hit / (a.total() + b.total()) if hit else 0.0


def score(examples: Sequence[Example], model: Model) -> dict[str, list[float]]:
    """Per page: shingle F1 against the gold text; of web pages the F1 over its marked segments."""
    out: dict[str, list[float]] = {}
    for e in examples:
        text = "\n\n".join(b.text for b in select(e.blocks, e.known, model).blocks)
        if e.kind == "web":
            have = f" {' '.join(words(text))} "
            kept = sum(" ".join(words(s)) in have for s in e.row["keep"])
            leaked = sum(f" {' '.join(words(s))} " in have for s in e.row["drop"] if len(words(s)) > 1)
            value = 2 * kept / max(1, kept + leaked + len(e.row["keep"]))
        elif e.kind == "bulk":
            continue
        else:
            value = shingle_f1(text, e.row["text"])
        out.setdefault(e.kind, []).append(value)
    return out


def leave_out(examples: Sequence[Example], how: Boosting, folds: int) -> dict[str, list[float]]:
    total: dict[str, list[float]] = {}
    for fold in range(folds):

        def held(e: Example, fold: int = fold) -> bool:
            return zlib.crc32(b"fold " + e.group.encode()) % folds == fold

        model = Model.from_json(train([e for e in examples if not held(e)], how))
        for kind, values in score([e for e in examples if held(e)], model).items():
            total.setdefault(kind, []).extend(values)
        print(
            f"fold {fold + 1} of {folds}:",
            {k: f"{statistics.mean(v):.4f} of {len(v)}" for k, v in total.items()},
            flush=True,
        )
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    parser.add_argument(
        "--leave-out", type=int, default=0, metavar="FOLDS", help="score on publishers left out, in so many folds"
    )
    args = parser.parse_args()
    how = Boosting(trees=240, rate=0.1)
    examples = load(args.pages)
    counts = Counter(e.kind for e in examples)
    publishers = {k: len({e.group for e in examples if e.kind == k}) for k in counts}
    print({k: f"{n} pages of {publishers[k]} publishers" for k, n in counts.items()}, flush=True)
    estimate = leave_out(examples, how, args.leave_out) if args.leave_out else {}
    if args.output:
        provenance = {
            "trained_on": {_FILES[k]: {"pages": counts[k], "publishers": publishers[k]} for k in sorted(counts)},
            "weak_labels": f"trafilatura {version('trafilatura')} on unmarked blocks of {_FILES['web']}",
            "left_out_mean": {k: round(statistics.mean(v), 4) for k, v in sorted(estimate.items())},
            "command": "scripts/train_extractor.py",
        }
        model = {"provenance": provenance, **train(examples, how)}
        args.output.write_text(
            json.dumps(model, ensure_ascii=False, indent=None, separators=(",", ":")) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
