"""What people's own files get wrong, in real builds: told in one line, in the ledger or in the manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import build, run_script
from presseschau.publish.verify import verify
from test_drop_reasons import article, page


def lines(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_url_that_is_none_and_a_column_that_no_record_has(tmp_path: Path) -> None:
    good = [
        {"url": f"https://www.eins-kurier.de/{n}", "text": article(n), "published": "2026-01-01", "dept": None}
        for n in range(8)
    ]
    bad: list[dict[str, object]] = [
        {
            "url": "nicht eine\nurl",
            "text": article(20) + "\n\nFragen beantwortet Anna Meier unter anna.meier@post.example",
        },
        {"url": "/relativ/" + "x" * 100, "text": article(21)},
        {"url": "ftp://www.eins-kurier.de/a", "text": article(0), "published": "2026-02-01"},
        {"url": "www.eins-kurier.de/a", "text": "Zu kurz."},
    ]
    path = lines(tmp_path / "in.jsonl", [*good, *bad])
    done = run_script(
        "build", "source=jsonl", f"source.path={path}", "source.keep=[dept,a/b,url]", "split=random", "engine.workers=1",
        f"output.dir={tmp_path / 'dataset'}", f"pipeline.work_dir={tmp_path / 'work'}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    notes = [line for line in done.stdout.splitlines() if "source.keep" in line]
    assert notes == ["note: source.keep=dept: no article has it", "note: source.keep=a/b: no article has it"]
    assert verify(tmp_path / "dataset") == []
    ledger = pq.read_table(tmp_path / "dataset/ledger.parquet").to_pylist()
    rows = {row["source"].partition("#")[2]: row for row in ledger}
    assert [rows[str(n)]["url"] for n in (9, 10, 11, 12)] == [None] * 4
    assert rows["9"]["outcome"] == rows["10"]["outcome"] == "kept"
    assert rows["9"]["detail"] == "url: not a URL: nicht eine url; masked: email 1"
    assert rows["10"]["detail"] == "url: not a URL: /relativ/" + "x" * 48 + "..."
    assert (rows["11"]["reason"], rows["11"]["detail"]) == ("exact_duplicate", rows["1"]["id"])  # of another stage
    assert rows["12"]["reason"] == "too_short"
    assert rows["1"]["detail"] is None


def test_no_page_of_a_publisher_that_was_taken_down_keeps_its_url(tmp_path: Path) -> None:
    records: list[dict[str, object]] = [
        {"url": f"https://www.{house}.example/{n}", "text": article(n), "published": f"2026-01-0{n % 7 + 1}"}
        for n, house in enumerate(["eins-kurier"] * 6 + ["zwei-kurier"] * 3)
    ]
    records += [
        {"url": "https://www.zwei-kurier.example/kurz", "text": "Zu kurz."},
        {"url": "https://b.example/kurz", "text": "Kurz."},
    ]
    path = lines(tmp_path / "in.jsonl", records)
    (tmp_path / "list.txt").write_text("zwei-kurier.example\n", encoding="utf-8")
    build(tmp_path, "source=jsonl", f"source.path={path}", "split=random", f"takedown={tmp_path / 'list.txt'}")
    ledger = pq.read_table(tmp_path / "dataset/ledger.parquet").to_pylist()
    of = {row["source"].partition("#")[2]: (row["outcome"], row["reason"], row["url"]) for row in ledger}
    assert [of[str(n)] for n in (7, 8, 9)] == [("dropped", "takedown", None)] * 3
    assert of["10"] == ("dropped", "too_short", None)
    assert of["11"] == ("dropped", "too_short", "https://b.example/kurz")
    assert verify(tmp_path / "dataset") == []


def test_a_text_that_is_html_and_a_text_of_menus(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(6):
        (folder / f"{n}.txt").write_text(page(article(n)) if n % 2 else article(n), encoding="utf-8")
    menu = "Start\nPolitik\nWirtschaft\nSport\nKultur\nReise\nWetter\nAbo\nAnmelden\nImpressum\n"
    (folder / "menu.txt").write_text(menu * 3, encoding="utf-8")
    dataset = build(tmp_path, "source=text", f"source.path={folder}", "split=random")
    rows = [row for path in (dataset / "data").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert {row["text"] for row in rows} == {article(n) for n in range(6)}
    ledger = pq.read_table(dataset / "ledger.parquet").to_pylist()
    assert [(row["source"], row["reason"]) for row in ledger if row["reason"]] == [("menu.txt", "no_article")]


def test_revisits_are_counted(tmp_path: Path) -> None:
    records = []
    for n in range(8):
        kind = "revisit" if n in (2, 5) else "response"
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + (
            page(article(n)).encode() if kind == "response" else b""
        )
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://www.eins-kurier.de/{n}\r\n"
            f"WARC-Date: 2026-05-01T10:00:0{n}Z\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        records.append(head.encode() + block + b"\r\n\r\n")
    (tmp_path / "in.warc").write_bytes(b"".join(records))
    dataset = build(tmp_path, "source=warc", f"source.path={tmp_path / 'in.warc'}", "split=random")
    manifest = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["skipped"] == {"(revisit)": 2}
    assert pq.read_metadata(dataset / "ledger.parquet").num_rows == 6
    assert verify(dataset) == []


@pytest.mark.parametrize(
    ("options", "name", "data", "said"),
    [
        (["source=jsonl"], "a.jsonl", b'[{"text": "x"}]', "a.jsonl is a JSON array, not JSON Lines"),
        (["source=jsonl"], "a.jsonl", '{"text": "x"}\n'.encode("utf-16"), "a.jsonl is UTF-16"),
        (["source=html"], "a.csv", b"text\nx\n", "that is a file for source=csv"),
        (["source=csv", "source.sep=ab"], "a.csv", b"text\nx\n", "must be one character each"),
        (["source=csv"], "a.csv", b"'text';'x'\n", "or say source.sep and source.quote"),
    ],
)
def test_a_wrong_command_is_one_line(tmp_path: Path, options: list[str], name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    done = run_script("build", *options, f"source.path={tmp_path / name}", f"output.dir={tmp_path / 'dataset'}")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
