# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 01 · Teach a line to decide
#
# *40 minutes. You need: lesson 00, and NumPy arrays.*
#
# In 1958 Frank Rosenblatt showed cards to a computer that filled a room. Each card had a mark on
# its left or on its right side. At first the machine guessed; after some fifty cards it told them
# apart. Nobody had written a rule for left and right into it. It had been told, card by card,
# whether it was wrong.
#
# Its rule, the **perceptron**, is a few lines of NumPy, and today you write it. You will also find
# four points in the plane that it can never learn. It took until the 1980s before it was widely
# known how to get past them, and that way is the rest of this course.
#
# When you are done, you will be able to
#
# - compute a neuron's decision for one sample or a whole batch, and say where its border lies;
# - teach it from its mistakes, one sample at a time;
# - say which problems it solves for certain, and which it never will, and why.
#
# There are three exercises, and a check under each. Until you have solved one, the library's
# version carries the lesson on.

# %% tags=["setup"]
import numpy as np

from backprop_lib import explorers, load_digits, plots
from checks import check, predict, progress, quiz

# %% [markdown]
# Two questions are asked, each with the answer 0 or 1: that makes four corners of a square. AND
# wants a 1 where both are 1, OR where at least one is, XOR where *exactly* one is. Filled circles
# should get a 1, hollow squares a 0. For two of the three problems one straight line does it, with
# the ones on its shaded side. Can you see a line for the third?

# %%
corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (N, D) = (4, 2)
labels = {
    "AND": np.array([0, 0, 0, 1]),
    "OR": np.array([0, 1, 1, 1]),
    "XOR": np.array([0, 1, 1, 0]),
}
w = np.array([1.0, 1.0])
plots.separating_lines(corners, labels, {"AND": (w, -1.5), "OR": (w, -0.5)})

# %% [markdown]
# Before we begin: what do you remember of lesson 00?

# %%
quiz("01_perceptron")

# %% [markdown]
# ## A neuron that decides
#
# A neuron weighs its inputs, adds them up, and adds its bias. The perceptron then decides: 1 if the
# sum is above zero, else 0. For sample $n$, with features $d$:
#
# $$ s_n = \sum_d x_{nd} \, w_d + b, \qquad
# \hat y_n = \begin{cases} 1 & s_n > 0 \\ 0 & \text{else} \end{cases} $$
#
# $$ x: (N, D), \quad w: (D,), \quad b: \text{a number}, \quad s, \hat y: (N,). $$
#
# There are $N$ samples, each a row of $x$ with $D$ numbers, its **features**. The hat on $\hat y$
# says that this is what the machine answers; $y$, without one, is what is right.
#
# **Predict.** With $w = (0.5, 1)$ and $b = -0.75$, for how many of the four corners is the sum
# above zero?

# %%
guess_ones = predict("For how many corners is the sum above zero?", ...)

# %%
# NBVAL_CHECK_OUTPUT
w, b = np.array([0.5, 1.0]), -0.75
sums = corners @ w + b  # (4, 2) @ (2,) + a number: (4,)
for corner, total in zip(corners, sums, strict=True):
    print(corner, "sum", total)

# %%
guess_ones.reveal(
    int((sums > 0).sum()), "The second input gets over the bias, with the first or without it."
)

# %% [markdown]
# **Change it.** Leave the weights alone and find a `b` with which the neuron computes OR, and
# another for AND.
#
# Where the sum is exactly zero, the neuron changes its mind. These points make a line (with three
# features a plane, with more a hyperplane). The weights stand at right angles to it and point to
# the side of the ones. The bias moves it without turning it.
#
# **Predict.** Choose $w_1$, $w_2$ and $b$ as you like. How many of XOR's corners can you get right
# with one line, at most?

# %%
guess_best = predict("How many of XOR's corners can one line get right, at most?", ...)

# %% [markdown]
# ## Move the line yourself
#
# Move the sliders, or drag the ring at the tip of the weights.
#
# 1. Solve AND, then OR. The dotted side is where the perceptron says 1.
# 2. Choose XOR and do your best. What is in the way?
# 3. Press *All to zero*, then *Learn from one mistake* until nothing is wrong. It does what you
#    will write in exercise 2, with the first corner that is wrong. How many mistakes does AND take?
#    And XOR?

# %%
explorers.perceptron()

# %% [markdown]
# Here a loop tries 4,913 settings on XOR:

# %%
steps = np.linspace(-2, 2, 17)
rights = [
    int(((corners @ np.array([w1, w2]) + bias > 0) == labels["XOR"]).sum())
    for w1 in steps
    for w2 in steps
    for bias in steps
]
guess_best.reveal(max(rights), "Three are easy, and then the fourth is on the wrong side.")

# %% [markdown]
# <details><summary>In the explorer, how many mistakes did AND take, and XOR?</summary>
#
# AND takes 10, OR takes 4. XOR never ends: the line turns round and round, since whatever mends one
# corner breaks another.
# </details>
#
# <details><summary>Why can no line do XOR? (A proof in four lines)</summary>
#
# Write down what each corner demands.
#
# (0, 0) should be 0: b ≤ 0.
# (0, 1) should be 1: w₂ + b > 0.
# (1, 0) should be 1: w₁ + b > 0.
# (1, 1) should be 0: w₁ + w₂ + b ≤ 0.
#
# Add the two in the middle: w₁ + w₂ + 2b > 0, so w₁ + w₂ + b > −b. Since b ≤ 0, −b is not
# negative, and so w₁ + w₂ + b > 0. The last line says the opposite.
# </details>
#
# ## Exercise 1 · Decide
#
# *5 minutes, difficulty 1 of 5, 1 point.*
#
# Write the decision, by the formula above. It must work for a batch, $x: (N, D)$, which gives $N$
# labels in the shape $(N,)$, and for one sample alone, $x: (D,)$, which gives one label. `x @ w`
# does both. The labels are 0 and 1, not −1 and 1. A sum of exactly zero counts as 0 here.

# %% exercise="perceptron_predict"
def perceptron_predict(x, w, b):
    """x: (N, D), or (D,) for one sample; w: (D,); b: a number.

    Returns the labels, 0 or 1: (N,) for a batch, one number for one sample.
    """
    raise NotImplementedError("write perceptron_predict here, then run this cell and the next")


# %% check="perceptron_predict"
perceptron_predict = check(perceptron_predict)

# %% [markdown]
# ## Learn from one mistake
#
# How does it find the weights by itself? It looks at one sample, says its answer, and is told what
# is right. The **error** is the right answer less its own, $e = y - \hat y$:
#
# | right answer $y$ | its answer $\hat y$ | error $e$ | the sum should |
# |---|---|---|---|
# | 1 | 1 | 0 | stay |
# | 0 | 0 | 0 | stay |
# | 1 | 0 | 1 | grow |
# | 0 | 1 | −1 | shrink |
#
# Here is that idea in the smallest machine of all. It switches on a lamp when it is dark. It has a
# bias and no weight, and somebody who lives with it tells it each time what was wanted.

# %% tags=["worked"]
# NBVAL_CHECK_OUTPUT
def lamp_update(darkness, wanted, b, learning_rate):
    """darkness: a number; wanted: 1 for on, 0 for off; b: a number. Returns the new b."""
    said = int(darkness + b > 0)  # its answer
    error = wanted - said  # 0 when right, else 1 or -1
    return b + learning_rate * error  # a step in the direction the sum should go


lamp_b = -0.9
for darkness, wanted in [(0.8, 1), (0.3, 0), (0.8, 1), (0.6, 1), (0.3, 0)]:
    said = int(darkness + lamp_b > 0)
    lamp_b = lamp_update(darkness, wanted, lamp_b, learning_rate=0.25)
    print(f"darkness {darkness}: said {said}, wanted {wanted}; now b = {lamp_b:.2f}")

# %% [markdown]
# It learned twice, when it was wrong, and left the bias alone three times.
#
# Now one with a single weight and no bias: it says 1 if $x w > 0$. A weight has its say *through
# its input*. An input that was 0 had no part in the mistake; a large one had a large part; a
# negative one pushed the other way. So the weight's step is the learning rate times the error
# **times the input**. The last line is missing: write it, by that sentence.

# %% tags=["faded"]
x_one, y_one, w_one, learning_rate = 2.0, 0, 0.75, 0.25
said = int(x_one * w_one > 0)
error = y_one - said
new_w_one = ...  # your line: the new weight

# %%
predict("What is the new weight?", new_w_one).reveal(
    w_one + learning_rate * error * x_one, "It said 1 for a 0, so its sum has to shrink."
)

# %% [markdown]
# ## Exercise 2 · Learn from one sample
#
# *8 minutes, difficulty 2 of 5, 2 points.*
#
# Now a perceptron with $D$ weights and a bias meets one sample $x_n$ with its label $y_n$. With the
# learning rate $\eta$ (a number above zero):
#
# $$ e = y_n - \hat y_n, \qquad w \leftarrow w + \eta \, e \, x_n, \qquad b \leftarrow b + \eta \, e
# \qquad x_n, w: (D,), \quad y_n, e, b: \text{numbers}. $$
#
# Both the weights and the bias take part in $\hat y_n$; `perceptron_predict` gives it to you. (Where
# a sum is exactly zero, other books learn from any answer. In this exercise and the next that is
# right too.) Return the new `w` and the new `b`, in this order. When the answer was right they equal
# the old ones. Build a new array; do not write into the `w` that you were given, for somebody else
# may hold it too. (`w = w + ...` builds a new one, `w += ...` writes into the old one.)

# %% exercise="perceptron_update"
def perceptron_update(x_n, y_n, w, b, learning_rate):
    """x_n: (D,), one sample; y_n: its label, 0 or 1; w: (D,); b: a number.

    Returns the new w (D,) and the new b; the old ones are left as they are.
    """
    raise NotImplementedError("write perceptron_update here, then run this cell and the next")


# %% check="perceptron_update"
perceptron_update = check(perceptron_update)

# %% [markdown]
# Let us watch two steps. The problem is AND, and the ringed corner $(1, 0)$ is taken for a 1.
#
# **Predict.** After one update with this very corner, will it be right? Answer `True` or `False`.

# %%
guess_mended = predict("Is (1, 0) right after one update?", ...)

# %%
stages = {"before": (np.array([1.0, 0.5]), -0.25)}
stages["after 1 step"] = perceptron_update(corners[2], 0, *stages["before"], 0.25)
stages["after 2 steps"] = perceptron_update(corners[2], 0, *stages["after 1 step"], 0.25)
plots.separating_lines(corners, dict.fromkeys(stages, labels["AND"]), stages, marked=2)

# %%
guess_mended.reveal(
    bool(perceptron_predict(corners[2], *stages["after 1 step"]) == 0),
    "The line moves towards it. One step may be too short, and this one was; two were enough.",
)

# %% [markdown]
# How far does the sum of a sample move when it is learned from? By
# $\eta \, e \, (x_n \cdot x_n + 1)$: always in the direction the sum should go, by an amount
# that the learning rate sets. Other samples move with it, and some that were right may become
# wrong. That is why one round is not enough.
#
# <details><summary>In another book the rule has a minus sign: w − η (ŷ − y) x. Which is right?</summary>
#
# Both: they are the same. Whether one adds or subtracts depends only on whether the error is right
# answer less own answer, or the other way round.
# </details>
#
# <details><summary>Is this not gradient descent?</summary>
#
# It looks like it, but a step has no useful slope: nudge a weight a little, and the answer stays 0
# or jumps to 1. The perceptron gets by without slopes since it has a single layer: it is plain
# which weights led to the answer. With more layers it is not, and that is where this course is
# going.
# </details>
#
# ## Exercise 3 · Round and round, until nothing is wrong
#
# *12 minutes, difficulty 3 of 5, 3 points.*
#
# One round through all samples is called an **epoch**. Write the whole training:
#
# - Start from weights of zero, $(D,)$, and a bias of zero.
# - In each epoch let every sample have one turn, in a new random order that `rng` draws
#   (`rng.permutation(N)` gives the numbers from 0 to $N - 1$ in random order).
# - In its turn a sample is first judged, with the weights as they are at this moment. If it is
#   wrong, it counts as a mistake of this epoch. Then `perceptron_update` learns from it, at once.
# - After each epoch its number of mistakes goes into a list. Stop after the first epoch without
#   any; its 0 belongs in the list. Stop in any case after `epochs` epochs.
#
# Return `w`, `b` and the list, in this order. Should your functions above not be right yet, the
# library's stand in.

# %% exercise="perceptron_fit"
def perceptron_fit(x, y, epochs, learning_rate, rng):
    """x: (N, D); y: (N,), labels 0 and 1; epochs: how many at most; rng: a NumPy Generator.

    Returns w (D,), b (a number), and a list: the number of mistakes in each epoch.
    """
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    # epochs outside, samples inside
    raise NotImplementedError("write perceptron_fit here, then run this cell and the next")


# %% check="perceptron_fit"
perceptron_fit = check(perceptron_fit)

# %% [markdown]
# Now all three problems, 20 epochs at most.
#
# **Predict.** On XOR it never comes to rest. How few mistakes does it make in the best of the 20
# epochs?

# %%
guess_fewest = predict("How few mistakes has XOR's best epoch?", ...)

# %%
histories = {}
for name, y in labels.items():
    _, _, histories[name] = perceptron_fit(corners, y, 20, 1.0, np.random.default_rng(0))
plots.mistakes_per_epoch(histories)

# %%
guess_fewest.reveal(
    min(histories["XOR"]), "Never 0: an epoch without a mistake would be a line that solves it."
)

# %% [markdown]
# For AND and OR the count comes down to 0, and there it ends: a right perceptron does not move.
# That is no luck. **If some line separates the classes, the perceptron finds one** after a limited
# number of mistakes, in whatever order the samples come. If none does, it never comes to rest.
#
# <details><summary>How many mistakes can it make before it finds the line?</summary>
#
# At most (R / γ)², where R is the length of the longest sample, with the 1 for the bias counted in,
# and γ is the distance from the nearest sample to the best line (through the origin, once the bias
# is a weight like the others). A wide gap is learned fast, a narrow one slowly. It does not matter
# how many samples or features there are.
# </details>
#
# <details><summary>Should the weights not begin at random?</summary>
#
# Not here. With several neurons in a layer, equal weights would make them all learn the same thing
# for ever. A single neuron has nobody to be equal to, and zero is as good a start as any. You meet
# the other case in lesson 02.
# </details>
#
# **Predict.** Train on AND once more, in the same orders, with a learning rate of 10 in place of 1.
# Will the number of mistakes change? Answer `True` or `False`.

# %%
guess_rate = predict("Does a learning rate of 10 change the number of mistakes?", ...)

# %%
_, _, with_ten = perceptron_fit(corners, labels["AND"], 20, 10.0, np.random.default_rng(0))
guess_rate.reveal(
    list(with_ten) != list(histories["AND"]),
    "From zero, all weights become ten times as large, and each sum keeps its sign.",
)

# %% [markdown]
# ## The bug clinic: not a single mistake
#
# A friend likes the labels −1 and 1. Then a sample is right when its label and its sum have the
# same sign, so she tests whether their product is negative. She trains on OR and is delighted:
# finished after one epoch, without a single mistake.

# %%
# NBVAL_CHECK_OUTPUT
def friends_fit(x, y, epochs, learning_rate, rng):
    signs = np.where(y == 1, 1, -1)  # the labels as -1 and 1
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(x)):
            if signs[n] * (x[n] @ w + b) < 0:
                wrong += 1
                w = w + learning_rate * signs[n] * x[n]
                b = b + learning_rate * signs[n]
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


rng = np.random.default_rng(0)
w_friend, b_friend, counts = friends_fit(corners, labels["OR"], 20, 1.0, rng)
print("mistakes in each epoch:", counts)

# %% [markdown]
# Never trust the count that the training keeps of itself. Ask the finished machine:

# %%
# NBVAL_CHECK_OUTPUT
answers = perceptron_predict(corners, w_friend, b_friend)
print("its answers  ", np.asarray(answers).astype(int))
print("right answers", labels["OR"])
print("its weights and bias", w_friend, b_friend)

# %% [markdown]
# It says 0 to everything, for it has learned nothing. Where is the mistake, why does it show only
# when the weights begin at zero, and which single sign mends it?
#
# <details><summary>Where, why, how</summary>
#
# With weights of zero every sum is zero, and so is every product. Zero is not below zero, so no
# sample counts as wrong, and nothing ever moves. From random weights and a random bias no sum is
# exactly zero, and the fault is hidden. A sum of zero is no answer in her terms, so it must count
# as wrong: `<= 0`.
# </details>
#
# ## Let it read
#
# Now something that was not made up: handwritten threes and eights, 8 x 8 pixels each. A sample is
# a row of 64 grey values, so the perceptron has 64 weights. A fifth of the digits is put aside, to
# be looked at when the training is over.

# %%
x_train, y_train, x_test, y_test = load_digits(np.random.default_rng(0))
train_rows, test_rows = np.isin(y_train, (3, 8)), np.isin(y_test, (3, 8))
x_train, y_train = x_train[train_rows], (y_train[train_rows] == 8).astype(int)  # 1 for an eight
x_test, y_test = x_test[test_rows], (y_test[test_rows] == 8).astype(int)
print(f"{len(y_train)} digits to learn from, {len(y_test)} to test with")

# %% [markdown]
# **Predict.** Of the 81 test digits, how many will it get wrong? (Guessing would miss about 40.)

# %%
guess_wrong = predict("How many of the 81 test digits does it get wrong?", ...)

# %%
w8, b8, mistakes = perceptron_fit(x_train, y_train, 100, 1.0, np.random.default_rng(0))
print("mistakes in each epoch:", mistakes)
plots.weights_as_picture(x_train, y_train, w8, ["3", "8"])

# %%
wrong = int((perceptron_predict(x_test, w8, b8) != y_test).sum())
guess_wrong.reveal(wrong, "The weights found the strokes that a three lacks.")

# %% [markdown]
# Weights with a plus are pixels whose ink speaks for an eight: the left side, where a three is
# open. These 276 threes and eights can be separated by a hyperplane in 64 dimensions, for the last
# epoch had no mistake. Many real problems are that kind, or nearly. Many others are XOR.
#
# ## What you have learned
#
# - A perceptron weighs, adds its bias, and says 1 above zero. Its border is a line, a plane, a
#   hyperplane; the weights point to the side of the ones.
# - It learns from mistakes alone: error times input for each weight, error for the bias.
# - If a line exists, it finds one. If none exists, it never rests. XOR has none.
# - Ask the finished machine, and on samples that it has not learned from.
#
# ## Where this is used
#
# Several modern processors have small perceptrons in them, which guess which way a program will
# branch, millions of times a second. Perceptrons also tag the words of a text as nouns or verbs.
# Above all, every neuron in a deep network still weighs, adds and decides, with a softer step.
#
# ## What comes next
#
# XOR needs two lines, and a neuron that combines them: a second layer. In lesson 02 you build the
# forward pass of such networks and solve XOR by hand. To *learn* it, one must know how much each
# hidden neuron is to blame. For that the step must become smooth and the error must travel
# backwards, and by lesson 05 yours will.

# %%
progress()
