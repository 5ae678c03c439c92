"""Writes `docs/reference/` from the code: columns, options, outcomes, files; `--check` only says whether it is true.

The pages are made from `schema.py`, `configs/`, `document.REASONS` and `publish/files.py`, so that they can't be wrong;
a test runs this with `--check`.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterable, Mapping

from command import BUILT, FAILED, INTERRUPTED, USAGE
from options import CONFIGS, ROOT, Option, elsewhere, groups, options
from presseschau.document import REASONS
from presseschau.label import load_scheme
from presseschau.publish import files
from presseschau.publish.card.tables import type_name
from presseschau.publish.manifest import Manifest
from presseschau.schema import AUTHORS, SCHEMA_VERSION, TARGETS, VIEWS, Column, LabelNames, Schema, View

HEAD = "<!-- written by scripts/reference.py: do not edit -->\n\n"
# Command, its config, what it is for.
COMMANDS = {
    "build": ("build", "pages in, dataset out"),
    "verify": ("verify", "recomputes every promise of a dataset folder; `diff=A,B` says what changed"),
    "explain": ("explain", "why one page is what it is"),
    "annotate": ("annotate", "labels of people and language models, out and back in: [annotation](../annotation.md)"),
    "benchmark": ("benchmark", "compares models on the splits: [benchmark](../benchmark.md)"),
    "publish": ("upload", "to the Hugging Face Hub: [release](../release.md)"),
    "rehydrate": ("rehydrate", "a stub and one's own pages give the full dataset"),
    "export": ("export", "one file with label names, for pandas, R and spreadsheets"),
    "speed": ("speed", "times the build against the usual stack"),
    "synthesize": ("synthesize", "made-up pages, as many as you like"),
}
STATUS = {
    BUILT: "done; for `build.py` also: nothing had changed",
    FAILED: "failed; `build.py` leaves the last good dataset, `verify.py` lists what does not hold, `publish.py` sets "
    "no tag",
    USAGE: "the command or the config is wrong; one line that names it",
    INTERRUPTED: "interrupted; the same command goes on where it stopped",
}


def option_table(found: Iterable[Option]) -> str:
    """The options as a Markdown table; one that is explained in another file of its group is so here, too."""
    rows = [f"| `{o.name}` | {_code(o.default)} | {_cell(o.meaning or elsewhere().get(o.name, ''))} |" for o in found]
    return "\n".join(["| option | default | meaning |", "|---|---|---|", *rows])


def options_page() -> str:
    """Every option of every command."""
    parts = [
        "# Options",
        "`python scripts/COMMAND.py OPTION=VALUE …`; `--help` lists the options of a command, `--cfg job` prints its "
        "config with your values. `???`: has to be said. Lists are written `[a,b]`, values with spaces or commas in "
        "quotes. A mistyped option is one line that names the nearest one.",
        "## Exit status",
        "\n".join(["| status | |", "|--:|---|", *(f"| {code} | {text} |" for code, text in STATUS.items())]),
    ]
    for command, (config, purpose) in COMMANDS.items():
        parts += [f"## {command}.py", f"{purpose[0].upper()}{purpose[1:]}."]
        own = list(options(CONFIGS / f"{config}.yaml"))
        parts += [option_table(own)] if own else []
        for group in groups(config):
            name, choices = group.name, group.choices
            if len(choices) > 1:
                parts.append(f"### {command}.py: `{name}`")
                listed = " ".join(f"`{choice}`" for choice in choices)
                parts.append(f"`{name}=` {listed}; `{group.default}` unless you say otherwise.")
            shown = choices if command in ("build", "benchmark") else [group.default]
            if command != "build" and name in ("source", "engine", "label"):
                parts.append(f"`{name}.…` as in [build.py](#buildpy).")
                continue
            for choice in shown:
                title = [f"`{name}={choice}`"] if len(choices) > 1 else []
                found = group.options(choice)
                parts += [*title, option_table(found)] if found else [*title, "No options."] if title else []
    return "\n\n".join(parts)


def columns_page() -> str:
    """Every column of every view, with its type and meaning."""
    scheme = load_scheme()
    names = LabelNames(scheme.topic.keys, scheme.genre.keys, scheme.stance.keys)
    schema = Schema(names)
    parts = [
        "# Columns and labels",
        f"Schema version {SCHEMA_VERSION}. The views are `datasets` configs over the same files: "
        '`load_dataset(DIR, "topic")`.',
        "## Columns of the articles",
        column_table(schema, [*schema.columns, AUTHORS]),
        "`extra`: a struct with the columns that `source.keep` names, where it names any.",
        "## Views",
        "\n".join(["| view | columns | rows |", "|---|---|---|", *map(_view_row, VIEWS)]),
        f"## Columns of `{TARGETS}`",
        column_table(schema.of(TARGETS), schema.of(TARGETS).columns),
    ]
    for task in (scheme.topic, scheme.genre, scheme.stance):
        rows = [
            f"| {n} | `{one.key}` | {_cell(one.name)} | {_cell(one.definition)} |" for n, one in enumerate(task.classes)
        ]
        parts.append(f"## Classes of `{task.name}`")
        parts.append("\n".join(["| value | name | displayed as | |", "|--:|---|---|---|", *rows]))
    return "\n\n".join(parts)


def _view_row(view: View) -> str:
    columns = ", ".join(f"`{column}`" for column in view.columns) if view.columns else "all"
    return f"| `{view.name}` | {columns} | {f'`{view.where}`' if view.filters else 'all'} |"


def column_table(schema: Schema, columns: Iterable[Column]) -> str:
    """Columns as a Markdown table."""
    rows = []
    for column in columns:
        null = ", null" if column.nullable else ""
        rows.append(f"| `{column.name}` | {_cell(type_name(schema, column))}{null} | {_cell(column.meaning)} |")
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def outcomes_page() -> str:
    """Every reason that a ledger can give."""
    parts = [
        "# Outcomes of pages",
        "Every input page is `kept`, `dropped` by a rule, or `failed` since it could not be used; kept + dropped + "
        "failed is the input, always. `ledger.parquet` has one row for each.",
        described("column", files.LEDGER),
        "## Reasons",
    ]
    for stage, reasons in REASONS.items():
        parts += [f"### {stage}", described("reason", reasons)]
    return "\n\n".join(parts)


def files_page() -> str:
    """The files of a released folder."""
    doc = inspect.cleandoc(Manifest.__doc__ or "")
    entries = re.finditer(r"^    (\w+): (.*?)(?=^    \w+: |\Z)", doc, re.MULTILINE | re.DOTALL)
    attributes = {entry[1]: " ".join(entry[2].split()) for entry in entries}
    return "\n\n".join(
        [
            "# Files of a dataset folder",
            described("file", files.FILES),
            "## manifest.json",
            described("key", attributes),
            "`schema_version`, `packages`, `unicode` and `pages` (input, kept, dropped, failed) stand beside them. "
            "A stub also has `content: stub`, `full_content_sha256`, `signatures_sha256` and `texts`, a rehydrated "
            "folder `rehydrated`.",
            "## ledger.parquet",
            "See [outcomes](outcomes.md).",
            "## signatures.parquet",
            described("column", files.SIGNATURES),
            "## rehydration.parquet",
            described("column", files.REHYDRATION),
        ]
    )


def described(head: str, entries: Mapping[str, str]) -> str:
    """Names and meanings as a Markdown table."""
    rows = [f"| `{name}` | {_cell(text)} |" for name, text in entries.items()]
    return "\n".join([f"| {head} | meaning |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text not in ("null", '""', "''") else "–"


PAGES = {"columns": columns_page, "options": options_page, "outcomes": outcomes_page, "files": files_page}


def main() -> int:
    """Writes or checks the pages; 1 where one is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is out of date")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / "docs" / "reference" / f"{name}.md", f"{HEAD}{page()}\n"
        if check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            stale.append(path.relative_to(ROOT).as_posix())
        elif not check:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; run python scripts/reference.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
