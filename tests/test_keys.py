"""What the results of a stage rest on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from presseschau.dedup import Dedup
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.label import Labeler, load_scheme
from presseschau.masking import Masking
from presseschau.pipeline.contents import digest_of
from presseschau.pipeline.keys import extract_key, label_key, pairs_key
from presseschau.pipeline.pages import PageStages
from presseschau.read import open_source
from presseschau.stable import sha256


def stages(**other: Any) -> PageStages:
    return PageStages(open_source("html", __file__), Extractor(), **{"filter": Filter(), "dedup": Dedup(), **other})


def test_only_what_can_change_a_page_is_in_the_key_of_the_page_stages() -> None:
    key = extract_key(stages()).key
    assert key == extract_key(stages(dedup=Dedup(jaccard=0.9, containment=0.95, near="keep", bucket=30))).key
    assert key != extract_key(stages(dedup=Dedup(bands=20))).key
    assert key != extract_key(stages(dedup=Dedup(seed=1))).key


def test_other_shingles_compare_all_pairs_again() -> None:
    assert pairs_key(5).changed(pairs_key(4).parts) == ["words"]


def test_what_changed_is_named() -> None:
    one = extract_key(stages())
    other = stages(seconds=10.0, filter=Filter(min_words=7), mask=Masking(phone=False))
    assert one.changed(extract_key(other).parts) == ["filter.min_words", "mask.phone", "pipeline.page_seconds"]
    assert one.changed(one.parts) == []


def test_a_scheme_counts_with_the_lexicon_that_it_names(tmp_path: Path) -> None:
    scheme, lexicon = tmp_path / "scheme.yaml", tmp_path / "lexicon.yaml"
    classes = "classes: [{key: garden}, {key: other}]"
    scheme.write_text(f"topic: {{{classes}}}", encoding="utf-8")
    assert digest_of("label.scheme", scheme) == sha256(scheme.read_bytes())
    load_scheme.cache_clear()
    scheme.write_text(f"topic: {{lexicon: lexicon.yaml, {classes}}}", encoding="utf-8")
    keys = []
    for term in ("Beet", "Laube"):
        lexicon.write_text(f"groups: [{{label: garden, name: a, weight: 1, terms: {term}}}]", encoding="utf-8")
        keys.append(label_key("", Labeler(scheme=scheme)))
    assert keys[0].changed(keys[1].parts) == ["label.scheme"]
