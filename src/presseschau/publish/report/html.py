"""The pieces of HTML that a report is made of; names and captions are escaped here, cells are HTML already."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape


def select(id_: str, label: str, everything: str, values: Iterable[str]) -> str:
    """A labelled choice whose first option is the empty one."""
    options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in values)
    return (
        f'<label for="{id_}">{label}<select id="{id_}"><option value="">{everything}</option>{options}</select></label>'
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a head that begins with `#` is that of numbers, an empty one that of bars. Cells are HTML."""
    kinds = ["n" if head.startswith("#") else "" if head else "bar" for head in heads]
    classes = [f' class="{kind}"' if kind else "" for kind in kinds]
    head = "".join(f'<th scope="col"{c}>{escape(h.lstrip("#"))}</th>' for h, c in zip(heads, classes, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{c}>{cell}</td>" for cell, c in zip(row, classes, strict=True)) + "</tr>" for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption or "Table")}"><table>{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bar(parts: Mapping[str, int], most: int) -> str:
    """A bar of coloured pieces, as long as its share of `most`; the number stands beside it for those who see none."""
    pieces = "".join(
        f'<i class="{name}" style="width:{100 * n / most:.2f}%" title="{name} {n:,}"></i>'
        for name, n in parts.items()
        if n
    )
    return f'<span class="b" aria-hidden="true">{pieces}</span>'


def columns(columns: Mapping[str, Sequence[tuple[str, int]]], caption: str, height: int = 180) -> str:
    """Stacked columns as an inline SVG; the numbers are in the titles of the pieces, the highest one in its label."""
    most = max(1, *(sum(n for _, n in parts) for parts in columns.values()))
    width, left, bottom = 640, 52, 46
    step = (width - left) / len(columns)
    shapes = []
    for line in sorted({0, most // 2, most}):
        y = height - height * line / most + 10
        shapes.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{width}" y2="{y:.1f}"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{line:,}</text>'
        )
    # As many names as stand side by side, about seven units a character.
    every = max(1, math.ceil(max(map(len, columns)) * 7.5 / step))
    for i, (name, parts) in enumerate(columns.items()):
        x, y = left + i * step, height + 10.0
        for kind, n in parts:
            tall = height * n / most
            y -= tall
            shapes.append(
                f'<rect class="{kind}" x="{x + step * 0.06:.1f}" y="{y:.1f}" '
                f'width="{step * 0.88:.1f}" height="{tall:.1f}">'
                f"<title>{escape(name)}{'' if kind == 'one' else ' ' + kind}: {n:,}</title></rect>"
            )
        if i % every == 0:
            shapes.append(f'<text x="{x + step / 2:.1f}" y="{height + 26}" text-anchor="middle">{escape(name)}</text>')
    totals = {name: sum(n for _, n in parts) for name, parts in columns.items()}
    highest = max(totals, key=lambda name: totals[name])
    return (
        f'<figure tabindex="0"><svg viewBox="0 0 {width + 24} {height + bottom - 8}" role="img" '
        f'aria-label="{escape(caption)}; most in {escape(highest)}: {totals[highest]:,}">{"".join(shapes)}</svg>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def link(url: str | None, text: str) -> str:
    """A link that tells its target nothing about this page; plain text without a URL."""
    return f'<a href="{escape(url)}" rel="noreferrer noopener nofollow">{escape(text)}</a>' if url else escape(text)
