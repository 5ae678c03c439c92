"""A link to Creative Commons is the page's licence where its words say so, and nowhere else."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau import extract_html
from presseschau.extract.metadata.license import stated_license

BY = '<a href="https://creativecommons.org/licenses/by/4.0/deed.de">CC BY 4.0</a>'
STORY = "<p>" + "Die Stadtwerke bauen ein Netz, das allen gehört, und reden darüber. " * 12 + "</p>"


def license_of(body: str) -> str | None:
    return stated_license(LexborHTMLParser(f"<html><body><article>{STORY}</article>{body}</body></html>"))


@pytest.mark.parametrize(
    "body",
    [
        f"<footer><p>Alle Inhalte stehen, soweit nicht anders vermerkt, unter {BY}</p></footer>",
        f"<div>Dieser Text wurde unter der Lizenz <b>{BY}</b> veröffentlicht. Fotos sind ausgenommen.</div>",
        f"<small>This work is licensed under a {BY} licence.</small>",
        f"<p>Texte dieses Blogs stehen unter {BY}</p><p>Artikel sind lizenziert: {BY}</p>",
    ],
)
def test_words_about_the_text_make_it_the_licence(body: str) -> None:
    assert license_of(body) == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    "body",
    [
        f"<figure><img src='x.jpg'><figcaption>Dieses Werk steht unter {BY}</figcaption></figure>",
        f"<p>Foto: Eva Muster, das Werk steht unter {BY}</p>",
        f"<p>Bild dieser Seite lizenziert unter {BY}</p>",
        f"<p>Theme von Muster, {BY}</p>",
        f"<p>Was ist {BY}?</p>",
        f"<p>{'Die Lizenz ist ein langes Thema. ' * 30} Texte stehen unter {BY}</p>",
        f"<p>Texte stehen unter {BY}</p><p>Texte stehen unter {BY.replace('by/', 'by-sa/')}</p>",
        "<p>Texte stehen unter <a href='https://creativecommons.org/about/'>Creative Commons</a></p>",
        "",
    ],
)
def test_other_links_do_not(body: str) -> None:
    assert license_of(body) is None


def test_the_document_has_it() -> None:
    page = f"<html><body><article><h1>Netz</h1>{STORY}</article><footer><p>Texte stehen unter {BY}</p></footer></body></html>"
    assert extract_html(page.encode()).license == "https://creativecommons.org/licenses/by/4.0/"
    stated = page.replace("<body>", "<head><link rel=license href='https://blatt.example/lizenz'></head><body>")
    assert extract_html(stated.encode()).license == "https://blatt.example/lizenz"
