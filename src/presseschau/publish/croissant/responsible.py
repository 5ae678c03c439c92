"""The people behind a dataset, and the RAI fields: prose from the card, the rest from the manifest.

Source: Croissant RAI specification 1.0, https://docs.mlcommons.org/croissant/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presseschau.publish.card.read import plain, section
from presseschau.publish.statistics import Statistics

# The card's sections that answer the questions of the RAI vocabulary, so that both say the same.
_RAI_SECTIONS = (
    ("rai:dataCollection", ("Data collection",), False),
    ("rai:dataPreprocessingProtocol", ("Data processing",), True),
    ("rai:dataAnnotationProtocol", ("Annotation process",), True),
    ("rai:dataAnnotationAnalysis", ("Quality of the labels",), True),
    ("rai:dataUseCases", ("Direct use",), True),
    ("rai:dataLimitations", ("Limitations", "Out-of-scope use"), True),
    ("rai:dataBiases", ("Known biases",), True),
    ("rai:dataSocialImpact", ("Social impact",), False),
    ("rai:personalSensitiveInformation", ("Personal and sensitive information",), True),
    ("rai:dataReleaseMaintenancePlan", ("Maintenance",), False),
)


def people(info: Mapping[str, Any]) -> dict[str, Any]:
    """Creators and homepage, where the user named them."""
    creators = [{"@type": "sc:Organization", "name": name} for name in info.get("creators") or ()]
    return {
        **({"creator": creators} if creators else {}),
        **({"url": info["homepage"]} if info.get("homepage") else {}),
    }


def responsible(statistics: Statistics, prose: str) -> dict[str, Any]:
    """The RAI fields: prose from the card, the rest from the manifest."""
    fields: dict[str, Any] = {}
    for name, headings, many in _RAI_SECTIONS:
        lines = [line for heading in headings for line in plain(section(prose, heading))]
        if lines:
            fields[name] = lines if many else " ".join(lines)
    manifest = statistics.manifest
    sample = manifest["config"].get("source", {}).get("kind") == "sample"
    frame = [day for day in (statistics.first, statistics.last) if day]
    tasks = "topic, genre and stance" if statistics.has_stance else "topic and genre"
    pages, labelers = manifest["pages"], sorted(manifest["labelers"])
    return {
        **fields,
        "rai:dataCollectionType": ["Others" if sample else "Web Scraping"],
        **({"rai:dataCollectionTimeFrame": frame} if frame else {}),
        "rai:machineAnnotationTools": labelers,
        "rai:annotationsPerItem": f"One label for each of {tasks}, by rules where no person labelled.",
        "rai:hasSyntheticData": sample,
        "prov:wasDerivedFrom": {
            "@type": "prov:Entity",
            "prov:label": f"{pages['input']:,} input pages",
            "sc:identifier": f"sha256:{manifest['input_sha256']}",
        },
        "prov:wasGeneratedBy": [
            {"@type": "prov:Activity", "prov:label": label, "sc:description": description}
            for label, description in (
                ("Extraction and cleaning", f"{pages['input']:,} pages read by presseschau "
                 f"{manifest['packages']['presseschau']}; ledger.parquet has every page with outcome and reason."),
                ("Filtering and deduplication", f"{pages['kept']:,} articles kept, {pages['dropped']:,} dropped, "
                 f"{pages['failed']:,} failed."),
                ("Annotation", f"Labels made by {', '.join(labelers)}."),
                ("Splitting", f"{', '.join(manifest['splits'])}; rules and the split of every article in splits.json."),
            )
        ],
    }  # fmt: skip
