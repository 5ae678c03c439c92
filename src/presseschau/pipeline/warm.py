"""Imported by the fork server alone: a made-up page goes through the page stages, which loads lexicons and models once.

Each worker would need a third of a second for it, and memory of its own.
"""

# ruff: noqa: E402
from __future__ import annotations

import gc

gc.disable()  # nearly all that is made here stays: looking for what does not takes a fifth of the time

import presseschau.pipeline.pages  # noqa: F401
from presseschau.dedup import Dedup
from presseschau.document import Document, Page
from presseschau.extract import Extractor
from presseschau.label import Labeler
from presseschau.language import detect_language
from presseschau.masking import Masking
from presseschau.pipeline.arrow import forgo_pandas

_PARAGRAPH = "<p>Am {}. Mai hat die Stadt das Gesetz geprüft, sagte die Ministerin. Die Firmen haben {} Jahre Zeit.</p>"
_PAGE = f"<article><h1>Neues Gesetz</h1>{''.join(_PARAGRAPH.format(n, n) for n in range(2, 10))}</article>"

article = Extractor()(Page("", "html", _PAGE.encode(), "https://www.blatt.example/politik/neues-gesetz"))
if isinstance(article, Document):
    Masking().document(article)
    detect_language(article.text)
    Dedup().sign(article.text)
    Labeler().label(article)
forgo_pandas()
gc.freeze()  # else workers copy what their collections go through, and the end of the fork server takes it all apart
gc.enable()
