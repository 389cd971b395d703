"""Naming the mistake: from wrong numbers to words.

In this order, and the first that fits every number is believed:

1. a known mistake of the exercise gives the learner's very numbers in every case;
2. a pattern says what happened to all wrong outputs, such as a factor N (checks/patterns.py);
3. the library's version with one small change gives these numbers (checks/variations.py);
4. the same, but for a factor as well; or different known mistakes in different cases; or one of
   them in some cases alone;
5. each wrong output for itself, in the same way: there may be several mistakes. Where outputs are
   made from one another, only the first that is wrong is looked at.

Where nothing fits, the message says what is wrong and does not guess.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from checks.exercise import Case, Comparison, Exercise, Finding, Mistake, Trial
from checks.outputs import arrays_of, call, in_reverse, nudge, same
from checks.patterns import (
    PLAIN,
    TOGETHER,
    VAGUE,
    close,
    entry,
    listed,
    name_factor,
    nearly_right,
    ratio,
)
from checks.variations import KINDS, Variation, variations

__all__ = [
    "ANSWER_CHANGES",
    "ANSWER_KEPT",
    "answer_changes",
    "diagnose",
    "keeps_something",
    "takes_generator",
    "with_other_numbers",
]

Retry = Callable[[Any], Trial]


def diagnose(exercise: Exercise, trials: Sequence[Trial], retry: Retry | None = None) -> Finding:
    """What is wrong with an attempt, given its trials, of which at least one is wrong.

    retry: tries the attempt on another case, where that may tell more.
    """
    everything = trials
    if any(t.wrong for t in trials if not t.case.extreme) and any(
        t.problem is not None for t in trials if t.case.extreme and not many_right(t)
    ):
        trials = [t for t in trials if not t.case.extreme]
    for trial in trials:
        if trial.problem is not None and not many_right(trial):
            return trial.problem
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        named = find_mistake(exercise, trials)
        ordinary = [trial for trial in trials if not trial.case.extreme]
        comparisons = [c for trial in ordinary for c in trial.comparisons]
        if named is None and not all(close(c.expected, c.received) for c in comparisons):
            trials = ordinary
            named = find_mistake(exercise, trials)
        if named is not None:
            return named.found(evidence_of(trials, named.symptom))
        for trial in trials:
            if trial.problem is not None:
                return trial.problem
        finding = Explainer(exercise, trials, retry, everything).explain()
        trial = next(t for t in trials if t.wrong)
        if retry is not None and not same(retry(trial.case).outputs, trial.outputs):
            return answer_changes(trial.case)
        if retry is not None and finding.mistake is None:
            beside = moved_a_little(trial.case)
            if keeps_something(exercise, trial, beside, retry(beside).outputs):
                return ANSWER_KEPT
        return finding


def keeps_something(
    exercise: Exercise, trial: Trial, beside: Case, theirs: Mapping[str, np.ndarray]
) -> bool:
    """Whether an output stays in another case as it was, or far from it, where it should change.

    Not where it says yes or no: what a little more makes of that may be left open.
    """
    try:
        first, other = (call(exercise, c, exercise.reference)[0] for c in (trial.case, beside))
    except ValueError:  # numbers that the library refuses
        return False
    numbers = [c.name for c in trial.comparisons if not c.is_boolean and c.name in theirs]
    moved = [name for name in numbers if not close(first[name], other[name])]
    return any(
        same(theirs[name], trial.outputs[name])
        or (trial.right and not close(theirs[name], other[name], FAR))
        for name in moved
    )


FAR = 0.05
"""Share of an output's size that is more than rounding and conventions can make."""


def moved_a_little(case: Case) -> Case:
    """The case with every real number moved a little."""
    return replace(case, args=nudge(case.args, np.random.default_rng(0), by=1e-3))


def with_other_numbers(case: Case) -> Case:
    """The same, and the samples in reverse order."""
    args = moved_a_little(case).args
    rows = next((len(array) for array in arrays_of(args) if array.ndim), 0)
    return replace(case, args=in_reverse(args, rows))


ANSWER_CHANGES = Finding(
    "answer-changes",
    "Called a second time with the same arguments, your function gives another answer. "
    "Something is kept between the calls, or drawn at random.",
    "Does your function read or change anything that lives outside it?",
)


ANSWER_KEPT = Finding(
    "answer-kept",
    "Called with other numbers of the same shapes, your function gives what belongs to an earlier "
    "call, or a part of that: it has been kept.",
    "Which of your lines looks at the numbers, and which only at their shapes or names?",
)


RANDOMNESS_FROM_ELSEWHERE = Finding(
    "answer-changes",
    "Your numbers do not come from the `rng` that is passed in, or not all of them: with a "
    "generator in the very same state your function gives another answer.",
    "Which of your lines draws at random, and from what?",
)


def answer_changes(case: Case) -> Finding:
    """The finding that the same arguments give another answer."""
    return RANDOMNESS_FROM_ELSEWHERE if takes_generator(case) else ANSWER_CHANGES


def takes_generator(case: Case) -> bool:
    """Whether a random generator is among what comes in."""
    return any(isinstance(value, np.random.Generator) for value in case.args)


def many_right(trial: Trial) -> bool:
    """Whether outputs came that many right answers, and so many wrong ones, could have given."""
    return trial.case.could_give is not None and set(trial.outputs) == set(trial.case.outputs)


def find_mistake(exercise: Exercise, trials: Sequence[Trial]) -> Mistake | None:
    """The first known mistake that gives the attempt's numbers in each of these trials."""
    precision = PRECISION_OF_NEARLY if nearly_right(trials) else PRECISION
    for mistake in exercise.mistakes:
        for wrong in mistake.ways:
            if all(matches(exercise, wrong, trial, precision) for trial in trials):
                return mistake
    return None


def matches(
    exercise: Exercise, wrong: Callable[..., object], trial: Trial, precision: float
) -> bool:
    """Whether a wrong implementation gives, in this case, what the attempt gave."""
    if trial.case.could_give is not None:
        try:
            return trial.case.could_give(wrong, trial.outputs)
        except Exception:
            return False
    outputs = given_by(exercise, wrong, trial.case)
    return outputs is not None and all(
        close(outputs[c.name], c.received, precision) for c in trial.comparisons
    )


@lru_cache(maxsize=8192)
def given_by(
    exercise: Exercise, wrong: Callable[..., object], case: Case
) -> Mapping[str, np.ndarray] | None:
    """What a wrong implementation gives in a case, None if nothing of use; kept, since it is asked
    for again and again, and a class shares the cases."""
    try:
        outputs, problem = call(exercise, case, wrong)
    except Exception:
        return None
    return outputs if problem is None else None


PRECISION = 1e-5
"""Share of an output's size by which numbers may differ that are taken for the same."""

PRECISION_OF_NEARLY = 1e-9
"""The same where an attempt is nearly right, so that what is wrong is itself small."""


def evidence_of(trials: Sequence[Trial], sentence: str) -> str:
    """Evidence for a symptom: what was measured, or the sizes it names, in the first wrong case."""
    trial = next(trial for trial in trials if trial.wrong)
    if trial.problem is not None and trial.problem.evidence:
        return trial.problem.evidence
    sizes = trial.case.sizes
    named = [f"{k} = {v}" for k, v in sizes.items() if f" {k} " in f" {sentence} "]
    return f"Here {' and '.join(named)}." if named else ""


@dataclass(frozen=True)
class Way:
    """A way to come to wrong numbers: a known mistake, or a variation of what is right."""

    function: Callable[..., Any]
    mistake: Mistake | None = None
    variation: Variation | None = None

    @property
    def id(self) -> str:
        """Short name in kebab case."""
        found = self.mistake or self.variation
        assert found is not None
        return found.id

    @property
    def question(self) -> str:
        """A question that leads on."""
        found = self.mistake or self.variation
        assert found is not None
        return found.question

    def said_of(self, names: Sequence[str], outputs: Sequence[str]) -> str:
        """The way in words, for some of the outputs."""
        if self.variation is not None:
            are = "is" if len(names) == 1 else "are"
            return f"Your {listed(names)} {are} what comes out when {self.variation.words}."
        assert self.mistake is not None
        elsewhere = [f"`{name}`" for name in outputs if name not in names]
        if any(name in self.mistake.symptom for name in elsewhere):
            return f"About your {listed(names)}: {self.mistake.idea}"  # the rest is about others
        return f"{self.mistake.symptom} {self.mistake.idea}"


@dataclass(frozen=True)
class Explainer:
    """The trials of an attempt at an exercise, to be explained from their numbers."""

    exercise: Exercise
    trials: Sequence[Trial]
    retry: Retry | None
    everything: Sequence[Trial]
    """All trials, also those that are not looked at, to number the cases by."""

    def explain(self) -> Finding:
        """What is wrong, named if possible."""
        names = self.wrong_names(self.trials)
        finding = self.together(names) or self.by_case() or self.in_some_cases(names)
        if finding is not None:
            return finding
        alike, first = self.first_group()
        if first and len(first) < len(names):
            there = replace(self, trials=alike)
            return there.one_by_one(first, f"{self.where_it_begins(first)} ")
        return self.one_by_one(names, "")

    @staticmethod
    def wrong_names(trials: Sequence[Trial]) -> list[str]:
        """The outputs that are wrong in any case."""
        return list(dict.fromkeys(c.name for t in trials for c in t.comparisons if c.wrong.any()))

    # All wrong outputs at once

    def together(self, names: Sequence[str]) -> Finding | None:
        """One explanation of all these outputs."""
        trials = self.narrowed(names)
        looks = TOGETHER if len(names) > 1 else PLAIN
        for look in looks:
            finding = look(trials)
            if finding is not None:
                return finding
        if self.exercise.returns == "in place":
            finding = self.of_changes(trials)
            if finding is not None:
                return finding
        return self.by_ways(trials, names)

    def narrowed(self, names: Sequence[str]) -> list[Trial]:
        """The trials with these outputs alone."""
        return [
            replace(t, comparisons=tuple(c for c in t.comparisons if c.name in names))
            for t in self.trials
        ]

    def of_changes(self, trials: Sequence[Trial]) -> Finding | None:
        """A pattern in what was added to the arrays that were to be changed in place."""
        changed = []
        unmoved = [n for n in self.wrong_names(trials) if self.stands_still(n, trials)]
        if set(unmoved) == set(self.wrong_names(trials)):
            return Finding(
                "stands-still",
                f"Your {listed(unmoved)} {'has' if len(unmoved) == 1 else 'have'} not moved: "
                "the numbers are those that came in.",
                "Which line changes it in place, and does your loop get there?",
            )
        for trial in trials:
            start = trial.case.args[0]
            changes = tuple(
                replace(
                    c,
                    name=f"change of {c.name}",
                    expected=c.expected - start[c.name],
                    received=None if c.received is None else c.received - start[c.name],
                )
                for c in trial.comparisons
                if c.received is None or c.received.shape == c.expected.shape
            )
            changed.append(replace(trial, comparisons=changes))
        for look in TOGETHER:
            finding = look(changed)
            if finding is not None:
                return finding
        return None

    @staticmethod
    def stands_still(name: str, trials: Sequence[Trial]) -> bool:
        """Whether an array that was to be changed is as it came in, wherever it is wrong."""
        return all(
            c.received is not None and close(t.case.args[0][name], c.received)
            for t in trials
            for c in t.comparisons
            if c.name == name and c.wrong.any()
        )

    def by_ways(
        self, trials: Sequence[Trial], names: Sequence[str], scaled: bool = True
    ) -> Finding | None:
        """A known mistake, or a variation, that gives exactly the numbers of these outputs, or,
        where they may be scaled, all but a factor."""
        if not telling(trials) or nearly_right(trials) is not None:
            return None
        alone = set(names) != {c.name for t in self.trials for c in t.comparisons}
        with_factor: Finding | None = None
        for ways in self.groups():
            fits: dict[str, Way] = {}
            for way in ways:
                label = self.fit(way, trials)
                if label == "1" and way.id in ONE_IS_ENOUGH & {w.id for w in fits.values()}:
                    continue
                if label == "1":
                    fits.setdefault(way.said_of(names, self.outputs), way)
                elif label is not None and with_factor is None and scaled:
                    with_factor = self.two(way, label, names)
                if len(fits) > 1:
                    break
            if fits:
                return one_of(fits)
        return with_factor if with_factor is not None or alone else None

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of all outputs."""
        return tuple(dict.fromkeys(c.name for t in self.trials for c in t.comparisons))

    def groups(self) -> Iterator[list[Way]]:
        """Ways in groups: what is more likely first."""
        yield [Way(f, mistake=m) for m in self.exercise.mistakes for f in m.ways]
        for kind in KINDS[:2] if self.exercise.costly else KINDS:
            yield [Way(v.function, variation=v) for v in variations(self.exercise, kind)]

    def gives(self, way: Way, i: int) -> Mapping[str, np.ndarray] | None:
        """What a way gives in a trial: its outputs by name, or None."""
        return given_by(self.exercise, way.function, self.trials[i].case)

    @cached_property
    def smallest_first(self) -> list[int]:
        """The trials, those that are quick to run first, the wrong ones before the right ones."""
        sizes = [sum(c.expected.size for c in t.comparisons) for t in self.trials]
        return sorted(range(len(sizes)), key=lambda i: (not self.trials[i].wrong, sizes[i]))

    def fit(self, way: Way, trials: Sequence[Trial]) -> str | None:
        """ "1" where a way gives these numbers in every trial, or by which factor they differ."""
        factors: list[tuple[Trial, float]] = []
        exact = True
        for i in self.smallest_first:
            outputs = self.gives(way, i)
            if outputs is None:
                return None
            for c in trials[i].comparisons:
                if close(outputs[c.name], c.received):
                    factors.append((trials[i], 1.0))
                    continue
                exact = False
                factor = ratio(replace(c, expected=outputs[c.name]))
                if factor is None:
                    return None
                factors.append((trials[i], factor))
        if exact:
            return "1"
        if sum(c.expected.size for t in trials for c in t.comparisons) < 2:
            return None  # between any two numbers there is some factor
        return name_factor(factors, fixed=False)

    def two(self, way: Way, label: str, names: Sequence[str]) -> Finding:
        """Two mistakes: a way, and a factor on top of it."""
        return Finding(
            f"{way.id} and factor-{label}",
            f"Two things at once, the second being a factor {label}. But for that factor: "
            f"{way.said_of(names, self.outputs)}",
            way.question,
        )

    # Different mistakes in different cases

    def by_case(self) -> Finding | None:
        """Known mistakes of which each shows in some cases, and together in all."""
        if not any(t.case.label for t in self.trials):
            return None
        wrong = {i for i, t in enumerate(self.trials) if t.wrong}
        shown: list[tuple[Way, set[int]]] = []
        for way in next(iter(self.groups())):
            mine = set()
            for i, trial in enumerate(self.trials):
                outputs = self.gives(way, i)
                if outputs is None:
                    break
                if any(c.received is None for c in trial.comparisons):
                    break
                if all(close(outputs[c.name], c.expected) for c in trial.comparisons):
                    continue
                if not all(close(outputs[c.name], c.received) for c in trial.comparisons):
                    break
                mine.add(i)
            else:
                if mine and mine < wrong:
                    shown.append((way, mine))
        left, parts = set(wrong), []
        while left and shown:
            most = max(range(len(shown)), key=lambda n: len(shown[n][1] & left))
            way, mine = shown.pop(most)
            if not mine & left:
                break
            left -= mine
            parts.append(way)
        if not parts or (left and not telling(self.trials)):
            return None
        message = " ".join(way.said_of(self.outputs, self.outputs) for way in parts)
        if left:
            message += " " + where_wrong([self.trials[i] for i in sorted(left)], self.everything)
        return Finding(
            " and ".join(dict.fromkeys(way.id for way in parts)),
            f"There is more than one mistake. {message}",
            parts[0].question,
        )

    def in_some_cases(self, names: Sequence[str]) -> Finding | None:
        """A way that explains the wrong cases, where there are others that are right."""
        wrong = [t for t in self.trials if t.wrong]
        if len(wrong) == len(self.trials):
            return None
        there = replace(self, trials=wrong)
        finding = there.by_ways(there.narrowed(names), names, scaled=False)
        if finding is None:
            return None
        numbers = [
            i for i, t in enumerate(self.everything, 1) if any(t.case is w.case for w in wrong)
        ]
        where = f"case {numbers[0]} ({wrong[0].case.description})"
        if len(numbers) > 1:
            where = f"cases {listed(map(str, numbers))}"
        return replace(
            finding, message=f"In {where} alone, the others being right: {finding.message}"
        )

    # Each output for itself

    def one_by_one(self, names: Sequence[str], beginning: str) -> Finding:
        """What can be said of each of these outputs."""
        if len(names) > 1 and beginning:
            together = self.together(names)
            if together is not None:
                return replace(together, message=beginning + together.message)
        findings: dict[str, Finding] = {}
        place = ""
        for name in names:
            alone = len(names) > 1 or beginning
            finding = self.together([name]) if alone else None
            if finding is None:
                place = place or self.where_it_first_shows()
                looks = (look(self.narrowed([name])) for look in VAGUE)
                finding = next(filter(None, looks), None)
            if finding is not None:
                findings[name] = finding
        if not findings:
            text = where_wrong(self.narrowed(names) if beginning else self.trials, self.everything)
            return Finding(None, f"{beginning}{text}{place}")
        unnamed = [name for name in names if name not in findings]
        merged = merge(findings)
        message = " ".join(f.message for f in merged)
        if unnamed:
            message += f" Wrong in another way: {', '.join(unnamed)}."
        return Finding(
            " and ".join(
                dict.fromkeys(i for f in merged if f.mistake for i in f.mistake.split(" and "))
            ),
            f"{beginning}{message}{place}",
            merged[0].question,
        )

    # Where it begins

    def first_group(self) -> tuple[list[Trial], list[str]]:
        """In the first wrong case the wrong outputs that arise first, with all cases like it."""
        order = self.exercise.order
        if order is None:
            return [], []
        trial = next(t for t in self.trials if t.wrong)
        alike = [t for t in self.trials if order(t.case) == order(trial.case)]
        bad = {c.name for c in trial.comparisons if c.wrong.any()}
        groups = ([name for name in group if name in bad] for group in order(trial.case))
        return alike, next(filter(None, groups), [])

    def where_it_begins(self, first: Sequence[str]) -> str:
        """The sentence that says which outputs are the first that are wrong."""
        return (
            "Going back from the end, the first gradients that are wrong are your "
            f"{listed(first)}; what lies before them is made from what goes on from there."
            if len(first) > 1
            else f"Going back from the end, the first gradient that is wrong is your {first[0]}; "
            "what lies before it is made from what goes on from there."
        )

    def where_it_first_shows(self) -> str:
        """Where there are steps, or a cache: the first that is wrong, as a sentence."""
        trial = next(t for t in self.trials if t.wrong)
        if self.exercise.cut is not None and self.retry is not None:
            for steps in range(1, 20):
                shorter = self.exercise.cut(trial.case, steps)
                if shorter is None:
                    break
                if self.retry(shorter).wrong:
                    if steps == 1:
                        return f" It is wrong from the first {self.exercise.step} on."
                    return f" The first {self.exercise.step} that is wrong is number {steps}."
        if self.exercise.cache is not None and self.exercise.cache.places is not None:
            place = self.exercise.cache.places(trial.case, trial.cache)
            return f" {place}" if place else ""
        return ""


ONE_IS_ENOUGH = frozenset({"wrong-variable", "function-of-a-variable"})
"""Changes of which a second one that fits is but another name of the same thing."""


def one_of(fits: dict[str, Way]) -> Finding:
    """The finding for ways that all fit: of two, both are named."""
    (first, way), *others = fits.items()
    if not others:
        return Finding(way.id, first, way.question)
    (second, other), *_ = others
    second = second[0].lower() + second[1:]
    return Finding(
        way.id if way.id == other.id else f"{way.id} or {other.id}",
        f"Two explanations fit equally well. {first} Or {second}",
        "Which of the two is it? " + way.question,
    )


def telling(trials: Sequence[Trial]) -> bool:
    """Whether the wrong numbers say so much that no explanation can fit them by chance."""
    pairs = []
    for c in (c for t in trials for c in t.comparisons if c.wrong.any()):
        if c.received is None:
            continue
        if c.received.shape != c.expected.shape:
            if c.received.size > 1:
                return True
            continue
        pairs.append((c.received[c.wrong], c.expected[c.wrong]))
    if not pairs:
        return False
    received = np.concatenate([r for r, _ in pairs])
    expected = np.concatenate([e for _, e in pairs])
    finite = np.isfinite(received)
    many = continuous(received) | continuous(expected)
    return int((finite & many).sum()) >= 2 or (
        int(finite.sum()) >= 30 and len(np.unique(received[finite])) > 1
    )


def continuous(values: np.ndarray) -> np.ndarray:
    """Where values are no fractions with small denominators, such as shares of right answers."""
    with np.errstate(all="ignore"):
        whole = values * 232792560  # can be divided by all numbers up to 22
        return np.asarray(np.abs(whole - np.round(whole)) > 1e-3)


def merge(findings: dict[str, Finding]) -> list[Finding]:
    """Findings that differ only in the output's name become one."""
    merged: dict[str, tuple[list[str], Finding]] = {}
    for name, finding in findings.items():
        pattern = finding.message.replace(f"your {name} ", "your # ").replace(
            f"Your {name} ", "Your # "
        )
        merged.setdefault(pattern, ([], finding))[0].append(name)
    return [replace(f, message=several(pattern, names)) for pattern, (names, f) in merged.items()]


def several(pattern: str, names: Sequence[str]) -> str:
    """A message that was made for one output, for these."""
    if len(names) > 1 and pattern.startswith("Your # "):
        for one, more in (
            (" # is ", " # are "),
            (" # has ", " # have "),
            (" # holds ", " # hold "),
        ):
            pattern = pattern.replace(one, more)
    return pattern.replace(" # ", f" {listed(names)} ")


def where_wrong(trials: Sequence[Trial], among: Sequence[Trial]) -> str:
    """Nothing known fits: say which outputs and entries are wrong, and which are right."""
    trial = next(t for t in trials if any(c.wrong.any() for c in t.comparisons))
    number = next(i for i, t in enumerate(among, 1) if t.case is trial.case)
    whole = among[number - 1]
    right = [c.name for c in whole.comparisons if not c.wrong.any()]
    bad = [c for c in trial.comparisons if c.wrong.any()]
    worst = bad[0]
    index = tuple(int(i) for i in np.argwhere(worst.wrong)[0])
    assert worst.received is not None  # missing outputs are problems, and dealt with before
    found = f"{', '.join(parts_of(bad))}: {entry(worst.name, index)}"
    if len(bad) == 1 and worst.expected.ndim == 0:
        found = worst.name
    where = f"In case {number} ({trial.case.description}) your"
    if worst.received.shape != worst.expected.shape:
        message = f"{where} {worst.name} has the shape {worst.received.shape}, and not "
        message += f"{worst.expected.shape}."
    else:
        message = (
            f"{where} {found} is {worst.in_digits(worst.received[index], 6)}, and the "
            f"{worst.in_words} is {worst.in_digits(worst.expected[index], 6)}."
        )
    if right:
        message += f" Right: {', '.join(right)}."
    return message


def parts_of(bad: Sequence[Comparison]) -> list[str]:
    """For each output how many of its entries are wrong."""
    return [
        f"{c.name} is wrong in {int(c.wrong.sum())} of {c.wrong.size} entries"
        if c.wrong.ndim
        else f"{c.name} is wrong"
        for c in bad
    ]
