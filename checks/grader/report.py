"""The class report: which mistakes a class makes, per exercise, the worst first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checks.card import code_marks
from checks.exercises import EXERCISES
from checks.grader.feedback import page_name
from checks.grader.gradebook import Entry
from checks.grader.isolation import WALLS
from checks.grader.pages import html_page, safe, safe_name
from checks.grader.submissions import visible
from checks.grader.suspicion import Flag

__all__ = ["ClassCounts", "class_report", "count_class"]

MOST_FLAGS = 1000
MOST_OF_ONE = 10
"""Flags of one notebook that are shown, so that nobody's hide those of the others."""
UNGRADED = ("unreadable", "wrong lesson", "not graded", "grader error")
"""Verdicts on a whole notebook."""
KINDS = (
    ("correct", "good", "right"),
    ("wrong", "bad", "wrong"),
    ("not attempted", "none", "not attempted"),
    ("", "other", "other"),
)
"""Verdict, colour and word of the parts of a bar; the empty one takes all other verdicts."""


@dataclass
class ExerciseCounts:
    """What a class did in one exercise."""

    lesson: str
    symptoms: dict[str, str]
    """The known mistakes, in words."""
    verdicts: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    """By the mistake's id."""
    words: dict[str, str] = field(default_factory=dict)
    """What each of them is."""
    points: int = 0
    max_points: int = 0

    @property
    def total(self) -> int:
        """How many have handed in the lesson."""
        return sum(self.verdicts.values())

    @property
    def share_right(self) -> float:
        """From 0 to 1."""
        return self.verdicts["correct"] / self.total if self.total else 0.0

    def add_mistake(self, mistake: str, message: str) -> None:
        """Count one more; what it is is told in general, or by the first one's message."""
        self.mistakes[mistake] += 1
        self.words.setdefault(mistake, self.symptoms.get(mistake) or f"Such as: {message}")

    def count(self, kind: str) -> int:
        """How many have this verdict; with an empty one, any that has no part of its own."""
        own = [verdict for verdict, _, _ in KINDS if verdict]
        return self.verdicts[kind] if kind else self.total - sum(self.verdicts[v] for v in own)


@dataclass
class ClassCounts:
    """What a class did, counted."""

    students: set[str] = field(default_factory=set)
    exercises: dict[str, ExerciseCounts] = field(default_factory=dict)
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)
    """Student, lesson and reason."""
    flags: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Student, exercise, kind and evidence."""
    flagged: int = 0
    late: list[tuple[str, str]] = field(default_factory=list)
    walls: set[str] = field(default_factory=set)
    notebooks: int = 0


def count_class(entries: Iterable[Entry]) -> ClassCounts:
    """Count; the entries are gone through once, and none is kept."""
    counts = ClassCounts()
    for entry in entries:
        counts.notebooks += 1
        counts.students.add(entry.student_id)
        counts.walls.add(entry.walls)
        if entry.late:
            counts.late.append((entry.student_id, entry.lesson))
        for row in entry.rows:
            if row.exercise:
                found = counts.exercises.get(row.exercise)
                if found is None:
                    found = ExerciseCounts(entry.lesson, symptoms_of(row.exercise))
                    counts.exercises[row.exercise] = found
                found.verdicts[row.verdict] += 1
                found.points += row.points
                found.max_points += row.max_points
                if row.verdict == "wrong":
                    found.add_mistake(row.mistake or "not named", row.message)
                elif row.verdict not in ("correct", "not attempted", *UNGRADED):
                    found.add_mistake(row.verdict, row.message)
        first = entry.rows[0] if entry.rows else None
        if first and first.verdict in UNGRADED:
            counts.unreadable.append((entry.student_id, entry.lesson, first.message))
        counts.flagged += bool(entry.flags)
        for flag in most_telling(entry.flags):
            if len(counts.flags) < MOST_FLAGS:
                counts.flags.append((entry.student_id, flag.exercise, flag.kind, flag.evidence))
    return counts


def symptoms_of(name: str) -> dict[str, str]:
    """The known mistakes of an exercise, in words; none where it is not of this course."""
    return {m.id: m.symptom for e in EXERCISES if e.name == name for m in e.mistakes}


def most_telling(flags: Sequence[Flag]) -> list[Flag]:
    """As many flags as are shown of one notebook, one of each kind before a second."""
    seen: Counter[str] = Counter()
    ranked = []
    for flag in flags:
        seen[flag.kind] += 1
        ranked.append((seen[flag.kind], flag))
    return [flag for _, flag in sorted(ranked, key=lambda pair: pair[0])[:MOST_OF_ONE]]


def class_report(counts: ClassCounts) -> str:
    """The report as HTML."""
    lessons = dict.fromkeys(found.lesson for found in counts.exercises.values())
    parts = [
        "<h1>Class report</h1>",
        f'<p class="soft">{len(counts.students)} students, {counts.notebooks} notebooks.</p>',
        *(f'<p class="soft small">{safe(walls)}</p>' for walls in sorted(counts.walls)),
    ]
    if any("MISSING" in walls for walls in counts.walls):
        told = "".join(f"<li>{safe(name)}: {safe(what)}</li>" for name, what in WALLS.items())
        parts.append(
            '<div class="box warn small">Some notebooks ran without all walls. What each wall '
            f"would have kept out:<ul>{told}</ul></div>"
        )
    for lesson in sorted(lessons):
        worst_first = sorted(
            ((name, c) for name, c in counts.exercises.items() if c.lesson == lesson),
            key=lambda pair: (pair[1].share_right, pair[0]),
        )
        parts.append(f"<h2>{safe(lesson)}</h2>")
        parts.append(picture(worst_first))
        parts += [exercise_section(name, found) for name, found in worst_first]
    parts += [unreadable_section(counts), flags_section(counts), late_section(counts)]
    return html_page("Class report", "\n".join(part for part in parts if part))


def picture(exercises: list[tuple[str, ExerciseCounts]]) -> str:
    """A bar for each exercise, in the shares of right, wrong, not attempted and other."""
    bars = []
    for name, found in exercises:
        x, parts = 0.0, []
        for verdict, kind, word in KINDS:
            number = found.count(verdict)
            width = 100 * number / found.total
            if number:
                parts.append(
                    f'<rect x="{x:.2f}" width="{width:.2f}" height="12" '
                    f'style="fill:var(--{kind})"><title>{number} {word}</title></rect>'
                )
            x += width
        told = ", ".join(f"{found.count(v)} {word}" for v, _, word in KINDS)
        bars.append(
            f'<p class="ends small"><span>{safe_name(name)}</span>'
            f"<span>{found.share_right:.0%} right</span></p>"
            f'<svg role="img" aria-label="{safe(name)}: {told}" viewBox="0 0 100 12" '
            f'preserveAspectRatio="none" class="share">{"".join(parts)}</svg>'
        )
    key = " ".join(
        f'<span><span style="color:var(--{kind})">■</span> {word}</span>' for _, kind, word in KINDS
    )
    return (
        f'<figure class="box">{"".join(bars)}'
        f'<figcaption class="key small soft">{key}</figcaption></figure>'
    )


def exercise_section(name: str, found: ExerciseCounts) -> str:
    """One exercise: how many did what, and which mistakes, the most frequent first."""
    told = ", ".join(f"{found.count(v)} {word}" for v, _, word in KINDS if found.count(v))
    lines = []
    most = max(found.mistakes.values(), default=1)
    for mistake, number in sorted(found.mistakes.items(), key=lambda p: (-p[1], p[0])):
        bar = (
            f'<svg width="90" height="10" viewBox="0 0 90 10" aria-hidden="true"><rect '
            f'width="{90 * number / most:.1f}" height="10" style="fill:var(--bad)"/></svg>'
        )
        lines.append(
            f'<tr><td class="number">{number}</td><td class="number">{number / found.total:.0%}'
            f'</td><td class="bar">{bar}</td><td><code>{safe(mistake)}</code><br>'
            f'<span class="soft small">{code_marks(visible(found.words[mistake]))}</span></td></tr>'
        )
    table = (
        '<div class="scroll"><table class="list"><thead><tr><th class="number">Students</th>'
        '<th class="number">Share</th><th class="bar"></th><th>What went wrong</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
        if lines
        else '<p class="soft small">No mistakes.</p>'
    )
    mean = found.points / found.total if found.total else 0
    each = found.max_points / found.total if found.total else 0
    return (
        f"<section><h3>{safe(name)}</h3>"
        f'<p class="soft small">{told}. Mean {mean:.2f} of {each:g} points.</p>{table}</section>'
    )


def unreadable_section(counts: ClassCounts) -> str:
    """The notebooks that could not be graded, and why."""
    if not counts.unreadable:
        return ""
    lines = "".join(
        f"<tr><td>{link(student)}</td><td>{safe_name(lesson)}</td><td>{safe(reason)}</td></tr>"
        for student, lesson, reason in counts.unreadable
    )
    return (
        "<h2>Could not be graded</h2><table class='list'><thead><tr><th>Student</th>"
        f"<th>Lesson</th><th>Reason</th></tr></thead><tbody>{lines}</tbody></table>"
    )


def flags_section(counts: ClassCounts) -> str:
    """What a human should look at."""
    if not counts.flags:
        return ""
    of: dict[tuple[str, str, str], list[str]] = {}
    for student, exercise, kind, evidence in counts.flags:
        of.setdefault((student, exercise, kind), []).append(safe(evidence))
    lines = "".join(
        f"<tr><td>{link(student)}</td><td>{safe_name(exercise)}</td><td>{safe(kind)}</td>"
        f"<td class='small'>{'<br>'.join(found)}</td></tr>"
        for (student, exercise, kind), found in of.items()
    )
    more = "" if len(counts.flags) < MOST_FLAGS else " The list ends early; grades.csv names all."
    return (
        f"<h2>To be looked at</h2><p class='soft'>{counts.flagged} notebooks raise a suspicion. "
        f"No grade has been changed for it: please look and decide.{more}</p>"
        "<div class='scroll'><table class='list stack'><thead><tr><th>Student</th><th>Exercise</th>"
        f"<th>Suspicion</th><th>Evidence</th></tr></thead><tbody>{lines}</tbody></table></div>"
    )


def late_section(counts: ClassCounts) -> str:
    """Who was late."""
    if not counts.late:
        return ""
    of: dict[str, list[str]] = {}
    for student, lesson in counts.late:
        of.setdefault(lesson, []).append(link(student))
    lists = "".join(f"<p>{safe(name)}: {', '.join(of[name])}</p>" for name in sorted(of))
    return (
        "<h2>Handed in late</h2><p class='soft'>By the time at which the file was last written. "
        f"Points are not taken off.</p>{lists}"
    )


def link(student_id: str) -> str:
    """A student's name that leads to the feedback page."""
    return f'<a href="feedback/{page_name(student_id)}">{safe(student_id)}</a>'
