"""The choice of blocks: threshold, box of the article, lead, gaps, headline; the forest, the lexicon and their fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.body.blocks import Block, outer_box
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.features import COLUMNS, measure
from presseschau.extract.body.fit import Boosting, Evidence, fit_forest
from presseschau.extract.body.known import Known, Shingles
from presseschau.extract.body.lexicon import NAME_COLUMNS, WORD_COLUMNS, Lexicon
from presseschau.extract.body.listing import is_listing
from presseschau.extract.body.model import Model, default_model
from presseschau.extract.body.select import select
from presseschau.extract.body.tokens import HEAD, Tokens, words_of
from presseschau.extract.forest import Floats, Forest

SENTENCE = "Die Stadtwerke haben am Dienstag ihre Pläne für das neue Netz vorgestellt und viele Fragen beantwortet."


class Scored(Model):
    """A model whose opinion is given: the last word of a block is its probability in percent."""

    def __init__(self) -> None:
        pass

    def probability(self, blocks: Sequence[Block], tokens: Tokens) -> Floats:
        return np.asarray([int(b.text.split()[-1]) / 100 for b in blocks], dtype=np.float32)


def blocks_of(html: str) -> list[Block]:
    return read_blocks(LexborHTMLParser(html))


def chosen(html: str, known: Known | None = None) -> list[str]:
    """The first words of the blocks that are chosen."""
    return [b.text.split()[0] for b in select(blocks_of(html), known or Known(), Scored()).blocks]


def paragraph(name: str, percent: int, times: int = 1, tag: str = "p", names: str = "") -> str:
    attribute = f' class="{names}"' if names else ""
    return f"<{tag}{attribute}>{name} {' '.join([SENTENCE] * times)} {percent}</{tag}>"


def test_sure_blocks_are_chosen_and_unlikely_ones_are_not() -> None:
    assert chosen(paragraph("a", 95, 3) + paragraph("b", 90, 3) + paragraph("c", 30)) == ["a", "b"]


def test_where_everything_is_unsure_the_threshold_comes_down() -> None:
    doubtful = paragraph("a", 42, 3) + paragraph("b", 35, 3) + paragraph("c", 33, 3) + paragraph("d", 4, 3)
    assert chosen(doubtful) == ["a", "b", "c"]
    assert chosen(paragraph("x", 95, 20) + doubtful) == ["x"]


def test_nothing_likely_is_no_article() -> None:
    assert select(blocks_of(paragraph("a", 3) + paragraph("b", 10)), Known(), Scored()).blocks == ()
    assert select([], Known(), Scored()).confidence == 0.0


def test_confidence_is_the_expected_f1() -> None:
    sure = select(blocks_of(paragraph("a", 99, 5) + paragraph("b", 1, 5)), Known(), Scored()).confidence
    unsure = select(blocks_of(paragraph("a", 70, 5) + paragraph("b", 40, 5)), Known(), Scored()).confidence
    assert 0.97 < sure <= 1.0
    assert unsure < 0.8


def test_outside_of_a_sure_box_only_sure_blocks_stay() -> None:
    body = "<div class=story>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    assert chosen(body + "<div class=dialogs>" + paragraph("x", 70) + paragraph("y", 90) + "</div>") == [
        "a",
        "b",
        "c",
        "y",
    ]


def test_the_lead_right_above_a_sure_box_stays_where_the_page_states_one() -> None:
    body = "<div class=story>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    above = "<div class=stream>" + "".join(paragraph(n, 56) for n in "mnopqrstuvwxyz") + "</div>"
    below = f"<div class=stream>{paragraph('k', 56)}</div>"
    assert chosen(above + body + below) == ["a", "b", "c"]
    found = chosen(above + body + below, Known(lead=SENTENCE))
    assert (found[-4:], "m" in found) == (["z", "a", "b", "c"], False)


def test_outside_of_a_sure_box_what_has_its_looks_stays() -> None:
    body = "<div class=story>" + "".join(paragraph(n, 99, 4, names="copy") for n in "abc") + "</div>"
    more = f"<div class=stream>{paragraph('x', 70, names='copy')}{paragraph('y', 70, names='hint')}</div>"
    assert chosen(body + more) == ["a", "b", "c", "x"]
    plain = "<div class=story>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    assert chosen(plain + f"<div class=dialogs>{paragraph('x', 70)}</div>") == ["a", "b", "c"]


def test_what_stands_in_boxes_for_comments_below_the_article_goes() -> None:
    body = "<div class=story>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    said = paragraph("x", 95, names="comment-text") + paragraph("y", 95, names="hint")
    assert chosen(f"{body}<div class=reader-comments><div class=comment-list>{said}</div></div>") == ["a", "b", "c"]
    assert chosen(f"{body}<div class=media-item>{said}</div>") == ["a", "b", "c", "x", "y"]  # one name proves nothing
    opinion = f"{paragraph('l', 95, 4)}<article class=genre-kommentar><div class=kommentar-text>{body}</div></article>"
    assert chosen(opinion) == ["l", "a", "b", "c"]
    letters = f"<div class=leserkommentare><div class=leserkommentar>{said}</div></div>"
    assert chosen(body + letters) == ["a", "b", "c"]
    posts = "".join(f"<div class=comment>{paragraph(n, 95, 4)}</div>" for n in "abc")
    assert chosen(f"<div class=comments>{posts}</div>") == ["a", "b", "c"]  # a thread is what the page is about


class NoHeads(Scored):
    """`Scored`, but an `h3` has no number and is unlikely."""

    def probability(self, blocks: Sequence[Block], tokens: Tokens) -> Floats:
        percents = [5 if b.tag == "h3" else int(b.text.split()[-1]) for b in blocks]
        return np.asarray(percents, dtype=np.float32) / 100


@pytest.mark.parametrize(
    "head", ["3 Kommentare", "Leserkommentare (3)", "2 Gedanken zu „Das neue Netz“", "Kommentare", "Leserbriefe"]
)
def test_what_stands_below_the_heading_of_a_thread_goes(head: str) -> None:
    def names(html: str) -> list[str]:
        return [b.text[0] for b in select(blocks_of(html), Known(), NoHeads()).blocks]

    body, said = "".join(paragraph(n, 99, 4) for n in "abc"), f"<div class=x>{paragraph('x', 95)}</div>"
    assert names(f"<div>{body}<h3>{head}</h3>{said}</div>") == ["a", "b", "c"]
    assert names(f"<div>{body}<h3>Nur {head}</h3>{said}</div>") == ["a", "b", "c", "x"]
    assert names(f"<div><h3>{head}</h3>{body}{said}</div>") == ["a", "b", "c", "x"], "a counter above the article"
    assert names(f"<div>{body}<div><h3>{head}</h3></div>{paragraph('d', 99)}</div>") == ["a", "b", "c", "d"], "or in it"
    boxed = f"<section class=part>{body}</section><h3>{head}</h3><section class=part>{paragraph('d', 99)}</section>"
    assert names(boxed) == ["a", "b", "c", "d"], "in boxes of its own"
    chapters = [f"<section id=s{n}>{paragraph(n, 99, 4)}</section>" for n in "abc"]
    within = f"<section><h3>{head}</h3>{paragraph('d', 99)}</section>{paragraph('e', 99)}"
    assert names("".join(chapters) + within) == ["a", "b", "c", "d", "e"], "a chapter among others"
    thread = f"<div><div><h3>{head}</h3></div>{said}</div>"
    assert names(f"<div>{body}{thread}</div>") == ["a", "b", "c"], "the heading has a box of its own"
    assert names(f"<div>{body}<div><h3>{head}</h3><a href=x>Anmelden</a><p>nichts 5</p></div>{said}</div>")[3:] == ["x"]


def test_who_speaks_below_the_heading_makes_a_thread_of_the_same_box() -> None:
    def names(html: str) -> list[str]:
        return [b.text[0] for b in select(blocks_of(html), Known(), NoHeads()).blocks]

    body = "".join(paragraph(n, 99, 4) for n in "abc")
    assert names(f"<div>{body}<h3>3 Kommentare</h3><p>5</p>{paragraph('x', 95)}</div>") == ["a", "b", "c", "x"]
    said = [
        b.text[:1] for b in select(blocks_of(f"<div>{body}{thread('Bodo hat gesagt:')}</div>"), Known(), Said()).blocks
    ]
    assert said == ["a", "b", "c"]


@pytest.mark.parametrize("who", ["Bodo schrieb am 3. Mai 2025 um 9:10 Uhr", "Trine sagt am 12.05.2025 um 8.05:"])
def test_comments_are_told_by_who_says_them_when(who: str) -> None:
    def names(html: str) -> list[str]:
        return [b.text[:1] for b in select(blocks_of(html), Known(), Said()).blocks]

    body = "".join(paragraph(n, 99, 4) for n in "abc")
    entry = f"<div><div>{who}</div>{paragraph('x', 95, 9)}</div>"
    assert names(f"<article>{body}</article><section>{entry * 2}</section>") == ["a", "b", "c"]
    assert names(f"<article>{body}</article><section>{entry}</section>") == ["a", "b", "c", "x"], "one is a report"
    letters = "".join(f"<p>Bodo schrieb am {day}. Mai 2025:</p>{paragraph('xy'[day == '4'], 95)}" for day in "34")
    assert names(f"<article>{body}{letters}</article>") == ["a", "b", "c", "x", "y"], "and so are letters"
    assert names(f"<section>{entry}{entry.replace('>x', '>y')}</section>") == ["x", "y"], "a forum"


class Said(Scored):
    """`Scored`, but a heading and a line without a number are unlikely."""

    def probability(self, blocks: Sequence[Block], tokens: Tokens) -> Floats:
        ends = [b.text.split()[-1] for b in blocks]
        return np.asarray([int(end) if end.isdecimal() else 5 for end in ends], dtype=np.float32) / 100


def thread(who: str) -> str:
    return f"<h3>2 Kommentare</h3><p>{who}</p>{paragraph('x', 95)}<p>{who}</p>{paragraph('y', 95)}"


def test_teasers_of_other_articles_below_the_text_go() -> None:
    body = "<article>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</article>"
    headline = "<h3><a href=x>Warum die Stadt am Kanal nun doch keine Brücke bekommt</a></h3>"
    teasers = "".join(f"<div>{headline}{paragraph(n, 95)}</div>" for n in "xyz")

    def names(html: str) -> list[str]:
        return [b.text[:1] for b in select(blocks_of(html), Known(), Said()).blocks]

    assert names(f"{body}<section><h2>Weitere Artikel</h2>{teasers}</section>") == ["a", "b", "c"]
    assert names(f"{body}<section><h2>Was heute geschah</h2>{teasers}</section>") == ["a", "b", "c", "x", "y", "z"]
    longer = teasers.replace("</p></div>", f"</p>{paragraph('v', 95)}</div>")
    assert names(f"{body}<section><h2>Weitere Artikel</h2>{longer}</section>") == ["a", "b", "c"]
    assert names(f"<section><h2>Weitere Artikel</h2>{teasers}</section>") == ["x", "y", "z"], "a list is what it is"
    chapter = "<h2>Zum Thema Strom</h2>" + "".join(paragraph(n, 99) for n in "de")
    assert names(f"{body}<section>{chapter}</section>") == ["a", "b", "c", "d", "e"], "the article's own"


def test_a_teaser_between_paragraphs_goes_by_its_headline_and_its_box() -> None:
    def names(html: str) -> list[str]:
        return [b.text[:1] for b in select(blocks_of(f"<div class=text>{html}</div>"), Known(), Said()).blocks]

    a, b, c = (paragraph(n, 99, 4) for n in "abc")
    headline = "<h3><a href=x>Warum die Stadt am Kanal nun doch keine Brücke bekommt</a></h3>"
    below = headline + paragraph("x", 95)
    assert names(f"{a}<div class=more>{below}</div>{b}{c}") == ["a", "b", "c"]
    assert names(f"{a}{below}{b}{c}") == ["a", "x", "b", "c"], "the text goes on below a link"
    assert names(f"{a}<div class=more>{below}</div>{b}<div class=more>{paragraph('y', 95)}</div>{c}") == [*"axbyc"]
    questions = "".join(f"<div class=more>{headline}{paragraph(n, 95, 3)}</div>" for n in "uvwxyz")
    assert names(f"{a}{questions}{b}") == [*"auvwxyzb"], "too much of the page"


def test_a_text_that_ends_in_a_link_to_the_rest_of_it_is_a_teaser() -> None:
    def names(html: str) -> list[str]:
        return [b.text[:1] for b in select(blocks_of(html), Known(), Cut()).blocks]

    body = "<div>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    cut = "".join(f"<h3>{n} Brücke 95</h3><p>{n} {SENTENCE} <a href=x>mehr</a></p>" for n in "xyz")
    assert names(f"{body}<div>{cut}</div>") == ["a", "b", "c"]
    pointers = f"<p>x {SENTENCE} Dazu unten <a href=#x>mehr</a></p>" * 2
    assert names(f"<div>{body}{pointers}</div>")[3:] == ["x"], "a sentence of the article"


class Cut(Scored):
    """`Scored`, but a block that ends in "mehr" is likely."""

    def probability(self, blocks: Sequence[Block], tokens: Tokens) -> Floats:
        ends = [b.text.split()[-1] for b in blocks]
        return np.asarray([95 if end == "mehr" else int(end) for end in ends], dtype=np.float32) / 100


def test_a_quote_of_the_text_in_large_letters_goes() -> None:
    body = f"{paragraph('a', 99, 2)}<p>b Das Netz am Kanal trägt auch im kalten Winter, sagte die Leiterin. {SENTENCE} 99</p>"
    large = "<blockquote>Das Netz am Kanal trägt auch im kalten Winter 90</blockquote>"
    assert chosen(body.replace("</p><p>", f"</p>{large}<p>")) == ["a", "b"]
    other = "<blockquote>Wir haben lange auf diesen Tag und auf Wärme gewartet 90</blockquote>"
    assert chosen(body.replace("</p><p>", f"</p>{other}<p>")) == ["a", "Wir", "b"], "said only here"
    assert chosen(body.replace("</p><p>", f"</p>{large.replace('blockquote', 'p')}<p>")) == ["a", "Das", "b"]
    blocks = blocks_of(body.replace("</p><p>", f"</p>{large}<p>"))
    assert len(select(blocks, Known(), Scored(), allowed=blocks).blocks) == 3, "a site rule knows better"


def test_a_heading_with_nothing_below_goes() -> None:
    body = "".join(paragraph(n, 99, 4) for n in "abc")
    assert chosen(f"{body}<h3>Testen 90</h3>") == ["a", "b", "c"]
    assert chosen(f"{body}<h3>Eins 90</h3><h3>Zwei 90</h3>") == ["a", "b", "c", "Eins", "Zwei"], "a list in headings"
    assert chosen(f"{body}<h3>Testen 90</h3>{paragraph('d', 99)}") == ["a", "b", "c", "Testen", "d"]


@pytest.mark.parametrize("head", ["Antworten auf die wichtigsten Fragen", "Diskussion", "Ein Kommentar", "Kommentar"])
def test_what_an_article_may_have_for_a_subhead(head: str) -> None:
    html = "".join(paragraph(n, 99, 4) for n in "abc") + f"<h3>{head}</h3>{paragraph('d', 99)}"
    assert len(select(blocks_of(html), Known(), NoHeads()).blocks) == 4


def test_what_is_hidden_goes_and_the_folded_rest_of_an_article_stays() -> None:
    body = "".join(paragraph(n, 99, 4) for n in "abc")
    hidden = paragraph("x", 95).replace("<p>", "<p hidden>")
    assert chosen(f"<div>{body}{hidden}{paragraph('d', 99)}</div>") == ["a", "b", "c", "d"]
    assert chosen(f"<div>{body}{hidden}{hidden.replace('x', 'y')}</div>") == ["a", "b", "c", "x", "y"], "each folded"
    notes = f"<div style='display: none'>{paragraph('x', 55)}{paragraph('y', 60)}</div>"
    assert chosen(f"<div>{body}{notes}</div>") == ["a", "b", "c"]
    answer = f"<div hidden>{paragraph('x', 95)}</div>"
    assert chosen(f"<div>{body}{answer}</div>") == ["a", "b", "c", "x"], "folded"
    folded = f"<div style='display: none'>{paragraph('x', 95)}{paragraph('y', 95)}</div>"
    assert chosen(f"<div>{body}{folded}</div>") == ["a", "b", "c", "x", "y"], "paragraphs of the article"
    rest = f"<div hidden>{paragraph('x', 70, 8)}</div>"
    assert chosen(f"<div>{body}{rest}</div>") == ["a", "b", "c", "x"], "as long as the article"


def test_captions_of_a_gallery_go_where_they_are_not_the_story() -> None:
    body = "".join(paragraph(n, 99, 4) for n in "abc")
    slides = "".join(f"<li><p>{n} Der Bagger am Kanal 90</p></li>" for n in "xyz")
    assert chosen(f"<div>{body}<div class=bildstrecke><ul>{slides}</ul></div>{paragraph('d', 99)}</div>") == [
        "a", "b", "c", "d",
    ]  # fmt: skip
    assert chosen(f"<div>{paragraph('a', 99)}<div class=gallery><ul>{slides}</ul></div></div>") == ["a", "x", "y", "z"]
    told = f"<div class=gallery>{paragraph('x', 90, 3)}</div>"
    assert chosen(f"<div>{body}{told}</div>") == ["a", "b", "c", "x"], "too long for a caption"


def test_subheads_that_look_alike_stay_together() -> None:
    def entry(n: str, percent: int, names: str = "kopf") -> str:
        return f"<div class=entry><h3 class={names}>{n} {percent}</h3><div>{paragraph(n * 2, 95, 3)}</div></div>"

    menu = "<a href=x>Weiter</a>"
    assert chosen(f"<div>{entry('a', 70)}{menu}{entry('b', 20)}</div>") == ["a", "aa", "b", "bb"]
    assert chosen(f"<div>{entry('a', 70)}{menu}{entry('b', 20, 'links')}</div>") == ["a", "aa", "bb"]


def test_a_list_of_which_most_stays_is_kept_to_its_end() -> None:
    def items(*percents: int) -> str:
        return "<ul>" + "".join(f"<li>{'klmn'[i]} Milch {percent}</li>" for i, percent in enumerate(percents)) + "</ul>"

    body = paragraph("a", 99, 4)
    assert chosen(f"<div>{body}{items(90, 90, 20)}</div>") == ["a", "k", "l", "m"]
    assert chosen(f"<div>{body}{items(90, 90, 10)}</div>") == ["a", "k", "l"]
    assert chosen(f"<div>{body}{items(90, 20, 20, 20)}</div>") == ["a", "k"]


def test_a_short_line_between_paragraphs_beside_it_is_a_subhead() -> None:
    def page(text: str, box: str = "div") -> str:
        parts = (
            f"<div class=p>a {SENTENCE} 99</div>",
            f"<{box} class=h>{text} 25</{box}>",
            f"<div class=p>b {SENTENCE} 99</div>",
        )
        return f"<div>{''.join(parts)}</div>"

    assert chosen(page("h Was der Test im Alltag zeigt")) == ["a", "h", "b"]
    assert chosen(page(f"h {SENTENCE}")) == ["a", "b"], "too long for a subhead"
    assert chosen(page("<div>h Was der Test im Alltag zeigt 25</div>").replace("</div> 25", "</div>")) == ["a", "b"], (
        "in a box of its own"
    )


def test_a_caption_between_paragraphs_fills_no_gap() -> None:
    def page(box: str, others: str = "") -> str:
        inside = f"<div class='{box}'><div>{paragraph('x', 30)}</div></div>"
        return f"<div class='{others}'>{paragraph('a', 99, 3)}{inside}{paragraph('b', 99, 3)}</div>"

    assert chosen(page("text")) == ["a", "x", "b"]
    assert chosen(page("image-text")) == ["a", "b"]
    assert chosen(page("image-text", "has-image")) == ["a", "x", "b"], "the article's own boxes are named so"


def test_a_label_in_bold_stays_between_its_neighbours() -> None:
    page = f"<div>a {SENTENCE} 99<br><br><b>Der Preis</b><br><br>b {SENTENCE} 99</div>"
    assert chosen(page) == ["a", "Der", "b"]
    assert chosen(f"<div><b>Der Preis</b><br><br>b {SENTENCE} 99</div>") == ["b"], "above the article"
    assert chosen(page.replace("Der Preis", "Anzeige")) == ["a", "b"]


def test_the_next_article_of_a_page_that_scrolls_on_is_another_one() -> None:
    def article(name: str, title: str = "h1") -> str:
        return f"<article><{title}>{name}0 {SENTENCE} 3</{title}>{paragraph(name + '1', 95, times)}</article>"

    times = 9

    assert chosen(f"<main>{article('a')}{article('b')}{article('c')}</main>") == ["a1"]
    assert chosen(f"<main>{article('a')}{article('b', 'h2')}</main>") == ["a1", "b1"]
    assert chosen(f"<main><h1>{SENTENCE} 3</h1>{article('a')}{article('b')}</main>") == ["a1", "b1"]  # a live blog
    assert chosen(f"<article>{article('a')}{article('b')}</article>") == ["a1", "b1"]
    assert chosen(article("a") + article("b"), Known(f"b0 {SENTENCE} 3")) == ["a1", "b1"]
    times = 3
    assert chosen(article("a") + article("b") + article("c")) == ["a1", "b1", "c1"], "a list of entries"


def test_an_appeal_for_money_takes_its_box_along() -> None:
    body = "<div class=story>" + "".join(paragraph(n, 90, 4) for n in "abc") + "</div>"
    ask = f"{paragraph('x', 79)}<p>Unterstützen Sie unsere Arbeit mit einem Beitrag Ihrer Wahl. 79</p>"
    assert chosen(f"{body}<section>{ask}</section>") == ["a", "b", "c"]
    assert chosen(f"{body}<section>{paragraph('s', 95)}{ask}</section>") == ["a", "b", "c", "s", "x"]
    assert chosen(f"<div>{paragraph('a', 79, 3)}{ask}</div>") == ["a", "x"]  # the box is the article's


def test_a_notice_takes_the_heading_of_its_box_along() -> None:
    sign_up = "<p>Hier können Sie sich zum Newsletter anmelden: 90</p>"
    heading, body = "<h3>Mehr davon im Postfach 60</h3>", "".join(paragraph(n, 95) for n in "abc")
    assert chosen(f"<div>{body}<div>{heading}{sign_up}</div>{paragraph('d', 95)}</div>") == ["a", "b", "c", "d"]
    assert chosen(f"<div>{body}{heading}{sign_up}{paragraph('d', 95)}</div>") == ["a", "b", "c", "Mehr", "d"]


def test_a_subhead_right_above_the_text_stays_below_an_advert() -> None:
    def page(box: str, subhead: str = "<h2>sub 20</h2>") -> str:
        advert = "<aside><p>Diese Woche mit einem Drittel Rabatt für alle. 5</p></aside>"
        return f"<div>{paragraph('a', 99, 4)}{advert}<{box}>{subhead}{paragraph('b', 99, 4)}</{box}></div>"

    assert chosen(page("span")) == ["a", "sub", "b"]
    assert chosen(page("span", "<h2>sub 10</h2>")) == ["a", "b"]
    assert chosen(page("section")) == ["a", "b"]  # the box of another text


def test_a_list_with_its_subhead_stays_between_two_that_stay() -> None:
    items = "".join(f"<li>{n} Ein Gerät, das lange hält und wenig kostet 20</li>" for n in "xyz")
    assert chosen(f"{paragraph('a', 99, 4)}<h2>sub 20</h2><ul>{items}</ul>{paragraph('b', 99, 4)}") == [
        "a",
        "sub",
        "x",
        "y",
        "z",
        "b",
    ]
    assert chosen(f"{paragraph('a', 99, 4)}<ul>{items}</ul>{paragraph('n', 20)}{paragraph('b', 99, 4)}") == ["a", "b"]
    assert chosen(f"{paragraph('a', 99, 4)}<ul>{items}</ul>") == ["a"]


def test_an_unsure_box_does_not_shut_others_out() -> None:
    body = "<div class=story>" + "".join(paragraph(n, 80, 4) for n in "abc") + "</div>"
    assert chosen(body + "<div class=more>" + paragraph("x", 70) + "</div>") == ["a", "b", "c", "x"]


def test_a_likely_lead_between_headline_and_body_is_taken() -> None:
    head = "<h1>Netz wird neu gebaut 5</h1>"
    body = "<div class=story>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    known = Known(title="Netz wird neu gebaut 5")
    assert chosen(head + paragraph("lead", 35) + body, known) == ["lead", "a", "b", "c"]
    assert chosen(paragraph("early", 35) + head + body, known) == ["a", "b", "c"], "above the headline"
    assert chosen(head + "<p>Von Marta Muster und Max Beispiel am Abend 35</p>" + body, known) == ["a", "b", "c"], (
        "a byline"
    )


def test_the_stated_description_needs_less() -> None:
    lead = paragraph("lead", 20)
    body = "<div class=story>" + "".join(paragraph(n, 99, 4) for n in "abc") + "</div>"
    assert chosen(lead + body, Known(lead=f"lead {SENTENCE}")) == ["lead", "a", "b", "c"]
    assert chosen(lead + body) == ["a", "b", "c"]


def test_a_subhead_or_like_paragraph_between_kept_ones_fills_the_gap() -> None:
    head = "<h2>zwischen 20</h2>"
    assert chosen(paragraph("a", 99, 3) + head + paragraph("b", 99, 3)) == ["a", "zwischen", "b"]
    boxed = f"<div>{head.replace('h2', 'h1')}</div>"
    assert chosen(paragraph("a", 99, 3) + boxed + paragraph("b", 99, 3)) == ["a", "zwischen", "b"]
    assert chosen(paragraph("a", 99, 3) + paragraph("b", 99, 3) + head) == ["a", "b"], "at the end"
    like = paragraph("wie", 25, 1, "p", "text") + paragraph("b", 99, 3, "p", "text")
    assert chosen(paragraph("a", 99, 3, "p", "text") + like) == ["a", "wie", "b"]
    unlike = paragraph("anders", 25, 1, "div", "note") + paragraph("b", 99, 3, "p", "text")
    assert chosen(paragraph("a", 99, 3, "p", "text") + unlike) == ["a", "b"]


@pytest.mark.parametrize("tag", ["summary", "pre"])
def test_questions_that_unfold_and_code_fill_a_gap(tag: str) -> None:
    part = f"<details><{tag}>zwischen 20</{tag}></details>"
    assert chosen(paragraph("a", 99, 3) + part + paragraph("b", 99, 3)) == ["a", "zwischen", "b"]


def test_the_title_beside_a_date_is_no_text() -> None:
    body = "".join(paragraph(n, 99, 4) for n in "abc")
    known = Known(title="Stadtwerke bauen ein Netz am Kanal")
    assert chosen("<div>08.04.2025 Stadtwerke bauen ein Netz am Kanal 90</div>" + body, known) == ["a", "b", "c"]
    lead = f"<p>Stadtwerke bauen ein Netz am Kanal: {SENTENCE} 90</p>"
    assert chosen(lead + body, known) == ["Stadtwerke", "a", "b", "c"], "a lead says more"
    other = "<div>08.04.2025 Stadtwerke melden im Mai Gewinn 90</div>"
    assert chosen(other + body, known) == ["08.04.2025", "a", "b", "c"], "other words than the title"
    short = "<div>08.04.2025 Stadtwerke melden Gewinn für alle 90</div>"
    assert chosen(short + body, Known(title="Stadtwerke melden Gewinn"))[0] == "08.04.2025"


def test_headings_above_the_body_that_say_the_title_go() -> None:
    body = "".join(paragraph(n, 99, 4) for n in "abc")
    known = Known(title="Stadtwerke bauen Netz am Kanal 90")
    assert chosen("<h1>ganz anders formuliert hier oben 90</h1>" + body, known) == ["a", "b", "c"]
    assert chosen("<h2>Energie: Stadtwerke bauen Netz am Kanal 90</h2>" + body, known) == ["a", "b", "c"]
    assert chosen("<h2>Worum es geht und warum jetzt 90</h2>" + body, known)[0] == "Worum"
    assert "Netz" in chosen(body + "<h2>Netz am Kanal kommt spät 90</h2>" + body.replace(">a", ">d"), known), "below it"


def test_only_what_a_site_rule_allows_is_chosen() -> None:
    blocks = blocks_of("".join(paragraph(n, 99, 3) for n in "abc"))
    assert [b.text[0] for b in select(blocks, Known(), Scored(), allowed=[blocks[0], blocks[2]]).blocks] == ["a", "c"]


def test_a_long_text_that_is_there_twice_is_chosen_once() -> None:
    assert chosen(paragraph("a", 99) + paragraph("b", 99) + paragraph("a", 99)) == ["a", "b"]


def row_of(html: str, at: int = 0) -> dict[str, float]:
    blocks = blocks_of(html)
    table = measure(blocks, Tokens(blocks), default_model().lexicon)
    return dict(zip(COLUMNS, table[at].tolist(), strict=True))


def test_features_of_a_paragraph() -> None:
    row = row_of(f"<article><p>{SENTENCE} <a href=x>Mehr</a></p></article>")
    assert row["words"] == len(SENTENCE.split()) + 1
    assert row["tag_p"] == row["in_article"] == 1
    assert row["ends_sentence"] == 0
    assert 0 < row["linked"] < 0.1
    assert row["function"] > 0.3


def test_features_of_neighbours_and_edges() -> None:
    html = f"<h2>Kopf der Seite</h2><p>{SENTENCE}</p>"
    assert row_of(html, at=1)["tag_h2@-1"] == 1
    assert row_of(html, at=0)["tag_p@+1"] == 1
    assert row_of(html, at=1)["tag_p@+1"] == -1, "there is none"


def test_shares_of_boxes_add_up() -> None:
    html = f"<div class=a><p>{SENTENCE}</p><p>{SENTENCE * 8}</p></div><div class=b><p>{SENTENCE} Drei.</p></div>"
    first, last = row_of(html, at=0), row_of(html, at=2)
    assert first["own_share"] + last["own_share"] == pytest.approx(1.0)
    assert (first["near_top"], last["near_top"]) == (0, 2), "the main box, and a box beside it"


def test_no_blocks_no_rows() -> None:
    assert measure([], Tokens([]), default_model().lexicon).shape == (0, len(COLUMNS))


def test_blocks_that_look_the_same_are_counted_together() -> None:
    html = f"<div class=a><p>{SENTENCE}</p><p>{SENTENCE} Zwei.</p></div><div class=b><p>{SENTENCE} Drei.</p></div>"
    first, last = row_of(html, at=0), row_of(html, at=2)
    assert (first["sig_count"], last["sig_count"]) == (2, 1)
    assert first["sig_share"] + last["sig_share"] == pytest.approx(1.0)


def test_words_are_folded_to_small_letters_without_signs() -> None:
    assert [w.decode("latin-1") for w in words_of("„Für ÄRZTE“: 2,5 Mio. – E-Mail_an\u00a0ß…")] == [
        "für", "ärzte", "2", "5", "mio", "e", "mail_an", "ß",
    ]  # fmt: skip
    assert words_of("Łódź") == words_of("łódź")
    assert words_of("\x01 😀 ★") == []


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Zl", "Zp", "Cc"]), min_size=1), min_size=1)
)
def test_tokens_are_the_words_of_each_block(texts: list[str]) -> None:
    template = blocks_of("<p>x</p>")[0]
    made = [Block(" ".join(t.split()) or "x", template.box, "p", 0, 0, 0, 0) for t in texts]
    tokens = Tokens(made)
    assert [tokens.of(i) for i in range(len(made))] == [words_of(b.text) for b in made]
    assert tokens.heads == [words_of(b.text)[:HEAD] for b in made]


def test_shingles_tell_order() -> None:
    reference = Shingles("eins zwei drei vier fünf")
    assert reference.overlap([b"zwei", b"drei", b"vier"]) == 1.0
    assert reference.overlap([b"vier", b"drei", b"zwei"]) == 0.0
    assert reference.overlap([b"drei"]) == 1.0
    assert reference.overlap([]) == 0.0
    assert Shingles(None).overlap([b"drei"]) == 0.0


def columns(names: Sequence[str], rows: Sequence[Sequence[float]]) -> list[dict[str, float]]:
    return [dict(zip(names, row, strict=True)) for row in zip(*rows, strict=True)]


def test_lexicon_counts_kinds_of_words_and_weighs_names() -> None:
    lexicon = Lexicon(["einverstanden", "newsletter"], {"teaser": -1.0, "article": 1.0})
    blocks = blocks_of(
        '<div class="article-teaser"><p class="x">Das sagte der Mann</p></div><p>Newsletter?</p><p>…</p>'
    )
    first, second, third = columns(WORD_COLUMNS, lexicon.word_rows(Tokens(blocks)))
    assert first == {"function": 0.5, "boilerplate": 0.0}
    assert second == {"function": 0.0, "boilerplate": 1.0}
    assert set(third.values()) == {0.0}, "no words"
    boxes, outers = [b.box for b in blocks], [outer_box(b) for b in blocks]
    row = columns(NAME_COLUMNS, lexicon.name_rows(boxes, outers))[0]
    assert (row["name_parent"], row["name_low"]) == (0.0, 0.0), "teaser and article cancel out"
    assert columns(NAME_COLUMNS, Lexicon([], {"teaser": -1.0}).name_rows(boxes, outers))[0]["name_low"] == -1.0


def test_the_start_of_a_long_block_is_enough_for_the_lexicon() -> None:
    blocks = blocks_of("<p>" + "wort " * HEAD + "login</p><p>login" + " wort" * 29 + "</p>")
    late, early = columns(WORD_COLUMNS, Lexicon(["login"], {}).word_rows(Tokens(blocks)))
    assert (late["boilerplate"], early["boilerplate"]) == (0.0, pytest.approx(1 / HEAD))


def test_only_words_of_many_publishers_enter_the_lexicon() -> None:
    def page(extra: str) -> list[Block]:
        return blocks_of(f"<p>bericht {extra}</p><p>newsletter</p>")

    pages = [
        (f"p{i}", True, page("eigenname" if i < 3 else "anderes"), np.asarray([1.0, 0.0], dtype=np.float32))
        for i in range(10)
    ]
    assert Evidence.collect(pages).lexicon(f"p{i}" for i in range(10)).boilerplate == ["newsletter"]
    assert not Evidence.collect(pages).lexicon(["p0", "p1"]).boilerplate


def toy_forest(seed: int = 0) -> tuple[Floats, Floats, dict[str, object]]:
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(600, 4)).astype(np.float32)
    target = ((table[:, 0] > 0) & (table[:, 2] > 0)).astype(np.float32)
    return (
        table,
        target,
        fit_forest(
            table, target, np.ones(600, dtype=np.float32), "abcd", Boosting(trees=40, depth=3, columns=1.0), seed
        ),
    )


def test_a_forest_learns_what_depends_on_two_columns() -> None:
    table, target, data = toy_forest()
    forest = Forest.from_json(data, "abcd")  # type: ignore[arg-type]
    p = forest.probability(table)
    assert ((p > 0.5) == (target > 0.5)).mean() > 0.97
    assert ((p >= 0) & (p <= 1)).all()


def test_a_forest_finds_its_columns_by_name() -> None:
    table, _, data = toy_forest()
    moved = Forest.from_json(data, "dcba").margin(table[:, ::-1].copy())  # type: ignore[arg-type]
    assert np.array_equal(moved, Forest.from_json(data, "abcd").margin(table))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown features"):
        Forest.from_json(data, "xyz")  # type: ignore[arg-type]


def test_the_answers_of_a_tree_fit_into_a_byte() -> None:
    deep = {"names": ["a"], "feature": [[0] * 9], "threshold": [[0.0] * 9], "leaf": [[0.0] * 512], "bias": 0.0}
    with pytest.raises(ValueError, match="more than 8 questions"):
        Forest.from_json(deep, ["a"])


def test_the_same_seed_gives_the_same_forest() -> None:
    assert toy_forest()[2] == toy_forest()[2]


def test_the_shipped_model_says_what_it_was_trained_on() -> None:
    import json
    from importlib import resources

    data = json.loads(resources.files("presseschau.extract.body").joinpath("model.json").read_text(encoding="utf-8"))
    assert data["provenance"]["trained_on"]
    assert data["provenance"]["left_out_mean"]["news"] >= 0.97
    assert default_model() is default_model()


HEADS = "".join(
    f'<div class="t"><h2><a href=/{i}>Eine Schlagzeile über etwas anderes, das heute in der Stadt passiert {i}</a></h2><p>{SENTENCE}</p></div>'
    for i in range(9)
)


def test_listing_by_headlines_that_lead_elsewhere() -> None:
    blocks = blocks_of(HEADS)
    assert is_listing(blocks, blocks, (), "https://x.example/thema")
    assert not is_listing(blocks, blocks, ("NewsArticle",), "https://x.example/thema"), "it calls itself an article"
    plain = blocks_of(f"<p>{SENTENCE}</p>" * 9)
    assert not is_listing(plain, plain, (), "https://x.example/"), "no headlines"


def test_a_short_list_is_a_listing_where_all_of_the_text_hangs_under_headlines() -> None:
    def teasers(n: int) -> list[Block]:
        link = "<h3><a href='/a'>Eine Überschrift, die woanders hin führt, Folge {}</a></h3>"
        return blocks_of("".join(f"{link.format(i)}<p>{SENTENCE} {i}</p>" for i in range(n)))

    blocks = teasers(4)
    assert is_listing(blocks, blocks, (), "https://x.example/suche")
    assert not is_listing(teasers(2), teasers(2), (), "https://x.example/suche")
    mixed = blocks + blocks_of(f"<p>{SENTENCE}</p>" * 5)
    assert not is_listing(mixed, mixed, (), "https://x.example/artikel"), "an article that points to four others"


def test_a_listing_whose_headlines_start_the_teasers() -> None:
    teaser = f"<p><a href='/a'>Eine Überschrift, die woanders hin führt</a><br>{SENTENCE}</p>"
    blocks = blocks_of(teaser * 6)
    assert is_listing(blocks, blocks, (), "https://x.example/thema")
    assert not is_listing(blocks, blocks, ("Article",), "https://x.example/links-der-woche")
    mixed = blocks_of(teaser * 3 + f"<p>{SENTENCE}</p>" * 3)
    assert not is_listing(mixed, mixed, (), "https://x.example/artikel")


def test_listing_by_its_own_account() -> None:
    blocks = blocks_of(f"<div><p>{SENTENCE}</p></div>" + HEADS.replace(SENTENCE, "") + "<p>Ende</p>")
    text = blocks[:1]
    assert is_listing(blocks, text, ("CollectionPage",), "https://x.example/thema")
    assert is_listing(blocks, text, (), "https://x.example/")
    assert not is_listing(blocks, text, (), "https://x.example/artikel-ueber-etwas")
    few = blocks_of("<p>Kurz gesagt.</p>" + HEADS[: HEADS.index("</div>") + 6].replace(SENTENCE, "") + "<p>Ende</p>")
    assert not is_listing(few, few[:1], (), "https://x.example/"), "a short text above a link to another"


@given(st.lists(st.tuples(st.sampled_from(["p", "div", "h2", "li"]), st.integers(0, 99)), max_size=25))
def test_what_is_chosen_keeps_its_order(parts: list[tuple[str, int]]) -> None:
    html = "".join(f"<{tag}>n{i} {SENTENCE} {percent}</{tag}>" for i, (tag, percent) in enumerate(parts))
    places = [int(name[1:]) for name in chosen(html)]
    assert places == sorted(set(places))


def test_long_pages_are_weighed_in_parts() -> None:
    forest = default_model().forest
    table = np.random.default_rng(1).random((9001, len(COLUMNS)), dtype=np.float32)
    some = [0, 4095, 4096, 8191, 8192, 9000]
    assert np.array_equal(forest.margin(table)[some], forest.margin(table[some]))
    assert forest.margin(table[:0]).shape == (0,)
