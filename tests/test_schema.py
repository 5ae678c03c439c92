from __future__ import annotations

import orjson
import pyarrow as pa
import pytest

from presseschau.schema import VIEWS, LabelNames, Schema

NAMES = LabelNames(("hardware", "other"), ("news", "review"))


@pytest.mark.parametrize("extra", [None, pa.struct([("dept", pa.string()), ("paid", pa.bool_()), ("n", pa.int64())])])
@pytest.mark.parametrize("authors", [False, True])
def test_features_are_those_that_datasets_makes_of_them(extra: pa.StructType | None, authors: bool) -> None:
    from datasets import Features

    schema = Schema(NAMES, extra, authors)
    features = Features.from_dict(schema.features)
    assert features.arrow_schema.remove_metadata().equals(schema.arrow.remove_metadata())
    assert features.to_dict() == schema.features
    assert Features.from_arrow_schema(schema.arrow) == features


def test_the_metadata_has_the_class_names() -> None:
    info = orjson.loads(Schema(NAMES).arrow.metadata[b"huggingface"])
    assert info["info"]["features"]["topic"] == {"names": ["hardware", "other"], "_type": "ClassLabel"}


def test_the_columns_are_those_of_the_contract() -> None:
    names = [c.name for c in Schema(NAMES).columns]
    contract = """id url publisher country title teaser text published modified crawled section keywords agency language
        language_score topic topic_secondary topic_confidence topic_source genre genre_confidence stance_target
        stance_target_type stance stance_confidence stance_source stance_evidence label_role cluster tdm_reserved
        tdm_evidence text_sha256 extractor labeler"""
    assert names == contract.split()


def test_views_name_columns_that_exist() -> None:
    names = {c.name for c in Schema(NAMES).columns}
    for view in VIEWS:
        assert set(view.columns or ()) <= names
        assert {column for column, _, _ in view.filters} <= names
