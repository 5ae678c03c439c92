"""What hosts say about text and data mining in files of their own, as the user saved them: tdmrep.json and robots.txt.

Sources: TDM Reservation Protocol (https://www.w3.org/2022/tdmrep/); robots.txt by RFC 9309.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from presseschau.rights.reservation import POLICY, Reservation, stated
from presseschau.stable import canonical_url, host_of, sha256

# Robots whose operators say that they collect text for language models or corpora; a rule for `*` is no reservation.
MINING_ROBOTS = (
    "CCBot", "GPTBot", "Google-Extended", "ClaudeBot", "anthropic-ai", "Applebot-Extended", "Bytespider",
    "Meta-ExternalAgent", "FacebookBot", "cohere-ai", "cohere-training-data-crawler", "AI2Bot", "Diffbot", "omgili",
    "omgilibot", "PanguBot", "Timpibot",
)  # fmt: skip
_AFTER_PRODUCT = re.compile(r"[^\w-]")  # `GPTBot/1.2` is a rule for GPTBot


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
                return stated(reserved, f"tdmrep.json {location}: {int(reserved)}", policy)
        return Reservation()


def _tdmrep_rule(entry: Any) -> tuple[str, bool, str | None]:
    policy, location = entry.get(POLICY), entry["location"]
    if not isinstance(location, str):
        raise TypeError(f"a location that is no text: {location!r}")
    return location, bool(int(entry["tdm-reservation"])), str(policy) if policy else None


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
                groups[-1][0].append(_AFTER_PRODUCT.split(value.lower(), maxsplit=1)[0])
            elif name in ("allow", "disallow") and groups:
                groups[-1][1].append((name == "allow" or not value, value or "/"))
        return cls(tuple((tuple(robots), tuple(rules)) for robots, rules in groups))

    def reservation(self, url: str) -> Reservation:
        """Reserved where a mining robot may not fetch the page; the longest rule decides, allow wins a tie."""
        target = _target(url)
        for robot in MINING_ROBOTS:
            rules = [rule for agents, own in self.groups if robot.lower() in agents for rule in own]
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
            hosts[host_of(canonical_url(f"https://{inside.name}/")) or inside.name.lower()] = files
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
    return _encoded((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _encoded(path: str) -> str:
    """A path in one notation, so that `/pr%C3%BCfung` is `/prüfung` (RFC 9309, 2.2.2)."""
    return quote(unquote_to_bytes(path))


@cache
def _location_pattern(location: str) -> re.Pattern[str]:
    """A path prefix as in robots.txt: `*` stands for anything, `$` at the end for the end."""
    body = location.removesuffix("$")
    # Stars in a row say no more than one, but would take the matcher ages.
    pattern = ".*".join(re.escape(_encoded(part)) for part in re.split(r"\*+", "/" + body.lstrip("/")))
    return re.compile(pattern + ("$" if location.endswith("$") else ""))
