"""What is wrong with a command line, in one line that names the option and the nearest valid choice."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hydra.errors import OverrideParseException

from options import CONFIGS, groups, names
from presseschau.config import nearest


def one_line(error: Exception, config_name: str) -> str:
    """Hydra's complaint as one line that names the option and the nearest valid choice."""
    text = str(error)
    folders = [CONFIGS, *_own_folders()]
    if missing := [str(folder) for folder in folders if not folder.is_dir()]:
        return f"--config-dir {missing[0]}: there is no such folder"
    if match := re.search(r"(?:Could not override|Could not find in the config:?|Key) '([\w.@/]+)'", text):
        return f"unknown option {match[1]}: {_known(match[1], config_name)}"
    if match := re.search(r"not find '(.+?)'\s+Available options in '(.+?)':(.*?)Config search", text, re.DOTALL):
        value = match[1].removeprefix(f"{match[2]}/")
        return f"{match[2]}={value} is not known: {nearest(value, match[3].split())}"
    choices = {group.name: group.choices for group in groups(config_name)}
    for argument in sys.argv[1:]:
        name, equals, value = argument.lstrip("+").partition("=")
        asked = equals and re.fullmatch(r"\w[\w/]*", name)
        known = [path.stem for folder in folders for path in (folder / name).glob("*.yaml")] if asked else []
        if known and not set(known).issuperset(value.split(",")):
            return f"{name}={value} is not known: {nearest(value, known)}"
        if f"Ambiguous value for argument '{argument}'" in text:
            if name in choices:
                return f"{argument}: say one of them"
            return f"{argument}: write a list as {name}=[{value}], a decimal with a point, a text '{name}=\"{value}\"'"
    if isinstance(error, OverrideParseException):
        name, equals, value = str(error.override).partition("=")
        if not equals:
            return f"can't read {name}: write OPTION=VALUE without spaces, or in quotes: 'OPTION=a text'"
        such = {"[": '["A", "B"]', "{": '{a: "A", b: "B"}'}.get(value[:1], '"VALUE"')
        return f"can't read {name}={value}: spaces and special characters need quotes: '{name}={such}'"
    return " ".join(text.split())


def _own_folders() -> list[Path]:
    """The folder of the user's own option files, where the command line names one."""
    words = "\n".join(sys.argv[1:])
    return [Path(said) for said in re.findall(r"^(?:--config-dir|-cd)[=\n](.+)$", words, re.MULTILINE)]


def _known(name: str, config_name: str) -> str:
    """What an unknown name may have meant."""
    if name == "experiment" or ("/" in name and (CONFIGS / name).is_dir()):  # split/houses
        return f"did you mean +{name}=…?"
    for group in groups(config_name):
        having = [f"{group.name}={c}" for c in group.choices if name in {o.name for o in group.options(c)}]
        if having:
            return f"it belongs to {', '.join(having)}"
    known = names(config_name, sys.argv[1:])
    if inside := [one for one in known if one.endswith(f".{name}")]:
        return f"did you mean {' or '.join(inside[:3])}?"
    if options := [one for one in known if one.startswith(f"{name}.")]:  # of `dataset=mine`
        return nearest("", options)
    hint = nearest(name, [one for one in known if one != name and one.count(".") == name.count(".")])
    if hint.startswith("valid:"):
        parent = name.rpartition(".")[0]
        siblings = [one for one in known if one.rpartition(".")[0] == (parent if parent in known else "")]
        hint = nearest("", siblings) if siblings else f"{parent} is said as a whole, {parent}=…"
    return hint
