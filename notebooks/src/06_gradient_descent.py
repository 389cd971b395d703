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
# # 06 · Walk downhill
#
# *60 minutes. You need: lessons 02 to 05. A network's forward pass, its loss, and the backward
# pass that gives a gradient for every weight.*
#
# The backward pass has told every weight what the loss would do if it grew. Nothing has been
# learned yet. Somebody must now move the weights, and there are choices to make: in which
# direction, how far, after looking at how many samples, and with how much memory of the steps
# before. Each choice is a line of code or two. Together they decide whether a network learns
# quickly, slowly, or not at all.
#
# This is also the lesson that puts the claim of the whole course to the test. Is it really worth
# computing gradients? Blind trying reaches the same place in the end. You will count what each
# way costs.
#
# When you are done, you will be able to
#
# - write gradient descent, mini-batches, momentum and Adam from their formulas;
# - say what a learning rate that is too large does, and why, before you see it;
# - put them together in a loop that trains a network;
# - say with numbers why networks learn by backpropagation.
#
# There are five exercises. Until you have solved one, the library's version carries the lesson on.

# %% tags=["setup"]
# a few of these names are there for the library's version of the exercises alone
from collections.abc import Iterator, Mapping

import numpy as np

from backprop_lib import (
    SGD,
    Adam,
    Momentum,
    explorers,
    init_mlp,
    linear,
    linear_backward,
    load_digits,
    mlp_backward,
    mlp_forward,
    plots,
    relu,
    relu_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from backprop_lib.data import require_same_length
from checks import check, predict, progress, quiz

# %% [markdown]
# A loss of two weights, seen from above as on a hiker's map. Along each grey line the loss is the
# same, and the cross marks the lowest point. It is a long valley: steep from side to side, almost
# flat along its floor. Three walkers set out from the same place. All three see the same thing,
# the gradient under their feet, and all three take 30 steps.

# %%
def valley(w1, w2):
    """A loss of two weights: flat along w1, steep along w2."""
    return 0.05 * w1**2 + 2 * w2**2


walks = {}
for name, rule in {
    "plain": SGD(0.45),
    "momentum": Momentum(0.15, momentum=0.8),
    "Adam": Adam(0.3, beta1=0.8, beta2=0.99),
}.items():
    w = np.array([-4.0, 1.0])
    state, places = rule.start(w), [w.copy()]
    for _ in range(30):
        rule.step(w, np.array([0.1 * w[0], 4.0 * w[1]]), state)
        places.append(w.copy())
    walks[name] = np.array(places)

plots.paths_on_contours(valley, walks, (4.6, 1.5))

# %% [markdown]
# The plain walker jumps from wall to wall and hardly gets along. The other two remember something
# of the steps before, each in its own way. You will write all three.
#
# First, four questions on earlier lessons.

# %%
quiz("06_gradient_descent")

# %% [markdown]
# ## One weight
#
# Take the smallest thing that can learn: one weight $w$, and the loss
#
# $$ L(w) = (w - 3)^2. $$
#
# **1 Kept:** $w$. **2 Slope:** $dL/dw = 2 (w - 3)$. **3 Reach:** $w$ touches one thing, $L$. So
# there is nothing to **4 sum**, and the **5 shape** is that of $w$, a number.
#
# If the slope is positive, the loss grows when $w$ grows, so $w$ should shrink. If it is
# negative, $w$ should grow. Both are said by one rule, **gradient descent**:
#
# $$ w \leftarrow w - \eta \, \frac{dL}{dw},
# \qquad \eta: \text{the learning rate, a number above 0}. $$
#
# The minus sign turns uphill into downhill. The learning rate says how far to go.
#
# **Predict.** We start at $w = 0$ with $\eta = 0.1$. Where is $w$ after one step? Put a number in
# place of the three dots.

# %%
guess_step = predict("Where is w after one step from 0?", ...)
guess_step

# %% tags=["worked"]
# NBVAL_CHECK_OUTPUT
def loss(w):
    return (w - 3) ** 2


w, learning_rate = 0.0, 0.1
for step in range(1, 6):
    dw = 2 * (w - 3)  # 2 slope
    w = w - learning_rate * dw  # downhill
    print(f"step {step}: w = {w:.3f}, loss {loss(w):.3f}")

# %%
guess_step.reveal(0.6, "The slope at 0 is −6, and 0 − 0.1 · (−6) = 0.6.")

# %% [markdown]
# Each step is shorter than the one before, although the learning rate is the same. The slope gets
# gentler, and the step is the slope times the learning rate.
#
# How large may a learning rate be? Put the slope into the rule and look at the distance to the
# goal:
#
# $$ w_{\text{new}} - 3 = (w - 3) - 2 \eta (w - 3) = (1 - 2 \eta) (w - 3). $$
#
# Every step multiplies the distance by $1 - 2 \eta$. With $\eta = 0.1$ that is 0.8.
#
# **Predict.** With $\eta = 1.05$, does the loss fall? True or False?

# %%
guess_falls = predict("With a learning rate of 1.05, does the loss fall?", ...)
guess_falls

# %%
walks = {}
for rate in (0.05, 0.4, 1.05):
    places = [0.0]
    for _ in range(8):
        places.append(places[-1] - rate * 2 * (places[-1] - 3))
    walks[f"learning rate {rate}"] = np.array(places)

plots.steps_on_a_curve(loss, walks, (-4.0, 10.0))

# %%
guess_falls.reveal(
    bool(loss(walks["learning rate 1.05"][-1]) < loss(0.0)),
    "The distance is multiplied by −1.1: each step lands on the other side, and farther away.",
)

# %% [markdown]
# So too small is slow, and too large is worse than nothing. The gradient was right in all three
# pictures. It tells the slope *here*; it does not know how soon the ground will turn.
#
# **Change it.** Try rates of 0.5 and of 1.0 in the cell above. Predict both from $1 - 2 \eta$
# first.
#
# <details><summary>Is it -= or +=? One book has the one, another the other.</summary>
#
# Look at what is multiplied. With dL/dw, the slope of the loss, it is minus, always. Some write
# the error as "target minus output", which has the opposite sign, and then add. Both are the same
# step.
# </details>
#
# ## Two weights
#
# Each weight has its own slope, and takes its own step. Here is the valley from the first
# picture, $L = 0.05 \, w_1^2 + 2 \, w_2^2$. Fill in the last line; the cell below compares.

# %% tags=["faded"]
w1, w2, learning_rate = -4.0, 1.0, 0.1
dw1 = 0.1 * w1  # 2 slope for w1
dw2 = 4.0 * w2  # 2 slope for w2
new_w1 = w1 - learning_rate * dw1
new_w2 = ...  # your line

# %%
predict("w2 after one step", new_w2).reveal(0.6, "The slope for w2 is 4, and 1 − 0.1 · 4 = 0.6.")

# %% [markdown]
# Along $w_2$ the distance shrinks to 0.6 of itself in one step, along $w_1$ only to 0.99. One
# learning rate for both: steep directions forbid a large one, gentle directions need one. That is
# the whole trouble of the plain walker, and most of this lesson is about it.
#
# ## Exercise 1 · One step for all parameters
#
# *5 minutes, difficulty 2 of 5, 1 point.*
#
# A network's parameters are arrays in a dictionary, `{"w1": ..., "b1": ..., "w2": ...}`, and
# `mlp_backward` gives the gradients under the same names, each with the shape of its parameter.
# For every name
#
# $$ p \leftarrow p - \eta \, \frac{\partial L}{\partial p},
# \qquad p: \text{an array of any shape}. $$
#
# Three things to keep in mind. A parameter and its gradient belong together **by name**: the
# gradients may stand in another order, since a backward pass meets the last layer first. The
# change is made **in place**: after the call the dictionary that came in holds the new values,
# and nothing need be returned. And the gradients stay as they are.

# %% exercise="sgd_step"
def sgd_step(params, grads, learning_rate):
    """Move every parameter a little downhill, in place.

    params, grads: dictionaries with the same names, and for each name arrays of one shape;
    learning_rate: a number.
    """
    for name, p in params.items():
        raise NotImplementedError("write sgd_step here, then run this cell and the next")


# %% check="sgd_step"
sgd_step = check(sgd_step)

# %% [markdown]
# ## Is a gradient worth its price?
#
# A step downhill needs a gradient. Could one do without, or get it in a simpler way? Here are
# three ways to learn, from no thought to much:
#
# 1. **Random search.** Nudge all parameters by chance. If the loss falls, keep the change, else
#    undo it. We help it: after a success it dares a larger nudge, after a failure a smaller one.
# 2. **Numerical differences.** Move each parameter up and down on its own, see what the loss
#    does, and take a step with the gradient that comes out. Simple, and right to many digits.
# 3. **Backpropagation.** Forward, backward, step.
#
# All three get the same network from the same starting weights, the same data, and the same goal.
# The task: of $s$ random numbers, which is the largest? The network has sizes $s, 2s, s$. Whoever
# guesses blindly has a loss of $\log s$. **The goal is a quarter of that.** We let $s$ grow and
# count the cost in **forward passes** over all the data. A backward pass does two matrix products
# a layer where the forward pass does one, so it counts as two.

# %%
def task(s):
    """100 samples of s numbers x (100, s), the place of the largest (100,), and a network."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, s))
    return x, x.argmax(axis=1), init_mlp([s, 2 * s, s], rng)


def loss_of(params, x, labels):
    """One forward pass."""
    return softmax_cross_entropy(mlp_forward(x, params)[0], labels)[0]


def by_random_search(params, x, labels, goal, rng):
    """Nudge and see. Returns the forward passes that it took to reach the goal."""
    best, size, passes = loss_of(params, x, labels), 0.1, 1
    while best > goal:
        trial = {name: p + size * rng.normal(size=p.shape) for name, p in params.items()}
        found = loss_of(trial, x, labels)
        passes += 1
        if found < best:
            params, best, size = trial, found, 1.5 * size
        else:
            size = 0.9 * size
    return passes


def by_differences(params, x, labels, goal, learning_rate, h=1e-5):
    """Gradient descent with numerical gradients. Returns passes and steps."""
    passes, steps = 1, 0
    while loss_of(params, x, labels) > goal:
        grads = {name: np.zeros_like(p) for name, p in params.items()}
        for name, p in params.items():
            for i in np.ndindex(p.shape):
                kept = p[i]
                p[i] = kept + h
                above = loss_of(params, x, labels)
                p[i] = kept - h
                below = loss_of(params, x, labels)
                p[i] = kept
                grads[name][i] = (above - below) / (2 * h)
                passes += 2
        sgd_step(params, grads, learning_rate)
        steps += 1
        passes += 1  # for the loss in the next turn of the loop
    return passes, steps


def by_backpropagation(params, x, labels, goal, learning_rate):
    """Gradient descent with backpropagation. Returns passes and steps."""
    passes, steps = 0, 0
    while True:
        scores, cache = mlp_forward(x, params)
        found, loss_cache = softmax_cross_entropy(scores, labels)
        passes += 1
        if found <= goal:
            return passes, steps
        grads = mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)
        passes += 2  # what a backward pass costs
        sgd_step(params, grads, learning_rate)
        steps += 1


# %% [markdown]
# **Predict.** The largest network, with $s = 24$, has 2,376 parameters. How many forward passes
# does one *single* gradient cost by numerical differences?

# %%
guess_cost = predict("What does one numerical gradient cost?", ..., unit="forward passes")
guess_cost

# %%
parameters, steps_taken = [], []
passes = {"numerical differences": [], "random search": [], "backpropagation": []}
for s in (3, 6, 12, 24):
    x, labels, start = task(s)
    goal = np.log(s) / 4
    parameters.append(sum(p.size for p in start.values()))
    copies = [{name: p.copy() for name, p in start.items()} for _ in range(2)]
    differences = by_differences(copies[0], x, labels, goal, 1.0)
    backwards = by_backpropagation(copies[1], x, labels, goal, 1.0)
    # chance plays a part here, so take the middle one of five runs
    tried = [
        by_random_search(start, x, labels, goal, np.random.default_rng(seed)) for seed in range(5)
    ]
    counts = (differences[0], sorted(tried)[2], backwards[0])
    for name, count in zip(passes, counts, strict=True):
        passes[name].append(count)
    steps_taken.append((differences[1], backwards[1]))
    told = (f"{name} {counts[-1]:6,}" for name, counts in passes.items())
    print(f"{parameters[-1]:5,} parameters:", *told, sep="  ")

plots.cost_of_learning(parameters, passes)

# %%
guess_cost.reveal(2 * parameters[-1], "Each parameter is moved up once and down once.")

# %% [markdown]
# All three reach the same loss. What they pay differs, and it differs more the larger the network
# is. The cost of both blind ways grows: where there are a thousand directions, a nudge by chance
# hardly ever points the right way, and trying each on its own takes thousands of passes.
# **Backpropagation needs no more passes for a large network than for a small one.** Here it needs
# even fewer, since the goal, $\log(s) / 4$, is a larger loss for a larger $s$ and so is reached
# earlier. A pass itself takes longer in a larger network, but that is the same for all three. It
# is why networks with billions of parameters can be trained at all.
#
# Differences and backpropagation even take the same number of steps, for they have the same
# gradient. Only the bill is another.

# %%
# NBVAL_CHECK_OUTPUT
print("same number of steps for every network:", all(a == b for a, b in steps_taken))
print("for the largest, random search costs over 50 times as much:",
      passes["random search"][-1] > 50 * passes["backpropagation"][-1])
print("and differences over 1,000 times:",
      passes["numerical differences"][-1] > 1000 * passes["backpropagation"][-1])

# %% [markdown]
# <details><summary>Random search beat numerical differences. Is it the better of the two?</summary>
#
# Here, yes. A difference spends two passes on every parameter before it moves at all; a lucky
# nudge moves at once. Random search can also be used where there are no slopes, as with a rule
# that is either kept or broken. Yet it is no rival to backpropagation, and the gap widens with
# every parameter.
# </details>
#
# <details><summary>Then is backpropagation the learning algorithm?</summary>
#
# No. It only computes the gradient, as the differences do. Gradient descent is what learns, and
# it did not notice from which of the two its gradient came.
# </details>
#
# **Change it.** Set the learning rate 1.0 of the two last ways to 0.5. Both need more passes; do
# they still take the same number of steps?
#
# ## Walk for yourself
#
# The ring is the start; drag it, or use the two sliders. The triangle is where the walk has led;
# Play beside the steps lets it go. The momentum is 0 for now, which makes this plain gradient
# descent; what momentum is, comes further down.
#
# - On the *narrow valley*, find the learning rate for which the loss settles below 0.01 in the
#   fewest steps. What happens just beyond it? With the slopes $0.2 \, w_1$ and $4 \, w_2$ this
#   valley is less narrow than the one above.
# - On the *saddle*, start exactly at $w_1 = 0$, then at $w_1 = 0.05$. What is different?
# - On the *two valleys*, from which starts do you end in the shallow one?

# %%
explorers.downhill().at(momentum=0.0)

# %% [markdown]
# <details><summary>What to find</summary>
#
# In the narrow valley from the start that is set, 0.44 and 0.45 do best, with 18 steps. At 0.5
# each step the distance across the valley is multiplied by 1 − 0.5 · 4 = −1, so the walk swings
# for ever; beyond that it swings farther each time. On the saddle at w1 = 0 there is no slope to
# either side, and the walk stops at a point that is no minimum; from 0.05 it stays there for some
# time and then finds a way down. In the two valleys, plain gradient descent with small steps ends
# in whichever valley it starts in. It cannot know of the other.
# </details>
#
# ## Exercise 2 · A few samples at a time
#
# *9 minutes, difficulty 3 of 5, 2 points.*
#
# The loss is a mean over the samples, and so is its gradient. A mean can be estimated: ask 32
# people, not the whole country. A **mini-batch** is such a small sample. Its gradient is not
# quite right, but it costs a fraction, and one can step at once and ask the next 32. Going once
# through all samples is called an **epoch**.
#
# Picture a deck of cards. Shuffle it once, deal $B$ cards at a time, and the last hand is
# whatever is left.
#
# - Every sample comes exactly once in an epoch. Nobody is drawn twice.
# - A batch has $B$ samples; the last one may have fewer. None is empty, and none is dropped.
# - A sample and its label stay together.
# - The order is new each time and comes from `rng`, the generator that is handed in. Data are
#   often sorted, and a batch of nothing but zeros is a poor sample of the digits.

# %%
# NBVAL_CHECK_OUTPUT
x_train, y_train, x_test, y_test = load_digits(np.random.default_rng(0))
print(f"{len(y_train):,} digits to train on")

# %% [markdown]
# **Predict.** How many batches of 32 does an epoch have?

# %%
guess_batches = predict("How many batches of 32 do 1,438 samples make?", ...)
guess_batches

# %% [markdown]
# Two tools: `rng.permutation(N)` gives the numbers from 0 to $N - 1$ in random order, and
# `x[places]` picks the rows at these places. A slice that reaches beyond the end of an array
# stops there and does not complain.
#
# You may return a list of pairs, or use `yield`. A function with `yield` hands out one pair,
# waits until it is asked for the next, and goes on from where it was:

# %%
# NBVAL_CHECK_OUTPUT
def countdown(n):
    while n > 0:
        yield n, n**2
        n -= 1


for number, square in countdown(3):
    print(number, square)

# %% exercise="iterate_minibatches"
def iterate_minibatches(x, y, batch_size, rng):
    """Go once through all samples in random order, a batch at a time.

    x: (N, ...), rows are samples; y: (N,), a label for each; batch_size: B; rng: decides the
    order. Gives pairs (x_batch, y_batch) with B samples each, the last pair perhaps with fewer.
    """
    raise NotImplementedError("write iterate_minibatches here, then run this cell and the next")


# %% check="iterate_minibatches"
iterate_minibatches = check(iterate_minibatches)

# %%
batches = list(iterate_minibatches(x_train, y_train, 32, np.random.default_rng(0)))
guess_batches.reveal(len(batches), f"44 are full, and the last holds {len(batches[-1][1])}.")

# %% [markdown]
# ## Exercise 3 · Keep some speed
#
# *7 minutes, difficulty 3 of 5, 2 points.*
#
# The plain walker forgets. In the valley it is thrown from one wall to the other, and each time
# it acts as if nothing had happened. A **ball** would not. Pushes from left and right cancel in
# its velocity, and the small push along the valley, always the same way, adds up.
#
# Beside every parameter $p$ we keep a velocity $v$ of the same shape, which starts at zero:
#
# $$ v \leftarrow \mu \, v + \frac{\partial L}{\partial p}, \qquad p \leftarrow p - \eta \, v. $$
#
# $\mu$ is the **momentum**, from 0 to below 1: the part of the velocity that friction leaves.
# With $\mu = 0$ this is plain gradient descent. Mind the order: first the velocity takes in the
# new gradient, then the parameter moves by the new velocity.
#
# **Predict.** The ground slopes evenly: the gradient is 1 at every step. With $\mu = 0.9$,
# towards what number does the velocity grow?

# %%
guess_velocity = predict("Towards what does the velocity grow?", ...)
guess_velocity

# %%
v = 0.0
for _ in range(200):
    v = 0.9 * v + 1.0
guess_velocity.reveal(v, "It stands still where v = 0.9 v + 1, and that is at 10.")

# %% [markdown]
# So with $\mu = 0.9$ an even slope is taken ten times as fast, $1 / (1 - \mu)$ in general. That
# is why a learning rate for momentum should be smaller than one for plain steps.
#
# Some put the learning rate into the velocity, $v \leftarrow \mu v - \eta \, \partial L / \partial
# p$, and add that to $p$. While $\eta$ stays the same, the parameters go the same way, and that is
# right too.
#
# What is to be remembered from step to step must be written **into the arrays** of `velocity`, or
# it is gone when the function ends. `v *= momentum` changes the array that `v` names. `v =
# momentum * v` makes a new one and leaves the old one as it was. Parameters change in place as
# before.

# %% exercise="momentum_step"
def momentum_step(params, grads, velocity, learning_rate, momentum=0.9):
    """Take one step that keeps part of its speed from the steps before, in place.

    params, grads, velocity: dictionaries with the same names and shapes. Both params and velocity
    are changed in place; the velocity starts at zeros.
    """
    for name, p in params.items():
        v = velocity[name]
        raise NotImplementedError("write momentum_step here, then run this cell and the next")


# %% check="momentum_step"
momentum_step = check(momentum_step)

# %% [markdown]
# <details><summary>Other books write v = μv − ηg, or take (1 − μ) times the gradient. Who is
# right?</summary>
#
# All of them. The first moves the learning rate from one line to the other and leads to the same
# places. The second makes the velocity a mean of gradients, so its learning rate must be 1/(1 −
# μ) times as large. Trouble comes only to those who mix two of them.
# </details>
#
# ## Exercise 4 · To each its own pace
#
# *11 minutes, difficulty 4 of 5, 3 points.*
#
# In the valley the two weights need two learning rates. A network has thousands of weights, and
# nobody can choose a rate for each. **Adam** lets every parameter find its own: it divides the
# step by how large that parameter's gradients usually are.
#
# Beside each parameter it keeps two **running averages** of the same shape, both zeros at the
# start. With $g = \partial L / \partial p$:
#
# $$ m \leftarrow \beta_1 m + (1 - \beta_1) \, g,
# \qquad v \leftarrow \beta_2 v + (1 - \beta_2) \, g^2. $$
#
# $m$ is the mean gradient, which way things have been going; $v$ is the mean *square*, how large
# gradients have been, whichever way they pointed. A running average keeps the share $\beta$ of
# what it was and takes $1 - \beta$ of what is new.
#
# Since both start at zero, they are too small at first. After step $t$ the zeros still make up
# the share $\beta^t$ of them, and dividing by the rest makes up for it:
#
# $$ \hat m = \frac{m}{1 - \beta_1^{\,t}}, \qquad \hat v = \frac{v}{1 - \beta_2^{\,t}},
# \qquad t = 1 \text{ at the first step}. $$
#
# Then the step, entry by entry:
#
# $$ p \leftarrow p - \eta \, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}. $$
#
# The tiny $\varepsilon$ is there for a parameter whose gradient has always been 0: without it,
# the step would be 0/0. (Some put it under the root. It is too small to make a difference, and that
# is right too.)
#
# **Predict.** One parameter has the gradient 1000, another 0.001. How far does each move in
# Adam's very first step with $\eta = 0.1$? Work it through the formulas with $t = 1$, and put two
# numbers in square brackets.

# %%
guess_adam = predict("How far do the two move in the first step?", ...)
guess_adam

# %%
w = np.array([0.0, 0.0])
rule = Adam(0.1)
rule.step(w, np.array([1000.0, 0.001]), rule.start(w))
guess_adam.reveal(-w, "At t = 1, m̂ is g and v̂ is g², so both move by the learning rate.")

# %% [markdown]
# So Adam's learning rate is a *length*: about how far a parameter moves in a step, whatever the
# size of its gradient.
#
# Now write it. `step` is $t$: 1 at the first call, not 0. `mean` holds $m$ and `mean_square` holds
# $v$; change both in place, and let them stay **as averaged**. The corrected $\hat m$ and $\hat
# v$ are for this step's use only.

# %% exercise="adam_step"
def adam_step(
    params,
    grads,
    mean,
    mean_square,
    step,
    learning_rate=0.001,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    """Take one step of Adam, each parameter at its own pace, in place.

    params, grads, mean, mean_square: dictionaries with the same names and shapes. params, mean
    and mean_square are changed in place; the last two start at zeros. step: 1, 2, 3, ...
    """
    for name, p in params.items():
        g, m, v = grads[name], mean[name], mean_square[name]
        # average, correct, move
        raise NotImplementedError("write adam_step here, then run this cell and the next")


# %% check="adam_step"
adam_step = check(adam_step)

# %% [markdown]
# Time for the explorer again, with all three methods.
#
# - On the *narrow valley*, get below your best result with the plain method. How few steps can
#   you reach with momentum, and with Adam?
# - On the *two valleys*, as it is set here, the ball rolls through the shallow valley, over the
#   pass and into the deep one. How little momentum is enough for that?
# - On any loss, give momentum 0.95 and watch it overshoot.

# %%
explorers.downhill().at(landscape="two valleys")

# %% [markdown]
# <details><summary>What we found</summary>
#
# In the narrow valley from the start that is set, momentum settles in 7 steps (a learning rate of
# 0.6 with momentum 0.46) and Adam in 4 (0.41 with 0.2). Plain gradient descent needed 18. In the
# two valleys a momentum of 0.69 is enough, and with 0.68 the ball stays behind. In another valley
# or from another start other settings win: no optimizer is best everywhere, and settings matter
# as much as methods.
# </details>
#
# ## The bug clinic: a gradient from two places
#
# A friend wants to save memory. As soon as the gradient of a layer is known, he takes the step
# for that layer, and does not need to keep the gradient any longer. His network has two layers.

# %%
# NBVAL_CHECK_OUTPUT
def friends_step(params, x, labels, learning_rate):
    """Forward, backward and step in one. Returns the loss before the step."""
    hidden, first_cache = linear(x, params["w1"], params["b1"])
    active, relu_cache = relu(hidden)
    scores, second_cache = linear(active, params["w2"], params["b2"])
    loss, loss_cache = softmax_cross_entropy(scores, labels)
    dscores = softmax_cross_entropy_backward(1.0, loss_cache)

    params["w2"] -= learning_rate * active.T @ dscores
    params["b2"] -= learning_rate * dscores.sum(axis=0)
    dactive = dscores @ params["w2"].T

    _, dw1, db1 = linear_backward(relu_backward(dactive, relu_cache), first_cache)
    params["w1"] -= learning_rate * dw1
    params["b1"] -= learning_rate * db1
    return loss


rng = np.random.default_rng(0)
x, labels = x_train[:64], y_train[:64]
params = init_mlp([64, 16, 10], rng)
for step in range(101):
    found = friends_step(params, x, labels, 0.5)
    if step % 25 == 0:
        print(f"step {step:3}: loss {found:.3f}")

# %% [markdown]
# The loss falls, all the way. Is anything wrong?
#
# Do not watch the loss. A step tells which gradient was used: $p$ moved by $-\eta$ times it, so
# *(before − after) / η* must be the gradient **at the place where the step began**. And what that
# is the numerical judge knows.

# %%
# NBVAL_CHECK_OUTPUT
def gradient_used(learning_rate, name, i):
    """What a step of the friend's took for the gradient of one entry."""
    before = init_mlp([64, 16, 10], np.random.default_rng(0))
    after = {key: p.copy() for key, p in before.items()}
    friends_step(after, x, labels, learning_rate)
    return (before[name][i] - after[name][i]) / learning_rate


def numerical(name, i, h=1e-5):
    """The slope of the loss for one entry, at the place where the step began."""
    above, below = (init_mlp([64, 16, 10], np.random.default_rng(0)) for _ in range(2))
    above[name][i] += h
    below[name][i] -= h
    return (loss_of(above, x, labels) - loss_of(below, x, labels)) / (2 * h)


for name, i in (("w2", (3, 3)), ("b2", 3), ("w1", (20, 3)), ("b1", 3)):
    print(f"{name}: numerical {numerical(name, i):8.5f}",
          *(f"   at rate {rate}: {gradient_used(rate, name, i):8.5f}" for rate in (0.5, 0.01)))

# %% [markdown]
# The last layer is right. The first one is not, and the error depends on the learning rate: large
# at 0.5, small at 0.01. A gradient cannot know what learning rate it will be used with. Where
# does it come in? Why? How would you mend it?
#
# <details><summary>Answer</summary>
#
# The way back through the second layer, `dactive = dscores @ params["w2"].T`, uses `w2` after it
# has been changed. The scores were made with the old `w2`, so the slopes must be taken with the
# old one too. All gradients of a step belong to one place, the one where the forward pass was
# made. Compute them all first, and only then move. With small rates the old and the new `w2`
# hardly differ, and that is how this mistake hides.
# </details>
#
# ## Exercise 5 · Train
#
# *14 minutes, difficulty 4 of 5, 3 points.*
#
# Everything is there: predict, measure the error, send it backwards, adjust, repeat. Write the
# loop.
#
# - For each of `epochs` epochs, go once through all samples with `iterate_minibatches`, called
#   with `x`, `labels`, `batch_size` and `rng`.
# - For each batch: `mlp_forward`, `softmax_cross_entropy`, its backward with 1.0 (the loss is the
#   end of the chain, and $\partial L / \partial L = 1$), `mlp_backward`, and `sgd_step`. The
#   parameters in `params` are changed in place.
# - Return a list with one number for each epoch: the **mean loss of its $N$ samples**, each as it
#   was met, *before* the step that used it.
#
# The mean needs care. A batch's loss is a mean over its own $n_b$ samples, and the last batch may
# be smaller. To count every sample alike, weigh each batch by its size:
#
# $$ \text{loss of the epoch} = \frac{1}{N} \sum_{\text{batches } b} n_b \, L_b. $$
#
# As a reminder of the calls: `scores, cache = mlp_forward(x_batch, params)` and
# `loss, loss_cache = softmax_cross_entropy(scores, labels_batch)`.

# %% exercise="train_mlp"
def train_mlp(params, x, labels, learning_rate, epochs, batch_size, rng):
    """Train an MLP in place: a step of gradient descent for each mini-batch of each epoch.

    params: as from init_mlp; x: (N, D); labels: (N,) integers from 0 to K - 1; rng: decides the
    order of the samples. Returns a list with the mean loss of each epoch.
    """
    losses = []
    raise NotImplementedError("write train_mlp here, then run this cell and the next")


# %% check="train_mlp"
train_mlp = check(train_mlp)

# %% [markdown]
# <details><summary>Must gradients not be set to zero before each batch?</summary>
#
# Only where they are added up in arrays that outlive the step, as some libraries do. There it is
# forgotten now and then, and every step then uses all the gradients of the past. Your
# `mlp_backward` makes new arrays each time. Within one backward pass, adding up is right; from
# one to the next, it is not.
# </details>
#
# Four batch sizes, the same learning rate, twelve epochs each. One epoch costs the same for all:
# every digit once forward and once back. **Before you run it:** which one learns the most from
# that?

# %%
guess_batch_size = predict("Which batch size ends lowest: 8, 32, 128 or 1438?", ...)
guess_batch_size

# %%
losses = {}
for batch_size in (1438, 128, 32, 8):
    rng = np.random.default_rng(1)
    params = init_mlp([64, 32, 10], rng)
    losses[batch_size] = train_mlp(params, x_train, y_train, 0.1, 12, batch_size, rng)

plots.losses_by_epoch({f"batches of {size:,}": values for size, values in losses.items()})

# %%
guess_batch_size.reveal(
    min(losses, key=lambda size: losses[size][-1]),
    "It takes 180 steps an epoch where all digits at once take one.",
)

# %% [markdown]
# The small batches have poor gradients and take many steps; the large ones have good gradients
# and take few. Here many poor steps win by far. They are not always the best choice: near the
# goal their noise can keep the loss from falling further, unless the learning rate falls too, and
# fast hardware is idle when it gets eight samples at a time. A large batch may also take a larger
# learning rate.
#
# Last, the three walkers on a real network. To be fair, each may choose among three learning
# rates, and keeps the one that ends lowest.

# %%
def train_with(method, rate, epochs=12):
    """Losses of each epoch on the digits, in batches of 32."""
    rng = np.random.default_rng(1)
    params = init_mlp([64, 32, 10], rng)
    kept, squares = ({name: np.zeros_like(p) for name, p in params.items()} for _ in range(2))
    losses, t = [], 0
    for _ in range(epochs):
        total = 0.0
        for x, labels in iterate_minibatches(x_train, y_train, 32, rng):
            scores, cache = mlp_forward(x, params)
            loss, loss_cache = softmax_cross_entropy(scores, labels)
            grads = mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)
            t += 1
            if method == "plain":
                sgd_step(params, grads, rate)
            elif method == "momentum":
                momentum_step(params, grads, kept, rate)
            else:
                adam_step(params, grads, kept, squares, t, rate)
            total += loss * len(labels)
        losses.append(total / len(y_train))
    return losses


best = {}
for method, rates in {
    "plain": (0.1, 0.3, 1.0),
    "momentum": (0.03, 0.1, 0.3),
    "Adam": (0.003, 0.01, 0.03),
}.items():
    tried = {rate: train_with(method, rate) for rate in rates}
    rate = min(tried, key=lambda rate: tried[rate][-1])
    best[f"{method} ({rate})"] = tried[rate]

plots.losses_by_epoch(best)

# %% [markdown]
# All three learn the digits. The two with a memory get lower in the same number of steps, at the
# price of one or two more arrays for each parameter. On so small a task that is a matter of
# taste; the deeper a network, and the more its slopes differ in size, the more it matters. A low
# training loss is not the goal, though. What it is worth on new digits is the next lesson's
# question.
#
# **Change it.** Give `train_with` a rate ten times too large for each method. Which one forgives
# most?
#
# ## What you have learned
#
# - A step is the gradient times the learning rate, downhill. Too small is slow; too large leaps
#   over the valley and farther out each time.
# - Random search, numerical differences and backpropagation reach the same loss. The first two
#   pay for every parameter; backpropagation does not.
# - Backpropagation computes the gradient. An optimizer uses it. All gradients of a step belong to
#   one place.
# - A mini-batch estimates the gradient from a few samples, and many rough steps beat a few exact
#   ones.
# - Momentum adds up what is steady and cancels what swings. Adam gives each parameter its own
#   pace.
#
# ## Where this is used
#
# Large networks are trained by a loop like your `train_mlp`, many of them with Adam or a near
# relative of it. The same descent, a few samples at a time, learns which films to recommend from
# the ratings of millions of people, and lines up the photographs that a map is made from. And
# when a training does not work, the learning rate is the first thing that people look at.
#
# ## What comes next
#
# Your network now gets its training loss as low as you like. That is not the same as being right
# about pictures that it has never seen. Lesson 07 is about the difference, and what to do about
# it.

# %%
progress()
