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
# # 07 · Learn without learning by heart
#
# *60 minutes. You need: mini-batches and Adam from lesson 06, and the backward pass from lesson
# 05.*
#
# Your networks can drive the training loss as low as you like. That is less than it sounds. A
# list of the answers does it too. What we want is a network that is right about samples that it
# **has never met**, and the training loss cannot tell us about those. Worse: if you keep looking
# at the samples that were to judge the network, they stop telling you the truth as well. This
# lesson measures both, and shows what helps.
#
# When you are done, you will be able to
#
# - split data into a part to learn from, a part to choose by, and a part to judge with, and keep
#   them apart;
# - see from two curves whether a network is still learning or already learning by heart;
# - hold it back with a penalty on large weights, with dropout, and by stopping early;
# - say how far a reported number is off when the test set has been used to choose.
#
# There are eight small exercises, each with a check below it. **Until you have solved one, the
# library's version carries the lesson on**, so you can always run the whole notebook to the
# bottom.

# %% tags=["setup"]
# a few of these names are there for the library's version of the exercises alone
from collections.abc import Mapping, Sequence

import numpy as np

from backprop_lib import (
    accuracy,
    explorers,
    init_mlp,
    mlp_forward,
    plots,
    softmax_cross_entropy,
    standardize,
    train_mlp,
    train_regularized,
    two_moons,
)
from backprop_lib.data import require_same_length
from checks import check, predict, progress, quiz

# %% [markdown]
# Here are 60 samples with two features and two classes. They lie on two crescents that reach into
# each other, and one label in ten is simply wrong, as happens in life. Three networks were trained
# on them. A has no hidden layer, B and C have two hidden layers of 32 units. B was held back while
# it learned, in a way that you will write yourself. Hollow samples are on the wrong side.

# %%
rng = np.random.default_rng(14)
few, others, many_new = (two_moons(n, rng) for n in (60, 60, 2000))


def share_right(params, samples):
    """Share of the samples (x, labels) that a network gets right."""
    x, labels = samples
    return accuracy(mlp_forward(x, params)[0], labels)


networks = {
    "A": (init_mlp([2, 2], rng), 0.0),
    "B": (init_mlp([2, 32, 32, 2], rng), 0.01),
    "C": (init_mlp([2, 32, 32, 2], rng), 0.0),
}
for params, strength in networks.values():
    train_regularized(
        params, few, others, epochs=150, batch_size=60, learning_rate=0.03, rng=rng,
        strength=strength,
    )  # learns from the few; the others are for the loss that it writes down
plots.decision_maps(
    {
        name: lambda x, params=params: mlp_forward(x, params)[0].argmax(axis=1)
        for name, (params, _) in networks.items()
    },
    *few,
)

# %% [markdown]
# **Predict.** 2,000 new samples come from the same two crescents. Which of the three gets most of
# them right? Put "A", "B" or "C" in place of the three dots, then run the cell and the next.

# %%
guess_best = predict("Which network is right most often on 2,000 new samples?", ...)
guess_best

# %%
on_new = {name: share_right(params, many_new) for name, (params, _) in networks.items()}
guess_best.reveal(
    max(on_new, key=on_new.get),
    "On new samples: " + ", ".join(f"{name} {share:.1%}" for name, share in on_new.items()) + ".",
)

# %% [markdown]
# C bent its border around single samples, also around those with a wrong label. A could not bend
# at all. The training samples alone would have told you to take C.
#
# Before we go on: four questions on earlier lessons.

# %%
quiz("07_overfitting")

# %% [markdown]
# ## A perfect memory
#
# Here is a classifier that never gets a training sample wrong. It keeps all samples in a list, and
# gives each new sample the label of the nearest one in the list. We ask it about something that
# nobody can learn: the label of each of 200 random points is the toss of a coin.

# %%
def nearest_label(known, x):
    """known: (x (N, D), labels (N,)); x: (M, D). The label of the nearest known sample, (M,)."""
    x_known, labels = known
    distance = ((x[:, None, :] - x_known[None, :, :]) ** 2).sum(axis=2)  # (M, N)
    return labels[distance.argmin(axis=1)]


def coin_tosses(n, rng):
    """n random points (n, 2), each with a coin's toss as its label (n,)."""
    return rng.normal(size=(n, 2)), rng.integers(0, 2, n)


rng = np.random.default_rng(0)
known, fresh = coin_tosses(200, rng), coin_tosses(2000, rng)

# %% [markdown]
# **Predict** two numbers from 0 to 1: its share of right answers on the 200 points in its list,
# and on 2,000 fresh points.

# %%
guess_known = predict("Share right on the 200 points in the list?", ...)
guess_known

# %%
guess_fresh = predict("Share right on 2,000 fresh points?", ...)
guess_fresh

# %%
guess_known.reveal(
    float((nearest_label(known, known[0]) == known[1]).mean()),
    "The nearest point in the list is the point itself.",
)

# %%
guess_fresh.reveal(
    float((nearest_label(known, fresh[0]) == fresh[1]).mean()),
    "There was nothing to learn, so it can only guess.",
)

# %% [markdown]
# So "100% right" on training data says nothing by itself. It could mean understanding, and it
# could mean a list. To tell the two apart you need samples that were kept out of training. That
# is **generalization**: being right beyond the samples one has learned from. When the training
# loss still falls and the loss on other samples rises, we speak of **overfitting**. When both are
# high, since the network is too simple or was held back too hard, it is **underfitting**.
#
# ## Three parts, and who may see which
#
# We shall try several networks and keep the best. That choice is itself a kind of learning: we,
# and not gradient descent, fit something to data. So it needs samples of its own, and the final
# judgement needs others again.
#
# | part | what is done with it | how often |
# |---|---|---|
# | **training** | gradients, and everything that is measured to prepare the data | all the time |
# | **validation** | choose: how many units, how much decay, which epoch | as often as you choose |
# | **test** | judge what was chosen | once, at the very end |
#
# ## Exercise 1 · Split the samples
#
# *10 minutes, difficulty 2 of 5, 3 points.*
#
# Data often come sorted, by class or by day. So shuffle first, then cut. A sample is its row of
# `x` **and** its label, and the two must stay together. Every sample goes into exactly one part.
#
# With $N$ samples and the shares $s_1, s_2, s_3$, which add up to 1, cut the shuffled order at
#
# $$ \text{round}(s_1 N) \quad\text{and}\quad \text{round}\big((s_1 + s_2) N\big). $$
#
# So the training part has about $s_1 N$ samples, the validation part about $s_2 N$, and the test
# part all that are left. One sample more or less in a part does not matter. Return three pairs
# $(x, y)$ of arrays, in the order training, validation, test.
#
# Two tools: `rng.permutation(N)` gives the numbers from 0 to N - 1 in random order, and an array
# of such numbers picks rows: `x[[4, 0, 7]]` is rows 4, 0 and 7. Leave `x` and `y` themselves as
# they are.

# %% exercise="split_train_validation_test"
def split_train_validation_test(x, y, shares, rng):
    """x: (N, D); y: (N,); shares: of training, validation and test, such as (0.6, 0.2, 0.2).

    Returns (x_train, y_train), (x_validation, y_validation), (x_test, y_test).
    """
    n = len(y)
    raise NotImplementedError("write split_train_validation_test here, then run on")


# %% check="split_train_validation_test"
split_train_validation_test = check(split_train_validation_test)

# %% [markdown]
# Now 240 samples for the rest of this lesson. A quarter to learn from, a quarter to choose by, and
# half to judge with. (If you draw your random order in another way than the library, some of the
# numbers below differ a little from those in the text. The story does not.)

# %%
rng = np.random.default_rng(2)
x, y = two_moons(240, rng)
training, validation, test = split_train_validation_test(x, y, (0.25, 0.25, 0.5), rng)
plots.three_parts(
    {"training": len(training[1]), "validation": len(validation[1]), "test": len(test[1])},
    ["gradients", "choices", "locked until the end"],
)

# %% [markdown]
# ## Watch it happen
#
# A network with two hidden layers of 32 units has 1,218 parameters; we have 60 samples. Train it
# for 120 epochs with Adam. After each epoch we write down the loss on the training samples and on
# the validation samples. `train_regularized` is the loop of lesson 06, and it keeps these records:
# with `run` for what it returns, `run.training_loss` and `run.validation_loss` hold a number for
# each epoch, and `run.params` a copy of the parameters after each epoch. It also has two brakes, of
# which more below. For now they are off.
#
# **Predict.** The training loss will fall and fall. After which of the 120 epochs will the
# validation loss be lowest?

# %%
guess_epoch = predict("After which epoch is the validation loss lowest?", ...)
guess_epoch

# %%
def train_32(**brakes):
    """Train a network with two hidden layers of 32 units on the training samples."""
    rng = np.random.default_rng(0)
    return train_regularized(
        init_mlp([2, 32, 32, 2], rng), training, validation,
        epochs=120, batch_size=60, learning_rate=0.03, rng=rng, **brakes,
    )


run = train_32()
lowest = int(np.argmin(run.validation_loss)) + 1
guess_epoch.reveal(lowest, "From there on it learns what is true of these 60 samples only.")

# %%
plots.learning_curves(run.training_loss, run.validation_loss, lowest)

# %% [markdown]
# Read the two curves together. As long as both fall, the network learns what the samples have in
# common. Where they part, it learns what sets each single one apart: the noise. The **gap**
# between them is the sign of overfitting; both being high would be the sign of underfitting.
#
# Why does the validation loss end higher than it began, although more samples are right at the end
# than at the start? The network has grown *sure*. To be sure and wrong costs much: a right class
# that gets the probability 0.01 costs $-\log 0.01 = 4.6$.
#
# <details><summary>The training loss is 0.04, and the validation loss is 1.36. Is a bug in the
# backward pass to blame?</summary>
#
# No. The gradients are right, and gradient descent did exactly what we asked for: it made the
# training loss small. What we asked for was not quite what we wanted.
# </details>
#
# ## When the parts are not apart
#
# Real data hold the same thing more than once: two photographs of one face, one patient on two
# days, a picture and its mirror image. Here is what that does. Of 60 samples we make a second
# copy, moved by a hair's breadth (0.01), and **then** split all 120 in halves. Our friend with
# the perfect memory is tested on the second half, and then on fresh samples. We do it for 100
# data sets.

# %%
# NBVAL_CHECK_OUTPUT
world = two_moons(5000, np.random.default_rng(1000))  # for the truth, which nobody has in life
reported, true = [], []
for seed in range(100):
    rng = np.random.default_rng(seed)
    x_once, y_once = two_moons(60, rng)
    x_twice = np.concatenate([x_once, x_once + rng.normal(0, 0.01, x_once.shape)])
    y_twice = np.concatenate([y_once, y_once])
    order = rng.permutation(120)
    half, other = order[:60], order[60:]
    known = x_twice[half], y_twice[half]
    reported.append((nearest_label(known, x_twice[other]) == y_twice[other]).mean())
    true.append((nearest_label(known, world[0][:500]) == world[1][:500]).mean())
print(f"reported {np.mean(reported):.2f}, true {np.mean(true):.2f}")

# %% [markdown]
# About half of the test samples had their twin in the list. **Split by what belongs together**: by
# person, by patient, by original picture. And make copies, mirrored or shifted, only after the
# split and only of the training part. Lesson 08 will do so.
#
# ## Exercise 2 · Measure on the training part only
#
# *6 minutes, difficulty 2 of 5, 2 points.*
#
# A height in millimetres and a weight in tonnes are both just numbers to a network, and the larger
# ones drown the others. So each feature is brought to mean 0 and standard deviation 1:
#
# $$ \tilde x_{nd} = \frac{x_{nd} - \mu_d}{\sigma_d}, \qquad
# \mu_d = \frac1N \sum_n x_{nd}, \qquad
# \sigma_d = \sqrt{\frac1N \sum_n (x_{nd} - \mu_d)^2}, $$
#
# with $x: (N, D)$ and $\mu, \sigma: (D,)$. The sums run over the $N$ **training** samples, and
# every other sample is later shifted and divided by the very same $\mu$ and $\sigma$. NumPy's
# `std` computes just this root.
#
# One thing more. A feature that has the same value in all training samples has no spread, and one
# cannot divide by that. Give $\sigma_d = 1$ exactly for such a feature, and leave the others alone,
# however small their $\sigma_d$: add nothing to them. With a single training sample no feature has
# any spread. Do not ask $\sigma_d$ itself, for it is rounded: that of seven times 0.1 comes out as
# about $10^{-17}$, not as 0. Ask the values: is the largest one equal to the smallest?
# `np.where(condition, a, b)` takes entries of `a` where the condition is true, else of `b`.

# %% exercise="fit_standardizer"
def fit_standardizer(x_train):
    """x_train: (N, D). Returns mean (D,) and std (D,), with 1 where all N values are equal."""
    raise NotImplementedError("write fit_standardizer here, then run this cell and the next")


# %% check="fit_standardizer"
fit_standardizer = check(fit_standardizer)

# %% [markdown]
# <details><summary>Should the test samples not be standardized with their own mean and standard
# deviation? Theirs may differ from those of the training samples.</summary>
#
# No. The network has learned what a value of, say, 0.7 means under the training part's ruler. With
# another ruler 0.7 would stand for something else. If test samples lie elsewhere, the network has
# to see that. And think of a single new sample: its own mean is itself, its own standard deviation
# is 0, and every feature of every sample would become 0 / 0.
# </details>
#
# **What does it cost to measure on all data?** Let us find out for the perfect memory, which needs
# comparable features. The samples come in two units: one feature is 2,000 times larger than the
# other. We take 200 data sets of 40 training and 20 test samples.

# %%
# NBVAL_CHECK_OUTPUT
shares = {"not standardized": [], "measured on training": [], "measured on all": []}
for seed in range(200):
    x_all, y_all = two_moons(60, np.random.default_rng(seed))
    x_all = x_all * [40.0, 0.02]
    for name, rows in (("measured on training", slice(40)), ("measured on all", slice(60))):
        z = standardize(x_all, *fit_standardizer(x_all[rows]))
        shares[name].append((nearest_label((z[:40], y_all[:40]), z[40:]) == y_all[40:]).mean())
    said = nearest_label((x_all[:40], y_all[:40]), x_all[40:])
    shares["not standardized"].append((said == y_all[40:]).mean())
for name, values in shares.items():
    print(f"{name:<21} {np.mean(values):.3f}")

# %% [markdown]
# Standardizing matters a lot. Measuring on all data made **no difference that one could see**,
# here. That is the honest result, and it is why people get careless. Now the same carelessness
# with another measurement: 60 samples with 1,000 features, all of them noise, and again coin
# tosses for labels. We keep the ten features whose class means lie furthest apart. Then each test
# sample gets the class whose mean, over the 40 training samples, is nearer. The only question is
# on which samples we looked for the ten features.

# %%
def nearest_mean_label(x_train, y_train, x):
    """The class, 0 or 1, whose mean of the training samples is nearer to each row of x."""
    distance = [((x - x_train[y_train == c].mean(axis=0)) ** 2).sum(axis=1) for c in (0, 1)]
    return (distance[1] < distance[0]).astype(int)


def accuracy_on_noise(look_at, rng):
    """Pick 10 of 1,000 noise features on the samples `look_at`; accuracy on the last 20."""
    x, y = rng.normal(size=(60, 1000)), rng.integers(0, 2, 60)
    x_seen, y_seen = x[look_at], y[look_at]
    gap = np.abs(x_seen[y_seen == 0].mean(axis=0) - x_seen[y_seen == 1].mean(axis=0))
    x = x[:, np.argsort(gap)[-10:]]
    return (nearest_mean_label(x[:40], y[:40], x[40:]) == y[40:]).mean()


# %% [markdown]
# **Predict.** Nothing can be learned here, so a truthful test says 0.5. What will the test samples
# say, as the mean over 40 data sets, when the ten features were picked on **all 60** samples?

# %%
guess_noise = predict("Test accuracy on pure noise, features picked on all samples?", ...)
guess_noise

# %%
on_all = np.mean([accuracy_on_noise(slice(60), np.random.default_rng(s)) for s in range(40)])
on_training = np.mean([accuracy_on_noise(slice(40), np.random.default_rng(s)) for s in range(40)])
guess_noise.reveal(
    float(on_all), f"Picked on the training samples alone it is {on_training:.2f}: a coin toss."
)

# %% [markdown]
# The test labels had a say in which features were kept, so the kept ones suit them. Nobody can
# tell beforehand whether such a leak costs nothing or everything. So there is one rule, with a
# check that needs no thinking: **change the test data as wildly as you like. Nothing that you
# train on, choose by or divide by may change.**
#
# ## A price on large weights
#
# To bend around a single sample, a network needs large weights. So let large weights cost
# something. We add a **penalty** to the loss, and gradient descent makes the sum small. The
# gradient of a sum is the sum of the gradients: all we need is the penalty's own. Here is one
# such penalty, worked: the L1 penalty of a single weight matrix $w: (D, M)$,
#
# $$ P = \lambda \sum_{d,m} |w_{dm}|, \qquad \lambda \ge 0 \text{ its strength}, \quad
# P: \text{a number}. $$

# %% tags=["worked"]
# NBVAL_CHECK_OUTPUT
def l1_penalty(w, strength):
    """w: (D, M); strength: a number. Returns the penalty, a number, and the cache."""
    return strength * np.abs(w).sum(), (w, strength)


def l1_penalty_backward(dloss, cache):
    """dloss: a number, the gradient of what follows for the penalty. Returns dw (D, M)."""
    w, strength = cache  # 1 kept: w and its strength
    slope = strength * np.sign(w)  # 2 slope: |w| grows with slope 1 or -1
    # 3 reach: each weight touches the one penalty; 4 sum: so there is nothing to add up
    dw = dloss * slope  # what arrives, times the slope
    return dw  # 5 shape: (D, M), like w


w = np.array([[2.0, -1.0, 0.5]])
_, cache = l1_penalty(w, strength=0.1)
print(l1_penalty_backward(1.0, cache))

# %% [markdown]
# Every weight is pulled towards 0, and all with the same force, 0.1.
#
# **Change it.** Predict what happens for `dloss` 3, and for a weight that is 0 already. Then try.
#
# Now the same with its last lines left out. This penalty takes fourth powers:
# $P = \frac{\lambda}{4} \sum_{d,m} w_{dm}^4$. Fill in the two open lines for steps 2 and 4, with
# `w`, `strength` and `dloss`.

# %% tags=["faded"]
w = np.array([[2.0, -1.0, 0.5]])
dloss, strength = 3.0, 0.1
penalty = strength / 4 * (w**4).sum()
# 1 kept: w and strength. 3 reach: each weight touches the one penalty.
slope = ...  # your line
dw = ...  # your line

# %%
predict("dw of the penalty with fourth powers?", dw).reveal(
    3.0 * 0.1 * np.array([[2.0, -1.0, 0.5]]) ** 3,
    "The slope of w^4 is 4 w^3, the 4 cancels, and dloss multiplies.",
)

# %% [markdown]
# ## Exercise 3 · The L2 penalty
#
# *6 minutes, difficulty 2 of 5, 2 points.*
#
# The usual one takes squares, of **all weights of the whole network**, and leaves the biases
# alone:
#
# $$ P = \frac{\lambda}{2} \sum_{i} \sum_{d,m} \big(w^{(i)}_{dm}\big)^2 \qquad
# w^{(i)}: \text{ weights of layer } i, \quad \lambda: \text{ the strength}, \quad
# P: \text{a number}. $$
#
# A bias only moves an output up or down; it cannot make a network bend sharply. So it goes free.
#
# `params` is a dictionary such as `init_mlp` makes: `{"w1": ..., "b1": ..., "w2": ...}`. The
# weights are the arrays whose name begins with "w" (`name.startswith("w")`). Return the penalty
# and the cache, the pair `(params, strength)`.

# %% exercise="l2_penalty"
def l2_penalty(params, strength):
    """params: {"w1": (D, H), "b1": (H,), ...}; strength: a number.

    Returns the penalty, a number, and the cache (params, strength).
    """
    raise NotImplementedError("write l2_penalty here, then run this cell and the next")


# %% check="l2_penalty"
l2_penalty = check(l2_penalty)

# %% [markdown]
# ## Exercise 4 · Back through the penalty
#
# *5 minutes, difficulty 2 of 5, 2 points.*
#
# Go through the five steps once more, for one weight $w^{(i)}_{dm}$ and for one bias. Return a
# dictionary with **the names and shapes of `params`**: for each weight matrix its gradient, and
# for each bias an array of zeros, since no bias entered the penalty. Make new arrays; `params`
# must stay as it is. `dloss` is the gradient of what follows for the penalty: 1 when the penalty
# is added to the loss, and it need not be 1.

# %% exercise="l2_penalty_backward"
def l2_penalty_backward(dloss, cache):
    """dloss: a number; cache: (params, strength) as `l2_penalty` returned it.

    Returns the gradients by name: {"w1": (D, H), "b1": (H,), ...}.
    """
    params, strength = cache
    raise NotImplementedError("write l2_penalty_backward here, then run this cell and the next")


# %% check="l2_penalty_backward"
l2_penalty_backward = check(l2_penalty_backward)

# %% [markdown]
# In a training step the two gradients are added, name by name:
#
# ```python
# grads = mlp_backward(dscores, cache)  # of the loss, as ever
# for name, pull in l2_penalty_backward(1.0, penalty_cache).items():
#     grads[name] += pull
# ```
#
# In a step of plain gradient descent with learning rate $\eta$ this gradient turns $w$ into
# $w - \eta \lambda w = (1 - \eta\lambda)\, w$, before the loss has its say: every weight shrinks
# by a small share at each step. Hence its other name, **weight decay**.
#
# Here is the network of before with three strengths, after the last epoch: `params[-1]`. The
# picture shows the training samples.

# %%
decayed = {strength: train_32(strength=strength) for strength in (0.0, 0.01, 0.1)}
plots.decision_maps(
    {
        f"strength {strength:g}":
            lambda x, params=r.params[-1]: mlp_forward(x, params)[0].argmax(axis=1)
        for strength, r in decayed.items()
    },
    *training,
)

# %%
# NBVAL_CHECK_OUTPUT
for strength, r in decayed.items():
    squares = 2 * l2_penalty(r.params[-1], 1.0)[0]
    print(f"strength {strength:<4g}  squares of weights {squares:4.0f}  "
          f"training loss {r.training_loss[-1]:.2f}  validation loss {r.validation_loss[-1]:.2f}")

# %% [markdown]
# The training loss gets worse and worse, and that is no failure. The validation loss gets better
# and then worse again: at 0.1 the network is held back so hard that it underfits.
#
# ## Exercise 5 · Dropout
#
# *8 minutes, difficulty 3 of 5, 3 points.*
#
# Another brake. In every training step, each hidden unit is left out at random, for each sample
# anew. No unit can count on another one being there, so none can become the specialist for a
# single sample. With $p$ the probability to **stay** (`keep_probability`):
#
# $$ y_{nd} = x_{nd} \, m_{nd}, \qquad
# m_{nd} = \begin{cases} 1/p & \text{with probability } p, \\ 0 & \text{else,} \end{cases} \qquad
# x, y, m: (N, D). $$
#
# Each of the $N D$ entries draws for itself. Why $1/p$? With $p = 0.8$ four entries in five stay,
# so a sum over many units would shrink to 0.8 of its size. Making each survivor $1/0.8 = 1.25$
# times larger mends that. Once trained, the network is used **without** dropout, and then meets
# sums of the size that it is used to.
#
# **Predict.** `x` is all ones, 100 by 100, and `keep_probability` is 0.5. What is the mean of `y`,
# roughly? And which numbers does `y` hold?

# %%
guess_mean = predict("The mean of y when x is all ones and half of the entries stay?", ...)
guess_mean

# %% [markdown]
# A tool: `rng.random(x.shape)` gives numbers spread evenly from 0 to 1, and such a number is
# below $p$ with probability $p$. `keep_probability` is above 0 and at most 1; at 1 everything
# stays. Return `y` and, as the cache, the mask $m$, with the $1/p$ in it. Leave `x` as it is.

# %% exercise="dropout"
def dropout(x, keep_probability, rng):
    """x: any shape; keep_probability: above 0, at most 1; rng: decides which entries stay.

    Returns y, of the shape of x, and the cache: the mask, 0 or 1 / keep_probability.
    """
    raise NotImplementedError("write dropout here, then run this cell and the next")


# %% check="dropout"
dropout = check(dropout)

# %%
half_left, _ = dropout(np.ones((100, 100)), 0.5, np.random.default_rng(0))
guess_mean.reveal(float(half_left.mean()), "Half of the entries are 0, and the other half are 2.")

# %%
rng = np.random.default_rng(4)
x_small = rng.uniform(0.5, 2.0, (4, 7))
plots.before_and_after_dropout(x_small, dropout(x_small, 0.7, rng)[0])

# %% [markdown]
# ## Exercise 6 · Back through dropout
#
# *3 minutes, difficulty 1 of 5, 1 point.*
#
# Some think that dropout concerns the way forward only. Yet the mask is part of the function that
# was computed. What was **kept** in the cache? The mask $m$. What is the **slope** of
# $y_{nd} = x_{nd} \, m_{nd}$ for $x_{nd}$, and which outputs does $x_{nd}$ **reach**? On the way
# back nothing is random any more: the draw was made on the way forward.

# %% exercise="dropout_backward"
def dropout_backward(dy, cache):
    """dy: dL/dy; cache: the mask that the forward pass drew. Returns dx, of the same shape."""
    mask = cache
    raise NotImplementedError("write dropout_backward here, then run this cell and the next")


# %% check="dropout_backward"
dropout_backward = check(dropout_backward)

# %% [markdown]
# **How to check a gradient with chance in it.** A numerical derivative compares the loss at two
# points. If each of the two draws a mask of its own, it compares two different functions. Give
# both the same seed, and it works.

# %%
# NBVAL_CHECK_OUTPUT
x_row, h = np.linspace(1.0, 2.0, 8), 1e-5  # (8,)


def loss_after_dropout(x, seed):
    """The sum of squares of what dropout leaves, a number."""
    out, _ = dropout(x, 0.5, np.random.default_rng(seed))
    return (out**2).sum()


def slopes(seed_above, seed_below):
    """A central difference for each of the 8 entries, (8,)."""
    return np.array([
        (loss_after_dropout(x_row + nudge, seed_above)
         - loss_after_dropout(x_row - nudge, seed_below)) / (2 * h)
        for nudge in h * np.eye(8)
    ])


y_row, mask = dropout(x_row, 0.5, np.random.default_rng(8))
ours = dropout_backward(2 * y_row, mask)  # dL/dy of a sum of squares is 2 y
print("one mask for both: agrees:", bool(np.abs(slopes(8, 8) - ours).max() < 1e-6))
print("a mask for each:   agrees:", bool(np.abs(slopes(8, 9) - ours).max() < 1e-6),
      " and its size is above 10,000:", bool(np.abs(slopes(8, 9)).max() > 10_000))

# %% [markdown]
# <details><summary>A trained network gives two different answers for the same picture. What has
# somebody forgotten?</summary>
#
# To leave dropout out. It belongs to training. When the network is used, also for the validation
# loss, all units are there. `train_regularized` does it so: `dropout_mlp_forward` for the steps,
# `mlp_forward` for the losses after each epoch.
# </details>
#
# ## Try all of it
#
# The explorer below trains the network on our 60 training samples, for each setting anew. Left,
# its map of the plane; hollow samples are on the wrong side. Right, the two curves. Press Play to
# watch the epochs go by.
#
# 1. With 32 units and no brake: at which epoch do the islands around single samples appear, and
#    what do the curves do there? Then show the validation samples on the map. Do they agree with
#    the islands?
# 2. Take capacity away: 8, 4, 2 units. When does the training loss stay high?
# 3. Go back to 32 units and find a weight decay for which the validation loss does not rise any
#    more.
# 4. Do the same with dropout alone. Does it help as much here?
#
# **Your task with the controls:** find the setting and the epoch with the lowest validation loss,
# and write them down. You will need them at the end. There is no way to see the test samples
# here, and that is on purpose.

# %%
explorers.overfitting()

# %% [markdown]
# <details><summary>Which brake is best?</summary>
#
# There is no answer for all data. Here weight decay does more than dropout, which was made for
# far larger networks than 32 units. More data would do more than all of them. That is why one
# tries, and why one needs a validation part to try on.
# </details>
#
# <details><summary>Why does dropout make the training loss worse? Is that not bad?</summary>
#
# It makes the task harder while training: each step sees a network with holes. The training loss
# that the curves show is measured without dropout, and it is still higher than without the brake.
# What counts is the other curve.
# </details>
#
# ## Exercise 7 · The best epoch
#
# *3 minutes, difficulty 1 of 5, 1 point.*
#
# The simplest brake of all: stop in time. For that we have to name the epoch with the lowest
# validation loss. Epochs count from 1, so the first loss in the list belongs to epoch 1. Where
# several epochs share the lowest loss, name the first. `validation_loss` is a list or tuple of at
# least one number; return a whole number.

# %% exercise="best_epoch"
def best_epoch(validation_loss):
    """validation_loss: a number for each epoch. Returns the best epoch, counted from 1."""
    raise NotImplementedError("write best_epoch here, then run this cell and the next")


# %% check="best_epoch"
best_epoch = check(best_epoch)

# %% [markdown]
# ## Exercise 8 · When to stop
#
# *6 minutes, difficulty 3 of 5, 2 points.*
#
# While training runs, the future is unknown. A validation loss goes up and down, so a single rise
# means little. The rule is **patience**: stop when the best epoch so far lies `patience` epochs or
# more back. With $t$ epochs so far and the best of them $b$, that is $t - b \ge$ `patience`.
#
# For example, with patience 3, the losses 1.0, 0.8, 0.6, 0.7, 0.9, 0.8 say stop: the best is
# epoch 3, and three epochs have failed to beat it. Had the last one been 0.5, it would be the new
# best, and the waiting would begin anew. An epoch that only equals the best has not beaten it.
# While there are no more epochs than `patience`, the answer is False by itself.
#
# Return True or False for the end of the list: for *now*, not for some moment in the past. You may
# use `best_epoch`.

# %% exercise="should_stop"
def should_stop(validation_loss, patience):
    """validation_loss: a number for each epoch so far; patience: a number of epochs, 1 or more.

    Returns True where the last `patience` epochs have all failed to beat the best before them.
    """
    raise NotImplementedError("write should_stop here, then run this cell and the next")


# %% check="should_stop"
should_stop = check(should_stop)

# %% [markdown]
# What would it have done to our overfitting network? With patience 20:

# %%
losses = run.validation_loss
stopped = next((t for t in range(1, 121) if should_stop(losses[:t], patience=20)), 120)
best = best_epoch(losses[:stopped])
print(f"stops after epoch {stopped}, goes back to epoch {best} with loss {losses[best - 1]:.2f}")

# %% [markdown]
# A third of the training time, and the loss is that of the best epoch, not of the last one. But to
# *go back* one has to have kept the parameters of that epoch.
#
# ## The bug clinic: the best network is gone
#
# A friend keeps the best parameters while she trains. Everything runs, and the losses look as they
# should.

# %%
def friends_training(epochs, rng):
    """Train, and return the parameters of the best epoch, and all validation losses."""
    params = init_mlp([2, 32, 32, 2], rng)
    losses = []
    for epoch in range(1, epochs + 1):
        train_mlp(params, *training, learning_rate=0.5, epochs=1, batch_size=10, rng=rng)
        losses.append(validation_loss_of(params))
        if best_epoch(losses) == epoch:
            best_params = params  # remember the best so far
    return best_params, losses


def validation_loss_of(params):
    """Loss on the validation samples, a number."""
    x, labels = validation
    return softmax_cross_entropy(mlp_forward(x, params)[0], labels)[0]


best_params, losses = friends_training(200, np.random.default_rng(0))
print(f"lowest validation loss on the way: {min(losses):.3f}, after epoch {best_epoch(losses)}")

# %% [markdown]
# Do not look at the losses on the way; look at what was handed back. A parameter set that is the
# best must reproduce the best loss. That check is one line, and it works for any early stopping.

# %%
print(f"validation loss of what came back: {validation_loss_of(best_params):.3f}")
print(f"validation loss of the last epoch: {losses[-1]:.3f}")

# %% [markdown]
# What came back is the *last* network. Find the line that is wrong, say why, and think of how you
# would mend it. Then unfold.
#
# <details><summary>Where, and why?</summary>
#
# `best_params = params` makes no copy. It is a second name for the same dictionary, and training
# goes on changing the arrays in it, in place.
# </details>
#
# Your friend mends it: `best_params = dict(params)`, a new dictionary. **Predict:** is that
# enough? Answer True or False.

# %%
guess_mended = predict("Does dict(params) keep the best parameters safe?", ...)
guess_mended

# %%
params = init_mlp([2, 4, 2], np.random.default_rng(0))
shallow = dict(params)
deep = {name: array.copy() for name, array in params.items()}
params["w1"] -= 1.0  # what a step of gradient descent does: in place
guess_mended.reveal(
    not np.array_equal(shallow["w1"], params["w1"]),
    "The dictionary is new, but its arrays are the same ones: they moved along. "
    f"Copying each array works: {not np.array_equal(deep['w1'], params['w1'])}.",
)

# %% [markdown]
# `np.shares_memory(a, b)` says whether two arrays share their memory. It is the second check for
# this kind of mistake.
#
# ## What happens to those who choose by the test set
#
# Suppose we had no validation part, and picked by the test score. Is that so bad? We never
# trained on it. Let us begin where the truth is known. Each of $k$ "networks" tosses a coin for
# each of 100 test samples. We keep the one with the best test score, and report that score. In
# truth each is right half of the time.
#
# **Predict.** What will the best of 100 such coin tossers score on the 100 samples, on average?

# %%
guess_coins = predict("Test score of the best of 100 coin tossers?", ...)
guess_coins

# %%
def best_score(k, rng):
    """The best test score of k coin tossers on 100 samples."""
    return (rng.integers(0, 2, (k, 100)) == rng.integers(0, 2, 100)).mean(axis=1).max()


tossers = {}
for k in (1, 10, 100, 1000):
    rng = np.random.default_rng(k)
    tossers[f"best of {k:,}"] = float(np.mean([best_score(k, rng) for _ in range(50)]))
guess_coins.reveal(tossers["best of 100"], "The best of many is partly the luckiest of many.")

# %%
plots.reported_and_true(tossers, [0.5] * len(tossers))

# %% [markdown]
# Nobody cheated on purpose; taking the best of many was enough. The more you try, the further the
# reported score is off.
#
# Now with real networks. For each of 20 data sets of 180 samples, a third for each part, we train
# a network with hidden layers of 16 units for 100 epochs, and pick an epoch in two ways:
#
# - **honest**: the epoch with the lowest validation loss, and then its test accuracy;
# - **by the test set**: the epoch with the highest test accuracy, and that very accuracy.
#
# Beside each stands the truth, measured on 5,000 fresh samples.

# %%
thirds = (1 / 3, 1 / 3, 1 / 3)
honest, by_test = [], []  # pairs: reported, true
for seed in range(20):
    rng = np.random.default_rng(seed)
    train_part, validation_part, test_part = split_train_validation_test(
        *two_moons(180, rng), thirds, rng
    )
    epochs_kept = train_regularized(
        init_mlp([2, 16, 16, 2], rng), train_part, validation_part,
        epochs=100, batch_size=60, learning_rate=0.03, rng=rng,
    )
    on_test = [share_right(params, test_part) for params in epochs_kept.params]
    for pairs, epoch in (
        (honest, best_epoch(epochs_kept.validation_loss)),
        (by_test, int(np.argmax(on_test)) + 1),
    ):
        pairs.append((on_test[epoch - 1], share_right(epochs_kept.params[epoch - 1], world)))
honest, by_test = np.array(honest), np.array(by_test)  # (20, 2)
plots.reported_and_true(
    {"by validation loss": honest[:, 0].mean(), "by the test set": by_test[:, 0].mean()},
    [honest[:, 1].mean(), by_test[:, 1].mean()],
)

# %%
for name, pairs in (("by validation loss", honest), ("by the test set", by_test)):
    off = pairs[:, 0] - pairs[:, 1]
    print(f"{name:<18}  reported - true = {off.mean():+.3f}, give or take "
          f"{off.std(ddof=1) / np.sqrt(len(off)):.3f}")

# %% [markdown]
# "Give or take" is the standard error of the mean: by about so much it would differ from one set of
# 20 data sets to the next, by chance alone. So the $+0.012$ of the honest way is about as large as
# chance alone makes it, and the $+0.057$ is not.
#
# With one choice among 100 epochs the test set promises several points more than there are. The
# network that it picked is not even worse. It is the *number* that is wrong, and a number is all
# that others will see. The honest number is off too in each single case, by the luck of 60
# samples, but now up and now down.
#
# <details><summary>Is the validation score of the chosen epoch a fair number to report?</summary>
#
# No, and for the same reason: it was used to choose, so it is the best of many. That is why there
# is a third part.
# </details>
#
# <details><summary>I have opened the test set, and the result is poor. May I go back, improve the
# network and test again?</summary>
#
# You may improve it. But the second test score has chosen, too, so it is worth less than it says.
# For an honest number you need fresh test samples. In competitions people hand in hundreds of
# times and climb on the very same test set; new samples then often show how little of it was
# real.
# </details>
#
# ## Open the test set, once
#
# Put the setting and the epoch that you found with the explorer into the next cell. (What stands
# there is no secret hint, only a fair start.) Then predict, and open the test set.

# %%
my_units, my_strength, my_keep, my_epoch = 32, 0.01, 1.0, 109
rng = np.random.default_rng(0)
mine = train_regularized(
    init_mlp([2, my_units, my_units, 2], rng), training, validation,
    epochs=120, batch_size=60, learning_rate=0.03, rng=rng,
    strength=my_strength, keep_probability=my_keep,
)
chosen = mine.params[my_epoch - 1]
print(f"validation: loss {mine.validation_loss[my_epoch - 1]:.3f}, "
      f"{share_right(chosen, validation):.3f} right")

# %%
guess_test = predict("Share right on the 120 test samples?", ...)
guess_test

# %%
guess_test.reveal(
    share_right(chosen, test),
    f"In truth, on 5,000 fresh samples, it is {share_right(chosen, world):.3f}. Since one label "
    "in ten is wrong, nobody can get much beyond 0.9.",
)

# %% [markdown]
# Even an honest test score is a measurement with an error. With a share of $q$ right on $n$
# samples its standard deviation is $\sqrt{q (1 - q) / n}$: for 0.8 and 120 samples about 0.04. A
# network that is one point better on such a test has shown nothing.
#
# ## What you have learned
#
# - A low training loss can be a list of answers. Only samples kept out of training tell.
# - Training to learn, validation to choose, test to judge, once. Whatever is measured, picked or
#   copied is part of training, and happens after the split.
# - The gap between the two curves shows overfitting; two high curves show underfitting.
# - An L2 penalty adds $\lambda w$ to each weight's gradient and nothing to the biases'.
# - Dropout multiplies by a mask with $1/p$ in it; the way back multiplies by the same mask. It is
#   off when the network is used.
# - Early stopping goes back to the epoch with the lowest validation loss. Copy the arrays.
# - Who chooses by the test set reports luck.
#
# ## Where this is used
#
# Everywhere that a number is to be believed. Medical models are tested on other hospitals than
# those that they learned from. A forecast is tested on later years than those that it has seen.
# Competitions often keep a second, secret test set. Weight decay is part of the training of most
# large networks, dropout of many, and early stopping saves time wherever training is long.
#
# ## What comes next
#
# You have all the pieces. Lesson 08 takes 200 real photographs, splits them, trains a deep
# network to tell faces from other pictures, chooses by validation, and opens the test set once.

# %%
progress()
