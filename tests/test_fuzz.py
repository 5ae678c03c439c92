"""Spoilt input of every kind through the real page stages into a work file; `test_hostile` has the HTML pages."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from presseschau.dedup import Dedup
from presseschau.document import Drop
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.label import Labeler
from presseschau.pipeline.pages import ExtractJob, LabelJob, PageStages, extract_batch, label_batch, write_drops
from presseschau.read import ReadError, Unit, open_source
from test_hostile import ARTICLE, SENTENCE, crashed, mutated

TEXT = "\n\n".join(f"{SENTENCE * 2}Absatz {number}." for number in range(6))


def outcome(folder: Path, kind: str) -> list[dict[str, object]]:
    """Every row that the page stages write for an input folder, labels included, as the build would have it."""
    reader = open_source(kind, str(folder / "in"))
    items = list(reader.units())
    job = ExtractJob(
        PageStages(reader, Extractor(), Filter(), Dedup(), seconds=10.0),
        tuple(item for item in items if isinstance(item, Unit)),
        folder / "batch.parquet",
    )
    done = extract_batch(job)
    rows = pq.read_table(job.path).to_pylist()
    assert len(rows) == done.pages
    label_batch(LabelJob(Labeler(), job.path, folder / "labels.parquet"))
    labels = pq.read_table(folder / "labels.parquet").column("source").to_pylist()
    assert labels == [row["source"] for row in rows if row["outcome"] is None]
    write_drops(folder / "unread.parquet", [item for item in items if isinstance(item, Drop)])
    return rows + pq.read_table(folder / "unread.parquet").to_pylist()


def check(folder: Path, kind: str) -> list[dict[str, object]]:
    """No crash, no timeout, and no page twice: kept + dropped + failed is then what was read."""
    rows = outcome(folder, kind)
    assert [row for row in rows if crashed(row)] == []
    sources = [str(row["source"]) for row in rows]
    assert len(set(sources)) == len(sources)
    assert all(row["outcome"] in (None, "dropped", "failed") for row in rows)
    assert all((row["outcome"] is None) == (row["reason"] is None) for row in rows)
    return rows


def warc(chance: random.Random) -> bytes:
    """Two responses, one of them perhaps with a packed body."""
    file = b""
    for number in range(2):
        head, body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n", ARTICLE.encode()
        if chance.random() < 0.3:
            head, body = head + b"Content-Encoding: gzip\r\n", gzip.compress(body)
        block = head + b"\r\n" + body
        file += (
            (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://beispiel.example/{number}\r\n"
                f"WARC-Date: 2024-05-01T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000{number}>\r\n"
                f"Content-Length: {len(block)}\r\n\r\n"
            ).encode()
            + block
            + b"\r\n\r\n"
        )
    return file


def jsonl(chance: random.Random) -> bytes:
    del chance
    whole = {"url": "https://beispiel.example/a", "text": TEXT, "title": "Ein Gerät", "published": "2024-05-01"}
    page = {"url": "https://beispiel.example/b", "html": ARTICLE, "headers": {"content-type": "text/html"}}
    return b"\n".join(map(orjson.dumps, (whole, page))) + b"\n"


def csv(chance: random.Random) -> bytes:
    mark = chance.choice([",", ";", "\t"])
    rows = [["url", "title", "published", "text"], ["https://beispiel.example/a", "Ein Gerät", "2024-05-01", TEXT]]
    return "\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows).encode() + b"\n"


def sidecar(chance: random.Random) -> bytes:
    del chance
    stated = {
        "url": "https://beispiel.example/a",
        "title": "Ein Gerät",
        "published": "2024-05-01",
        "headers": {"a": "b"},
    }
    return orjson.dumps(stated)


def text(chance: random.Random) -> bytes:
    menu = "\n".join(chance.choice(["Startseite", "Anzeige", "Mehr zum Thema", "Impressum"]) for _ in range(9))
    return f"{menu}\nEin neues Gerät\n\n{TEXT}\n{menu}\n".encode()


KINDS: dict[str, tuple[str, str, Callable[[random.Random], bytes]]] = {
    "warc": ("warc", "warc", warc),
    "jsonl": ("jsonl", "jsonl", jsonl),
    "csv": ("csv", "csv", csv),
    "sidecar": ("html", "json", sidecar),
    "text": ("text", "txt", text),
}


def check_mutations(folder: Path, name: str, count: int) -> None:
    """Files of one kind, each spoilt in its own way."""
    kind, ending, make = KINDS[name]
    chance = random.Random(f"{name} {count}")
    (folder / "in").mkdir()
    for number in range(count):
        raw = mutated(make(chance), chance)
        if name == "warc" and chance.random() < 0.3:
            raw = gzip.compress(raw)[: chance.choice([None, -20])]
            (folder / "in" / f"{number}.warc.gz").write_bytes(raw)
        else:
            (folder / "in" / f"{number}.{ending}").write_bytes(raw)
        if name == "sidecar":
            (folder / "in" / f"{number}.html").write_bytes(ARTICLE.encode())
    rows = check(folder, kind)
    # Some mutations are harmless, so articles must come out, too.
    assert sum(row["outcome"] is None for row in rows) > count / 50


@pytest.mark.parametrize("name", KINDS)
def test_spoilt_files(tmp_path: Path, name: str) -> None:
    check_mutations(tmp_path, name, 150)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_many_spoilt_files(tmp_path: Path, name: str) -> None:
    check_mutations(tmp_path, name, 4_000)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "url": ANYTHING | st.from_regex(r"https?://[a-zäß.\[\]:@%0-9-]{1,20}/\S{0,9}", fullmatch=True),
        "text": ANYTHING | st.just(TEXT),
        "html": ANYTHING | st.just(ARTICLE),
        "title": ANYTHING,
        "published": ANYTHING | st.from_regex(r"[0-9T:+. -]{1,25}", fullmatch=True),
        "crawled": ANYTHING | st.datetimes().map(str),
        "headers": ANYTHING | st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=4),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RECORDS | ANYTHING, min_size=1, max_size=8), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_records(records: list[object], encoding: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        lines = "\n".join(orjson.dumps(record, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode() for record in records)
        (folder / "in" / "a.jsonl").write_bytes(lines.encode(encoding, "replace"))
        # An input without a single file of JSON Lines is a wrong command.
        (folder / "in" / "b.jsonl").write_bytes(orjson.dumps({"text": TEXT}) + b"\n")
        check(folder, "jsonl")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()), max_size=6))
def test_any_bytes(files: list[bytes]) -> None:
    for kind, ending in (("html", "html"), ("text", "txt"), ("warc", "warc"), ("csv", "csv"), ("jsonl", "jsonl.gz")):
        with TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").mkdir()
            for number, raw in enumerate([b"x", *files]):
                (folder / "in" / f"{number}.{ending}").write_bytes(raw)
            # A table in which no column has a known name is a wrong command.
            with pytest.raises(ReadError, match="column") if kind == "csv" else nullcontext():
                check(folder, kind)
