"""Questions of lesson 02, on lessons 00 and 01."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "00_start_here",
        "`x` has the shape `(5, 3)` and `b` the shape `(3,)`. What does `x + b` do?",
        (
            Answer(
                "It adds `b` to every row of `x`",
                "Shapes are lined up at their last axis. There both have 3, so `b` serves for each "
                "of the five rows.",
                right=True,
            ),
            Answer(
                "It raises an error, since the shapes differ",
                "They need not be equal. An axis that is missing, or has size 1, is stretched. "
                "That is broadcasting, and it raises only where two sizes differ and none is 1.",
            ),
            Answer(
                "It adds `b` to the first row only",
                "Nothing in the shapes speaks for the first row. What is stretched along an axis "
                "counts for every place on it.",
            ),
        ),
    ),
    Question(
        "00_start_here",
        "A machine adjusts its weight by the learning rate times the blame. The learning rate is "
        "far too large. What happens?",
        (
            Answer(
                "It needs fewer rounds, since its steps are larger",
                "That holds up to a point. Beyond it each step lands on the other side of the "
                "goal, and further from it than before.",
            ),
            Answer(
                "Its steps lead the wrong way from the first round on",
                "The sign of the blame gives the way, and the learning rate changes no sign. It "
                "sets only how far to go.",
            ),
            Answer(
                "Each step jumps past the goal and lands further away",
                "That is what 0.13 did in lesson 00, where 0.05 arrived within a few rounds.",
                right=True,
            ),
        ),
    ),
    Question(
        "01_perceptron",
        "Why does no perceptron answer XOR for all four corners?",
        (
            Answer(
                "It needs more rounds of training",
                "More rounds help only if some line separates the classes. For XOR there is none, "
                "and the mistakes go on for ever.",
            ),
            Answer(
                "Its border is one straight line",
                "No line has the two ones on one side and the two zeros on the other: the "
                "corners of one class lie across from each other, so every line that keeps both "
                "ones together takes a zero along.",
                right=True,
            ),
            Answer(
                "Four samples are too few to learn from",
                "For AND and OR four are enough. The number of samples is not what fails here.",
            ),
        ),
    ),
    Question(
        "01_perceptron",
        "What does the bias `b` of a perceptron do to its line?",
        (
            Answer(
                "It turns the line",
                "The direction of the line is in the weights. The bias leaves it as it is.",
            ),
            Answer(
                "Nothing, as long as the weights are right",
                "Without a bias the weighted sum is 0 at the origin, so every line would have to "
                "pass through it.",
            ),
            Answer(
                "It shifts the line",
                "The line is where the weighted sum is `-b`. A larger bias lets the neuron say 1 "
                "sooner.",
                right=True,
            ),
        ),
    ),
)
