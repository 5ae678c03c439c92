"""The card's tables in Markdown: what was counted in the folder, its columns, its rights, its leakage audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from presseschau.publish.manifest import OUTCOMES
from presseschau.publish.statistics import NONE, UNKNOWN, Statistics
from presseschau.schema import SCHEMA_VERSION, SPLITS, Column, Schema

_LICENSES = 10  # that are listed one by one
_KINDS = {
    "byline": "names of authors in bylines",
    "email": "e-mail addresses",
    "iban": "account numbers",
    "phone": "telephone numbers",
}


def tables(statistics: Statistics, schema: Schema) -> dict[str, str]:
    """All tables by the name of their place in the prose."""
    return {
        "split_table": _splits(statistics),
        **{f"{column}_table": _by_split(statistics, column, statistics.labels[column]) for column in statistics.labels},
        "publisher_table": _by_split(statistics, "publisher", statistics.outlets),
        "year_table": _by_split(statistics, "year", _years(statistics)),
        "publisher_shares": _shares(statistics, "publisher"),
        "year_shares": _shares(statistics, "year"),
        "month_shares": _shares(statistics, "month"),
        "column_table": schema_table(schema),
        "funnel_table": _funnel(statistics.manifest["counts"]),
        "leakage_table": _leakage(statistics.manifest),
        "rights_table": _rights(statistics),
    }


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers.

    >>> print(markdown(["split", "n"], [["train", "7"]]))
    | split | n |
    |---|--:|
    | train | 7 |
    """
    cells = [list(head), *lines]
    rule = "|---|" + "--:|" * (len(head) - 1)
    rows = ["| " + " | ".join(map(_cell, line)) + " |" for line in cells]
    return "\n".join([rows[0], rule, *rows[1:]])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def schema_table(schema: Schema) -> str:
    """The columns with their types and meanings."""
    lines = [
        f"| `{c.name}` | {_cell(type_name(schema, c))}{', null' if c.nullable else ''} | {c.meaning} |"
        for c in schema.columns
    ]
    return "\n".join([f"Schema version {SCHEMA_VERSION}.", "", "| column | type | |", "|---|---|---|", *lines])


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list, empty where there is nothing to list."""
    return "\n".join(f"- {line}" for line in lines)


def amount(number: int, singular: str, plural: str | None = None) -> str:
    """A number and what it counts.

    >>> amount(1, "article"), amount(2_000, "article")
    ('1 article', '2,000 articles')
    """
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def listed(parts: Sequence[str], last: str = " and ") -> str:
    """Words as a sentence names them: `one, two and three`."""
    return last.join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _splits(statistics: Statistics) -> str:
    sizes = {**statistics.splits, "all": statistics.articles}
    outlets = {**statistics.houses, "all": sum(name != UNKNOWN for name in statistics.publishers)}
    words = {name: f"{n:,}" for name, n in statistics.words.items()}
    lines = [[name, f"{n:,}", f"{outlets[name]:,}", words.get(name, "–")] for name, n in sizes.items()]
    return markdown(["split", "articles", "publishers", "words (median)"], lines)


def _by_split(statistics: Statistics, head: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    splits = list(statistics.splits)
    lines = [[k, *(f"{own.get(s, 0):,}" for s in splits), f"{sum(own.values()):,}"] for k, own in counts.items()]
    return markdown([head, *splits, "all"], lines)


def _years(statistics: Statistics) -> dict[str, Mapping[str, int]]:
    years: dict[str, dict[str, int]] = {}
    for month, own in statistics.months.items():
        into = years.setdefault(month.partition("-")[0], {})
        for split, n in own.items():
            into[split] = into.get(split, 0) + n
    return {**years, **({"(undated)": statistics.undated} if statistics.undated else {})}


def type_name(schema: Schema, column: Column) -> str:
    """A column's type as readers are told it."""
    names = schema.names.of(column.name)
    return f"ClassLabel of {len(names)}" if names else str(column.type)


def _funnel(counts: Iterable[Mapping[str, Any]]) -> str:
    """How all input pages ended, most frequent first within each outcome."""
    ranked = sorted(
        counts, key=lambda c: (OUTCOMES.index(c["outcome"]), -c["pages"], c["stage"] or "", c["reason"] or "")
    )
    lines = [
        [f"{c['outcome']}: {c['reason']} ({c['stage']})" if c["reason"] else c["outcome"], f"{c['pages']:,}"]
        for c in ranked
    ]
    return markdown(["outcome", "pages"], [*lines, ["input pages", f"{sum(c['pages'] for c in ranked):,}"]])


def _leakage(manifest: Mapping[str, Any]) -> str:
    found = manifest["leakage"]
    return markdown(
        ["looked for in the kept texts, across splits", "found"],
        [
            ["near-duplicates (Jaccard at or above that of a duplicate)", str(found["near_duplicates"])],
            ["texts contained in another one", str(found["contained"])],
            ["looser relatives", str(found["related"])],
            ["clusters in more than one split", str(found["spanning_clusters"])],
            ["publishers of `test_publisher` in another split", str(len(found["shared_publishers"]))],
            ["articles on the wrong side of the cutoff", str(found["out_of_time"])],
            *([name, value] for name, value in shared_figures(manifest)),
        ],
    )


def shared_figures(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What splits share beyond texts, as name and value; of a copy without some splits only for those that it has."""
    events = manifest["leakage"].get("events") or {}
    shares = ", ".join(f"{events[s]:.1%} of {s}" for s in SPLITS if s in events and s in manifest["splits"])
    lines = [("dated articles with an event of the day that train tells of, too", shares)] if shares else []
    if probe := manifest["leakage"].get("publisher_probe"):
        tested = f"{amount(probe['test'], 'article')}, {probe['publishers']} publishers"
        value = f"{probe['accuracy']:.1%} (always the largest: {probe['majority']:.1%})"
        lines.append((f"publisher told from the text by a linear model (accuracy on {tested})", value))
    return lines


def balance_lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """For each stratified column its class that is farthest from the shares asked for."""
    worst: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["deviation"] > worst.get(row["column"], {"deviation": -1.0})["deviation"]:
            worst[row["column"]] = row
    return [
        f"Stratified by `{column}`: farthest from its shares is `{row['label']}`, by {row['deviation']:.1%} "
        f"({' / '.join(f'{n:,}' for n in row['articles'])} articles in train / validation / test)."
        for column, row in worst.items()
    ]


def rights_lines(statistics: Statistics) -> list[tuple[str, int]]:
    """Everything about rights and personal data that is counted, with its number."""
    reasons = {count["reason"]: count["pages"] for count in statistics.manifest["counts"] if count["reason"]}
    reserved, licenses = statistics.reserved, list(statistics.licenses.items())
    rest, others = sum(n for _, n in licenses[_LICENSES:]), len(licenses) - _LICENSES
    return [
        ("articles whose page reserves text and data mining (`tdm_reserved` true)", reserved.get("true", 0)),
        ("articles whose page allows it (false)", reserved.get("false", 0)),
        ("articles whose page says nothing (null)", reserved.get("unknown", 0)),
        ("pages left out since they reserve it (`tdm_reserved` in the ledger)", reasons.get("tdm_reserved", 0)),
        ("pages left out on request (`takedown`)", reasons.get("takedown", 0)),
        ("stubs of paywalled articles left out (`paywall_stub`)", reasons.get("paywall_stub", 0)),
        ("articles whose page states a licence (`license` in the ledger)", sum(statistics.licenses.values())),
        *((f"– {_code(name)}", n) for name, n in licenses[:_LICENSES]),
        *([(f"– {others:,} other{'s' * (others != 1)}", rest)] if rest else []),
        *((f"{name} masked in the texts", statistics.masked.get(kind, 0)) for kind, name in _KINDS.items()),
    ]


def _rights(statistics: Statistics) -> str:
    return markdown(["rights", "number"], [[name, f"{n:,}"] for name, n in rights_lines(statistics)])


def _code(text: str) -> str:
    """A stranger's words as they are: nothing in them is read as Markdown."""
    return f"`{text.replace('`', '')}`"


def _shares(statistics: Statistics, key: str) -> str:
    """The most frequent values with their first three topics and the stances of articles with a target."""
    lines = []
    for value, labels in statistics.shares[key].items():
        total = sum(labels["topic"].values())
        topics = list(labels["topic"].items())[:3]
        stances = {name: n for name, n in labels["stance"].items() if name != NONE}
        with_target = sum(stances.values())
        shown = [f"{name} {n / with_target:.0%}" for name, n in stances.items()]
        main = ", ".join(f"{name} {n / total:.0%}" for name, n in topics)
        lines.append(f"| {value} | {total:,} | {main} | {', '.join(shown) or '–'} |")
    return "\n".join([f"| {key} | articles | topics | stance |", "|---|--:|---|---|", *lines])
