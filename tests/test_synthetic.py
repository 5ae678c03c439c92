from __future__ import annotations

import gzip
import statistics
from pathlib import Path

import pytest

from conftest import run_script
from presseschau.dedup import Dedup
from presseschau.dedup.overlap import overlap
from presseschau.dedup.signature import shingle_set
from presseschau.document import Document, Page
from presseschau.extract import Extractor
from presseschau.language import detect_language
from presseschau.synthetic import Collection, numbers_of, write_pages


def extracted(collection: Collection, number: int) -> Document:
    document = Extractor()(Page("p", "html", collection.page(number).html.encode()))
    assert isinstance(document, Document)
    return document


def test_a_page_depends_on_nothing_but_its_number_and_the_seed() -> None:
    assert Collection(10).page(7) == Collection(99).page(7)
    assert Collection(10).page(7).html != Collection(10, seed=1).page(7).html
    assert Collection(10).page(7).html != Collection(10).page(8).html


def test_shares_and_sizes_are_as_asked_for() -> None:
    pages = [Collection(1_000).page(number) for number in range(1_000)]
    copies = sum(page.copy_of is not None for page in pages)
    foreign = sum(page.language != "de" for page in pages)
    assert 110 < copies < 190
    assert 60 < foreign < 140
    assert len({page.publisher for page in pages}) == 40
    assert 24_000 < statistics.mean(len(page.html) for page in pages) < 38_000


def test_pages_read_like_news_pages() -> None:
    collection = Collection(12, copies=0, foreign=0)
    for number in range(12):
        page, document = collection.page(number), extracted(collection, number)
        assert document.publisher == page.publisher
        assert document.published is not None
        assert document.title
        assert len(document.text.split()) > 40
        assert detect_language(document.text).code == "de"


def test_copies_are_copies() -> None:
    collection, size = Collection(400), Dedup().shingle_words
    seen = set()
    for number in range(400):
        page = collection.page(number)
        if page.copy_of is None or page.copy in seen:
            continue
        seen.add(page.copy)
        own, other = (shingle_set(extracted(collection, n).text, size) for n in (number, page.copy_of))
        jaccard, containment = overlap(own, other)
        assert {"whole": jaccard, "edited": jaccard, "part": containment}[str(page.copy)] > 0.75
    assert seen == {"whole", "edited", "part"}


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_shares_of_processes_are_all_pages_once(parts: int) -> None:
    assert [n for part in range(parts) for n in numbers_of(part, parts, 3_500)] == list(range(3_500))


def test_files_are_the_pages(tmp_path: Path) -> None:
    collection = Collection(3)
    size = write_pages(collection, tmp_path, range(3))
    files = sorted(tmp_path.rglob("*.html.gz"))
    assert [gzip.decompress(f.read_bytes()).decode() for f in files] == [collection.page(n).html for n in range(3)]
    assert size == sum(len(collection.page(n).html.encode()) for n in range(3))


def test_the_command_writes_them(tmp_path: Path) -> None:
    done = run_script("synthesize", "collection.pages=5", f"output.dir={tmp_path / 'pages'}", "workers=1")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "pages").rglob("*.html.gz"))) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"pages": 0},
        {"pages": 1, "copies": 1.0},
        {"pages": 1, "foreign": 2.0},
        {"pages": 1, "publishers": 0},
        {"pages": 1, "words": 0},
    ],
)
def test_ranges(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Collection(**wrong)  # type: ignore[arg-type]
    assert Collection(1, publishers=1, words=1, page_bytes=1).page(0).html
