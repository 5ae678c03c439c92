"""From the annotations of several people to one checked label for each article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from presseschau.annotation.aggregate import Consensus, Dispute, Method, aggregate, disputes
from presseschau.annotation.agreement import Ratings
from presseschau.annotation.answers import Annotation, Answers, resolve
from presseschau.annotation.articles import Article
from presseschau.annotation.human import HumanLabel, Purpose
from presseschau.document import Span
from presseschau.label.scheme import Scheme
from presseschau.schema import TASKS

_EVIDENCE = 3


@dataclass(slots=True)
class Collected:
    """The outcome of an import.

    Attributes:
        labels: One for each article, in order of id.
        ratings: For each task who said what: task → article → annotator → label.
        disputes: Articles on which annotators differ, least sure first, task by task.
        notes: What was left out and why, one line each.
    """

    labels: list[HumanLabel] = field(default_factory=list)
    ratings: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    disputes: list[Dispute] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(
    answers: Answers, articles: Mapping[str, Article], scheme: Scheme, purpose: Purpose | None = None
) -> Collected:
    """One label for each annotated article.

    Left out, with a note: annotations of articles that the dataset does not have or whose text has changed; training
    annotations of an article that is also in the validation set, since they were made with the rules' labels in sight;
    all but the last annotation (by time, then number or line) of the same person on the same article.

    Args:
        answers: What a reader found.
        articles: The articles as the dataset has them now.
        scheme: The label scheme.
        purpose: For annotations that lost theirs.

    Raises:
        ValueError: An annotation has no purpose; names where it stands.
    """
    out = Collected()
    _note(out, answers.cancelled, "cancelled or skipped by their annotators")
    _note(out, answers.empty, "without any label")
    _note(out, answers.unread, "with the rules' labels have nothing in the column done, left out", "rows ")
    kept = _known(out, [_with_purpose(a, purpose) for a in answers.annotations], articles)
    kept = _of_largest_sample(out, _last_of_each_person(out, _one_purpose(out, kept)), answers.drawn)
    unweighted = {a.id for a in kept if a.purpose == "validation" and a.inclusion_probability is None}
    _note(out, len(unweighted), "articles for validation have no inclusion_probability: each counts as one article", "")
    by_article: dict[str, list[Annotation]] = {}
    for annotation in kept:
        by_article.setdefault(annotation.id, []).append(annotation)
    for names in _same_but_for_case({a.annotator for a in kept}):
        out.notes.append(f"{' and '.join(names)} count as {len(names)} people: if they are one, write the name one way")
    # Who has only settled what others differed on is an adjudicator, and no coder whose agreement is measured.
    judges = {a.annotator for a in kept} - {a.annotator for a in kept if not a.settled}
    purposes = {i: people[0].purpose for i, people in by_article.items()}
    methods: dict[str, dict[str, Method]] = {}
    consensus: dict[str, dict[str, Consensus]] = {}
    for task in TASKS:
        ratings = {i: row for i, people in sorted(by_article.items()) if (row := _votes(people, task, judges))}
        out.ratings[task] = ratings
        methods[task], consensus[task] = _aggregated(ratings, purposes, getattr(scheme, task).keys)
        settled = {i for i, people in by_article.items() if any(a.settled and task in a.labels for a in people)}
        open_ratings = {i: row for i, row in ratings.items() if i not in settled}
        out.disputes += disputes(task, open_ratings, consensus[task])
    lost = 0
    for i, people in sorted(by_article.items()):
        found = {t: consensus[t][i] for t in TASKS if i in consensus[t]}
        votes = {task: _votes(people, task, judges) for task in TASKS}
        label, missing = _label(people, votes, found, {task: methods[task][i] for task in found}, articles[i])
        out.labels.append(label)
        lost += missing
    _note(out, lost, "quotes that are not in the text, left out", "")
    homeless = sum(1 for x in out.labels if x.labels.get("stance", "neutral") != "neutral" and not _target(x))
    _note(out, homeless, "articles have a stance whose target nobody named; the rules' target stands in for it", "")
    return out


def _aggregated(
    ratings: Ratings, purposes: Mapping[str, Purpose | None], classes: Sequence[str]
) -> tuple[dict[str, Method], dict[str, Consensus]]:
    """How each article got its label, and the label; those for validation without the others.

    What was read with the rules' labels in sight must not teach whom to trust of those who read blind.
    """
    methods, consensus = dict[str, Method](), dict[str, Consensus]()
    for purpose in dict.fromkeys(purposes.values()):
        if own := {i: row for i, row in ratings.items() if purposes[i] == purpose}:
            method, found = aggregate(own, classes)
            methods |= dict.fromkeys(own, method)
            consensus |= found
    return methods, consensus


def _same_but_for_case(names: Iterable[str]) -> list[list[str]]:
    """Names that differ by their capitals only, as one person types hers."""
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        found.setdefault(name.casefold(), []).append(name)
    return [same for same in found.values() if len(same) > 1]


def _note(out: Collected, count: int, what: str, noun: str = "annotations ") -> None:
    if count:
        out.notes.append(f"{count} {noun}{what}")


def _target(label: HumanLabel) -> str | None:
    return label.labels.get("stance_target")


def _with_purpose(annotation: Annotation, purpose: Purpose | None) -> Annotation:
    if annotation.purpose is not None:
        return annotation
    if purpose is None:
        raise ValueError(f"{annotation.where}: says no purpose; add purpose=validation or purpose=training")
    return replace(annotation, purpose=purpose)


def _known(out: Collected, annotations: Iterable[Annotation], articles: Mapping[str, Article]) -> list[Annotation]:
    kept, unknown, drifted, sighted = list[Annotation](), set[str](), set[str](), 0
    for a in annotations:
        if a.id not in articles:
            unknown.add(a.id)
        elif a.text_sha256 is not None and a.text_sha256 != articles[a.id].text_sha256:
            drifted.add(a.id)
        else:
            sighted += a.purpose == "validation" and not a.blind
            kept.append(a)
    for ids, what in ((unknown, "is not in the dataset"), (drifted, "has another text now than people read")):
        out.notes.extend(f"article {i} {what}; its annotations are left out" for i in sorted(ids))
    _note(out, sighted, "of the validation set were made from a pre-annotation, so they are not blind")
    return kept


def _last_of_each_person(out: Collected, annotations: Sequence[Annotation]) -> list[Annotation]:
    last: dict[tuple[str, str], tuple[tuple[str, int], Annotation]] = {}
    across: Counter[str] = Counter()
    for number, a in enumerate(annotations):
        key = (a.id, a.annotator)
        across[a.annotator] += key in last and last[key][1].file != a.file
        if key not in last or (a.stamp, number) > last[key][0]:
            last[key] = ((a.stamp, number), a)
    _note(out, len(annotations) - len(last), "replaced by a later one of the same person")
    for who, count in sorted((+across).items()):  # two Label Studios both call their first user 1
        what = f"of them by {who} of another file: if these are two people, name them there (completed_by, annotator)"
        _note(out, count, what, "")
    return [last[key][1] for key in sorted(last)]


def _one_purpose(out: Collected, annotations: Sequence[Annotation]) -> list[Annotation]:
    validation = {a.id for a in annotations if a.purpose == "validation"}
    kept = [a for a in annotations if a.purpose == "validation" or a.id not in validation]
    _note(out, len(annotations) - len(kept), "for training of articles that are in the validation set, left out")
    return kept


def _of_largest_sample(
    out: Collected, annotations: Sequence[Annotation], drawn: Mapping[tuple[str | None, str], float]
) -> list[Annotation]:
    """The annotations with the inclusion probability of the largest random sample that took the article."""
    kept, grown = list[Annotation](), set[str]()
    for a in annotations:
        known = drawn.get((a.purpose, a.id)) or drawn.get((None, a.id))
        if a.inclusion_probability not in (None, known):
            grown.add(a.id)
        kept.append(replace(a, inclusion_probability=known))
    _note(out, len(grown), "are in random samples of several sizes; they count as of the largest", "articles ")
    return kept


def _votes(people: Iterable[Annotation], task: str, judges: Set[str]) -> dict[str, str]:
    """Who said what about one task of an article; adjudicators count only where nobody else has spoken."""
    said = {a.annotator: a.labels[task] for a in people if task in a.labels}
    return {who: label for who, label in said.items() if who not in judges} or said


def _label(
    people: Sequence[Annotation],
    votes: Mapping[str, Mapping[str, str]],
    consensus: Mapping[str, Consensus],
    methods: Mapping[str, Method],
    article: Article,
) -> tuple[HumanLabel, int]:
    """The article's label, and how many quotes are not in its text."""
    labels: dict[str, str] = {}
    confidence, agreement, how = dict[str, float](), dict[str, float](), dict[str, Method]()
    for task, found in consensus.items():
        judge = next((a for a in people if a.settled and task in a.labels), None)
        labels[task] = judge.labels[task] if judge else found.label
        confidence[task] = 1.0 if judge else found.confidence
        said = list(votes[task].values())
        agreement[task] = said.count(labels[task]) / len(said)
        how[task] = "adjudicated" if judge else "single" if len(said) == 1 else methods[task]
    second = _common([a for a in people if a.labels.get("topic") == labels.get("topic")], "topic_secondary", half=True)
    if second and second != labels.get("topic"):
        labels["topic_secondary"] = second
    of_stance = [a for a in people if "stance" in labels and a.labels.get("stance") == labels["stance"]]
    target = _common(of_stance, "stance_target")
    if target:
        labels["stance_target"] = target
        kind = _common([a for a in of_stance if a.labels.get("stance_target") == target], "stance_target_type")
        if kind:
            labels["stance_target_type"] = kind
    evidence, lost = _evidence(of_stance, article.document.text)
    return (
        HumanLabel(
            id=people[0].id,
            text_sha256=article.text_sha256,
            labels=labels,
            confidence=confidence,
            evidence=evidence if labels.get("stance") != "neutral" else (),
            purpose=people[0].purpose or "training",
            inclusion_probability=people[0].inclusion_probability,
            annotators={
                a.annotator: {c: x for c, x in sorted(a.labels.items()) if c not in votes or a.annotator in votes[c]}
                for a in people
            },
            aggregate=how,
            agreement=agreement,
        ),
        lost,
    )


def _common(people: Sequence[Annotation], column: str, half: bool = False) -> str | None:
    """What most of these annotators wrote, the first of equals; with `half` only if half of them wrote it."""
    votes = Counter(a.labels[column] for a in people if column in a.labels)
    if not votes:
        return None
    best = max(votes, key=lambda v: votes[v])
    return best if not half or 2 * votes[best] >= len(people) else None


def _evidence(people: Sequence[Annotation], text: str) -> tuple[tuple[Span, ...], int]:
    """Up to three passages that do not overlap, those that most annotators marked first; and quotes not found."""
    marked: Counter[Span] = Counter()
    lost = 0
    for a in people:
        found = [resolve(text, q) for q in a.quotes]
        lost += found.count(None)
        marked.update({s for s in found if s is not None})
    chosen: list[Span] = []
    for span in sorted(marked, key=lambda s: (-_support(s, marked), s.start, s.end)):
        if len(chosen) < _EVIDENCE and all(span.end <= c.start or c.end <= span.start for c in chosen):
            chosen.append(span)
    return tuple(sorted(chosen, key=lambda s: s.start)), lost


def _support(span: Span, marked: Counter[Span]) -> int:
    """How many marks overlap a passage."""
    return sum(n for other, n in marked.items() if other.start < span.end and span.start < other.end)
