"""One page a student, in one file that needs nothing else: what was found, exercise by exercise."""

import hashlib
import re
from collections.abc import Sequence

from checks.grader.grade import GradedRow
from checks.grader.gradebook import Entry
from checks.grader.pages import html_page, safe, safe_name, verdict_mark

__all__ = ["feedback_page", "page_name"]


def page_name(student_id: str) -> str:
    """A file name that is safe on every system and differs for every student."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", student_id)[:60].strip("-") or "student"
    digest = hashlib.sha256(student_id.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{readable}-{digest}.html"


def feedback_page(entries: Sequence[Entry]) -> str:
    """The page as HTML; the entries are one student's."""
    title = f"Feedback for {entries[0].student_id}"
    sections = "\n".join(lesson_section(entry) for entry in entries)
    return html_page(title, f"<h1>{safe(title)}</h1>\n{sections}")


def lesson_section(entry: Entry) -> str:
    """One lesson: its points, a list of its exercises, and what was found in each."""
    points, most = sum(r.points for r in entry.rows), sum(r.max_points for r in entry.rows)
    lines = "\n".join(
        f'<tr><td><a href="#{anchor(entry, row)}">{safe_name(row.exercise or "notebook")}</a></td>'
        f"<td>{verdict_mark(row.verdict)}</td>"
        f'<td class="number">{row.points} / {row.max_points}</td></tr>'
        for row in entry.rows
    )
    found = "\n".join(
        f'<section id="{anchor(entry, row)}">\n{finding(row)}\n</section>' for row in entry.rows
    )
    late = " Handed in late." if entry.late else ""
    notes = "".join(f"<li>{safe(note)}</li>" for note in entry.notes)
    notes = f'<div class="box small"><ul>{notes}</ul></div>' if notes else ""
    return f"""<h2>{safe(entry.lesson or "Unknown lesson")}</h2>
<p class="soft">{points} of {most} points.{late}</p>
<table class="list">
<thead><tr><th>Exercise</th><th>Verdict</th><th class="number">Points</th></tr></thead>
<tbody>
{lines}
</tbody>
</table>
{notes}
{found}"""


def finding(row: GradedRow) -> str:
    """The card of a judged exercise; else verdict and reason in a box."""
    if not row.card:
        name = safe(row.exercise or "notebook")
        mark = verdict_mark(row.verdict)
        return f'<div class="box"><h3>{name}: {mark}</h3>\n<p>{safe(row.message)}</p></div>'
    rest = row.message.partition(" was left out (")
    if not rest[1]:
        return row.card
    return f'{row.card}\n<p class="box small">{safe(row.message)}</p>'


def anchor(entry: Entry, row: GradedRow) -> str:
    """Where on the page an exercise is."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", f"{entry.lesson}-{row.exercise or 'notebook'}")
