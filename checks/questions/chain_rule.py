"""Questions of lesson 04, on lessons 00 to 03."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "03_loss",
        "In the end we care how many answers are right. Why do we let a network improve its loss, "
        "and not its accuracy?",
        (
            Answer(
                "Accuracy can only be computed when training is over",
                "It can be computed for any batch at any time. The trouble is what it does when a "
                "weight moves a little.",
            ),
            Answer(
                "A small change of a weight mostly changes no answer, so accuracy stands still",
                "It moves in jumps, and between them its slope is 0. The loss feels every small "
                "change, so it can say which way is better.",
                right=True,
            ),
            Answer(
                "They always move together, so it makes no difference",
                "The loss also falls when right answers become surer, and it can fall while one "
                "more answer is wrong. Only one of the two has a useful slope.",
            ),
        ),
    ),
    Question(
        "03_loss",
        "The true class gets the probability 0.9, then 0.99. What happens to its cross-entropy, "
        "the negative logarithm of that probability?",
        (
            Answer(
                "It grows, since the probability has grown",
                "The logarithm grows, but it stands in the loss with a minus sign: the surer the "
                "network is of the truth, the smaller the surprise.",
            ),
            Answer(
                "It stays 0, since the answer was right before and is right now",
                "That is what counting mistakes would say. Cross-entropy also asks how sure the "
                "network was.",
            ),
            Answer(
                "It falls to about a tenth",
                "Near 1 the negative logarithm is about what is missing to 1: from 0.1 to 0.01.",
                right=True,
            ),
        ),
    ),
    Question(
        "02_forward_pass",
        "Two linear layers follow each other with nothing between them. What can they do that one "
        "linear layer cannot?",
        (
            Answer(
                "Nothing",
                "`(x @ w1 + b1) @ w2 + b2` is `x` times one matrix plus one bias. Something that "
                "bends, such as ReLU, has to stand between them.",
                right=True,
            ),
            Answer(
                "Solve XOR, since they are deep",
                "Depth alone draws no other lines: straight after straight stays straight. XOR "
                "needs a bend between the layers.",
            ),
            Answer(
                "Fit curves, since they have more weights",
                "There are more numbers, but they are multiplied into one matrix, and that draws "
                "a plane.",
            ),
        ),
    ),
    Question(
        "00_start_here",
        "`a` has the shape `(5, 1)` and `b` has the shape `(5,)`. Which shape has `a - b`?",
        (
            Answer(
                "`(5, 1)`, like `a`",
                "That would be five differences, and it is what people mean to write. NumPy reads "
                "`b` as a row, and a column minus a row is a table.",
            ),
            Answer(
                "`(5, 5)`",
                "`b` counts as `(1, 5)`, and both are repeated until they fit. No error is raised, "
                "so check the shapes of what you subtract.",
                right=True,
            ),
            Answer(
                "None: NumPy refuses to subtract them",
                "It refuses `(5, 3)` minus `(5,)`. Sizes of 1 are stretched without a word.",
            ),
        ),
    ),
)
