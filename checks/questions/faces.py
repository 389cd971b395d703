"""Questions of lesson 08, on lessons 01, 04, 06 and 07."""

from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Question(
        "07_overfitting",
        "You want to standardize your data, and you have training, validation and test samples. On "
        "which of them do you measure mean and standard deviation?",
        (
            Answer(
                "On all samples together, since more samples give a better mean",
                "Then the test samples have had a say in what the network is given. The better "
                "mean is bought with a test that is no longer one.",
            ),
            Answer(
                "On each part by itself",
                "The network has learned what 0.7 means under the ruler of the training samples. "
                "Under another ruler the same number stands for something else.",
            ),
            Answer(
                "On the training samples, and all three parts get these two",
                "Whatever is measured is part of training.",
                right=True,
            ),
        ),
    ),
    Question(
        "01_perceptron",
        "Why can a perceptron not learn XOR, however long it trains?",
        (
            Answer(
                "No straight line puts its two classes on different sides",
                "A perceptron's answer changes along one straight line. It is not a matter of "
                "training: no weights at all would do.",
                right=True,
            ),
            Answer(
                "Its learning rate would have to shrink from epoch to epoch",
                "Steps of any size lead nowhere if there is no place to go to.",
            ),
            Answer(
                "Four samples are too few",
                "AND and OR have four samples too, and it learns them. More samples of XOR only "
                "repeat the contradiction.",
            ),
        ),
    ),
    Question(
        "06_gradient_descent",
        "What does backpropagation do, and what does Adam do?",
        (
            Answer(
                "Both are ways to train a network; one takes one or the other",
                "They are not rivals. Neither trains anything without the other's part being done.",
            ),
            Answer(
                "Backpropagation computes the gradient; Adam makes a step out of it",
                "The one says which way is down, the other how far to go.",
                right=True,
            ),
            Answer(
                "Adam computes the gradient more exactly than backpropagation",
                "Adam never sees the network. It is handed a gradient, and it remembers earlier "
                "ones.",
            ),
        ),
    ),
    Question(
        "04_chain_rule",
        "A gradient function agrees with numerical derivatives at a single point, where all "
        "inputs are 0. Is it right?",
        (
            Answer(
                "Yes; the numerical derivative is an independent judge",
                "The judge is independent, but it was asked one easy question. At 0 a forgotten "
                "factor x is 0 on both sides.",
            ),
            Answer(
                "Yes, as long as the step of the difference was small enough",
                "A good step makes the judge exact at this point. It says nothing of others.",
            ),
            Answer(
                "Perhaps: check it at random points",
                "Zeros, ones and equal numbers hide mistakes. Random numbers, all different, "
                "do not.",
                right=True,
            ),
        ),
    ),
)
