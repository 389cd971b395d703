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
# # 00 · Begin with a mistake
#
# *15 minutes. You need: a little Python (functions, loops, lists), and to have met a NumPy array.*
#
# Throw a paper ball at a bin. It lands a hand's breadth too far to the left. You do not throw the
# next one blindly: you know how far off you were, and which way, so you turn your wrist a little.
# A few throws later you hit, and nobody has told you the laws of flight.
#
# Machines that recognise faces, translate or drive learn in the same way, with millions of wrists
# to turn. How does each of them know which way? That is what **backpropagation** tells them. In
# this course you build it yourself, in plain NumPy, until you have a deep network that learns.
#
# When you are done, you will be able to
#
# - tell the story of learning in four steps, and say why it beats adjusting blindly;
# - say what a neuron's weight and bias do;
# - use the course: predictions, checks, hints, progress;
# - avoid the costliest silent mistake with NumPy shapes.
#
# There is one exercise, a short one. Run a cell with Shift+Enter, one after the other.

# %% tags=["setup"]
import numpy as np

from backprop_lib import explorers, plots
from checks import check, predict, progress, quiz

# %% [markdown]
# Here is the whole course in one picture.

# %%
plots.learning_loop()

# %% [markdown]
# Every lesson begins with four questions on what came before. Today they are about what you bring
# along. Nothing is counted, and each answer tells you something.

# %%
quiz("00_start_here")

# %% [markdown]
# ## Four steps, one weight
#
# An inch is 2.54 centimetres. Our machine does not know that. It has one number to turn, its
# **weight** $w$, and answers $w \times$ inches. It begins with $w = 1$, and sees one example again
# and again: 4 inches are 10.16 centimetres.
#
# **Predict.** The next cell asks you something. Put your answer in place of the three dots, here
# `"larger"` or `"smaller"` with the quotes, and run it. Right or wrong, having guessed makes the
# answer stick.

# %%
guess_first = predict("After the first adjustment, is w larger or smaller than 1?", ...)
guess_first

# %%
# NBVAL_CHECK_OUTPUT
inches, centimetres = 4.0, 10.16
weights = [1.0]
for step in range(6):
    w = weights[-1]
    prediction = w * inches  # predict
    error = prediction - centimetres  # measure the error
    blame = error * inches  # send it backwards: w had its say through the inches
    weights.append(w - 0.05 * blame)  # adjust
    print(f"w = {w:.4f}  prediction {prediction:7.4f}  error {error:7.4f}")

# %%
guess_first.reveal(
    "larger" if weights[1] > 1 else "smaller",
    "The prediction was too low, and the inches are positive, so w has to grow.",
)

# %% [markdown]
# Six rounds, and the machine has found 2.54 to three digits. Nobody told it the number; it was told
# how wrong it was.
#
# **Change it.** The 0.05 is the *learning rate*: how much of the blame is acted upon. Predict what
# 0.1 will do, and 0.13. Then try them.
#
# <details><summary>What 0.1 and 0.13 do</summary>
#
# With 0.1 the weight is 3.464 after one round, 1.986 after two, 2.873 after three: it steps too
# far, to the other side of 2.54, but comes nearer each time and settles. With 0.13 it is 4.203,
# then 0.744, then 4.480: each step lands further away than the last, and the weight runs off. Each
# round multiplies the distance from 2.54 by 1 minus 16 times the learning rate. That is 0.2 for
# 0.05, −0.6 for 0.1 and −1.08 for 0.13.
# </details>
#
# ## Why not just try?
#
# One could do without blame: nudge the weight at random, and keep the nudge if the error became
# smaller. With one weight that works. Let us see it with a hundred. Both ways below begin at zero
# and have 100 tries. The nudges are of a size that suits them; much smaller and much larger ones
# do worse.

# %%
guess_blind = predict(
    "After 100 blind tries, what percentage of the error at the start is left?", ..., unit="percent"
)

# %%
rng = np.random.default_rng(0)
x = rng.normal(size=(200, 100))  # 200 samples with 100 inputs each
targets = x @ rng.normal(size=100)  # made with 100 weights that are hidden from now on


def error_of(w):
    """The mean squared error with these weights, w: (100,)."""
    return ((x @ w - targets) ** 2).mean()


blind, told = [np.zeros(100)], [np.zeros(100)]  # the weights after each try
for _ in range(100):
    nudged = blind[-1] + rng.normal(0, 0.1, 100)
    blind.append(nudged if error_of(nudged) < error_of(blind[-1]) else blind[-1])
    blame = x.T @ (x @ told[-1] - targets) / 200  # each weight's share in the errors
    told.append(told[-1] - 0.3 * blame)

# %%
guess_blind.reveal(
    round(100 * error_of(blind[-1]) / error_of(blind[0])),
    "A random nudge suits some weights and harms about as many.",
    within=0.1,
)

# %%
plots.error_against_tries(
    {
        "adjusted blindly": [error_of(w) for w in blind],
        "error sent backwards": [error_of(w) for w in told],
    }
)

# %% [markdown]
# Whoever knows each weight's share in the error moves all hundred the right way at once. The
# networks of today have billions. In lesson 06 you will measure how the gap grows with the number
# of weights.
#
# ## One neuron
#
# The inch machine is almost a **neuron**. A neuron also adds a number of its own, the **bias** $b$,
# and squeezes the sum between 0 ("no") and 1 ("yes"), by a curve that is called the sigmoid:
#
# $$ y = \mathrm{sigmoid}(w x + b) \qquad x, w, b, y: \text{numbers}. $$
#
# Move the sliders, or drag the ring. **Find this:** a neuron that changes its mind at $x = 1$. At
# $x = 0$ its answer is below 0.05, and at $x = 2$ above 0.95. What is the smallest weight that
# does it?

# %%
explorers.neuron()

# %% [markdown]
# <details><summary>Your answer, and why</summary>
#
# It changes its mind where w x + b = 0, so b = −w. At x = 2 the sum is then w, and the sigmoid
# reaches 0.95 just below w = 3. With w = 3 and b = −3 it answers 0.05, 0.50 and 0.95 at 0, 1 and 2,
# a little beyond both limits. The weight makes the curve steep, and the bias moves it sideways.
# </details>
#
# ## How the course works
#
# - **Exercises** ask you to write one function. The cell below it checks yours. Until it is right,
#   the library's version carries the lesson on, so *Run All* always reaches the bottom.
# - **The card** under a check tells where your numbers differ, names the mistake if it knows it,
#   and asks you a question. Hints open one at a time, from vague to plain.
# - **Any right way counts**, however you wrote it. There are four verdicts:
#
# | verdict | what it means |
# |---|---|
# | ✓ correct | your numbers are right in every case; the lesson goes on with your function |
# | ✗ wrong | they are not; the card shows where |
# | ○ not attempted | there is nothing of yours yet |
# | ? undecided | the numbers cannot tell; nothing is held against you |
#
# - **Your progress** stands at the end of each lesson, kept in a small file beside the notebooks.
# - **Solved lessons** lie in the folder `solutions`. They are best read when you are done.
#
# ## The bug clinic: perfect, and still wrong
#
# A friend measures the error of her network. It gives its predictions as a column, $(N, 1)$: one
# row for each sample, with one number. Her targets are a plain list, $(N,)$. To try her code out
# she hands in predictions that are all perfect.

# %%
predictions = np.array([[3.0], [5.0], [10.0]])  # (N, 1) = (3, 1)
targets = np.array([3.0, 5.0, 10.0])  # (N,) = (3,)

guess_shape = predict("What is the shape of predictions - targets, such as (3, 1)?", ...)

# %%
# NBVAL_CHECK_OUTPUT
difference = predictions - targets
print("mean squared error of perfect predictions:", round((difference**2).mean(), 2))

# %%
guess_shape.reveal(
    difference.shape, "NumPy stretches the column and the row until they are equally large."
)

# %%
plots.stretched(predictions, targets)

# %% [markdown]
# Nothing failed and nothing warned. NumPy reads shapes from the right, so $(3,)$ counts as
# $(1, 3)$; a 1 beside a 3 is repeated three times. That is called *broadcasting*, and it is often
# what one wants. Here it compared every prediction with every target. A network trained on this
# number learns to answer the mean of all targets, whatever its input. The number even falls for a
# while.
#
# Her test was a good one: **try a case whose answer you know, and look at the shape.** Where is
# her mistake, why did NumPy not complain, and how would you mend it?
#
# <details><summary>Where, why, how</summary>
#
# It is in the subtraction: a column meets a plain list. NumPy complains only where two shapes
# cannot be stretched to fit, and these can. So give both the same shape first, $(N,)$, and subtract
# then.
# </details>
#
# Here is the same kind of thing, done right.

# %% tags=["worked"]
# NBVAL_CHECK_OUTPUT
prices = np.array([[20.0], [35.0], [50.0]])  # (N, 1): a column, an order a row
postage = np.array([3.0, 4.0, 5.0])  # (N,): each order has its own
price_of_each = prices[:, 0]  # (N,): the one column, and its axis is gone
total = price_of_each + postage  # (N,) + (N,): each with its own
print(total.shape, total)

# %% [markdown]
# Now you: the last line is missing. Put it in place of the dots, then run both cells.

# %% tags=["faded"]
paid = np.array([[50.0], [40.0], [60.0]])  # (N, 1)
paid_for_each = paid[:, 0]  # (N,)
change = ...  # your line: what each customer gets back, (N,)

# %%
predict("How much change does each of the three get?", change).reveal(
    paid[:, 0] - total, "Both have the shape (3,), so each meets its own."
)

# %% [markdown]
# ## Exercise 1 · Say how far off each prediction is
#
# *5 minutes, difficulty 1 of 5, 1 point.*
#
# For each sample $n$ give the square of the difference between its prediction and its target:
#
# $$ e_n = (p_n - t_n)^2 \qquad p: (N, 1), \quad t: (N,), \quad e: (N,). $$
#
# $p_n$ is the one number in row $n$ of the predictions. Squaring makes a prediction that is too low
# count as much as one that is too high. Return all $N$ numbers and not their mean, in the shape
# $(N,)$ and not as a column. It must also work for a single sample.

# %% exercise="squared_errors"
def squared_errors(predictions, targets):
    """predictions: (N, 1); targets: (N,). Returns the squared error of each sample, (N,)."""
    raise NotImplementedError("write squared_errors here, then run this cell and the next")


# %% check="squared_errors"
squared_errors = check(squared_errors)

# %% [markdown]
# ## What can go wrong
#
# The four steps are simple. Three things spoil them, and we shall meet each again.
#
# - **Data.** A network learns what its examples show, their gaps and prejudices included.
# - **Computing.** Each round is cheap, but there are millions of them. And a mistake in computing
#   the blame need not show: the error still falls, only less. So in this course every blame that
#   you compute is also measured, and the two are compared.
# - **Overfitting.** It may learn its examples by heart and be lost with new ones, like a pupil who
#   memorises the answers. So one judges a network on examples that it has never seen.
#
# ## What you have learned
#
# - Predict, measure the error, send it backwards, adjust, repeat.
# - Knowing each weight's share in the error beats trying blindly, the more so the more weights.
# - A weight makes a neuron's curve steep; a bias moves it sideways.
# - A column minus a row is a table. Look at the shapes.
#
# ## Where this is used
#
# These four steps trained what recognises your speech, sorts your photographs, filters your mail,
# reads X-rays, foretells rain and writes text. The networks differ. The loop is the same.
#
# ## What comes next
#
# Lesson 01 goes back to 1958, to the first machine that learned from its mistakes. You write it in
# three short functions, and then you meet the little problem that it can never solve.

# %%
progress()
