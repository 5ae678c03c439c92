"""A dataset as one file with label names: `python scripts/export.py dir=mydata format=csv output=mydata.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import ConfigError, convert, nearest
    from presseschau.publish.export import DEFAULT, FORMATS, export
    from presseschau.publish.manifest import read_manifest
    from presseschau.spreadsheet import SEPARATORS

    dataset, kind, view = Path(config["dir"]), config["format"], config["view"]
    for option, known in {"format": FORMATS, "formulas": ("escape", "keep"), "separator": SEPARATORS}.items():
        if config[option] not in known:
            raise ConfigError(f"{option}={config[option]} is not known: {nearest(str(config[option]), known)}")
    try:
        manifest = read_manifest(dataset)
        named = "-".join([manifest["name"], manifest["version"], *([] if view == DEFAULT else [view])])
        beside = dataset.resolve().parent / f"{named}.{kind}"
        output = Path(config["output"]) if config["output"] else beside
        splits, columns = (convert(config[name], tuple[str, ...], name) for name in ("splits", "columns"))
        rows = export(dataset, output, kind, splits, columns, config["formulas"], config["separator"], view)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    print(f"{rows:,} {'article' if view == DEFAULT else 'row'}{'s' * (rows != 1)} in {output}")
    return BUILT


if __name__ == "__main__":
    run("export", main, "the export failed")
