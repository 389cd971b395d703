"""Questions of lesson 05, on lessons 02 to 04."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "02_forward_pass",
        "A linear layer gets `x` of shape `(N, D)` and has `w` of shape `(D, M)`. Which shape has "
        "its bias `b`?",
        (
            Answer(
                "`(N, M)`, one for each number in the output",
                "A bias belongs to a neuron and not to a sample. The same `M` biases are added to "
                "every row, and broadcasting repeats them.",
            ),
            Answer("`(M,)`, one for each neuron", "Every sample uses the same one.", right=True),
            Answer(
                "`(D,)`, one for each input",
                "Inputs meet weights. The bias is added after the sum over the inputs, so `D` is "
                "gone by then.",
            ),
        ),
    ),
    Question(
        "03_loss",
        "The softmax cross-entropy of a batch is the mean over its `N` samples. You hand in the "
        "same batch twice over, as one batch of `2N`. What does the loss do?",
        (
            Answer(
                "It doubles",
                "A sum would. The mean divides by the number of samples, so that a loss can be "
                "compared between batches of different size.",
            ),
            Answer(
                "It stays the same",
                "The mean of a list does not change when the list is written down twice.",
                right=True,
            ),
            Answer(
                "It halves",
                "The division by `2N` meets twice as many terms. Where does `1/N` belong? Exactly "
                "once, in the mean.",
            ),
        ),
    ),
    Question(
        "04_chain_rule",
        "In a graph of numbers, `a` is used twice: in `b` and in `c`. Both lead to `L`. What is "
        "the gradient of `L` for `a`?",
        (
            Answer(
                "The larger of what comes back from `b` and from `c`",
                "Nothing competes. When `a` moves, both `b` and `c` move, and `L` feels both.",
            ),
            Answer(
                "What came back last",
                "Then the other way would be forgotten: a gradient that is overwritten in place of "
                "added up. It is one of the most common mistakes of all.",
            ),
            Answer(
                "The sum of what comes back from `b` and from `c`",
                "Every way from `a` to `L` adds its share.",
                right=True,
            ),
        ),
    ),
    Question(
        "04_chain_rule",
        "Your training loss falls from step to step. What does that say about your gradient?",
        (
            Answer(
                "It is right, or the loss would not fall",
                "A gradient that is half right still points roughly downhill. Mistakes have lived "
                "for years behind a falling loss.",
            ),
            Answer(
                "Very little: compare it with a numerical derivative",
                "That alone tells a right gradient from one that is nearly right.",
                right=True,
            ),
            Answer(
                "It is right but for a constant factor",
                "It may also be wrong in single entries, or miss a term, and still lead downhill.",
            ),
        ),
    ),
)
