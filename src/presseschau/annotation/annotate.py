"""The annotation command: articles out to people or a language model, their labels back in, agreement, analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from presseschau.annotation.aggregate import Dispute, disputes, majority
from presseschau.annotation.agreement import agreement, alpha_per_label, unmeasurable
from presseschau.annotation.analysis import as_csv, as_markdown, function_table
from presseschau.annotation.answers import Answers, Item
from presseschau.annotation.articles import Article, Dataset
from presseschau.annotation.collect import collect
from presseschau.annotation.formats.doccano import category_types, read_lines, span_types, write_lines
from presseschau.annotation.formats.label_studio import labelling_config, read_tasks, write_tasks
from presseschau.annotation.formats.sheet import read_table, write_table
from presseschau.annotation.human import HumanLabels, Purpose, load_files, write_human
from presseschau.annotation.llm import Estimate, Tally, estimate
from presseschau.annotation.llm import annotate as ask
from presseschau.annotation.noise import Labelled, audit, review_rows, text_of
from presseschau.annotation.order import (
    Annotate,
    Format,
    decided,
    frame,
    given,
    names_of,
    open_dataset,
    sample,
    tool_of,
    unwritten,
)
from presseschau.annotation.refit import refit
from presseschau.annotation.tables import (
    POOLED,
    adjudication_list,
    agreement_table,
    coefficient_cells,
    counted,
    csv_text,
    import_summary,
)
from presseschau.annotation.transformer import Classifier
from presseschau.label import load_scheme
from presseschau.label.calibrate import load_calibration
from presseschau.label.scheme import Scheme
from presseschau.schema import TASKS
from presseschau.spreadsheet import SEPARATORS
from presseschau.stable import sha256

_READERS: Mapping[Format, Callable[[Path, Scheme], Answers]] = {
    "label_studio": read_tasks,
    "jsonl": read_lines,
    "csv": read_table,
}
_REASONS = 3  # why nothing was imported; of a thousand articles each could be one


def export(order: Annotate) -> str:
    """Writes tasks for annotators; a line on what was written.

    Raises:
        ValueError: The dataset, the scheme or a label file does not fit, or the output is there already.
    """
    dataset, scheme, output = open_dataset(order), load_scheme(order.labeler.scheme), unwritten(order)
    rows = frame(order, dataset)
    purpose: Purpose = given(order.purpose)
    strategy = order.strategy or ("random" if purpose == "validation" else "uncertainty")
    chosen = {s.id: s for s in sample(order, dataset, rows, strategy, order.n or 100)}
    found = {a.id: a for a in dataset.articles(chosen)}
    # For training in the order of choice, most useful first.
    ids = sorted(chosen) if purpose == "validation" else list(chosen)
    items = [Item(found[i], purpose, chosen[i].inclusion_probability, chosen[i].why) for i in ids]
    output.parent.mkdir(parents=True, exist_ok=True)
    files = [output]
    tool = tool_of(order, output)
    if tool == "label_studio":
        write_tasks(output, items, order.labeler.name)
        files.append(_beside(output, ".config.xml", labelling_config(scheme).encode()))
    elif tool == "jsonl":
        write_lines(output, items)
        files.append(_beside(output, ".categories.json", category_types(scheme)))
        files.append(_beside(output, ".spans.json", span_types()))
    else:
        write_table(output, items, SEPARATORS[order.separator])
    sight = "blind" if purpose == "validation" else "with the rules' labels as pre-annotations"
    return f"{len(items)} of {len(rows)} articles for {purpose} ({strategy}, {sight}): {', '.join(map(str, files))}"


def import_(order: Annotate) -> str:
    """Reads what annotators filled in, writes the label file; a summary with agreement.

    Raises:
        ValueError: A file is not as the tool writes it, a label is not in the scheme (names file and task or line), or
            there is no label at all.
    """
    dataset, scheme, output = open_dataset(order), load_scheme(order.labeler.scheme), given(order.output)
    answers = Answers()
    for path in order.path:
        answers.extend(_READERS[tool_of(order, path)](path, scheme))
    wanted = {a.id for a in answers.annotations}
    articles = {a.id: a for a in dataset.articles(wanted)}
    found = collect(answers, articles, scheme, order.purpose)
    if not found.labels:
        why = "; ".join(found.notes[:_REASONS]) or "nothing is in there"
        raise ValueError(f"{', '.join(map(str, order.path))}: no label to import, {output} was not written ({why})")
    write_human(output, found.labels)
    return import_summary(found, output, order.rounds, order.seed)


def measure(order: Annotate) -> str:
    """Agreement of the annotators of label files, as Markdown; with `output`, also tables and the adjudication list.

    Raises:
        ValueError: A file is no label file.
    """
    scheme = load_scheme(order.labeler.scheme)
    labels = load_files(order.path, names_of(scheme))
    if order.purpose:
        labels = HumanLabels(labels.of(order.purpose))
    blocks, rows, open_cases = list[str](), list[list[str]](), list[Dispute]()
    for task in TASKS:
        ratings = labels.ratings(task)
        found = agreement(ratings, order.rounds, order.seed)
        rows += [[task, *coefficient_cells(c)] for c in found]
        per_label = alpha_per_label(ratings)
        votes = Counter(v for r in ratings.values() for v in r.values())
        blocks.append(agreement_table(task, found, per_label, votes, unmeasurable(ratings, found)))
        # What the file says stands, also where an adjudicator has spoken; the rest is still open.
        still = {i: r for i, r in ratings.items() if labels.by_id[i].aggregate.get(task) != "adjudicated"}
        open_cases += disputes(task, still, majority(still, getattr(scheme, task).keys))
    text = "\n".join(blocks)
    if order.output:
        order.output.mkdir(parents=True, exist_ok=True)
        (order.output / "agreement.md").write_text(text, encoding="utf-8")
        head = ["task", "coefficient", "value", "low", "high", "articles"]
        (order.output / "agreement.csv").write_text(csv_text(head, rows), encoding="utf-8")
        (order.output / "adjudication.csv").write_text(adjudication_list(open_cases), encoding="utf-8")
    if labels.of("validation") and labels.of("training"):
        text += f"\n{POOLED}\n"
    return text + f"\n{counted(len(open_cases), 'disagreement')} to adjudicate"


def analyse(order: Annotate) -> str:
    """Coverage, overlap, conflict and accuracy of every labelling function, as Markdown; with `output`, also as CSV.

    Raises:
        ValueError: The dataset or a label file does not fit.
    """
    dataset, scheme = open_dataset(order), load_scheme(order.labeler.scheme)
    ids = {r.id for r in dataset.rows(order.splits)}
    # Validation labels judge the whole, once; functions that were tuned on them would flatter themselves.
    role = order.purpose or "training"
    if order.labels:
        gold = {i: x.labels for i, x in load_files(order.labels, names_of(scheme)).of(role).items()}
        if not gold:
            raise ValueError(f"labels: no label for {role} in them; see purpose=…")
    else:
        gold = _published_gold(dataset, role)
    table = function_table(order.labeler, dataset.articles(ids), gold)
    text = as_markdown(table)
    if order.output:
        order.output.mkdir(parents=True, exist_ok=True)
        (order.output / "functions.md").write_text(text, encoding="utf-8")
        (order.output / "functions.csv").write_text(as_csv(table), encoding="utf-8")
    return text


def review(order: Annotate) -> str:
    """Writes the labels of one task that are most likely wrong, as a table to fill in; a line on what it found.

    The table is one of corrections as soon as somebody says there what is right: `label.corrections` reads it. Rows
    that people labelled for validation are not looked at, nor learnt from.

    Raises:
        ValueError: The dataset does not fit, or is too small, or the output is there already.
    """
    dataset, output = open_dataset(order), unwritten(order)
    rows = {r.id: r for r in dataset.rows(order.splits) if r.label_role != "validation" and r.labels[order.task]}
    articles, shown = list[Labelled](), dict[str, tuple[str, str]]()
    for article in dataset.articles(rows):
        row, document = rows[article.id], article.document
        label = row.labels[order.task] or ""
        conflict = _conflict(order, article, label, row.confidence[order.task])
        articles.append(Labelled(row.id, row.cluster, text_of(document.title, document.text), label, conflict))
        shown[row.id] = (document.title or "", document.url or "")
    found = audit(articles, getattr(dataset.names, order.task), order.seed)
    separator = SEPARATORS[order.separator]
    table = review_rows(found[: order.n or 100], order.task, shown, separator)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(csv_text(table[0], table[1:], separator), encoding="utf-8-sig")  # spreadsheets need the mark
    sure = sum(s.confident for s in found)
    same = sum(s.p_label >= s.p_suggested for s in found) / len(found)
    return (
        f"{output}: the {len(table) - 1} most suspicious of {len(found)} {order.task} labels, confident learning "
        f"counts {sure} as errors (by a model that gives {same:.0%} of the articles their label: the fewer, the less "
        f"that number means); fill in value, who, date and why, and build with label.corrections={output}"
    )


def _conflict(order: Annotate, article: Article, label: str, confidence: float | None) -> float:
    """How split the votes are over a label; stance has one function, so there its own doubt stands for that."""
    if order.task == "stance":
        return 1 - (confidence or 0.0)
    found, margin = decided(order, article)
    return 1 - margin if found == label else 1.0


def calibrate(order: Annotate) -> str:
    """Fits the rules' confidence on random training labels and writes the calibration file; a line on how it holds.

    Raises:
        ValueError: The dataset or a label file does not fit, or there are too few labels.
    """
    dataset, scheme, output = open_dataset(order), load_scheme(order.labeler.scheme), given(order.output)
    labels = load_files(order.path, names_of(scheme))
    digest = sha256("".join(sha256(path.read_bytes()) for path in order.path))[:12]
    name = f"{', '.join(path.name for path in order.path)} ({digest})"
    calibrations = load_calibration(order.labeler.calibration)
    classifier = Classifier.open(order.transformer, scheme, calibrations)
    found = refit(order.labeler, dataset.articles(labels.by_id), labels, name, order.seed, classifier)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(found.to_yaml(), encoding="utf-8")
    articles = found.calibrations["topic"].articles
    lines = [f"{output} from {articles} articles; a build takes it as label.calibration={output}"]
    if found.left_out:
        lines.append(f"note: {found.left_out} labels of articles that were chosen for being hard, left out")
    for task, error in found.errors.items():
        lines.append(
            f"{task}: {found.accuracy[task]:.3f} right; expected calibration error, cross-fitted, {error:.3f} "
            f"(perfectly calibrated: below {found.limits[task]:.3f} in 95 % of cases)"
        )
    return "\n".join(lines)


def estimate_llm(order: Annotate) -> Estimate:
    """What `action=llm` would send.

    Raises:
        ValueError: The dataset or a label file does not fit.
    """
    dataset = open_dataset(order)
    return estimate(given(order.llm), dataset.articles(_asked(order, dataset)), load_scheme(order.labeler.scheme))


def run_llm(order: Annotate, progress: Callable[[Tally], None]) -> tuple[int, Tally]:
    """Asks the language model and writes the label file, unless requests failed or it labels nothing.

    Returns:
        Articles labelled, and the tally.

    Raises:
        ValueError: The dataset or a label file does not fit.
        LlmError: The endpoint can't be used.
    """
    dataset, output = open_dataset(order), given(order.output)
    articles = dataset.articles(_asked(order, dataset))
    labels, tally = ask(given(order.llm), articles, load_scheme(order.labeler.scheme), progress)
    if labels and not tally.unanswered:
        write_human(output, labels)
    return len(labels), tally


def _asked(order: Annotate, dataset: Dataset) -> Collection[str]:
    rows = frame(order, dataset)
    if order.n is None and order.strategy is None:
        return {r.id for r in rows}
    return {s.id for s in sample(order, dataset, rows, order.strategy or "random", order.n or len(rows))}


def _beside(path: Path, ending: str, content: bytes) -> Path:
    other = path.with_name(path.stem + ending)
    other.write_bytes(content)
    return other


def _published_gold(dataset: Dataset, role: str) -> dict[str, Mapping[str, str]]:
    """Topics of the rows that people labelled; for genres the columns do not tell whose they are."""
    rows = (r for r in dataset.rows() if r.label_role == role and r.topic_source == "human")
    return {r.id: {"topic": r.labels["topic"] or ""} for r in rows}
