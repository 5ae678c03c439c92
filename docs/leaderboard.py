"""From `make build` to a plotted leaderboard: `.venv/bin/python docs/leaderboard.py [DATASET] [TASK] [OUTPUT]`.

DATASET is a folder that `scripts/build.py` wrote, or its id on the Hub; without one it is the sample, which is built
where it is not there yet. Every step is a command that can be typed as well; docs/benchmark.md says how to read the
results.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "data/build/presseschau-sample/dataset"
MODELS = "majority,stratified,keywords,publisher_only,complement_nb,tfidf_word_svm,tfidf_svm,tfidf_logreg"


def step(what: str, script: str, *arguments: str) -> None:
    """Runs one of the commands; stops where it fails."""
    print(f"\n# {what}\npython scripts/{script}.py {' '.join(arguments)}", flush=True)
    done = subprocess.run([sys.executable, ROOT / "scripts" / f"{script}.py", *arguments], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def own_scheme(dataset: str) -> bool:
    """Whether a folder's labels are of a taxonomy of its own, which `keywords` knows by `model.scheme=` only."""
    manifest = Path(dataset) / "manifest.json"
    config = json.loads(manifest.read_text("utf-8")).get("config", {}) if manifest.is_file() else {}
    return bool(config.get("label", {}).get("scheme"))


def main(dataset: str = SAMPLE, task: str = "topic", output: str = "data/benchmark") -> None:
    """Builds, runs the models, draws a learning curve, and tests the differences."""
    if dataset == SAMPLE and not Path(SAMPLE).is_dir():
        step("the dataset", "build")
    common = [f"dataset={dataset}", f"task={task}", f"output.dir={output}"]
    models = MODELS.replace("keywords,", "") if own_scheme(dataset) else MODELS
    step("models side by side", "benchmark", "--multirun", *common, f"model={models}")
    step("would more articles help?", "benchmark", *common, "model=tfidf_word_svm", "learning_curve=[0.25,0.5]")
    compared = ("action=compare", f'runs=["{output}"]', f"output.dir={output}")
    step("which differences are more than chance?", "benchmark", *compared)
    print(f"\nopen {output}/leaderboard.html: scores, the gap, the learning curve, confusion, cost")


if __name__ == "__main__":
    if len(sys.argv) > 4 or any(argument.startswith("-") for argument in sys.argv[1:]):
        print(__doc__.partition("\n")[0], file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
