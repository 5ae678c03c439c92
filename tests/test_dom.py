"""Blocks: what a reader sees as one paragraph is one block, with the box it stands in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.body.blocks import BOX_BIT, Block
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.hints import BIT, hints, name_parts
from presseschau.extract.markup import TooComplex, check_markup


def blocks(html: str) -> list[Block]:
    return read_blocks(LexborHTMLParser(html))


def texts(html: str) -> list[str]:
    return [b.text for b in blocks(html)]


def test_paragraphs_headings_and_list_items_are_blocks_in_reading_order() -> None:
    html = "<h1>Kopf</h1><p>Erster Absatz.</p><ul><li>Punkt eins</li><li>Punkt zwei</li></ul><p>Letzter Absatz.</p>"
    assert texts(html) == ["Kopf", "Erster Absatz.", "Punkt eins", "Punkt zwei", "Letzter Absatz."]


def test_inline_elements_do_not_cut_a_paragraph() -> None:
    assert texts("<p>Der <b>neue</b> <a href=x>Chip</a> rechnet <span>schneller</span>.</p>") == [
        "Der neue Chip rechnet schneller."
    ]


def test_custom_elements_are_inline_in_a_paragraph_and_boxes_outside() -> None:
    html = "<p>Der <x-link>neue</x-link> Chip.</p><x-card><p>Eine Karte</p></x-card><x-card>Noch eine Karte mit etwas Text</x-card>"
    assert texts(html) == ["Der neue Chip.", "Eine Karte", "Noch eine Karte mit etwas Text"]


def test_one_line_break_is_a_space_and_two_are_a_new_block() -> None:
    assert texts("<p>Zeile eins<br>Zeile zwei<br><br>Neuer Absatz</p>") == ["Zeile eins Zeile zwei", "Neuer Absatz"]


@pytest.mark.parametrize("space", ["  ", "\n", "\t", "\u00a0", "\u2009", "\u2028", " \x1c"])
def test_white_space_of_any_kind_is_one_blank(space: str) -> None:
    assert texts(f"<p>{space}Ein{space}<b>neuer</b> Chip{space}\u00ad.{space}</p>") == ["Ein neuer Chip \u00ad."]


def test_text_beside_a_block_child_is_a_block_of_its_own() -> None:
    html = "<div>Davor steht ein ganzer Satz.<p>Mitte</p>Danach steht noch ein Satz.</div>"
    assert texts(html) == ["Davor steht ein ganzer Satz.", "Mitte", "Danach steht noch ein Satz."]


def test_what_nobody_reads_is_left_out() -> None:
    html = "<p>Text</p><script>var a;</script><style>p{}</style><noscript>Bild</noscript><svg><text>Logo</text></svg><button>Klick</button><!-- x -->"
    assert texts(html) == ["Text"]


def test_the_button_that_a_heading_is_says_the_heading() -> None:
    html = "<h3><button>Was kostet das?</button></h3><div>Nichts, wenn man es selbst macht.</div><button>Mehr</button>"
    assert [(b.tag, b.text) for b in blocks(html)] == [
        ("h3", "Was kostet das?"),
        ("div", "Nichts, wenn man es selbst macht."),
    ]


def test_a_few_words_in_bold_are_the_label_of_the_block_below() -> None:
    def labels(html: str) -> list[str | None]:
        return [b.label.text if b.label else None for b in blocks(html)]

    text = "Ein Satz, der lang genug ist, um einer zu sein."
    assert labels(f"{text}<br><br><b>Der  Preis</b><br><br>{text}") == [None, "Der Preis"]
    assert labels(f"<div><strong><span>Der Preis</span></strong></div><p>{text}</p><p>{text}</p>") == [
        "Der Preis",
        None,
    ]
    assert labels(f"<div>Der Preis</div><p>{text}</p>") == [None]
    assert labels(f"<div><b>Der</b> Preis</div><p>{text}</p>") == [None]
    assert labels(f"<div>Der <b>Preis</b></div><p>{text}</p>") == [None]
    assert labels(f"<div><b>Der Preis</b></div><div>3,5</div><p>{text}</p>") == [None]
    assert labels(f"<div><b>Der Preis</b></div><a href=x>Weiter</a><p>{text}</p>") == [None]


def test_short_labels_outside_of_text_elements_are_left_out() -> None:
    html = "<div>vor 2 Stunden</div><p>Kurz.</p><h2>Kopf</h2><div>Ein Satz, der lang genug ist, um einer zu sein.</div><span>Teilen</span>"
    assert texts(html) == ["Kurz.", "Kopf", "Ein Satz, der lang genug ist, um einer zu sein."]


def test_the_footer_of_the_page_goes_and_that_of_an_article_stays() -> None:
    html = "<div><main><div><article><footer><p>Letzte Zeile.</p></footer></article></div></main><footer><p>Impressum und mehr.</p></footer></div>"
    assert texts(html) == ["Letzte Zeile."]


def test_menu_entries_are_counted_instead_of_kept() -> None:
    found = blocks(
        "<p>Vorher steht Text.</p><ul><li><a href=a>Politik</a></li><li><a href=b>Sport</a></li></ul><h3><a href=c>Titel</a></h3><p>Nachher.</p>"
    )
    assert [(b.text, b.gap, b.gap_heads) for b in found] == [("Vorher steht Text.", 0, 0), ("Nachher.", 3, 1)]


def test_nav_is_a_menu_whatever_it_says() -> None:
    (block,) = blocks("<nav><p>Sie sind hier auf der Seite der Stadt.</p></nav><p>Text.</p>")
    assert (block.text, block.gap > 0) == ("Text.", True)


@pytest.mark.parametrize(
    "box",
    [
        '<div id="onetrust-consent-sdk">{}</div>',
        '<div class="OUTBRAIN">{}</div>',
        '<section id="disqus_thread"><div>{}</div></section>',
        '<div id="wm-ipp-base">{}</div>',
        '<blockquote class="twitter-tweet">{}</blockquote>',
    ],
)
def test_widgets_of_other_houses_are_left_out(box: str) -> None:
    assert texts("<p>Davor.</p>" + box.format("<p>Fremder Text, der hier nur zu Gast ist.</p>") + "<p>Danach.</p>") == [
        "Davor.",
        "Danach.",
    ]


def test_a_quote_is_no_guest() -> None:
    assert texts('<blockquote class="quote"><p>Ein Satz.</p></blockquote>') == ["Ein Satz."]
    post = '<div class="post-template twitter-tweet-list"><p>Ein Satz.</p></div>'
    assert texts(post) == ["Ein Satz."], "only the post itself, which is a blockquote"


def test_links_are_measured_in_characters() -> None:
    (block,) = blocks("<p>abcd <a href=x>efgh</a> <b>ij</b> und noch viel mehr Text</p>")
    assert block.linked == 4


def test_boxes_inherit_hints_and_elements() -> None:
    (block,) = blocks(
        '<aside class="related-box"><div><div class="teaser"><p>Ein Satz steht hier.</p></div></div></aside>'
    )
    assert block.box.boxes & BOX_BIT["aside"]
    assert block.box.near & BIT["teaser"]
    assert not block.box.near & BIT["related"]  # three boxes above
    assert block.box.around & BIT["related"]


@pytest.mark.parametrize("attribute", ["hidden", 'style="display: none"', 'role="dialog"'])
def test_hidden_boxes_say_so(attribute: str) -> None:
    (block,) = blocks(f"<div {attribute}><p>Wir verwenden Cookies.</p></div>")
    assert block.box.boxes & BOX_BIT["hidden"]


def test_a_span_that_holds_most_of_a_block_lends_it_its_hints() -> None:
    (block,) = blocks('<div>x <span class="caption">Der Turm am Abend, von Süden gesehen</span></div>')
    assert block.inline & BIT["caption"]


def test_class_names_are_read_in_parts() -> None:
    assert name_parts("ArticleItem__teaserText js-x9") == ("article", "item", "teaser", "text", "js", "x")
    assert hints("ArticleItem__teaserText") & BIT["teaser"]
    assert not hints("loadable")  # no "ad" in the middle of a word


def test_a_box_knows_which_blocks_are_in_it() -> None:
    found = blocks(
        "<div class=a><p>Eins.</p><div><p>Zwei.</p><p>Drei.</p></div></div><div class=b><div id=disqus_thread>"
        "<p>Fremder Text.</p></div><p>Vier.</p></div>"
    )
    inner = found[1].box.parent
    assert inner is not None
    assert inner.parent is found[0].box.parent
    assert [(b.first, b.last) for b in (found[0].box, inner, inner.parent, found[3].box)] == [  # type: ignore[union-attr]
        (0, 1),
        (1, 3),
        (0, 3),
        (3, 4),
    ]


def test_limits_on_nodes_and_depth() -> None:
    with pytest.raises(TooComplex, match="more than 50 nodes") as nodes:
        read_blocks(LexborHTMLParser("<p>x</p>" * 100), max_nodes=50)
    assert nodes.value.reason == "too_many_nodes"
    with pytest.raises(TooComplex, match="deeper than 20") as depth:
        read_blocks(LexborHTMLParser("<div>" * 30 + "x"), max_depth=20)
    assert depth.value.reason == "too_deep"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>" * 100_000, "too_deep"),
        ("<div>" * 100_000 + "x" + "</div>" * 100_000, "too_deep"),
        ("<div><b></b>" * 30_000, "too_deep"),
        ("<div " + " ".join(f"a{i}" for i in range(60_000)) + ">x", "too_many_nodes"),
    ],
)
def test_markup_that_would_stall_the_parser_is_refused_before(html: str, reason: str) -> None:
    with pytest.raises(TooComplex) as refused:
        check_markup(html.encode())
    assert refused.value.reason == reason


def test_long_but_flat_markup_is_not_refused() -> None:
    check_markup(b"<p>Absatz<br>" * 60_000)
    check_markup(b'<img src="data:' + b"A" * 200_000 + b'"><script>' + b"a = 1; " * 30_000 + b"</script>")


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div class=a>",
                "</div>",
                "<br>",
                "<a href=x>",
                "</a>",
                "Wort ",
                "<li>",
                "<table><tr><td>",
                "\0",
                "<b>",
            ]
        ),
        max_size=60,
    )
)
def test_every_visible_word_is_in_one_block_or_a_menu_entry(parts: list[str]) -> None:
    found = blocks("".join(parts))
    words = sum(b.text.count("Wort") for b in found)
    assert words <= parts.count("Wort ")
    assert all(b.text == " ".join(b.text.split()) and b.text for b in found)
