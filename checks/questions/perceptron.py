"""Questions of lesson 01, on lesson 00."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

LESSON = "00_start_here"

QUESTIONS = (
    Question(
        LESSON,
        "A network learns in four steps, again and again. What does sending the error backwards "
        "find out?",
        (
            Answer(
                "How large the error is",
                "That was measured in the step before. Now the question is whose doing it was.",
            ),
            Answer(
                "For each weight, how much of the error is its doing",
                "With that known, every weight can be moved the right way at once.",
                right=True,
            ),
            Answer(
                "Which input would have given the right answer",
                "Nothing is computed in reverse from answer to input. The inputs are given; it is "
                "the weights that are to blame.",
            ),
        ),
    ),
    Question(
        LESSON,
        "`predictions` has shape `(5, 1)` and `targets` has shape `(5,)`. What does "
        "`predictions - targets` give?",
        (
            Answer(
                "An error message, since the shapes differ",
                "NumPy would rather stretch than complain: both are stretched until they fit.",
            ),
            Answer(
                "Five differences, in the shape `(5,)`",
                "That is what one wants. For it, take the column first: `predictions[:, 0]`.",
            ),
            Answer(
                "A table of shape `(5, 5)`: each with each",
                "A column and a row are stretched to all pairs, and nothing warns you.",
                right=True,
            ),
        ),
    ),
    Question(
        LESSON,
        "Why does adjusting at random, keeping what helps, fail for networks with many weights?",
        (
            Answer(
                "A random nudge is hardly ever good for many weights at once",
                "Some weights gain and about as many lose. The more there are, the smaller the "
                "chance of a real gain.",
                right=True,
            ),
            Answer(
                "It cannot tell whether the error became smaller",
                "It can: that is how it decides what to keep. What it does not know is which way "
                "to go.",
            ),
            Answer(
                "Computers cannot draw numbers that are random enough",
                "They can, and better ones would not help. What is missing is a direction.",
            ),
        ),
    ),
    Question(
        LESSON,
        "A neuron computes `w x + b` and answers with a number between 0 and 1. You make `b` "
        "larger and leave `w` alone. What happens?",
        (
            Answer(
                "The curve becomes steeper",
                "Steepness is the weight's doing. The bias is added, whatever the input.",
            ),
            Answer(
                "All answers grow, and the curve moves sideways",
                "A larger bias makes the neuron readier to say 1, at every input.",
                right=True,
            ),
            Answer(
                "Nothing, if the input is 0",
                "At `x = 0` the weight has no say, and the bias alone decides.",
            ),
        ),
    ),
)
