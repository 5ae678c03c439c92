"""Columns as the card's `dataset_info` has them: what `datasets` writes there, without its import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def yaml_features(features: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The features of `Schema.features` in the form of a card.

    Source: `datasets.Features._to_yaml_list`, for the kinds that a schema has: values, classes, lists and structs.

    >>> yaml_features({"keywords": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"}})
    [{'name': 'keywords', 'list': 'string'}]
    """
    return [{"name": name, **_feature(own)} for name, own in features.items()]


def _feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    kind = feature.get("_type")
    if kind == "Value":
        return {"dtype": feature["dtype"]}
    if kind == "ClassLabel":
        # The keys have to be strings.
        return {"dtype": {"class_label": {"names": {str(n): name for n, name in enumerate(feature["names"])}}}}
    if kind == "List":
        inner = _feature(feature["feature"])
        return {"list": next(iter(inner.values())) if list(inner) in (["dtype"], ["struct"]) else inner}
    return {"struct": yaml_features(feature)}
