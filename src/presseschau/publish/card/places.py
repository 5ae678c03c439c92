"""What goes into the places of the card's prose beside its tables: every number is counted or from the config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presseschau.publish.card.citation import citation
from presseschau.publish.card.info import DatasetInfo
from presseschau.publish.card.quality import quality_places
from presseschau.publish.card.summaries import summary_places
from presseschau.publish.card.tables import amount, bullets, listed
from presseschau.publish.figures import NAMES, Figure
from presseschau.publish.statistics import UNKNOWN, Statistics


def places(info: DatasetInfo, statistics: Statistics, figures: Mapping[str, Figure]) -> dict[str, str]:
    """The texts by the name of their place.

    Args:
        info: What the user says about the dataset.
        statistics: What is counted in the folder.
        figures: The plots, by name.
    """
    manifest = statistics.manifest
    config, pages = manifest["config"], manifest["pages"]
    contact = info.contact or "the maintainers of this copy"
    dedup = config.get("dedup", {})
    copies = dedup.get("near") == "keep"
    german = list(statistics.languages) == ["de"]
    return {
        **summary_places(statistics),
        **quality_places(statistics),
        "pretty_name": info.pretty_name,
        "name": info.name,
        "version": info.version,
        "license": info.license,
        "articles": f"{statistics.articles:,}",
        "pages": f"{pages['input']:,}",
        "dropped": f"{pages['dropped']:,}",
        "failed": f"{pages['failed']:,}",
        "content_sha256": manifest["content_sha256"],
        "full_sha256": f", that of the full dataset is `{full}`"
        if (full := manifest.get("full_content_sha256"))
        else "",
        "messages": bullets(manifest["messages"]) or "None.",
        "contact": contact,
        "once": "Near-duplicates stay, all in one split."
        if copies
        else "Every article is there once; near-duplicates are left out.",
        "stance_meaning": "Stance is that of the article toward its main target, in its own voice; `(none)`: no target "
        "was found."
        if statistics.has_stance
        else "Stance was not looked for.",
        "news": f"{'German ' * german}news",
        "press": f"{'German ' * german}press",
        "for_german": " for German" if "de" in statistics.languages else "",
        "foreign": _foreign(statistics.languages),
        "targets": "; a person can be the target of a stance" if statistics.has_stance else "",
        "facts": _facts(info, statistics, contact),
        "collection": _collection(statistics),
        "filters": _filters(config),
        "jaccard": str(dedup.get("jaccard")),
        "containment": str(dedup.get("containment")),
        "related": str(dedup.get("related")),
        "near": _COPIES if copies else "are dropped, the earliest stays",
        "agencies": "Text of agencies stands there as often as outlets had it, as near-duplicates."
        if copies
        else "Text of agencies is kept once, under the outlet whose copy is earliest.",
        "clusters": _clusters(statistics),
        "leaks": _leaks(manifest["leakage"]),
        "producers": _producers(statistics),
        "largest": _largest(statistics),
        "authors": _authors(config),
        "masking": _masking(config.get("mask", {}), statistics),
        "license_text": _license(info),
        "citation": citation(info, statistics),
        **{f"figure_{name}": figures[name].markdown if name in figures else "" for name in NAMES},
    }


_COPIES = "are told apart: of exact ones, and of the versions of a page, one stays; near-duplicates stay, in one split"


def _leaks(found: Mapping[str, Any]) -> str:
    """What there is of near copies across splits all the same, as where a lock's articles have other texts now."""
    pairs = sum(found[kind] for kind in ("near_duplicates", "contained", "related"))
    return f", but for {amount(pairs, 'pair')} that the audit found" if pairs else ""


def _facts(info: DatasetInfo, statistics: Statistics, contact: str) -> str:
    lines = {
        "Curated by": ", ".join(info.creators) if info.creators else "whoever publishes this copy",
        "Version": f"{info.version} of `{info.name}`, built with presseschau "
        f"{statistics.manifest['packages']['presseschau']}",
        "Language": ", ".join(statistics.languages),
        "License": _license(info),
        "Published": statistics.period or "undated",
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
    undated = sum(statistics.undated.values())
    frame = (
        f" The articles were published {_when(statistics)}"
        + (f"; {amount(undated, 'has', 'have')} no date." if undated else ".")
        if statistics.first
        else " No article has a date."
    )
    return (
        f"The input was {kinds.get(kind, kind)}. It held {amount(pages['input'], 'page')}. "
        f"Who collected the pages decided what is in them.{frame} Of the pages, "
        f"{amount(pages['kept'], 'became an article', 'became articles')}, "
        f"{amount(pages['dropped'], 'was', 'were')} dropped and "
        f"{pages['failed']:,} could not be used; every one is in `ledger.parquet` with the reason. "
        "The pages themselves are not part of the dataset."
    )


def _when(statistics: Statistics) -> str:
    return f"{'on' if statistics.first == statistics.last else 'from'} {statistics.period}"


def _foreign(languages: Mapping[str, int]) -> str:
    """What the labels of articles in other languages are worth; nothing where there are none."""
    others = sum(n for code, n in languages.items() if code != "de")
    if not others:
        return ""
    which = "the article" if others == 1 else f"the {others:,} articles"
    return f" Labels of {which} in other languages rest on the few words that these share with German."


def _filters(config: Mapping[str, Any]) -> str:
    options = config.get("filter", {})
    languages, topics = ", ".join(options.get("languages", ())), config.get("label", {}).get("keep")
    parts = [
        f"articles in other languages than {languages} are dropped, as are those below "
        f"{options.get('min_words')} words or {options.get('min_chars')} characters, "
        "stubs of paywalled articles, and pages without an article."
    ]
    if topics:
        parts.append(f"So are articles of other topics than {', '.join(topics)}.")
    if config.get("rights", {}).get("reserved") == "drop":
        parts.append("Pages that reserve text and data mining are left out.")
    if most := config.get("split", {}).get("max_per_publisher"):
        parts.append(f"No publisher has more than {amount(most, 'article')}.")
    return " ".join(parts)


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
        "Some texts are press releases or advertorials of companies. Neither the authors nor the people whom an "
        "article names were asked whether it becomes part of a dataset; what pages reserve and state is under Rights."
    )


def _largest(statistics: Statistics) -> str:
    name, n = max(
        ((name, n) for name, n in statistics.publishers.items() if name != UNKNOWN), key=lambda p: p[1], default=("", 0)
    )
    return f"; {name} alone has {n / statistics.articles:.0%} of the articles" if n * 10 >= statistics.articles else ""


def _authors(config: Mapping[str, Any]) -> str:
    if config.get("publish", {}).get("authors"):
        return "Author names are published in the column `authors`, as the build was told to."
    where = ", also in the bylines of the texts" if config.get("mask", {}).get("byline") else ""
    return f"Author names are left out{where}; a text can still name its author within a sentence."


# What the masks stand for, singular and plural.
_MASKED: Mapping[str, tuple[str, str]] = {
    "email": ("e-mail address", "e-mail addresses"),
    "phone": ("telephone number", "telephone numbers"),
    "iban": ("account number", "account numbers"),
    "byline": ("author's name in a byline", "authors' names in bylines"),
}


def _masking(options: Mapping[str, bool], statistics: Statistics) -> str:
    """What is masked in the texts, and how often it was."""
    kinds = [kind for kind in _MASKED if options.get(kind)]
    if not kinds:
        return "Contact data in the texts is not masked."
    names = listed([_MASKED[kind][1] for kind in kinds])
    found = [(statistics.masked.get(kind, 0), kind) for kind in kinds]
    counts = listed([f"{n:,} {_MASKED[kind][n != 1]}" for n, kind in found if n])
    return (
        f"In the texts, {names} of people are replaced by a mask that says what stood there (`[E-MAIL]`, `[TELEFON]`, "
        f"`[IBAN]`, `[NAME]`): {counts or 'none was found'}. Addresses and numbers by which an organisation is reached "
        "stay."
    )
