"""The rules of the splits in words, from `splits.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

_NAMED = 20  # held-out publishers that are named one by one
_BY = {"temporal": "by day of publication", "publisher": "by publisher"}


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
    shares = f"{_percent(1 - validation - test)} train, {_percent(validation)} validation, {_percent(test)} test"
    how = _BY.get(plan["strategy"], "by hash of cluster and seed")
    lines = [f"Strategy `{plan['strategy']}`, seed {plan['seed']}; {shares}, {how}."]
    # Where articles had to stay with their clusters or with the lock, the build has told how many.
    but = ", but for those named below" if any("against the rules" in line for line in plan["fallbacks"]) else ""
    unseen, later = ("test_publisher", "test_temporal") if plan["strategy"] == "benchmark" else ("test", "test")
    for split, held_out in ((unseen, plan["held_out_publishers"]), ("validation", plan["validation_publishers"])):
        if held_out:
            more = f" and {len(held_out) - _NAMED:,} more (`splits.json`)" if len(held_out) > _NAMED else ""
            named = ", ".join(held_out[:_NAMED])
            lines.append(f"`{split}`: {named}{more}; no other split has an article of theirs{but}.")
    days = plan["embargo_days"]
    left_out = "1 day that is" if days == 1 else f"{days} days that are"
    gap = f", after a gap of {left_out} left out" if days else ""
    if plan["cutoff"]:
        lines.append(f"`{later}`: published after {plan['cutoff']} (UTC){gap}; undated articles never{but}.")
    if plan["validation_cutoff"]:
        lines.append(
            f"`validation`: published after {plan['validation_cutoff']} (UTC){gap}, and before those of `test`{but}."
        )
    if plan.get("group") == "story":
        lines.append("Articles that share names within three days stay in one split, unless a story grew too large.")
    return lines


def _percent(share: float) -> str:
    """A share as the user has given it: an eighth is no 12 %.

    >>> _percent(0.125), _percent(1 - 0.1 - 0.1), _percent(0.005)
    ('12.5%', '80%', '0.5%')
    """
    return f"{100 * share:.4g}%"
