"""What a duplicate is: the thresholds, and the signatures by which candidates for them are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from presseschau.dedup import signature
from presseschau.dedup.candidates import Bounds
from presseschau.dedup.signature import Signature


@dataclass(frozen=True, slots=True)
class Dedup:
    """One row per article, and no article twice.

    Attributes:
        near: `drop` sends near-duplicates and contained texts to the ledger, `keep` leaves them in, all in one cluster.
        jaccard: Two texts with at least this share of common shingles are duplicates.
        containment: So are two of which the shorter has at least this share of its shingles in the longer.
        related: From this Jaccard on, two articles share a cluster. Not containment: at 0.5 of it, on 4,400 real
            articles, house notices chained 88 unrelated short ones into one cluster.
        shingle_words: Words per shingle. Five: of an article's prints 2.7 % occur in others too, with four 6.1 % (4,000
            newspaper articles), nearly all of them phrases; texts that differ in every 15th word are still related.
        bands: MinHash bands; 21 x 6 finds a pair at Jaccard 0.8 with probability .998, 16 x 8 only with .95.
        rows: MinHash values per band.
        window: Shingles per winnowing window, a power of two; every common passage of `window + shingle_words - 1`
            words leaves a common print.
        bucket: See `Bounds`.
        anchors: See `Bounds`.
        seed: Chooses the hash functions.
    """

    near: Literal["drop", "keep"] = "drop"
    jaccard: float = 0.8
    containment: float = 0.9
    related: float = 0.5
    shingle_words: int = 5
    bands: int = 21
    rows: int = 6
    window: int = 16
    bucket: int = 24
    anchors: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        if self.near not in ("drop", "keep"):
            raise ValueError(f"dedup.near must be drop or keep, not {self.near!r}")
        for name in ("jaccard", "containment", "related"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"dedup.{name} must be above 0 and at most 1, not {getattr(self, name)!r}")
        if self.related > self.jaccard:
            raise ValueError(f"dedup.related ({self.related}) must not exceed dedup.jaccard ({self.jaccard})")
        for name in ("shingle_words", "bands", "rows"):
            if not 1 <= getattr(self, name) <= 1000:
                raise ValueError(f"dedup.{name} must be 1 to 1000, not {getattr(self, name)!r}")
        if self.window < 1 or self.window & (self.window - 1):
            raise ValueError(f"dedup.window must be a power of two, not {self.window!r}")
        if self.seed < 0:
            raise ValueError(f"dedup.seed must not be negative, not {self.seed!r}")
        self.bounds()  # checks its own

    def bounds(self) -> Bounds:
        """The bounds on pairs per bucket; the fewer prints a larger window leaves, the fewer a pair must share."""
        return Bounds(self.bucket, self.anchors, share=0.34 / (self.window + 1))

    def sign(self, text: str) -> Signature:
        """The signature of one text; depends on nothing but the text and this config."""
        return signature.sign(
            text, shingle_words=self.shingle_words, bands=self.bands, rows=self.rows, window=self.window, seed=self.seed
        )
