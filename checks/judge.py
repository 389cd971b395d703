"""The judge: one pure function from (exercise, attempt, seed) to a Result.

It knows nothing of notebooks, files or processes. The attempt is any callable, so the judge
that draws a card in a notebook and the one that grades a class are the same.

What decides: the attempt's numbers against numerical derivatives of our own forward pass, on
cases that depend only on the exercise and the seed.
"""

import contextlib
import functools
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from checks.diagnose import (
    ANSWER_CHANGES,
    ANSWER_KEPT,
    answer_changes,
    diagnose,
    keeps_something,
    takes_generator,
    with_other_numbers,
)
from checks.errors import describe_error, what_it_means
from checks.exercise import (
    Cache,
    Case,
    Comparison,
    Exercise,
    Finding,
    Mistake,
    Result,
    Trial,
    Verdict,
)
from checks.exercises import find_exercise
from checks.gradients import numerical_gradient
from checks.guard import borrowed_derivative, untouched_library
from checks.outputs import (
    arrays_of,
    call,
    copy,
    nudge,
    nudged_one_by_one,
    partly_moved,
    run_through,
    same,
    unpack,
)
from checks.patterns import close

__all__ = ["judge"]

DOUBLE_PRECISION = 1e-9
"""Largest share of an output's own size by which a float64 answer may differ."""

SINGLE_PRECISION = 2e-5
"""The same where the attempt turns out to compute in float32."""

LEAST_NOISE_OF_DIFFERENCES = 1e-13
"""Share of an output's own size from which on noise is no longer that of a float64 formula."""

MOST_NOISE_OF_DIFFERENCES = 1e-3
"""Above that it is no longer noise."""


REPEATED = 6
"""How often it then gets the same one where the answer is small, and may come again by chance."""

OTHER_GENERATORS = 8
"""How many other generators an attempt gets before it is said not to use what it gets."""

MOST_WRAPPERS = 20
"""How many decorators round a function are looked into."""

GENERATORS_FOR_A_HABIT = 12
"""How many it gets before it is said to draw in a way that only this outcome fits."""


def judge(name: str, attempt: Callable[..., Any], seed: int = 0) -> Result:
    """Judge an attempt at the exercise of this name.

    name: an exercise, such as "linear_backward"; attempt: the learner's function, or anything
    that can be called like it; seed: decides the cases, so the same seed gives the same Result.
    A LookupError where there is no such exercise.
    """
    with untouched_library(), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return judgement(find_exercise(name), attempt, seed)


def judgement(exercise: Exercise, attempt: Callable[..., Any], seed: int) -> Result:
    """The same, where the library is known to be as it should be."""
    name = exercise.name
    cases, truths, habits = prepare(exercise, seed)
    blank = Result(
        exercise=name,
        verdict="wrong",
        points=0,
        max_points=exercise.points,
        mistake=None,
        message="",
        tried=tuple(f"case {i}: {case.description}" for i, case in enumerate(cases, 1)),
        reproduce=f"check({name}, seed={seed})",
    )
    if not callable(attempt):
        kind = type(attempt).__name__
        message = f"{name} should be a function; it is a value of type {kind}."
        return replace(blank, mistake="not-a-function", message=message, tried=())
    package = borrowed_derivative(attempt)
    if package is not None:
        return replace(
            blank,
            mistake="derived-by-a-package",
            message=BY_A_PACKAGE.format(name, package),
            tried=(),
        )

    trials = []
    with references_in_place(attempt, exercise.uses):
        for case, truth in zip(cases, truths, strict=True):
            trials.append(run(exercise, attempt, case, truth))
            if trials[0].not_attempted:
                message = f"{name} is not written yet."
                return replace(blank, verdict="not attempted", message=message, tried=())
        if all(trial.right for trial in trials):
            state = wrong_state(exercise, attempt, trials)
            if state is not None:
                return failure(blank, state, trials, trials[0])
            randomness = wrong_randomness(exercise, attempt, trials) or next(
                (m.found() for m, case in habits if has_habit(exercise, attempt, case)), None
            )
            if randomness is not None:
                return failure(blank, randomness, trials, trials[0])
            if not follows(exercise, attempt, cases[0]):
                return failure(blank, ANSWER_CHANGES, trials, trials[0])
            if any(trial.by_differences for trial in trials):
                return failure(blank, BY_DIFFERENCES, trials, trials[0])
            for trial in trials:
                if exercise.cache is not None and not serves(exercise.cache, trial):
                    return failure(blank, wrong_cache(exercise.cache, trial), trials, trial)
        wrong = [trial for trial in trials if trial.wrong]
        if wrong:
            if all(trial.by_differences for trial in wrong):
                return failure(blank, BY_DIFFERENCES, trials, wrong[0])

            def retry(case: Case) -> Trial:
                known = [t for c, t in zip(cases, truths, strict=True) if c is case]
                return run(exercise, attempt, case, known[0] if known else truth_of(exercise, case))

            return failure(blank, diagnose(exercise, trials, retry), trials, wrong[0])
    verdict: Verdict = "correct"
    with_what = "numerical derivatives" if any(case.wrt for case in cases) else "right values"
    message = f"All {len(cases)} cases agree with the {with_what}."
    points = exercise.points
    if any(trial.uncertain for trial in trials):
        verdict, points = "undecided", 0
        message = "The numerical derivatives are too uncertain here to tell right from wrong."
    return replace(blank, verdict=verdict, points=points, message=message)


def failure(blank: Result, finding: Finding, trials: list[Trial], shown: Trial) -> Result:
    """The Result of a wrong attempt, with the numbers of the trial to show."""
    number = next(i for i, trial in enumerate(trials, 1) if trial is shown)
    case = f"case {number}: {shown.case.description}"
    return replace(
        blank,
        mistake=finding.mistake,
        message=finding.message,
        question=finding.question,
        case=case,
        comparisons=shown.comparisons,
        reproduce=f"{blank.reproduce}  # {case}",
    )


def wrong_state(
    exercise: Exercise, attempt: Callable[..., Any], trials: list[Trial]
) -> Finding | None:
    """What is wrong with what an attempt keeps from one call to the next.

    The first usual case of several samples must give the same answer once more; with other
    numbers of the same shapes it must give another, where that is right; and no call may write
    into what an earlier one returned.
    """

    def is_usual(trial: Trial) -> bool:
        alone = any(array.ndim and len(array) == 1 for array in arrays_of(trial.case.args))
        return not trial.case.extreme and not alone

    first = next(filter(is_usual, trials), trials[0])
    if not takes_generator(first.case):  # else wrong_randomness asks that
        again = outputs_with(exercise, attempt, first.case)
        if not same(again, first.outputs):
            return answer_changes(first.case)
    beside = with_other_numbers(first.case)
    theirs = outputs_with(exercise, attempt, beside)
    if first.case.accept is None and keeps_something(exercise, first, beside, theirs or {}):
        return ANSWER_KEPT
    if getattr(attempt, "overwrites", False) or not all(as_returned(exercise, t) for t in trials):
        return EARLIER_ANSWER_CHANGED
    return None


def as_returned(exercise: Exercise, trial: Trial) -> bool:
    """Whether what was returned still holds the numbers that it held then."""
    outputs, problem = unpack(exercise, trial.case, trial.returned)
    return problem is None and same(outputs, dict(trial.outputs))


EARLIER_ANSWER_CHANGED = Finding(
    "earlier-answer-changed",
    "When your function is called again, what it returned before changes: all calls write into "
    "one and the same array or dictionary.",
    "Where is what you return made, and how often does that line run?",
)


def wrong_randomness(
    exercise: Exercise, attempt: Callable[..., Any], trials: list[Trial]
) -> Finding | None:
    """What is wrong with where the random numbers come from, where a generator comes in.

    Another generator must give another answer in some case, and the same answer again and again
    there. First come the cases that have many right answers, the smallest before the others: in a
    large one a learner's function may call others often.
    """
    random = sorted(
        (t for t in trials if takes_generator(t.case)),
        key=lambda t: (t.case.accept is None, size_of(t)),
    )
    for seed in range(OTHER_GENERATORS if random else 0):
        for trial in random:
            beside = with_generator(trial.case, seed)
            outputs = outputs_with(exercise, attempt, beside)
            if outputs is None:
                return None  # what that means is not for this test to say
            if same(outputs, trial.outputs):
                continue
            few = sum(array.size for array in outputs.values()) < 200
            for _ in range(REPEATED if few else 1):
                if not same(outputs_with(exercise, attempt, beside), outputs):
                    return answer_changes(beside)
            return None
    return RNG_NOT_USED if random else None


def has_habit(exercise: Exercise, attempt: Callable[..., Any], case: Case) -> bool:
    """Whether nothing but what the case of a habit accepts ever comes from the attempt."""
    for seed in range(GENERATORS_FOR_A_HABIT):
        outputs = outputs_with(exercise, attempt, with_generator(case, seed))
        if outputs is None or case.accept is None or case.accept(outputs) is not None:
            return False
    return True


def with_generator(case: Case, seed: int) -> Case:
    """The case with another generator, the one of this seed."""
    args = tuple(
        np.random.default_rng(seed) if isinstance(a, np.random.Generator) else a for a in case.args
    )
    return replace(case, args=args)


def outputs_with(
    exercise: Exercise, attempt: Callable[..., Any], case: Case
) -> dict[str, np.ndarray] | None:
    """What an attempt gives in a case beside those that are judged; None where it fails there."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outputs, problem = call(exercise, case, attempt)
    except Exception:
        return None
    return outputs if problem is None else None


def size_of(trial: Trial) -> int:
    """Roughly how much an attempt has to do in this case: how many numbers it gets, times the
    largest whole number, which may say how often it goes through them."""
    numbers = sum(array.size for array in arrays_of(trial.case.args))
    return numbers * max((a for a in trial.case.args if isinstance(a, int)), default=1)


def follows(exercise: Exercise, attempt: Callable[..., Any], case: Case) -> bool:
    """Whether a backward pass notices that another gradient of the same shape arrives."""
    first, *others = case.args
    if not case.wrt or not isinstance(first, np.ndarray):
        return True
    beside = replace(case, args=(1.37 * first + 0.1, *others))
    expected, _ = call(exercise, beside, exercise.reference)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            received, problem = call(exercise, beside, attempt)
    except Exception:
        return False
    return problem is None and all(close(expected[n], received[n], 1e-4) for n in case.wrt)


def serves(cache: Cache, trial: Trial) -> bool:
    """Whether the way back can use what a forward function kept."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cache.serves(trial.case, trial.outputs, trial.cache)
    except Exception:
        return False


def wrong_cache(cache: Cache, trial: Trial) -> Finding:
    """The finding that the output is right and the cache is not."""
    return Finding(
        "cache-of-no-use",
        f"Your {' and '.join(trial.case.outputs)} is right, but {cache.backward} cannot use your "
        f"cache. It expects {cache.holds}, with the numbers of the forward pass.",
        "What will the way back need to know, and how does it unpack it?",
    )


@dataclass(frozen=True)
class Truth:
    """What one output must be, and how far off a right answer may lie."""

    value: np.ndarray
    """The numerical derivative, or the library's value."""
    error: np.ndarray
    """How far that may itself be off, entry by entry."""
    scale: float
    """The output's own size: its largest entry."""
    is_gradient: bool = True
    """Whether it is a numerical derivative."""
    is_boolean: bool = False
    """Whether it stands for True or False."""
    ours: np.ndarray | None = None
    """What the library's version gives, where value is a numerical derivative of its forward."""

    def wrong(self, received: np.ndarray | None, precision: float) -> np.ndarray:
        """True where received is further off than precision (a share of scale) allows."""
        if received is None or received.shape != self.value.shape:
            return np.ones(self.value.shape, dtype=bool)
        with np.errstate(all="ignore"):
            off = np.abs(received - self.value)
        # written so that NaN counts as wrong
        return ~(off <= precision * self.scale + self.error)


@functools.lru_cache(maxsize=512)
def prepare(exercise: Exercise, seed: int) -> "Prepared":
    """The cases of a seed, what their outputs must be, and the case of each mistake that is a
    habit; kept, since a class shares them."""
    drawn = exercise.cases(np.random.default_rng([seed, *exercise.name.encode()]))
    names = tuple(inspect.signature(exercise.reference).parameters)
    cases = tuple(replace(case, numbers=numbers_of(exercise, case), names=names) for case in drawn)
    habits = tuple(
        (m, m.habit(np.random.default_rng([seed, *m.id.encode()])))
        for m in exercise.mistakes
        if m.habit is not None
    )
    return cases, tuple(truth_of(exercise, case) for case in cases), habits


def numbers_of(exercise: Exercise, case: Case) -> dict[str, float]:
    """The numbers among the inputs, by name: those that the case tells, or its arguments."""
    names = inspect.signature(exercise.reference).parameters
    given = {n: v for n, v in zip(names, case.args, strict=False) if isinstance(v, float)}
    return {**given, **case.numbers}


Truths = Mapping[str, Truth]
Prepared = tuple[tuple[Case, ...], tuple[Truths, ...], tuple[tuple[Mistake, Case], ...]]


def truth_of(exercise: Exercise, case: Case) -> Truths:
    """What each output that counts must be: a numerical derivative, or the library's value."""
    truths = {}
    yes_or_no = inspect.signature(exercise.reference).return_annotation is bool
    outputs = {} if case.accept else call(exercise, case, exercise.reference)[0]
    for name, array in case.wrt.items():
        assert case.loss is not None
        gradient = numerical_gradient(partial(case.loss, name), array)
        scale = float(np.abs(gradient.value).max(initial=0.0))
        truths[name] = Truth(gradient.value, 4 * gradient.error, scale, ours=outputs[name])
    if case.values and case.accept is None:
        for name in case.values:
            value = outputs[name]
            scale = float(np.abs(value).max(initial=0.0))
            truths[name] = Truth(
                value, np.zeros(value.shape), scale, is_gradient=False, is_boolean=yes_or_no
            )
    # where an output is zero, rounding is measured by the others
    largest = max((truth.scale for truth in truths.values()), default=0.0)
    return {name: replace(t, scale=t.scale or largest) for name, t in truths.items()}


def run(
    exercise: Exercise, attempt: Callable[..., Any], case: Case, truths: Mapping[str, Truth]
) -> Trial:
    """Try the attempt on one case and compare every output with the truth."""
    args = copy(case.args)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            returned = run_through(exercise.drive(attempt)(*args))
    except NotImplementedError:
        text = f"{exercise.name} is not finished: in this case it raises NotImplementedError."
        return Trial(case, problem=Finding("not-finished", text), not_attempted=True)
    except (Exception, SystemExit) as error:
        text = describe_error(error)
        sense = what_it_means(text, exercise.name, case)
        return Trial(
            case,
            problem=Finding("error", f"Your function stopped with an error: {text}", sense),
        )
    kept = slice(1, None) if exercise.returns == "in place" else slice(None)
    if not same(args[kept], case.args[kept]):
        return Trial(case, problem=input_overwritten(case, args, kept))
    if exercise.returns == "in place":
        if same(args[0], case.args[0]):
            return Trial(case, problem=NOTHING_CHANGED)
        returned = args[0]
    try:
        outputs, problem = unpack(exercise, case, returned)
    except Exception as error:  # a tuple or a dictionary of a learner's own kind
        text = f"What your function returned cannot be taken apart: {describe_error(error)}"
        return Trial(case, problem=Finding("wrong-structure", text))
    if problem is None and case.accept is not None:
        problem = case.accept(outputs)
    differences = bool(
        problem is None and case.wrt and by_differences(exercise, attempt, case, outputs, truths)
    )
    single = (
        problem is None
        and not differences
        and single_precision(exercise, attempt, case, outputs, truths)
    )
    precision = SINGLE_PRECISION if single else DOUBLE_PRECISION
    comparisons = tuple(
        Comparison(
            name,
            truth.value,
            outputs.get(name),
            truth.wrong(outputs.get(name), precision),
            truth.is_gradient,
            truth.is_boolean,
        )
        for name, truth in truths.items()
    )
    uncertain = any(
        truth.error.max(initial=0.0) > SINGLE_PRECISION * truth.scale for truth in truths.values()
    )
    cache = returned[1] if exercise.returns == "out and cache" and problem is None else None
    return Trial(
        case,
        outputs,
        cache,
        comparisons,
        problem,
        uncertain=uncertain,
        by_differences=differences,
        returned=returned,
    )


def single_precision(
    exercise: Exercise,
    attempt: Callable[..., Any],
    case: Case,
    outputs: Mapping[str, np.ndarray],
    truths: Mapping[str, Truth],
) -> bool:
    """Whether the attempt is right to seven digits because it computes in float32.

    An answer that is off by a little may be right in float32 or wrong by a little in float64.
    Where each number that is off is one that float32 has, it is the former. Else, to tell them
    apart, one input after another is moved by a ten-billionth. A float64 computation follows;
    in float32, which has seven digits, so small a step is lost, and most numbers stay as they are.
    """

    def all_within(precision: float) -> bool:
        return not any(t.wrong(outputs[name], precision).any() for name, t in truths.items())

    if all_within(DOUBLE_PRECISION) or not all_within(SINGLE_PRECISION):
        return False
    off = [name for name, t in truths.items() if t.wrong(outputs[name], DOUBLE_PRECISION).any()]
    if all(np.array_equal(outputs[name], outputs[name].astype(np.float32)) for name in off):
        return True
    if all(np.array_equal(outputs[name], np.round(outputs[name], 6)) for name in off):
        return False  # rounded to so many places
    ours, _ = call(exercise, case, exercise.reference)
    rng = np.random.default_rng(0)
    for args in (*nudged_one_by_one(case.args, rng), *nudged_one_by_one(case.args, rng)):
        beside = replace(case, args=args)
        try:
            theirs_beside, problem = call(exercise, beside, attempt)
            ours_beside, _ = call(exercise, beside, exercise.reference)
        except Exception:
            return False
        if problem is not None:
            return False
        for name in off:
            expected = np.abs(ours_beside[name] - ours[name])
            moves = expected > 0.1 * expected.max(initial=0.0)
            stays = np.abs(theirs_beside[name] - outputs[name]) < 1e-3 * expected
            if moves.any() and np.mean(stays[moves]) > 0.5:
                return True
    return False


def by_differences(
    exercise: Exercise,
    attempt: Callable[..., Any],
    case: Case,
    outputs: Mapping[str, np.ndarray],
    truths: Mapping[str, Truth],
) -> bool:
    """Whether gradients that are right, or nearly, carry the noise of numerical differences.

    A backward pass is right to some 15 digits, or to seven in float32. Differences of a loss lose
    about half of their digits to rounding. What is lost changes erratically when the inputs move
    ever so little, and also in gradients that do not depend on what has moved.
    """
    try:
        ours = {name: truth.ours for name, truth in truths.items() if truth.ours is not None}
        off = {name: outputs[name] - ours[name] for name in ours}
        sizes = {name: float(np.abs(ours[name]).max(initial=0.0)) or 1.0 for name in ours}
        noise = max(float(np.abs(off[name]).max(initial=0.0)) / sizes[name] for name in ours)
        if not LEAST_NOISE_OF_DIFFERENCES < noise < MOST_NOISE_OF_DIFFERENCES:
            return False
        moved_little = nudge(case.args, np.random.default_rng(0), by=1e-14)
        for args in (moved_little, *partly_moved(case.args)):
            beside = replace(case, args=args)
            ours_beside, _ = call(exercise, beside, exercise.reference)
            theirs_beside, _ = call(exercise, beside, attempt)
            for name, size in sizes.items():
                off_beside = theirs_beside[name] - ours_beside[name]
                change = np.abs(off_beside - off[name])
                if args is not moved_little:
                    change = change[ours_beside[name] == ours[name]]
                elif noise > DOUBLE_PRECISION or not erratic(
                    theirs_beside[name] - outputs[name], ours_beside[name] - ours[name]
                ):
                    continue  # float32 may do that
                if change.max(initial=0.0) > 0.5 * LEAST_NOISE_OF_DIFFERENCES * size:
                    return True
    except Exception:
        return False
    return False


def erratic(theirs: np.ndarray, ours: np.ndarray) -> bool:
    """Whether changes are larger than they should be by far."""
    return float(np.abs(theirs).max(initial=0.0)) > 3 * float(np.abs(ours).max(initial=0.0))


RNG_NOT_USED = Finding(
    "rng-not-used",
    "Your numbers do not come from the `rng` that is passed in, or they were kept from an earlier "
    "call: with other generators in its place your function gives the very same answer.",
    "Which of your lines draws from rng, and does the answer depend on what it draws?",
)


def input_overwritten(case: Case, args: Sequence[Any], kept: slice) -> Finding:
    """The finding that what came in is no longer what it was; kept: what must be."""
    what, copies = "what it is given", "work on a copy, or build a new one"
    if len(case.names) == len(args):
        everything = zip(case.names, case.args, args, strict=True)
        for name, before, after in list(everything)[kept]:
            if not same(before, after):
                kind = {np.ndarray: "array", dict: "dictionary", list: "list", tuple: "tuple"}
                what = f"`{name}`, the {kind.get(type(before), 'value')} that it is given"
                if isinstance(before, dict | tuple) and is_filled_with_arrays(before):
                    what = f"the arrays in `{name}`"
                break
    return Finding(
        "input-overwritten",
        f"Your function changes {what}. Whoever called it still needs that as it was: {copies}.",
        "Which of your lines writes into something that came in?",
    )


def is_filled_with_arrays(value: dict[Any, Any] | tuple[Any, ...]) -> bool:
    """Whether a dictionary or a tuple holds arrays."""
    items = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, np.ndarray) for item in items)


NOTHING_CHANGED = Finding(
    "nothing-changed",
    "Your function leaves the arrays of its first argument as they were; it is meant to change "
    "them in place.",
    "Does a line like p = p - step change the array that came in, or make a new one?",
)

BY_DIFFERENCES = Finding(
    "numerical-differences",
    "Your numbers agree with the right ones to some digits, and then there is noise that changes "
    "erratically: they look like numerical differences of the loss. Those need a forward pass or "
    "two for every single entry. The backward pass gives all of them at once, to 15 digits.",
    "Which formula gives the same number without moving anything?",
)

BY_A_PACKAGE = (
    "Your {} hands the derivative over to {}. Here it is yours to find: write it with NumPy alone."
)


@contextlib.contextmanager
def references_in_place(
    attempt: Callable[..., Any], uses: Mapping[str, Callable[..., Any]]
) -> Iterator[None]:
    """While inside, the attempt's calls to earlier exercises reach the library's versions.

    A mistake in an earlier exercise is then counted there and not again here.
    """
    if hasattr(attempt, "with_references"):  # an attempt that lives in another process
        with attempt.with_references(uses):
            yield
        return
    spaces = global_names(attempt)
    before = [{name: space[name] for name in uses if name in space} for space in spaces]
    try:
        for space in spaces:
            space.update(uses)
        yield
    finally:
        for space, known in zip(spaces, before, strict=True):
            for name in uses:
                space.pop(name, None)
            space.update(known)


def global_names(attempt: Callable[..., Any]) -> list[dict[str, Any]]:
    """The namespaces in which an attempt looks names up: of a function, of what it is wrapped
    round or a part of, and of an object's method."""
    spaces: dict[int, dict[str, Any]] = {}
    inside: Any = attempt
    for _ in range(MOST_WRAPPERS):
        for function in (inside, inspect.getattr_static(type(inside), "__call__", None)):
            space = getattr(function, "__globals__", None)
            if isinstance(space, dict):
                spaces[id(space)] = space
        inside = getattr(inside, "__wrapped__", getattr(inside, "func", None))
        if inside is None:
            break
    return list(spaces.values())
