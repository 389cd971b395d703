"""Questions of lesson 06, on lessons 02, 04 and 05."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "05_backward_pass",
        "`y = x @ w + b` with `x` of shape `(N, D)` and `w` of shape `(D, M)`. `dy` arrives. "
        "Which product gives `dw`?",
        (
            Answer(
                "`x.T @ dy`",
                "Each weight touches every sample, so the sum runs over the samples: `(D, N)` "
                "times `(N, M)`.",
                right=True,
            ),
            Answer(
                "`dy @ w.T`",
                "That is `dx`, of shape `(N, D)`: what the inputs feel. The slope of `y` for a "
                "weight is the input that it weighs.",
            ),
            Answer(
                "`x.T @ dy / N`",
                "The mean over the samples was taken once, in the loss, and its `1/N` is already "
                "inside `dy`. Dividing again makes the gradient `N` times too small.",
            ),
        ),
    ),
    Question(
        "05_backward_pass",
        "What does backpropagation do when a network is trained?",
        (
            Answer(
                "It changes the weights so that the loss falls",
                "It changes nothing. Many take it for the whole of learning, but the step is made "
                "by somebody else: the subject of this lesson.",
            ),
            Answer(
                "It tells for every weight what the loss would do if that weight grew",
                "It computes the gradient and stops there. What to do with it is another matter.",
                right=True,
            ),
            Answer(
                "It runs the network backwards to find the inputs that give the right answers",
                "Nothing is inverted. Slopes are multiplied and added on the way back, with the "
                "inputs as they were.",
            ),
        ),
    ),
    Question(
        "04_chain_rule",
        "You compute `(L(w + h) - L(w - h)) / (2 * h)` for a single weight. How many times is the "
        "loss evaluated, and how many times for a network with `P` weights?",
        (
            Answer(
                "Twice, and twice for the whole network",
                "Both evaluations move one weight only. They say nothing about the others.",
            ),
            Answer(
                "Once, and `P` times for the whole network",
                "There are two losses in the formula, one on each side.",
            ),
            Answer(
                "Twice, and `2P` times for the whole network",
                "Each weight has to be moved up and down on its own. That price will be measured "
                "in this lesson.",
                right=True,
            ),
        ),
    ),
    Question(
        "02_forward_pass",
        "Why do the weights of a network start at small random numbers, and not all at zero?",
        (
            Answer(
                "From zero, nothing could ever be learned, not even by a single neuron",
                "A perceptron starts at zero and learns well. The trouble begins with hidden "
                "neurons.",
            ),
            Answer(
                "So that hidden neurons differ: equal ones get equal gradients for ever",
                "Neurons that start alike stay alike, and a hundred of them do the work of one. "
                "Biases may start at zero.",
                right=True,
            ),
            Answer(
                "It makes no difference; training sorts it out",
                "Training moves equal neurons by equal steps. Only chance at the start sets them "
                "apart.",
            ),
        ),
    ),
)
