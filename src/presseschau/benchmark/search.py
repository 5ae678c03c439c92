"""Hyper-parameters chosen by macro-F1 on validation, within a budget."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from presseschau.config import ConfigError

Config = Mapping[str, Any]


def candidates(model: Config, how: Literal["grid", "random"], budget: int, seed: int) -> list[dict[str, Any]]:
    """The settings to try, each as dotted option → value; the model's own values first.

    `grid` takes the product of `space` in order; `random` draws from it without putting back. Own values that are not
    in `space` are not tried.

    Raises:
        ConfigError: The model has nothing to search, or a grid is larger than the budget.

    >>> candidates({"C": 1, "space": {"C": [1, 2, 4]}}, "grid", 10, 0)
    [{'C': 1}, {'C': 2}, {'C': 4}]
    """
    space = model.get("space") or {}
    if not space:
        raise ConfigError(f"model={model.get('name')} has nothing to search: say search=none, or give model.space")
    if not isinstance(space, Mapping) or not all(isinstance(v, Sequence) and v for v in space.values()):
        raise ConfigError("model.space must give a list of values for each option, such as model.space.C=[1,10]")
    names = list(space)
    whole = [dict(zip(names, values, strict=True)) for values in itertools.product(*(space[n] for n in names))]
    if len(whole) > budget and how == "grid":
        raise ConfigError(f"the grid has {len(whole)} settings: say budget={len(whole)}, or search=random")
    own = [c for c in whole if c == {n: _get(model, n) for n in names}][:1]
    rest = [c for c in whole if c not in own]
    if how == "random" and len(whole) > budget:
        drawn = np.random.default_rng(seed).choice(len(rest), size=budget - len(own), replace=False)
        rest = [rest[i] for i in sorted(drawn.tolist())]
    return [*own, *rest]


def best(tried: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The options of highest macro-F1 of all that were tried; the first of equals."""
    options: dict[str, Any] = max(tried, key=lambda one: one["macro_f1"])["options"]
    return options


def with_options(model: Config, options: Mapping[str, Any]) -> dict[str, Any]:
    """The model's config with dotted options set.

    >>> with_options({"word": {"min_df": 1}, "C": 1}, {"word.min_df": 2})
    {'word': {'min_df': 2}, 'C': 1}
    """
    changed = dict(model)
    for name, value in options.items():
        first, _, rest = name.partition(".")
        if rest:
            inner = changed.get(first)
            if not isinstance(inner, Mapping):
                raise ConfigError(f"model.space names {name}, but model.{first} is off")
            changed[first] = with_options(inner, {rest: value})
        else:
            changed[first] = value
    return changed


def _get(config: Config, name: str) -> Any:
    first, _, rest = name.partition(".")
    value = config.get(first)
    return _get(value, rest) if rest and isinstance(value, Mapping) else value
