"""Questions of lesson 03, on lessons 00 to 02."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "02_forward_pass",
        "A network has three linear layers and nothing between them. What can it do that one "
        "linear layer cannot?",
        (
            Answer(
                "It can answer XOR",
                "For that the plane must be bent, and a chain of linear layers bends nothing: it "
                "is one linear layer, written in three steps.",
            ),
            Answer(
                "It has more parameters, so it can fit more",
                "They are more numbers for the same functions. Multiplied out, the three weight "
                "matrices are one.",
            ),
            Answer(
                "Nothing",
                "A weighted sum of weighted sums is a weighted sum. The bend between the layers is "
                "what makes depth worth having.",
                right=True,
            ),
        ),
    ),
    Question(
        "02_forward_pass",
        "You add 100 to every score of a row. What does softmax make of the row?",
        (
            Answer(
                "The same probabilities as before",
                "Only differences between the scores of a row count. That is why the largest may "
                "be taken off first.",
                right=True,
            ),
            Answer(
                "Probabilities nearer to 0 and 1, since the scores are larger",
                "Multiplying the scores would do that. Adding leaves their differences as they "
                "are.",
            ),
            Answer(
                "Larger probabilities for all classes",
                "They cannot all grow: a row of probabilities always adds up to 1.",
            ),
        ),
    ),
    Question(
        "01_perceptron",
        "A perceptron gets a sample right. What does `perceptron_update` change?",
        (
            Answer(
                "It makes the weights a little larger, to be surer next time",
                "The perceptron does not know how sure it is. Label minus prediction is 0, and 0 "
                "times anything changes nothing.",
            ),
            Answer(
                "Nothing",
                "It learns from mistakes alone: label minus prediction is 0.",
                right=True,
            ),
            Answer(
                "Only the bias",
                "The bias moves by the same error as the weights, and that error is 0 here.",
            ),
        ),
    ),
    Question(
        "00_start_here",
        "`a` has the shape `(5, 3)`. Which shape has `a.mean(axis=1)`?",
        (
            Answer(
                "`(3,)`, a mean for each column",
                "That is `axis=0`. The axis that is named is the one that disappears.",
            ),
            Answer(
                "`(5,)`, a mean for each row",
                "Axis 1 disappears: the three numbers of each row become one.",
                right=True,
            ),
            Answer(
                "It is a single number",
                "Without an axis it would be. With one, the other axis stays.",
            ),
        ),
    ),
)
