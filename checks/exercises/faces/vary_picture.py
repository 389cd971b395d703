"""The exercise vary_picture: another picture of the same thing."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.data import vary_picture
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["VARY_PICTURE"]


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
    lesson="08_faces",
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
