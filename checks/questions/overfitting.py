"""Questions of lesson 07, on lessons 03 to 06."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "06_gradient_descent",
        "You go once through 600 samples in mini-batches of 50. How many steps does gradient "
        "descent take?",
        (
            Answer("12, one for each mini-batch", "600 / 50 batches, a step each.", right=True),
            Answer(
                "600, one for each sample",
                "That would be batches of a single sample. A batch's samples share one gradient "
                "and so one step.",
            ),
            Answer(
                "1, since it is one epoch",
                "An epoch is one turn through the data. The parameters move after every batch, "
                "not only at its end.",
            ),
        ),
    ),
    Question(
        "06_gradient_descent",
        "What does backpropagation do, and what does the optimizer do?",
        (
            Answer(
                "They are two names for the same thing",
                "Backpropagation stops when the gradient is known. The same gradient can be "
                "followed by plain steps, with momentum or by Adam.",
            ),
            Answer(
                "Backpropagation changes the weights, and the optimizer computes the loss",
                "Nothing changes on the way back: it only works out the gradients. The loss comes "
                "from the forward pass.",
            ),
            Answer(
                "Backpropagation finds the gradient, and the optimizer moves the weights with it",
                "Two jobs, and either can be exchanged without the other.",
                right=True,
            ),
        ),
    ),
    Question(
        "05_backward_pass",
        "One number `s` is used in every entry of a layer's output. How do you get its gradient?",
        (
            Answer(
                "Average over the entries that it touches",
                "A mean would divide by their number. When `s` moves, every entry moves, and all "
                "their effects on the loss add up.",
            ),
            Answer(
                "Add up over all entries that it touches",
                "What reaches many outputs collects from many.",
                right=True,
            ),
            Answer(
                "Take the entry with the largest gradient",
                "The smaller ones react to `s` too, and the loss feels each of them.",
            ),
        ),
    ),
    Question(
        "03_loss",
        "Two networks get the same samples right. One gives each wrong class that it chose the "
        "probability 0.6, the other 0.99. Which has the larger softmax cross-entropy on those "
        "wrong samples?",
        (
            Answer(
                "The one with 0.99: to be sure and wrong costs most",
                "It left at most 0.01 for the right class, and the loss there is at least 4.6.",
                right=True,
            ),
            Answer(
                "Neither, since they are right equally often",
                "That is accuracy, which only counts. The loss also asks how sure each answer was.",
            ),
            Answer(
                "The one with 0.6, since it is less sure",
                "Being unsure is cheap where one is wrong: more probability is left for the right "
                "class.",
            ),
        ),
    ),
)
