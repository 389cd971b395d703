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
# # 05 · Send the error backwards
#
# *75 minutes. You need: NumPy arrays, the forward pass of a network, and the chain rule for
# functions of one number.*
#
# A network has made its predictions, and the loss says how wrong they are. Now every weight in
# the network wants to know one thing: **if I grow a little, what happens to the loss?** The
# answer is a number, the weight's gradient. The backward pass finds that number for every weight
# at once, for about the price of two more forward passes. It is the reason why networks with
# billions of weights can learn at all.
#
# When you are done, you will be able to
#
# - derive the backward pass of a layer from the shapes and the chain rule, without guessing at
#   transposes;
# - write it for a linear layer, for ReLU and the sigmoid, for softmax with cross-entropy, and for a
#   whole network;
# - prove that it is right, with numbers and not by watching the loss;
# - train a network on handwritten digits with gradients that are all your own.
#
# There are five exercises. Under each stands a check that compares your function with numerical
# derivatives. **Until you have solved an exercise, the library's version carries the lesson on**,
# so you can always run the whole notebook to the bottom. The check tells you which of the two is
# at work.

# %% tags=["setup"]
import numpy as np

from backprop_lib import (
    accuracy,
    explorers,
    init_mlp,
    iterate_minibatches,
    linear,
    load_digits,
    mlp_forward,
    plots,
    relu,
    sgd_step,
    softmax,
    softmax_cross_entropy,
)
from checks import check, predict, progress, quiz
from checks.gradients import numerical_gradient

# %% [markdown]
# Here is the whole lesson in one picture. The signal runs forward, from the left. The gradient of
# the loss $L$ runs back, from the right, through the same boxes. Look at the shapes: what comes
# back always has the shape of what went forward.

# %%
plots.forward_and_back(
    ["linear", "ReLU", "linear", "softmax +\ncross-entropy"],
    ["x\n(N, D)", "(N, H)", "(N, H)", "scores\n(N, K)", "L\na number"],
    ["dx\n(N, D)", "(N, H)", "(N, H)", "dscores\n(N, K)", "1\na number"],
)

# %% [markdown]
# Four questions first, on what you bring from earlier lessons. Recalling something, even wrongly,
# prepares the ground for what builds on it.

# %%
quiz("05_backward_pass")

# %% [markdown]
# **Names.** For any array $a$ we write `da` for $\partial L / \partial a$: how much the loss grows
# for each unit by which an entry of $a$ grows. So `da` has one number for each entry of `a`, and
# the same shape. $N$ is the number of samples in the batch; each row of `x` is one sample.
#
# ## One layer, worked by hand
#
# Before you write a layer, see one done. This one has a single parameter, a number $s$. It turns
# the volume of everything up or down:
#
# $$ y_{nd} = s \, x_{nd} \qquad x: (N, D), \quad s: \text{a number}, \quad y: (N, D). $$
#
# A layer is two functions. `forward` gives the output and a **cache**, the things that the way
# back will need. `backward` gets `dy`, which the layer above has worked out, and the cache.

# %% tags=["worked"]
def volume(x, s):
    """x: (N, D), s: a number. Returns y (N, D) and the cache."""
    return s * x, (x, s)


x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]])  # (N, D) = (2, 3)
s = 1.5
y, cache = volume(x, s)
y

# %% [markdown]
# **Predict.** Somebody above us says that the loss reacts to `y` like this:

# %%
dy = np.array([[0.1, 0.2, 0.0], [-0.3, 0.5, 0.1]])  # dL/dy, (2, 3)

# %% [markdown]
# If `s` grows by 0.01, each entry of `y` grows by 0.01 times the entry of `x` in the same place. By
# how much does the loss change, to first order? Work out a number, put it in place of the three
# dots, and only then run on. In this course nobody grades a prediction; it is there because what
# surprises you stays with you.

# %%
guess_change = predict("By how much does the loss change?", ...)
guess_change

# %%
change_in_y = 0.01 * x
change_in_loss = (dy * change_in_y).sum()
guess_change.reveal(change_in_loss, "Each entry of dy is weighed with its entry of 0.01 x.")

# %% [markdown]
# So `ds` must be a hundred times that, $-1.3$. The **five steps** of lesson 04 find it for any
# layer. What is new: one number may reach a whole array, and everything has a shape.
#
# 1. **Kept.** What is in the cache? Here $x$ and $s$.
# 2. **Slope.** How does one output react to one input? $\partial y_{nd} / \partial s = x_{nd}$,
#    and $\partial y_{nd} / \partial x_{nd} = s$.
# 3. **Reach.** Which outputs does it touch? The one number $s$ touches *every* $y_{nd}$. One
#    $x_{nd}$ touches only its own $y_{nd}$.
# 4. **Sum.** Multiply each slope by what arrives, and add up over everything that it touches:
#
#    $$ \frac{\partial L}{\partial s} = \sum_{n,d} \frac{\partial L}{\partial y_{nd}} \, x_{nd},
#    \qquad \frac{\partial L}{\partial x_{nd}} = \frac{\partial L}{\partial y_{nd}} \, s. $$
#
# 5. **Shape.** `ds` is a number like `s`; `dx` is $(N, D)$ like `x`.

# %% tags=["worked"]
# NBVAL_CHECK_OUTPUT
def volume_backward(dy, cache):
    """dy: (N, D), dL/dy. Returns dx (N, D) and ds, a number."""
    x, s = cache  # 1 kept
    dx = s * dy  # 2 slope s, 3 reaches one output, so 4 nothing to add up
    ds = (x * dy).sum()  # 2 slope x, 3 reaches all outputs, so 4 add up over all
    return dx, ds  # 5 shapes of x and of s


dx, ds = volume_backward(dy, cache)
print("ds =", round(ds, 6), " dx has shape", dx.shape)

# %% [markdown]
# Step 4 is the whole secret: **what reaches many outputs collects from many.** Most wrong backward
# passes either forget a sum or take it along the wrong axis.
#
# **Change it.** Set one entry of `dy` above to 0 and predict what happens to `ds` before you run
# the cells again.
#
# ## The same, with the last lines left to you
#
# An equaliser has a volume knob for each feature. Its knobs are $g$, with shape $(D,)$:
#
# $$ y_{nd} = g_d \, x_{nd} \qquad x, y: (N, D), \quad g: (D,). $$
#
# Steps 1 to 5 are done for `dx`. For `dg` the first two are done: what is kept, and the slope
# $\partial y_{nd} / \partial g_d = x_{nd}$. Reach, sum and shape are yours. Which outputs does one
# knob $g_d$ touch? Replace the three dots; one line is enough.

# %% tags=["faded"]
g = np.array([1.5, 0.5, 2.0])  # (D,) = (3,): a knob for each feature
y = g * x  # (N, D) = (2, 3)
dx = g * dy  # 1 g kept, 2 slope g, 3 reaches one output, 4 nothing to add up, 5 (N, D)
dg = ...  # your line: 1 x kept, 2 slope x; 3 reach, 4 sum, 5 shape are open

# %% [markdown]
# The judge of lesson 04 nudges each knob a little to both sides and looks at what the loss does.
# Here the loss is the sum of `dy * y`, which reacts to `y` just as `dy` says. From now on we use
# the course's `numerical_gradient`. Unlike yours it takes a function and the array to nudge, finds
# the best steps by itself, and has the slopes in its `.value`, in the shape of that array.

# %%
numerical_dg = numerical_gradient(lambda knobs: (dy * (knobs * x)).sum(), g).value
guess_dg = predict("dL/dg, from your line", dg)
guess_dg.reveal(numerical_dg, "One knob touches its own column, so it collects over the samples.")

# %% [markdown]
# ## The bug clinic: the friend's volume knob
#
# The friend of lesson 04 has written her own `volume_backward`. She shows you that it works: she
# trains `s` so that `s * x` matches a target, and the loss goes down nicely.

# %%
# NBVAL_CHECK_OUTPUT
def friends_backward(dy, cache):
    x, s = cache
    return s * dy, (x * dy).mean()


def loss_of(s, target):
    """Half the squared distance of s * x from the target, a number."""
    return 0.5 * ((volume(x, s)[0] - target) ** 2).sum()


target = 4.0 * x
s_friend = 1.5
for step in range(4):
    y, cache = volume(x, s_friend)
    _, ds = friends_backward(y - target, cache)  # dL/dy of this loss is y - target
    s_friend -= 0.1 * ds
    print(f"step {step}: loss {loss_of(s_friend, target):.3f}")

# %% [markdown]
# You know by now that this says little. Look at the gradient, with a central difference as in
# lesson 04:

# %%
# NBVAL_CHECK_OUTPUT
h = 1e-5
numerical = (loss_of(1.5 + h, target) - loss_of(1.5 - h, target)) / (2 * h)
y, cache = volume(x, 1.5)
print(f"numerical  {numerical:.4f}")
print(f"ours       {volume_backward(y - target, cache)[1]:.4f}")
print(f"friend's   {friends_backward(y - target, cache)[1]:.4f}")
print(f"ratio      {numerical / friends_backward(y - target, cache)[1]:.4f}")

# %% [markdown]
# Three questions before you read on. *Where* is the fault: which of the five steps went wrong? *Why*
# did the training not show it? *How* would you mend it?
#
# Hers is 6 times too small, and 6 is the number of entries: her `.mean()` divides in step 4, where
# the sum belongs, although the forward pass took no mean. A gradient that is too small, or right
# only in part, still points roughly downhill. That is why such mistakes live for years. In this
# course every gradient is compared with the numerical judge, and so are yours.
#
# ## Exercise 1 · Back through a linear layer
#
# *12 minutes, difficulty 3 of 5, 3 points.*
#
# The forward pass weighs and adds:
#
# $$ y_{nm} = \sum_{d} x_{nd} \, w_{dm} + b_m \qquad
# x: (N, D), \quad w: (D, M), \quad b: (M,), \quad y: (N, M). $$
#
# `linear` keeps `(x, w, b)` in its cache. `dy` arrives, with shape $(N, M)$. You need `dx`, `dw`
# and `db`. Go through the five steps for each of the three. Take one entry, and ask what it
# touches:
#
# | one entry of | slope of $y_{nm}$ for it | it touches | so you sum over |
# |---|---|---|---|
# | $w_{dm}$ | $x_{nd}$ | column $m$ of $y$, in **every sample** | $n$ |
# | $x_{nd}$ | ? | ? | ? |
# | $b_m$ | ? | ? | ? |
#
# Fill in the two missing rows on paper first.
#
# **From a sum to a matrix product.** You will meet sums such as $\sum_n p_{nd} \, q_{nm}$. A matrix
# product sums over the *inner* index: $(A B)_{dm} = \sum_n A_{dn} B_{nm}$. So the index that you
# sum over must be the last of the left matrix and the first of the right one. If it is the first of
# the left one, as in $p_{nd}$, turn that matrix around: $p^{\mathsf T}$ has the entries
# $(p^{\mathsf T})_{dn} = p_{nd}$. That is where the transposes in a backward pass come from. They
# are not there to make shapes fit, although the shapes do fit in the end.
#
# To see what the sum over samples does, here is a layer with three samples. Each adds its own
# small matrix to `dw`, and the gradient is their sum.

# %%
rng = np.random.default_rng(6)
x3, dy3 = rng.normal(size=(3, 2)), rng.normal(size=(3, 4))  # N = 3, D = 2, M = 4
shares = np.stack([np.outer(x3[n], dy3[n]) for n in range(3)])  # (N, D, M)
plots.share_of_each_sample(shares, ("sample", "dw"))

# %% [markdown]
# Now write it, for any sizes. One line each is enough, and loops are welcome too.

# %% exercise="linear_backward"
def linear_backward(dy, cache):
    """dy: (N, M), dL/dy; cache: (x, w, b) with x (N, D), w (D, M), b (M,).

    Returns dx (N, D), dw (D, M), db (M,).
    """
    x, w, b = cache
    # for each of the three: slope, reach, sum
    raise NotImplementedError("write linear_backward here, then run this cell and the next")


# %% check="linear_backward"
linear_backward = check(linear_backward)

# %% [markdown]
# Two questions to think about before you unfold the answers.
#
# <details><summary>To go back through w, should one not have to invert the matrix w?</summary>
#
# No. We do not ask which x would have given this y. We ask how the loss reacts when x moves a
# little. Each entry of x reached M outputs through M weights, so M answers are weighed with the
# same weights and added. Nothing is inverted, and w need not be square.
# </details>
#
# <details><summary>Why does the batch disappear from dw, but not from dx?</summary>
#
# All samples share the same weights, so each weight touches every sample and collects from every
# sample. Each sample has its own x, which touches only its own row of y.
# </details>
#
# ## Exercise 2 · Back through a ReLU
#
# *4 minutes, difficulty 1 of 5, 1 point.*
#
# $$ y_{nd} = \max(0, x_{nd}) \qquad x, y: (N, D). $$
#
# ReLU is a row of gates. Where $x$ is positive, the gate is open: $y = x$. Elsewhere it is shut:
# $y = 0$, whatever $x$ is.

# %%
line = np.linspace(-2.5, 2.5, 201)
plots.gates(line, relu(line)[0])

# %% [markdown]
# **Predict.** `x` has the entries $-1$ and $2$, and `dy` has the entries $10$ and $-10$ in the same
# places. What is `dx`? Both numbers of `dy` matter, and so does the question *when* it was decided
# which gate is open: on the way forward or on the way back? Put two numbers in square brackets in
# place of the dots, such as `[1.0, 2.0]`.

# %%
guess_relu = predict("What are the two entries of dx?", ...)
guess_relu

# %% [markdown]
# The cache is `x`, the input. Exactly at $x = 0$ the slope is not defined; any value from 0 to 1
# will do there.

# %% exercise="relu_backward"
def relu_backward(dy, cache):
    """dy: (N, D), dL/dy; cache: the input x (N, D). Returns dx (N, D)."""
    x = cache
    raise NotImplementedError("write relu_backward here, then run this cell and the next")


# %% check="relu_backward"
relu_backward = check(relu_backward)

# %%
guess_relu.reveal(
    relu_backward(np.array([10.0, -10.0]), np.array([-1.0, 2.0])),
    "The gates were set on the way forward, by x. The sign of dy has no say.",
)

# %% [markdown]
# ## Exercise 3 · Back through a sigmoid
#
# *4 minutes, difficulty 2 of 5, 1 point.*
#
# $$ y_{nd} = \sigma(x_{nd}) = \frac{1}{1 + e^{-x_{nd}}} \qquad x, y: (N, D). $$
#
# The sigmoid is no gate: it lets something through everywhere, and nowhere all of it. Its slope can
# be written with nothing but $y$. That is why the cache of `sigmoid` is **`y`, the output**, and not
# `x`. Find the slope on paper first: differentiate the fraction, and look for $y$ and $1 - y$ in
# what you get.
#
# **Predict.** `y` has the entries $0.5$ and $0.99$, and both entries of `dy` are $1$. How many times
# as large as the second entry of `dx` is the first?

# %%
guess_sigmoid = predict("How many times as large is the first entry?", ...)
guess_sigmoid

# %% exercise="sigmoid_backward"
def sigmoid_backward(dy, cache):
    """dy: (N, D), dL/dy; cache: the output y (N, D). Returns dx (N, D)."""
    y = cache
    raise NotImplementedError("write sigmoid_backward here, then run this cell and the next")


# %% check="sigmoid_backward"
sigmoid_backward = check(sigmoid_backward)

# %%
slopes = sigmoid_backward(np.array([1.0, 1.0]), np.array([0.5, 0.99]))
guess_sigmoid.reveal(
    slopes[0] / slopes[1],
    "Where a sigmoid is sure of itself it is flat, and little gradient comes through. Stack a few "
    "of them and the first layers hardly learn: one reason why networks use ReLU.",
)

# %% [markdown]
# ## Exercise 4 · Where the gradient is born
#
# *10 minutes, difficulty 3 of 5, 2 points.*
#
# At the end of the network stand scores $z$, with shape $(N, K)$: one row a sample, one column a
# class. Softmax turns each row into probabilities, and the loss is the mean surprise at the right
# class $c_n$ of each sample:
#
# $$ p_{nk} = \frac{e^{z_{nk}}}{\sum_j e^{z_{nj}}}, \qquad
# L = -\frac{1}{N} \sum_n \log p_{n c_n}. $$
#
# Take one sample and write the logarithm out. The fraction becomes a difference:
#
# $$ -\log p_{c} = \log\Big(\sum_j e^{z_j}\Big) - z_{c}. $$
#
# Now take the slope for one score $z_k$. The first part gives
# $e^{z_k} / \sum_j e^{z_j}$, which is $p_k$ again. The second part gives 1 if $k$ is the right class
# and 0 if it is not. All the rest has cancelled. In words: **the gradient for a score is the
# probability minus what it should have been**, and every sample counts for one $N$-th of the mean.
#
# Here is one sample with three classes. Run it, then change the scores until the pull is small.

# %%
scores = np.array([[1.0, 2.2, 0.3]])
plots.pull_on_scores(softmax(scores)[0], label=0, names=["cat", "dog", "owl"])

# %% [markdown]
# At the right class the number is negative: the loss falls when that score grows. At all other
# classes it is positive. The three numbers add up to zero, since adding the same to every score
# changes nothing.
#
# The cache holds `probabilities` $(N, K)$ and `labels` $(N,)$. One thing more arrives: `dloss`, the
# gradient of whatever follows for this loss. At the very end of a network it is 1. Yet the loss
# may be one part of something larger, and then it is not. The chain rule is the same as ever:
# multiply by what arrives.
#
# A tool that you may need: `a[np.arange(N), labels]` picks one entry from each row of `a`, at the
# column that `labels` names for that row.

# %% exercise="softmax_cross_entropy_backward"
def softmax_cross_entropy_backward(dloss, cache):
    """dloss: a number; cache: (probabilities (N, K), labels (N,)). Returns dscores (N, K)."""
    probabilities, labels = cache
    # the cache may still be needed by others: work on a copy
    raise NotImplementedError("write softmax_cross_entropy_backward here, then run on")


# %% check="softmax_cross_entropy_backward"
softmax_cross_entropy_backward = check(softmax_cross_entropy_backward)

# %% [markdown]
# <details><summary>Where does 1/N belong: here, in every layer, or nowhere?</summary>
#
# Exactly once, where the forward pass took the mean: here. From here on it is inside everything
# that flows back. A layer that divides by N again makes its own gradients N times too small, and
# the network still learns, only more slowly. That is how this mistake hides.
# </details>
#
# <details><summary>Does the slope of softmax not have to be multiplied in as well?</summary>
#
# It already is. We differentiated softmax and logarithm together, and the slopes cancelled. With
# another loss on top, such as the squared error, they would not.
# </details>
#
# ## Exercise 5 · Back through the whole network
#
# *20 minutes, difficulty 4 of 5, 4 points.*
#
# Now put the pieces together. `mlp_forward` runs a batch through
# linear, ReLU, linear, ReLU, ..., linear, and keeps one pair of caches a layer. The last layer has
# no ReLU; in its place stands `None`.

# %%
# NBVAL_CHECK_OUTPUT
rng = np.random.default_rng(3)
params = init_mlp([4, 6, 5, 3], rng)  # 4 features, two hidden layers of 6 and 5, 3 classes
scores, cache = mlp_forward(rng.normal(size=(7, 4)), params)
for i, (linear_cache, relu_cache) in enumerate(cache, 1):
    kept = [a.shape for a in linear_cache]
    gate = None if relu_cache is None else relu_cache.shape
    print(f"layer {i}: linear keeps x, w, b {kept}; ReLU keeps {gate}")

# %%
plots.forward_and_back(
    ["linear 1", "ReLU 1", "linear 2", "ReLU 2", "linear 3"],
    ["x", "", "", "", "", "scores"],
    ["", "", "", "", "", "dscores"],
    kept={"cache[0]": 2, "cache[1]": 2, "cache[2]": 1},
)

# %% [markdown]
# Each entry of `cache` belongs to a whole layer: it is the pair of what linear kept and what ReLU
# kept. `dscores` comes in from the right. Each box takes what arrives, and hands its own `dx` to
# the box on its left. A linear box also gives `dw` and `db`, which you keep.
#
# Here is the way back through the **last two boxes**, with the pieces that you have. Read it, and
# predict the shape of `dout` after each line.

# %%
# NBVAL_CHECK_OUTPUT
dscores = rng.normal(size=scores.shape)  # any gradient will do, to try it out
dout, dw3, db3 = linear_backward(dscores, cache[2][0])
print("back through linear 3:", dout.shape)
dout = relu_backward(dout, cache[1][1])
print("back through ReLU 2:  ", dout.shape)

# %% [markdown]
# Write the rest as a loop, for any number of layers. Return a dictionary with the names of the
# parameters, so `grads["w1"]` is $\partial L / \partial w_1$. The layers count from 1, the cache
# from 0.
#
# Use your `linear_backward` and `relu_backward`. Should one of them not be right yet, the library's
# stands in, so a mistake up there costs you nothing down here.

# %% exercise="mlp_backward"
def mlp_backward(dscores, cache):
    """dscores: (N, K), dL/dscores; cache: a list with (linear_cache, relu_cache) for each layer.

    Returns the gradients by name: {"w1": ..., "b1": ..., "w2": ..., "b2": ..., ...}.
    """
    grads = {}
    dout = dscores
    # from the last layer to the first; within a layer undo the last step first
    raise NotImplementedError("write mlp_backward here, then run this cell and the next")


# %% check="mlp_backward"
mlp_backward = check(mlp_backward)

# %% [markdown]
# ## Watch it happen
#
# Here is a network with two features, four hidden units and five classes, and a batch of three
# samples. Step through it, forward and back. At each step, say the shape of what comes next before
# you move on. Then try to find out:
#
# - Go to step 7. Some entries of `dz` are 0. Which entries of `z`, in step 1, were to blame?
# - Stay at step 8 and move `w1[0, 0]`. Can you shut a gate so that a column of `dw1` becomes 0?
# - Go to step 5 and change the right class of sample 0. Which rows of `dscores` change, and why only
#   those?

# %%
explorers.network_steps()

# %% [markdown]
# ## Check it all, end to end
#
# Each piece has been checked on its own. One last time, the judge looks at the whole: from the
# parameters through the network to the loss.

# %%
# NBVAL_CHECK_OUTPUT
rng = np.random.default_rng(2)  # a batch that puts no ReLU on its kink
x, labels = rng.normal(size=(7, 4)), rng.integers(0, 3, 7)
forward_passes = 0


def loss_with(name, array):
    """The loss with one parameter array replaced by another."""
    global forward_passes
    forward_passes += 1
    scores, _ = mlp_forward(x, params | {name: array})
    return softmax_cross_entropy(scores, labels)[0]


scores, cache = mlp_forward(x, params)
_, loss_cache = softmax_cross_entropy(scores, labels)
grads = mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)
for name, array in params.items():
    numerical = numerical_gradient(lambda a, name=name: loss_with(name, a), array).value
    off = np.abs(grads[name] - numerical).max()
    print(f"{name}: shape {array.shape}, agree to 7 digits: {off < 1e-7}")

# %% [markdown]
# **Predict.** This small network has 83 parameters. Did the numerical judge need more than two
# forward passes for each of them? Put `True` or `False`.

# %%
guess_passes = predict("More than two forward passes for each parameter?", ...)
guess_passes

# %%
parameters = sum(array.size for array in params.values())
guess_passes.reveal(
    forward_passes > 2 * parameters,
    f"For {parameters} parameters it took {forward_passes} forward passes. The backward pass took "
    "one, and one way back.",
)

# %% [markdown]
# A simple difference needs two forward passes for **each** parameter, and the careful judge used
# here about nine. The backward pass goes once through the layers. For $y = xw$ the forward pass
# takes $N D M$ multiplications; the way back has two such products, one for `dx` and one for `dw`.
# So forward and back together cost about three forward passes, **however many parameters there
# are**. Here are both, with simple differences, for networks with 64 inputs, 10 classes and a
# hidden layer of growing width.

# %%
widths = [4, 16, 64, 256, 1024]
sizes = [64 * h + h + h * 10 + 10 for h in widths]
plots.work_per_gradient(
    sizes, {"differences": [2 * n for n in sizes], "backpropagation": [3] * len(sizes)}
)

# %% [markdown]
# That is the whole case for backpropagation. At 77,000 parameters it is fifty thousand times
# cheaper, and for the networks of today the distance is far larger.
#
# ## Let it learn
#
# scikit-learn carries 1,797 handwritten digits of 8 x 8 pixels. We train on four fifths of them and
# keep one fifth aside, to be looked at only to see how well the network does on digits that it has
# never met. The loop is the story of this course: **predict, measure the error, send it backwards,
# adjust, repeat.** The two lines in the middle of it are yours.

# %%
rng = np.random.default_rng(0)
x_train, y_train, x_test, y_test = load_digits(rng)
params = init_mlp([64, 32, 10], rng)
history = {"loss": [], "test accuracy": []}

for epoch in range(20):
    losses = []
    for x, labels in iterate_minibatches(x_train, y_train, 32, rng):
        scores, cache = mlp_forward(x, params)  # predict
        loss, loss_cache = softmax_cross_entropy(scores, labels)  # measure the error
        dscores = softmax_cross_entropy_backward(1.0, loss_cache)  # send it back
        grads = mlp_backward(dscores, cache)
        sgd_step(params, grads, learning_rate=0.3)  # adjust
        losses.append(loss)
    history["loss"].append(float(np.mean(losses)))
    history["test accuracy"].append(accuracy(mlp_forward(x_test, params)[0], y_test))

plots.training_curves(history)

# %% [markdown]
# **Predict**: of 100 new digits, about how many does it get right?

# %%
guess_digits = predict("How many of 100 new digits does it get right?", ...)
guess_digits

# %%
# NBVAL_CHECK_OUTPUT
print(f"{len(y_test)} test digits, more than 95 in 100 right:",
      history["test accuracy"][-1] > 0.95)

# %%
guess_digits.reveal(100 * history["test accuracy"][-1])

# %%
said = mlp_forward(x_test, params)[0].argmax(axis=1)
wrong, right = np.flatnonzero(said != y_test), np.flatnonzero(said == y_test)
one_of_each = right[np.unique(y_test[right], return_index=True)[1]]
shown = np.concatenate([one_of_each[:6], wrong[:4]])
plots.digits_with_predictions(x_test[shown], y_test[shown], said[shown])

# %% [markdown]
# The ones it gets wrong are worth a look. Would you have known?
#
# **Change it.** Try a learning rate ten times smaller and ten times larger, or one more hidden layer
# in `init_mlp`. Your backward pass takes any number of layers.
#
# ## What you have learned
#
# - A layer is two functions. The cache carries from the first what the second needs.
# - Five steps give any backward pass: kept, slope, reach, sum, shape.
# - What reaches many outputs collects from many. That is where sums and transposes come from.
# - The gradient of softmax with cross-entropy is probability minus target, over $N$, once.
# - A network's backward pass is its layers' backward passes in reverse order, nothing more.
# - A falling loss is no proof. A numerical derivative is.
#
# ## Where this is used
#
# In every network that learns by gradients: speech recognition, translation, the models that fold
# proteins, the filter in your mailbox. Libraries such as PyTorch and JAX write the backward pass
# for you, from the same rules; you now know what they write. The same idea, under the name of the
# adjoint method, finds the best shape of a wing and starts tomorrow's weather forecast.
#
# ## What comes next
#
# You have gradients. Lesson 06 asks what to do with them: how large a step to take, on how many
# samples, and with how much memory of the steps before.

# %%
progress()
