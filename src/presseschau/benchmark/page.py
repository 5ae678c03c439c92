"""The leaderboard as one self-contained page."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
td,th{border-bottom:1px solid #ddd;padding:.3rem .7rem;text-align:right;white-space:nowrap}
td:first-child,td:nth-child(2),th:first-child,th:nth-child(2){text-align:left}
tr:hover td{background:#f4f6f8}code{background:#f0f0f0;padding:0 .2rem}img{max-width:100%;height:auto}"""


def page(markdown: str, plots: Path) -> str:
    """HTML of the leaderboard's Markdown (headings, paragraphs, tables, images), plots inside."""
    lines, rows = [], []
    for line in [*markdown.split("\n"), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            lines.append(_table(rows))
            rows = []
        if heading := re.match(r"(#+) (.*)", line):
            lines.append(f"<h{len(heading[1])}>{_inline(heading[2])}</h{len(heading[1])}>")
        elif image := re.fullmatch(r"!\[(.*?)\]\(plots/(.*?)\)", line):
            data = base64.b64encode((plots / image[2]).read_bytes()).decode()
            lines.append(f'<figure><img alt="{html.escape(image[1])}" src="data:image/png;base64,{data}"></figure>')
        elif line.strip():
            lines.append(f"<p>{_inline(line)}</p>")
    body = "\n".join(lines)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Leaderboard</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body>\n{body}\n</body></html>\n"
    )


def _table(rows: list[list[str]]) -> str:
    head = "".join(f"<th>{_inline(cell)}</th>" for cell in rows[0])
    body = "\n".join("<tr>" + "".join(f"<td>{_inline(c)}</td>" for c in row) + "</tr>" for row in rows[2:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _inline(text: str) -> str:
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(text))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", bold)
