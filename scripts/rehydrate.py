"""A stub and one's own pages give the full dataset: `rehydrate.py dir=STUB source=html source.path=… output.dir=…`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import build
    from presseschau.pipeline.groups import Source, Work
    from presseschau.pipeline.rehydrate import REPORT, Matching, rehydrate
    from presseschau.pipeline.settings import engine_from

    matching = {"match": config["match"], "near_jaccard": config["near_jaccard"]}
    made = rehydrate(
        Path(config["dir"]),
        build(Source, config["source"], "source"),
        Path(config["output"]["dir"]),
        build(Matching, matching, ""),
        build(Work, config["pipeline"], "pipeline"),
        engine_from(config["engine"]),
    )
    for outcome, rows in made.outcomes.items():
        print(f"{outcome:8} {rows:,}")
        if outcome == "dropped":
            print("\n".join(f"  {n:,} {reason}" for reason, n in made.reasons.items()))
    for column, rows in made.differs.items():
        print(f"{rows:,} page{' differs' if rows == 1 else 's differ'} from the release in {column}")
    print("every row is that of the release" if made.equal else "the rows are not all those of the release")
    print(f"what became of each row is in {made.folder / REPORT}")
    print(f"load it: datasets.load_dataset({str(made.folder)!r}, 'topic')")
    return BUILT


if __name__ == "__main__":
    run("rehydrate", main, "the stub could not be filled", written="output.dir")
