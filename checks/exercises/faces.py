"""Exercises of lesson 08: a deep network on real photographs, built, trained and selected."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.data import vary_picture
from backprop_lib.losses import confusion_matrix
from backprop_lib.network import Network
from backprop_lib.optimizers import SGD, Adam, Optimizer
from backprop_lib.selection import select_by_validation, train_and_select
from backprop_lib.training import History, best_epoch, should_stop, train
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["EXERCISES"]

LESSON = "08_faces"

Samples = tuple[np.ndarray, np.ndarray]


# vary_picture


def picture_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Pictures that are higher or wider, each change alone, and all together in both directions;
    black and white ones, square ones, and the longest shifts."""
    return (
        picture_case(rng, negative=True),
        picture_case(rng, mirrored=True),
        picture_case(rng, down=1),
        picture_case(rng, right=-2),
        picture_case(rng, brightness=float(rng.uniform(0.6, 0.9))),
        picture_case(rng, True, True, -1, 2, float(rng.uniform(0.6, 0.9))),
        picture_case(rng, True, True, 2, -1, float(rng.uniform(0.6, 0.9))),
        picture_case(rng, down=2, right=1, mirrored=True),
        picture_case(rng, negative=True, brightness=float(rng.uniform(0.6, 0.9))),
        bounds_case(rng, (4, 4), True, False, 3, -3, 0.5),
        bounds_case(rng, (3, 5), False, True, -2, 4, 1.0),
        bounds_case(rng, (5, 3), False, False, -4, -2, 0.05),
        bounds_case(rng, (1, 4), True, True, 0, 1, 1.0),
        picture_case(rng),
    )


def bounds_case(
    rng: np.random.Generator,
    shape: tuple[int, int],
    negative: bool,
    mirrored: bool,
    down: int,
    right: int,
    brightness: float,
) -> Case:
    """A picture that has pixels of exactly 0 and 1, with these changes."""
    picture = rng.uniform(0.3, 0.7, shape)
    picture.flat[rng.choice(picture.size, 2, replace=False)] = 0.0, 1.0
    changes = negative, mirrored, down, right, brightness
    label = f"{shape[0]} x {shape[1]} pixels, with black and white, changes {changes}"
    return Case({}, (picture, *changes), values=("varied",), label=label, extreme=True)


def painted_over(vary: Callable[..., Any]) -> Callable[..., Any]:
    """The function, after whose call the old picture is painted black: a new one must not change
    with it."""

    def vary_and_paint(picture: np.ndarray, *changes: Any) -> Any:
        old = picture.copy()
        varied = vary(old, *changes)
        if not np.array_equal(old, picture):
            picture[...] = old  # the function has written into what it was given
        old[...] = 0.0
        return varied

    return vary_and_paint


def picture_case(
    rng: np.random.Generator,
    negative: bool = False,
    mirrored: bool = False,
    down: int = 0,
    right: int = 0,
    brightness: float = 1.0,
) -> Case:
    """One picture of random grey values."""
    sizes = draw_sizes(rng, "HW")
    picture = rng.uniform(0.1, 0.9, (sizes["H"], sizes["W"]))
    changes = [name for name, on in (("negative", negative), ("mirrored", mirrored)) if on]
    changes += [f"down {down}"] if down else []
    changes += [f"right {right}"] if right else []
    changes += [f"brightness {brightness:.2f}"] if brightness != 1 else []
    return Case(
        sizes,
        (picture, negative, mirrored, down, right, brightness),
        values=("varied",),
        label=f"{sizes['H']} x {sizes['W']} pixels, {', '.join(changes) or 'nothing changed'}",
    )


def rows_of(asked: np.ndarray, number: int, other: int) -> np.ndarray:
    """The rows, or columns, that are asked for, or the nearest."""
    return np.clip(asked, 0, number - 1)


Variation = Callable[[np.ndarray, bool, bool, int, int, float], np.ndarray]
Shift = Callable[[np.ndarray, int, int], np.ndarray]


def shift(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    """A picture moved, with its edge repeated."""
    return vary_picture(picture, False, False, down, right, 1.0)


def negate(picture: np.ndarray) -> np.ndarray:
    """Black and white exchanged."""
    return 1 - picture


def mirror(picture: np.ndarray) -> np.ndarray:
    """Left and right exchanged."""
    return picture[:, ::-1]


def varied_with(
    negate: Callable[[np.ndarray], np.ndarray] = negate,
    mirror: Callable[[np.ndarray], np.ndarray] = mirror,
    shift: Shift = shift,
    dim: Callable[[np.ndarray, float], np.ndarray] = lambda picture, brightness: (
        brightness * picture
    ),
) -> Variation:
    """The function with one of its parts exchanged."""

    def varied(
        picture: np.ndarray,
        negative: bool,
        mirrored: bool,
        down: int,
        right: int,
        brightness: float,
    ) -> np.ndarray:
        out = negate(picture) if negative else picture
        out = mirror(out) if mirrored else out
        return dim(shift(out, down, right), brightness)

    return varied


def shift_round(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    return np.roll(picture, (down, right), axis=(0, 1))


def shift_into_black(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    inside = np.pad(np.ones_like(picture), 2)
    rows = np.arange(2, 2 + picture.shape[0]) - down
    columns = np.arange(2, 2 + picture.shape[1]) - right
    return shift(picture, down, right) * inside[rows][:, columns]


def vary_mirrored_last(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    out = vary_picture(picture, negative, False, down, right, brightness)
    return mirror(out) if mirrored else out


def vary_negative_last(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    out = vary_picture(picture, False, mirrored, down, right, brightness)
    return negate(out) if negative else out


def vary_one_change(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    if negative:
        return negate(picture)
    if mirrored:
        return mirror(picture)
    return brightness * shift(picture, down, right)


def shift_like(
    rows: Callable[[np.ndarray, int, int], np.ndarray], columns: Callable[..., np.ndarray] = rows_of
) -> Shift:
    """A shift that finds old rows and columns otherwise: from those that are asked for, their
    number, and the number of the other kind."""

    def shifted(picture: np.ndarray, down: int, right: int) -> np.ndarray:
        height, width = picture.shape
        old_rows = rows(np.arange(height) - down, height, width)
        old_columns = columns(np.arange(width) - right, width, height)
        return picture[old_rows][:, old_columns]

    return shifted


def both_ways(find: Callable[[np.ndarray, int, int], np.ndarray]) -> Shift:
    """The same for rows and columns."""
    return shift_like(find, find)


def shift_slices(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    # [:-0] is empty, so that a shift of 0 leaves nothing but the edge
    out = np.repeat(picture[:1], len(picture), axis=0)
    if down >= 0:
        out[down:] = picture[:-down] if down else picture[:1]
    else:
        out[:down], out[down:] = picture[-down:], picture[-1]
    return shift(out, 0, right)


def shift_in_place(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    # the gap keeps what was there
    height, width = picture.shape
    out = picture.copy()
    for i in range(height):
        for j in range(width):
            if 0 <= i - down < height and 0 <= j - right < width:
                out[i, j] = picture[i - down, j - right]
    return out


def shift_into(fill: Callable[[np.ndarray], Any]) -> Shift:
    """A shift whose gap is filled with one number."""

    def shifted(picture: np.ndarray, down: int, right: int) -> np.ndarray:
        inside = shift_into_black(np.ones_like(picture), down, right)
        return np.where(inside == 1, shift(picture, down, right), fill(picture))

    return shifted


def vary_as_it_is(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    if not (negative or mirrored or down or right) and brightness == 1:
        return picture
    return vary_picture(picture, negative, mirrored, down, right, brightness)


def vary_seen_from_the_old(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    # each change begins with the picture that came in
    out = picture.copy()
    if negative:
        out = negate(picture)
    if mirrored:
        out = mirror(picture)
    if down or right:
        out = shift(picture, down, right)
    return brightness * out if brightness == 1 else brightness * picture


VARY_PICTURE = Exercise(
    name="vary_picture",
    lesson=LESSON,
    goal="Make another picture of the same thing: negative, mirrored, shifted and dimmed.",
    points=3,
    minutes=10,
    difficulty=3,
    reference=vary_picture,
    returns="array",
    cases=picture_cases,
    drive=painted_over,
    hints=(
        "Do the four changes one after another, each on what the one before has left. Which of "
        "them need an if?",
        "A shift is a question for each new pixel: from which row and which column of the old "
        "picture does it come? Where that would lie outside, take the nearest row or column.",
        "rows = np.clip(np.arange(H) - down, 0, H - 1), columns likewise with W and right; then "
        "old[rows][:, columns]. The negative of a grey value g is 1 - g.",
    ),
    mistakes=(
        Mistake(
            "comes-in-on-the-other-side",
            varied_with(shift=shift_round),
            "What your picture loses on one side comes in again on the other.",
            "np.roll closes the picture to a ring; a chin would appear above the hair.",
            "Which pixels should fill the gap that a shift leaves?",
        ),
        Mistake(
            "gap-left-black",
            varied_with(shift=shift_into_black),
            "The gap that a shift leaves is black in your picture.",
            "A black bar is something that no photograph had, and a network would learn it.",
            "What is the value of the pixel nearest to the gap?",
        ),
        Mistake(
            "shifted-the-other-way",
            varied_with(shift=lambda p, down, right: shift(p, -down, -right)),
            "Your picture moves up and left where it should move down and right.",
            "New row i shows what was in old row i - down: moving down means coming from above.",
            "Down by 1: which old row is seen in new row 3?",
        ),
        Mistake(
            "down-and-right-exchanged",
            varied_with(shift=lambda p, down, right: shift(p, right, down)),
            "Your picture moves to the right by `down` and down by `right`.",
            "The first index of an array counts rows, from top to bottom.",
            "Which axis of the picture does `down` belong to?",
        ),
        Mistake(
            "not-shifted",
            varied_with(shift=lambda p, down, right: p),
            "Your picture stays where it was.",
            "`down` and `right` say by how many pixels it moves.",
            "Where in your function do down and right come in?",
        ),
        Mistake(
            "upside-down",
            varied_with(mirror=lambda p: p[::-1]),
            "Your mirror exchanges top and bottom.",
            "In a mirror on the wall left and right are exchanged; heads stay on top.",
            "Along which axis do you turn the order round?",
        ),
        Mistake(
            "half-turn",
            varied_with(mirror=lambda p: p[::-1, ::-1]),
            "Your mirror exchanges left and right, and top and bottom as well.",
            "That is a half turn; in a mirror heads stay on top.",
            "Along how many axes do you turn the order round?",
        ),
        Mistake(
            "not-mirrored",
            varied_with(mirror=lambda p: p),
            "Your picture is never mirrored.",
            "Where `mirrored` is True, left and right change places.",
            "Does your function use the picture that the mirror gives, or the one before it?",
        ),
        Mistake(
            "minus-in-place-of-negative",
            varied_with(negate=lambda p: -p),
            "The negative has grey values below 0.",
            "Grey runs from 0, black, to 1, white; a negative exchanges the two ends.",
            "What should black, 0, become? And white, 1?",
        ),
        Mistake(
            "negative-of-bytes",
            varied_with(negate=lambda p: 255 - p),
            "The negative has grey values of more than 254.",
            "In some files white is 255. Here it is 1.",
            "What should white, 1, become?",
        ),
        Mistake(
            "not-negative",
            varied_with(negate=lambda p: p),
            "Your picture is never a negative.",
            "Where `negative` is True, black and white change places.",
            "Does your function use the picture that the negative gives, or the one before it?",
        ),
        Mistake(
            "negative-after-dimming",
            vary_negative_last,
            "Your negative is taken of the dimmed picture, so it comes out brighter.",
            "The light goes down last, on whatever picture there is by then.",
            "How bright is the negative of a black pixel, once the light is at 0.6?",
        ),
        Mistake(
            "mirrored-after-the-shift",
            vary_mirrored_last,
            "Mirrored pictures move to the left in place of the right.",
            "A mirror that comes after a shift turns the shift round too.",
            "In which order do you do the four changes?",
        ),
        Mistake(
            "one-change-only",
            vary_one_change,
            "Where several changes are asked for, only the first is made.",
            "The four changes do not exclude each other.",
            "After one of your branches has been taken, can another still be?",
        ),
        Mistake(
            "not-dimmed",
            varied_with(dim=lambda p, brightness: p),
            "The brightness has no effect.",
            "At a brightness of 0.6 each pixel sends out 60 percent of its light.",
            "Where in your function does brightness come in?",
        ),
        Mistake(
            "light-added",
            varied_with(dim=lambda p, brightness: p + brightness - 1),
            "Every pixel loses the same amount of light, so black falls below 0.",
            "Dim light makes white grey and leaves black what it is.",
            "What should become of a pixel that is black?",
        ),
        Mistake(
            "brightened",
            varied_with(dim=lambda p, brightness: p / brightness),
            "Your picture becomes brighter where it should become darker.",
            "At a brightness of 0.6 each pixel sends out 60 percent of its light.",
            "Is 60 percent of something more or less than it?",
        ),
        Mistake(
            "no-new-array",
            vary_as_it_is,
            "When the old picture is painted black afterwards, yours turns black with it: where "
            "nothing is to be changed you return the old array itself.",
            "Who asks for another picture may want to change one and keep the other.",
            "Does your function always make a new array?",
            also=(
                lambda picture, *changes: (
                    picture[:]
                    if changes == (False, False, 0, 0, 1.0)
                    else vary_picture(picture, *changes)
                ),
            ),
        ),
        Mistake(
            "top-comes-in-below",
            varied_with(shift=both_ways(lambda i, number, other: np.minimum(i, number - 1))),
            "What lies above the top, or left of the edge, comes in from the other side.",
            "A negative index is no error in Python: it counts from the end.",
            "What is old[-1], and what should fill the gap at the top?",
            also=(
                varied_with(shift=shift_like(lambda i, number, other: np.minimum(i, number - 1))),
                varied_with(
                    shift=shift_like(rows_of, lambda i, number, other: np.minimum(i, number - 1))
                ),
            ),
        ),
        Mistake(
            "ends-exchanged",
            varied_with(
                shift=both_ways(
                    lambda i, number, other: np.minimum(np.clip(i, 0, other - 1), number - 1)
                )
            ),
            "Your rows end where the columns should, or the other way round.",
            "Rows run from 0 to H - 1 and columns from 0 to W - 1.",
            "Which of height and width bounds the rows?",
            also=(
                varied_with(
                    shift=shift_like(
                        rows_of,
                        lambda i, number, other: np.minimum(np.clip(i, 0, other - 1), number - 1),
                    )
                ),
                varied_with(
                    shift=shift_like(
                        lambda i, number, other: np.minimum(np.clip(i, 0, other - 1), number - 1)
                    )
                ),
                varied_with(
                    shift=both_ways(lambda i, number, other: np.clip(i, 0, min(number, other) - 1))
                ),
            ),
        ),
        Mistake(
            "one-row-short",
            varied_with(
                shift=both_ways(lambda i, number, other: np.clip(i, 0, max(number - 2, 0)))
            ),
            "Your last row or column is never seen.",
            "The last of H rows has the number H - 1.",
            "Between which two numbers do you bring the rows?",
            also=(
                varied_with(
                    shift=both_ways(
                        lambda i, number, other: np.clip(i, min(1, number - 1), number - 1)
                    )
                ),
            ),
        ),
        Mistake(
            "gap-reflected",
            varied_with(
                shift=both_ways(
                    lambda i, number, other: np.pad(np.arange(number), number, mode="symmetric")[
                        i + number
                    ]
                )
            ),
            "The gap that a shift leaves holds a mirror image of what is beside it.",
            "The edge itself is to be repeated.",
            "Which old row is nearest to one that would lie above the picture?",
            also=(
                varied_with(
                    shift=both_ways(
                        lambda i, number, other: np.pad(np.arange(number), number, mode="reflect")[
                            i + number
                        ]
                    )
                ),
            ),
        ),
        Mistake(
            "gap-filled-with-one-number",
            varied_with(shift=shift_into(lambda picture: 1.0)),
            "The gap that a shift leaves has one grey value everywhere.",
            "A bar of one colour is something that no photograph had.",
            "What is the value of the pixel nearest to the gap?",
            also=(
                varied_with(shift=shift_into(lambda picture: 0.5)),
                varied_with(shift=shift_into(lambda picture: picture.mean())),
            ),
        ),
        Mistake(
            "gap-keeps-the-old",
            varied_with(shift=shift_in_place),
            "In the gap that a shift leaves your picture shows what was there before.",
            "All of the picture moves, and the gap is filled from its edge.",
            "Which pixels does your loop write, and what is in the others?",
        ),
        Mistake(
            "nothing-left-without-a-shift",
            varied_with(shift=shift_slices),
            "Where a picture does not move down or up, all your rows are the first one.",
            "old[:-0] is old[:0], and that holds nothing.",
            "What is a[:-k] for k = 3, 2, 1 and 0?",
        ),
        Mistake(
            "only-down",
            varied_with(shift=lambda p, down, right: shift(p, down, 0)),
            "Your picture does not move to the right or left.",
            "`right` says by how many columns it moves.",
            "Where in your function does right come in?",
        ),
        Mistake(
            "only-right",
            varied_with(shift=lambda p, down, right: shift(p, 0, right)),
            "Your picture does not move down or up.",
            "`down` says by how many rows it moves.",
            "Where in your function does down come in?",
        ),
        Mistake(
            "up-for-down",
            varied_with(shift=lambda p, down, right: shift(p, -down, right)),
            "Your picture moves up where it should move down; sideways it is right.",
            "New row i shows what was in old row i - down: moving down means coming from above.",
            "Down by 1: which old row is seen in new row 3?",
        ),
        Mistake(
            "left-for-right",
            varied_with(shift=lambda p, down, right: shift(p, down, -right)),
            "Your picture moves to the left where it should move to the right; down it is right.",
            "New column j shows what was in old column j - right.",
            "Right by 1: which old column is seen in new column 3?",
        ),
        Mistake(
            "negative-numbers-left-out",
            varied_with(shift=lambda p, down, right: shift(p, max(down, 0), max(right, 0))),
            "Your picture never moves up or left.",
            "A negative number moves it the other way.",
            "What does your function do when down is -1?",
            also=(varied_with(shift=lambda p, down, right: shift(p, abs(down), abs(right))),),
        ),
        Mistake(
            "negative-within-its-range",
            varied_with(negate=lambda p: p.max() - p),
            "Your negative is taken from the lightest pixel of the picture, and not from 1.",
            "White is 1, whether the picture has a white pixel or not.",
            "What does a grey value of 0.4 become in a picture whose lightest pixel is 0.6?",
            also=(varied_with(negate=lambda p: p.max() + p.min() - p),),
        ),
        Mistake(
            "negative-turned-over",
            varied_with(negate=lambda p: p - 1),
            "The negative has grey values below 0: 1 is taken off.",
            "Grey runs from 0, black, to 1, white; a negative exchanges the two ends.",
            "What should black, 0, become? And white, 1?",
        ),
        Mistake(
            "always-negative",
            lambda picture, negative, *others: vary_picture(picture, True, *others),
            "Your picture is always a negative.",
            "Where `negative` is False, black stays black.",
            "Where in your function does negative come in?",
        ),
        Mistake(
            "always-mirrored",
            lambda picture, negative, mirrored, *others: vary_picture(
                picture, negative, True, *others
            ),
            "Your picture is always mirrored.",
            "Where `mirrored` is False, left stays left.",
            "Where in your function does mirrored come in?",
        ),
        Mistake(
            "negative-or-mirrored",
            lambda picture, negative, mirrored, *others: vary_picture(
                picture, negative, mirrored and not negative, *others
            ),
            "A picture that is to be negative and mirrored is negative only.",
            "The changes do not exclude each other.",
            "After your branch for the negative, can the one for the mirror still be taken?",
        ),
        Mistake(
            "dimmed-twice",
            varied_with(dim=lambda p, brightness: brightness**2 * p),
            "Your picture is dimmed twice.",
            "At a brightness of 0.6 each pixel sends out 60 percent of its light, once.",
            "In which lines of yours does brightness stand?",
        ),
        Mistake(
            "dimmed-by-what-is-lost",
            varied_with(dim=lambda p, brightness: (1 - brightness) * p if brightness < 1 else p),
            "Your picture keeps the share of light that it should lose.",
            "At a brightness of 0.6 each pixel sends out 60 percent of its light.",
            "At a brightness of 0.9, is a picture light or dark?",
            also=(varied_with(dim=lambda p, brightness: (1 - brightness) * p),),
        ),
        Mistake(
            "each-change-from-the-old",
            vary_seen_from_the_old,
            "Each of your changes begins with the old picture, so only the last one is seen.",
            "Each change is made on what the one before has left.",
            "Which picture does your mirror get: the one that came in, or the negative of it?",
        ),
        Mistake(
            "black-gap-and-upside-down",
            varied_with(mirror=lambda p: p[::-1], shift=shift_into_black),
            "Two things at once: your mirror exchanges top and bottom, and the gap that a shift "
            "leaves is black.",
            "In a mirror heads stay on top; and a black bar is something that no photograph had.",
            "Along which axis do you turn the order round, and which pixel is nearest to the gap?",
        ),
    ),
)


# confusion_matrix


def confusion_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Many samples, a class that nobody predicts, one that does not occur, and one sample; and
    hundreds of the same, two classes, and twelve."""
    cases = []
    for kind in range(4):
        k = int(rng.integers(4, 8))
        n = 1 if kind == 3 else int(rng.integers(30, 60))
        labels = rng.integers(0, k, n)
        predictions = np.where(rng.random(n) < 0.5, labels, rng.integers(0, k, n))
        if kind == 1:
            predictions[predictions == k - 1] = 0
            labels[labels == k - 1] = 0
        if kind == 2:
            labels[labels == 0] = 1
        cases.append(
            Case(
                {"N": n, "K": k}, (labels, predictions, k), values=("counts",), label=f"{n=}, {k=}"
            )
        )
    hundreds = rng.permutation(np.repeat([1, 0, 2], [300, 20, 3]))
    said = np.where(np.arange(323) % 40 == 7, (hundreds + 1) % 3, hundreds)
    few = rng.permutation([0, 0, 0, 1, 1, 1, 1])
    more = {
        3: (hundreds, said),
        2: (few, np.append(few[:4], 1 - few[4:])),
        12: (rng.integers(0, 12, 40), rng.integers(0, 12, 40)),
        4: (np.array([1, 1, 1]), np.array([2, 2, 2])),
    }
    odd = (
        Case({}, (*pair, k), values=("counts",), label=f"n={len(pair[0])}, {k=}", extreme=True)
        for k, pair in more.items()
    )
    return (*cases[:3], *odd, *cases[3:])


def confusion_each_pair_once(
    labels: np.ndarray, predictions: np.ndarray, classes: int
) -> np.ndarray:
    counts = np.zeros((classes, classes))
    counts[labels, predictions] += 1
    return counts


def confusion_like(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """The right counts, and then this."""
    return lambda labels, predictions, classes: change(
        confusion_matrix(labels, predictions, classes)
    )


def shares(counts: np.ndarray, axis: int | None) -> np.ndarray:
    """The counts divided by their sum, where there is anything to divide by."""
    return counts / np.maximum(counts.sum(axis=axis, keepdims=True), 1)


def coded(code: Callable[[np.ndarray, np.ndarray, int], np.ndarray]) -> Callable[..., np.ndarray]:
    """Counts of a code for each pair, cut to the size of the table."""

    def counted(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
        numbers = np.bincount(code(labels, predictions, classes), minlength=classes**2)
        return numbers[: classes**2].reshape(classes, classes)

    return counted


def confusion_of(
    choose: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[..., np.ndarray]:
    """The counts of some of the samples, or of other pairs: from (labels, predictions)."""

    def counted(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
        true, said = choose(labels, predictions)
        return confusion_matrix(true, said, classes)

    return counted


CONFUSION_MATRIX = Exercise(
    name="confusion_matrix",
    lesson=LESSON,
    goal="Count for each true class how often each class was predicted.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=confusion_matrix,
    returns="array",
    cases=confusion_cases,
    hints=(
        "Begin with a table of zeros, and let each sample add one to a single field of it.",
        "The row of that field is the sample's label, and its column the prediction.",
        "A loop over zip(labels, predictions) with counts[label, prediction] += 1 does it. Without "
        "a loop: np.add.at(counts, (labels, predictions), 1).",
    ),
    mistakes=(
        Mistake(
            "each-pair-once",
            confusion_each_pair_once,
            "Your table holds nothing above 1.",
            "counts[rows, columns] += 1 reads all fields first and writes each once, however often "
            "it is named.",
            "If rows names the same field three times, what does it hold afterwards?",
        ),
        Mistake(
            "rows-and-columns-exchanged",
            confusion_like(lambda counts: counts.T),
            "In your table the rows are predictions and the columns true classes.",
            "Both are in use elsewhere; here a row is a true class.",
            "Which of the two numbers of a sample names the row?",
        ),
        Mistake(
            "only-the-right-ones",
            confusion_like(lambda counts: np.diag(np.diag(counts))),
            "Your table counts the right predictions only.",
            "What one wants to see is what was taken for what.",
            "Where does a sample go whose prediction is wrong?",
        ),
        Mistake(
            "only-the-wrong-ones",
            confusion_like(lambda counts: counts - np.diag(np.diag(counts))),
            "Your table counts the wrong predictions only.",
            "Each sample has a field, also the one whose prediction is right.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "shares-of-all",
            confusion_like(lambda counts: shares(counts, None)),
            "Your table holds shares of all samples.",
            "Counts are asked for; 1 of 1 and 100 of 100 are not the same news.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "shares-of-a-class",
            confusion_like(lambda counts: shares(counts, 1)),
            "Your table holds shares of each true class.",
            "Counts are asked for; 1 of 1 and 100 of 100 are not the same news.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "flat",
            confusion_like(lambda counts: counts.ravel()),
            "Your counts are one long row.",
            "A table has an axis for the true class and one for the predicted one.",
            "Which shape holds a row for each class and a column for each class?",
        ),
        Mistake(
            "counts-run-over",
            confusion_like(lambda counts: counts.astype(np.uint8)),
            "In your table a large count has run over: 256 or 65,536 samples, or a multiple, are "
            "missing.",
            "A small integer type begins again at 0, or below it, when its range is used up.",
            "Which dtype has your table, and what is the largest number in it?",
            also=(confusion_like(lambda counts: counts.astype(np.int8)),),
        ),
        Mistake(
            "counts-capped",
            confusion_like(lambda counts: np.minimum(counts, 255)),
            "In your table no count goes beyond some number.",
            "Each sample has its place in the table, however many there are already.",
            "What is the sum of all fields, and how many samples are there?",
            also=(
                confusion_like(lambda counts: np.minimum(counts, 127)),
                confusion_like(lambda counts: np.minimum(counts, 100)),
            ),
        ),
        Mistake(
            "code-for-two-classes",
            coded(lambda labels, predictions, classes: 2 * labels + predictions),
            "Your table has different pairs of classes in one field: 2 times the label and the "
            "prediction added up.",
            "A pair needs a number of its own. With two classes 2 k + j is one; with more it "
            "is not.",
            "Which number do label 0 with prediction 2 and label 1 with prediction 0 get?",
            also=(
                coded(lambda labels, predictions, classes: 10 * labels + predictions),
                coded(lambda labels, predictions, classes: labels + predictions),
                coded(lambda labels, predictions, classes: labels * predictions),
                coded(lambda labels, predictions, classes: (classes - 1) * labels + predictions),
                coded(lambda labels, predictions, classes: (classes + 1) * labels + predictions),
            ),
        ),
        Mistake(
            "columns-and-rows-exchanged-in-shares",
            confusion_like(lambda counts: shares(counts.T, 0)),
            "Two things at once: the rows of your table are predictions, and it holds shares of "
            "each true class.",
            "A row is a true class here, and counts are asked for.",
            "Which of the two numbers of a sample names the row, and what should the sum of all "
            "fields be?",
            also=(
                confusion_like(lambda counts: shares(counts.T, 1)),
                confusion_like(lambda counts: shares(counts.T, None)),
            ),
        ),
        Mistake(
            "shares-of-a-prediction",
            confusion_like(lambda counts: shares(counts, 0)),
            "Your table holds shares of each predicted class.",
            "Counts are asked for; 1 of 1 and 100 of 100 are not the same news.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "symmetric",
            confusion_like(lambda counts: counts + counts.T - np.diag(np.diag(counts))),
            "Your table counts a mix-up in both directions.",
            "To take a face for a wall is not the same as to take a wall for a face.",
            "How many fields does one sample add to?",
            also=(confusion_like(lambda counts: counts + counts.T),),
        ),
        Mistake(
            "first-sample-left-out",
            confusion_of(lambda labels, predictions: (labels[1:], predictions[1:])),
            "Your table leaves out the first sample.",
            "Each sample has a field.",
            "With which sample does your loop begin?",
        ),
        Mistake(
            "last-sample-left-out",
            confusion_of(lambda labels, predictions: (labels[:-1], predictions[:-1])),
            "Your table leaves out the last sample.",
            "Each sample has a field.",
            "With which sample does your loop end?",
        ),
        Mistake(
            "labels-with-themselves",
            confusion_of(lambda labels, predictions: (labels, labels)),
            "Your table has each class's number of samples on its diagonal: predictions are not "
            "in it.",
            "A column stands for what was predicted.",
            "Which array names the column in your function?",
        ),
        Mistake(
            "predictions-with-themselves",
            confusion_of(lambda labels, predictions: (predictions, predictions)),
            "Your table has on its diagonal how often each class was predicted: labels are not "
            "in it.",
            "A row stands for the true class.",
            "Which array names the row in your function?",
        ),
        Mistake(
            "begins-at-one",
            confusion_like(lambda counts: counts + 1),
            "Every field of your table is one too large.",
            "Before the first sample, nothing has been counted.",
            "With which numbers does your table begin?",
        ),
        Mistake(
            "rows-set-not-added",
            confusion_like(lambda counts: np.cumsum(counts, axis=1)),
            "Along each row, the fields of your table hold those before them as well.",
            "Each field counts its own pair alone.",
            "Where does your count become 0, and how often does that line run?",
            also=(confusion_like(lambda counts: np.cumsum(counts, axis=0)),),
        ),
        Mistake(
            "turned-over",
            confusion_like(lambda counts: counts[::-1, ::-1]),
            "Your rows and columns run from the last class to the first.",
            "Row 0 stands for class 0.",
            "Which class does your first row stand for?",
            also=(
                confusion_like(lambda counts: counts[::-1]),
                confusion_like(lambda counts: counts[:, ::-1]),
            ),
        ),
    ),
)


# select_by_validation


def selection_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """The best in the middle; ties in which the smaller comes later, first and in the middle; a
    worse one of the same size before it; and one that is hardly worse."""
    best, fair, poor = (
        round(float(rng.uniform(*ends)), 4) for ends in ((0.93, 0.95), (0.8, 0.85), (0.5, 0.6))
    )
    small, medium, large, huge = (int(v) for v in np.sort(rng.choice(9000, 4, False) + 100))
    tables = (
        ((poor, best, fair, fair), (small, large, medium, huge)),
        ((fair, poor, best, fair), (large, huge, medium, small)),
        ((best, fair, best, poor), (huge, medium, large, small)),
        ((fair, best, best, poor), (medium, large, huge, small)),
        ((fair, best, fair, best, best), (small, huge, small, medium, large)),
        ((poor, best, best, best), (small, large, medium, medium)),
        ((fair, poor, best, best), (small, large, huge, small)),
        ((0.918, 0.922, fair), (small, large, medium)),
        # a smaller one that is worse, of the same size as one that is best
        ((fair, best, best), (small, large, small)),
        ((poor, fair, best, best), (medium, small, huge, medium)),
    )
    odd = (
        ((best,), (large,)),
        ((0.0, 0.0, 0.0), (large, small, medium)),
        ((1.0, 1.0, 0.9), (huge, large, small)),
        ((1, 0, 1), (large, small, medium)),
        ((best, best, best), (medium, medium, medium)),
        ((0.3, 0.1 + 0.2, 0.3), (small, large, medium)),
        ((0.91204, 0.91203, 0.91204), (large, small, medium)),
        ((0.0, fair, fair), (0, 10**7, 10**7)),
        ((0.001, 0.002, 0.002), (small, huge, large)),
    )
    return selections(tables) + tuple(replace(case, extreme=True) for case in selections(odd))


def selections(tables: Sequence[tuple[Sequence[float], Sequence[int]]]) -> tuple[Case, ...]:
    """A case for each of these candidates, given as accuracies and numbers of parameters."""
    return tuple(
        Case(
            {},
            (list(accuracies), list(parameters)),
            values=("chosen",),
            label=", ".join(
                f"{a:.5g} with {p:,}" for a, p in zip(accuracies, parameters, strict=True)
            ),
        )
        for accuracies, parameters in tables
    )


def place(order: Callable[..., Any]) -> Callable[..., int]:
    """The first candidate in this order of (accuracy, parameters, place)."""

    def chosen(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
        table = zip(validation_accuracy, parameters, strict=True)
        return min(enumerate(table), key=lambda item: order(*item[1], item[0]))[0]

    return chosen


def chosen_from_one(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    return select_by_validation(validation_accuracy, parameters) + 1


def chosen_accuracy(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> float:
    return max(validation_accuracy)


def chosen_parameters(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    return parameters[select_by_validation(validation_accuracy, parameters)]


def best_ones(accuracy: Sequence[float]) -> list[int]:
    """The places of all that have the highest accuracy."""
    return [i for i, a in enumerate(accuracy) if a == max(accuracy)]


def among_the_best(
    choose: Callable[[list[int], Any], int],
    best: Callable[[Sequence[float]], list[int]] = best_ones,
) -> Callable[..., int]:
    """A choice in two steps: from the places of the best ones and all parameters to a place."""
    return lambda accuracy, parameters: choose(best(accuracy), parameters)


def within(by: float) -> Callable[..., int]:
    """The smallest of those that are worse than the best by no more than this."""
    return among_the_best(
        lambda places, parameters: min(places, key=lambda i: parameters[i]),
        lambda accuracy: [i for i, a in enumerate(accuracy) if a >= max(accuracy) - by],
    )


def rounded_to(digits: int) -> Callable[..., int]:
    """The right choice from rounded accuracies."""
    return lambda accuracy, parameters: select_by_validation(
        [round(a, digits) for a in accuracy], parameters
    )


def one_pass(
    accuracy: Sequence[float],
    parameters: Sequence[int],
    size_follows: bool = False,
    or_smaller: bool = False,
    first: float | None = None,
) -> int | None:
    """A single pass. size_follows: the number of parameters is taken over with each better
    accuracy; or_smaller: a smaller one wins whatever its accuracy; first: what the first accuracy
    has to beat."""
    place, best, fewest = (0, accuracy[0], parameters[0]) if first is None else (None, first, 10**9)
    for i, (a, p) in enumerate(zip(accuracy, parameters, strict=True)):
        if a > best:
            place, best = i, a
            fewest = p if size_follows else fewest
        elif (or_smaller or a == best) and p < fewest:
            place, fewest = i, p
    return place


SELECT_BY_VALIDATION = Exercise(
    name="select_by_validation",
    lesson=LESSON,
    goal="Choose the candidate with the best validation accuracy; of equals, the smallest.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=select_by_validation,
    returns="array",
    cases=selection_cases,
    hints=(
        "First comes the accuracy. The number of parameters has a say among equals only.",
        "Find the highest accuracy. Then look through the candidates that reach it for the one "
        "with the fewest parameters, and keep its place.",
        "min(range(n), key=lambda i: (-validation_accuracy[i], parameters[i])): tuples are "
        "compared by their first entry, and by the second where the first are equal.",
    ),
    mistakes=(
        Mistake(
            "first-of-equals",
            place(lambda a, p, i: (-a, i)),
            "Among equally good candidates yours is the first, whatever its size.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Where does the number of parameters come into your choice?",
        ),
        Mistake(
            "last-of-equals",
            place(lambda a, p, i: (-a, -i)),
            "Among equally good candidates yours is the last, whatever its size.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Does your comparison ask for more, or for more or equal? And what of the size?",
        ),
        Mistake(
            "largest-of-equals",
            place(lambda a, p, i: (-a, -p, i)),
            "Among equally good candidates yours is the largest.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Which end of the order do you take for the parameters?",
        ),
        Mistake(
            "smaller-among-last",
            place(lambda a, p, i: (-a, p, -i)),
            "Where two are equally good and equally large, yours is the later one.",
            "The first is wanted where all else is equal.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "lowest-accuracy",
            place(lambda a, p, i: (a, p, i)),
            "Yours is the candidate with the lowest accuracy.",
            "For a loss low is good; for an accuracy high is.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "smallest-network",
            place(lambda a, p, i: (p, -a, i)),
            "Yours is always the smallest network.",
            "Size decides among equals; a worse network is no bargain for being small.",
            "Which of the two numbers is compared first?",
        ),
        Mistake(
            "largest-network",
            place(lambda a, p, i: (-p, -a, i)),
            "Yours is always the largest network.",
            "A network that can learn more by heart need not do better on other samples.",
            "Which of the two numbers is compared first?",
        ),
        Mistake(
            "counted-from-one",
            chosen_from_one,
            "Your place is one too large in every case.",
            "In Python the first place is 0.",
            "If the first candidate is the best, what does your function give?",
        ),
        Mistake(
            "accuracy-in-place-of-place",
            chosen_accuracy,
            "You return the best accuracy itself, not the place of the candidate that has it.",
            "To go on with the chosen network one must know which it was.",
            "Is your answer a place in the list?",
        ),
        Mistake(
            "size-in-place-of-place",
            chosen_parameters,
            "You return the number of parameters of the chosen candidate, not its place.",
            "To go on with the chosen network one must know which it was.",
            "Is your answer a place in the list?",
        ),
        Mistake(
            "place-of-the-size",
            among_the_best(
                lambda places, parameters: parameters.index(min(parameters[i] for i in places))
            ),
            "Yours is the first candidate with the right number of parameters, and it need not be "
            "one of the best.",
            "Two candidates may have the same size and not the same accuracy.",
            "In which list do you look for the smallest number, and what else is in it?",
        ),
        Mistake(
            "place-among-the-best",
            among_the_best(
                lambda places, parameters: int(np.argmin([parameters[i] for i in places]))
            ),
            "Your number is a place in the list of the best ones, not in that of all candidates.",
            "When some are left out of a list, the others move up.",
            "If candidates 2 and 4 are the best, what do you return for the second of them?",
        ),
        Mistake(
            "size-of-another",
            lambda accuracy, parameters: one_pass(accuracy, parameters),
            "Where several are equally good, yours is compared with a number of parameters that "
            "belongs to another candidate.",
            "With a new best, everything that is remembered of the best must be new.",
            "When your loop finds a higher accuracy, which of its variables change?",
        ),
        Mistake(
            "near-is-not-equal",
            within(0.01),
            "Candidates that are hardly worse count as equal to the best in yours.",
            "Two accuracies are the same only if they are equal as numbers.",
            "How much worse may a candidate be, for your function, and still be chosen?",
            also=(
                *(within(by) for by in (1e-12, 1e-9, 1e-8, 1e-6, 1e-5, 1e-4, 0.001, 0.005)),
                *(within(by) for by in (0.02, 0.05)),
                *(rounded_to(digits) for digits in (1, 2, 3, 4)),
            ),
        ),
        Mistake(
            "nothing-above-zero",
            lambda accuracy, parameters: (
                select_by_validation(accuracy, parameters) if max(accuracy) > 0 else -1
            ),
            "Where all accuracies are 0, your function finds no candidate.",
            "Of candidates that are all bad, one is chosen all the same.",
            "With which accuracy does your search begin, and is there always a better one?",
            also=(
                lambda accuracy, parameters: (
                    select_by_validation(accuracy, parameters) if max(accuracy) > 0 else 0
                ),
            ),
        ),
        Mistake(
            "smaller-wins-always",
            lambda accuracy, parameters: one_pass(
                accuracy, parameters, size_follows=True, or_smaller=True
            ),
            "A later candidate with fewer parameters takes the place of a better one in yours.",
            "Size decides among equals only.",
            "When is the number of parameters compared in your loop?",
        ),
        Mistake(
            "accuracy-per-size",
            lambda accuracy, parameters: int(
                np.argmax(np.divide(accuracy, np.maximum(parameters, 1)))
            ),
            "Yours is the candidate with the highest accuracy for each parameter.",
            "Size decides among equals; a worse network is no bargain for being small.",
            "Can a network with half the parameters and two thirds of the accuracy win in yours?",
        ),
        Mistake(
            "place-after-sorting",
            lambda accuracy, parameters: sorted(
                range(len(accuracy)), key=lambda i: (-accuracy[i], parameters[i])
            ).index(0),
            "Your number says at which place the first candidate comes, not which comes first.",
            "A sorted list of places holds places; where 0 stands in it is another question.",
            "Which entry of your sorted list is the chosen candidate?",
        ),
        Mistake(
            "first-candidate",
            lambda accuracy, parameters: 0,
            "Yours is always the first candidate.",
            "The accuracies say which one does best.",
            "Where do the accuracies come into your choice?",
            also=(lambda accuracy, parameters: len(accuracy) - 1,),
        ),
        Mistake(
            "counted-from-the-end",
            lambda accuracy, parameters: (
                len(accuracy) - 1 - select_by_validation(accuracy, parameters)
            ),
            "Your place is counted from the end of the list.",
            "In Python the first place is 0.",
            "If the first candidate is the best, what does your function give?",
        ),
        Mistake(
            "worst-of-the-smallest",
            place(lambda a, p, i: (p, a, i)),
            "Yours is the smallest network, and of equally small ones the worst.",
            "The accuracy comes first, and a high one is good.",
            "Which of the two numbers is compared first, and which way round?",
        ),
    ),
)


# train_and_select

Selected = tuple[int, list[float], np.ndarray]
NAMES = ("chosen", "accuracies", "parameters")


def training_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Noisy data on which candidates differ and overfit, data that all learn, and few samples."""
    return (
        noisy_case(rng, float(rng.uniform(0.1, 0.15)), patience=3),
        noisy_case(rng, float(rng.uniform(0.7, 1.0)), patience=1),
        tied_case(rng),
    )


def draw_samples(
    rng: np.random.Generator, n: int, centres: np.ndarray, noise: float, wrong: float
) -> Samples:
    """Samples around these centres (K, D), a share of them with a label drawn at random."""
    labels = rng.permutation(np.arange(n) % len(centres))
    x = centres[labels] + rng.normal(0.0, noise, (n, centres.shape[1]))
    return x, np.where(rng.random(n) < wrong, rng.integers(0, len(centres), n), labels)


def noisy_case(rng: np.random.Generator, learning_rate: float, patience: int) -> Case:
    """Three candidates, put in an order in which the best stands in the middle.

    With a large learning rate the training loss goes up and down too. Drawn until going back to
    the best epoch, and how long one waits for it, makes a difference.
    """
    d, k = (int(v) for v in rng.choice([3, 4, 5], 2, replace=False))
    candidates = [[d, k], [d, 7, k], [d, 9, 6, k]]
    sizes = [units_and_biases(c) for c in candidates]
    while True:
        centres = rng.normal(0.0, 1.2, (k, d))
        training = draw_samples(rng, 19, centres, 1.0, 0.4)
        validation = draw_samples(rng, 13, centres, 1.0, 0.4)
        settings = (learning_rate, 5, 10, patience, int(rng.integers(1000)))
        histories = [whole_training(c, training, validation, settings) for c in candidates]
        epochs = [epoch_gone_back_to(h.validation_loss, patience) for h in histories]
        other = [epoch_gone_back_to(h.validation_loss, patience % 2 + 1) for h in histories]
        found = [h.validation_accuracy[e - 1] for h, e in zip(histories, epochs, strict=True)]
        best = select_by_validation(found, sizes)
        early = epochs[best] < 4 and found != [max(h.validation_accuracy) for h in histories]
        waited = [h.validation_accuracy[e - 1] for h, e in zip(histories, other, strict=True)]
        if early if patience > 1 else (waited, other[best]) != (found, epochs[best]):
            first, last = (c for i, c in enumerate(candidates) if i != best)
            return training_case([first, candidates[best], last], training, validation, settings)


def units_and_biases(sizes: Sequence[int]) -> int:
    """How many weights and biases a network of these sizes has."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))


def whole_training(
    sizes: Sequence[int], training: Samples, validation: Samples, settings: tuple[Any, ...]
) -> History:
    """What happens to one candidate when it is not stopped early."""
    learning_rate, epochs, batch_size, _, seed = settings
    rng = np.random.default_rng(seed)
    return train(
        Network(sizes, rng),
        *training,
        optimizer=Adam(learning_rate),
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        validation=validation,
    )


def epoch_gone_back_to(validation_loss: Sequence[float], patience: int) -> int:
    """The best epoch of those before it is time to stop."""
    ends = range(1, len(validation_loss) + 1)
    end = next((e for e in ends if should_stop(validation_loss[:e], patience)), ends[-1])
    return best_epoch(validation_loss[:end])


def tied_case(rng: np.random.Generator) -> Case:
    """Classes that lie far apart, so that a larger network does no better than a smaller.

    The one with the fewest parameters has more layers than another and as many units, and all are
    equally good."""
    d, k = 4, 3
    centres = 8.0 * np.eye(k, d)
    training = draw_samples(rng, 15, centres, 0.3, 0.0)
    validation = draw_samples(rng, 7, centres, 0.3, 0.0)
    candidates = [[d, 5, 9, k], [d, 13, k], [d, 5, 8, k], [d, 14, k]]
    while True:
        settings = (float(rng.uniform(0.07, 0.09)), 6, 8, 8, int(rng.integers(1000)))
        _, accuracies, _ = train_and_select(candidates, training, validation, *settings)
        if len(set(accuracies)) == 1:
            return training_case(candidates, training, validation, settings)


def training_case(
    candidates: list[list[int]],
    training: Samples,
    validation: Samples,
    settings: tuple[float, int, int, int, int],
) -> Case:
    """These candidates on these samples."""
    label = f"candidates {candidates}, {len(training[1])} and {len(validation[1])} samples"
    return Case({}, (candidates, training, validation, *settings), values=NAMES, label=label)


def training_like(
    optimizer: Callable[[float], Optimizer] = Adam,
    learn: Callable[[Samples, Samples], Samples] = lambda training, validation: training,
    stop_by: Callable[[Samples, Samples], Samples] = lambda training, validation: validation,
    judge_by: Callable[[Samples, Samples], Samples] = lambda training, validation: validation,
    early: bool = True,
    one_generator: bool = False,
    another_for_the_order: bool = False,
    seed_of: Callable[[int, int], int] = lambda seed, i: seed,
    measured: Callable[[Network, Any], float] | None = None,
    settings: Callable[[dict[str, Any]], dict[str, Any]] = lambda settings: settings,
    size: Callable[[Network, Sequence[int]], int] = lambda network, sizes: network.parameters.size,
    choose: Callable[[list[float], list[int]], int] = select_by_validation,
    hand_back: Callable[[int, int], int] = lambda chosen, last: chosen,
    reported: Callable[[list[float], int], Any] = lambda accuracies, chosen: accuracies,
) -> Callable[..., Any]:
    """The function with one of its parts exchanged.

    measured: from a trained network and its history to its accuracy, in place of an evaluation;
    settings: from those of the training to others; size: what counts as a network's size.
    """

    def selected(
        candidates: Sequence[Sequence[int]],
        training: Samples,
        validation: Samples,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        patience: int,
        seed: int,
    ) -> Any:
        networks, accuracies = [], []
        shared = np.random.default_rng(seed)
        for i, sizes in enumerate(candidates):
            rng = shared if one_generator else np.random.default_rng(seed_of(seed, i))
            network = Network(sizes, rng)
            asked = {
                "optimizer": optimizer(learning_rate),
                "epochs": epochs,
                "batch_size": batch_size,
                "rng": np.random.default_rng(seed) if another_for_the_order else rng,
                "validation": stop_by(training, validation),
                "patience": patience if early else None,
            }
            history = train(network, *learn(training, validation), **settings(asked))
            networks.append(network)
            found = network.evaluate(*judge_by(training, validation)).accuracy or 0
            accuracies.append(float(measured(network, history) if measured else found))
        sizes_found = [size(n, s) for n, s in zip(networks, candidates, strict=True)]
        chosen = choose(accuracies, sizes_found)
        kept = networks[hand_back(chosen, len(networks) - 1)]
        return chosen, reported(accuracies, chosen), kept.parameters

    return selected


def both(training: Samples, validation: Samples) -> Samples:
    """All samples in one."""
    return (
        np.concatenate([training[0], validation[0]]),
        np.concatenate([training[1], validation[1]]),
    )


def first_of(training: Samples, validation: Samples) -> Samples:
    """The training samples."""
    return training


def select_retrained(
    candidates: Sequence[Sequence[int]],
    training: Samples,
    validation: Samples,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
    early: bool = True,
) -> Any:
    settings = learning_rate, epochs, batch_size, patience, seed
    chosen, accuracies, _ = train_and_select(candidates, training, validation, *settings)
    again = training_like(learn=both, early=early)
    _, _, parameters = again([candidates[chosen]], training, validation, *settings)
    return chosen, accuracies, parameters


def select_in_another_order(
    arrange: Callable[[Sequence[Sequence[int]]], Sequence[Sequence[int]]],
) -> Callable[..., Any]:
    """The candidates arranged otherwise first; all places are those of the new order."""
    return lambda candidates, *others: train_and_select(arrange(candidates), *others)


def select_untrained(
    candidates: Sequence[Sequence[int]],
    training: Samples,
    validation: Samples,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
) -> Any:
    networks = [Network(sizes, np.random.default_rng(seed)) for sizes in candidates]
    accuracies = [float(n.evaluate(*validation).accuracy or 0) for n in networks]
    chosen = select_by_validation(accuracies, [n.parameters.size for n in networks])
    return chosen, accuracies, networks[chosen].parameters


TRAIN_AND_SELECT = Exercise(
    name="train_and_select",
    lesson=LESSON,
    goal="Train a network for each candidate, and let the validation data choose one of them.",
    points=4,
    minutes=15,
    difficulty=4,
    reference=train_and_select,
    costly=True,
    returns="tuple",
    cases=training_cases,
    hints=(
        "A loop over the candidates. In it, what you would do for a single network: draw its "
        "weights, train it, measure it on the validation data.",
        "Make the generator inside the loop, from the same seed each time. It draws the weights "
        "first and then, in train, the order of the samples. Keep every network in a list.",
        "rng = np.random.default_rng(seed); network = Network(sizes, rng, "
        "dtype=training[0].dtype); train(network, *training, optimizer=Adam(learning_rate), "
        "epochs=epochs, batch_size=batch_size, rng=rng, validation=validation, patience=patience); "
        "network.evaluate(*validation).accuracy. After the loop select_by_validation says which.",
    ),
    mistakes=(
        Mistake(
            "chosen-by-training",
            training_like(judge_by=first_of),
            "Your accuracies are those on the training samples.",
            "On what it has learned from, a network that knows its samples by heart looks best.",
            "Which samples has no candidate learned from?",
        ),
        Mistake(
            "learned-from-validation",
            training_like(learn=both),
            "Your networks have learned from the validation samples too.",
            "Then nothing is left to choose by: all have seen the questions before the exam.",
            "Which samples do the gradients come from?",
        ),
        Mistake(
            "parts-exchanged",
            training_like(
                learn=lambda training, validation: validation, stop_by=first_of, judge_by=first_of
            ),
            "Your networks learn from the validation samples and are chosen by the training ones.",
            "Each part has one use, and the larger is there to learn from.",
            "In which order do the two parts come in, and where does each go?",
        ),
        Mistake(
            "stopped-by-training",
            training_like(stop_by=first_of),
            "The epoch that your networks go back to is chosen by the training samples.",
            "The training loss hardly ever says that it is time to stop.",
            "Which samples do you hand to train as its validation?",
        ),
        Mistake(
            "no-early-stopping",
            training_like(early=False),
            "Your networks keep the parameters of their last epoch.",
            "With patience, train goes back to the epoch that was best on the validation samples.",
            "Where in your function does patience come in?",
        ),
        Mistake(
            "one-generator-for-all",
            training_like(one_generator=True),
            "Your first network is right; those after it begin with other weights.",
            "A generator moves on with every draw. Where all candidates share one, each begins "
            "where the one before it has left off, and the order of the list matters.",
            "If a candidate were alone in the list, would it be trained in the same way?",
        ),
        Mistake(
            "a-seed-for-each",
            training_like(seed_of=lambda seed, i: seed + i),
            "Each of your networks has a seed of its own.",
            "Seeds bring good and bad luck. From the same one the candidates are compared fairly.",
            "Which seed does the second candidate begin with?",
        ),
        Mistake(
            "second-generator-for-the-order",
            training_like(another_for_the_order=True),
            "Your weights are right at the start; the samples then come in another order.",
            "A candidate has one generator: it draws the weights, and goes on to draw the order.",
            "How many generators do you make for each candidate?",
        ),
        Mistake(
            "last-network-returned",
            training_like(hand_back=lambda chosen, last: last),
            "Your choice is right, but the parameters are those of the last network.",
            "After a loop its variable still holds what it held last.",
            "Which network do you take the parameters of?",
        ),
        Mistake(
            "first-network-returned",
            training_like(hand_back=lambda chosen, last: 0),
            "Your choice is right, but the parameters are those of the first network.",
            "What is chosen should be what is handed back.",
            "Which network do you take the parameters of?",
        ),
        Mistake(
            "size-ignored",
            training_like(choose=lambda accuracies, sizes: int(np.argmax(accuracies))),
            "Where candidates are equally good, yours is the first and not the smallest.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "What did select_by_validation ask for beside the accuracies?",
        ),
        Mistake(
            "worst-chosen",
            training_like(choose=lambda accuracies, sizes: int(np.argmin(accuracies))),
            "Yours is the candidate that did worst on the validation samples.",
            "For a loss low is good; for an accuracy high is.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "plain-descent",
            training_like(optimizer=SGD),
            "Your networks were trained by plain gradient descent.",
            "Adam gives each parameter steps of its own size.",
            "Which optimizer do you hand to train?",
        ),
        Mistake(
            "one-accuracy",
            training_like(reported=lambda accuracies, chosen: accuracies[chosen]),
            "You return the accuracy of the chosen candidate alone.",
            "Whoever reads it wants to see what the choice was between.",
            "How many candidates are there, and how many numbers do you return?",
        ),
        Mistake(
            "other-measure-of-size",
            training_like(size=lambda network, sizes: sum(sizes)),
            "Where candidates are equally good, yours is not the one with the fewest parameters: "
            "you compare another size.",
            "A network's parameters are its weights and biases, and their number is not that of "
            "its units or layers.",
            "How many parameters has a network of the sizes 4, 12, 3?",
            also=(
                training_like(size=lambda network, sizes: len(sizes)),
                training_like(size=lambda network, sizes: sum(sizes[1:])),
                training_like(size=lambda network, sizes: sum(sizes[1:-1])),
            ),
        ),
        Mistake(
            "trained-again-on-everything",
            select_retrained,
            "Your choice is right; the parameters are those of a network that was trained once "
            "more, on training and validation samples together.",
            "What is handed back should be what was chosen: the network whose accuracy is known.",
            "On which samples could anyone now measure how good your network is?",
            also=(partial(select_retrained, early=False),),
        ),
        Mistake(
            "accuracy-of-the-last-epoch",
            training_like(measured=lambda network, history: history.validation_accuracy[-1]),
            "Your accuracies are those after the last epoch of each training, not those of the "
            "networks that you have.",
            "With patience, train goes back to the best epoch, and the last one is gone.",
            "Which parameters does a network have when train ends, and what is measured where?",
        ),
        Mistake(
            "best-accuracy-on-the-way",
            training_like(measured=lambda network, history: max(history.validation_accuracy)),
            "Your accuracies are the highest of each training, not those of the networks that you "
            "have.",
            "The best epoch is the one with the lowest loss, and that need not be the one with the "
            "highest accuracy.",
            "Which parameters does a network have when train ends?",
        ),
        Mistake(
            "accuracy-of-the-first-epoch",
            training_like(measured=lambda network, history: history.validation_accuracy[0]),
            "Your accuracies are those after the first epoch of each training.",
            "It is the network as it is in the end that is to be chosen.",
            "Which entry of the history belongs to the network that you have?",
        ),
        Mistake(
            "loss-for-accuracy",
            training_like(measured=lambda network, history: min(history.validation_loss)),
            "What you report are losses on the validation samples, not accuracies.",
            "For a loss low is good; for an accuracy high is.",
            "Which of the two does select_by_validation want?",
            also=(training_like(measured=lambda network, history: history.validation_loss[-1]),),
        ),
        Mistake(
            "arranged-by-size",
            select_in_another_order(lambda candidates: sorted(candidates, key=units_and_biases)),
            "Your accuracies, and the place, follow the candidates in the order of their size.",
            "Whoever gave the list wants to find the answers at its places.",
            "Which candidate does the first of your accuracies belong to?",
            also=(
                select_in_another_order(lambda candidates: sorted(candidates, key=list)),
                select_in_another_order(lambda candidates: sorted(candidates, key=sum)),
                select_in_another_order(lambda candidates: sorted(candidates, key=len)),
            ),
        ),
        Mistake(
            "from-the-last-to-the-first",
            select_in_another_order(lambda candidates: candidates[::-1]),
            "Your accuracies, and the place, count the candidates from the last one.",
            "Whoever gave the list wants to find the answers at its places.",
            "Which candidate does the first of your accuracies belong to?",
        ),
        Mistake(
            "untrained",
            select_untrained,
            "Your networks are not trained: the parameters are those of the start.",
            "A choice between untrained networks is a choice by luck.",
            "Which of your lines changes a network's parameters, and does it run before you "
            "measure?",
        ),
        Mistake(
            "one-sample-a-step",
            training_like(settings=lambda asked: {**asked, "batch_size": 1}),
            "Your networks were trained with another batch_size.",
            "The size of a batch comes in as an argument.",
            "What does your call of train get as batch_size?",
            also=(
                *(
                    training_like(
                        settings=partial(lambda size, asked: {**asked, "batch_size": size}, size)
                    )
                    for size in (16, 32, 64)
                ),
                training_like(
                    settings=lambda asked: {
                        **asked,
                        "batch_size": asked["epochs"],
                        "epochs": asked["batch_size"],
                    }
                ),
            ),
        ),
        Mistake(
            "another-patience",
            training_like(settings=lambda asked: {**asked, "patience": asked["patience"] + 1}),
            "Your networks were trained with another patience.",
            "How long to wait for a better epoch comes in as an argument.",
            "What does your call of train get as patience?",
            also=(training_like(settings=lambda asked: {**asked, "patience": 2}),),
        ),
        Mistake(
            "another-learning-rate",
            training_like(optimizer=lambda learning_rate: Adam(0.001)),
            "Your networks were trained with another learning rate than asked for.",
            "The learning rate comes in as an argument, and Adam needs it.",
            "What does your optimizer get as its learning rate?",
            also=(training_like(optimizer=lambda learning_rate: Adam(0.01)),),
        ),
        Mistake(
            "seed-of-its-own",
            training_like(seed_of=lambda seed, i: 0),
            "Your generators have a seed of their own, whatever `seed` is.",
            "Who asks with another seed wants another beginning.",
            "Where in your function does seed come in?",
            also=(
                training_like(seed_of=lambda seed, i: 1),
                training_like(seed_of=lambda seed, i: 42),
            ),
        ),
    ),
    uses={"select_by_validation": select_by_validation},
)

EXERCISES = (VARY_PICTURE, CONFUSION_MATRIX, SELECT_BY_VALIDATION, TRAIN_AND_SELECT)
