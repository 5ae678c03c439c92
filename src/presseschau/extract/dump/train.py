"""Learns which lines of a page dump belong to its article, from pages with their articles; writes model.json.

    python -m presseschau.extract.dump.train PAGES.jsonl [MORE.jsonl …]

Each record has `text` and `title`, `publisher` or `url`, and `dump` or `html` (a file beside the list, `.gz` or not; it
is dumped in three styles). With `--left-out` nothing is written: each fifth of the publishers is scored by a model that
never saw them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.clean import normalise
from presseschau.extract.body.fit import Boosting, fit_forest
from presseschau.extract.dump.features import NAMES, page_features, prose_of
from presseschau.extract.dump.lines import Line, lines_of, without_near_repeats
from presseschau.extract.encoding import decode
from presseschau.extract.forest import Floats, Forest
from presseschau.stable import publisher_of, sha256

Example = tuple[Floats, Floats, Floats]  # rows, labels, weights
_WORD = re.compile(r"\w+")
_BOOSTING, _SEED = Boosting(trees=150), 0
_SHORTEST = 200  # characters; shorter articles are pictures and tickers
_UNSEEN = frozenset(("script", "style", "noscript", "template", "svg", "head", "-comment"))
_BLOCK_TAGS = """
    p div h1 h2 h3 h4 h5 h6 li ul ol table tr td th section article header footer nav aside main figure figcaption
    blockquote form fieldset dl dt dd pre hr br button
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_MARGIN = 6  # lines left around the article in the copy of a dump that is cut close to it


def _tokens(text: str | None) -> list[str]:
    return _WORD.findall(normalise(text or "").lower())


def line_labels(lines: Sequence[Line], article: str, title: str | None) -> Floats:
    """1 for each line of the article, its title excepted; a line is in it by most of its 4-word shingles."""
    whole = _tokens(article)
    shingles = set(zip(whole, whole[1:], whole[2:], whole[3:], strict=False))
    own_lines = {tuple(_tokens(line)) for line in article.split("\n")}
    headline = _tokens(title)
    labels = np.zeros(len(lines), dtype=np.float32)
    for i, line in enumerate(lines):
        words = _tokens(line.text)
        if words == headline:
            continue
        found = [gram in shingles for gram in zip(words, words[1:], words[2:], words[3:], strict=False)]
        labels[i] = tuple(words) in own_lines or (len(words) >= 6 and sum(found) > 0.6 * len(found))
    return labels


def examples(record: dict[str, Any]) -> Iterable[Example]:
    """A dump as it is, cut close around its article, and the article alone: three kinds of input that users bring."""
    lines = without_near_repeats(lines_of(record["dump"]))
    labels = line_labels(lines, record["text"], record.get("title"))
    inside = np.flatnonzero(labels)
    yield _example(lines, labels)
    if len(inside):
        cut = slice(max(0, int(inside[0]) - _MARGIN), int(inside[-1]) + 1 + _MARGIN)
        yield _example(lines[cut], labels[cut])
    clean = without_near_repeats(lines_of(record["text"]))
    yield _example(clean, np.ones(len(clean), dtype=np.float32))


def _example(lines: Sequence[Line], labels: Floats) -> Example:
    near, rows = page_features(lines, prose_of(lines))
    words = np.array([len(lines[i].text.split()) for i in near], dtype=np.float32)
    return rows.astype(np.float32), labels[near], np.minimum(np.sqrt(words + 1), 7).astype(np.float32)


def fit(data: Sequence[Example]) -> dict[str, Any]:
    """The forest for the log odds of a line, as `Forest.from_json` reads it."""
    rows, label, weight = (np.concatenate(part) for part in zip(*data, strict=True))
    return fit_forest(rows, label, weight, NAMES, _BOOSTING, _SEED)


def page_blocks(html: str) -> list[tuple[str, str, int]]:
    """What a text browser shows of a page: (kind, text, depth) of each block, kind `li`, `h` or `p`."""
    body = LexborHTMLParser(html).body
    blocks: list[tuple[str, str, int]] = []
    text: list[str] = []
    kinds, depth = ["p"], 0

    def close() -> None:
        if joined := " ".join("".join(text).split()):
            blocks.append((kinds[-1], joined, depth))
        text.clear()

    # (node, True) on the way in, (node, False) on the way out: pages nest too deeply for recursion.
    stack: list[tuple[LexborNode, bool]] = [(body, True)] if body is not None else []
    while stack:
        node, entering = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            text.append(node.text_content or "")
            continue
        if tag in _UNSEEN:
            continue
        if tag in _BLOCKS:
            close()
            step = 1 if entering else -1
            depth += step * (tag in ("ul", "ol"))
            if entering:
                kinds.append("li" if tag == "li" else "h" if tag[0] == "h" and tag[1:].isdigit() else kinds[-1])
            else:
                kinds.pop()
        if entering:
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(list(node.iter(include_text=True))))
    close()
    return blocks


def dumps_of(html: str) -> Iterator[str]:
    """A page as three kinds of text browser dump it: marked blocks, wrapped lines with markdown, one line per block."""
    blocks = page_blocks(html)
    marks = ("*", "+", "o", "-")
    yield "\n".join(
        f"{'  ' * d}{marks[max(0, d - 1) % 4]} {t}" if kind == "li" else f"\n{t}\n" for kind, t, d in blocks
    )
    yield "\n".join(
        f"  * {t}"
        if kind == "li"
        else "\n" + ("# " + t if kind == "h" else textwrap.fill(t, 78, break_long_words=False)) + "\n"
        for kind, t, _ in blocks
    )
    yield "\n".join(t for _, t, _ in blocks)


def _records(paths: Sequence[Path]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for path in paths:
        for record in (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()):
            record["publisher"] = publisher_of(record.get("url")) or record.get("publisher") or ""
            if "dump" in record:
                records.append(record)
            elif len(record["text"]) >= _SHORTEST:
                raw = (path.parent / record["html"]).read_bytes()
                html = decode(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
                records += [record | {"dump": dump} for dump in dumps_of(html)]
    return records


def _left_out(records: Sequence[dict[str, Any]], folds: int = 5) -> None:
    """Prints precision and recall by words of each fold's publishers under a model of the others."""
    publishers = sorted({record["publisher"] for record in records}, key=sha256)
    fold = {publisher: i % folds for i, publisher in enumerate(publishers)}
    data = [(fold[record["publisher"]], list(examples(record))) for record in records]
    for k in range(folds):
        forest = Forest.from_json(fit([example for at, parts in data if at != k for example in parts]), NAMES)
        hit = kept = wanted = 0.0
        for at, parts in data:
            if at == k:
                rows, label, weight = parts[0]
                keep = forest.probability(rows) >= 0.5
                hit, kept = hit + float((weight * label)[keep].sum()), kept + float(weight[keep].sum())
                wanted += float((weight * label).sum())
        print(f"fold {k}: precision {hit / max(kept, 1):.3f} recall {hit / max(wanted, 1):.3f} of weighted lines")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--left-out", action="store_true", help="score publishers left out instead of writing a model")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("model.json"))
    options = parser.parse_args(arguments)
    records = _records(options.pages)
    if options.left_out:
        _left_out(records)
        return
    model = fit([example for record in records for example in examples(record)])
    source = {
        "files": {path.name: sha256(path.read_bytes()) for path in options.pages},
        "dumps": len(records),
        "publishers": len({record["publisher"] for record in records}),
        "seed": _SEED,
    }
    model = {"trained_on": source} | model
    options.output.write_text(json.dumps(model, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
