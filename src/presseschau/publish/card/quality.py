"""What the card says about the labels: who made them, how good they are, what is not known about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presseschau.publish.card.tables import amount, bullets
from presseschau.publish.card.validated import validated_tables
from presseschau.publish.figures import sure_share
from presseschau.publish.statistics import Statistics

# Below this many articles that people labelled for validation, no accuracy is worth its name.
ENOUGH_VALIDATED = 200
_TARGETS = 12  # that are named
_BUILT_IN = "gold_dev+newspapers"  # the reference that comes with the package
UNVALIDATED = "labels not validated by people on this corpus"


def quality_places(statistics: Statistics) -> dict[str, str]:
    """The texts by the name of their place."""
    labeler = ", ".join(sorted(statistics.manifest["labelers"]))
    return {
        "labeler": labeler,
        "notice": _notice(statistics),
        "german_labels": _german_labels(statistics),
        "annotation": _annotation(statistics, labeler),
        "quality": bullets(_quality(statistics)),
        "validated_tables": validated_tables(statistics.manifest["validated"], ENOUGH_VALIDATED),
        "limit_labels": _limit_labels(statistics),
        "limit_confidence": limit_confidence(statistics),
    }


def measured_on_validation(validated: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """What people's blind validation labels say about the machine's, a sentence for each label with enough of them.

    Args:
        validated: By label how many articles people labelled for validation (`labelled`), and the weighted share on
            which the machine's label was theirs, with its interval (`accuracy`).
    """
    lines = []
    for column, counts in validated.items():
        if counts["labelled"] >= ENOUGH_VALIDATED and "accuracy" in counts:
            share, low, high = counts["accuracy"]
            lines.append(
                f"Accuracy of {column}: {share:.2f} (95 % interval {low:.2f} to {high:.2f}, weighted by inverse "
                f"inclusion probability) on {counts['labelled']:,} articles that people labelled without seeing the "
                "machine's label, and that shaped nothing."
            )
    return tuple(lines)


def _validated(statistics: Statistics) -> int:
    return statistics.roles.get("validation", 0)


def _people(statistics: Statistics) -> int:
    return sum(statistics.roles.values())


def _notice(statistics: Statistics) -> str:
    validated = _validated(statistics)
    if validated >= ENOUGH_VALIDATED:
        return f"> {validated:,} articles of this corpus were labelled by people for validation (view `gold`)."
    have = amount(validated, "article") if validated else "no article"
    verb = "were" if validated > 1 else "was"
    return (
        f"> **Notice: {UNVALIDATED}.** {have.capitalize()} {verb} labelled by people for validation, and below "
        f"{ENOUGH_VALIDATED} no accuracy is stated. Read the labels as those of a documented rule system"
        f"{_models(statistics, ' and of models')}, not as truth."
    )


def _models(statistics: Statistics, words: str) -> str:
    """The words where a model has made some of the labels, nothing where rules and people have made all."""
    made = {source for sources in statistics.sources.values() for source in sources}
    return words if made & {"model", "llm"} else ""


def _german_labels(statistics: Statistics) -> str:
    origin = f"aus offenen Regeln{_models(statistics, ' und von Modellen')}"
    sure = "ihre Sicherheit steht bei jedem Artikel"
    if not (people := _people(statistics)):
        return f"Die Labels stammen {origin} und nicht von Menschen; {sure}."
    have = "1 Artikel wurde" if people == 1 else f"{people:,} Artikel wurden".replace(",", ".")
    return f"{have} von Menschen eingeordnet, alle übrigen Labels stammen {origin}; {sure}."


def _annotation(statistics: Statistics, labeler: str) -> str:
    stance = statistics.has_stance
    labels = "Topic, genre and stance" if stance else "Topic and genre"
    lines = [
        f"{labels} are made by `{labeler}`: rules over weighted German lexicons, each a "
        "labelling function that votes or abstains; the votes are combined by their margin. "
        "A label never depends on other articles.",
    ]
    if stance:
        lines.append(
            "Stance is that of the article toward its main target; the sentences that carry it are in "
            "`stance_evidence`."
        )
    if given := statistics.manifest["targets"]:
        noun = "target" if len(given) == 1 else "targets"
        names = ", ".join(target["name"] for target in given[:_TARGETS]) + (" …" if len(given) > _TARGETS else "")
        lines.append(
            f"The view `stance_targets` has the stance toward {len(given):,} given {noun} ({names}), one row for "
            "every article and target that it mentions; a row rests on the sentences that name the target."
        )
    for column, sources in statistics.sources.items():
        if set(sources) - {"rules"}:
            lines.append(f"Source of {column}: " + ", ".join(f"{name} {n:,}" for name, n in sources.items()) + ".")
    if people := _people(statistics):
        roles = ", ".join(f"{role} {n:,}" for role, n in statistics.roles.items())
        lines.append(
            f"People labelled {amount(people, 'article')} ({roles}) after written guidelines; "
            "validation rows never train, tune or calibrate anything."
        )
    else:
        lines.append("No person labelled an article of this corpus.")
    return bullets(lines)


def _quality(statistics: Statistics) -> list[str]:
    measured = measured_on_validation(statistics.manifest["validated"])
    lines = list(measured)
    for reference in statistics.manifest["references"]:
        tasks, articles = ", ".join(reference["tasks"]), reference["articles"]
        if articles and reference["name"] != _BUILT_IN:
            lines.append(
                f"Confidence of {tasks}: fitted on the reference `{reference['name']}` ({articles:,} articles), "
                "which the build was given."
            )
        elif articles:
            lines.append(
                f"Confidence of {tasks}: fitted on the reference `{reference['name']}` ({articles:,} articles, "
                "annotated by machine). It also shaped the rules: "
                "figures measured on it would be too good, none is given."
            )
        else:
            lines.append(f"Confidence of {tasks}: not calibrated, a cautious guess, since there was no reference.")
    if not measured:
        lines.append("Articles that shaped nothing and were labelled by people: none that a figure could be given for.")
    columns = [column for column, bins in statistics.confidences.items() if bins]
    shares = ", ".join(f"{column} {sure_share(statistics, column):.0%}" for column in columns)
    lines.append(f"Share of labels with a confidence of 0.8 or more: {shares}.")
    return lines


def limit_confidence(statistics: Statistics) -> str:
    """What a confidence means, a sentence: on which articles it was right that often, if on any."""
    references = statistics.manifest["references"]
    guessed = [task for reference in references if not reference["articles"] for task in reference["tasks"]]
    fitted = {reference["name"] for reference in references if reference["articles"]}
    if not fitted:
        return "A confidence is a cautious guess: there was no reference to calibrate it on."
    others = ", which had other articles than this corpus" if fitted == {_BUILT_IN} else ""
    rest = f"; that of {' and '.join(guessed)} is a cautious guess" if guessed else ""
    return f"A confidence says how often labels like this one were right on the reference{others}{rest}."


def _limit_labels(statistics: Statistics) -> str:
    if _validated(statistics) >= ENOUGH_VALIDATED:
        return "Most labels are those of rules, with the errors that rules make; `label_role` says which are people's."
    made_by = f"rules{_models(statistics, ' and of models')}"
    return f"The labels are those of {made_by} ({UNVALIDATED}); what they get wrong on it is not known."
