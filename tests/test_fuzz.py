"""Spoilt input of every kind through the real page stages into a work file, and odd records through whole builds.

`test_hostile` has the HTML pages.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import build
from presseschau.dedup import Dedup
from presseschau.document import Drop
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.label import Labeler
from presseschau.pipeline.pages import ExtractJob, LabelJob, PageStages, extract_batch, label_batch, write_drops
from presseschau.publish.verify import verify
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


def parquet(chance: random.Random) -> bytes:
    rows = [
        {"url": f"https://beispiel.example/{number}", "text": TEXT, "html": None if number % 2 else ARTICLE}
        for number in range(4)
    ]
    file = BytesIO()
    pq.write_table(
        pa.Table.from_pylist(rows), file, row_group_size=2, compression=chance.choice(["none", "snappy", "zstd"])
    )
    return file.getvalue()


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


PACKED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstandard.compress}
KINDS: dict[str, tuple[str, str, Callable[[random.Random], bytes]]] = {
    "warc": ("warc", "warc", warc),
    "jsonl": ("jsonl", "jsonl", jsonl),
    "csv": ("csv", "csv", csv),
    "parquet": ("parquet", "parquet", parquet),
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
        if name not in ("parquet", "sidecar") and chance.random() < 0.3:
            how = chance.choice(list(PACKED))
            raw = PACKED[how](raw)[: chance.choice([None, -20])]
            (folder / "in" / f"{number}.{ending}.{how}").write_bytes(raw)
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


@settings(max_examples=settings.default.max_examples // 2)
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


@settings(max_examples=settings.default.max_examples // 4)
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


# ---- whole builds: what the page stages let through must not upset a later one

ODD = [
    "", "\0", "\x1f", "\u2028", "\u202e", "\ufeff", "\ufffd", "\U0001f600", "\ud83d", "e\u0301", "İ", "ﬁ", "\U0010ffff",
    "<script>alert(1)</script>", "</td>", "|", "`", "*", "[x](http://a)", "{{x}}", "---\n", "...", "'", '"', "\\", "$x$",
    "&amp;", "=1+1", "\t", "\r\n", "\n\n", "#", "%00", "%s", "{0}", "null", "None", "true", "../../etc/passwd", "ä" * 3000,
]  # fmt: skip
HOSTS = [
    "a.example", "www.a.example", "A.EXAMPLE", "b.co.uk", "müller.de", "xn--mller-kva.de", "1.2.3.4", "[::1]", "localhost",
    "c.github.io", "a.example:8080", "eva:geheim@a.example", "a.example.",
]  # fmt: skip
MOMENTS = [
    "0001-01-01",
    "9999-12-31T23:59:59Z",
    "1900-01-01",
    "2038-01-19T03:14:08Z",
    "2024-02-30",
    "gestern",
    "",
    0,
    -1,
]
NOUNS = [
    "Firma",
    "Stadt",
    "Kamera",
    "Cloud",
    "Ministerin",
    "Sparkasse",
    "Leiterplatte",
    "Studie",
    "Werkstatt",
    "Batterie",
]


class Odd:
    """Records with articles, copies and near copies among them, and with anything in what is stated about them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.texts = chance, list[str]()

    def value(self) -> str:
        return self.chance.choice(ODD) + self.chance.choice(["", " ", *NOUNS]) + self.chance.choice(ODD)

    def sentence(self) -> str:
        one, two, three = (self.chance.choice(NOUNS) for _ in range(3))
        return f"Die {one} zeigt am {self.chance.randrange(1, 29)}. Mai, was die {two} von der {three} hält."

    def text(self) -> str:
        if self.texts and self.chance.random() < 0.2:
            text = self.chance.choice(self.texts)
            return text if self.chance.random() < 0.5 else f"{text}\n\n{self.sentence()}"
        parts = [" ".join(self.sentence() for _ in range(4)) for _ in range(self.chance.randrange(3, 7))]
        if self.chance.random() < 0.5:
            parts.insert(self.chance.randrange(len(parts)), self.value())
        self.texts.append("\n\n".join(parts))
        return self.texts[-1]

    def url(self) -> str | None:
        tail = self.chance.choice(["", ".html", "?utm_source=x", "?b=1&a=2", "#top", "/", self.value()])
        whole = f"{self.chance.choice(['http', 'https'])}://{self.chance.choice(HOSTS)}/ä/{self.chance.randrange(999)}{tail}"
        return self.chance.choice([whole] * 8 + [None, self.value()])

    def moment(self) -> object:
        usual = (
            f"20{self.chance.randrange(18, 27)}-{self.chance.randrange(1, 13):02}-1{self.chance.randrange(9)}T10:00:00"
        )
        return self.chance.choice([usual] * 6 + [None, self.chance.choice(MOMENTS)])

    def page(self) -> str:
        stated = {
            "@type": "NewsArticle", "headline": self.value(), "datePublished": self.moment(), "keywords": [self.value()],
            "author": {"name": self.value()}, "articleSection": self.value(), "publisher": {"name": self.value()},
        }  # fmt: skip
        body = "".join(f"<p>{part}</p>" for part in self.text().split("\n\n"))
        return (
            f"<!doctype html><html lang=de><head><title>{self.value()}</title><meta name=author content='{self.value()}'>"
            f"<script type='application/ld+json'>{json.dumps(stated)}</script></head><body><article>"
            f"<h1>{self.chance.choice([self.value(), self.sentence()])}</h1>{body}</article></body></html>"
        )

    def record(self) -> dict[str, object]:
        content = {"text": self.text()} if self.chance.random() < 0.5 else {"html": self.page()}
        more = {
            "title": self.value(), "crawled": self.moment(), "headers": {"tdm-reservation": self.value()},
            "own": self.chance.choice([None, 1.5, 2**60, True, [self.value()], {"a": self.value()}, self.value()]),
        }  # fmt: skip
        stated = {name: value for name, value in more.items() if self.chance.random() < 0.5}
        return {**content, **stated, "url": self.url(), "published": self.moment()}


def check_build(folder: Path, split: str, count: int) -> None:
    """Every promise holds, every record is in the ledger once, and no safety net had to catch one."""
    odd = Odd(random.Random(f"{split} {count}"))
    lines = (json.dumps(odd.record(), ensure_ascii=number % 2 == 0) for number in range(count))
    (folder / "in.jsonl").write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    dataset = build(
        folder, "source=jsonl", f"source.path={folder / 'in.jsonl'}", "source.keep=[own]", f"split={split}",
        "publish.authors=true",
    )  # fmt: skip
    assert verify(dataset) == []
    rows = pq.read_table(dataset / "ledger.parquet").to_pylist()
    assert sorted(int(row["source"].partition("#")[2]) for row in rows) == list(range(1, count + 1))
    assert [row for row in rows if crashed(row)] == []
    assert sum(row["outcome"] == "kept" for row in rows) > count / 3


def test_a_build_of_odd_records_keeps_every_promise(tmp_path: Path) -> None:
    check_build(tmp_path, "random", 120)


@pytest.mark.slow
@pytest.mark.parametrize("split", ["random", "benchmark", "temporal", "publisher"])
def test_a_build_of_many_odd_records_keeps_every_promise(tmp_path: Path, split: str) -> None:
    check_build(tmp_path, split, 1_500)
