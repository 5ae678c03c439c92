"""What a page's metadata says about its article, and how much of it a block says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from presseschau.extract.body.tokens import words_of


class Shingles:
    """Share of a block's words that stand in a reference text in the same order.

    Attributes:
        words: `words_of` the reference.
        known: Its runs of three words.
        joined: Its words with a blank around each, b"" where there are none.
    """

    __slots__ = ("joined", "known", "words")

    def __init__(self, text: str | None) -> None:
        words = self.words = words_of(text or "")
        self.known = set(zip(words, words[1:], words[2:], strict=False))
        self.joined = b" %b " % b" ".join(words) if words else b""

    def overlap(self, words: Sequence[bytes]) -> float:
        """0 to 1; of fewer than three words, whether they stand there."""
        if not words or not self.joined:
            return 0.0
        if len(words) < 3:
            return float(b" %b " % b" ".join(words) in self.joined)
        hits = sum(map(self.known.__contains__, zip(words, words[1:], words[2:], strict=False)))
        return hits / (len(words) - 2)


@dataclass(frozen=True)
class Known:
    """What the page's metadata says about its article.

    Attributes:
        title: Headline.
        lead: Description.
        article_body: The text in JSON-LD, where it has one.
    """

    title: str | None = None
    lead: str | None = None
    article_body: str | None = None

    @cached_property
    def title_words(self) -> list[bytes]:
        """Of the headline."""
        return words_of(self.title or "")

    @cached_property
    def lead_shingles(self) -> Shingles:
        """Of the description."""
        return Shingles(self.lead)
