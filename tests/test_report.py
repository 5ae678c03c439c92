"""The report: one page that opens from disk, shows what is there and nothing that it should not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.publish.card.quality import limit_confidence
from presseschau.publish.content_hash import ContentHash
from presseschau.publish.derive import Change, derive, write_manifest
from presseschau.publish.manifest import read_manifest
from presseschau.publish.opened import Folder
from presseschau.publish.report import report, write_report
from presseschau.publish.samples import excerpt
from presseschau.publish.shards import write_split
from presseschau.publish.statistics import Statistics, count
from presseschau.publish.stub import without_text

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--log-level=0")  # fmt: skip
VOID = {"meta", "link", "input", "br", "line"}


class Elements(HTMLParser):
    """Start tags with their attributes, and the text outside of scripts; fails where tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)


def replaced(table: pa.Table, **columns: list[Any]) -> pa.Table:
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(name), pa.array(values, table.schema.field(name).type))
    return table


@pytest.fixture(scope="module")
def page(sample: Path) -> str:
    return (sample / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def counted(sample: Path) -> Statistics:
    return count(sample)


def test_it_is_well_formed_and_shows_every_section(page: str) -> None:
    found = Elements(page)
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in found.tags if tag == "a" and (attrs["href"] or "").startswith("#")]
    assert {link.removeprefix("#") for link in links if link} <= set(ids)
    for key in (
        "pages",
        "splits",
        "labels",
        "publishers",
        "time",
        "lengths",
        "duplicates",
        "confidence",
        "samples",
        "articles",
    ):
        assert key in ids
    assert sum(tag == "mark" for tag, _ in found.tags) > 5
    assert "{{" not in page


def test_the_numbers_are_those_of_the_folder(sample: Path, page: str) -> None:
    manifest = Folder.open(sample).manifest
    text = re.sub(r"\s+", " ", " ".join(Elements(page).text))
    assert f"{manifest['pages']['input']:,} input pages" in text
    assert manifest["content_sha256"] in text
    for one in manifest["counts"]:
        assert (one["reason"] or "kept") in text


def test_articles_are_read_out_in_their_language(sample: Path, tmp_path: Path) -> None:
    change = Change(rows=lambda table: replaced(table, language=["nds"] * len(table)))
    derive(sample, tmp_path / "x", change)
    tags = Elements(report(tmp_path / "x", count(tmp_path / "x"))).tags
    languages = Counter(attrs["lang"] for tag, attrs in tags if tag in ("article", "td") and attrs.get("lang"))
    assert set(languages) == {"nds"}


def test_it_says_of_confidences_what_the_card_says(counted: Statistics, sample: Path) -> None:
    labelled = replace(counted, roles={"validation": 1})
    page = report(sample, labelled)
    assert f"<p>{limit_confidence(counted)} 1 article of this corpus was labelled by people for validation.</p>" in page
    guessed = {**counted.manifest, "references": [{"name": "none", "articles": 0, "tasks": ["topic"]}]}
    assert "A confidence is a cautious guess: " in report(sample, replace(counted, manifest=guessed))
    assert " 0 articles of this corpus were labelled" in report(sample, counted)


def test_it_asks_no_network_for_anything(page: str) -> None:
    found = Elements(page)
    policy = next(attrs["content"] for tag, attrs in found.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in (policy or "")
    for tag, attrs in found.tags:
        if tag != "a":  # a link is followed by the reader only
            assert not (attrs.get("src") or "").strip()
            assert (attrs.get("href") or "data:,").startswith("data:")
    assert "url(" not in page
    assert "@import" not in page
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(", page)


def test_every_control_has_a_label_and_every_picture_a_text(page: str) -> None:
    found = Elements(page)
    labels = {attrs.get("for") for tag, attrs in found.tags if tag == "label"}
    for tag, attrs in found.tags:
        if tag in ("input", "select"):
            assert attrs["id"] in labels
        if tag == "svg":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]
    assert ("html", {"lang": "en"}) in found.tags


def test_text_is_escaped(sample: Path, tmp_path: Path) -> None:
    evil = "<script>alert('x')</script><img src=x onerror=alert(1)> \" ' & </mark>"

    def rows(table: pa.Table) -> pa.Table:
        n = len(table)
        spans = [[{"start": 2, "end": 9, "text": "x"}]] * n
        return replaced(
            table,
            title=[evil] * n,
            text=[evil] * n,
            publisher=[evil] * n,
            stance_target=[evil] * n,
            stance_evidence=spans,
            url=["javascript:alert(1)"] * n,
        )

    derive(sample, tmp_path / "x", Change(rows=rows))
    write_report(tmp_path / "x", count(tmp_path / "x"))
    text = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    found = Elements(text)
    assert evil in " ".join(found.text)
    assert sum(tag == "script" for tag, _ in found.tags) == 2
    assert not any(tag == "img" or "onerror" in attrs for tag, attrs in found.tags)
    articles = text[text.index('<section id="samples"') :]
    assert "javascript:" not in articles


def test_a_stub_shows_no_text(sample: Path, tmp_path: Path) -> None:
    full = [
        row for split in Folder.open(sample).splits for t in Folder.open(sample).tables(split) for row in t.to_pylist()
    ]
    derive(sample, tmp_path / "stub", Change(rows=without_text, manifest=lambda made: made | {"content": "stub"}))
    counted = count(sample)
    called_one = replace(counted, manifest={**counted.manifest, "content": "stub"})
    for page in (report(tmp_path / "stub", count(tmp_path / "stub")), report(sample, called_one)):
        text = " ".join(Elements(page).text)
        assert "a stub: no text is shown" in text
        for row in full:
            assert row["title"] not in text
            assert row["text"][:40] not in text
            assert not any(span["text"] in text for span in row["stance_evidence"] if len(span["text"]) > 20)
        assert full[0]["id"] in text


def test_pages_that_may_have_been_taken_down_are_not_shown(sample: Path, page: str, tmp_path: Path) -> None:
    ledger = pq.read_table(sample / "ledger.parquet").to_pylist()
    left = [row for row in ledger if row["outcome"] != "kept" and row["source"] in page]
    assert {row["url"] is None for row in left} == {True, False}
    folder = _copy(sample, tmp_path / "x")
    manifest = read_manifest(folder)
    write_manifest(folder, manifest | {"config": manifest["config"] | {"takedown": "sha256:00"}})
    listed = report(folder, count(folder))
    assert {row["source"] for row in left if row["source"] in listed} == {
        row["source"] for row in left if row["url"] is not None
    }


def _copy(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


def test_its_size_is_bounded(sample: Path, tmp_path: Path) -> None:
    """More articles, publishers and months than are shown, with the longest of everything."""
    folder = _copy(sample, tmp_path / "x")
    schema = Folder.open(sample).schema
    shutil.rmtree(folder / "data")
    rows = next(Folder.open(sample).tables("train")).to_pylist()
    many = []
    for i in range(700):
        row = dict(rows[i % len(rows)])
        month = i % 480
        row |= {
            "id": f"{i * 2_654_435_761 % 2**64:016x}",
            "title": "Ü" * 1_000,
            "text": "Wörter & <Zeichen> " * 100,
            "publisher": f"{'<&>' * 60}{i}.example",
            "url": f"https://haus-{i}.example/{'pfad/' * 2_000}",
            "published": row["published"].replace(year=1985 + month // 12, month=month % 12 + 1, day=1),
            "topic": i % 14,
            "genre": i % 10,
            "stance": i % 4,
            "stance_target": "&" * 1_000,
            "stance_evidence": [{"start": 2 * j, "end": 2 * j + 1, "text": "x"} for j in range(300)],
        }
        many.append(row)
    many.sort(key=lambda row: row["id"])
    table = pa.Table.from_pylist(many, schema=schema.arrow)
    shards = write_split(folder, "train", table.to_batches(), len(table), schema, 50_000, 1_000, ContentHash())
    write_manifest(folder, read_manifest(folder) | {"shards": [asdict(shard) for shard in shards]})
    write_report(folder, count(folder))
    assert (folder / "report.html").stat().st_size < 2_000_000
    Elements((folder / "report.html").read_text(encoding="utf-8"))


def test_dates_and_texts_may_be_missing(sample: Path, tmp_path: Path) -> None:
    folder = _copy(sample, tmp_path / "x")
    bare = replace(
        count(folder), months={}, lengths={}, first=None, last=None, publishers={"(unknown)": 3}, clusters={1: 3}
    )
    page = report(folder, bare)
    ids = [attrs.get("id") for _, attrs in Elements(page).tags]
    assert "time" not in ids
    assert "lengths" not in ids


@given(
    st.text(alphabet="ab <&>\nü", max_size=300),
    st.lists(st.tuples(st.integers(-2, 300), st.integers(-2, 300)), max_size=6),
    st.integers(8, 120),
)
def test_an_excerpt_is_a_part_of_the_text(text: str, spans: list[tuple[int, int]], most: int) -> None:
    pieces = excerpt(text, spans, most)
    joined = "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …")
    assert joined in text
    assert len(joined) <= max(most, 1)
    marked = {text[i] for start, end in spans if 0 <= start < end <= len(text) for i in range(start, end)}
    assert all(set(piece.text) <= marked for piece in pieces if piece.marked)


def test_evidence_far_down_is_shown() -> None:
    text = "Wort " * 500 + "Das ist schlecht. " + "Ende " * 500
    start = text.index("Das ist")
    pieces = excerpt(text, [(start, start + 17)])
    assert [piece.text for piece in pieces if piece.marked] == ["Das ist schlecht."]
    assert pieces[0].text == "… "


def console(page: Path, size: str, dark: bool) -> list[str]:
    """What a browser says about a page: console messages, uncaught errors, refused requests."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={size}", "--dump-dom",
                   f"--blink-settings=preferredColorScheme={0 if dark else 1}", page.as_uri()]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, env={**os.environ, "LANG": "C.UTF-8"}
        )
    assert "</html>" in done.stdout, done.stderr
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(("size", "dark"), [("1200,900", False), ("500,800", True)])
def test_a_browser_has_no_complaint_and_the_controls_work(page: str, tmp_path: Path, size: str, dark: bool) -> None:
    probe = """<script>
      const say = (id, value) => { const f = document.getElementById(id); f.value = value;
        f.dispatchEvent(new Event(id === "genre" ? "change" : "input")); };
      const shown = () => Array.from(document.querySelectorAll("#articles-table tbody tr")).filter((r) => !r.hidden);
      const all = shown().length;
      say("f-genre", "news"); const news = shown();
      say("f-genre", ""); say("q", "zzzz nichts"); const none = shown().length; say("q", "");
      const total = () => Array.from(document.querySelectorAll("#grid tbody tr td:last-child"))
        .reduce((sum, cell) => sum + Number(cell.textContent.replaceAll(",", "")), 0);
      const before = total(); say("genre", "news"); const after = total();
      const sort = document.querySelectorAll("#articles-table th button")[2]; sort.click();
      const days = shown().map((r) => r.cells[2].textContent).filter(Boolean);
      console.log("probe", JSON.stringify([all, news.length, none, before, after,
        days.every((day, i) => i === 0 || days[i - 1] <= day), document.documentElement.scrollWidth <= innerWidth]));
    </script></body>"""
    path = tmp_path / "report.html"
    path.write_text(page.replace("</body>", probe), encoding="utf-8")
    lines = console(path, size, dark)
    assert len(lines) == 1, lines
    found = re.search(r'"probe \[(\d+),(\d+),(\d+),(\d+),(\d+),(\w+),(\w+)\]"', lines[0])
    assert found, lines[0]
    everything, news, none, before, after = (int(value) for value in found.groups()[:5])
    assert everything == before > news == after > none == 0
    assert found[6] == "true"  # sorted by date
    assert found[7] == "true"  # the page itself never scrolls sideways


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_an_error_on_the_page_would_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<!doctype html><html><script>nothing.there()</script></html>", encoding="utf-8")
    assert console(path, "800,600", dark=False)
