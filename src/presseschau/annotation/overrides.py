"""The order in which better labels replace the rules': a language model's, then people's, then corrections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from presseschau.annotation.corrections import Correction, correct, load_corrections
from presseschau.annotation.human import HumanLabels, load_human
from presseschau.annotation.relabel import NotApplied, Override, override
from presseschau.schema import LabelNames


@dataclass(slots=True)
class OverrideReport:
    """What a build's overrides did, in order of id.

    Attributes:
        changes: Every value set, also where it confirms what stood there.
        missed: Every label that was not applied, and why.
        seen: Ids that the build has.
    """

    changes: list[Override] = field(default_factory=list)
    missed: list[NotApplied] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def summary(self) -> dict[str, Any]:
        """For the manifest: values overridden and confirmed by source and column, labels not applied by reason."""
        changed = Counter(f"{c.by}:{c.column}" for c in self.changes if c.old != c.new)
        confirmed = Counter(f"{c.by}:{c.column}" for c in self.changes if c.old == c.new)
        missed = Counter(f"{m.by}:{m.reason}" for m in self.missed)
        return {
            "overridden": dict(sorted(changed.items())),
            "confirmed": dict(sorted(confirmed.items())),
            "not_applied": dict(sorted(missed.items())),
        }

    def messages(self) -> list[str]:
        """Lines for the end of a build and the manifest's messages: what was not applied."""
        ids: dict[tuple[str, str], set[str]] = {}
        for m in self.missed:
            ids.setdefault((m.by, m.reason), set()).add(m.id)
        texts = {
            "text_drift": "are for a text that has changed since, not applied",
            "no_target": "have a stance, but nobody named its target, stance not applied",
            "is_topic": "name their topic as second topic, too, second topic not applied",
            "no_stance": "name a target where there is no stance, not applied",
            "not_in_dataset": "are for articles that this dataset does not have",
        }
        return [f"{by}: labels of {len(ids[by, r])} articles {texts[r]}" for by, r in sorted(ids)]


@dataclass(frozen=True, slots=True)
class Overrides:
    """All labels that replace the rules' in one build.

    Attributes:
        llm: A language model's labels, None for none.
        human: People's labels, None for none.
        corrections: The table of corrections.
    """

    llm: HumanLabels | None = None
    human: HumanLabels | None = None
    corrections: tuple[Correction, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every article that any of them speaks of, sorted."""
        return tuple(sorted({i for i, _ in self._spoken()}))

    @property
    def machines(self) -> tuple[str, ...]:
        """Names of the language models among them, for the manifest's labelers."""
        return tuple(sorted({label.labeler for label in self.llm.by_id.values()})) if self.llm else ()

    def apply(self, rows: Iterable[Mapping[str, Any]], report: OverrideReport) -> Iterator[dict[str, Any]]:
        """The label rows with everything applied, in their order; the report is filled as they are taken.

        Args:
            rows: Label columns with `id` and `text_sha256`, one row per article; rows of other articles pass unchanged.
            report: Is told every change and every label that was not applied.
        """
        corrections: dict[str, list[Correction]] = {}
        for correction in self.corrections:
            corrections.setdefault(correction.id, []).append(correction)
        for row in rows:
            report.seen.add(row["id"])
            new = dict(row)
            for file in (self.llm, self.human):
                label = file.by_id.get(row["id"]) if file else None
                if label:
                    new = _note(report, override(new, label))
            if row["id"] in corrections:
                new = _note(report, correct(new, corrections[row["id"]]))
            yield {"label_role": None, **new}

    def finish(self, report: OverrideReport) -> None:
        """Adds to the report what is for articles that the build does not have; call it after the last row."""
        absent = sorted({(i, by) for i, by in self._spoken() if i not in report.seen})
        report.missed += [NotApplied(i, "", "not_in_dataset", by) for i, by in absent]
        report.changes.sort(key=lambda c: (c.id, c.by, c.column))
        report.missed.sort(key=lambda m: (m.id, m.by, m.column))

    def _spoken(self) -> list[tuple[str, str]]:
        """Article and source of everything that is said."""
        files = [file.by_id for file in (self.llm, self.human) if file]
        return [
            *((i, label.source) for file in files for i, label in file.items()),
            *((c.id, "correction") for c in self.corrections),
        ]


def load_overrides(names: LabelNames, llm: Path | None, human: Path | None, corrections: Path | None) -> Overrides:
    """The overrides from the files that a build's config names.

    Raises:
        ValueError: A file can't be read or holds something wrong.
    """
    return Overrides(
        llm=load_human(llm, names) if llm else None,
        human=load_human(human, names) if human else None,
        corrections=load_corrections(corrections, names) if corrections else (),
    )


def _note(report: OverrideReport, result: tuple[dict[str, Any], list[Override], list[NotApplied]]) -> dict[str, Any]:
    row, changes, missed = result
    report.changes += changes
    report.missed += missed
    return row
