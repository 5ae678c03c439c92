"""Reads a written card again: its YAML block, its sections as plain text, its citation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def read_card(folder: Path) -> tuple[dict[str, Any], str]:
    """YAML block and prose of a folder's card.

    Raises:
        ValueError: The card has no YAML block.
    """
    text = (folder / "README.md").read_text(encoding="utf-8")
    parts = text.split("---\n", 2)
    front = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else None
    if not isinstance(front, dict):
        raise ValueError(f"{folder / 'README.md'} has no YAML block")
    return front, parts[2]


def license_url(front: Mapping[str, Any]) -> str:
    """The licence as a URL where it is a Creative Commons licence or has a link, else its name.

    >>> license_url({"license": "cc-by-sa-4.0"})
    'https://creativecommons.org/licenses/by-sa/4.0/'
    """
    name = str(front["license"])
    if found := re.fullmatch(r"cc-(by(?:-nc)?(?:-nd|-sa)?)-(\d\.\d)", name):
        return f"https://creativecommons.org/licenses/{found[1]}/{found[2]}/"
    if name == "cc0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return str(front.get("license_link") or front.get("license_name") or name)


def citation(prose: str) -> str:
    """The BibTeX entry of a card; empty where it has none."""
    found = re.search(r"```bibtex\n(.*?)\n```", prose, re.DOTALL)
    return found[1] if found else ""


def section(prose: str, heading: str) -> str:
    r"""The text under a heading of any level up to the next heading, without comments; empty if there is none.

    >>> section("# A\n\n## B\n\nb\n\n## C\n", "B")
    'b'
    """
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", prose, re.MULTILINE | re.DOTALL)
    return re.sub(r"<!--.*?-->", "", found[1], flags=re.DOTALL).strip() if found else ""


def plain(markdown: str) -> list[str]:
    r"""Paragraphs and list items of a piece of Markdown as plain text; tables, figures and code are left out.

    >>> plain("One **two**\nthree.\n\n- `four`\n- five\n\n| a |\n|---|")
    ['One two three.', 'four', 'five']
    """
    text = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    items: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=[-*] )", text):
        line = " ".join(block.split())
        if line and not line.startswith(("|", "![", "<")):
            line = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line.removeprefix("- ").removeprefix("> "))
            items.append(line.replace("**", "").replace("`", ""))
    return items


def summary(prose: str) -> str:
    """The card's first paragraph of prose after its title and notices."""
    found = re.search(r"^# [^\n]*\n(.*?)(?=^## |\Z)", prose, re.MULTILINE | re.DOTALL)
    body = re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", "", found[1], flags=re.DOTALL) if found else ""
    quoted = re.sub(r"^>.*$", "", body, flags=re.MULTILINE)
    return next(iter(plain(quoted)), "")
