"""The block model: how likely each block of a page is part of its article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from presseschau.extract.body.blocks import Block
from presseschau.extract.body.features import COLUMNS, measure
from presseschau.extract.body.lexicon import Lexicon
from presseschau.extract.body.tokens import Tokens
from presseschau.extract.forest import Floats, Forest


@dataclass(frozen=True, slots=True)
class Model:
    """What tells article from boilerplate: the lexicon gives some of the columns, the forest weighs them all."""

    lexicon: Lexicon
    forest: Forest

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Model:
        """From what `scripts/train_extractor.py` writes."""
        lexicon = Lexicon(data["lexicon"]["boilerplate"], data["lexicon"]["names"])
        return cls(lexicon, Forest.from_json(data["forest"], COLUMNS))

    def probability(self, blocks: Sequence[Block], tokens: Tokens) -> Floats:
        """Probability per block that it is part of the article."""
        return self.forest.probability(measure(blocks, tokens, self.lexicon))


@cache
def default_model() -> Model:
    """The model that is shipped with the package."""
    return Model.from_json(orjson.loads((Path(__file__).parent / "model.json").read_bytes()))
