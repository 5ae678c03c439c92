from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from presseschau.config import ConfigError, build, nearest


@dataclass(frozen=True)
class Inner:
    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"share={self.share} must be between 0 and 1")


@dataclass(frozen=True)
class Outer:
    count: int
    mode: Literal["a", "b"] = "a"
    names: tuple[str, ...] = ()
    path: Path | None = None
    day: date | None = None
    houses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)


def test_values_become_their_types() -> None:
    made = build(
        Outer,
        {
            "count": 3,
            "names": ["x", 1.5],
            "path": "a/b",
            "day": "2026-03-31",
            "houses": {"h": ["a.de"]},
            "inner": {"share": 1},
        },
        "",
    )
    assert made == Outer(3, "a", ("x", "1.5"), Path("a/b"), date(2026, 3, 31), {"h": ("a.de",)}, Inner(1.0))


def test_many_choices_are_not_all_told() -> None:
    assert nearest("zzz", ["b", "a"]) == "valid: a, b"
    assert nearest("zzz", [f"https://blatt.example/artikel/{n}" for n in range(10, 99)]).count("\n") == 0
    assert len(nearest("zzz", [f"https://blatt.example/artikel/{n}" for n in range(10, 99)])) < 350


def test_null_asks_for_the_default_of_a_mapping() -> None:
    assert build(Outer, {"count": 1, "houses": None}, "").houses == {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "count is missing"),
        ({"count": "three"}, "count=three must be a whole number"),
        ({"count": True}, "count=true must be a whole number"),
        ({"count": None}, "count=null must be a whole number"),
        ({"count": 1, "mode": "c"}, "mode=c is not known: valid: a, b"),
        ({"count": 1, "name": ["x"]}, "unknown option name: did you mean names?"),
        ({"count": 1, "names": "x"}, r"names=x must be a list: names=\[x\]$"),
        ({"count": 1, "names": None}, r"names=null must be a list: names=\[a,b\]$"),
        ({"count": 1, "day": "31.3.2026"}, "day=31.3.2026 must be a day such as 2026-03-31"),
        ({"count": 1, "inner": {"share": 2}}, "^inner.share=2.0 must be between 0 and 1"),
        ({"count": 1, "inner": {"shar": 2}}, r"unknown option inner.shar: did you mean share\?"),
        ({"count": 1, "inner": 5}, "inner=5 must be a mapping"),
        ({"count": 1, "houses": ["a"]}, "must be a mapping"),
    ],
)
def test_mistakes_are_named_in_one_line(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        build(Outer, values, "")
    assert "\n" not in str(caught.value)
