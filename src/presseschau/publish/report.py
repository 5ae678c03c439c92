"""`report.html`: everything counted in a dataset folder on one page that opens from disk, without any request.

Made without the browser's help: tables, bars and plots stand in the page; its script only searches, sorts and filters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import orjson

from presseschau.publish.figures import by_period, length_name, sure_share
from presseschau.publish.html import bar, columns, link, select, table
from presseschau.publish.samples import CLASSES, TABLE, Left, Samples, Shown, draw
from presseschau.publish.statistics import BINS, NONE, Statistics, count
from presseschau.schema import LabelNames

NAME = "report.html"
_PUBLISHERS = 30
_SECTIONS = {
    "pages": "Pages",
    "splits": "Splits",
    "labels": "Labels",
    "publishers": "Publishers",
    "time": "Time",
    "lengths": "Lengths",
    "duplicates": "Duplicates",
    "confidence": "Confidence",
    "samples": "Samples",
    "articles": "Articles",
}
_LEAKAGE = {
    "near_duplicates": "near-duplicates across splits",
    "contained": "texts contained in one of another split",
    "related": "looser relatives across splits",
    "spanning_clusters": "clusters in more than one split",
    "shared_publishers": "publishers of test_publisher in another split",
    "out_of_time": "articles on the wrong side of the cutoff",
}


def write_report(folder: Path, statistics: Statistics | None = None, with_text: bool | None = None) -> None:
    """Writes `report.html` into a dataset folder.

    Args:
        folder: The dataset folder with its shards, ledger and manifest.
        statistics: What is counted in it; None counts it now.
        with_text: Whether titles and passages of articles are shown; None: unless it is a stub.

    Raises:
        ValueError: It is no dataset folder.
    """
    counted = count(folder) if statistics is None else statistics
    shown = not counted.is_stub if with_text is None else with_text
    (folder / NAME).write_text(report(folder, counted, shown), encoding="utf-8")


def report(folder: Path, statistics: Statistics, with_text: bool) -> str:
    """The page; see `write_report`."""
    manifest = statistics.manifest
    names = LabelNames(**{column: tuple(classes) for column, classes in manifest["labels"].items()})
    samples = draw(folder, names, with_text)
    info = manifest["config"].get("dataset", {})
    title = str(info.get("pretty_name") or manifest["name"])
    sections = {
        "pages": _pages(statistics, samples),
        "splits": _splits(statistics),
        "labels": _labels(statistics),
        "publishers": _publishers(statistics),
        "time": _time(statistics),
        "lengths": _lengths(statistics),
        "duplicates": _duplicates(statistics),
        "confidence": _confidence(statistics),
        "samples": _samples(samples, names) if with_text else "",
        "articles": _articles(samples, statistics, with_text),
    }
    there = {key: _SECTIONS[key] for key, body in sections.items() if body}
    links = "".join(f'<li><a href="#{key}">{name}</a></li>' for key, name in there.items())
    body = "".join(f'<section id="{key}" aria-label="{there[key]}">{sections[key]}</section>\n' for key in there)
    page = (
        f"<header><h1>{escape(title)}</h1><p class=soft>{escape(_line(statistics, with_text))}</p>"
        f'{_tiles(statistics)}</header>\n<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
        f'<main id="main">\n{body}</main>\n<footer>{_foot(manifest)}</footer>'
    )
    template = (Path(__file__).parent / "report_template.html").read_text(encoding="utf-8")
    head, rest = template.split("{{TITLE}}")
    before, rest = rest.split("{{BODY}}")
    between, after = rest.split("{{CUBE}}")
    return f"{head}{escape(title)} – report{before}{page}{between}{_cube(statistics)}{after}"


def _line(statistics: Statistics, with_text: bool) -> str:
    manifest = statistics.manifest
    parts = [f"{manifest['name']} {manifest['version']}", f"labels by {', '.join(sorted(manifest['labelers']))}"]
    if statistics.first:
        parts.append(f"published {statistics.first} to {statistics.last}")
    if not with_text:
        parts.append("a stub: no text is shown")
    return " · ".join(parts)


def _tiles(statistics: Statistics) -> str:
    pages = statistics.manifest["pages"]
    tiles = {
        "input pages": pages["input"],
        "articles": statistics.articles,
        "pages left out": pages["dropped"] + pages["failed"],
        "publishers": len(statistics.publishers),
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


def _pages(statistics: Statistics, samples: Samples) -> str:
    order = ("kept", "dropped", "failed")
    counts = sorted(
        statistics.manifest["counts"], key=lambda c: (order.index(c["outcome"]), -c["pages"], c["reason"] or "")
    )
    most = max(count["pages"] for count in counts)
    rows = [
        [
            escape(count["outcome"]),
            escape(count["reason"] or ""),
            escape(count["stage"] or ""),
            f"{count['pages']:,}",
            bar({count["outcome"]: count["pages"]}, most),
        ]
        for count in counts
    ]
    left = "".join(
        f"<details><summary>{escape(outcome)}: {escape(reason)} ({len(pages)} shown)</summary>{_left(pages)}</details>"
        for (outcome, reason), pages in samples.left.items()
    )
    ended = table("How every input page ended", ["outcome", "reason", "stage", "#pages", ""], rows)
    return f"<h2>Pages</h2>{ended}<h3>Pages that were left out</h3>{left or '<p>None.</p>'}"


def _left(pages: Sequence[Left]) -> str:
    rows = [[f'<span class="path">{link(page.url, page.source)}</span>', escape(page.detail)] for page in pages]
    return table("", ["page", "detail"], rows)


def _splits(statistics: Statistics) -> str:
    total = statistics.articles
    rows = [
        [
            f"<i class='{split}'></i>{split}",
            f"{n:,}",
            f"{n / total:.1%}",
            bar({split: n}, max(statistics.splits.values())),
        ]
        for split, n in statistics.splits.items()
    ]
    found = statistics.manifest["leakage"]
    leaks = [
        [name, f"{len(found[key]) if isinstance(found[key], list) else found[key]:,}"]
        for key, name in _LEAKAGE.items()
        if key in found
    ]
    messages = "".join(f"<li>{escape(message)}</li>" for message in statistics.manifest["messages"])
    return (
        f"<h2>Splits and leakage</h2>{table('Articles by split', ['split', '#articles', '#share', ''], rows)}"
        + table("The audit searched the kept texts again", ["looked for", "#found"], leaks)
        + (f"<h3>What the build decided</h3><ul>{messages}</ul>" if messages else "")
    )


def _labels(statistics: Statistics) -> str:
    parts = [f"<h2>Labels</h2>{_key(statistics)}"]
    for column, counts in statistics.labels.items():
        most = max(sum(own.values()) for own in counts.values())
        rows = [[escape(name), f"{sum(own.values()):,}", bar(own, most)] for name, own in counts.items()]
        parts.append(table(f"Articles by {column} and split", [column, "#articles", ""], rows))
    return "".join(parts) + _grid(statistics)


def _grid(statistics: Statistics) -> str:
    """Topic by stance, for all genres or the one that is chosen."""
    topics, stances, genres = (list(statistics.labels[column]) for column in ("topic", "stance", "genre"))
    counts: dict[tuple[str, str], int] = {}
    for (topic, stance, _), n in statistics.cube.items():
        counts[topic, stance] = counts.get((topic, stance), 0) + n
    most = max(counts.values())
    rows = []
    for i, topic in enumerate(topics):
        cells = []
        for j, stance in enumerate(stances):
            n = counts.get((topic, stance), 0)
            heat = f' style="background:rgba(var(--heat),{0.08 + 0.5 * n / most:.3f})"' if n else ""
            cells.append(f'<td class="n" data-key="{i}:{j}"{heat}>{n:,}</td>')
        total = sum(counts.get((topic, stance), 0) for stance in stances)
        rows.append(f'<tr><th scope="row">{escape(topic)}</th>{"".join(cells)}<td class="n">{total:,}</td></tr>')
    head = "".join(f'<th scope="col" class="n">{escape(name)}</th>' for name in [*stances, "all"])
    return (
        "<h3>Topic × stance × genre</h3>"
        f'<div class="controls">{select("genre", "Genre", "all genres", genres)}</div>'
        '<div class="wide" tabindex="0" role="region" aria-label="Topic by stance"><table id="grid">'
        f'<thead><tr><th scope="col">topic</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _cube(statistics: Statistics) -> str:
    """The counts behind the grid; `<` is escaped, so that no name can end the script."""
    topics, stances, genres = (
        {name: i for i, name in enumerate(statistics.labels[column])} for column in ("topic", "stance", "genre")
    )
    rows = [[topics[t], stances[s], genres[g], n] for (t, s, g), n in statistics.cube.items()]
    return orjson.dumps({"genres": list(genres), "rows": rows}).decode().replace("<", "\\u003c")


def _publishers(statistics: Statistics) -> str:
    shown = list(statistics.publishers.items())[:_PUBLISHERS]
    most = max(n for _, n in shown)
    rows = []
    for name, n in shown:
        topics = statistics.shares["publisher"].get(name, {}).get("topic", {})
        main = ", ".join(f"{escape(topic)} {own / n:.0%}" for topic, own in list(topics.items())[:3])
        rows.append([escape(name), f"{n:,}", bar({"one": n}, most), f'<span class="line">{main}</span>'])
    rest = len(statistics.publishers) - len(shown)
    more = f"<p class=soft>{rest:,} more publishers have fewer articles.</p>" if rest > 0 else ""
    listed = table("Articles by publisher; topics of the ten largest", ["publisher", "#articles", "", "topics"], rows)
    return f"<h2>Publishers</h2>{listed}{more}"


def _time(statistics: Statistics) -> str:
    if not statistics.months:
        return ""
    periods, unit = by_period(statistics.months)
    plot = columns(
        {
            period: [(split, own[split]) for split in statistics.splits if split in own]
            for period, own in periods.items()
        },
        f"Articles by {unit} of publication and split",
    )
    return f"<h2>Time</h2>{_key(statistics)}{plot}<p class=soft>{statistics.undated:,} articles have no date.</p>"


def _lengths(statistics: Statistics) -> str:
    if not statistics.lengths:
        return ""
    bins = range(min(statistics.lengths), max(statistics.lengths) + 1)
    parts = {length_name(bin_): [("one", statistics.lengths.get(bin_, 0))] for bin_ in bins}
    return f"<h2>Lengths</h2>{columns(parts, 'Articles by length in words')}"


def _duplicates(statistics: Statistics) -> str:
    reasons = [
        [escape(count["reason"]), f"{count['pages']:,}"]
        for count in statistics.manifest["counts"]
        if count["stage"] == "dedup" and count["reason"]
    ]
    sizes = list(statistics.clusters.items())
    clusters = [[f"{size:,}", f"{n:,}", f"{size * n:,}"] for size, n in sizes[:20]]
    if sizes[20:]:
        clusters.append(["more", f"{sum(n for _, n in sizes[20:]):,}", f"{sum(s * n for s, n in sizes[20:]):,}"])
    return (
        "<h2>Duplicates</h2>"
        + (table("Pages left out as duplicates", ["reason", "#pages"], reasons) if reasons else "<p>No duplicates.</p>")
        + table("Clusters of relatives that stayed", ["#articles in a cluster", "#clusters", "#articles"], clusters)
    )


def _confidence(statistics: Statistics) -> str:
    parts = ["<h2>Confidence</h2>"]
    for column, bins in statistics.confidences.items():
        if bins:
            twentieths = {f"{i / BINS:.2f}": [("one", bins.get(i, 0))] for i in range(BINS)}
            caption = f"Articles by confidence of {column}; {sure_share(statistics, column):.0%} have 0.8 or more"
            parts.append(columns(twentieths, caption, height=120))
    validated = statistics.roles.get("validation", 0)
    parts.append(
        f"<p>Confidences are calibrated on the reference that the card names, not on this corpus; {validated:,} of its "
        "articles were labelled by people for validation.</p>"
    )
    return "".join(parts)


def _samples(samples: Samples, names: LabelNames) -> str:
    parts = ["<h2>Samples</h2><p>Marked: the passages that carry the stance.</p>"]
    for column, classes in samples.by_class.items():
        parts.append(f"<h3>By {column}</h3>")
        parts += [
            f"<details><summary>{escape(name)}</summary>{''.join(map(_article, shown))}</details>"
            for name, shown in classes.items()
        ]
        if len(names.of(column) or ()) > CLASSES:
            parts.append(f"<p class=soft>The first {CLASSES} classes are shown.</p>")
    return "".join(parts)


def _article(shown: Shown) -> str:
    tags = {column: getattr(shown, column) for column in ("topic", "genre", "stance") if getattr(shown, column) != NONE}
    labels = "".join(
        f'<span class="tag">{escape(name)} {shown.confidences[column] or 0:.2f}</span>' for column, name in tags.items()
    )
    target = f' toward <span class="tag">{escape(shown.stance_target)}</span>' if shown.stance_target else ""
    text = "".join(f"<mark>{escape(p.text)}</mark>" if p.marked else escape(p.text) for p in shown.excerpt)
    where = " · ".join(filter(None, (escape(shown.publisher), escape(shown.published), escape(shown.split))))
    return (
        f"<article lang=de><h4>{link(shown.url, shown.title or shown.id)}</h4><p class=soft>{where}</p>"
        f'<p lang="en">{labels}{target}</p><p class="excerpt">{text}</p></article>'
    )


def _articles(samples: Samples, statistics: Statistics, with_text: bool) -> str:
    rows = []
    for a in samples.table:
        sure = a.confidences["topic"]
        marks = "".join(f' data-{key}="{escape(getattr(a, key))}"' for key in ("topic", "genre", "stance", "split"))
        cells = [link(a.url, a.title if with_text and a.title else a.id), *map(escape, (a.publisher, a.published))]
        labels = "".join(f"<td>{escape(value)}</td>" for value in (a.topic, a.genre, a.stance, a.split))
        number = "" if sure is None else f"{sure:.2f}"
        rows.append(
            f'<tr{marks}><td class="t" lang="de">{cells[0]}</td><td>{cells[1]}</td>'
            f'<td class="d">{cells[2]}</td>{labels}<td class="n">{number}</td></tr>'
        )
    heads = ["article", "publisher", "published", "topic", "genre", "stance", "split", "confidence"]
    head = "".join(
        f'<th scope="col"{" class=n" if name == "confidence" else ""}><button type="button">{name}</button></th>'
        for name in heads
    )
    choices = "".join(
        select(f"f-{column}", column.capitalize(), "all", list(values))
        for column, values in (*statistics.labels.items(), ("split", statistics.splits))
    )
    sample = (
        f"A sample of {len(samples.table):,} of {statistics.articles:,} articles"
        if statistics.articles > TABLE
        else "All articles"
    )
    return (
        f"<h2>Articles</h2><p>{sample}.</p>"
        '<div class="controls"><label for="q">Search<input id="q" type="search" autocomplete="off"></label>'
        f"{choices}</div>"
        '<p id="found" class="soft" role="status"></p>'
        '<div class="wide" tabindex="0" role="region" aria-label="Articles">'
        f'<table id="articles-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _key(statistics: Statistics) -> str:
    return '<ul class="key">' + "".join(f'<li><i class="{s}"></i>{s}</li>' for s in statistics.splits) + "</ul>"
