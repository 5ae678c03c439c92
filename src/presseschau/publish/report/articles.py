"""The sections of a report that show articles: samples of every class, and a table to search in."""

from __future__ import annotations

from html import escape

from presseschau.publish.report.html import link, select
from presseschau.publish.samples import CLASSES, TABLE, Samples, Shown
from presseschau.publish.statistics import NONE, Statistics
from presseschau.schema import TASKS, LabelNames


def by_class(samples: Samples, names: LabelNames) -> str:
    """Some articles of every class, with the evidence of their stance marked."""
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
    tags = {column: getattr(shown, column) for column in TASKS if getattr(shown, column) != NONE}
    labels = "".join(
        f'<span class="tag">{escape(name)} {shown.confidences[column] or 0:.2f}</span>' for column, name in tags.items()
    )
    target = f' toward <span class="tag">{escape(shown.stance_target)}</span>' if shown.stance_target else ""
    text = "".join(f"<mark>{escape(p.text)}</mark>" if p.marked else escape(p.text) for p in shown.excerpt)
    where = " · ".join(filter(None, (escape(shown.publisher), escape(shown.published), escape(shown.split))))
    return (
        f'<article lang="{escape(shown.language)}"><h4>{link(shown.url, shown.title or shown.id)}</h4>'
        f'<p class=soft>{where}</p><p lang="en">{labels}{target}</p><p class="excerpt">{text}</p></article>'
    )


def searchable(samples: Samples, statistics: Statistics) -> str:
    """A table of articles that can be searched, filtered and sorted."""
    rows = []
    for a in samples.table:
        sure = a.confidences["topic"]
        marks = "".join(f' data-{key}="{escape(getattr(a, key))}"' for key in ("topic", "genre", "stance", "split"))
        cells = [link(a.url, a.title or a.id), *map(escape, (a.publisher, a.published))]
        labels = "".join(f"<td>{escape(value)}</td>" for value in (a.topic, a.genre, a.stance, a.split))
        number = "" if sure is None else f"{sure:.2f}"
        rows.append(
            f'<tr{marks}><td class="t" lang="{escape(a.language)}">{cells[0]}</td><td>{cells[1]}</td>'
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
