"""Shadow trees in the markup of a page."""

from __future__ import annotations

from presseschau import extract_html
from presseschau.extract.shadow import shown

SENTENCE = "Die Stadtwerke haben am Dienstag ihre Pläne für das neue Netz vorgestellt und viele Fragen beantwortet."


def test_an_article_in_a_shadow_tree_is_read() -> None:
    body = "".join(f"<p>{word} {SENTENCE} {SENTENCE}</p>" for word in ("Eins.", "Zwei.", "Drei.", "Vier."))
    inside = f"<template shadowrootmode='open'><article><h1>Das Netz</h1>{body}</article></template>"
    text = extract_html(f"<title>Das Netz</title><x-page>{inside}<x-menu></x-menu></x-page>").text
    assert text.count("Stadtwerke") == 8


def test_other_templates_stay_unseen() -> None:
    page = b"<template><p>{{name}}</p></template><template shadowroot=open><template>a</template>b</template>"
    assert shown(page) == b"<template><p>{{name}}</p></template><div shadowroot=open><template>a</template>b</div>"
    assert shown(b"</template>shadowroot") == b"</template>shadowroot"
