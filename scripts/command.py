"""What all commands share: Hydra in, one clear line and the right exit status out."""

# ruff: noqa: E402
from __future__ import annotations

import os
import signal
from types import FrameType


def _leave_at_once(_signal: int, _frame: FrameType | None) -> None:
    os.write(2, b"error: interrupted\n")
    os._exit(130)  # what was begun is as after a kill: the next command goes on from there


# Nothing has begun yet, and an exception would be raised within some import, which may make another error of it.
signal.signal(signal.SIGINT, _leave_at_once)

import atexit
import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
# Options whose value is a path, a URL, an id or a text: taken as typed, whatever commas, brackets or digits are in it.
LITERAL = re.compile(
    r"""(\+*(?:\w+\.)*(?:path|dir|work_dir|output|takedown|diff|lock|scheme|calibration|human|llm|corrections|targets
        |transformer|card|snapshots|publisher_list|cache_dir|url|id|page
        |pretty_name|contact|homepage|license_name|license_link|agent|sep|quote))=(.*)""",
    re.DOTALL | re.VERBOSE,
)
_PLAIN = re.compile(r"""null|[\[{].*|(['"]).*\1""", re.DOTALL)  # of these, what Hydra reads
_KEY = re.compile(r"""(?<=[{,])\s*(['"])([\w.-]+)\1(?=\s*:)""")
_WORD = re.compile(r"""'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^\s,:{}\[\]'"](?:[^,:{}\[\]'"]*[^\s,:{}\[\]'"])?""")
_OF_PAGES = ("source.path", "page")  # whose files may have names in any encoding
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
    _speak_utf8()
    _open_streams()
    if find_spec("presseschau") is None:
        _stop(f"{sys.executable} has no presseschau: `make build` sets up .venv, run .venv/bin/python", USAGE)
    from presseschau.config import ConfigError, said

    try:
        if asked := {"--help", "-h", "--version"}.intersection(sys.argv[1:]):
            _tell_about("version" if "--version" in asked else config_name)
        configs, places = _composed(config_name, written)
    except OSError as error:  # a reader that has gone
        _stop(said(error), FAILED)
    if any("experiment" in config for config in configs):  # the recipe, instead of what is in it
        _stop("the file of +experiment=… has to begin with the line '# @package _global_'", USAGE)
    if any(config.get("dir") == "" for config in configs):
        _stop("dir is empty: name the dataset folder", USAGE)
    if len(set(places)) < len(places):
        _stop(f"{written} is the same for several jobs: put what differs into it, '{written}=out/${{seed}}'", USAGE)
    signal.signal(signal.SIGINT, _interrupt)
    sys.unraisablehook = _not_raised
    try:
        _end(max((_told(main, config) for config in configs), default=BUILT))
    except ConfigError as error:
        _stop(str(error), USAGE)
    except KeyboardInterrupt:
        _stop("", INTERRUPTED)
    except Exception as error:
        if os.environ.get("PRESSESCHAU_TRACEBACK"):
            raise
        kind = "" if isinstance(error, OSError | RuntimeError) else f"{type(error).__name__}: "
        _stop(f"{failure}: {kind}{said(error)} (PRESSESCHAU_TRACEBACK=1 shows where)", FAILED)


def _composed(config_name: str, written: str | None) -> tuple[list[dict[str, Any]], list[Any]]:
    """The config of each job, one or with --multirun one for each combination, and what is `written` in each."""
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print a stack and exit with 1 for a mistyped option
    import hydra
    from hydra.errors import HydraException
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException
    from yaml import YAMLError

    for argument in sys.argv[1:]:
        if re.search("[\ud800-\udfff]", argument) and argument.partition("=")[0] not in _OF_PAGES:
            _stop(f"{argument} is not in UTF-8, as it has to be; is the terminal set to it?", USAGE)
    OmegaConf.register_new_resolver("root", lambda: str(ROOT), replace=True)
    # A flag in between would end the list of overrides.
    sys.argv[1:] = map(_as_typed, sorted(sys.argv[1:], key=lambda argument: argument not in ("--multirun", "-m")))
    jobs: list[DictConfig] = []
    refused = io.StringIO()
    try:
        if any(argument.startswith("-") for argument in sys.argv[1:]):  # --cfg job, --multirun
            with (
                TemporaryDirectory(prefix="presseschau-") as passing,  # for what Hydra writes about a multirun
                redirect_stderr(refused),
            ):
                OmegaConf.register_new_resolver("passing", lambda: passing, replace=True)
                hydra.main(version_base="1.3", config_path=str(ROOT / "configs"), config_name=config_name)(
                    jobs.append
                )()
        else:  # in half of the time: `hydra.main` composes once more, to learn whether it is a multirun
            with hydra.initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
                jobs.append(hydra.compose(config_name, sys.argv[1:]))
        configs = [_at_home(OmegaConf.to_container(job, resolve=True, throw_on_missing=True)) for job in jobs]
        return configs, [OmegaConf.select(job, written) for job in jobs if written]
    except MissingMandatoryValue as error:
        key = re.search(r"full_key: (\S+)", str(error))
        _stop(f"{key[1] if key else 'an option'} is missing: say {key[1] if key else 'it'}=…", USAGE)
    except YAMLError as error:  # of a file in --config-dir
        _stop(" ".join(str(error).split()), USAGE)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        from mistakes import one_line

        _stop(one_line(error, config_name), USAGE)
    except SystemExit as error:  # of the parser of flags; usage in several lines, then what is wrong
        if error.code:
            wrong = refused.getvalue().strip().rpartition(": error: ")[2]
            _stop(f"{wrong} (options are written OPTION=VALUE, without dashes; --help lists them)", USAGE)
        raise


def _tell_about(topic: str) -> None:
    """Prints the version, or what a command does and every option it has."""
    if topic == "version":
        from importlib.metadata import version

        print(f"presseschau {version('presseschau')}", flush=True)
    else:
        import __main__
        from options import page

        print(page(topic, __main__.__doc__ or "", sys.argv[1:]), flush=True)
    _end(BUILT)


def _speak_utf8() -> None:
    """Begins anew in Python's UTF-8 mode where the locale has another encoding: files would have other names there."""
    if sys.getfilesystemencoding() != "utf-8" and "utf8" not in sys._xoptions:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def _open_streams() -> None:
    """Opens what the caller has closed: the next file would get its number, and messages would go into that."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(nothing, True)  # for workers
            setattr(sys, name, os.fdopen(nothing, mode))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: PYTHONIOENCODING may know no German


def _told(main: Callable[[dict[str, Any]], int], config: dict[str, Any]) -> int:
    """What `main` answers; what it prints is said when it has ended, so that a reader who has gone does not stop it."""
    told = io.StringIO()
    try:
        with redirect_stdout(told):
            status = main(config)
        if _interrupted:  # a library has kept it to itself, or the work took its error for a finding
            told = io.StringIO()
            raise KeyboardInterrupt
        return status
    finally:
        try:
            print(told.getvalue(), end="", flush=True)
        except OSError as error:  # a full disk, or a reader that has gone, such as `head`
            print(f"note: standard output does not take what there is to say: {error.strerror}", file=sys.stderr)


def _as_typed(argument: str) -> str:
    """An override in Hydra's grammar whose value means what was typed; flags are none."""
    if argument.startswith("-"):
        return argument
    match = LITERAL.fullmatch(argument)
    if match is None or _PLAIN.fullmatch(match[2]):
        name, equals, value = argument.partition("=")
        # Hydra's grammar has no quotes around keys.
        return name + equals + _WORD.sub(_quoted, _KEY.sub(r"\2", value) if value.startswith("{") else value)
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


def _interrupt(number: int, frame: FrameType | None) -> None:
    at = frame
    while at is not None:
        if at.f_code.co_filename == "<frozen importlib._bootstrap>":  # a native module may abort the process for it
            _leave_at_once(number, frame)
        at = at.f_back
    _interrupted.append(number)
    raise KeyboardInterrupt


def _not_raised(lost: sys.UnraisableHookArgs) -> None:
    """Ctrl-C that came where nothing can be raised, in a callback of an import, say, must not be lost."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        _leave_at_once(signal.SIGINT, None)
    if _interrupted and isinstance(lost.exc_value, OSError):
        return  # in the end Python wakes a pool that has just been taken apart
    sys.__unraisablehook__(lost)


def _stop(message: str, status: int) -> NoReturn:
    if _interrupted:  # also where a library has made another error of it
        message, status = "interrupted; the same command goes on where it stopped", INTERRUPTED
    print(f"error: {message}", file=sys.stderr)
    _end(status)


def _end(status: int) -> NoReturn:
    _ended.append(status)
    sys.exit(status)


def _leave() -> None:
    """Ends the process as it is: to take apart all that it has loaded takes a tenth of a small build."""
    if _ended:
        sys.stderr.flush()
        os._exit(_ended[-1])
