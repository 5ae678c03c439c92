"""One test set's part of the leaderboard as Markdown, and what the command prints about a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from presseschau.benchmark.compare import Finished, table
from presseschau.stable import sha256

_TITLES = {"test_temporal": "temporal", "test_publisher": "publisher", "cv": "out of fold"}
_LONG = {"test_temporal": "later months", "test_publisher": "other publishers"}
_UNRANKED = "these labels are its own"


def section(runs: Sequence[Finished], found: Sequence[dict[str, Any]]) -> str:
    """One test set's part of the leaderboard, as Markdown."""
    first = runs[0].results
    splits = list(first["metrics"])
    data = ", ".join(dict.fromkeys(_dataset(run.results) for run in runs))
    lines = [f"## {first['task']} · {data}", "", *_headline(runs), *_standing(runs), ""]
    if any(run.results["validated"] for run in runs):
        lines += ["### Articles that people validated", "", *_scores(runs, splits, "validated"), ""]
        lines += ["### All test articles", ""]
    lines += [*_scores(runs, splits, "metrics"), "", *_abstained(runs)]
    if first["gaps"]:
        lines += ["### The gap: a hard test set against the easy one", "", *_gaps(runs), ""]
    if first["task"] == "stance":
        lines += ["### Stance", "", *_stance(runs, splits), ""]
    if any(run.results["masked"] for run in runs):
        lines += ["### With the labeler's terms masked", "", *_masked(runs, splits), ""]
    lines += ["### Cost", "", *_cost(runs), ""]
    if found:
        lines += [f"### {runs[0].name} against the others", "", *table(found).splitlines(), ""]
    return "\n".join(lines) + "\n"


def plot_name(runs: Sequence[Finished]) -> str:
    """How the plots of runs that may be compared are named."""
    return f"{runs[0].results['task']}-{sha256(repr(runs[0].group))[:8]}"


def _headline(runs: Sequence[Finished]) -> list[str]:
    """The gap of the best model, in words: what the easy test set promises and the hard ones do not keep.

    The best on validation: who is best on `test` is so by luck, too, which looks like a gap to sets without that luck.
    """
    ranked = [run for run in runs if all(run.results["ranked"].values())]
    tuned = [run for run in ranked if run.results["validation"]]
    by = "validation" if tuned else "test"
    best = max(tuned, key=lambda run: float(run.results["validation"]["macro_f1"]), default=next(iter(ranked), None))
    gaps = best.results["gaps"] if best else {}
    said = [
        f"{gap['macro_f1_shared']:+.3f}{_interval(gap, 'macro_f1_shared')} on {_LONG.get(split, split)}"
        for split, gap in gaps.items()
        if gap["macro_f1_shared"] is not None
    ]
    if not best or not said:
        return []
    easy = best.results["metrics"]["test"]["macro_f1"]
    return [
        f"**The gap.** {best.name}, the best on `{by}` (macro-F1 on `test` {easy:.3f}), "
        f"scores {' and '.join(said)}, over the classes that both test sets have.",
        "",
        f"![Macro-F1 by test set](plots/{plot_name(runs)}-gap.png)",
        "",
    ]


def _abstained(runs: Sequence[Finished]) -> list[str]:
    """Who gave no answer how often."""
    lines = []
    for run in runs:
        some = {s: m for s, m in run.results["metrics"].items() if m["abstained"]}
        if some:
            counts = ", ".join(f"{m['abstained']:,} of {m['articles']:,} on {s}" for s, m in some.items())
            lines += [
                f"{run.name} abstained from {counts}; that counts as wrong, and calibration is of its answers.",
                "",
            ]
    return lines


def _dataset(results: dict[str, Any]) -> str:
    origin = results["dataset"]
    parts = [origin.get("name") or origin["kind"], origin.get("version"), origin.get("revision")]
    return " ".join(str(p) for p in parts if p)


def _standing(runs: Sequence[Finished]) -> list[str]:
    """What the numbers stand on: articles, labels, who made them."""
    results = runs[0].results
    data = [run.results["dataset"].get("content_sha256") or run.results["dataset"].get("file_sha256") for run in runs]
    sizes: dict[str, set[int]] = {}
    for run in runs:
        for split, size in run.results["splits"].items():
            sizes.setdefault(split, set()).add(size["articles"])
    articles = " · ".join(f"{split} {' or '.join(f'{n:,}' for n in sorted(each))}" for split, each in sizes.items())
    content = ", ".join(f"`{sha[:12]}`" for sha in dict.fromkeys(data) if sha)
    lines = [
        f"Articles: {articles}. Test set `{results['test_sha256'][:12]}`" + (f", data {content}." if content else "."),
        "",
        f"Macro-F1 is the mean over the {len(results['labels']['train'])} labels of train; "
        "a label without test articles counts as 0.",
    ]
    for split, metrics in results["metrics"].items():
        who = ", ".join(f"{count:,} by {source}" for source, count in metrics["label_sources"].items())
        absent = f"; without test articles: {', '.join(metrics['zero_support'])}" if metrics["zero_support"] else ""
        strange = f"; not in train: {', '.join(metrics['unseen_labels'])}" if metrics["unseen_labels"] else ""
        lines += ["", f"Labels of {split}: {who}{absent}{strange}."]
    made = {s for m in results["metrics"].values() for s in m["label_sources"]}
    if "rules" in made:
        lines += [
            "",
            "Labels made by rules: a score says how well a model repeats the labeler, not how often it is right. "
            "The labeler itself is not ranked against them.",
        ]
    return lines


def _interval(metrics: dict[str, Any], name: str = "macro_f1") -> str:
    found = metrics.get("intervals", {}).get(name)
    return f" [{found[0]:.3f}, {found[1]:.3f}]" if found else ""


def _coverage(runs: Sequence[Finished]) -> str:
    """What the brackets of a table's runs cover; nothing where no run has any."""
    configs = [run.results["config"] for run in runs]
    shares = sorted({config["confidence"] for config in configs if config["bootstrap"]})
    return f" [{' or '.join(f'{100 * share:g} %' for share in shares)}]" if shares else ""


def _scores(runs: Sequence[Finished], splits: Sequence[str], block: str) -> list[str]:
    splits = [split for split in splits if any(split in run.results[block] for run in runs)]
    head = [f"{_TITLES.get(s, s)}: macro-F1{_coverage(runs)} | accuracy" for s in splits]
    first = _TITLES.get(splits[0], splits[0])
    if block == "validated":  # in an order of its own
        runs = sorted(runs, key=lambda run: -run.results[block].get(splits[0], {"macro_f1": -1})["macro_f1"])
    lines = [
        "| | model | " + " | ".join(head) + f" | {first}: ECE | {first}: Brier |",
        "|---|---|" + "---|" * (2 * len(splits) + 2),
    ]
    place = 0
    for run in runs:
        results = run.results
        if not results[block]:
            continue
        # What people validated, the labeler did not make: there it is ranked like any other
        ranked = block == "validated" or all(results["ranked"].values())
        place += ranked
        cells = []
        for split in splits:
            m = results[block].get(split)
            std = f" ± {m['std']['macro_f1']:.3f}" if m and "std" in m else ""
            cells.append(f"{m['macro_f1']:.3f}{std}{_interval(m)} | {m['accuracy']:.3f}" if m else "– | –")
        one = results[block][splits[0]]
        name = run.name + ("" if ranked else f" ({_UNRANKED})")
        lines.append(
            f"| {place if ranked else '–'} | {name} | {' | '.join(cells)} | {one['ece']:.3f} | {one['brier']:.3f} |"
        )
    return lines


def _gaps(runs: Sequence[Finished]) -> list[str]:
    splits = list(runs[0].results["gaps"])
    head = [f"{_TITLES.get(s, s)}: macro-F1, shared classes{_coverage(runs)} | accuracy | macro-F1" for s in splits]
    lines = ["| model | " + " | ".join(head) + " |", "|---|" + "---|" * (3 * len(splits))]
    for run in runs:
        gaps = [run.results["gaps"][s] for s in splits]
        cells = [f"{_shared(g)} | {g['accuracy']:+.3f} | {g['macro_f1']:+.3f}" for g in gaps]
        lines.append(f"| {run.name} | {' | '.join(cells)} |")
    shared = ", ".join(f"{_TITLES.get(s, s)} {len(runs[0].results['gaps'][s]['shared_classes'])}" for s in splits)
    lines += [
        "",
        f"Shared classes have articles in both test sets, so that absent ones are no part of the gap: {shared}.",
    ]
    return lines


def _shared(gap: dict[str, Any]) -> str:
    if gap["macro_f1_shared"] is None:
        return "–"
    return f"{gap['macro_f1_shared']:+.3f}{_interval(gap, 'macro_f1_shared')}"


def _stance(runs: Sequence[Finished], splits: Sequence[str]) -> list[str]:
    head = [f"{_TITLES.get(s, s)}: favor/against F1 | stance3 | news | review | opinion" for s in splits]
    lines = ["| model | " + " | ".join(head) + " | target right |", "|---|" + "---|" * (5 * len(splits) + 1)]
    for run in runs:
        cells = []
        for split in splits:
            m = run.results["metrics"][split]
            genres = [m["by_genre"].get(g) for g in ("news", "review", "opinion")]
            apart = " | ".join(f"{g['stance3']:.3f} ({g['articles']})" if g else "–" for g in genres)
            cells.append(f"{m['f1_favor_against']:.3f} | {m['stance3']:.3f} | {apart}")
        right = next(iter(run.results["metrics"].values())).get("target_right")
        shown = f"{right['stance3']:.3f} ({right['articles']})" if right and right["articles"] else "given"
        lines.append(f"| {run.name} | {' | '.join(cells)} | {shown} |")
    lines += ["", "Genres and target right: stance3, articles in brackets; `given`: the model is told the target."]
    return lines


def _masked(runs: Sequence[Finished], splits: Sequence[str]) -> list[str]:
    head = [f"{_TITLES.get(s, s)}: macro-F1 | lost" for s in splits]
    lines = ["| model | " + " | ".join(head) + " |", "|---|" + "---|" * (2 * len(splits))]
    for run in runs:
        masked = run.results["masked"]
        if masked:
            cells = [f"{masked[s]['macro_f1']:.3f} | {masked[s]['drop']:.3f}" for s in splits]
            lines.append(f"| {run.name} | {' | '.join(cells)} |")
    return lines


def _cost(runs: Sequence[Finished]) -> list[str]:
    lines = [
        "| model | fits | seconds to fit | articles/s predicted | peak memory MB | model MB |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        m = run.results["measured"]
        speed = f"{m['articles_per_second']:,.0f}" if m["articles_per_second"] else "–"
        fits = len(run.results["seeds"]) * (run.results["config"]["folds"] or 1)
        lines.append(
            f"| {run.name} | {fits} | {m['fit_seconds']:.1f} | {speed} "
            f"| {m['peak_memory_mb']:,.0f} | {m['model_mb']:.1f} |"
        )
    machines = [run.results["measured"]["hardware"] for run in runs]
    told = dict.fromkeys(f"{m['architecture']}, {m['cores']} cores, {m['memory_gb']} GB" for m in machines)
    lines += ["", f"Measured on {' and on '.join(told)}."]
    return lines


def show(results: dict[str, Any], reused: bool) -> str:
    """What the command prints about a run."""
    lines = [f"{results['model']} on {results['task']} of {_dataset(results)}{' (finished before)' if reused else ''}"]
    for split, m in results["metrics"].items():
        interval = _interval(m)
        lines.append(
            f"  {split:<15} macro-F1 {m['macro_f1']:.3f}{interval}  accuracy {m['accuracy']:.3f}  n {m['articles']:,}"
            + (f"  abstained {m['abstained']:,}" if m["abstained"] else "")
        )
    for split, gap in results["gaps"].items():
        lines.append(
            f"  gap {split:<15} {_shared(gap)} macro-F1 over {len(gap['shared_classes'])} shared classes, "
            f"accuracy {gap['accuracy']:+.3f}"
        )
    who = sorted({s for m in results["metrics"].values() for s in m["label_sources"]})
    lines.append(f"  labels by {', '.join(who)}")
    if not all(results["ranked"].values()):
        lines.append("  not ranked: the labeler made these labels")
    return "\n".join(lines)
