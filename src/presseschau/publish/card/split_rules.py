"""The rules of the splits in words, from `splits.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

_NAMED = 20  # held-out publishers that are named one by one


def read_plan(folder: Path) -> dict[str, Any]:
    """The head of a folder's `splits.json`: the plan, without the articles, which can be a million lines."""
    lines = []
    with (folder / "splits.json").open("rb") as file:
        for line in file:
            if line.startswith(b'  "articles"'):
                break
            lines.append(line)
    plan: dict[str, Any] = orjson.loads(b"".join(lines).rstrip().rstrip(b",") + b"}")
    return plan


def split_rules(plan: Mapping[str, Any]) -> list[str]:
    """The rules in force, a sentence each."""
    validation, test = plan["validation"], plan["test"]
    shares = f"{1 - validation - test:.0%} train, {validation:.0%} validation, {test:.0%} test"
    lines = [f"Strategy `{plan['strategy']}`, seed {plan['seed']}; {shares}, by hash of cluster and seed."]
    if held_out := plan["held_out_publishers"]:
        more = f" and {len(held_out) - _NAMED:,} more (`splits.json`)" if len(held_out) > _NAMED else ""
        named = ", ".join(held_out[:_NAMED])
        lines.append(f"`test_publisher`: {named}{more}; no other split has an article of theirs.")
    if plan["cutoff"]:
        days = plan["embargo_days"]
        gap = f", after a gap of {days} days that are left out" if days else ""
        lines.append(f"`test_temporal`: published after {plan['cutoff']} (UTC){gap}; undated articles never.")
    if plan.get("group") == "story":
        lines.append("Articles that share names within three days stay in one split, unless a story grew too large.")
    return lines
