"""What a page itself says about text and data mining, in its HTTP headers and meta tags.

Sources: TDM Reservation Protocol (https://www.w3.org/2022/tdmrep/); `noai` in robots directives. `noarchive` and
`noimageai` say nothing about text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_RESERVATION, POLICY = "tdm-reservation", "tdm-policy"
_ROBOTS_HEADER = "x-robots-tag"
_ROBOTS_META = re.compile(r"robots|[\w-]*bot(?:-[\w-]+)?|google-extended|ai-training")
_SAYS = {"1": True, "true": True, "0": False, "false": False}  # the protocol knows 0 and 1


@dataclass(frozen=True, slots=True)
class Reservation:
    """Whether text and data mining is reserved for one page.

    Attributes:
        reserved: None where nothing was there to tell.
        evidence: What said so, `http tdm-reservation: 1`; None where nothing was said.
    """

    reserved: bool | None = None
    evidence: str | None = None


_NOTHING_SAID = Reservation()


def reservation(
    headers: Iterable[tuple[str, str]], robots: Iterable[tuple[str, str]], saved: Reservation = _NOTHING_SAID
) -> Reservation:
    """What is said about text and data mining of a page; a statement that reserves outweighs others that don't.

    Where several do, the evidence is the first of HTTP header, meta tag, tdmrep.json, robots.txt.

    Args:
        headers: HTTP response headers, names in lower case. Headers that are there and silent mean: not reserved.
        robots: (name, content) of meta tags that speak to machines, names in lower case.
        saved: What the saved files of the page's host say (`Snapshots.reservation`).

    >>> reservation((), [("robots", "index, noai")])
    Reservation(reserved=True, evidence='meta robots: noai')
    >>> reservation([("content-type", "text/html")], ()), reservation((), [("robots", "index")])
    (Reservation(reserved=False, evidence=None), Reservation(reserved=None, evidence=None))
    >>> reservation([("tdm-reservation", "0")], (), Reservation(True, "robots.txt GPTBot: disallow"))
    Reservation(reserved=True, evidence='robots.txt GPTBot: disallow')
    """
    headers = tuple(headers)
    findings = [*_statements("http", headers), *_statements("meta", tuple(robots)), saved]
    for wanted in (True, False):
        for found in findings:
            if found.reserved is wanted and found.evidence is not None:
                return found
    return Reservation(False if headers or saved.reserved is False else None)


def _statements(place: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Reservation]:
    """What is said in one place, in order."""
    policy = next((value.strip() for name, value in pairs if name.lower() == POLICY and value.strip()), None)
    for name, value in pairs:
        name, value = name.strip().lower(), value.strip().lower()
        to_robots = name == _ROBOTS_HEADER or (place == "meta" and _ROBOTS_META.fullmatch(name))
        if name == _RESERVATION and value in _SAYS:
            yield stated(_SAYS[value], f"{place} {name}: {value}", policy)
        elif to_robots and "noai" in _directives(value):
            yield Reservation(True, f"{place} {name}: noai")


def stated(reserved: bool, evidence: str, policy: str | None) -> Reservation:
    """What a statement of the protocol says; where it reserves, with the policy that has its terms."""
    return Reservation(reserved, f"{evidence}, {POLICY}: {policy}" if policy and reserved else evidence)


def _directives(value: str) -> list[str]:
    """Directives of a robots value, set off by commas or spaces, without a robot's name in front (`somebot: noai`)."""
    return [part.rpartition(":")[2] for part in re.split(r"[,;\s]+", value)]
