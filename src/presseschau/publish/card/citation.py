"""The BibTeX entry of a dataset."""

from __future__ import annotations

import re

from presseschau.publish.card.info import DatasetInfo
from presseschau.publish.card.tables import amount
from presseschau.publish.statistics import Statistics


def citation(info: DatasetInfo, statistics: Statistics) -> str:
    """The BibTeX entry of the dataset."""
    articles = amount(statistics.articles, "article")
    year = (statistics.released or "")[:4]
    fields = {
        "title": f"{{{_bibtex(info.pretty_name)}}}",
        "author": f"{{{' and '.join(map(_author, info.creators))}}}" if info.creators else "",
        "year": f"{{{year}}}" if year else "",
        "version": f"{{{info.version}}}",
        "url": f"{{{info.homepage}}}" if info.homepage else "",
        "note": f"{{{articles}, content sha256 {statistics.manifest['content_sha256'][:16]}, "
        f"built with presseschau {statistics.manifest['packages']['presseschau']}}}",
    }
    lines = ",\n".join(f"  {key:7} = {value}" for key, value in fields.items() if value)
    return f"@misc{{{re.sub(r'[^A-Za-z0-9]+', '-', info.name)}-{info.version},\n{lines}\n}}"


def _author(name: str) -> str:
    """One author; braces keep an institute of press and media from becoming two."""
    return f"{{{_bibtex(name)}}}" if re.search(r"\band\b", name, re.IGNORECASE) else _bibtex(name)


def _bibtex(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", text.replace("\\", "").replace("{", "").replace("}", ""))
