"""One page a student, in one file that needs nothing else: what was found, exercise by exercise."""

import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from checks.card import card_html
from checks.grader.grade import GradedRow

__all__ = ["feedback_page", "page_name", "write_feedback"]

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee6;
  --paper: #ffffff; --page: #f4f6f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --soft: #9aa6b5; --line: #36404d; --paper: #1b222c; --page: #11161d; } }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.7rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
section { margin-top: 1.75rem; }
.points { color: var(--soft); margin: 0 0 .75rem; }
.plain p { margin: .25rem 0 0; }
.plain, table { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.plain { padding: .75rem 1rem; margin: .5rem 0 0; overflow-wrap: anywhere; }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
th, td { padding: .45rem 1rem; text-align: left; }
th { font-size: .85rem; color: var(--soft); font-weight: 600; }
td { border-top: 1px solid var(--line); }
td:last-child, th:last-child { text-align: right; font-variant-numeric: tabular-nums; }
a { color: inherit; }
"""


def write_feedback(folder: Path, rows: Sequence[GradedRow]) -> Path:
    """Write the page of the one student that these rows belong to; gives the file."""
    path = folder / page_name(rows[0].student_id)
    path.write_text(feedback_page(rows), encoding="utf-8", errors="replace", newline="\n")
    return path


def page_name(student_id: str) -> str:
    """A file name that is safe on every system and differs for every student."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", student_id)[:60].strip("-") or "student"
    digest = hashlib.sha256(student_id.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{safe}-{digest}.html"


def feedback_page(rows: Sequence[GradedRow]) -> str:
    """The page as HTML; the rows are one student's."""
    student = escape(rows[0].student_id)
    lessons = list(dict.fromkeys(row.lesson for row in rows))
    body = "\n".join(lesson_section([row for row in rows if row.lesson == x]) for x in lessons)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feedback for {student}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>Feedback for {student}</h1>
{body}
</main>
</body>
</html>
"""


def lesson_section(rows: Sequence[GradedRow]) -> str:
    """One lesson: its points, a list of its exercises, and what was found in each."""
    lesson = rows[0].lesson
    points, most = sum(row.points for row in rows), sum(row.max_points for row in rows)
    heading = escape(lesson or "Unknown lesson")
    lines = "\n".join(
        f'<tr><td><a href="#{anchor(row)}">{escape(row.exercise or "notebook")}</a></td>'
        f"<td>{escape(row.verdict)}</td><td>{row.points} / {row.max_points}</td></tr>"
        for row in rows
    )
    found = "\n".join(f'<section id="{anchor(row)}">\n{finding(row)}\n</section>' for row in rows)
    return f"""<h2>{heading}</h2>
<p class="points">{points} of {most} points</p>
<table>
<thead><tr><th>Exercise</th><th>Verdict</th><th>Points</th></tr></thead>
<tbody>
{lines}
</tbody>
</table>
{found}"""


def finding(row: GradedRow) -> str:
    """The card of a judged exercise; else verdict and reason in a paragraph."""
    if row.result is None:
        verdict, message = escape(row.verdict), escape(row.message)
        name = escape(row.exercise or "notebook")
        return f'<div class="plain"><h3>{name}: {verdict}</h3>\n<p>{message}</p></div>'
    more = row.message.removeprefix(row.result.message).strip()
    remark = f'\n<p class="plain">{escape(more)}</p>' if more else ""
    return card_html(row.result) + remark


def anchor(row: GradedRow) -> str:
    """Where on the page an exercise is."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", f"{row.lesson}-{row.exercise or 'notebook'}")
