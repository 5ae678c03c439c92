"""Lists of outlets, one YAML file a list: which hosts, and which sections of them, a source keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from presseschau.read.unit import ReadError, nearest
from presseschau.stable import registrable_domain

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_HOUSE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_COUNTRY = re.compile(r"[a-z]{2}")
_TARGET = re.compile(r"<?https?://(?:[^/?#@]*@)?([^/?#:@]+)(?::\d*)?([^?#>]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet, or the technology desk of one.

    Attributes:
        host: Its host and all hosts below it: `heise.de` stands for `www.heise.de`, too.
        name: As people know it.
        house: Key of the house it belongs to; outlets of one house share copy.
        country: ISO 3166 code of its seat, in lower case.
        sections: Path prefixes of the sections to keep, `/netzwelt/`; all pages where there are none.
    """

    host: str
    name: str
    house: str
    country: str
    sections: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks the form."""
        if not _HOST.fullmatch(self.host) or registrable_domain(self.host) is None:
            raise ValueError(f"host {self.host!r} is not a host name in lower case, such as heise.de")
        if self.host.startswith("www."):
            raise ValueError(f"host {self.host!r}: leave out www., hosts below the host belong to it")
        if not self.name.strip():
            raise ValueError(f"{self.host} has no name")
        if not _HOUSE.fullmatch(self.house):
            raise ValueError(f"{self.host}: house {self.house!r} is not a key such as heise or axel_springer")
        if not _COUNTRY.fullmatch(self.country):
            raise ValueError(f"{self.host}: country {self.country!r} is not a code such as de, at, ch")
        for section in self.sections:
            if not section.startswith("/") or section == "/" or re.search(r"[\s?#*]", section):
                raise ValueError(f"{self.host}: section {section!r} is not a path prefix such as /netzwelt/")


def load_outlets(path: Path) -> tuple[Outlet, ...]:
    """A list of outlets: a YAML list of mappings with the fields of `Outlet`.

    Raises:
        ReadError: There is no such list, or it is wrong; the message names the file and the outlet.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReadError(f"there is no publisher list {path}{_nearest(path)}") from None
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ReadError(f"{path}: not a YAML file ({' '.join(str(error).split())})") from error
    if not isinstance(entries, list) or not entries:
        raise ReadError(f"{path}: not a list of outlets")
    outlets = []
    for number, entry in enumerate(entries, start=1):
        try:
            outlets.append(_outlet(entry))
        except ValueError as error:
            raise ReadError(f"{path}: outlet {number}: {error}") from error
    hosts = [outlet.host for outlet in outlets]
    if twice := sorted({host for host in hosts if hosts.count(host) > 1}):
        raise ReadError(f"{path}: {', '.join(twice)} twice")
    return tuple(outlets)


def houses(outlets: Iterable[Outlet]) -> dict[str, list[str]]:
    """Publishers (registrable domains) that share copy, by house, as `split.houses` takes them.

    Houses of one publisher are left out: a publisher that no house names is its own.

    >>> of = [Outlet("a.de", "A", "ab", "de"), Outlet("tech.b.at", "B", "ab", "at"), Outlet("c.ch", "C", "c", "ch")]
    >>> houses(of)
    {'ab': ['a.de', 'b.at']}
    """
    found: dict[str, set[str]] = {}
    for outlet in outlets:
        found.setdefault(outlet.house, set()).add(registrable_domain(outlet.host) or outlet.host)
    return {house: sorted(members) for house, members in sorted(found.items()) if len(members) > 1}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which URLs belong to some outlets, told without parsing the URL in full: it is asked for every record.

    Attributes:
        sections: Path prefixes by host, none for a whole host.
    """

    sections: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, outlets: Iterable[Outlet]) -> Selection:
        """The selection of these outlets."""
        return cls({outlet.host: outlet.sections for outlet in outlets})

    def refusal(self, url: str) -> str | None:
        """Why a page is not wanted: `(other host)`, `(other section)`; None where it is wanted.

        >>> chosen = Selection({"blatt.de": ["/netz/"], "tech.blatt.de": []})
        >>> chosen.refusal("https://www.blatt.de/netz/a?b"), chosen.refusal("https://blatt.de/sport/a")
        (None, '(other section)')
        >>> chosen.refusal("https://tech.blatt.de/sport/a"), chosen.refusal("https://einblatt.de/netz/a")
        (None, '(other host)')
        """
        match = _TARGET.match(url)
        if match is None:
            return "(other host)"
        host = match[1].lower().rstrip(".")
        while host not in self.sections:
            host = host.partition(".")[2]
            if not host:
                return "(other host)"
        wanted = self.sections[host]
        return None if not wanted or match[2].startswith(tuple(wanted)) else "(other section)"


def _outlet(entry: Any) -> Outlet:
    if not isinstance(entry, Mapping):
        raise ValueError("not a mapping with host, name, house, country and sections")
    known = tuple(Outlet.__dataclass_fields__)
    for key in entry:
        if key not in known:
            raise ValueError(f"{key!r} is not known; {nearest(key, known)}")
    values: dict[str, Any] = {key: entry.get(key) for key in known}
    sections = values.pop("sections") or []
    for key, value in values.items():
        if not isinstance(value, str):
            # YAML reads a bare `no` as false: a country code in quotes is text
            raise ValueError(f"{key} is {value!r}, not text (quoted, if YAML takes it for something else)")
    if not isinstance(sections, list) or not all(isinstance(section, str) for section in sections):
        raise ValueError(f"sections is {sections!r}, not a list of path prefixes")
    return Outlet(**values, sections=tuple(sections))


def _nearest(path: Path) -> str:
    known = sorted(other.stem for other in path.parent.glob("*.yaml"))
    return f"; {nearest(path.stem, known)}" if known else ""
