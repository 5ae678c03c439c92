"""The published columns: the one table that shards, card, views and reference are generated from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

SCHEMA_VERSION = 1
# From least to most held out: a cluster, and a merge of clusters, goes where the most held-out of its articles goes.
SPLITS = ("train", "validation", "test", "test_temporal", "test_publisher")
TASKS = ("topic", "genre", "stance")  # the labels of an article
STANCES = ("favor", "against", "mixed", "neutral")

TIMESTAMP = pa.timestamp("s", tz="UTC")
SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())])
_DTYPES: Mapping[pa.DataType, str] = {
    pa.string(): "string",
    pa.float32(): "float32",
    pa.float64(): "float64",
    pa.int32(): "int32",
    pa.int64(): "int64",
    pa.bool_(): "bool",
    TIMESTAMP: "timestamp[s, tz=UTC]",
}


@dataclass(frozen=True, slots=True)
class LabelNames:
    """Class names in published order; their index is the stored value."""

    topic: tuple[str, ...]
    genre: tuple[str, ...]
    stance: tuple[str, ...] = STANCES

    def of(self, column: str) -> tuple[str, ...] | None:
        """The class names of a column, None where the column is no class label."""
        return {
            "topic": self.topic,
            "topic_secondary": self.topic,
            "genre": self.genre,
            "stance": self.stance,
        }.get(column)


@dataclass(frozen=True, slots=True)
class Column:
    """One published column: its name, Arrow type and meaning."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False


_S, _F, _L = pa.string(), pa.float32(), pa.int64()
_COLUMNS = (
    Column("id", _S, "First 16 hex digits of sha256 of the canonical URL (without URL: of the input text)"),
    Column("url", _S, "Canonical URL: no fragment, no tracking parameters", nullable=True),
    Column("publisher", _S, "Registrable domain of the publisher", nullable=True),
    Column("country", _S, "de, at, ch … where known", nullable=True),
    Column("title", _S, "Headline without the site's suffix", nullable=True),
    Column("teaser", _S, "Lead, also the first part of `text`", nullable=True),
    Column(
        "text", _S, "The article as its reader sees it: parts set apart by a blank line, title left out", nullable=True
    ),
    Column("published", TIMESTAMP, "First publication, UTC", nullable=True),
    Column("modified", TIMESTAMP, "Last change as stated, UTC", nullable=True),
    Column("crawled", TIMESTAMP, "When the page was fetched, UTC", nullable=True),
    Column("section", _S, "Section as the page states it", nullable=True),
    Column("keywords", pa.list_(_S), "Keywords as the page states them"),
    Column("agency", _S, "dpa, Reuters, AFP … where the text is agency copy", nullable=True),
    Column("language", _S, "ISO 639 code"),
    Column("language_score", _F, "How sure the language is, 0 to 1"),
    Column("topic", _L, "Primary topic"),
    Column("topic_secondary", _L, "Second topic where two are strong", nullable=True),
    Column("topic_confidence", _F, "Calibrated probability that `topic` is right"),
    Column("topic_source", _S, "rules, model, llm or human"),
    Column("genre", _L, "Genre"),
    Column("genre_confidence", _F, "Calibrated probability that `genre` is right"),
    Column("stance_target", _S, "The main evaluated object", nullable=True),
    Column("stance_target_type", _S, "product, company, technology, policy, person or other", nullable=True),
    Column("stance", _L, "The article's own evaluation of its target; null where no target was found", nullable=True),
    Column("stance_confidence", _F, "Calibrated probability that `stance` is right", nullable=True),
    Column("stance_source", _S, "rules, model, llm or human", nullable=True),
    Column("stance_evidence", pa.list_(SPAN), "Passages that carry the stance: code-point offsets into `text`"),
    Column("label_role", _S, "validation or training where people labelled the row", nullable=True),
    Column("cluster", _S, "Near-duplicate cluster; one cluster never spans two splits"),
    Column("tdm_reserved", pa.bool_(), "Text and data mining reserved; null: nothing was there to tell", nullable=True),
    Column("tdm_evidence", _S, "By what it is reserved", nullable=True),
    Column("text_sha256", _S, "sha256 of `text`"),
    Column("extractor", _S, "Name and version of what found the text"),
    Column("labeler", _S, "Name and version of what made the labels"),
)
AUTHORS = Column("authors", pa.list_(_S), "Author names: personal data, published only on request")
_TARGET_COLUMNS = (
    Column("id", _S, "The article's id in the other views"),
    Column("title", _S, "Headline without the site's suffix", nullable=True),
    Column("text", _S, "The article", nullable=True),
    Column("target", _S, "The given target, by the name that it was given by"),
    Column("kind", _S, "product, company, technology, policy, person or other, as given"),
    Column("mentions", pa.int32(), "Sentences that name it; the headline counts as one"),
    Column("stance", _L, "The article's own evaluation of the target"),
    Column("stance_confidence", _F, "How sure `stance` is, by the model of main targets; not calibrated here"),
    Column("stance_source", _S, "rules; human or llm where their stance of the article is toward this target"),
    Column("stance_evidence", pa.list_(SPAN), "Passages that carry the stance: code-point offsets into `text`"),
)
DATA, TARGETS = "data", "stance_targets"


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one dataset: the fixed ones, with the label names and the user's own columns of this build."""

    names: LabelNames
    extra: pa.StructType | None = None
    authors: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in published order."""
        own = (Column("extra", self.extra, "The user's own columns", nullable=True),) if self.extra is not None else ()
        return _COLUMNS + ((AUTHORS,) if self.authors else ()) + own

    @property
    def arrow(self) -> pa.Schema:
        """Arrow schema with the `huggingface` metadata that gives `datasets` the features, class names included."""
        info = {"info": {"features": self.features}}
        fields = [pa.field(c.name, c.type, nullable=True) for c in self.columns]
        return pa.schema(fields, metadata={"huggingface": orjson.dumps(info).decode()})

    @property
    def features(self) -> dict[str, Any]:
        """The features as `datasets.Features.to_dict()` writes them."""
        return {c.name: self._feature(c) for c in self.columns}

    def of(self, part: str) -> Schema:
        """The columns of the shards in one folder of the dataset."""
        return TargetSchema(self.names) if part == TARGETS else self

    def _feature(self, column: Column) -> dict[str, Any]:
        names = self.names.of(column.name)
        return {"names": list(names), "_type": "ClassLabel"} if names else _feature_of(column.type)


@dataclass(frozen=True, slots=True)
class TargetSchema(Schema):
    """The columns of `stance_targets`: one row for every article and given target that it mentions."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in published order."""
        return _TARGET_COLUMNS


def _feature_of(type_: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(type_):
        return {"feature": _feature_of(type_.value_type), "_type": "List"}
    if pa.types.is_struct(type_):
        return {field.name: _feature_of(field.type) for field in type_}
    return {"dtype": _DTYPES[type_], "_type": "Value"}


@dataclass(frozen=True, slots=True)
class View:
    """A named selection of columns and rows over the same shards, a `config` of the dataset card.

    Attributes:
        name: What users pass to `load_dataset` as the second argument.
        columns: The columns it has, None for all.
        filters: In `datasets`' notation; `!= null` drops everything, so a nullable class label is asked for `>= 0`.
        where: The same condition in SQL over the published rows, which counts them for the card.
        part: The folder of its shards.
    """

    name: str
    columns: tuple[str, ...] | None = None
    filters: tuple[tuple[str, str, Any], ...] = ()
    where: str = "true"
    part: str = DATA


VIEWS = (
    View("default"),
    View("topic", ("id", "title", "text", "topic", "topic_confidence", "label_role")),
    View("genre", ("id", "title", "text", "genre", "genre_confidence", "label_role")),
    View(
        "stance",
        ("id", "title", "text", "stance_target", "stance_target_type", "stance", "stance_confidence", "stance_evidence",
         "label_role"),
        (("stance", ">=", 0),),
        "stance >= 0",
    ),
    View("gold", filters=(("label_role", "==", "validation"),), where="label_role = 'validation'"),
    View(TARGETS, part=TARGETS),
)  # fmt: skip
