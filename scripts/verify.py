"""Recomputes every promise of a dataset folder: `python scripts/verify.py dir=mydata`.

With `rebuild=true source.path=pages/` it also builds the dataset once more and compares every byte.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, FAILED, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import ConfigError, convert
    from presseschau.publish.diff import changelog, diff
    from presseschau.publish.verify import verify

    if config["diff"] is not None:
        before, _, after = (name.strip() for name in str(config["diff"]).partition(","))
        if not before or not after:
            raise ConfigError(f"diff={config['diff']} must name two dataset folders: diff=OLD,NEW")
        try:
            print(changelog(diff(Path(before), Path(after).expanduser())))
        except ValueError as error:
            raise ConfigError(str(error)) from error
        return BUILT
    if config["dir"] is None:
        raise ConfigError("dir is missing: say dir=… (or diff=OLD,NEW)")

    rebuilds = convert(config["rebuild"], bool, "rebuild")
    try:
        problems = verify(Path(config["dir"]))
    except ValueError as error:
        raise ConfigError(str(error)) from error
    for problem in problems:
        print(problem)
    broken = f"{len(problems)} promise{' does' if len(problems) == 1 else 's do'} not hold"
    print(f"{config['dir']}: {broken if problems else 'every promise holds'}")
    if rebuilds:
        from presseschau.pipeline.rebuild import rebuild

        given = {key: value for key, value in config.items() if key not in ("dir", "diff", "rebuild", "workers")}
        other = rebuild(Path(config["dir"]), given, config["workers"])
        for line in other:
            print(line)
        print(f"{config['dir']}: {'its rebuild differs' if other else 'its rebuild is the same, byte for byte'}")
        problems += other
    return FAILED if problems else BUILT


if __name__ == "__main__":
    run("verify", main, "the check failed")
