"""Every reason that a ledger can give is reached by a page written for it."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import build
from presseschau.publish.verify import verify

WHO = (
    "Der Netzbetreiber", "Die Werkstatt in Lindenau", "Ein Sprecher der Stadtwerke", "Das Start-up aus Halle",
    "Die Verbraucherberatung", "Der Prüfbericht", "Eine Kundin aus Nordheim", "Die Entwicklerin der Steuerung",
    "Das Fachmagazin", "Der Hausbesitzer", "Die zuständige Behörde", "Ein Elektriker mit langer Erfahrung",
)  # fmt: skip
DOES = (
    "rechnet mit", "warnt vor", "verkauft seit dem Frühjahr", "sucht noch immer nach", "prüft derzeit", "verzichtet auf",
    "wünscht sich", "entwickelt gemeinsam mit Partnern", "bezahlt künftig", "erklärt ausführlich", "testet", "vermisst",
)  # fmt: skip
WHAT = (
    "einem neuen Ladegerät", "den höheren Kosten der Anlage", "eine Wallbox mit zwei Anschlüssen", "dem alten Zähler",
    "eine Lösung ohne Kabel", "günstigen Strom aus der Nacht", "das Formular für den Umbau", "einem zweiten Speicher",
    "die Steuerung über das Telefon", "den Termin im Herbst", "mehr Geduld bei allen Beteiligten", "das dritte Modell",
)  # fmt: skip
WHY = (
    "weil die Nachfrage steigt", "obwohl der Preis gesunken ist", "sobald die Prüfung vorbei ist", "wenn das Netz es zulässt",
    "damit niemand lange warten muss", "denn die Technik ist ausgereift", "ohne dass es jemand bemerkt hätte",
    "und das nicht zum ersten Mal", "während andere längst weiter sind", "bevor der Winter beginnt",
)  # fmt: skip


def article(key: int, sentences: int = 24) -> str:
    """A text of its own for every key: no two share more than a few runs of four words."""
    draw = random.Random(key).choice
    lines = [f"{draw(WHO)} {draw(DOES)} {draw(WHAT)}, {draw(WHY)}." for _ in range(sentences)]
    return "\n\n".join(" ".join(lines[n : n + 3]) for n in range(0, sentences, 3))


def page(text: str, head: str = "", body: str = "") -> str:
    paragraphs = "".join(f"<p>{p}</p>" for p in text.split("\n\n"))
    return (
        f"<!doctype html><html lang='de'><head><meta charset='utf-8'><title>Neue Wallbox vorgestellt</title>{head}</head>"
        f"<body><article><h1>Neue Wallbox vorgestellt</h1>{paragraphs}</article>{body}</body></html>"
    )


def write(folder: Path, name: str, html: str | bytes, **sidecar: object) -> None:
    path = folder / name
    path.write_bytes(html.encode() if isinstance(html, str) else html)
    if sidecar:
        path.with_suffix(".json").write_text(json.dumps(sidecar), encoding="utf-8")


def reasons(dataset: Path) -> dict[str, str]:
    rows = pq.read_table(dataset / "ledger.parquet").to_pylist()
    return {row["source"]: row["reason"] or row["outcome"] for row in rows}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reasons")
    pages = folder / "pages"
    pages.mkdir()
    for n in range(12):
        publisher = ("eins", "zwei", "drei", "vier")[n % 4]
        url = f"https://www.{publisher}-kurier.de/artikel-{n}"
        write(pages, f"good{n}.html", page(article(n)), url=url, published=f"2026-{n % 12 + 1:02}-11T08:00:00Z")
    write(pages, "empty.html", "")
    write(pages, "binary.html", bytes(range(256)) * 40)
    write(pages, "deep.html", "<div>" * 20_000 + article(20))
    write(pages, "nodes.html", "<p>x</p>" * 300_000)
    write(pages, "cut.html.gz", gzip.compress(page(article(21)).encode(), mtime=0)[:-40])
    write(pages, "bomb.html.gz", gzip.compress(b"<p>" + b"a" * 30_000_000, mtime=0))
    write(pages, "sidecar.html", page(article(22)))
    (pages / "sidecar.json").write_text("{not json", encoding="utf-8")
    write(pages, "nothing.html", "<html><body><nav><a href='/'>Start</a></nav></body></html>")
    write(pages, "short.html", page(article(23, 2)))
    stub = '<meta name=\'x\'><script type=\'application/ld+json\'>{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
    write(pages, "stub.html", page(article(24, 6), head=stub))
    english = (
        "The company said on Monday that its new charger would be sold in every country of the continent by autumn. "
    )
    write(pages, "english.html", page(english * 6))
    teasers = "".join(
        f"<div class='teaser'><h2><a href='/a{n}.html'>{article(100 + n, 1)}</a></h2><p>{article(200 + n, 3)}</p></div>"
        for n in range(12)
    )
    head = "<title>Energie</title><meta property='og:type' content='website'>"
    write(
        pages,
        "front.html",
        f"<html lang='de'><head>{head}</head><body><main><h1>Energie</h1>{teasers}</main></body></html>",
    )
    write(pages, "taken.html", page(article(25)), url="https://www.eins-kurier.de/weg")
    reserved = "<meta name='tdm-reservation' content='1'>"
    write(pages, "reserved.html", page(article(26), head=reserved), url="https://www.zwei-kurier.de/vorbehalt")
    write(
        pages,
        "again.html",
        page(article(0)),
        url="https://www.eins-kurier.de/artikel-0?utm_source=x",
        published="2026-01-11T08:00:00Z",
    )
    write(
        pages, "copy.html", page(article(1)), url="https://www.drei-kurier.de/kopie", published="2026-03-01T08:00:00Z"
    )
    near = article(2) + " Mehr dazu folgt in der nächsten Woche."
    write(pages, "near.html", page(near), url="https://www.vier-kurier.de/nah", published="2026-04-20T08:00:00Z")
    part = "\n\n".join(article(3).split("\n\n")[1:5])
    write(pages, "part.html", page(part), url="https://www.eins-kurier.de/teil", published="2026-05-20T08:00:00Z")
    write(
        pages, "gap.html", page(article(30)), url="https://www.eins-kurier.de/luecke", published="2026-08-30T08:00:00Z"
    )
    half = "\n\n".join(article(4).split("\n\n")[:6] + article(31).split("\n\n")[:2])
    write(pages, "half.html", page(half), url="https://www.vier-kurier.de/halb", published="2026-06-20T08:00:00Z")
    (folder / "takedown.txt").write_text("https://www.eins-kurier.de/weg\n", encoding="utf-8")
    dataset = build(
        folder, "source=html", f"source.path={pages}", f"takedown={folder / 'takedown.txt'}", "rights.reserved=drop",
        "split.cutoff=2026-08-31", "split.held_out=[vier-kurier.de]",
    )  # fmt: skip
    assert verify(dataset) == []
    return reasons(dataset)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("empty.html", "empty"),
        ("binary.html", "binary"),
        ("deep.html", "too_deep"),
        ("nodes.html", "too_many_nodes"),
        ("cut.html.gz", "unreadable"),
        ("bomb.html.gz", "too_large"),
        ("sidecar.html", "bad_sidecar"),
        ("nothing.html", "no_article"),
        ("short.html", "too_short"),
        ("stub.html", "paywall_stub"),
        ("english.html", "not_german"),
        ("front.html", "listing"),
        ("taken.html", "takedown"),
        ("reserved.html", "tdm_reserved"),
        ("good0.html", "superseded"),
        ("copy.html", "exact_duplicate"),
        ("near.html", "near_duplicate"),
        ("part.html", "contained"),
        ("gap.html", "embargo"),
        ("good4.html", "split_conflict"),
        ("half.html", "kept"),
        ("good5.html", "kept"),
    ],
)
def test_reason(ledger: dict[str, str], source: str, reason: str) -> None:
    assert ledger[source] == reason


def test_every_page_is_there_once(ledger: dict[str, str]) -> None:
    assert len(ledger) == 12 + 20
