"""`croissant.json`: the same files, views and class names as the card, in the Croissant vocabulary of MLCommons.

Source: Croissant format specification 1.0 and Croissant RAI specification 1.0, https://docs.mlcommons.org/croissant/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from presseschau.publish.card.read import citation, license_url, read_card, summary
from presseschau.publish.croissant.files import distribution
from presseschau.publish.croissant.records import classes, drivers, enumerations, record_set, splits
from presseschau.publish.croissant.responsible import people, responsible
from presseschau.publish.manifest import read_manifest
from presseschau.publish.statistics import Statistics
from presseschau.schema import VIEWS, Schema

NAME = "croissant.json"
# What is neither prose, which people may edit, nor described above.
_OF_THE_FOLDER = (
    "@context", "@type", "conformsTo", "name", "version", "license", "datePublished", "citeAs", "inLanguage",
)  # fmt: skip
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


def write_croissant(folder: Path, schema: Schema, statistics: Statistics) -> None:
    """Writes `croissant.json` into a dataset folder that has its shards, ledger, splits, manifest and card.

    Args:
        folder: The dataset folder.
        schema: The columns of its shards.
        statistics: What is counted in the folder.

    Raises:
        ValueError: The folder has no manifest, or its card no YAML block.
    """
    (folder / NAME).write_bytes(orjson.dumps(croissant(folder, schema, statistics), option=orjson.OPT_INDENT_2) + b"\n")


def croissant(folder: Path, schema: Schema, statistics: Statistics) -> dict[str, Any]:
    """The content of `croissant.json`; see `write_croissant`."""
    manifest = read_manifest(folder)
    front, prose = read_card(folder)
    listed = {str(config["config_name"]) for config in front["configs"]}
    views = [view for view in VIEWS if view.name in listed]
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": manifest["name"],
        "alternateName": front["pretty_name"],
        "description": summary(prose),
        "version": manifest["version"],
        "license": license_url(front),
        **({"datePublished": statistics.released} if statistics.released else {}),
        "citeAs": citation(prose),
        "inLanguage": front["language"],
        "keywords": front["tags"],
        "isLiveDataset": False,
        **people(manifest["config"].get("dataset", {})),
        **responsible(statistics, prose),
        "distribution": list(distribution(folder, manifest)),
        "recordSet": [
            splits(manifest),
            *(classes(column, names) for column, names in enumerations(schema)),
            *drivers(schema, views, statistics.sizes.values),
            *(record_set(view, schema.of(view.part)) for view in views),
        ],
    }


def check_croissant(folder: Path, schema: Schema, statistics: Statistics) -> Iterator[str]:
    """What does not hold about the `croissant.json` of a folder, one line each; for `verify`."""
    path = folder / NAME
    if not path.is_file():
        yield f"{NAME}: missing"
        return
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        yield f"{NAME}: can't be read ({error})"
        return
    expected = croissant(folder, schema, statistics)
    files, true = (
        {file.get("contentUrl"): file for file in one.get("distribution", ()) if "contentUrl" in file}
        for one in (found, expected)
    )
    for name in sorted(set(files) | set(true)):
        if name not in files:
            yield f"{NAME}: {name} is not listed"
        elif name not in true:
            yield f"{NAME}: {name} is listed but not there"
        elif files[name].get("sha256") != true[name]["sha256"]:
            yield f"{NAME}: {name}: sha256 differs"
        elif files[name] != true[name]:
            yield f"{NAME}: {name}: is not described as it is"
    sets = {one["@id"]: one for one in found.get("recordSet", ())}
    wanted = {one["@id"]: one for one in expected["recordSet"]}
    for name in [*wanted, *(name for name in sets if name not in wanted)]:
        if sets.get(name) != wanted.get(name):
            yield f"{NAME}: record set {name} does not describe the shards"
    patterns, own = (
        [one for one in file.get("distribution", ()) if "contentUrl" not in one] for file in (found, expected)
    )
    if patterns != own:
        yield f"{NAME}: its sets of files are not those of the folder"
    for key in _OF_THE_FOLDER:
        if found.get(key) != expected.get(key):
            yield f"{NAME}: {key} is not that of the folder"
