"""JSON-LD in the shapes and states that pages carry it in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.metadata.jsonld import body_text, parse, plain, read_graph, strings, text_of, types_of

ARTICLE: dict[str, Any] = {
    "@type": "NewsArticle",
    "headline": "Neue Brücke eröffnet",
    "datePublished": "2024-03-12T08:00:00+01:00",
}
SITE: dict[str, Any] = {"@type": "Organization", "name": "Beispielblatt"}


def main_headline(*values: Any, url: str | None = None) -> str | None:
    return text_of(read_graph([json.dumps(value) for value in values], url).main.get("headline"))


@pytest.mark.parametrize(
    "values",
    [
        (ARTICLE,),
        ([SITE, ARTICLE],),
        ({"@context": "https://schema.org", "@graph": [SITE, ARTICLE]},),
        (SITE, ARTICLE),
        ({"@type": "WebPage", "name": "Seite", "mainEntity": ARTICLE},),
        ([[SITE, [ARTICLE]]],),
        ({**ARTICLE, "@type": ["Article", "NewsArticle"]},),
        ({**ARTICLE, "@type": "https://schema.org/NewsArticle"},),
        ({**ARTICLE, "@type": "schema:NewsArticle"},),
    ],
)
def test_article_found_in_every_shape(values: tuple[Any, ...]) -> None:
    assert main_headline(*values) == "Neue Brücke eröffnet"


def test_teasers_of_other_articles_are_not_the_main_one() -> None:
    listed = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "item": {**ARTICLE, "headline": "Andere"}}],
    }
    own = {"@type": "NewsArticle", "headline": "Eigene"}
    assert main_headline(listed, own) == "Eigene"
    assert main_headline({**own, "hasPart": {**ARTICLE, "headline": "Teil"}}) == "Eigene"
    assert main_headline({"@type": "WebPage", "name": "x", "comment": [{**ARTICLE, "headline": "Kommentar"}]}) is None


def test_the_node_that_names_the_page_wins() -> None:
    other = {
        **ARTICLE,
        "headline": "Andere",
        "url": "https://a.de/andere",
        "author": "Anna Beispiel",
        "description": "x",
    }
    own = {"@type": "NewsArticle", "headline": "Eigene", "mainEntityOfPage": {"@id": "https://www.a.de/eigene/#x"}}
    assert main_headline(other, own, url="https://a.de/eigene?x=1") == "Eigene"
    assert main_headline(other, own) == "Andere"  # the fuller one, where nothing tells


def test_reviews_and_recipes_stand_behind_articles() -> None:
    review = {**ARTICLE, "@type": "Review", "headline": "Test", "author": "x", "description": "y"}
    assert main_headline(review, ARTICLE) == "Neue Brücke eröffnet"
    assert main_headline(review, {"@type": "WebPage", "name": "Seite"}) == "Test"


def test_an_article_node_that_says_nothing_stands_behind_the_page() -> None:
    web_page = {"@type": "WebPage", "headline": "Neue Brücke", "datePublished": "2024-03-12"}
    assert main_headline({"@type": "Article"}, web_page) == "Neue Brücke"


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":[', "]}")])
def test_nodes_that_lie_too_deep_are_left(opened: str, closed: str) -> None:
    article = json.dumps(ARTICLE)
    assert read_graph([opened * 10 + article + closed * 10]).main == ARTICLE
    assert read_graph([opened * 500 + article + closed * 500]).main == {}


def test_references_resolve() -> None:
    author = {"@type": "Person", "@id": "#anna", "name": "Anna Beispiel"}
    graph = read_graph([json.dumps({"@graph": [{**ARTICLE, "author": {"@id": "#anna"}}, author]})])
    assert strings(graph.resolve(graph.main["author"])) == ["Anna Beispiel"]
    assert graph.resolve({"@id": "#unbekannt"}) == {"@id": "#unbekannt"}


def test_types_are_those_of_the_page() -> None:
    graph = read_graph([json.dumps([{**ARTICLE, "publisher": SITE}, {"@type": "BreadcrumbList"}])])
    assert graph.types == ("NewsArticle", "BreadcrumbList")
    assert types_of({"@type": 3}) == ()


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('\ufeff<!--{"a": 1}-->', {"a": 1}),
        ('//<![CDATA[\n{"a": 1}\n//]]>', {"a": 1}),
        ('/*<![CDATA[*/{"a": 1}/*]]>*/', {"a": 1}),
        ('<![CDATA[{"a": 1}]]>', {"a": 1}),
        ('{"a": 1};', {"a": 1}),
        ('{"a": "x\ny\tz"}', {"a": "x\ny\tz"}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": "b,]",}', {"a": "b,]"}),
        ('{"a": 1, // Anmerkung\n "b": /* zwei */ 2}', {"a": 1, "b": 2}),
        ('{"a": "http://b.de/c",}', {"a": "http://b.de/c"}),
        (r'{"a": "O\'Neil \_"}', {"a": r"O\'Neil \_"}),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1},\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ("{&quot;a&quot;: &quot;b&quot;}", {"a": "b"}),
        (r'{"a": "\ud83d"}', {"a": "\ufffd"}),
        (r'{"a": "\ud83d\ude00"}', {"a": "😀"}),
        (r'{"a": "\uD83D", "b": "\uD83D\uDE00"}', {"a": "\ufffd", "b": "😀"}),
        ("", None),
        ("<!-- -->", None),
        ('{"a": ', None),
        ("var x = 1", None),
        ("[" * 5000, None),
    ],
)
def test_parse_repairs(script: str, value: Any) -> None:
    assert parse(script) == value


def test_broken_script_does_not_hide_the_next() -> None:
    assert text_of(read_graph(["{kaputt", json.dumps(ARTICLE)]).main.get("headline")) == "Neue Brücke eröffnet"
    assert read_graph(["{kaputt"]).main == {}


def test_strings_that_lie_too_deep_are_left() -> None:
    name: Any = "Anna"
    for _ in range(500):
        name = {"name": name}
    assert strings(name) == []


def test_strings_of_all_shapes() -> None:
    assert strings({"@type": "Person", "givenName": "Anna", "familyName": "Beispiel"}) == ["Anna Beispiel"]
    assert strings({"familyName": None, "@type": "Person"}) == []
    assert strings([{"@value": "a &amp; b"}, "<b>c</b>", {"name": ["d", ""]}, {"url": "x"}, 7]) == ["a & b", "c", "d"]
    deep: Any = "x"
    for _ in range(2000):
        deep = [deep]
    assert strings(deep) == []


def test_plain_decodes_twice_and_drops_soft_hyphens() -> None:
    assert plain("K&amp;uuml;che &amp;amp; <i>B\u00adad</i>\n neu") == "Küche & Bad neu"
    assert plain("AT&T &amp; Co") == "AT&T & Co"


def body(**article: Any) -> str | None:
    return body_text(read_graph([json.dumps({**ARTICLE, **article})]))


def test_body_loses_markup_and_keeps_blocks() -> None:
    assert (
        body(articleBody="<p>Erster &amp; zweiter.</p><p>Dritter<br/>Vierter</p>")
        == "Erster & zweiter.\nDritter\nVierter"
    )
    assert body(articleBody="&lt;p&gt;Eins&lt;/p&gt;&lt;p&gt;Zwei&lt;/p&gt;") == "Eins\nZwei"
    assert body(articleBody=["Kurz.", "Der lange Text."]) == "Der lange Text."
    assert body() is None
    assert body(articleBody={"a": 1}) is None


def test_body_of_a_second_article_node_is_a_fallback() -> None:
    second = {"@type": "Article", "articleBody": "Text der Seite."}
    assert body_text(read_graph([json.dumps([ARTICLE, second])])) == "Text der Seite."


@given(st.text(max_size=300))
def test_parse_never_raises(text: str) -> None:
    parse(text)
    parse('{"a": "' + text + '"}')


KEYS = st.sampled_from(["@type", "@id", "@graph", "author", "headline", "articleBody", "mainEntity"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read(value: Any) -> None:
    graph = read_graph([json.dumps(value)], "https://a.de/")
    body_text(graph)
    strings(graph.resolve(graph.main.get("author")))
