"""Record sets: the splits, the classes of each label, and a set of fields for every view.

How the rows stay readable, measured with mlcroissant 1.1: a FileSet that is `containedIn` a list of files validates
but reads nothing; one without `containedIn` is read from the folder of `croissant.json`. A view that is filtered is the
join of an enumeration with the shards, since the format has no filters: rows without a partner are left out. Only the
first join of a record set is carried out, so the field with that join comes before all others that refer to something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from presseschau.publish.croissant.files import SHARDS
from presseschau.schema import SPLITS, TARGETS, TASKS, TIMESTAMP, Column, Schema, View

_TYPES: Mapping[pa.DataType, str] = {
    pa.string(): "sc:Text",
    pa.float32(): "cr:Float32",
    pa.float64(): "cr:Float64",
    pa.int32(): "cr:Int32",
    pa.int64(): "cr:Int64",
    pa.bool_(): "sc:Boolean",
    TIMESTAMP: "sc:DateTime",
}


def splits(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The splits and how many articles they have."""
    rows = [{"splits/name": split, "splits/rows": rows} for split, rows in manifest["splits"].items()]
    fields = [_given("splits/name", "sc:Text"), _given("splits/rows", "cr:Int64")]
    return _inline("splits", "The splits and their articles", "cr:Split", "splits/name", fields, rows)


def enumerations(schema: Schema) -> list[tuple[str, tuple[str, ...]]]:
    """Label columns with their class names."""
    return [(column, names) for column in TASKS if (names := schema.names.of(column))]


def classes(column: str, names: Sequence[str]) -> dict[str, Any]:
    """The class names of a label column; the index is the stored value."""
    id_ = f"{column}_classes"
    fields = [_given(f"{id_}/index", "cr:Int64"), _given(f"{id_}/name", "sc:Text")]
    rows = [{f"{id_}/index": index, f"{id_}/name": name} for index, name in enumerate(names)]
    return _inline(id_, f"Classes of {column} in published order", "sc:Enumeration", f"{id_}/index", fields, rows)


def drivers(schema: Schema, views: Sequence[View], values: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """For every filtered view the values that its rows have: the left side of the join that does the filtering."""
    for view in views:
        if not view.filters:
            continue
        ((column, _, _),) = view.filters
        id_ = f"{view.name}_rows"
        fields = [_given(f"{id_}/{column}", _TYPES[schema.arrow.field(column).type])]
        rows = [{f"{id_}/{column}": value} for value in values[view.name]]
        yield _inline(id_, f"Values of {column} in the view {view.name}", None, f"{id_}/{column}", fields, rows)


def _inline(
    id_: str, description: str, type_: str | None, key: str, fields: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": id_,
        "name": id_,
        "description": description,
        **({"dataType": type_} if type_ else {}),
        "key": {"@id": key},
        "field": fields,
        "data": rows,
    }


def _given(id_: str, type_: str) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": id_, "name": id_.rpartition("/")[2], "dataType": type_}


def record_set(view: View, schema: Schema) -> dict[str, Any]:
    """A view as a record set, its fields and where they come from."""
    fields = [
        _field(view, schema, column) for column in schema.columns if not view.columns or column.name in view.columns
    ]
    # Stable: the driver of the join first, everything else as published.
    fields.sort(key=lambda field: "field" not in field.get("source", {}))
    return {
        "@type": "cr:RecordSet",
        "@id": view.name,
        "name": view.name,
        "description": _view_text(view),
        "key": [{"@id": f"{view.name}/{name}"} for name in ("id", "target")]
        if view.part == TARGETS
        else {"@id": f"{view.name}/id"},
        "field": [*fields, _split_field(view)],
    }


def _view_text(view: View) -> str:
    rows = f"rows with {view.where}" if view.filters else "all rows"
    return f"View `{view.name}`: {'all columns' if view.columns is None else 'selected columns'}, {rows}."


def _field(view: View, schema: Schema, column: Column) -> dict[str, Any]:
    name, type_, id_ = column.name, column.type, f"{view.name}/{column.name}"
    head = {"@type": "cr:Field", "@id": id_, "name": name, "description": column.meaning}
    source = {"fileSet": {"@id": SHARDS[view.part]}, "extract": {"column": name}}
    if view.filters and view.filters[0][0] == name:
        driver = {"field": {"@id": f"{view.name}_rows/{name}"}}
        return {**head, "dataType": _TYPES[type_], "source": driver, "references": source}
    if schema.names.of(name):
        classes = {"field": {"@id": f"{name.removesuffix('_secondary')}_classes/index"}}
        return {**head, "dataType": _TYPES[type_], "source": source, "references": classes}
    listed = pa.types.is_list(type_)
    inner = type_.value_type if listed else type_
    if pa.types.is_struct(inner):
        parts = [
            {
                "@type": "cr:Field",
                "@id": f"{id_}/{part.name}",
                "name": part.name,
                "dataType": _TYPES[part.type],
                "source": {**source, "transform": {"jsonPath": _json_path(part.name)}},
            }
            for part in inner
        ]
        return {**head, **({"repeated": True} if listed else {}), "subField": parts}
    return {**head, "dataType": _TYPES[inner], **({"repeated": True} if listed else {}), "source": source}


def _json_path(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else f"'{name}'"


def _split_field(view: View) -> dict[str, Any]:
    """The split of a row, from the name of its shard; `filters={"topic/split": "test"}` reads one split by it.

    It does not refer to the record set `splits`: with that and another reference mlcroissant can't filter.
    """
    return {
        "@type": "cr:Field",
        "@id": f"{view.name}/split",
        "name": "split",
        "description": "Split of the row, from the name of its file",
        "dataType": ["sc:Text", "cr:Split"],
        "source": {
            "fileSet": {"@id": SHARDS[view.part]},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": rf"{view.part}/({'|'.join(SPLITS)})-.+parquet$"},
        },
    }
