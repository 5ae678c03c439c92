"""Input made to hurt, through the real page stages: one ledger row or article for each page, never an exception."""

from __future__ import annotations

import gzip
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from presseschau.dedup import Dedup
from presseschau.document import Drop
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.pipeline.breadcrumb import Breadcrumb
from presseschau.pipeline.pages import PageStages
from presseschau.read import open_source

SENTENCE = "Die Firma stellt ein neues Gerät vor, und der Akku hält länger als der des Vorgängers. "
ARTICLE = (
    "<!doctype html><html lang=de><head><title>Ein neues Gerät</title></head><body><article><h1>Ein neues Gerät</h1>"
    + "".join(f"<p>{SENTENCE * 3} Absatz {number}.</p>" for number in range(8))
    + "</article></body></html>"
)
LD = '<script type="application/ld+json">{}</script>' + ARTICLE
HOSTILE = {
    "deep-div": "<div>" * 20_000 + SENTENCE,
    "deep-inline": "<b>" * 20_000 + SENTENCE,
    "deep-table": "<table><tr><td>" * 10_000 + SENTENCE,
    "deep-list": "<ul><li>" * 5_000,
    "deep-svg": "<svg>" * 20_000 + ARTICLE,
    "deep-template": "<template>" * 10_000 + ARTICLE,
    "deep-select": "<select><option>" * 20_000,
    "deep-json": LD.format("[" * 300_000),
    "deep-graph": LD.format('{"@graph":' * 20_000 + "1" + "}" * 20_000),
    "wide": "<p>x</p>" * 105_000,
    "wide-breaks": "<br>" * 50_000 + ARTICLE,
    "wide-attributes": "<p " + " ".join(f"a{number}=1" for number in range(50_000)) + ">" + SENTENCE,
    "long-attribute": '<p title="' + "x" * 3_000_000 + '">' + SENTENCE,
    "long-word": "<p>" + "x" * 3_000_000,
    "long-number": LD.format('{"@type":"NewsArticle","datePublished":' + "9" * 50_000 + "}"),
    "open-comments": "<!--" * 100_000 + SENTENCE,
    "open-comment": ARTICLE + "<!-- " + "x" * 1_000_000,
    "open-scripts": "<script>" * 50_000,
    "open-quotes": '<a href="' * 100_000,
    "open-tags": "<" * 1_000_000,
    "entities": "&amp;" * 200_000,
    "broken-entities": "&#" * 200_000,
    "entity-bomb": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxx"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "null-bytes": "\0" * 300_000 + ARTICLE,
    "soft-hyphens": "<p>" + "\u00ad\u00a0" * 500_000 + "</p>" + ARTICLE,
    "combining": "<p>a" + "\u0301" * 200_000 + "</p>" + ARTICLE,
    "direction": ARTICLE.replace("Die", "\u202eDie\u202c"),
    "spaces": " " * 5_000_000 + "<p>x",
    "lines": "<pre>" + "\n" * 1_000_000 + "</pre>",
    "dots": "<p>" + ". " * 500_000,
    "quotes": "<p>" + "„" * 300_000,
    "charset-zip": '<meta charset="zip"><meta charset="unicode_escape">' + ARTICLE,
    "dates": '<meta property="article:published_time" content="99999-99-99T99:99:99">' * 2_000 + ARTICLE,
    "date": '<time datetime="' + "9" * 100_000 + '">' + ARTICLE,
    "canonical": '<link rel=canonical href="http://[' + "a" * 1_000 + '">' + ARTICLE,
    "base": '<base href="http://[::1">' + ARTICLE,
}
ODD = {
    "binary": random.Random(1).randbytes(200_000),
    "pdf": b"%PDF-1.4 " + bytes(range(256)) * 50,
    "utf-16": ARTICLE.encode("utf-16"),
    "utf-32": ARTICLE.encode("utf-32"),
    "latin-1": ARTICLE.encode("latin-1"),
    "half": ARTICLE.encode()[: len(ARTICLE) // 2],
    "one-byte": b"<",
    "marks": b"\xef\xbb\xbf",
}


def rows(folder: Path, kind: str) -> Iterator[dict[str, object]]:
    """What the page stages make of every page under a folder."""
    stages = PageStages(open_source(kind, str(folder / "in")), Extractor(), Filter(), Dedup())
    with Breadcrumb.beside(folder / "batch") as at:
        for unit in stages.reader.units():
            if isinstance(unit, Drop):
                yield {"source": unit.source, "outcome": unit.outcome, "reason": unit.reason, "detail": unit.detail}
            else:
                yield from stages.results(unit, at)


def crashed(row: dict[str, object]) -> bool:
    """Whether only a safety net caught the page."""
    return row.get("reason") in ("error", "timeout", "out_of_memory", "killed_worker")


@pytest.mark.parametrize("kind", ["html", "text"])
def test_hostile_pages_end_in_the_ledger_or_as_articles(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    ending = {"html": "html", "text": "txt"}[kind]
    pages = {name: text.encode() for name, text in HOSTILE.items()} | ODD
    for name, raw in pages.items():
        (tmp_path / "in" / f"{name}.{ending}").write_bytes(raw)
    found = list(rows(tmp_path, kind))
    assert [row for row in found if crashed(row)] == []
    assert sorted(str(row["source"]) for row in found) == sorted(f"{name}.{ending}" for name in pages)


def test_bombs_cut_and_empty_files_fail_before_they_are_parsed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "folder.html").mkdir(parents=True)
    (folder / "bomb.html.gz").write_bytes(gzip.compress(bytes(100_000_000)))
    (folder / "bomb.html.zst").write_bytes(zstandard.compress(bytes(100_000_000)))
    (folder / "cut.html.gz").write_bytes(gzip.compress(ARTICLE.encode())[:-20])
    (folder / "empty.html").touch()
    (folder / "gone.html").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.html")
    (folder / "sidecar.html").write_text(ARTICLE)
    (folder / "sidecar.json").write_text("[" * 100_000)
    assert {str(row["source"]): row["reason"] for row in rows(tmp_path, "html")} == {
        "bomb.html.gz": "too_large",
        "bomb.html.zst": "too_large",
        "cut.html.gz": "unreadable",
        "empty.html": "empty",
        "folder.html": "unreadable",
        "gone.html": "unreadable",
        "pipe.html": "unreadable",
        "sidecar.html": "bad_sidecar",
    }


TRICKS = [
    b"<div>",
    b"</p>",
    b"<!--",
    b"-->",
    b"<script>",
    b'"',
    b"&#x110000;",
    b"\0",
    b"\xff\xfe",
    b"\xe4",
    b"]]>",
    b"<svg><p>",
]


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """A page with a few pieces cut, doubled, swapped or spoilt."""
    page = bytearray(raw)
    for _ in range(chance.choice([1, 2, 4, 8])):
        at = chance.randrange(len(page) + 1)
        end = min(len(page), at + chance.randrange(1, 400))
        change = chance.randrange(4)
        if change == 0:
            del page[at:end]
        elif change == 1:
            page[at:at] = page[at:end]
        elif change == 2:
            page[at:at] = chance.choice(TRICKS)
        else:
            page[at : at + 3] = chance.randbytes(3)
    return bytes(page)


def check_mutations(folder: Path, count: int) -> None:
    """No mutation of a page gets beyond the stages' own rules."""
    chance = random.Random(count)
    (folder / "in").mkdir()
    head = (
        '<link rel=canonical href="https://beispiel.example/a"><meta property="article:published_time" '
        'content="2024-05-01T10:00:00+02:00"><script type="application/ld+json">{"@type":"NewsArticle","headline":"Ein '
        'neues Gerät","datePublished":"2024-05-01","author":{"name":"A. Muster"},"articleBody":"'
        + SENTENCE * 9
        + '"}</script>'
    )
    page = ARTICLE.replace("</head>", head + "</head>").encode()
    for number in range(count):
        (folder / "in" / f"{number}.html").write_bytes(mutated(page, chance))
    found = list(rows(folder, "html"))
    assert [row for row in found if crashed(row)] == []
    assert Counter(str(row["source"]) for row in found) == Counter(f"{number}.html" for number in range(count))


def test_mutated_pages(tmp_path: Path) -> None:
    check_mutations(tmp_path, 300)


@pytest.mark.slow
def test_many_mutated_pages(tmp_path: Path) -> None:
    check_mutations(tmp_path, 20_000)
