"""What the results of a stage rest on."""

from __future__ import annotations

from typing import Any

from presseschau.dedup import Dedup
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.masking import Masking
from presseschau.pipeline.keys import extract_key, pairs_key
from presseschau.pipeline.pages import PageStages
from presseschau.read import open_source


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
