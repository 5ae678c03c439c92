"""The sample pages are what `data/README.md` says they are."""

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from presseschau.stable import canonical_url, publisher_of

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
HTML = SAMPLE / "html"
TOPICS = (
    "hardware mobile software ai security policy telecom internet mobility energy science entertainment business other"
)
GENRES = "news feature review opinion interview howto deal press_release digest other"
OUTLETS = {
    "bitatlas": "bitatlas.example",
    "donautechnik": "donautechnik.example",
    "elbkurier": "elbkurier.example",
    "limmatpost": "limmatpost.example",
    "netzkurier": "netzkurier.example",
    "pixelbote": "pixelbote.example",
    "rheinblick": "rheinblick.example",
    "stromstrasse": "stromstrasse.example",
}


def html_files() -> list[Path]:
    return sorted(p for p in HTML.rglob("*.htm*") if p.parent.name != "defekt")


def content(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def markup(path: Path) -> str:
    encoding = "cp1252" if path.parent.name == "pixelbote" and path.stem != "speicherpreise-januar" else "utf-8"
    return content(path).decode(encoding)


def canonical(path: Path) -> str:
    found = re.search(r'<link rel="canonical" href="([^"]+)"', markup(path))
    assert found, path
    return found[1].replace("&amp;", "&")


@pytest.fixture(scope="module")
def labels() -> list[dict[str, str]]:
    with (SAMPLE / "LABELS.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_counts_per_kind() -> None:
    counts = Counter(p.parent.name for p in html_files())
    assert set(counts) == set(OUTLETS)
    assert min(counts.values()) >= 10
    assert sum(counts.values()) >= 85
    assert len(list((HTML / "defekt").iterdir())) == 4
    assert len(list(SAMPLE.glob("text/*.txt"))) == 3


def test_small_enough_to_live_in_the_repository() -> None:
    assert sum(p.stat().st_size for p in SAMPLE.rglob("*") if p.is_file()) < 2_500_000


def test_every_label_and_every_file_of_the_table_exists(labels: list[dict[str, str]]) -> None:
    topics = Counter(row["topic"] for row in labels)
    assert set(topics) == set(TOPICS.split())
    assert min(topics.values()) >= 4
    assert {row["genre"] for row in labels} == set(GENRES.split())
    assert {row["stance"] for row in labels} == {"favor", "against", "mixed", "neutral"}
    files = [row["file"] for row in labels]
    assert files == sorted(set(files))
    assert [f for f in files if not (SAMPLE / f.partition("#")[0]).is_file()] == []


def test_each_outlet_has_its_own_registrable_domain() -> None:
    for path in html_files():
        assert publisher_of(canonical(path)) == OUTLETS[path.parent.name], path


def test_urls_repeat_only_where_that_is_the_point() -> None:
    seen = Counter(canonical_url(canonical(p)) for p in html_files())
    repeated = {url for url, n in seen.items() if n > 1}
    assert {str(url).rstrip("/").rsplit("/", 1)[1] for url in repeated} == {
        "luecke-heimrouter-fluvibox",
        "handytarife-indexierung",
        "federkiel-editor-test",
    }
    assert len({canonical_url(canonical(p)) for p in HTML.glob("elbkurier/rechenzentrum-*.html")}) == 2


def test_dates_are_spread_and_a_quarter_is_late() -> None:
    dates = [
        m[1]
        for p in html_files()
        if (m := re.search(r'(?:published_time"|name="date"|datePublished")[^2]*(20[\d-]{8})', markup(p)))
    ]
    assert len(dates) > 85
    assert min(dates) < "2024-10"
    assert max(dates) > "2026-08"
    assert 0.2 <= sum(d >= "2026-03" for d in dates) / len(dates) <= 0.33
    assert len({d[:7] for d in dates}) >= 23


def test_encodings_as_declared_and_one_that_lies() -> None:
    for path in HTML.glob("pixelbote/*.htm*"):
        raw = path.read_bytes()
        if path.stem == "speicherpreise-januar":
            assert b"charset=iso-8859-1" in raw
            assert "für" in raw.decode("utf-8")
            continue
        assert b"charset=windows-1252" in raw
        assert "ß" in raw.decode("cp1252") or "&szlig;" in raw.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        (HTML / "pixelbote" / "klackmeister-80-tastatur-test.html").read_bytes().decode("utf-8")


def test_compressed_pages_open_and_carry_no_time() -> None:
    packed = sorted(HTML.rglob("*.gz"))
    assert [p.name for p in packed] == ["gletscher-glasfaser-sensor.html.gz", "ticker-energie-august.html.gz"]
    for path in packed:
        assert path.read_bytes()[4:8] == b"\0\0\0\0"
        assert b"</html>" in content(path)


def test_swiss_pages_have_no_sharp_s_and_no_low_quotes() -> None:
    for path in HTML.glob("limmatpost/*"):
        assert not set("ß„“") & set(markup(path)), path
    assert any("«" in markup(p) for p in HTML.glob("limmatpost/*"))


def test_sidecars_are_valid() -> None:
    sidecars = sorted(SAMPLE.rglob("*.json"))
    assert len(sidecars) == 3
    for path in sidecars:
        side = json.loads(path.read_bytes())
        assert set(side) == {"url", "title", "published", "crawled", "headers"}
        assert path.with_suffix(".html").is_file() or path.with_suffix(".txt").is_file()
        assert publisher_of(canonical_url(side["url"]))


def test_warc_reads_through_fastwarc() -> None:
    with (SAMPLE / "warc" / "sample.warc.gz").open("rb") as stream:
        records = [
            (
                r.record_type,
                r.http_content_type,
                dict(r.http_headers.asdict()) if r.http_headers else {},
                r.reader.read(),
            )
            for r in ArchiveIterator(stream)
        ]
    responses = [r for r in records if r[0] == WarcRecordType.response]
    assert len(records) == 7
    assert len(responses) == 6
    assert Counter(r[1] for r in responses) == {"text/html": 5, "application/json": 1}
    assert sum(r[2].get("tdm-reservation") == "1" for r in responses) == 1
    assert sum(b"<article" in r[3] for r in responses) == 4


def test_records_have_own_columns() -> None:
    rows = [json.loads(line) for line in (SAMPLE / "records" / "sample.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 4
    assert sum("html" in row for row in rows) == 1
    assert all({"url", "title", "published", "crawled", "dept", "paid", "views"} <= set(row) for row in rows)
    assert all(("html" in row) != ("text" in row) for row in rows)


def test_rights_signals_of_every_kind() -> None:
    pages = {p.parent.name: markup(p) for p in html_files()}
    assert 'name="tdm-reservation" content="1"' in pages["elbkurier"]
    assert 'name="robots" content="noai, noimageai"' in pages["stromstrasse"]
    assert sum('"license":' in markup(p) for p in html_files()) == 1
    stub = markup(HTML / "rheinblick" / "aufsichtsrat-nordlicht-machtkampf.html")
    assert '"isAccessibleForFree": false' in stub
    assert len(re.findall(r'<p class="c-p">', stub)) == 1


@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ("rheinblick/bussgeld-parkdaten", "elbkurier/parkwinkel-bussgeld-kennzeichen", 0.8, 1.0),
        ("rheinblick/bussgeld-parkdaten", "donautechnik/kennzeichen-strafe-parkhaus", 0.8, 1.0),
        ("rheinblick/raumsonde-lotse-asteroid", "elbkurier/sonde-lotse-am-ziel", 0.8, 1.0),
        ("rheinblick/ransomware-stadtwerke", "elbkurier/stadtwerke-lindenau-hackerangriff", 0.8, 1.0),
        ("rheinblick/ransomware-stadtwerke", "netzkurier/stadtwerke-lindenau-ransomware", 0.8, 1.0),
        ("rheinblick/glasfaser-doppelausbau", "elbkurier/glasfaser-dresdner-umland", 0.5, 0.8),
    ],
)
def test_copies_are_near_and_relatives_are_looser(first: str, second: str, least: float, most: float) -> None:
    one, two = (paragraphs(HTML / f"{name}.html") for name in (first, second))
    assert least <= len(one & two) / len(one | two) < most


def test_short_item_is_contained_in_the_longer_article() -> None:
    short = paragraphs(HTML / "elbkurier" / "kurzmeldung-netzagentur-ladepunkte.html")
    long = paragraphs(HTML / "stromstrasse" / "ladenetz-zwischenbilanz.html")
    assert len(short & long) / len(short) >= 0.9
    assert len(short & long) / len(short | long) < 0.5


def paragraphs(path: Path) -> set[tuple[str, ...]]:
    """Word five-grams of the article's own paragraphs, by the markup that its outlet uses for them."""
    own = {
        "rheinblick": r'<p class="(?:c-p|a-head__lead)">(.*?)</p>',
        "elbkurier": r'<div class="paragraph(?: first)?"><p>(.*?)</p>|<p class="vorspann">(.*?)</p>',
        "donautechnik": r'<p class="bodytext">(.*?)</p>|<div class="lead"><p>(.*?)</p>',
        "netzkurier": r'<p>((?:(?!<small>|Wir und unsere|Jeden Werktag).)*?)</p>\n|<p class="nk-teaser">(.*?)</p>',
        "stromstrasse": r"(?m)^<p>(.*?)</p>$",
    }[path.parent.name]
    text = " ".join("".join(m) if isinstance(m, tuple) else m for m in re.findall(own, markup(path)))
    text = re.sub(r"<[^>]+>|&shy;|\xad", "", text).replace("&nbsp;", " ").lower()
    found = re.findall(r"\w+", text)
    return {tuple(found[i : i + 5]) for i in range(len(found) - 4)}
