"""What all commands share: Hydra in, one clear line and the right exit status out."""

# ruff: noqa: E402
from __future__ import annotations

import os
import signal
from types import FrameType


def _leave_at_once(_signal: int, _frame: FrameType | None) -> None:
    os.write(2, b"error: interrupted\n")
    os._exit(130)  # what was begun is as after a kill: the next command goes on from there


# Nothing is begun yet: an exception would come out of some import, whichever that makes of it.
signal.signal(signal.SIGINT, _leave_at_once)

import atexit
import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
# Options whose value is a path, a URL or an id: taken as typed, whatever commas, brackets or digits are in it.
LITERAL = re.compile(
    r"(\+*(?:\w+\.)*(?:path|dir|work_dir|output|takedown|diff|lock|scheme|calibration|human|llm|corrections|targets|transformer|card|snapshots|publisher_list|cache_dir|url|id|page))=(.*)",
    re.DOTALL,
)
_WORD = re.compile(r"""'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^\s,:{}\[\]'"](?:[^,:{}\[\]'"]*[^\s,:{}\[\]'"])?""")
BUILT, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
_ended: list[int] = []  # the exit status, once it is known
_interrupted: list[int] = []  # Ctrl-C, once it was heard


def run(config_name: str, main: Callable[[dict[str, Any]], int], failure: str, written: str | None = None) -> None:
    """Composes the config from the command line, calls `main` with it as plain data, and exits.

    Args:
        config_name: The command's config in `configs/`.
        main: Does the work; answers with the exit status.
        failure: What to say first where the work failed.
        written: Option that names what is written, where each job of a multirun has to have its own.

    Exit status: what `main` answers, 1 where the work failed, 2 where the command or the config is wrong, 130 where it
    was interrupted.
    """
    atexit.register(_leave)  # the first one, so the last to be called
    _open_streams()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print a stack and exit with 1 for a mistyped option
    import hydra
    from hydra.errors import HydraException
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

    from presseschau.config import ConfigError, said

    OmegaConf.register_new_resolver("root", lambda: str(ROOT), replace=True)
    # A flag in between would end the list of overrides.
    sys.argv[1:] = map(_as_typed, sorted(sys.argv[1:], key=lambda argument: argument not in ("--multirun", "-m")))
    jobs: list[DictConfig] = []  # one, or with --multirun one for each combination
    try:
        if any(argument.startswith("-") for argument in sys.argv[1:]):  # --help, --cfg job, --multirun
            with TemporaryDirectory(prefix="presseschau-") as passing:  # for what Hydra writes about a multirun
                OmegaConf.register_new_resolver("passing", lambda: passing, replace=True)
                hydra.main(version_base="1.3", config_path=str(ROOT / "configs"), config_name=config_name)(
                    jobs.append
                )()
        else:  # in half of the time: `hydra.main` composes once more, to learn whether it is a multirun
            with hydra.initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
                jobs.append(hydra.compose(config_name, sys.argv[1:]))
        configs = [_at_home(OmegaConf.to_container(job, resolve=True, throw_on_missing=True)) for job in jobs]
        places = [OmegaConf.select(job, written) for job in jobs if written]
    except MissingMandatoryValue as error:
        key = re.search(r"full_key: (\S+)", str(error))
        _stop(f"{key[1] if key else 'an option'} is missing: say {key[1] if key else 'it'}=…", USAGE)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        _stop(_one_line(error, config_name), USAGE)
    except OSError as error:  # the help, to a reader that has gone
        _stop(said(error), FAILED)
    if len(set(places)) < len(places):
        _stop(f"{written} is the same for several jobs of the multirun, which would replace each other's", USAGE)
    signal.signal(signal.SIGINT, _interrupt)
    sys.unraisablehook = _not_raised
    try:
        _end(max((_told(main, cast("dict[str, Any]", config)) for config in configs), default=BUILT))
    except ConfigError as error:
        _stop(str(error), USAGE)
    except KeyboardInterrupt:
        _stop("", INTERRUPTED)
    except Exception as error:
        if os.environ.get("PRESSESCHAU_TRACEBACK"):
            raise
        kind = "" if isinstance(error, OSError | RuntimeError) else f"{type(error).__name__}: "
        _stop(f"{failure}: {kind}{said(error)} (PRESSESCHAU_TRACEBACK=1 shows where)", FAILED)


def _open_streams() -> None:
    """Opens what the caller has closed: what is opened next would take its number, and be written to by who reports."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(nothing, True)  # for workers
            setattr(sys, name, os.fdopen(nothing, mode))


def _told(main: Callable[[dict[str, Any]], int], config: dict[str, Any]) -> int:
    """What `main` answers; what it prints is said when it has ended, so that a reader who has gone does not stop it."""
    told = io.StringIO()
    try:
        with redirect_stdout(told):
            return main(config)
    finally:
        try:
            print(told.getvalue(), end="", flush=True)
        except OSError as error:  # a full disk, or a reader that has gone, such as `head`
            print(f"note: standard output does not take what there is to say: {error.strerror}", file=sys.stderr)


def _as_typed(argument: str) -> str:
    """An override in Hydra's grammar whose value means what was typed."""
    match = LITERAL.fullmatch(argument)
    if match is None or match[2] == "null" or match[2][:1] in ("'", '"', "[", "{"):
        name, equals, value = argument.partition("=")
        return name + equals + _WORD.sub(_quoted, value)
    # Hydra unescapes quotes, and backslashes only before a quote.
    value = re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + ("\\'" if m[2] else ""), match[2])
    return f"{match[1]}='{value}'"


def _at_home(value: Any) -> Any:
    """The config with `~/` for the user's home wherever a value starts so: a shell does not see it behind `OPTION=`."""
    if isinstance(value, dict):
        return {key: _at_home(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_at_home(one) for one in value]
    return os.path.expanduser(value) if isinstance(value, str) and re.match(r"~(?:/|$)", value) else value  # noqa: PTH111


def _quoted(word: re.Match[str]) -> str:
    """A German word in quotes: Hydra's grammar knows unquoted words in ASCII only."""
    return word[0] if word[0].isascii() or word[0][0] in "'\"" else f"'{word[0]}'"


def _interrupt(number: int, _frame: FrameType | None) -> None:
    _interrupted.append(number)
    raise KeyboardInterrupt


def _not_raised(lost: sys.UnraisableHookArgs) -> None:
    """Ctrl-C that came where nothing can be raised, in a callback of an import, say, must not be lost."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        _leave_at_once(signal.SIGINT, None)
    if _interrupted and isinstance(lost.exc_value, OSError):
        return  # Python wakes a pool in the end that has just been taken apart
    sys.__unraisablehook__(lost)


def _stop(message: str, status: int) -> None:
    if _interrupted:  # also where a library has made another error of it
        message, status = "interrupted; the same command goes on where it stopped", INTERRUPTED
    print(f"error: {message}", file=sys.stderr)
    _end(status)


def _end(status: int) -> None:
    _ended.append(status)
    sys.exit(status)


def _leave() -> None:
    """Ends the process as it is: to take apart all that it has loaded takes a tenth of a small build."""
    if _ended:
        sys.stderr.flush()
        os._exit(_ended[-1])


def _one_line(error: Exception, config_name: str) -> str:
    """Hydra's complaint as one line that names the option and the nearest valid choice."""
    from hydra.errors import OverrideParseException

    from presseschau.config import nearest

    text = str(error)
    if match := re.search(r"(?:Could not override|Could not find in the config:?|Key) '([\w.@/]+)'", text):
        known = _options(config_name)
        return f"unknown option {match[1]}: {nearest(match[1], known)}"
    for argument in sys.argv[1:]:
        group, _, choice = argument.lstrip("+").partition("=")
        known = [path.stem for path in (ROOT / "configs" / group).glob("*.yaml")] if group.isidentifier() else []
        if known and not set(known).issuperset(choice.split(",")):
            return f"{group}={choice} is not known: {nearest(choice, known)}"
    if isinstance(error, OverrideParseException):
        return f"can't read {error.override}: write OPTION=VALUE, special characters in quotes: 'OPTION=\"VALUE\"'"
    return " ".join(text.split())


def _options(config_name: str) -> list[str]:
    """Every dotted option that the config has with its default groups."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import DictConfig

    GlobalHydra.instance().clear()
    with initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
        config = compose(config_name)

    def walk(node: DictConfig, path: str) -> list[str]:
        found = []
        for key in map(str, node):
            name = f"{path}.{key}" if path else key
            child = node._get_node(key)
            found += [name, *(walk(child, name) if isinstance(child, DictConfig) else [])]
        return found

    return walk(config, "")
