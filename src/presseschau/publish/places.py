"""What goes into the places of the card's prose beside its tables: every number is counted or from the config."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from presseschau.publish.card import DatasetInfo, bullets, markdown
from presseschau.publish.figures import NAMES, Figure, sure_share
from presseschau.publish.statistics import NONE, UNKNOWN, Statistics

# Below this many articles that people labelled for validation, no accuracy is worth its name.
ENOUGH_VALIDATED = 200
UNVALIDATED = "labels not validated by people on this corpus"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a labeler's confidences were fitted on.

    Attributes:
        name: Of the reference set.
        articles: How many it has; 0 where there was none.
        tasks: Topic, genre, stance: those that it shaped.
    """

    name: str
    articles: int
    tasks: tuple[str, ...]


def places(
    info: DatasetInfo,
    statistics: Statistics,
    figures: Mapping[str, Figure],
    references: tuple[Reference, ...] = (),
    measured: tuple[str, ...] = (),
) -> dict[str, str]:
    """The texts by the name of their place.

    Args:
        info: What the user says about the dataset.
        statistics: What is counted in the folder.
        figures: The plots, by name.
        references: On what the confidences were fitted.
        measured: Figures of quality on articles that shaped nothing, a sentence each.
    """
    config = statistics.manifest["config"]
    labeler = ", ".join(sorted(statistics.manifest["labelers"]))
    contact = info.contact or "the maintainers of this copy"
    dedup = config.get("dedup", {})
    return {
        "contact": contact,
        "labeler": labeler,
        "notice": _notice(statistics),
        "german_period": f" aus der Zeit vom {_day(statistics.first)} bis {_day(statistics.last)}"
        if statistics.first
        else "",
        "tested": _tested(statistics),
        "german_tested": _german_tested(statistics),
        "once": "Near-duplicates stay, all in one split."
        if dedup.get("near") == "keep"
        else "Every article is there once; near-duplicates are left out.",
        "focus": " with a focus on technology" if _technical(statistics) else "",
        "german_focus": " mit Schwerpunkt Technik" if _technical(statistics) else "",
        "german_labels": _german_labels(statistics),
        "facts": _facts(info, statistics, contact),
        "collection": _collection(statistics),
        "filters": _filters(config.get("filter", {})),
        "jaccard": str(dedup.get("jaccard")),
        "containment": str(dedup.get("containment")),
        "related": str(dedup.get("related")),
        "near": "stay, all in one split" if dedup.get("near") == "keep" else "are dropped, the earliest stays",
        "clusters": _clusters(statistics),
        "producers": _producers(statistics),
        "annotation": _annotation(statistics, labeler),
        "quality": bullets(_quality(statistics, references, measured)),
        "limit_labels": _limit_labels(statistics),
        "largest": _largest(statistics),
        "authors": _authors(config),
        "license_text": _license(info),
        "rights_table": _rights(statistics),
        "citation": citation(info, statistics),
        "publisher_shares": _shares(statistics, "publisher"),
        "year_shares": _shares(statistics, "year"),
        **{f"figure_{name}": figures[name].markdown if name in figures else "" for name in NAMES},
    }


def measured_on_validation(right: Mapping[str, int], labelled: Mapping[str, int]) -> tuple[str, ...]:
    """What people's blind validation labels say about the machine's, a sentence for each label with enough of them.

    Args:
        right: Articles by label whose machine label is the one that people gave.
        labelled: Articles by label that people labelled for validation.

    The interval is that of Wilson (1927) at 95 %.
    """
    lines = []
    for column, n in labelled.items():
        if n >= ENOUGH_VALIDATED:
            share, z = right.get(column, 0) / n, 1.96
            middle = (share + z * z / (2 * n)) / (1 + z * z / n)
            half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
            interval = f"95 % interval {middle - half:.2f} to {middle + half:.2f}, unweighted"
            lines.append(
                f"Accuracy of {column}: {share:.2f} ({interval}) "
                f"on {n:,} articles that people labelled without seeing the machine's label, and that shaped nothing."
            )
    return tuple(lines)


def citation(info: DatasetInfo, statistics: Statistics) -> str:
    """The BibTeX entry of the dataset."""
    year = (statistics.released or "")[:4]
    fields = {
        "title": f"{{{_bibtex(info.pretty_name)}}}",
        "author": f"{{{' and '.join(_bibtex(name) for name in info.creators)}}}" if info.creators else "",
        "year": f"{{{year}}}" if year else "",
        "version": f"{{{info.version}}}",
        "url": f"{{{info.homepage}}}" if info.homepage else "",
        "note": f"{{{statistics.articles:,} articles, content sha256 {statistics.manifest['content_sha256'][:16]}, "
        f"built with presseschau {statistics.manifest['packages']['presseschau']}}}",
    }
    lines = ",\n".join(f"  {key:7} = {value}" for key, value in fields.items() if value)
    return f"@misc{{{re.sub(r'[^A-Za-z0-9]+', '-', info.name)}-{info.version},\n{lines}\n}}"


def _bibtex(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", text.replace("\\", "").replace("{", "").replace("}", ""))


def _day(day: str | None) -> str:
    year, month, number = (day or "0000-00-00").split("-")
    return f"{int(number)}.{int(month)}.{year}"


def _validated(statistics: Statistics) -> int:
    return statistics.roles.get("validation", 0)


def _people(statistics: Statistics) -> int:
    return sum(statistics.roles.values())


def _notice(statistics: Statistics) -> str:
    validated = _validated(statistics)
    if validated >= ENOUGH_VALIDATED:
        return f"> {validated:,} articles of this corpus were labelled by people for validation (view `gold`)."
    have = f"{validated:,} articles" if validated else "no article"
    verb = "were" if validated > 1 else "was"
    return (
        f"> **Notice: {UNVALIDATED}.** {have.capitalize()} {verb} labelled by people for validation, and below "
        f"{ENOUGH_VALIDATED} no accuracy is stated. Read the labels as those of a documented rule system, not as truth."
    )


def _german_labels(statistics: Statistics) -> str:
    people = _people(statistics)
    if not people:
        return "Die Labels stammen aus offenen Regeln und nicht von Menschen; ihre Sicherheit steht bei jedem Artikel."
    return (
        f"{people:,} Artikel wurden von Menschen eingeordnet, alle übrigen Labels stammen aus offenen Regeln; "
        "ihre Sicherheit steht bei jedem Artikel."
    ).replace(",", ".", 1)


# What a test split of a strategy is good for, in English and in German.
_TESTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "benchmark": {
        "test": ("the same outlets", "bekannten Verlagen"),
        "test_temporal": ("later months", "späteren Monaten"),
        "test_publisher": ("outlets that it has never seen", "unbekannten Verlagen"),
    },
    "temporal": {"test": ("later months", "späteren Monaten")},
    "publisher": {"test": ("outlets that it has never seen", "unbekannten Verlagen")},
    "random": {"test": ("articles that it has never seen", "zurückgehaltenen Artikeln")},
}


def _test_phrases(statistics: Statistics, language: int) -> list[str]:
    strategy = statistics.manifest["config"].get("split", {}).get("strategy", "random")
    return [phrases[language] for split, phrases in _TESTS.get(strategy, {}).items() if split in statistics.splits]


def _tested(statistics: Statistics) -> str:
    phrases = [f"on {phrase}" for phrase in _test_phrases(statistics, 0)]
    listed = " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)
    return f"split so that a classifier can be tested {listed}" if phrases else "split by cluster"


def _german_tested(statistics: Statistics) -> str:
    phrases = _test_phrases(statistics, 1)
    listed = " und ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)
    return f" und erlaubt Tests auf {listed}" if phrases else ""


def _technical(statistics: Statistics) -> bool:
    """Whether most articles have one of the topics of the scheme that comes with the package, which are technical."""
    own_scheme = statistics.manifest["config"].get("label", {}).get("scheme") is not None
    other = sum(statistics.labels["topic"].get("other", {}).values())
    return not own_scheme and other * 2 < statistics.articles


def _facts(info: DatasetInfo, statistics: Statistics, contact: str) -> str:
    languages = ", ".join(statistics.manifest["config"].get("filter", {}).get("languages", ["de"]))
    lines = {
        "Curated by": ", ".join(info.creators) if info.creators else "whoever publishes this copy",
        "Version": f"{info.version} of `{info.name}`, built with presseschau "
        f"{statistics.manifest['packages']['presseschau']}",
        "Language": languages,
        "License": _license(info),
        "Published": f"{statistics.first} to {statistics.last}" if statistics.first else "undated",
        "Publishers": f"{sum(name != UNKNOWN for name in statistics.publishers):,}",
        "Homepage": info.homepage,
        "Contact": contact,
    }
    return "\n".join(f"- **{key}:** {value}" for key, value in lines.items() if value)


def _license(info: DatasetInfo) -> str:
    if info.license != "other":
        return f"`{info.license}`."
    if info.own_terms:
        return "the texts are their publishers', see `LICENSE.md`."
    link = info.license_link or ""
    return f"[{info.license_name or link}]({link})."


def _collection(statistics: Statistics) -> str:
    manifest = statistics.manifest
    kind = manifest["config"].get("source", {}).get("kind", "")
    kinds = {
        "sample": "the sample pages of presseschau, written for it; their outlets, people and events are invented",
        "html": "saved HTML pages",
        "text": "text dumps of pages",
        "warc": "WARC files of a crawl",
        "ccnews": "the CC-NEWS archive of Common Crawl",
        "jsonl": "records with page or text (JSON Lines)",
        "csv": "records with page or text (CSV)",
        "parquet": "records with page or text (Parquet)",
    }
    pages = manifest["pages"]
    files = f"{manifest['input_units']:,} files or records with {pages['input']:,} pages"
    frame = (
        f" The articles were published from {statistics.first} to {statistics.last}"
        + (f"; {statistics.undated:,} have no date." if statistics.undated else ".")
        if statistics.first
        else " No article has a date."
    )
    return (
        f"The input was {kinds.get(kind, kind)}. It held {files}. Who collected the pages decided what is in them."
        f"{frame} Of the pages, {pages['kept']:,} became articles, {pages['dropped']:,} were dropped and "
        f"{pages['failed']:,} could not be used; every one is in `ledger.parquet` with the reason."
    )


def _filters(options: Mapping[str, Any]) -> str:
    languages = ", ".join(options.get("languages", ()))
    return (
        f"articles in other languages than {languages} are dropped, as are those below "
        f"{options.get('min_words')} words or {options.get('min_chars')} characters, "
        "stubs of paywalled articles, and pages without an article."
    )


def _clusters(statistics: Statistics) -> str:
    more = {size: n for size, n in statistics.clusters.items() if size > 1}
    if not more:
        return "no cluster has more than one article."
    articles, count = sum(size * n for size, n in more.items()), sum(more.values())
    have = "cluster has" if count == 1 else "clusters have"
    return f"{count:,} {have} more than one article ({articles:,} articles, at most {max(more):,} in one)."


def _producers(statistics: Statistics) -> str:
    if statistics.manifest["config"].get("source", {}).get("kind") == "sample":
        return "The sample pages were written for presseschau; no person or outlet in them exists."
    return (
        "Journalists, editors and agencies of the outlets above, for their readers and not for this dataset; "
        "nothing is known about them beyond what the pages say. "
        "Some texts are press releases or advertorials of companies."
    )


def _annotation(statistics: Statistics, labeler: str) -> str:
    lines = [
        f"Topic, genre and stance are made by `{labeler}`: rules over weighted German lexicons, each a "
        "labelling function that votes or abstains; the votes are combined by their margin. "
        "A label never depends on other articles.",
        "Stance is that of the article toward its main target; the sentences that carry it are in `stance_evidence`.",
    ]
    for column, sources in statistics.sources.items():
        if set(sources) - {"rules"}:
            lines.append(f"Source of {column}: " + ", ".join(f"{name} {n:,}" for name, n in sources.items()) + ".")
    if people := _people(statistics):
        roles = ", ".join(f"{role} {n:,}" for role, n in statistics.roles.items())
        lines.append(
            f"People labelled {people:,} articles ({roles}) after written guidelines; validation rows never train, "
            "tune or calibrate anything."
        )
    else:
        lines.append("No person labelled an article of this corpus.")
    return bullets(lines)


def _quality(statistics: Statistics, references: tuple[Reference, ...], measured: tuple[str, ...]) -> list[str]:
    lines = list(measured)
    for reference in references:
        tasks = ", ".join(reference.tasks)
        if reference.articles:
            lines.append(
                f"Confidence of {tasks}: fitted on the reference `{reference.name}` ({reference.articles:,} articles, "
                "annotated by machine). It also shaped the rules: "
                "figures measured on it would be too good, none is given."
            )
        else:
            lines.append(f"Confidence of {tasks}: not calibrated, a cautious guess, since there was no reference.")
    if not measured:
        lines.append("Articles that shaped nothing and were labelled by people: none that a figure could be given for.")
    columns = [column for column, bins in statistics.confidences.items() if bins]
    shares = ", ".join(f"{column} {sure_share(statistics, column):.0%}" for column in columns)
    lines.append(f"Share of labels with a confidence of 0.8 or more: {shares}.")
    return lines


def _limit_labels(statistics: Statistics) -> str:
    if _validated(statistics) >= ENOUGH_VALIDATED:
        return "Most labels are those of rules, with the errors that rules make; `label_role` says which are people's."
    return f"The labels are those of rules ({UNVALIDATED}); what they get wrong on it is not known."


def _largest(statistics: Statistics) -> str:
    name, n = max(
        ((name, n) for name, n in statistics.publishers.items() if name != UNKNOWN), key=lambda p: p[1], default=("", 0)
    )
    return f"; {name} alone has {n / statistics.articles:.0%} of the articles" if n * 10 >= statistics.articles else ""


def _authors(config: Mapping[str, Any]) -> str:
    if config.get("publish", {}).get("authors"):
        return "Author names are published in the column `authors`, as the build was told to."
    return "Author names are left out; a text can still name its author."


def _rights(statistics: Statistics) -> str:
    reasons = {count["reason"]: count["pages"] for count in statistics.manifest["counts"] if count["reason"]}
    reserved = statistics.reserved
    lines = [
        ["articles whose page reserves text and data mining (`tdm_reserved` true)", reserved.get("true", 0)],
        ["articles whose page allows it (false)", reserved.get("false", 0)],
        ["articles whose page says nothing (null)", reserved.get("unknown", 0)],
        ["pages left out since they reserve it (`tdm_reserved` in the ledger)", reasons.get("tdm_reserved", 0)],
        ["pages left out on request (`takedown`)", reasons.get("takedown", 0)],
        ["stubs of paywalled articles left out (`paywall_stub`)", reasons.get("paywall_stub", 0)],
    ]
    return markdown(["rights", "number"], [[str(name), f"{n:,}"] for name, n in lines])


def _shares(statistics: Statistics, key: str) -> str:
    """The ten most frequent values with their first three topics and the stances of articles with a target."""
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
