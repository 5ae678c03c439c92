"""`croissant.json`: the same files, views and class names as the card, in the Croissant vocabulary of MLCommons.

Source: Croissant format specification 1.0 and Croissant RAI specification 1.0, https://docs.mlcommons.org/croissant/.

How the rows stay readable, measured with mlcroissant 1.1: a FileSet that is `containedIn` a list of files validates
but reads nothing; one without `containedIn` is read from the folder of `croissant.json`. A view that is filtered is the
join of an enumeration with the shards, since the format has no filters: rows without a partner are left out. Only the
first join of a record set is carried out, so the field with that join comes before all others that refer to something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from presseschau.publish.card_text import citation, license_url, plain, read_card, section, summary
from presseschau.publish.manifest import read_manifest
from presseschau.publish.shards import file_sha256
from presseschau.publish.statistics import Statistics, count
from presseschau.schema import SPLITS, TIMESTAMP, VIEWS, Schema, View

NAME = "croissant.json"
_SHARDS = "shards"
# The context of the specification, in its order, and the two vocabularies that the RAI fields come from.
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{key: f"cr:{key}" for key in ("citeAs", "column")},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{key: f"cr:{key}" for key in ("extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
                                    "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet",
                                    "references", "regex", "repeated", "replace", "samplingRate")},
    "sc": "https://schema.org/",
    **{key: f"cr:{key}" for key in ("separator", "source", "subField", "transform")},
    "prov": "http://www.w3.org/ns/prov#",
}  # fmt: skip
_TYPES: Mapping[pa.DataType, str] = {
    pa.string(): "sc:Text",
    pa.float32(): "cr:Float32",
    pa.float64(): "cr:Float64",
    pa.int32(): "cr:Int32",
    pa.int64(): "cr:Int64",
    pa.bool_(): "sc:Boolean",
    TIMESTAMP: "sc:DateTime",
}
_FORMATS = {".parquet": "application/x-parquet", ".json": "application/json"}
# The card's sections that answer the questions of the RAI vocabulary, so that both say the same.
_RAI_SECTIONS = (
    ("rai:dataCollection", ("Data collection",), False),
    ("rai:dataPreprocessingProtocol", ("Data processing",), True),
    ("rai:dataAnnotationProtocol", ("Annotation process",), True),
    ("rai:dataAnnotationAnalysis", ("Quality of the labels",), True),
    ("rai:dataUseCases", ("Direct use",), True),
    ("rai:dataLimitations", ("Limitations", "Out-of-scope use"), True),
    ("rai:dataBiases", ("Known biases",), True),
    ("rai:dataSocialImpact", ("Social impact",), False),
    ("rai:personalSensitiveInformation", ("Personal and sensitive information",), True),
    ("rai:dataReleaseMaintenancePlan", ("Maintenance",), False),
)


def write_croissant(folder: Path, schema: Schema, statistics: Statistics | None = None) -> None:
    """Writes `croissant.json` into a dataset folder that has its shards, ledger, splits, manifest and card.

    Args:
        folder: The dataset folder.
        schema: The columns of its shards.
        statistics: What is counted in the folder; None counts it now.

    Raises:
        ValueError: The folder has no manifest, or its card no YAML block.
    """
    (folder / NAME).write_bytes(orjson.dumps(croissant(folder, schema, statistics), option=orjson.OPT_INDENT_2) + b"\n")


def croissant(folder: Path, schema: Schema, statistics: Statistics | None = None) -> dict[str, Any]:
    """The content of `croissant.json`; see `write_croissant`."""
    manifest = read_manifest(folder)
    front, prose = read_card(folder)
    listed = {str(config["config_name"]) for config in front["configs"]}
    views = [view for view in VIEWS if view.name in listed]
    counted = count(folder) if statistics is None else statistics
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": manifest["name"],
        "alternateName": front["pretty_name"],
        "description": summary(prose),
        "version": manifest["version"],
        "license": license_url(front),
        **({"datePublished": counted.released} if counted.released else {}),
        "citeAs": citation(prose),
        "inLanguage": front["language"],
        "keywords": front["tags"],
        "isLiveDataset": False,
        **_people(manifest["config"].get("dataset", {})),
        **_responsible(counted, prose),
        "distribution": list(_distribution(folder, manifest)),
        "recordSet": [
            _splits(manifest),
            *(_classes(column, names) for column, names in _enumerations(schema)),
            *_drivers(folder, schema, views),
            *(_record_set(view, schema) for view in views),
        ],
    }


def check_croissant(folder: Path, schema: Schema) -> Iterator[str]:
    """What does not hold about the `croissant.json` of a folder, one line each; for `verify`."""
    path = folder / NAME
    if not path.is_file():
        yield f"{NAME}: missing"
        return
    found = orjson.loads(path.read_bytes())
    files = {file.get("contentUrl"): file for file in found.get("distribution", ()) if "contentUrl" in file}
    true = {file["contentUrl"]: file for file in _distribution(folder, read_manifest(folder)) if "contentUrl" in file}
    for name in sorted(set(files) | set(true)):
        if name not in files:
            yield f"{NAME}: {name} is not listed"
        elif name not in true:
            yield f"{NAME}: {name} is listed but not there"
        elif files[name].get("sha256") != true[name]["sha256"]:
            yield f"{NAME}: {name}: sha256 differs"
    sets = {record_set["@id"]: record_set for record_set in found.get("recordSet", ())}
    for record_set in croissant(folder, schema)["recordSet"]:
        if sets.get(record_set["@id"]) != record_set:
            yield f"{NAME}: record set {record_set['@id']} does not describe the shards"


def _people(info: Mapping[str, Any]) -> dict[str, Any]:
    creators = [{"@type": "sc:Organization", "name": name} for name in info.get("creators") or ()]
    return {
        **({"creator": creators} if creators else {}),
        **({"url": info["homepage"]} if info.get("homepage") else {}),
    }


def _responsible(statistics: Statistics, prose: str) -> dict[str, Any]:
    """The RAI fields: prose from the card, the rest from the manifest."""
    fields: dict[str, Any] = {}
    for name, headings, many in _RAI_SECTIONS:
        lines = [line for heading in headings for line in plain(section(prose, heading))]
        if lines:
            fields[name] = lines if many else " ".join(lines)
    manifest = statistics.manifest
    sample = manifest["config"].get("source", {}).get("kind") == "sample"
    frame = [day for day in (statistics.first, statistics.last) if day]
    pages, labelers = manifest["pages"], sorted(manifest["labelers"])
    return {
        **fields,
        "rai:dataCollectionType": ["Others" if sample else "Web Scraping"],
        **({"rai:dataCollectionTimeFrame": frame} if frame else {}),
        "rai:machineAnnotationTools": labelers,
        "rai:annotationsPerItem": "One label for each of topic, genre and stance, by rules where no person labelled.",
        "rai:hasSyntheticData": sample,
        "prov:wasDerivedFrom": {
            "@type": "prov:Entity",
            "prov:label": f"{pages['input']:,} input pages in {manifest['input_units']:,} files or records",
            "sc:identifier": f"sha256:{manifest['input_sha256']}",
        },
        "prov:wasGeneratedBy": [
            {"@type": "prov:Activity", "prov:label": label, "sc:description": description}
            for label, description in (
                ("Extraction and cleaning", f"{pages['input']:,} pages read by presseschau "
                 f"{manifest['packages']['presseschau']}; ledger.parquet has every page with outcome and reason."),
                ("Filtering and deduplication", f"{pages['kept']:,} articles kept, {pages['dropped']:,} dropped, "
                 f"{pages['failed']:,} failed."),
                ("Annotation", f"Labels made by {', '.join(labelers)}."),
                ("Splitting", f"{', '.join(manifest['splits'])}; rules and the split of every article in splits.json."),
            )
        ],
    }  # fmt: skip


def _distribution(folder: Path, manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for shard in manifest["shards"]:
        yield _file(shard["path"], shard["bytes"], file_sha256(folder / shard["path"]), f"Rows of {shard['split']}")
    others = {
        "ledger.parquet": "Every input page with its outcome and the reason for it",
        "splits.json": "What fixed the splits: cutoff, held-out publishers, cluster and split of every article",
        "manifest.json": "Configuration, versions, counts and hashes of the build",
        "signatures.parquet": "By what a re-crawled text is recognised",
    }
    for name, text in others.items():
        if (path := folder / name).is_file():
            yield _file(name, path.stat().st_size, file_sha256(path), text)
    yield {
        "@type": "cr:FileSet",
        "@id": _SHARDS,
        "name": _SHARDS,
        "description": "All shards of all splits",
        "encodingFormat": _FORMATS[".parquet"],
        "includes": "data/*.parquet",
    }


def _file(path: str, size: int, sha256: str, description: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "description": description,
        "contentUrl": path,
        "contentSize": f"{size} B",
        "encodingFormat": _FORMATS[path[path.rindex(".") :]],
        "sha256": sha256,
    }


def _splits(manifest: Mapping[str, Any]) -> dict[str, Any]:
    rows = [{"splits/name": split, "splits/rows": rows} for split, rows in manifest["splits"].items()]
    fields = [_given("splits/name", "sc:Text"), _given("splits/rows", "cr:Int64")]
    return _inline("splits", "The splits and their articles", "cr:Split", "splits/name", fields, rows)


def _enumerations(schema: Schema) -> list[tuple[str, tuple[str, ...]]]:
    return [(column, names) for column in ("topic", "genre", "stance") if (names := schema.names.of(column))]


def _classes(column: str, names: Sequence[str]) -> dict[str, Any]:
    """The class names of a label column; the index is the stored value."""
    id_ = f"{column}_classes"
    fields = [_given(f"{id_}/index", "cr:Int64"), _given(f"{id_}/name", "sc:Text")]
    rows = [{f"{id_}/index": index, f"{id_}/name": name} for index, name in enumerate(names)]
    return _inline(id_, f"Classes of {column} in published order", "sc:Enumeration", f"{id_}/index", fields, rows)


def _drivers(folder: Path, schema: Schema, views: Sequence[View]) -> Iterator[dict[str, Any]]:
    """For every filtered view the values that its rows have: the left side of the join that does the filtering."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    for view in views:
        if not view.filters:
            continue
        ((column, _, _),) = view.filters
        found = con.execute(
            f"SELECT DISTINCT {column} FROM read_parquet(?) WHERE {view.where} ORDER BY 1",  # noqa: S608
            [str(folder / "data" / "*.parquet")],
        ).fetchall()
        id_ = f"{view.name}_rows"
        fields = [_given(f"{id_}/{column}", _TYPES[schema.arrow.field(column).type])]
        rows = [{f"{id_}/{column}": value} for (value,) in found]
        yield _inline(id_, f"Values of {column} in the view {view.name}", None, f"{id_}/{column}", fields, rows)
    con.close()


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


def _record_set(view: View, schema: Schema) -> dict[str, Any]:
    fields = [
        _field(view, schema, column.name)
        for column in schema.columns
        if not view.columns or column.name in view.columns
    ]
    # Stable: the driver of the join first, everything else as published.
    fields.sort(key=lambda field: "field" not in field.get("source", {}))
    return {
        "@type": "cr:RecordSet",
        "@id": view.name,
        "name": view.name,
        "description": _view_text(view),
        "key": {"@id": f"{view.name}/id"},
        "field": [*fields, _split_field(view)],
    }


def _view_text(view: View) -> str:
    rows = f"rows with {view.where}" if view.filters else "all rows"
    return f"View `{view.name}`: {'all columns' if view.columns is None else 'selected columns'}, {rows}."


def _field(view: View, schema: Schema, column: str) -> dict[str, Any]:
    meaning = next(c.meaning for c in schema.columns if c.name == column)
    id_, type_ = f"{view.name}/{column}", schema.arrow.field(column).type
    head = {"@type": "cr:Field", "@id": id_, "name": column, "description": meaning}
    source = {"fileSet": {"@id": _SHARDS}, "extract": {"column": column}}
    if view.filters and view.filters[0][0] == column:
        driver = {"field": {"@id": f"{view.name}_rows/{column}"}}
        return {**head, "dataType": _TYPES[type_], "source": driver, "references": source}
    if schema.names.of(column):
        classes = {"field": {"@id": f"{column.removesuffix('_secondary')}_classes/index"}}
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
            "fileSet": {"@id": _SHARDS},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": rf"data/({'|'.join(SPLITS)})-.+parquet$"},
        },
    }
