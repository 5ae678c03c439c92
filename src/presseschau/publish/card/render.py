"""The card's text: the YAML block, the notes that later steps put in, and the prose with numbers in every place.

A card is made from its folder alone, prose included (it is in the manifest), so that a stub, a rehydrated copy or a
copy without some rows has one of its own, and `verify` can count again what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from presseschau.publish.card.front import metadata
from presseschau.publish.card.info import TERMS, DatasetInfo, terms
from presseschau.publish.card.places import places
from presseschau.publish.card.read import read_card
from presseschau.publish.card.split_rules import read_plan, split_rules
from presseschau.publish.card.tables import balance_lines, bullets, tables
from presseschau.publish.figures import NAMES, figures_of, write_figures
from presseschau.publish.manifest import is_current
from presseschau.publish.statistics import Statistics
from presseschau.schema import Schema

NAME = "README.md"
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HEADING = re.compile(r"^# .*\n", re.MULTILINE)
_NOTE = re.compile(r"\n<!-- (?P<name>\w+) -->\n(?P<text>.*?)\n<!-- /(?P=name) -->\n", re.DOTALL)
# Keys of the YAML block that follow from the data; the others are words, which people may edit.
_COUNTED = ("language", "size_categories", "configs", "dataset_info")
_OWN_KEYS = ("extra_gated_prompt", "extra_gated_fields", "extra_gated_heading", "extra_gated_button_content")


def write_card(
    folder: Path,
    schema: Schema,
    statistics: Statistics,
    notes: Mapping[str, str | None] | None = None,
    front: Mapping[str, Any] | None = None,
) -> None:
    """Writes `README.md` and the `figures/` that it shows of a folder that has its shards, ledger, splits and manifest.

    Args:
        folder: The dataset folder.
        schema: Its columns.
        statistics: What is counted in it.
        notes: Passages by name, put after the title; None for one that is not to be there.
        front: Keys of the YAML block beside those that follow from the data.

    Raises:
        ValueError: The prose names a place that there is nothing for, or the Hub would not understand the block.
    """
    text = _card(folder, schema, statistics, notes or {}, front or {})
    asked = set(_PLACE.findall(statistics.manifest["card"]))
    write_figures(folder, statistics, [name for name in NAMES if f"figure_{name}" in asked])
    (folder / NAME).write_text(text, encoding="utf-8")


def is_edited(folder: Path, schema: Schema, statistics: Statistics) -> bool:
    """Whether somebody has changed words of a folder's card, which another card from this folder will not have.

    One by another version of the package is not compared.
    """
    if not is_current(statistics.manifest):
        return False
    return (folder / NAME).read_text(encoding="utf-8") != _card(folder, schema, statistics, *given(folder))


def _card(
    folder: Path, schema: Schema, statistics: Statistics, notes: Mapping[str, str | None], front: Mapping[str, Any]
) -> str:
    block = metadata(_info(statistics.manifest), schema, statistics)
    numbers_ = numbers(folder, schema, statistics, block)
    return with_notes(render(statistics.manifest["card"], block | dict(front), numbers_), notes)


def numbers(folder: Path, schema: Schema, statistics: Statistics, front: Mapping[str, Any]) -> dict[str, str]:
    """What goes into the places of the prose, by name."""
    return {
        **places(_info(statistics.manifest), statistics, figures_of(statistics)),
        **tables(statistics, schema),
        "split_rules": bullets([*split_rules(read_plan(folder)), *balance_lines(statistics.manifest["balance"])]),
        "views": ", ".join(config["config_name"] for config in front["configs"]),
    }


def check_numbers(folder: Path, schema: Schema, statistics: Statistics, text: str) -> Iterator[str]:
    """What the card does not say that its folder gives, one line each; for `verify`.

    Prose around the numbers may have been edited. A card by another version of the package is not compared.
    """
    manifest = statistics.manifest
    if not is_current(manifest):
        return
    front, _ = read_card(folder)
    for key, value in metadata(_info(manifest), schema, statistics).items():
        if key in _COUNTED and front.get(key) != value:
            yield f"README.md: {key} in its YAML is not what the folder gives"
    given_in = set(_PLACE.findall(manifest["card"]))
    for name, value in numbers(folder, schema, statistics, front).items():
        if name in given_in and value not in text:
            yield f"README.md: {name} is not what the folder gives"


def check_terms(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Whether `LICENSE.md` says what it said, where it is not the user's own; for `verify`."""
    path, info = folder / TERMS, _info(manifest)
    if is_current(manifest) and info.own_terms and path.is_file() and path.read_bytes() != terms(info).encode():
        yield f"{TERMS}: not what the build wrote; for terms of your own: LICENSE and dataset.license_link=LICENSE"


def render(template: str, front: Mapping[str, Any], numbers: Mapping[str, str]) -> str:
    """The card's text.

    Args:
        template: Prose with places such as `{{ split_table }}`; what stands before the first heading is left out.
        front: The YAML block.
        numbers: What goes into the places.

    Raises:
        ValueError: The template names a place that there is nothing for.
    """
    start = re.search("^# ", template, re.MULTILINE)
    if start is None:
        raise ValueError("the card's prose has no heading `# …`")
    unknown = sorted(set(_PLACE.findall(template)) - set(numbers))
    if unknown:
        raise ValueError(f"the card names {unknown[0]!r}, which is not one of {', '.join(sorted(numbers))}")
    body = _PLACE.sub(lambda match: numbers[match[1]], template[start.start() :])
    return _joined(front, f"\n{body.strip()}\n")


def given(folder: Path) -> tuple[dict[str, str | None], dict[str, Any]]:
    """The notes and the own keys of a folder's card: what does not follow from its data."""
    front, body = read_card(folder)
    # Each is put above the others: the last one first gives the same order again.
    notes: dict[str, str | None] = {match["name"]: match["text"] for match in reversed(list(_NOTE.finditer(body)))}
    return notes, {key: front[key] for key in _OWN_KEYS if key in front}


def fit_notes(folder: Path, notes: Mapping[str, str | None], keys: Mapping[str, Any]) -> None:
    """Writes notes and keys of the YAML block into the card of a folder."""
    front, body = read_card(folder)
    text = with_notes(_joined(front | dict(keys), body), notes)
    (folder / NAME).write_text(text, encoding="utf-8")


def with_notes(text: str, notes: Mapping[str, str | None]) -> str:
    r"""A card with passages after its title in place of earlier ones of those names; None takes one out.

    >>> print(with_notes("# Title\nProse.", {"stub": "No text."}))
    # Title
    <BLANKLINE>
    <!-- stub -->
    No text.
    <!-- /stub -->
    Prose.
    """
    for name, passage in notes.items():
        text = re.sub(rf"\n<!-- {name} -->\n.*?\n<!-- /{name} -->\n", "", text, flags=re.DOTALL)
        heading = _HEADING.search(text)
        if passage is not None:
            at = heading.end() if heading else 0
            text = f"{text[:at]}\n<!-- {name} -->\n{passage}\n<!-- /{name} -->\n{text[at:]}"
    return text


def _joined(front: Mapping[str, Any], body: str) -> str:
    head = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True, width=1_000)
    return f"---\n{head}---\n{body}"


def _info(manifest: Mapping[str, Any]) -> DatasetInfo:
    options = manifest["config"]["dataset"]
    return DatasetInfo(**{**options, "creators": tuple(options.get("creators") or ())})
