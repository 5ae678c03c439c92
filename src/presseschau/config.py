"""Plain mappings (YAML, command line) into the frozen dataclasses that stages are configured by, checked on the way."""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class ConfigError(ValueError):
    """The command or the config is wrong; one line that names what, where and the nearest valid choice."""


_LISTED = 300  # characters of names that a line still holds


def said(error: Exception) -> str:
    """What an error says, in one line: of a file, its name and what is wrong with it, without the system's number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
    return " ".join(str(error).split())


def nearest(name: str, choices: Iterable[str]) -> str:
    """A hint for an unknown name: the closest choice, else all of them, or the first ones of many.

    >>> nearest("randm", ["benchmark", "random"])
    'did you mean random?'
    """
    known = sorted(choices)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    listed = [name for name, size in zip(known, accumulate(map(len, known)), strict=True) if size <= _LISTED]
    return f"valid: {', '.join(listed + ['…'] * (len(listed) < len(known)))}"


def build(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """An instance of the dataclass `cls` from a mapping; nested dataclasses, tuples, optionals and literals included.

    Args:
        cls: A dataclass; its `__post_init__` may raise ValueError for values out of range.
        values: Field names and values, as YAML gives them.
        where: The dotted path of the mapping, for messages: `split`.

    Raises:
        ConfigError: For an unknown key, a missing one, a value of another type or out of range.
    """
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"{cls} is no dataclass")
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}
    for key in values:
        if key not in fields:
            raise ConfigError(f"unknown option {_join(where, str(key))}: {nearest(str(key), fields)}")
    arguments = {}
    for name, field in fields.items():
        if values.get(name) is None and field.default_factory is not dataclasses.MISSING:
            continue  # null asks for the default of a mapping or list, which the command line cannot override in place
        if name in values:
            arguments[name] = convert(values[name], hints[name], _join(where, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"{_join(where, name)} is missing")
    try:
        return cls(**arguments)
    except ConfigError:
        raise
    except ValueError as error:
        text = str(error)
        if not where or text.startswith((f"{where}.", f"{where}:")):
            raise ConfigError(text) from error
        named = re.match(r"\w+(?=[ =])", text)
        raise ConfigError(f"{where}{'.' if named and named[0] in fields else ': '}{text}") from error


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def convert(value: Any, hint: Any, where: str) -> Any:
    """A value as its type hint says.

    Args:
        value: As YAML gives it.
        hint: `int`, `Path | None`, `tuple[str, ...]`, a literal, a dataclass.
        where: The dotted name of its option, for messages: `split.seed`.

    Raises:
        ConfigError: It is of another type or out of range.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(value, args, where)
    if origin is typing.Literal:
        if value not in args:
            raise ConfigError(f"{where}={_shown(value)} is not known: {nearest(str(value), map(str, args))}")
        return value
    if origin is Sequence:
        origin, args = tuple, (args[0], ...)
    if origin is tuple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            such = "a,b" if value is None or isinstance(value, Mapping) else _shown(value)
            raise ConfigError(f"{where}={_shown(value)} must be a list: {where}=[{such}]")
        if args[-1] is Ellipsis:
            return tuple(convert(v, args[0], f"{where}[{i}]") for i, v in enumerate(value))
        if len(value) != len(args):
            raise ConfigError(f"{where}={_shown(value)} must have {len(args)} entries")
        return tuple(convert(v, a, f"{where}[{i}]") for i, (v, a) in enumerate(zip(value, args, strict=True)))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}={_shown(value)} must be a mapping, such as {where}={{a: b}}")
        return {convert(k, args[0], where): convert(v, args[1], _join(where, str(k))) for k, v in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, hint):
            return value
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}={_shown(value)} must be a mapping")
        return build(hint, value, where)
    return _convert_scalar(value, hint, where)


def _convert_union(value: Any, args: tuple[Any, ...], where: str) -> Any:
    if value is None:
        if type(None) in args:
            return None
        raise ConfigError(f"{where} must not be null")
    options = [a for a in args if a is not type(None)]
    errors = []
    for option in options:
        try:
            return convert(value, option, where)
        except ConfigError as error:
            errors.append(error)
    raise errors[-1]


def _convert_scalar(value: Any, hint: Any, where: str) -> Any:
    if hint is Any:
        return value
    if hint is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ConfigError(f"{where}={_shown(value)} must be a day such as 2026-03-31") from None
    if hint is Path and isinstance(value, str | Path):
        if not str(value):
            raise ConfigError(f"{where} is empty: name a path, or leave it out")
        return Path(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    # A date, a version or a hash that looks like a number to YAML is still the text that was typed.
    if hint is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise ConfigError(f"{where}={_shown(value)} must be {_NAMES.get(hint, hint.__name__)}")
    if hint is int and not -_MOST <= value < _MOST:
        raise ConfigError(f"{where}={_shown(value)} is too large: a whole number has 64 bits at most")
    return value


_MOST = 2**63
_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false", Path: "a path", date: "a day"}


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+(?:\.\d+)?|true|false|null", value):
        text = f"'{value}'"  # a text that looks like something else
    return text if len(text) <= 60 else text[:57] + "…"
