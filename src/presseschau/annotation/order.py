"""What `scripts/annotate.py` was asked to do, checked, and the articles that it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from presseschau.annotation.answers import ids_in
from presseschau.annotation.articles import Article, Dataset, Row
from presseschau.annotation.llm import Llm
from presseschau.annotation.sampling import (
    BLIND,
    Sampled,
    Strategy,
    disputed,
    quota,
    random_sample,
    stratified_sample,
    uncertain,
)
from presseschau.annotation.transformer import Transformer
from presseschau.label import Labeler, load_scheme
from presseschau.label.scheme import Scheme
from presseschau.schema import TASKS, LabelNames

T = TypeVar("T")
Format = Literal["label_studio", "jsonl", "csv"]
_TOOLS: Mapping[str, Format] = {".json": "label_studio", ".jsonl": "jsonl", ".csv": "csv"}


@dataclass(frozen=True, slots=True)
class Annotate:
    """What the command was asked to do; which fields count depends on the action.

    Attributes:
        action: `export`, `import`, `agreement`, `analysis`, `audit`, `calibrate` or `llm`.
        labeler: The rules, for pre-annotations and analysis; its scheme must be that of the dataset.
        dir: The dataset folder.
        path: Files that annotators filled in (import) or label files (agreement, calibrate).
        output: What to write: task file, label file, table to review, or folder of tables.
        format: The annotators' tool; None goes by each file's ending: `.json` (Label Studio), `.jsonl`
            (doccano), `.csv`.
        separator: What stands between the cells of a table that people fill in.
        overwrite: Whether a file that people may have filled in may be written over.
        purpose: `validation` (blind, random or stratified) or `training` (with pre-annotations).
        strategy: How articles are chosen; None takes `random` for validation, `uncertainty` for training.
        n: How many articles; None takes 100 (export, audit) or all (llm).
        task: The task whose confidence, margin or classes choose, or whose labels are audited.
        stratify: Stratum of `stratified`.
        splits: Only articles of these splits; empty for all.
        exclude: Label files or exported tasks whose articles are left out.
        labels: Label files to judge labelling functions by (analysis); without any, by the dataset's rows that people
            labelled for training.
        rounds: Bootstrap rounds of the agreement's intervals.
        seed: Of samples and bootstrap.
        llm: The language model.
        transformer: The local classifier that `calibrate` fits, too.
    """

    action: Literal["export", "import", "agreement", "analysis", "audit", "calibrate", "llm"]
    labeler: Labeler
    dir: Path | None = None
    path: tuple[Path, ...] = ()
    output: Path | None = None
    format: Format | None = None
    separator: Literal["comma", "semicolon", "tab"] = "comma"
    overwrite: bool = False
    purpose: Literal["validation", "training"] | None = None
    strategy: Strategy | None = None
    n: int | None = None
    task: Literal["topic", "genre", "stance"] = "topic"
    stratify: Literal["topic", "genre", "stance", "publisher", "split"] = "topic"
    splits: tuple[str, ...] = ()
    exclude: tuple[Path, ...] = ()
    labels: tuple[Path, ...] = ()
    rounds: int = 1000
    seed: int = 0
    llm: Llm | None = None
    transformer: Transformer = field(default_factory=Transformer)

    def __post_init__(self) -> None:
        """Checks what each action needs."""
        needs = {
            "export": ("dir", "output", "purpose"),
            "import": ("dir", "path", "output"),
            "agreement": ("path",),
            "analysis": ("dir",),
            "audit": ("dir", "output"),
            "calibrate": ("dir", "path", "output"),
            "llm": ("dir", "output", "llm"),
        }
        for name in needs[self.action]:
            if not getattr(self, name):
                raise ValueError(f"action={self.action} needs {name}=…")
        if self.output in (*self.path, *self.exclude, *self.labels):
            raise ValueError(f"output={self.output} is a file that is read: name another one")
        if self.n is not None and self.n < 1:
            raise ValueError(f"n={self.n} must be at least 1")
        if self.rounds < 1:
            raise ValueError(f"rounds={self.rounds} must be at least 1")
        if self.purpose == "validation" and self.strategy not in (None, *BLIND):
            raise ValueError(
                f"strategy={self.strategy} gives no inclusion probabilities; purpose=validation takes "
                f"{' or '.join(BLIND)}"
            )


def open_dataset(order: Annotate) -> Dataset:
    """The dataset folder that the order names.

    Raises:
        ValueError: It is none, or its classes are not those of the labeler's scheme.
    """
    dataset = Dataset.open(given(order.dir))
    scheme = load_scheme(order.labeler.scheme)
    for task in TASKS:
        known, own = getattr(dataset.names, task), getattr(scheme, task).keys
        if known != own:
            odd = next((k for k in (*known, *own) if (k in known) != (k in own)), "the order")
            raise ValueError(
                f"{dataset.folder} has {task} classes of another scheme ({odd}): say label.scheme=FILE as in its build"
            )
    return dataset


def unwritten(order: Annotate) -> Path:
    """The output of an order whose file people fill in.

    Raises:
        ValueError: It is there already, and nobody said `overwrite`.
    """
    output = given(order.output)
    if output.exists() and not order.overwrite:
        raise ValueError(
            f"output={output} is there already, maybe filled in: name another file, or say overwrite=true to lose it"
        )
    return output


def tool_of(order: Annotate, path: Path) -> Format:
    """The annotators' tool that a file is of, as the order says or by its ending.

    Raises:
        ValueError: Neither says it.
    """
    if tool := order.format or _TOOLS.get(path.suffix.lower()):
        return tool
    raise ValueError(
        f"{path}: its ending is none of {', '.join(_TOOLS)}: say format=…; a workbook has to be saved as CSV UTF-8"
    )


def given(value: T | None) -> T:
    """An option that `Annotate` has checked to be there."""
    if value is None:
        raise ValueError("an option is missing")
    return value


def names_of(scheme: Scheme) -> LabelNames:
    """The class names of a scheme."""
    return LabelNames(*(getattr(scheme, task).keys for task in TASKS))


def frame(order: Annotate, dataset: Dataset) -> list[Row]:
    """The articles that a sample is drawn from.

    Raises:
        ValueError: None is left, or a file of `exclude` can't be read.
    """
    rows = dataset.rows(order.splits)
    done = {i for path in order.exclude for i in ids_in(path)}
    if order.purpose == "training":
        done |= {r.id for r in rows if r.label_role is not None}
    rows = [r for r in rows if r.id not in done]
    if not rows:
        raise ValueError(f"dir={dataset.folder}: no article is left to choose from")
    return rows


def sample(order: Annotate, dataset: Dataset, rows: Sequence[Row], strategy: Strategy, n: int) -> list[Sampled]:
    """So many articles of the frame, by the strategy; as the order says for which task, stratum and seed.

    Raises:
        ValueError: The strategy does not know the task.
    """
    # A draw for each purpose, or a validation set would grow by what is read for training
    draw = f"{order.purpose or 'validation'}:{order.seed}"
    if strategy == "random":
        return random_sample(rows, n, draw)
    if strategy == "stratified":
        return stratified_sample(rows, n, draw, lambda r: _stratum(r, order.stratify))
    if strategy == "uncertainty":
        return uncertain(rows, n, order.task)
    if strategy == "quota":
        return quota(rows, n, draw, order.task)
    if order.task == "stance":
        raise ValueError("strategy=disagreement knows task=topic and task=genre; stance has one labelling function")
    margins = {article.id: decided(order, article)[1] for article in dataset.articles([r.id for r in rows])}
    return disputed(rows, margins, n)


def _stratum(row: Row, by: str) -> str:
    if by == "publisher":
        return row.publisher or ""
    return row.split if by == "split" else row.labels[by] or ""


def decided(order: Annotate, article: Article) -> tuple[str, float]:
    """The rules' topic or genre, and the distance to the next class as a share of its score."""
    topic, genre = order.labeler.decisions(article.document)
    decision = topic if order.task == "topic" else genre
    return decision.label, decision.margin / decision.score if decision.score else 0.0
