"""The sections of a report that show numbers: pages, splits, labels, publishers, time, lengths, duplicates, rights."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import orjson

from presseschau.document import REASONS
from presseschau.publish.card.quality import ENOUGH_VALIDATED, limit_confidence
from presseschau.publish.card.tables import rights_lines, shared_figures
from presseschau.publish.card.validated import calibration_rows
from presseschau.publish.figures import by_period, length_name, sure_share
from presseschau.publish.report.html import bar, columns, link, select, table
from presseschau.publish.samples import Left, Samples
from presseschau.publish.statistics import BINS, Statistics

_PUBLISHERS = 30
_LEAKAGE = {
    "near_duplicates": "near-duplicates across splits",
    "contained": "texts contained in one of another split",
    "related": "looser relatives across splits",
    "spanning_clusters": "clusters in more than one split",
    "shared_publishers": "publishers of test_publisher in another split",
    "out_of_time": "articles on the wrong side of the cutoff",
}


def pages(statistics: Statistics, samples: Samples) -> str:
    """How every input page ended, and some of those that were left out."""
    most = max(count["pages"] for count in statistics.endings)
    rows = [
        [
            *(escape(count[key] or "") for key in ("outcome", "reason", "stage")),
            f"{count['pages']:,}",
            bar({count["outcome"]: count["pages"]}, most),
        ]
        for count in statistics.endings
    ]
    left = "".join(
        f"<details><summary>{escape(outcome)}: {escape(reason)}{_meaning(reason)} ({len(shown)} shown)</summary>"
        f"{_left(shown)}</details>"
        for (outcome, reason), shown in samples.left.items()
    )
    ended = table("How every input page ended", ["outcome", "reason", "stage", "#pages", ""], rows)
    return f"<h2>Pages</h2>{ended}<h3>Pages that were left out</h3>{left or '<p>None.</p>'}"


def _meaning(reason: str) -> str:
    meanings = dict.fromkeys(own[reason] for own in REASONS.values() if reason in own)
    return f" <span class=soft>– {escape(' / '.join(meanings).replace('`', ''))}</span>" if meanings else ""


def _left(pages: Sequence[Left]) -> str:
    rows = [[f'<span class="path">{link(page.url, page.source)}</span>', escape(page.detail)] for page in pages]
    return table("", ["page", "detail"], rows)


def splits(statistics: Statistics) -> str:
    """Sizes of the splits, what the leakage audit found, what the build decided."""
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
    shared = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in shared_figures(statistics.manifest))
    messages = "".join(f"<li>{escape(message)}</li>" for message in statistics.manifest["messages"])
    return (
        f"<h2>Splits and leakage</h2>{table('Articles by split', ['split', '#articles', '#share', ''], rows)}"
        + table("The audit searched the kept texts again", ["looked for", "#found"], leaks)
        + (f"<ul>{shared}</ul>" if shared else "")
        + (f"<h3>What the build decided</h3><ul>{messages}</ul>" if messages else "")
    )


def labels(statistics: Statistics) -> str:
    """Articles by topic, genre and stance, and by all three."""
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


def publishers(statistics: Statistics) -> str:
    """Publishers with most articles."""
    shown = list(statistics.publishers.items())[:_PUBLISHERS]
    most = max(n for _, n in shown)
    rows = []
    for name, n in shown:
        topics = statistics.shares["publisher"].get(name, {}).get("topic", {})
        main = ", ".join(f"{escape(topic)} {own / n:.0%}" for topic, own in list(topics.items())[:3])
        rows.append([escape(name), f"{n:,}", bar({"one": n}, most), f'<span class="line">{main}</span>'])
    rest = len(statistics.publishers) - len(shown)
    more = (
        f"<p class=soft>{rest:,} more publisher{' has' if rest == 1 else 's have'} fewer articles.</p>"
        if rest > 0
        else ""
    )
    listed = table("Articles by publisher; topics of the ten largest", ["publisher", "#articles", "", "topics"], rows)
    return f"<h2>Publishers</h2>{listed}{more}"


def time(statistics: Statistics) -> str:
    """Articles over time; empty where none has a date."""
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
    undated = sum(statistics.undated.values())
    articles = "article has" if undated == 1 else "articles have"
    return f"<h2>Time</h2>{_key(statistics)}{plot}<p class=soft>{undated:,} {articles} no date.</p>"


def lengths(statistics: Statistics) -> str:
    """Articles by length; empty where no text was counted."""
    if not statistics.lengths:
        return ""
    bins = range(min(statistics.lengths), max(statistics.lengths) + 1)
    parts = {length_name(bin_): [("one", statistics.lengths.get(bin_, 0))] for bin_ in bins}
    return f"<h2>Lengths</h2>{columns(parts, 'Articles by length in words')}"


def duplicates(statistics: Statistics) -> str:
    """What was left out as a duplicate, and the clusters that stayed."""
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


def confidence(statistics: Statistics) -> str:
    """How sure the labels are."""
    parts = ["<h2>Confidence</h2>"]
    for column, bins in statistics.confidences.items():
        if bins:
            twentieths = {f"{i / BINS:.2f}": [("one", bins.get(i, 0))] for i in range(BINS)}
            caption = f"Articles by confidence of {column}; {sure_share(statistics, column):.0%} have 0.8 or more"
            parts.append(columns(twentieths, caption, height=120))
    for task, found in statistics.manifest["validated"].items():
        if found["labelled"] >= ENOUGH_VALIDATED and found.get("calibration"):
            caption = f"Calibration of {task}, on what people labelled for validation: fifths by confidence"
            parts.append(table(caption, ["#articles", "#stated confidence", "#share right"], calibration_rows(found)))
    validated = statistics.roles.get("validation", 0)
    labelled = "article of this corpus was" if validated == 1 else "articles of this corpus were"
    parts.append(
        f"<p>{escape(limit_confidence(statistics))} {validated:,} {labelled} labelled by people for validation.</p>"
    )
    return "".join(parts)


def rights(statistics: Statistics) -> str:
    """Reservations, licences, takedowns and masks, counted."""
    rows = [[escape(name.replace("`", "")), f"{n:,}"] for name, n in rights_lines(statistics)]
    return f"<h2>Rights and personal data</h2>{table('What is counted', ['', '#number'], rows)}"


def _key(statistics: Statistics) -> str:
    return '<ul class="key">' + "".join(f'<li><i class="{s}"></i>{s}</li>' for s in statistics.splits) + "</ul>"


def cube(statistics: Statistics) -> str:
    """The counts behind the grid; `<` is escaped, so that no name can end the script."""
    topics, stances, genres = (
        {name: i for i, name in enumerate(statistics.labels[column])} for column in ("topic", "stance", "genre")
    )
    rows = [[topics[t], stances[s], genres[g], n] for (t, s, g), n in statistics.cube.items()]
    return orjson.dumps({"genres": list(genres), "rows": rows}).decode().replace("<", "\\u003c")
