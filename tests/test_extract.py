"""Whole pages through the extractor: what stays, what goes, and what it does with input that is no page."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau import extract_html, extract_text
from presseschau.document import Document, Drop, Page
from presseschau.extract import Extractor
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.sites import SiteRule, apply_rule, read_rules

TITLE = "Rechenzentrum am Kanal heizt künftig ein ganzes Viertel"
LEAD = "Die Stadtwerke wollen die Abwärme der Server nutzen. Für dreitausend Wohnungen könnte das reichen, sagen die Planer."
PARAGRAPHS = [
    "Das Rechenzentrum am Kanal soll ab dem kommenden Winter ein ganzes Viertel mit Wärme versorgen. Das haben die Stadtwerke am Dienstag mitgeteilt.",
    "Bisher wird die Abwärme der Server über große Kühler auf dem Dach an die Luft abgegeben. Künftig nimmt sie ein Wärmetauscher im Keller auf.",
    "„Wir verschenken diese Energie seit Jahren“, sagte die Leiterin des Projekts. Eine Wärmepumpe hebt das Wasser danach auf siebzig Grad.",
    "Der Bau kostet rund zwölf Millionen Euro. Ein Drittel davon übernimmt das Land, den Rest teilen sich der Betreiber und die Stadtwerke.",
    "Kritik kommt von den Mietervereinen. Sie befürchten, dass die Preise für die Wärme stärker steigen als bei anderen Anbietern im Umland.",
    "Im Frühjahr sollen die ersten Leitungen verlegt werden. Läuft alles nach Plan, fließt im November das erste warme Wasser in die Häuser.",
]
MENU = "".join(
    f'<li><a href="/{w.lower()}">{w}</a></li>'
    for w in ("Politik", "Wirtschaft", "Digital", "Sport", "Kultur", "Wissen")
)
CAPTION = "Kühler auf dem Dach des Rechenzentrums am Kanal. Foto: Stadtwerke/Musterfrau"
RELATED = "Warum Serverfarmen im Norden so beliebt sind und was das für die Netze heißt"


def page(body: str, head: str = "", before: str = "", after: str = "") -> str:
    return (
        f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{TITLE} | Kanalbote</title>'
        f'<meta property="og:title" content="{TITLE}"><meta property="og:type" content="article">{head}</head><body>'
        f'<header class="site-header"><nav class="main-nav"><ul>{MENU}</ul></nav></header>{before}'
        f'<main><article class="article"><h1 class="article__title">{TITLE}</h1>{body}</article></main>{after}'
        '<footer class="site-footer"><p>© Kanalbote Verlag. Alle Rechte vorbehalten.</p><ul><li><a href="/i">Impressum</a></li></ul></footer></body></html>'
    )


def paragraphs(extra: str = "", at: int = 3) -> str:
    rows = [f"<p>{p}</p>" for p in PARAGRAPHS]
    return '<div class="article__body">' + "".join(rows[:at]) + extra + "".join(rows[at:]) + "</div>"


def text(html: str, **how: object) -> str:
    answer = Extractor(**how)(
        Page("x.html", "html", html, url="https://www.kanalbote.example/digital/rechenzentrum-heizt")
    )  # type: ignore[arg-type]
    assert isinstance(answer, Document)
    return answer.text


def test_the_article_and_nothing_else() -> None:
    doc = extract_html(page(paragraphs()).encode(), url="https://www.kanalbote.example/a")
    assert doc.text == "\n\n".join(PARAGRAPHS)
    assert doc.title == TITLE
    assert doc.path == "blocks"
    assert doc.confidence > 0.85
    assert not doc.listing


def test_title_is_left_out_even_where_it_is_repeated() -> None:
    assert TITLE not in text(page(f"<h2>{TITLE}</h2>" + paragraphs()))


@pytest.mark.parametrize(
    "box", ['<p class="article__lead">', '<div class="intro">', '<h2 class="subtitle">', "<p>", "<div>"]
)
def test_a_lead_that_the_page_shows_comes_first_and_is_the_teaser(box: str) -> None:
    closing = box[1:].split()[0].rstrip(">")
    doc = extract_html(page(f"{box}{LEAD}</{closing}>" + paragraphs(), f'<meta name="description" content="{LEAD}">'))
    assert doc.text == "\n\n".join([LEAD, *PARAGRAPHS])
    assert doc.teaser == LEAD


def test_a_headline_with_its_section_is_left_out_as_well() -> None:
    said = "<p>Die Stadt will neue Radwege bauen, sagte die Bürgermeisterin am Montag vor dem Rathaus.</p>" * 4
    head = "<title>Neue Radwege für die Stadt | Lokales</title><h1>Neue Radwege für die Stadt | Lokales</h1>"
    doc = extract_html(f"{head}<p>Von Eva Muster, 12.03.2024</p>{said}", "https://www.kanalbote.example/lokales/a.html")
    assert doc.title == "Neue Radwege für die Stadt"
    assert "Lokales" not in doc.text


def test_a_description_that_the_page_does_not_show_is_not_put_in() -> None:
    doc = extract_html(page(paragraphs(), f'<meta name="description" content="{LEAD}">'))
    assert doc.text == "\n\n".join(PARAGRAPHS)
    assert doc.teaser is None


@pytest.mark.parametrize(
    ("kind", "box", "words"),
    [
        ("caption", f'<figure><img src="a.jpg"><figcaption class="caption">{CAPTION}</figcaption></figure>', CAPTION),
        ("byline", '<div class="article__author byline">Von <a href="/autor/mm">Marta Muster</a></div>', "Marta Muster"),
        ("reading time", '<span class="reading-time">Lesezeit: 3 Minuten</span>', "Lesezeit"),
        ("related", f'<aside class="related"><h3>Lesen Sie auch</h3><a href="/b">{RELATED}</a></aside>', "Serverfarmen"),
        ("newsletter", '<div class="newsletter-box"><h3>Newsletter</h3><p>Melden Sie sich jetzt für unseren Newsletter an und erhalten Sie jeden Morgen die wichtigsten Nachrichten per E-Mail.</p></div>', "Newsletter"),
        ("consent", '<div class="consent-placeholder"><h4>Externer Inhalt</h4><p>An dieser Stelle finden Sie einen externen Inhalt. Mit Ihrer Zustimmung können personenbezogene Daten an Drittanbieter übermittelt werden.</p></div>', "personenbezogene"),
        ("comments", '<section class="comments"><h3>Kommentare</h3><p>Bitte melden Sie sich an, um einen Kommentar zu schreiben.</p></section>', "Kommentar"),
        ("advertisement", '<div class="ad-slot">Anzeige</div>', "Anzeige"),
    ],
)  # fmt: skip
def test_boilerplate_between_paragraphs_goes(kind: str, box: str, words: str) -> None:
    found = text(page(paragraphs(box)))
    assert words not in found, kind
    assert all(p in found for p in PARAGRAPHS), kind


def test_subheads_lists_quotes_and_tables_stay_in_reading_order() -> None:
    extra = (
        "<h2>So funktioniert die Wärmepumpe</h2><ul><li>Das Wasser kommt mit dreißig Grad aus den Kühlkreisen der Server.</li>"
        "<li>Die Pumpe hebt es auf siebzig Grad und braucht dafür Strom aus dem Solarpark.</li></ul>"
        "<blockquote><p>„Das ist kein Versuch mehr, das ist bewährte Technik“, sagte der Ingenieur.</p></blockquote>"
    )
    found = text(page(paragraphs(extra)))
    order = [
        PARAGRAPHS[2],
        "So funktioniert",
        "Das Wasser kommt",
        "Die Pumpe hebt",
        "Das ist kein Versuch mehr",
        PARAGRAPHS[3],
    ]
    places = [found.find(part) for part in order]
    assert -1 not in places
    assert places == sorted(places)


def test_paragraphs_that_stand_in_a_box_each_are_all_found() -> None:
    body = "".join(
        f'<div class="c-outer"><div class="editable"><p>{p}</p></div></div><div class="ad-slot">Anzeige</div>'
        for p in PARAGRAPHS
    )
    assert text(page(body)) == "\n\n".join(PARAGRAPHS)


def test_paragraphs_parted_by_line_breaks_are_paragraphs() -> None:
    assert text(page('<div class="article__body">' + "<br><br>".join(PARAGRAPHS) + "</div>")) == "\n\n".join(PARAGRAPHS)


def test_dialogs_far_from_the_article_go_even_if_they_read_like_sentences() -> None:
    dialogs = "".join(
        f"<div><p>{s}</p></div>"
        for s in (
            "Es ist ein technischer Fehler aufgetreten. Bitte versuchen Sie es später noch einmal.",
            "Wir haben Ihnen einen Code an die angegebene Nummer gesendet. Bitte geben Sie ihn in das Feld ein.",
            "Diese Nummer wird bereits verwendet. Bitte wenden Sie sich an unseren Kundendienst.",
        )
    )
    assert text(page(paragraphs(), after=f'<div class="screens">{dialogs}</div>')) == "\n\n".join(PARAGRAPHS)


def test_a_paragraph_that_is_on_the_page_twice_is_in_the_text_once() -> None:
    assert text(page(paragraphs(f"<p>{PARAGRAPHS[0]}</p>"))).count(PARAGRAPHS[0]) == 1


def test_drop_caps_are_put_back_on_their_word() -> None:
    body = paragraphs().replace("<p>Das Rechenzentrum", '<p><span class="dropcap">D</span> as Rechenzentrum', 1)
    assert text(page(body)).startswith("Das Rechenzentrum")


def test_an_agency_mark_at_the_end_goes_and_is_the_agency() -> None:
    doc = extract_html(page(paragraphs("<p>dpa/fzo</p>", at=6)))
    assert doc.text.endswith(PARAGRAPHS[-1])
    assert doc.agency == "dpa"


def test_a_source_line_below_the_article_names_the_agency() -> None:
    line = "<p class=source>Quelle: beispielblatt.de, abe/dpa</p>"
    assert extract_html(page(paragraphs() + line)).agency == "dpa"
    assert extract_html(page(line + "<p>Noch eine Meldung des Tages.</p>" * 3 + paragraphs())).agency is None


def test_soft_hyphens_and_fixed_spaces_are_out() -> None:
    html = page(paragraphs()).replace("Rechenzentrum am", "Rechen\u00adzentrum\u00a0am")
    assert text(html) == "\n\n".join(PARAGRAPHS)


def article_body(body: str) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, "articleBody": body}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_blocks_that_agree_with_json_ld_are_its_way() -> None:
    doc = extract_html(page(paragraphs(), article_body("\n\n".join(PARAGRAPHS))))
    assert (doc.path, doc.text) == ("jsonld", "\n\n".join(PARAGRAPHS))


def test_a_body_that_only_json_ld_holds_is_taken_from_there() -> None:
    doc = extract_html(page('<div id="app"></div>', article_body("\n\n".join(PARAGRAPHS))))
    assert (doc.path, doc.text) == ("jsonld", "\n\n".join(PARAGRAPHS))


def test_a_short_stated_body_is_no_body() -> None:
    doc = extract_html(page(paragraphs(), article_body("Die Stadtwerke wollen Wärme nutzen.")))
    assert (doc.path, doc.text) == ("blocks", "\n\n".join(PARAGRAPHS))


def test_the_slow_path_only_where_unsure_and_only_if_allowed() -> None:
    html = page(paragraphs())
    assert isinstance(slow := Extractor(min_confidence=1.0)(Page("x", "html", html)), Document)
    assert slow.path == "trafilatura"
    assert PARAGRAPHS[2] in slow.text
    assert isinstance(fast := Extractor(min_confidence=1.0, fallback=False)(Page("x", "html", html)), Document)
    assert fast.path == "blocks"


FRONT = "".join(
    f'<article class="teaser"><h2><a href="/{i}">{p[:70]}</a></h2><p>{p[70:]}</p></article>'
    for i, p in enumerate(PARAGRAPHS * 2)
)


def test_a_front_page_is_a_listing() -> None:
    html = f'<html><head><title>Kanalbote</title><meta property="og:type" content="website"></head><body><main>{FRONT}</main></body></html>'
    assert extract_html(html, url="https://kanalbote.example/").listing


def test_teasers_that_are_links_as_a_whole_are_no_article() -> None:
    cards = "".join(f'<a href="/{i}"><div>{p[:70]}</div><div>{p[70:]}</div></a>' for i, p in enumerate(PARAGRAPHS * 2))
    html = f"<html><head><title>Kanalbote</title></head><body><main>{cards}</main></body></html>"
    assert extract_html(html, url="https://kanalbote.example/thema/hafen").text == ""


def test_an_article_above_a_list_of_others_is_none() -> None:
    assert not extract_html(
        page(paragraphs(), after=f"<section class='more'>{FRONT}</section>"), url="https://kanalbote.example/a"
    ).listing


def test_a_page_without_article_has_no_text() -> None:
    html = f"<html><body><nav><ul>{MENU}</ul></nav><footer><a href=/i>Impressum</a></footer></body></html>"
    assert extract_html(html).text == ""


@pytest.mark.parametrize("title", ["404 – Seite nicht gefunden", "Fehler 404", "Just a moment...", "Anmelden"])
def test_a_page_in_an_articles_place_has_no_text(title: str) -> None:
    def doc(stated: str, head: str = "") -> Document:
        return extract_html(f"<title>{stated}</title>{head}<h1>{stated}</h1>{paragraphs()}")

    assert doc(title).text == ""
    assert doc(f"{title}: ein Wort und seine Geschichte").text
    assert doc(title, '<meta property="article:published_time" content="2024-05-01">').text  # an article has a date


def test_a_wall_of_consent_has_no_text() -> None:
    wall = [
        "Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking, indem Sie der Verwendung von Cookies zustimmen.",
        "Oder nutzen Sie unser Angebot mit dem Pur-Abo für 3,99 Euro im Monat, ganz ohne Werbung.",
        "Wir und unsere bis zu 184 Partner verarbeiten Daten, um Inhalte zu wählen und Anzeigen zu messen.",
    ]
    html = f"<title>Kanalbote</title><h1>Willkommen</h1>{''.join(f'<p>{line}</p>' for line in wall)}"
    assert extract_html(html).text == ""


def test_the_record_wins_over_the_page() -> None:
    when, crawled = datetime(2024, 3, 1, 9, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)
    answer = Extractor()(
        Page(
            "a",
            "html",
            page(paragraphs()),
            url="https://www.kanalbote.example/x?utm_source=a",
            title="Anders",
            published=when,
            crawled=crawled,
            headers=(("a", "b"),),
        )
    )
    assert isinstance(answer, Document)
    assert (answer.url, answer.publisher) == ("https://www.kanalbote.example/x", "kanalbote.example")
    assert (answer.title, answer.published, answer.crawled, answer.headers) == ("Anders", when, crawled, (("a", "b"),))


def test_text_pages_take_the_text_way() -> None:
    clean = "\n\n".join(PARAGRAPHS)
    answer = Extractor()(Page("a.txt", "text", clean, title="Titel des Eintrags"))
    assert isinstance(answer, Document)
    assert (answer.text, answer.path, answer.title) == (clean, "clean", "Titel des Eintrags")
    assert isinstance(untagged := Extractor()(Page("a", "html", clean)), Document)
    assert untagged.path in ("clean", "dump")  # an html column without any markup


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (" \n\0\t", "empty"),
        (b"%PDF-1.7\n\x00\x01", "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
        ("<p>x</p>" * 300, "too_large"),
        ("<div>" * 100_000, "too_deep"),
        ("<div>" * 100 + "x", "too_deep"),
        ("<p>x" * 150, "too_many_nodes"),
        ("<p " + " ".join(f"a{i}" for i in range(60_000)) + ">x", "too_many_nodes"),
    ],
)
def test_unusable_pages_are_failed_drops(raw: bytes | str, reason: str) -> None:
    limits = Extractor(max_nodes=200, max_depth=50)
    answer = (replace(limits, max_bytes=2000) if reason == "too_large" else limits)(
        Page("a/b.html", "html", raw, url="https://x.example/a")
    )
    assert isinstance(answer, Drop)
    assert (answer.stage, answer.outcome, answer.reason, answer.source) == ("extract", "failed", reason, "a/b.html")
    assert answer.url == "https://x.example/a"
    assert answer.id


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7", "<div>" * 100_000, b"\xff\xfe", "<p>a\ud800b</p>"])
def test_extract_html_answers_hostile_input_with_a_document(raw: bytes | str) -> None:
    assert isinstance(extract_html(raw, url="https://x.example/a"), Document)


@pytest.mark.parametrize("field", ["max_bytes", "max_nodes", "max_depth", "min_confidence"])
def test_a_wrong_setting_is_named(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Extractor(**{field: -1})  # type: ignore[arg-type]


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    "<p>",
                    "<div",
                    "class='x'",
                    ">",
                    "</",
                    "Wort. ",
                    "<table>",
                    "\0",
                    "<script>",
                    "<!--",
                    "&#x0;",
                    "\ud800",
                ]
            ),
            max_size=80,
        ).map("".join),
    )
)
def test_no_input_raises(raw: bytes | str) -> None:
    extract_html(raw)


def test_the_same_page_gives_the_same_document() -> None:
    html = page(paragraphs(), article_body("\n\n".join(PARAGRAPHS[:3])))
    assert extract_html(html) == extract_html(html)


def test_the_package_loads_no_parser_before_it_is_asked() -> None:
    code = "import presseschau, sys; assert not {'selectolax', 'trafilatura', 'lxml', 'numpy'} & set(sys.modules); presseschau.extract_html; assert 'trafilatura' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    import presseschau

    with pytest.raises(AttributeError, match="no attribute 'extract_pdf'"):
        presseschau.extract_pdf  # noqa: B018
    assert "extract_html" in dir(presseschau)


def test_site_rules_drop_and_choose_boxes() -> None:
    from selectolax.lexbor import LexborHTMLParser

    html = "<h1>T</h1><div class='lead x'><p>Vorspann</p></div><div id=main-text><p>Absatz eins.</p><div class=fact><p>Kasten.</p></div></div><p>Fuß.</p>"
    blocks = read_blocks(LexborHTMLParser(html))

    def left(**rule: frozenset[str]) -> list[str]:
        return [b.text for b in apply_rule(SiteRule(**rule), blocks)]  # type: ignore[arg-type]

    assert left(drop=frozenset(["fact"])) == ["T", "Vorspann", "Absatz eins.", "Fuß."]
    assert left(body=frozenset(["main-text"]), lead=frozenset(["lead"]), drop=frozenset(["fact"])) == [
        "T",
        "Vorspann",
        "Absatz eins.",
    ]
    assert left(body=frozenset(["unknown"])) == [b.text for b in blocks]


def test_site_rules_are_dated_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from presseschau.extract.body import sites

    (tmp_path / "kanalbote.example.yaml").write_text(
        "- {until: 2023-12-31, drop: [alt]}\n- {drop: [neu]}\n", encoding="utf-8"
    )
    monkeypatch.setattr(sites, "_FOLDER", tmp_path)
    sites._known_sites.cache_clear()
    read_rules.cache_clear()
    try:
        assert [r.until for r in read_rules("kanalbote.example")] == [date(2023, 12, 31), None]
        old = sites.rule_for("kanalbote.example", datetime(2023, 12, 31, 23, tzinfo=UTC))
        new = sites.rule_for("kanalbote.example", datetime(2024, 1, 1, tzinfo=UTC))
        assert old is not None
        assert new is not None
        assert (old.drop, new.drop) == ({"alt"}, {"neu"})
        assert sites.rule_for("kanalbote.example", None) == new
        assert sites.rule_for("other.example", None) is None
    finally:
        sites._known_sites.cache_clear()
        read_rules.cache_clear()
    with pytest.raises(ValueError, match="unknown key 'dorp'"):
        SiteRule.from_mapping({"dorp": ["x"]}, "x.yaml")
    with pytest.raises(ValueError, match=r"x\.yaml: body must be a list of class names and ids, not 'article'"):
        SiteRule.from_mapping({"body": "article"}, "x.yaml")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("blatt.example.yaml", "- drop: [box", "blatt.example.yaml: while parsing a flow sequence"),
        ("blatt.example.yaml", "drop: [box]\n", "must be a list of rules, each with a dash in front"),
        ("blatt.example.yaml", "", "must be a list of rules, each with a dash in front"),
        ("blatt.example.yaml", "- box\n", "a rule has keys body, drop, lead, until, it is not 'box'"),
        ("blatt.example.yaml", "- {1: [box], dorp: [box]}\n", "unknown key 'dorp'"),
        ("blatt.example.yaml", "- until: 2024-06-30 12:00:00\n", "until must be a date, not datetime"),
        ("blatt.example.yaml", "- drop: [f\udcfcr]\n", "blatt.example.yaml: 'utf-8' codec can't decode byte 0xfc"),
        ("www.blatt.example.yaml", "- drop: [box]\n", "rules of a site are looked for in blatt.example.yaml"),
        ("blatt.example.yml", "- drop: [box]\n", "rules of a site are looked for in blatt.example.yaml"),
        ("Blatt.yaml", "- drop: [box]\n", "rules of a site are looked for in DOMAIN.yaml"),
    ],
)
def test_site_rules_that_are_wrong_are_one_line_before_any_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, said: str
) -> None:
    from presseschau.config import ConfigError, build
    from presseschau.extract.body import sites

    (tmp_path / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    monkeypatch.setattr(sites, "_FOLDER", tmp_path)
    caches = sites._known_sites, read_rules, sites.check_rules
    for cache in caches:
        cache.cache_clear()
    try:
        assert not Extractor(sites=False).sites
        with pytest.raises(ConfigError) as error:
            build(Extractor, {}, "extract")
        assert str(error.value).startswith(f"extract.sites: {name}: ")
        assert said in str(error.value)
        assert "\n" not in str(error.value)
    finally:
        for cache in caches:
            cache.cache_clear()


def test_shipped_site_rules_are_valid() -> None:
    from presseschau.extract.body import sites

    sites.check_rules.__wrapped__()
    assert sites._known_sites()


SHARED = Path(__file__).resolve().parents[2] / "shared" / "pages"
needs_pages = pytest.mark.skipif(not SHARED.exists(), reason="the measured pages are not beside the repository")


def shared_rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SHARED / name).read_text(encoding="utf-8").splitlines()]


def shingle_f1(text: str, gold: str) -> float:
    a, b = (
        Counter(zip(w, w[1:], w[2:], w[3:], strict=False))
        for w in (re.findall(r"\w+", t.lower()) for t in (text, gold))
    )
    hit = (a & b).total()
    return 2 * hit / (a.total() + b.total()) if hit else 0.0


@pytest.mark.shared
@needs_pages
@pytest.mark.parametrize("sites", [True, False])
def test_news_pages_of_the_measured_set(sites: bool) -> None:
    extractor = Extractor(sites=sites)
    scores = []
    for row in shared_rows("news_gold.jsonl"):
        doc = extractor(Page(row["html"], "html", gzip.decompress((SHARED / row["html"]).read_bytes()), url=row["url"]))
        assert isinstance(doc, Document)
        assert not doc.listing
        scores.append(shingle_f1(doc.text, row["text"]))
    assert sum(scores) / len(scores) >= 0.975


@pytest.mark.shared
@pytest.mark.slow
@needs_pages
@pytest.mark.parametrize("name", ["web_segments.jsonl", "foreign_gold.jsonl", "bulk.jsonl"])
def test_no_measured_page_fails(name: str) -> None:
    for row in shared_rows(name):
        raw = gzip.decompress((SHARED / row["html"]).read_bytes())
        assert isinstance(Extractor()(Page(row["html"], "html", raw, url=row["url"])), Document)


def test_bytes_and_their_text_give_the_same_article() -> None:
    html = f"<html><body><h1>{TITLE}</h1>" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</body></html>"
    texts = {extract_html(raw).text for raw in (html, html.encode(), html.encode("utf-8-sig"), html.encode("utf-16"))}
    assert len(texts) == 1
    assert PARAGRAPHS[2] in texts.pop()
    cut = html.encode()[: html.encode().index("ü".encode()) + 1]  # inside a character: the rest is still UTF-8
    assert "ï»¿" not in extract_html(cut).text
    assert "Ã" not in extract_html(cut).text


def test_a_text_record_s_title_is_known_to_the_text_reader() -> None:
    dump = "\n\n".join([TITLE, LEAD, *PARAGRAPHS])
    found = Extractor()(Page("", "text", dump, title=TITLE))
    assert isinstance(found, Document)
    assert found.title == TITLE
    assert TITLE not in found.text


@pytest.mark.parametrize(
    ("function", "given", "said"),
    [(extract_html, Path("a.html"), "bytes or str, not PosixPath"), (extract_text, b"Text", "as str, not bytes")],
)
def test_what_is_no_page_is_told(function: Any, given: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        function(given)
