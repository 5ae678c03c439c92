"""Who reserves text and data mining, and what has to stay out: §44b UrhG, TDMRep, robots directives, takedowns.

Sources: TDM Reservation Protocol (https://www.w3.org/2022/tdmrep/); `noai` in
robots directives. `noarchive` and `noimageai` say nothing about text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from presseschau.stable import canonical_url, registrable_domain, sha256

_RESERVATION, _POLICY = "tdm-reservation", "tdm-policy"
_ROBOTS_HEADER = "x-robots-tag"
_ROBOTS_META = re.compile(r"robots|[\w-]*bot(?:-[\w-]+)?|google-extended|ai-training")
# Robots whose operators say that they collect text for language models or corpora; a rule for `*` is no reservation.
MINING_ROBOTS = (
    "CCBot", "GPTBot", "Google-Extended", "ClaudeBot", "anthropic-ai", "Applebot-Extended", "Bytespider",
    "Meta-ExternalAgent", "FacebookBot", "cohere-ai", "cohere-training-data-crawler", "AI2Bot", "Diffbot", "omgili",
    "omgilibot", "PanguBot", "Timpibot",
)  # fmt: skip
_SAYS = {"1": True, "true": True, "0": False, "false": False}  # the protocol knows 0 and 1
_HEX = re.compile(r"[0-9a-f]{16}|[0-9a-f]{64}", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")  # the # of a URL's fragment has no space before it


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
    findings = [*_statements("http", headers), *_statements("meta", tuple(robots))]
    if saved.reserved is not None and saved.evidence is not None:
        findings.append((saved.reserved, saved.evidence))
    for wanted in (True, False):
        found = next((evidence for reserved, evidence in findings if reserved is wanted), None)
        if found is not None:
            return Reservation(wanted, found)
    return Reservation(False if headers or saved.reserved is False else None, None)


def _statements(place: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[bool, str]]:
    """(reserved, evidence) of one place, in order."""
    policy = next((value.strip() for name, value in pairs if name.lower() == _POLICY and value.strip()), None)
    found: list[tuple[bool, str]] = []
    for name, value in pairs:
        name, value = name.strip().lower(), value.strip().lower()
        if name == _RESERVATION and value in _SAYS:
            reserved = _SAYS[value]
            found.append(
                (reserved, f"{place} {name}: {value}" + (f", {_POLICY}: {policy}" if policy and reserved else ""))
            )
        elif (name == _ROBOTS_HEADER or (place == "meta" and _ROBOTS_META.fullmatch(name))) and "noai" in _directives(
            value
        ):
            found.append((True, f"{place} {name}: noai"))
    return found


def _directives(value: str) -> list[str]:
    """Directives of a robots value; a robot's name in front (`somebot: noai`) is cut off."""
    return [part.rpartition(":")[2].strip() for part in value.split(",")]


@dataclass(frozen=True, slots=True)
class TdmRep:
    """A host's saved `/.well-known/tdmrep.json`: rules by location, the first that fits decides.

    Attributes:
        rules: (location pattern, reserved, policy), in the file's order.
    """

    rules: tuple[tuple[str, bool, str | None], ...]

    @classmethod
    def load(cls, path: Path) -> TdmRep:
        """Read a saved file.

        Raises:
            ValueError: It is no TDMRep file; the message names it.
        """
        try:
            entries = json.loads(_saved_text(path))
            if not isinstance(entries, list):
                raise TypeError("not a list of rules")
            return cls(tuple(_tdmrep_rule(entry) for entry in entries))
        except KeyError as error:
            raise ValueError(f"{path}: not a tdmrep.json file (a rule without {error.args[0]})") from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"{path}: not a tdmrep.json file ({error})") from error

    def reservation(self, url: str) -> Reservation:
        """What the file says about a page of its host."""
        target = _target(url)
        for location, reserved, policy in self.rules:
            if _location_pattern(location).match(target):
                said = f"tdmrep.json {location}: {int(reserved)}"
                return Reservation(reserved, f"{said}, {_POLICY}: {policy}" if policy and reserved else said)
        return Reservation()


def _tdmrep_rule(entry: Any) -> tuple[str, bool, str | None]:
    policy = entry.get(_POLICY)
    return str(entry["location"]), bool(int(entry[_RESERVATION])), str(policy) if policy else None


@dataclass(frozen=True, slots=True)
class RobotsTxt:
    """A host's saved `robots.txt` (RFC 9309): whether it keeps out robots that collect text for mining and training.

    Attributes:
        groups: (robots in lower case, rules), a rule is (allowed, location pattern), in the file's order.
    """

    groups: tuple[tuple[tuple[str, ...], tuple[tuple[bool, str], ...]], ...]

    @classmethod
    def load(cls, path: Path) -> RobotsTxt:
        """Read a saved file; lines that are no directives are skipped, as the standard says.

        Raises:
            ValueError: It is an HTML page, saved in place of the file; the message names it.
        """
        groups: list[tuple[list[str], list[tuple[bool, str]]]] = []
        text = _saved_text(path)
        if text.lstrip().startswith("<"):
            raise ValueError(f"{path}: an HTML page, not a robots.txt file")
        for line in text.splitlines():
            name, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
            name = name.lower()
            if name == "user-agent":
                if not groups or groups[-1][1]:
                    groups.append(([], []))
                groups[-1][0].append(value.lower())
            elif name in ("allow", "disallow") and groups:
                groups[-1][1].append((name == "allow" or not value, value or "/"))
        return cls(tuple((tuple(robots), tuple(rules)) for robots, rules in groups))

    def reservation(self, url: str, robots: Sequence[str] = MINING_ROBOTS) -> Reservation:
        """Reserved where one of the robots may not fetch the page; the longest rule decides, allow wins a tie."""
        target = _target(url)
        for robot in robots:
            named = [rules for agents, rules in self.groups if robot.lower() in agents]
            rules = [rule for group in named for rule in group]
            fitting = [(len(at), allowed) for allowed, at in rules if _location_pattern(at).match(target)]
            if fitting and not max(fitting)[1]:
                return Reservation(True, f"robots.txt {robot}: disallow")
        return Reservation(False, None) if self.groups else Reservation()


@dataclass(frozen=True, slots=True)
class Snapshots:
    """What hosts say in files of their own, as saved by the user: `DIR/HOST/tdmrep.json`, `DIR/HOST/robots.txt`.

    Attributes:
        hosts: By host in lower case, the one or the other file, or both.
    """

    hosts: Mapping[str, tuple[TdmRep | None, RobotsTxt | None]] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Snapshots:
        """Read a folder of saved files, one folder a host; other files and hidden folders in it are left alone.

        Raises:
            ValueError: A file is not what its name says, or a host has neither file; the message names it.
        """
        if not folder.is_dir():
            raise ValueError(f"{folder}: there is no such folder")
        hosts: dict[str, tuple[TdmRep | None, RobotsTxt | None]] = {}
        for inside in sorted(folder.iterdir()):
            if inside.name.startswith(".") or not inside.is_dir():
                continue
            tdmrep, robots = inside / "tdmrep.json", inside / "robots.txt"
            files = (
                TdmRep.load(tdmrep) if tdmrep.exists() else None,
                RobotsTxt.load(robots) if robots.exists() else None,
            )
            if files == (None, None):
                raise ValueError(f"{inside}: has neither tdmrep.json nor robots.txt")
            hosts[inside.name.lower()] = files
        return cls(hosts)

    @property
    def digest(self) -> str:
        """sha256 over all rules: where it is the same, the same is said about every page."""
        return sha256(
            json.dumps({host: [file and asdict(file) for file in self.hosts[host]] for host in sorted(self.hosts)})
        )

    def reservation(self, url: str | None) -> Reservation:
        """What the files of the page's host say, one that reserves before one that doesn't, tdmrep.json first.

        The files of `www.blatt.de` and `blatt.de` stand for each other where only one of them was saved.
        """
        if not url or not self.hosts:
            return Reservation()
        host = (urlsplit(url).hostname or "").rstrip(".")
        other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        files = self.hosts.get(host) or self.hosts.get(other) or ()
        said = [file.reservation(url) for file in files if file is not None]
        ranked = sorted(said, key=lambda one: (one.reserved is not True, one.evidence is None, one.reserved is None))
        return ranked[0] if ranked else Reservation()


def _saved_text(path: Path) -> str:
    """A saved file as text.

    Raises:
        ValueError: It can't be read; the message names it.
    """
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@cache
def _location_pattern(location: str) -> re.Pattern[str]:
    """A path prefix as in robots.txt: `*` stands for anything, `$` at the end for the end."""
    body = location.removesuffix("$")
    # Stars in a row say no more than one, but would take the matcher ages.
    pattern = ".*".join(re.escape(part) for part in re.split(r"\*+", "/" + body.lstrip("/")))
    return re.compile(pattern + ("$" if location.endswith("$") else ""))


@dataclass(frozen=True, slots=True)
class Takedown:
    """What must not be published.

    Attributes:
        urls: Canonical URLs.
        publishers: Registrable domains.
        ids: Article ids, 16 hex digits.
        hashes: Hex sha256 of a text or of a canonical URL.
    """

    urls: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path) -> Takedown:
        """Read a list: one URL, publisher domain, article id or sha256 a line, `#` starts a comment.

        Raises:
            ValueError: A line is none of these; the message names file and line.
        """
        found: dict[str, set[str]] = {"urls": set(), "publishers": set(), "ids": set(), "hashes": set()}
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
            entry = _COMMENT.sub("", line).strip()
            if entry:
                kind, value = _entry(entry, f"{path}:{number}")
                found[kind].add(value)
        return cls(**{kind: frozenset(values) for kind, values in found.items()})

    def matches(self, url: str | None, publisher: str | None, id: str | None, text_sha256: str | None) -> str | None:  # noqa: A002 - the column's name
        """Which kind of entry an article hits: `url`, `publisher`, `id` or `text`; None for none.

        Args:
            url: Canonical URL.
            publisher: Registrable domain.
            id: Article id.
            text_sha256: Hex sha256 of the article's text.
        """
        if url is not None and (url in self.urls or (self.hashes and sha256(url) in self.hashes)):
            return "url"
        if publisher is not None and publisher in self.publishers:
            return "publisher"
        if id is not None and id in self.ids:
            return "id"
        return "text" if text_sha256 is not None and text_sha256 in self.hashes else None


def _entry(entry: str, where: str) -> tuple[str, str]:
    if _HEX.fullmatch(entry):
        return ("ids" if len(entry) == 16 else "hashes"), entry.lower()
    if "://" in entry:
        url = canonical_url(entry)
        if url is None:
            raise ValueError(f"{where}: not an absolute http(s) URL: {entry!r}")
        return "urls", url
    domain = registrable_domain(entry.lower()) if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", entry) else None
    if domain is None:
        raise ValueError(f"{where}: neither a URL, a publisher's domain, an article id nor a sha256: {entry!r}")
    if domain != entry.lower():
        raise ValueError(f"{where}: {entry!r} is a host, publishers are known by their domain: {domain!r}")
    return "publishers", domain
