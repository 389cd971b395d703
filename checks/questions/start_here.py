"""Questions of lesson 00, on what one brings: a little Python and NumPy."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

LESSON = "00_start_here"

QUESTIONS = (
    Question(
        LESSON,
        "You write `a = np.zeros(3)`, then `b = a`, then `b[0] = 5`. What is `a` now?",
        (
            Answer(
                "Still `[0, 0, 0]`, since only `b` was changed",
                "`b = a` copies nothing: it gives the same array a second name. A copy needs "
                "`a.copy()`.",
            ),
            Answer(
                "`[5, 0, 0]`",
                "There is one array with two names. This will matter whenever a function writes "
                "into what it was given.",
                right=True,
            ),
            Answer(
                "`[5, 5, 5]`",
                "Only the entry with the index 0 was written. To set them all, write `b[:] = 5`.",
            ),
        ),
    ),
    Question(
        LESSON,
        "`x` has shape `(4, 3)`. What is the shape of `x.sum(axis=0)`?",
        (
            Answer(
                "`(3,)`",
                "`axis=0` runs down the rows, so the 4 disappears and a sum is left for each "
                "column.",
                right=True,
            ),
            Answer(
                "`(4,)`",
                "The axis that you name is the one that disappears, not the one that stays.",
            ),
            Answer(
                "No shape: it is a single number",
                "That is `x.sum()`, without an axis.",
            ),
        ),
    ),
    Question(
        LESSON,
        "`u` and `v` both have shape `(3,)`. What is the difference between `u * v` and `u @ v`?",
        (
            Answer(
                "None: both multiply",
                "Both multiply, but only one adds up. Where the shapes allow either, the wrong "
                "sign goes unnoticed.",
            ),
            Answer(
                "`u * v` is a number, `u @ v` an array",
                "It is the other way round: `*` works entry by entry and keeps the shape.",
            ),
            Answer(
                "`u * v` is an array of 3 products, `u @ v` is their sum",
                "`@` multiplies and adds up. A neuron's weighted sum is such a product.",
                right=True,
            ),
        ),
    ),
    Question(
        LESSON,
        "`x` has shape `(4, 3)`. What is the shape of `x[:, 0]`?",
        (
            Answer(
                "`(4, 1)`, a column",
                "A single index takes its axis away. `x[:, :1]` would keep it, as a column.",
            ),
            Answer(
                "`(4,)`",
                "The 0 picks one column, and its axis is gone. In a moment this will be useful.",
                right=True,
            ),
            Answer(
                "`(3,)`, a row",
                "That is `x[0]`, which is also written `x[0, :]`. The first index counts rows.",
            ),
        ),
    ),
)
