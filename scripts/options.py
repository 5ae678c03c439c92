"""Every option of a command, as its config files have it: name, default, and the comment beside it."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "configs"
_COLUMN = 40  # where meanings start
_CHOSEN = ("kind", "strategy", "name")  # options that only say which choice of their group it is
_HOW = """\
Options are written OPTION=VALUE and listed with their defaults; ???: has to be said. A list is [a,b], of one [a].
What has spaces goes into quotes for the shell: 'OPTION=a text'. --cfg job prints the config with your values."""
_CHOICES = "Of several choices, the options of the first are listed; GROUP=CHOICE --help lists those of another."


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a config file: its full name, default as written, and the comment beside it."""

    name: str
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Group:
    """An entry of a config's defaults list: the group, its option, and the comment beside it."""

    name: str
    default: str
    meaning: str

    @property
    def choices(self) -> list[str]:
        """Every option of the group."""
        return sorted(path.stem for path in (CONFIGS / self.name).glob("*.yaml"))

    def about(self, choice: str) -> str:
        """What the file of the choice says of it: the comment on top, or beside what only says which choice it is."""
        path = CONFIGS / self.name / f"{choice}.yaml"
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        if first.startswith("# "):
            return first.removeprefix("# ").rstrip(".")
        return next((option.meaning for option in options(path) if option.name in _CHOSEN), "")

    def options(self, choice: str) -> list[Option]:
        """The options that the group has with this choice, but for those that only say which choice it is."""
        found = options(CONFIGS / self.name / f"{choice}.yaml", f"{self.name}.")
        return [o for o in found if o.name.rpartition(".")[2] not in _CHOSEN]


def options(path: Path, prefix: str = "") -> Iterator[Option]:
    """Every option of a YAML file, in its order; nested ones with dots."""
    lines = path.read_text(encoding="utf-8").splitlines()
    root = yaml.compose("\n".join(lines))
    if isinstance(root, yaml.MappingNode):
        yield from _entries(root, lines, prefix)


def _entries(node: yaml.MappingNode, lines: list[str], prefix: str) -> Iterator[Option]:
    for key, value in node.value:
        name = f"{prefix}{key.value}"
        if key.value in ("defaults", "hydra"):
            continue
        if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style:
            yield from _entries(value, lines, f"{name}.")
            continue
        start, end = value.start_mark, value.end_mark
        written = lines[start.line][start.column : end.column] if start.line == end.line else "…"
        after = lines[min(end.line, len(lines) - 1)] if start.line == end.line else lines[key.start_mark.line]
        comment = re.search(r"(?:^|\s)#\s*(.*)$", after[end.column if start.line == end.line else 0 :])
        yield Option(name, written.strip() or "null", comment[1] if comment else "")


@cache
def elsewhere() -> dict[str, str]:
    """The first meaning that is written for an option, by its full name."""
    found: dict[str, str] = {}
    for path in sorted(CONFIGS.rglob("*.yaml")):
        prefix = "" if path.parent == CONFIGS else f"{path.parent.name}."
        for option in options(path, prefix):
            if option.meaning and option.meaning != "not used":
                found.setdefault(option.name, option.meaning)
    return found


def groups(config: str) -> list[Group]:
    """Every group in a config's defaults list, in order."""
    text = (CONFIGS / f"{config}.yaml").read_text(encoding="utf-8")
    return [Group(*found) for found in re.findall(r"^  - (\w+): (\w+)[^#\n]*(?:# *(.*))?$", text, re.MULTILINE)]


def sections(config: str, arguments: Sequence[str]) -> Iterator[tuple[Group | None, str, list[Option]]]:
    """The options of a command: its own, then those of each group with the choice that the arguments make."""
    own = list(options(CONFIGS / f"{config}.yaml"))
    yield None, "", own
    for group in groups(config):
        said = [a.partition("=")[2] for a in arguments if a.lstrip("+").startswith(f"{group.name}=")]
        choice = said[-1] if said and said[-1] in group.choices else group.default
        # A mapping whose options the command lists itself is not listed once more.
        found = group.options(choice)
        yield group, choice, [o for o in found if not any(f"{one.name}.".startswith(f"{o.name}.") for one in own)]


def names(config: str, arguments: Sequence[str]) -> list[str]:
    """Every name that an argument of the command may have: groups, options, and mappings of options."""
    found: set[str] = set()
    for group, _, own in sections(config, arguments):
        for name in [*([group.name] if group else []), *(option.name for option in own)]:
            parts = name.split(".")
            found.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    return sorted(found)


def page(config: str, about: str, arguments: Sequence[str]) -> str:
    """What `--help` says.

    Args:
        config: The command's config in `configs/`.
        about: What the command does, and an example.
        arguments: Those of the command line; they choose the groups' options.
    """
    width = min(shutil.get_terminal_size((120, 0)).columns, 120)
    chosen = any(len(group.choices) > 1 for group in groups(config))
    parts = [about.strip(), f"{_HOW}\n{_CHOICES}" if chosen else _HOW]
    for group, choice, own in sections(config, arguments):
        lines = [row for o in own for row in _row(f"{o.name}={o.default}", o.meaning or elsewhere().get(o.name), width)]
        if group:
            others = [other for other in group.choices if other != choice]
            said = [group.meaning, group.about(choice), f"or {' '.join(others)}" if others else ""]
            title = f"{group.name}={choice}" if others else group.name
            lines = [*_row(title, "; ".join(filter(None, said)), width, indent=""), *lines]
        parts += ["\n".join(lines)] if lines else []
    return "\n\n".join(parts)


def _row(left: str, meaning: str | None, width: int, indent: str = "  ") -> list[str]:
    wrapped = textwrap.wrap(meaning or "", max(width - _COLUMN, 30)) or [""]
    beside = len(indent + left) < _COLUMN
    first = [f"{indent}{left}".ljust(_COLUMN) + wrapped.pop(0)] if beside else [indent + left]
    return [line.rstrip() for line in [*first, *(" " * _COLUMN + line for line in wrapped)] if line.strip()]
