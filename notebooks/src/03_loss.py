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
# # 03 · Put a number on being wrong
#
# *40 minutes. You need: the forward pass of a network, sigmoid and softmax (lesson 02), and the
# logarithm.*
#
# A network answers, and some of its answers are wrong. To get better it must know **how wrong**, in
# one number for the whole batch: the loss. Every weight will be moved so that this number falls. So
# whatever you put into the loss is what the network will learn, and what you leave out it will
# never care about.
#
# When you are done, you will be able to
#
# - write the loss for predicting numbers, for yes or no, and for many classes;
# - say what a loss must be for a network that knows nothing, and for one that knows everything;
# - compute it straight from the scores, so that no logarithm of zero can come up;
# - measure how a loss reacts to one prediction;
# - explain why nobody trains on the accuracy, and what it is good for.
#
# There are four exercises. **Until you have solved an exercise, the library's version
# carries the lesson on.**

# %% tags=["setup"]
import numpy as np

from backprop_lib import explorers, init_mlp, load_digits, mlp_forward, plots, sigmoid, softmax
from checks import check, predict, progress, quiz

# %% [markdown]
# Here is a model with only two weights, so that all of its possible versions fit on a map: each
# point is one pair of weights. Both maps are darker where the model does worse on the same nine
# samples. On the left that is measured by a loss, on the right by counting wrong answers. Put your
# finger anywhere on the left: which way is down? Now try the same on the right.

# %%
plots.loss_and_accuracy_maps()

# %%
quiz("03_loss")

# %% [markdown]
# ## Wrong by how much?
#
# A network predicts how many guests will come on four days. The **target** is how many really came.
# The error of each prediction is the difference. (In lesson 01 what is right was called $y$. Since
# lesson 02 that is what a layer gives, so here it is $t$ for a number and, later on, $c$ for a
# class.)

# %%
predictions = np.array([4.0, 5.0, 0.0, 9.0])  # (N,) = (4,)
targets = np.array([3.0, 5.0, 2.0, 8.0])
errors = predictions - targets
errors

# %% [markdown]
# **Predict.** What is the plain mean of these four errors? And does that number say how good the
# predictions are?

# %%
plain = predict("What is the mean of the errors 1, 0, -2 and 1?", ...)
plain

# %%
plain.reveal(errors.mean(), "Too high and too low cancel, so this mean praises bad predictions.")

# %% [markdown]
# So the sign has to go before anything is added up. The first way to do that is to take the size of
# each error:
#
# $$ L = \frac{1}{N} \sum_{n} |\hat y_n - t_n| \qquad \hat y, t: (N,), \quad L: \text{a number.} $$
#
# $\hat y_n$ is the prediction for sample $n$ and $t_n$ its target. This is the mean absolute error:

# %% tags=["worked"]
differences = predictions - targets  # (N,): what each is off by
sizes = np.abs(differences)  # (N,): without the sign
mean_absolute_error = float(sizes.mean())  # a number for the whole batch
mean_absolute_error

# %% [markdown]
# **Change it.** Make one prediction worse by 3 and work out the new loss before you run again. Does
# it matter which one?
#
# A nervous cook would rather know the **worst** day. The same three steps, the last of which is
# yours:

# %% tags=["faded"]
differences = predictions - targets
sizes = np.abs(differences)
worst = ...  # your line: one number for the batch, the largest size

# %%
largest = max(abs(p - t) for p, t in zip(predictions, targets, strict=True))
predict("How large is the worst error?", worst).reveal(
    largest, "On the third day nobody was expected, and 2 guests came."
)

# %% [markdown]
# Two losses, two ideas of what is bad. The usual loss for numbers has a third idea: it **squares**
# each error. A miss of 2 then counts four times as much as a miss of 1. In a picture, the error is
# the side of a square, and the loss is the mean area:

# %%
plots.squares_of_errors(predictions, targets)

# %% [markdown]
# ## Exercise 1 · The mean squared error
#
# *5 minutes, difficulty 1 of 5, 1 point.*
#
# A network may predict $K$ numbers for each sample. The mean then goes over **all** $N K$ of them:
#
# $$ L = \frac{1}{N K} \sum_{n, k} (\hat y_{nk} - t_{nk})^2 \qquad
# \hat y, t: (N, K), \quad L: \text{a number.} $$
#
# Like a layer, a loss returns two things: its value, and a cache with what the way back will need.
# Here the cache is `(predictions, targets)`. In this lesson too, the check looks at the output, and
# at the cache only as far as the way back needs it.
#
# Predictions and targets must have the same shape. You know from lesson 00 what NumPy makes of
# $(N, 1)$ minus $(N,)$: all pairs, without a word. The library's version raises a `ValueError`
# then. Yours need not, but it is a good habit.

# %% exercise="mean_squared_error"
def mean_squared_error(predictions, targets):
    """predictions, targets: (N, K). Returns the loss, a number, and the cache of the two."""
    raise NotImplementedError("write mean_squared_error here, then run this cell and the next")


# %% check="mean_squared_error"
mean_squared_error = check(mean_squared_error)

# %% [markdown]
# ## How does the loss react?
#
# Learning will ask one question of every loss: **if this prediction grows a little, what happens to
# the loss?** The answer is a slope, and you can measure it. Nudge the prediction up and down by a
# small $h$, and compare:
#
# $$ \frac{\partial L}{\partial \hat y_n} \approx
# \frac{L(\hat y_n + h) - L(\hat y_n - h)}{2 h}. $$
#
# Read the left side, $\partial L / \partial \hat y_n$, as: how much $L$ changes when only
# $\hat y_n$ changes, for each unit of that change.
#
# You can also work it out. In this course we always go the same five steps. Here they are for the
# mean squared error of our four predictions:
#
# 1. **Kept.** What did the cache keep? The predictions and the targets.
# 2. **Slope.** How does the square of one error react to its prediction? By
#    $2 \, (\hat y_n - t_n)$, since the slope of $u^2$ is $2 u$.
# 3. **Reach.** What does one prediction touch? Only its own square.
# 4. **Sum.** So there is nothing to add up, but the mean divides each square by $N$:
#    $\partial L / \partial \hat y_n = 2 \, (\hat y_n - t_n) / N$.
# 5. **Shape.** One slope for each prediction: $(N,)$, like the predictions.
#
# **Predict.** What is the slope for the third prediction, which is 0 where 2 would be right?

# %%
slope = predict("How does the loss react to the third prediction: what is its slope?", ...)
slope

# %%
h = 1e-4
nudge = np.array([0.0, 0.0, h, 0.0])
up, _ = mean_squared_error((predictions + nudge)[:, None], targets[:, None])
down, _ = mean_squared_error((predictions - nudge)[:, None], targets[:, None])
slope.reveal(
    round(float((up - down) / (2 * h)), 6), "2 times the error of −2, divided by the 4 samples."
)

# %% [markdown]
# It is negative: if that prediction grows, the loss falls. `[:, None]` turns $(N,)$ into $(N, 1)$,
# one column, as the loss expects.
#
# <details><summary>Some books write one half in front, or a sum in place of the mean. Who is
# right?</summary>
#
# All of them. A factor in front moves no minimum. It does change the gradient by the same factor,
# so the way back must belong to the loss that was computed. And a mean can be compared between
# batches of different size, which a sum cannot.
# </details>
#
# ## The cost of being surprised
#
# "Will it rain?" is not a question for a squared distance. The answer is a probability $p$ for yes,
# and afterwards it rains or it does not. A good loss asks: **how surprised are you?** Somebody who
# gave 0.99 to what then happened is hardly surprised. Somebody who gave it 0.01 should be very
# surprised. The surprise at something that had the probability $q$ is
#
# $$ -\log q . $$
#
# Why the logarithm? Two things that have nothing to do with each other happen together with the
# product of their probabilities, and the logarithm turns the product into a sum: **surprises add
# up.** With the natural logarithm they are counted in nats.

# %%
q = np.linspace(0.004, 1, 250)
plots.function_graphs(
    q,
    {"−log q": -np.log(q), "(1 − q)²": (1 - q) ** 2},
    ("probability q that was given to what happened", "cost"),
    "Two costs that are 0 where the probability is 1: the surprise, minus its logarithm, grows "
    "without end towards 0, while the squared distance never exceeds 1.",
)

# %% [markdown]
# **Predict.** A forecaster who knows nothing says 0.5 every day. What is the mean surprise, in
# nats?

# %%
coin = predict("What is the mean surprise of somebody who always says 0.5?", ..., unit="nats")
coin

# %%
coin.reveal(-np.log(0.5), "Rain or not, what happens had 0.5: the logarithm of 2, every day.")

# %% [markdown]
# Keep that number. A loss for yes or no that begins near 0.693 comes from a network that knows
# nothing yet. Far above it, the network is sure and wrong.
#
# ## Exercise 2 · Yes or no
#
# *9 minutes, difficulty 3 of 5, 2 points.*
#
# The network gives each sample one score $s_n$, and the sigmoid makes a probability of it,
# $p_n = \mathrm{sigmoid}(s_n) = 1 / (1 + e^{-s_n})$: the probability of class 1. The label $c_n$ is
# 0 or 1. The **binary cross-entropy** is the mean surprise at the class that was right:
#
# $$ L = -\frac{1}{N} \sum_n \begin{cases} \log p_n & \text{if } c_n = 1 \\
# \log (1 - p_n) & \text{if } c_n = 0 \end{cases} $$
#
# $$ s, p, c: (N,), \quad L: \text{a number.} $$
#
# As it stands this formula breaks on a computer:

# %%
# NBVAL_CHECK_OUTPUT
p, _ = sigmoid(np.array([10.0, 30.0, 40.0]))
print(1 - p)

# %% [markdown]
# At a score of 40 the probability has been rounded to exactly 1, and the logarithm of 0 is minus
# infinity. Yet the true loss there, if the label is 0, is 40, nothing unusual. Some clip the
# probability: nothing below $10^{-12}$ is allowed. Then nothing breaks, but the loss is **flat**
# beyond that point: the samples that are most wrong no longer feel it when their score moves. The
# check will find that.
#
# The better way is not to compute $p$ at all. Put $p = 1 / (1 + e^{-s})$ in, and for the other
# label $1 - p = 1 / (1 + e^{s})$. The logarithm turns each fraction over:
#
# $$ -\log p = \log (1 + e^{-s}), \qquad -\log (1 - p) = \log (1 + e^{s}). $$
#
# The second is the first with the sign of $s$ turned around. What remains is $\log(1 + e^{z})$ for
# large $z$, where $e^z$ overflows. NumPy has a function that does not: `np.logaddexp(0, z)` is
# $\log(e^0 + e^z)$ for any $z$. To choose by the label, entry by entry, `np.where` will do.
#
# Your loss must be right for scores of 1000 too. The cache is `(probabilities, labels)`: the way
# back needs the probabilities, though the loss does not. `sigmoid` returns a pair, as in lesson 02.

# %% exercise="binary_cross_entropy"
def binary_cross_entropy(scores, labels):
    """scores: (N,); labels: (N,) of 0 and 1.

    Returns the loss, a number, and the cache (probabilities (N,), labels (N,)).
    """
    raise NotImplementedError("write binary_cross_entropy here, then run this cell and the next")


# %% check="binary_cross_entropy"
binary_cross_entropy = check(binary_cross_entropy)

# %% [markdown]
# ## An exercise with the sliders: what one answer costs
#
# One sample, one score. On the left the losses are drawn against the probability $p$, on the right
# against the score, which is what a network can move. The black lines show the slopes.
#
# 1. The right answer is 1. Move the score to $-6$: sure and wrong. Which loss still tells the score
#    to move, and which has almost given up? Compare the two slopes.
# 2. At which score does the squared error pull the hardest? It is not where the answer is worst.
# 3. The slope of the cross-entropy is always $p$ minus the right answer. Check that at three
#    scores.
# 4. Where has "right or wrong" a slope?

# %%
explorers.loss_of_prediction()

# %% [markdown]
# <details><summary>Questions 2 and 4: what there was to find</summary>
#
# Question 2: at −0.7 on the slider, exactly at −log 2, which is −0.693. There p = 1/3 and the slope
# is −8/27, which is −0.296. At −6 the answer is far worse and the slope is −0.005.
#
# Question 4: nowhere. It is flat on both sides of the score 0, and at 0 it jumps, where there is no
# slope at all.
# </details>
#
# <details><summary>Why does the squared error give up where it is most wrong?</summary>
#
# The score reaches the squared error through the sigmoid, and the sigmoid is flat at its ends. Its
# slope $p (1 - p)$ is multiplied in and is nearly 0 there. In the cross-entropy the logarithm
# undoes just that: the two slopes cancel, and $p - c$ is left. So the factor $p (1 - p)$ must be
# there for the squared error, and must not be there for the cross-entropy. Mixing the two up is a
# common mistake.
# </details>
#
# ## Exercise 3 · Many classes
#
# *11 minutes, difficulty 3 of 5, 3 points.*
#
# With $K$ classes a sample has a row of $K$ scores, and softmax makes probabilities of them. The
# label $c_n$ is the number of the right class, from 0 to $K - 1$. The loss is again the mean
# surprise at the right class:
#
# $$ p_{nk} = \frac{e^{s_{nk}}}{\sum_j e^{s_{nj}}}, \qquad
# L = -\frac{1}{N} \sum_n \log p_{n c_n} $$
#
# $$ s, p: (N, K), \quad c: (N,), \quad L: \text{a number.} $$
#
# **Picking one entry from each row.** Each sample has its own right column. Here are four rows of
# probabilities and four labels.
#
# **Predict.** Which shape has `p[:, labels]`?

# %%
p = softmax(np.random.default_rng(0).normal(size=(4, 3)))  # (N, K) = (4, 3)
labels = np.array([2, 0, 1, 2])  # (N,) = (4,)
picked = predict("p is (4, 3) and labels is (4,). Which shape has p[:, labels]?", ...)
picked

# %%
picked.reveal(p[:, labels].shape, "From every row it takes the columns of all four labels.")

# %% [markdown]
# That is every label for every sample, and a mean over it hides the mistake. You want row 0 with
# label 0, row 1 with label 1, and so on. Name both:

# %%
# NBVAL_CHECK_OUTPUT
print(p.round(3))
print(p[np.arange(4), labels].round(3), "has the shape", p[np.arange(4), labels].shape)

# %% [markdown]
# **Straight from the scores.** When the right class lies 800 below another, its probability rounds
# to 0, and the logarithm fails as before. So take the logarithm of the fraction first, on paper. It
# becomes a difference:
#
# $$ -\log p_{c} = \log \Big( \sum_j e^{s_j} \Big) - s_{c}. $$
#
# And as in softmax, you may take each row's own largest score off all scores of the row, at both
# places. Then no exponential overflows, and the sum is at least 1, so its logarithm is safe. Your
# loss must be right for scores near $\pm 1000$, for rows that lie far apart, and for gaps of many
# hundreds within a row. Again nothing may be clipped.
#
# The mean goes over the $N$ samples, each of which has one right class; $K$ does not come in. The
# cache is `(probabilities, labels)`; `softmax(scores)` gives the probabilities.

# %% exercise="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    """scores: (N, K); labels: (N,) integers from 0 to K - 1.

    Returns the loss, a number, and the cache (probabilities (N, K), labels (N,)).
    """
    n = len(labels)
    raise NotImplementedError("write softmax_cross_entropy here, then run this cell and the next")


# %% check="softmax_cross_entropy"
softmax_cross_entropy = check(softmax_cross_entropy)

# %% [markdown]
# **Predict.** A network for ten digits gives every class the same score. What is its loss?

# %%
clueless = predict("Ten classes, all scores equal: what is the loss?", ..., unit="nats")
clueless

# %%
loss, _ = softmax_cross_entropy(np.zeros((5, 10)), np.array([3, 1, 4, 1, 5]))
clueless.reveal(loss, "The right class has 1/10, whatever the label: the logarithm of 10.")

# %% [markdown]
# $\log K$ is the number to compare with when a training begins. And here is the untrained network
# of lesson 02 on its digits:

# %%
# NBVAL_CHECK_OUTPUT
rng = np.random.default_rng(0)
digits, digit_labels, _, _ = load_digits(rng)  # (1438, 64) and (1438,)
digit_scores, _ = mlp_forward(digits, init_mlp([64, 32, 10], rng))  # (1438, 10)
loss, _ = softmax_cross_entropy(digit_scores, digit_labels)
print(f"{loss:.3f}, and log 10 is {np.log(10):.3f}")

# %% [markdown]
# It is a little worse than knowing nothing: its random weights already prefer some classes, without
# a reason.
#
# ## Exercise 4 · How many are right?
#
# *4 minutes, difficulty 1 of 5, 1 point.*
#
# People want to know something simpler than the loss: the share of samples that are right. A
# network chooses the class with the **highest score** of the row:
#
# $$ \text{accuracy} = \frac{1}{N} \, \#\{\, n : \mathrm{argmax}_k \, s_{nk} = c_n \,\} \qquad
# s: (N, K), \quad c: (N,). $$
#
# $\#$ counts, and argmax is the *place* of the largest number, not the number itself. Return a
# plain share from 0 to 1; there is no cache, since nothing will ever flow back through it. No
# softmax is needed: it keeps the order of the scores.

# %% exercise="accuracy"
def accuracy(scores, labels):
    """scores: (N, K); labels: (N,). Returns the share that is right, from 0 to 1."""
    raise NotImplementedError("write accuracy here, then run this cell and the next")


# %% check="accuracy"
accuracy = check(accuracy)

# %% [markdown]
# **Predict.** Multiply all scores of the untrained network by 10. Does its accuracy get
# `"larger"`, `"smaller"`, or does it stay the `"same"`? And the loss? Put one of the three words in
# each place.

# %%
louder = predict("All scores times 10: is the accuracy larger, smaller or the same?", ...)
louder

# %%
louder_loss = predict("All scores times 10: is the loss larger, smaller or the same?", ...)
louder_loss

# %%
# NBVAL_CHECK_OUTPUT
shares, losses = {}, {}
for factor in (1, 10):
    shares[factor] = accuracy(factor * digit_scores, digit_labels)
    losses[factor], _ = softmax_cross_entropy(factor * digit_scores, digit_labels)
    print(f"scores times {factor:2}: accuracy {shares[factor]:.3f}, loss {losses[factor]:.3f}")

# %%
became = "same" if shares[1] == shares[10] else "another"
louder.reveal(became, "The highest score of each row is still the highest.")

# %%
became = "larger" if losses[10] > losses[1] else "smaller"
louder_loss.reveal(became, "Most answers are wrong, and now they are given much more surely.")

# %% [markdown]
# The loss sees how surely a wrong answer is given, the accuracy does not. So the two can part ways.
# Accuracy is for people, to report what a network can do. The loss is for learning, since it
# **reacts to the smallest change of nearly every weight**. (Behind a ReLU that is silent for every
# sample, a weight changes nothing.)
#
# ## An exercise with the sliders: find the bottom
#
# On the left are samples and a model with two weights, on the right the map of its loss. Drag the
# ring, or use the sliders. The text below says what a step of 0.1 in each weight would do; that is
# all you need to find your way.
#
# 1. With the squared error, walk down to the lowest point. Then let it be shown. How far off were
#    you?
# 2. Add the sample that does not fit, and show the lowest point again. How far does one sample pull
#    the line? Remember the squares.
# 3. Choose yes or no with cross-entropy, and find the bottom. What is the loss at $w = b = 0$, and
#    why?
# 4. Choose yes or no with the share that is wrong. Now try to find your way by the steps of 0.1.

# %%
explorers.loss_surface()

# %% [markdown]
# <details><summary>Questions 2 to 4: what there was to find</summary>
#
# 2. The lowest point moves from w = 0.9, b = 0.6 to w = 0.2, b = 0.0: one sample in seven takes
#    most of the slope away. From the first line its error is above 5, and it counts by its square.
# 3. It is 0.693, the logarithm of 2. With both weights at 0 the model says 0.5 to everything and
#    knows nothing yet.
# 4. At most places a step changes nothing, so it tells you nothing. And many places share the
#    lowest value.
# </details>
#
# ## The bug clinic: a loss that will not reach zero
#
# A friend wants her network to give probabilities, so she lets it end with a softmax. Then she
# hands its output to the loss. All her samples are right by now, and very surely so, yet the loss
# is stuck. She thinks that the network is too small.

# %%
# NBVAL_CHECK_OUTPUT
def friends_loss(scores, labels):
    probabilities = softmax(scores)
    return softmax_cross_entropy(probabilities, labels)[0]


scores = np.array([[9.0, 0.0, 1.0], [0.0, 8.0, 0.0], [1.0, 0.0, 9.0]])  # (N, K) = (3, 3)
labels = np.array([0, 1, 2])
print(f"accuracy {accuracy(scores, labels):.2f}, loss {friends_loss(scores, labels):.3f}")

# %% [markdown]
# No need to read her code. **Hand the loss examples whose answer you know.** You know two: a
# network that knows nothing must get $\log K$, and one that is quite sure and right must get 0.

# %%
# NBVAL_CHECK_OUTPUT
knows_nothing, knows_everything = np.zeros((3, 3)), 50 * np.eye(3)
print(f"knows nothing:    {friends_loss(knows_nothing, labels):.3f}, expected {np.log(3):.3f}")
print(f"knows everything: {friends_loss(knows_everything, labels):.3f}, expected 0.000")

# %% [markdown]
# The first example passes and the second does not. One test that passes is not enough; choose those
# in which the right and the wrong version differ. Where is the mistake, why this number, and how do
# you mend it?
#
# <details><summary>Where, why, how</summary>
#
# Softmax is taken twice: once by her and once inside the loss. The second softmax gets
# probabilities in place of scores. They lie between 0 and 1, so the best that it can be given is a
# row such as 1, 0, 0, and of that it makes $e / (e + 2)$, which is 0.576. The loss can never be
# below $\log(1 + 2 / e)$, which is 0.551. Hand the scores themselves to the loss, and take the
# softmax elsewhere only to look at the probabilities.
# </details>
#
# <details><summary>Which loss for which question?</summary>
#
# For a number, the squared error, or the absolute error where single samples may be far out. For
# yes or no, the binary cross-entropy of one score. For one of several classes, softmax with
# cross-entropy. For several labels at once, such as what can be seen in a photograph, a binary
# cross-entropy for each of them.
# </details>
#
# ## What you have learned
#
# - A loss is one number for a whole batch, usually a mean over its samples, and 0 is perfect.
# - Errors must lose their sign before they are added up. Squares make large errors count for much.
# - Cross-entropy is the mean surprise at what was right. A network that knows nothing has
#   $\log 2$ or $\log K$.
# - Compute it from the scores, with the logarithm taken on paper first. No probability needs to be
#   clipped.
# - The slope of the cross-entropy for a score is the probability minus what it should be.
# - Accuracy is for people. It is flat almost everywhere, so nothing can learn from it.
# - Test a loss with examples whose answer you know, at both ends.
#
# ## Where this is used
#
# Weather services rate their forecasts by losses like these, to keep forecasters honest about what
# they do not know. Language models are trained on your third exercise, word after word, and their
# quality is reported as its exponential, the perplexity. And wherever a system does something odd
# and unwanted, it pays to ask what its loss rewarded.
#
# ## What comes next
#
# You have measured slopes by nudging one number at a time. A network has thousands of weights, and
# each of them wants its slope. Lesson 04 finds them all at once, with the chain rule.

# %%
progress()
