"""Labels by people and language models: `python scripts/annotate.py action=export dir=mydata purpose=validation …`."""

from __future__ import annotations

import dataclasses
import sys
from glob import glob
from pathlib import Path
from typing import Any

from command import BUILT, FAILED, run

_OPTIONS = "label.llm"


def main(config: dict[str, Any]) -> int:
    from presseschau.annotation.annotate import analyse, calibrate, export, import_, measure, review
    from presseschau.annotation.llm import Llm
    from presseschau.annotation.order import Annotate
    from presseschau.config import ConfigError, build
    from presseschau.label import Labeler
    from presseschau.pipeline.settings import labeler_options, transformer_options

    rules = labeler_options(config.pop("label"))
    llm = rules.pop("llm")
    # The group has options of the build, too; only the labeler's own count here.
    own = {f.name: rules[f.name] for f in dataclasses.fields(Labeler) if f.name in rules}
    for name in ("path", "exclude", "labels"):
        config[name] = _files(config[name])
    config["labeler"] = build(Labeler, own, "label")
    config["transformer"] = transformer_options(rules["transformer"])
    config["llm"] = build(Llm, llm, "label.llm") if config["action"] == "llm" else None
    try:
        order = build(Annotate, config, "")
        if order.action == "llm":
            return _llm(order)
        actions = {
            "export": export,
            "import": import_,
            "agreement": measure,
            "analysis": analyse,
            "audit": review,
            "calibrate": calibrate,
        }
        print(actions[order.action](order))
    except ValueError as error:
        raise ConfigError(str(error).removeprefix(": ")) from error
    return BUILT


def _llm(order: Any) -> int:
    from tqdm import tqdm

    from presseschau.annotation.annotate import estimate_llm, run_llm
    from presseschau.annotation.llm import cost_told

    def spent(tally: Any) -> str:
        return cost_told(order.llm.cost(tally.prompt_tokens, tally.completion_tokens), _OPTIONS)

    plan = estimate_llm(order)
    print(plan.told(order.llm, _OPTIONS))
    if not order.llm.enabled:
        print("nothing was sent; label.llm.enabled=true sends the articles' texts to label.llm.base_url")
        return BUILT
    with tqdm(total=plan.articles, unit="article", dynamic_ncols=True, disable=None) as bar:

        def show(tally: Any) -> None:
            bar.set_postfix_str(f"{tally.sent} sent, {tally.retried} tried again, {spent(tally)}", refresh=False)
            bar.update()

        written, tally = run_llm(order, show)
    abstained = ", ".join(f"{task} {n}" for task, n in tally.abstained.items())
    print(
        f"{tally.sent} answers now ({tally.prompt_tokens:,} tokens out, {tally.completion_tokens:,} back, "
        f"{spent(tally)}), {tally.retried} requests tried again, {tally.second_tries} answers asked for twice; "
        f"abstained: {abstained}"
    )
    if tally.unanswered:
        print(
            f"error: {len(tally.unanswered)} articles got no answer (the last time: {tally.trouble}), {order.output} "
            "was not written; the same command goes on where it stopped",
            file=sys.stderr,
        )
        return FAILED
    if not written:
        print(
            f"error: the model abstains on all articles, {order.output} was not written; its answers are in "
            f"{order.llm.cache_dir}",
            file=sys.stderr,
        )
        return FAILED
    print(f"{written} articles labelled in {order.output}; a build takes it as label.llm={order.output}")
    return BUILT


def _files(value: Any) -> list[str]:
    """A file, a glob or a list of them as a sorted list of files; what does not exist stays, so that it is named."""
    found: list[str] = []
    for name in [] if value is None else [value] if isinstance(value, str) else value:
        matches = [] if Path(name).exists() else sorted(glob(str(name)))  # noqa: PTH207 Path.glob takes no absolute ones
        found += matches or [name]
    return found


if __name__ == "__main__":
    run("annotate", main, "annotating failed")
