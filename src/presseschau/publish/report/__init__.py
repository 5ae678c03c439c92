"""`report.html`: everything counted in a dataset folder on one page that opens from disk, without any request.

Made without the browser's help: tables, bars and plots stand in the page; its script only searches, sorts and filters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from presseschau.publish.manifest import is_current
from presseschau.publish.report import articles, counts
from presseschau.publish.samples import draw
from presseschau.publish.statistics import UNKNOWN, Statistics
from presseschau.schema import LabelNames

NAME = "report.html"


def write_report(folder: Path, statistics: Statistics) -> None:
    """Writes `report.html` into a dataset folder that has its shards, ledger and manifest."""
    (folder / NAME).write_bytes(report(folder, statistics).encode())


def check_report(folder: Path, statistics: Statistics) -> Iterator[str]:
    """What does not hold about the `report.html` of a folder, one line each; for `verify`.

    One by another version of the package is not compared.
    """
    path = folder / NAME
    if not path.is_file():
        yield f"{NAME}: missing"
    elif not is_current(statistics.manifest):
        return
    elif path.read_bytes() != report(folder, statistics).encode():
        yield f"{NAME}: not what the folder gives"


def report(folder: Path, statistics: Statistics) -> str:
    """The page; see `write_report`. That of a stub shows neither titles nor passages of articles."""
    manifest, with_text = statistics.manifest, not statistics.is_stub
    names = LabelNames(**{column: tuple(classes) for column, classes in manifest["labels"].items()})
    samples = draw(folder, names, with_text)
    info = manifest["config"].get("dataset", {})
    title = str(info.get("pretty_name") or manifest["name"])
    sections = {
        "pages": counts.pages(statistics, samples),
        "splits": counts.splits(statistics),
        "labels": counts.labels(statistics),
        "publishers": counts.publishers(statistics),
        "time": counts.time(statistics),
        "lengths": counts.lengths(statistics),
        "duplicates": counts.duplicates(statistics),
        "confidence": counts.confidence(statistics),
        "rights": counts.rights(statistics),
        "samples": articles.by_class(samples, names) if with_text else "",
        "articles": articles.searchable(samples, statistics),
    }
    there = {name: body for name, body in sections.items() if body}
    links = "".join(f'<li><a href="#{name}">{name.capitalize()}</a></li>' for name in there)
    body = "".join(
        f'<section id="{name}" aria-label="{name.capitalize()}">{body}</section>\n' for name, body in there.items()
    )
    page = (
        f"<header><h1>{escape(title)}</h1><p class=soft>{escape(_line(statistics))}</p>"
        f'{_tiles(statistics)}</header>\n<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
        f'<main id="main">\n{body}</main>\n<footer>{_foot(manifest)}</footer>'
    )
    template = (Path(__file__).parent / "template.html").read_text(encoding="utf-8")
    head, rest = template.split("{{TITLE}}")
    before, rest = rest.split("{{BODY}}")
    between, after = rest.split("{{CUBE}}")
    return f"{head}{escape(title)} – report{before}{page}{between}{counts.cube(statistics)}{after}"


def _line(statistics: Statistics) -> str:
    manifest = statistics.manifest
    parts = [f"{manifest['name']} {manifest['version']}", f"labels by {', '.join(sorted(manifest['labelers']))}"]
    if statistics.period:
        parts.append(f"published {statistics.period}")
    if statistics.is_stub:
        parts.append("a stub: no text is shown")
    return " · ".join(parts)


def _tiles(statistics: Statistics) -> str:
    pages = statistics.manifest["pages"]
    tiles = {
        "input pages": pages["input"],
        "articles": statistics.articles,
        "pages left out": pages["dropped"] + pages["failed"],
        "publishers": sum(name != UNKNOWN for name in statistics.publishers),
        "text and data mining reserved": statistics.reserved.get("true", 0),
        "labelled by people": sum(statistics.roles.values()),
    }
    return '<ul class="tiles">' + "".join(f"<li><b>{n:,}</b>{escape(name)}</li>" for name, n in tiles.items()) + "</ul>"


def _foot(manifest: Mapping[str, Any]) -> str:
    return (
        f"<p>Built with presseschau {escape(manifest['packages']['presseschau'])}; content sha256 "
        f'<span class="path">{escape(manifest["content_sha256"])}</span>. Everything here is counted from the files of '
        "this folder.</p>"
    )
