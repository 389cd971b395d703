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
# # 02 · Bend the plane
#
# *45 minutes. You need: NumPy arrays and their shapes (lesson 00), and a neuron that weighs, adds
# and compares with zero (lesson 01).*
#
# A perceptron draws one straight line, and XOR does not fit on the two sides of a line. There are
# two ways out. One is to look for a bent border. The other is more surprising: **keep the straight
# border and bend the plane.** A layer of neurons moves every point to a new place, so that in the
# new place a line will do. That is all a deep network does, over and over.
#
# When you are done, you will be able to
#
# - run a whole batch of samples through a layer with one matrix product, and say every shape;
# - explain why a network needs a bend between its layers;
# - turn scores into probabilities without overflow, for two classes and for many;
# - draw starting weights that keep a signal alive through many layers;
# - run a network of any depth, and set a small one by hand.
#
# There are six exercises, with a check under each. **Until you have solved an
# exercise, the library's version carries the lesson on**, so you can always run the whole notebook
# to the bottom.

# %% tags=["setup"]
import numpy as np

from backprop_lib import explorers, init_mlp, load_digits, plots
from checks import check, predict, progress, quiz

# %% [markdown]
# On the left, the plane with the four corners of XOR. As in lesson 01, filled circles should get a
# 1 and hollow squares a 0, and the network says 1 where the plane is shaded. On the right, the same
# plane after a layer of two neurons. The grid shows where each part of it went. The dashed border
# is **one straight line** on the right. Carried back to the left, it is no longer one line, and it
# separates what no line could.

# %%
plots.bent_plane()

# %%
quiz("02_forward_pass")

# %% [markdown]
# ## One neuron, many samples
#
# The perceptron of lesson 01 weighed its inputs, added them up, added a bias, and then said only 0
# or 1. From now on a neuron hands on the **sum itself**, a number, and leaves the deciding to
# others.
#
# A weighted sum is what you pay at the till. Three goods have prices, a basket holds amounts, and
# delivery costs a fixed fee. The prices are the weights and the fee is the bias:
#
# $$ y_n = \sum_{d} x_{nd} \, w_d + b $$
#
# $$ x: (N, D), \quad w: (D,), \quad b: \text{a number}, \quad y: (N,). $$
#
# $N$ counts the baskets (the samples, one a row) and $D$ the goods (the features, one a column).
# Here are two baskets:

# %%
baskets = np.array([[2.0, 0.0, 1.0], [1.0, 3.0, 0.0]])  # (N, D) = (2, 3)
prices = np.array([1.5, 0.5, 4.0])  # (D,) = (3,)
fee = 3.0

# %% [markdown]
# **Predict.** What does the first basket cost, fee included? Work it out with pencil, put your
# number in place of the three dots, and run on.

# %%
first = predict("What does the first basket cost, fee included?", ...)
first

# %% tags=["worked"]
totals = baskets @ prices + fee  # (N, D) @ (D,) is (N,): the sum over d; the fee goes to each
totals

# %%
first.reveal(totals[0], "2 times 1.50, plus 0 times 0.50, plus 1 times 4.00, plus the fee of 3.")

# %% [markdown]
# `@` multiplies and adds up over the **inner** index, the one that both sides share: the last of
# the left array and the first of the right one. Here that is $d$. What is left over is $n$. The
# operator `*` would multiply too, but add nothing up.
#
# **Change it.** Add a third basket, or make the fee 0, and predict the totals before you run again.
#
# Now one basket and **four shops**. Each shop has a price list of its own, a column of $w$, and a
# fee of its own:
#
# $$ y_m = \sum_{d} x_d \, w_{dm} + b_m $$
#
# $$ x: (D,), \quad w: (D, M), \quad b: (M,), \quad y: (M,). $$
#
# The last line is yours. It is one line, and the inner index is $d$ again.

# %% tags=["faded"]
basket = baskets[0]  # (D,) = (3,)
price_lists = np.array(
    [[1.5, 1.4, 2.0, 1.0], [0.5, 0.6, 0.2, 1.0], [4.0, 3.5, 3.0, 5.0]]
)  # (D, M) = (3, 4): a row for each of the goods, a column for each shop
fees = np.array([3.0, 4.0, 5.0, 0.0])  # (M,) = (4,)
bill = ...  # your line: what the basket costs in each shop, (M,)

# %%
shop_by_shop = [sum(basket[d] * price_lists[d, m] for d in range(3)) + fees[m] for m in range(4)]
predict("What does the basket cost in each of the four shops?", bill).reveal(
    np.array(shop_by_shop), "Each shop has its own column of prices and its own fee."
)

# %% [markdown]
# ## Exercise 1 · A layer is one matrix product
#
# *5 minutes, difficulty 2 of 5, 2 points.*
#
# Now many baskets and many shops at once. In the words of networks: $N$ samples, $D$ inputs each,
# and a **linear layer** of $M$ neurons. Neuron $m$ has its weights in column $m$ of $w$, and one
# bias $b_m$, which is the same for every sample:
#
# $$ y_{nm} = \sum_{d} x_{nd} \, w_{dm} + b_m $$
#
# $$ x: (N, D), \quad w: (D, M), \quad b: (M,), \quad y: (N, M). $$
#
# Two things to know before you write it.
#
# - **The bias and broadcasting.** `b` has the shape $(M,)$. Added to an array of shape $(N, M)$ it
#   is added to every row. It has no axis for samples, and needs none.
# - **Every layer returns two things.** First its output, then a **cache**: what the way back will
#   need in lesson 05. Here that is `(x, w, b)`. The check looks at the output, and at
#   the cache only as far as the way back needs it.


# %% exercise="linear"
def linear(x, w, b):
    """x: (N, D) inputs, w: (D, M) weights, b: (M,) biases.

    Returns y (N, M) and the cache (x, w, b).
    """
    raise NotImplementedError("write linear here, then run this cell and the next")


# %% check="linear"
linear = check(linear)

# %% [markdown]
# ## Why a stack of lines is a line
#
# If one layer is good, are two better? Here is a stack of two linear layers, and beside it a single
# layer whose weights are $w_1 w_2$ and whose bias is $b_1 w_2 + b_2$.
#
# **Predict.** Do the two give the same numbers for every input? Put `True` or `False`.

# %%
same = predict("Is the stack of two linear layers the same function as the single one?", ...)
same

# %%
rng = np.random.default_rng(1)
x = rng.normal(size=(5, 3))
w1, b1 = rng.normal(size=(3, 4)), rng.normal(size=4)
w2, b2 = rng.normal(size=(4, 2)), rng.normal(size=2)

hidden, _ = linear(x, w1, b1)
stack, _ = linear(hidden, w2, b2)
single, _ = linear(x, w1 @ w2, b1 @ w2 + b2)
same.reveal(np.allclose(stack, single), "A weighted sum of weighted sums is a weighted sum.")

# %% [markdown]
# $(x w_1 + b_1) w_2 + b_2 = x (w_1 w_2) + (b_1 w_2 + b_2)$. However many linear layers you stack,
# the whole is one linear layer with more work. **Depth without a bend buys nothing.** So between
# two layers we put a function that is not a straight line. It is called the **activation**, and it
# works on each number by itself.
#
# ## Exercise 2 · ReLU, the simplest bend
#
# *3 minutes, difficulty 1 of 5, 1 point.*
#
# The rectified linear unit lets through what is positive, as it is, and turns the rest into zero:
#
# $$ y = \max(0, x) \;\text{ for each entry} \qquad x, y: \text{any shape}. $$
#
# Each entry is treated on its own, so any shape will do, $(N, D)$ as well as $(N,)$, and the output
# has the shape of the input. Return the output and the cache, which is `x`.
# Leave the array `x` itself as it is: whoever gave it to you may still need it.


# %% exercise="relu"
def relu(x):
    """x: any shape. Returns y of the same shape and the cache x."""
    raise NotImplementedError("write relu here, then run this cell and the next")


# %% check="relu"
relu = check(relu)

# %% [markdown]
# What a bend is good for: one input, eight hidden neurons with random weights, one output. Without
# ReLU the graph is a straight line, whatever the weights. With ReLU each neuron may put a corner
# into it.

# %%
rng = np.random.default_rng(4)
line = np.linspace(-3, 3, 241)[:, None]  # (N, D) = (241, 1): 241 samples of one number
w1, b1 = rng.normal(size=(1, 8)), rng.normal(size=8)
w2, b2 = rng.normal(size=(8, 1)), rng.normal(size=1)
sums, _ = linear(line, w1, b1)
without, _ = linear(sums, w2, b2)
with_relu, _ = linear(relu(sums)[0], w2, b2)
plots.function_graphs(
    line[:, 0],
    {"without ReLU": without[:, 0], "with ReLU": with_relu[:, 0]},
    ("input x", "output y"),
    "Two functions of one number from the same random weights: without ReLU a straight line, "
    "with ReLU a line with several corners.",
)

# %% [markdown]
# **Change it.** Take 1 hidden neuron, then 100. How many corners can there be at most?
#
# <details><summary>How many corners, and where they are</summary>
#
# At most one for each hidden neuron, so 1 and 100. A neuron bends the line where its own sum is 0,
# and a sum w x + b is 0 at one place only, if w is not 0. Some of these places may lie outside the
# picture.
# </details>
#
# <details><summary>Does ReLU have to be bent just so?</summary>
#
# No. Almost any function that is not a straight line will do, and many are in use. ReLU is cheap,
# and for large inputs its slope does not fade away. That will matter on the way back.
# </details>
#
# ## An exercise with the sliders: XOR by hand
#
# Below is a **2-2-1 network**: two inputs, two hidden neurons with ReLU, one output. Its nine
# parameters are sliders. On the left is the plane, shaded where the network says 1. The dashed and
# the dotted line show where the sums of the two hidden neurons are 0. On one side of its line a
# neuron speaks, on the other it is silent. On the right is the hidden space: each point of the
# plane stands at its $(h_1, h_2)$, and the grid shows how the plane was bent on its way there.
#
# 1. Start with `OR`, then `AND`. One slider is enough to go from one to the other. Which?
# 2. Press *Start again*, choose `XOR`, and find an answer: all four corners right. **Two sliders
#    are enough.** What must happen to the corner (1, 1) in the hidden space?
# 3. Switch ReLU off, with your answer still set. What happens to the grid on the right, and why is
#    there no answer now, wherever you move the sliders?
# 4. Find a second answer that looks quite different. One is behind the last button.

# %%
explorers.bend_the_plane()

# %% [markdown]
# <details><summary>Questions 1 to 3: what there was to find</summary>
#
# 1. The bias of the score. At −0.5 the network says OR, and anywhere from −1.0 to −1.9 it says AND:
#    one of the two inputs is then no longer enough, and both together still are.
# 2. Set x2 → h1 and x1 → h2 to −1. Now (1, 1) falls onto (0, 0) in the hidden space: both neurons
#    are silent for it. The two zeros lie on one point, and one line keeps them apart from the ones.
# 3. The grid is flat again. Here it is even pressed onto a line, on which the two zeros lie at one
#    point between the two ones. Wherever you move the sliders, without ReLU the score is a weighted
#    sum of x1 and x2, so its border in the plane is one straight line, and for XOR there is none.
# </details>
#
# Write your nine numbers down. You will run them through a network of your own at the end.
# This is a good place for a break.
#
# ## Exercise 3 · From a score to a probability
#
# *6 minutes, difficulty 2 of 5, 2 points.*
#
# The last layer of a network gives **scores**, numbers of any size and sign. For a question of yes
# or no we want a probability. The sigmoid squeezes every number into the range from 0 to 1, with
# $1/2$ at a score of 0:
#
# $$ y = \frac{1}{1 + e^{-x}} = \frac{e^{x}}{1 + e^{x}} \;\text{ for each entry} \qquad
# x, y: \text{any shape}. $$
#
# Like ReLU it treats each entry on its own, in an array of any shape. Both forms
# are the same function on paper. A computer's numbers end at about $1.8 \cdot 10^{308}$, and
# $e^{710}$ is already above that: NumPy then gives `inf`, infinity, and warns.
#
# **Predict.** What does the second form give for $x = 1000$: `"1.0"`, `"inf"` or `"nan"` (not a
# number)?

# %%
second_form = predict("What does exp(x) / (1 + exp(x)) give for x = 1000: 1.0, inf or nan?", ...)
second_form

# %%
with np.errstate(all="ignore"):  # keep the warnings away, to see the value alone
    power = np.exp(np.array(1000.0))
    value = power / (1 + power)
second_form.reveal(str(value), "Infinity divided by infinity is no number.")

# %% [markdown]
# The first form overflows on the other side: for $x = -1000$ it warns. Its value, one divided by
# infinity, happens to be 0, which is right. We want neither the nan nor the warning. An exponential
# whose exponent is **never positive** lies between 0 and 1 and cannot overflow. So use
# $u = e^{-|x|}$, and choose for each entry the form that fits:
#
# $$ y = \frac{1}{1 + u} \;\text{ where } x \ge 0, \qquad
# y = \frac{u}{1 + u} \;\text{ elsewhere.} $$
#
# `np.where(condition, a, b)` picks entry by entry from `a` or from `b`. It computes both of them
# first, so neither may overflow. The output must be right for any finite `x`, such as $\pm 1000$.
# Keep the output `y` in the cache: the way back will need just that.


# %% exercise="sigmoid"
def sigmoid(x):
    """x: any shape. Returns y of the same shape, right for any size of x, and the cache y."""
    raise NotImplementedError("write sigmoid here, then run this cell and the next")


# %% check="sigmoid"
sigmoid = check(sigmoid)

# %%
x = np.linspace(-6, 6, 241)
plots.function_graphs(
    x,
    {"sigmoid of x": sigmoid(x)[0], "sigmoid of x / 3": sigmoid(x / 3)[0]},
    ("score x", "probability y"),
    "Two S-shaped curves from 0 to 1 that meet at the score 0 and the probability one half; the "
    "one with the smaller weight is less steep.",
)

# %% [markdown]
# ## Exercise 4 · Many classes share one whole
#
# *8 minutes, difficulty 3 of 5, 2 points.*
#
# With $K$ classes the last layer gives $K$ scores for each sample. Exactly one class is right, so
# the probabilities of a row must be positive and add up to 1. The exponential makes every score
# positive and keeps their order; dividing by the sum of the **row** does the rest:
#
# $$ p_{nk} = \frac{e^{s_{nk}}}{\sum_{j} e^{s_{nj}}} \qquad s, p: (N, K). $$
#
# **Predict.** One sample has the scores 1, 2 and 3. Now add 5 to all three. What happens to the
# probability of the last class: does it become `"larger"`, `"smaller"`, or does it stay the
# `"same"`?

# %%
shifted = predict("All scores of a row grow by 5. What becomes of its last probability?", ...)
shifted

# %%
# NBVAL_CHECK_OUTPUT
low, high = np.exp([1.0, 2.0, 3.0]), np.exp([6.0, 7.0, 8.0])
before, after = low / low.sum(), high / high.sum()
print(before.round(4), after.round(4))

# %%
became = "same" if np.isclose(before[2], after[2]) else "another"
shifted.reveal(became, "Top and bottom of the fraction both grow by the factor exp(5).")

# %% [markdown]
# Only the differences between the scores of a row count. That is the way out of the overflow: you
# may take any number off all scores of a row. Take **each row's own largest score** off. Then the
# largest exponent is 0, and the sum below the bar is at least 1.
#
# Why each row's own? If one row lies near 1000 and another near $-1000$, no single number serves
# both. Your function must be right for such rows.
#
# **A row's maximum must line up with the row.** `scores.max(axis=1)` works along the axis of the
# classes and gives the shape $(N,)$. Lined up at the last axis, it would meet the classes and not
# the samples. With `keepdims=True` the shape is $(N, 1)$, a column, and each row meets its own
# number:

# %%
# NBVAL_CHECK_OUTPUT
scores = np.array([[1.0, 2.2, -0.3], [1000.0, 1001.0, 1002.0]])  # (N, K) = (2, 3)
print("max(axis=1)               ", scores.max(axis=1).shape)
print("max(axis=1, keepdims=True)", scores.max(axis=1, keepdims=True).shape)

# %% [markdown]
# With as many classes as samples, the first kind raises no error and is silently wrong. The same
# holds for the sum. `softmax` has no cache; return the probabilities alone.


# %% exercise="softmax"
def softmax(scores):
    """scores: (N, K), one row a sample, one column a class. Returns probabilities (N, K)."""
    raise NotImplementedError("write softmax here, then run this cell and the next")


# %% check="softmax"
softmax = check(softmax)

# %%
plots.scores_and_probabilities(scores[0], softmax(scores)[0], ["cat", "dog", "owl"])

# %% [markdown]
# <details><summary>Is softmax for two classes something other than the sigmoid?</summary>
#
# No. With two scores, divide top and bottom by the exponential of the first: its probability is the
# sigmoid of the difference of the two scores. Only differences count, so one score can be 0.
# </details>
#
# <details><summary>Is a probability of 0.98 a promise that the network is right in 98 of 100
# cases?</summary>
#
# No. Softmax makes any scores add up to 1, also those of a network that has learned nothing.
# Whether such numbers can be relied upon must be measured on samples that the network has not seen.
# </details>
#
# ## Exercise 5 · Where the weights begin
#
# *5 minutes, difficulty 2 of 5, 2 points.*
#
# Before a network has learned anything, its weights must be *something*. What is wrong with random
# numbers of spread 1? Send a signal through ten layers of 100 neurons and watch its **size**, the
# root of its mean square.


# %%
def size_after_each_layer(draw, rng, layers=10, width=100):
    """draw(inputs, outputs, rng) gives the weights of a layer. Returns layers + 1 sizes."""
    x = rng.normal(size=(200, width))
    sizes = [float(np.sqrt((x**2).mean()))]
    for _ in range(layers):
        y, _ = linear(x, draw(width, width, rng), np.zeros(width))
        x, _ = relu(y)
        sizes.append(float(np.sqrt((x**2).mean())))
    return sizes


def spread_1(inputs, outputs, rng):
    return rng.normal(0.0, 1.0, (inputs, outputs))


def spread_0_01(inputs, outputs, rng):
    return rng.normal(0.0, 0.01, (inputs, outputs))


# %% [markdown]
# **Predict.** Each output is a sum of 100 terms, each of a size near 1, some positive and some
# negative. By what factor does the signal's size change in the first layer, ReLU included, with
# spread 1?

# %%
growth = predict("By what factor does the first layer, ReLU included, change the size?", ...)
growth

# %%
sizes = size_after_each_layer(spread_1, np.random.default_rng(0))
because = "A sum of 100 such terms has size 10, and ReLU leaves 1/√2 of that."
growth.reveal(sizes[1] / sizes[0], because, within=0.1)

# %% [markdown]
# Where does that come from? Let $D$ be the number of inputs and $\sigma$ the spread (the standard
# deviation) of the weights. The terms are independent, so their mean squares add up:
#
# $$ \text{mean square of a sum} = D \, \sigma^2 \cdot \text{mean square of the inputs}. $$
#
# Half of the sums are negative, and ReLU sets those to zero. That leaves **half** of the mean
# square. So one layer with its ReLU changes the mean square by the factor $D \sigma^2 / 2$. We want
# that factor to be 1. Solve for $\sigma$:
#
# $$ \sigma = \sqrt{\frac{2}{D}} \qquad
# w: (D, M), \quad \text{mean } 0, \quad \text{standard deviation } \sigma. $$
#
# This is He initialisation. In the code $D$ is called `inputs` and $M$ is called `outputs`. Draw
# from the generator that is passed in, `rng.normal(mean, standard_deviation, shape)`, so that the
# same seed gives the same network.


# %% exercise="he_init"
def he_init(inputs, outputs, rng):
    """Weights (inputs, outputs), normal with mean 0 and standard deviation sqrt(2 / inputs).

    rng: a NumPy generator, from which every number is drawn.
    """
    raise NotImplementedError("write he_init here, then run this cell and the next")


# %% check="he_init"
he_init = check(he_init)

# %%
plots.signal_sizes(
    {
        "spread 1": size_after_each_layer(spread_1, np.random.default_rng(0)),
        "He": size_after_each_layer(he_init, np.random.default_rng(0)),
        "spread 0.01": size_after_each_layer(spread_0_01, np.random.default_rng(0)),
    }
)

# %% [markdown]
# After ten layers one signal has exploded, one has died out, and one has stayed as it was. The axis
# is logarithmic: each mark is a factor.
#
# **Change it.** Call `size_after_each_layer` with `width=400`. Which of the three curves stays, and
# why do the other two turn out differently?
#
# <details><summary>What 400 neurons change</summary>
#
# He stays near 1, since its spread follows the number of inputs. A fixed spread does not. Each
# layer changes the size by the root of D σ² / 2, about 7 and 0.07 with 100 inputs, 14 and 0.14 with
# 400. Twice as much in every layer is about a thousand times as much after ten: spread 1 explodes
# even more, and spread 0.01 dies out less fast.
# </details>
#
# <details><summary>Why not begin with zeros, or with all weights equal? Training will sort it
# out.</summary>
#
# It will not. Two hidden neurons with the same weights give the same output, get the same gradient,
# and stay twins for ever: a layer of 100 is then worth one neuron. The weights must differ, at
# random and on the right scale. The biases may all be zero; different weights are enough.
# </details>
#
# ## Exercise 6 · The whole network
#
# *9 minutes, difficulty 3 of 5, 3 points.*
#
# A **multilayer perceptron** (MLP) is a chain of what you have: linear, ReLU, linear, ReLU, ...,
# linear. Here it is with one hidden layer of $H$ neurons:

# %%
plots.chain_of_layers(
    ["linear 1", "ReLU", "linear 2"], ["x\n(N, D)", "(N, H)", "(N, H)", "scores\n(N, K)"]
)

# %% [markdown]
# $$ h = \mathrm{ReLU}(x w_1 + b_1), \qquad \text{scores} = h w_2 + b_2 $$
#
# $$ w_1: (D, H), \quad b_1: (H,), \quad h: (N, H), \quad w_2: (H, K), \quad b_2: (K,). $$
#
# Each further hidden layer adds a linear step and a ReLU. The **last layer has no ReLU**: a score
# may well be negative. Nor has it a softmax; that comes with the loss.
#
# The parameters are a dictionary with the names `"w1"`, `"b1"`, `"w2"`, `"b2"` and so on, counted
# from 1. `init_mlp` makes one, with the spread that you have just found:

# %%
# NBVAL_CHECK_OUTPUT
params = init_mlp([64, 32, 16, 10], np.random.default_rng(0))
for name, array in params.items():
    print(f"{name}: {array.shape}")

i = 2
print("the weights of layer i:", params[f"w{i}"].shape)

# %% [markdown]
# `mlp_forward` returns two things. First the scores, $(N, K)$. Then the cache: a **list with one
# pair for each layer**, `(cache of linear, cache of relu)`. In the last pair `None` stands in place
# of the cache of a ReLU. Your network must take any number of layers, so read their number from
# `params`. Use your `linear` and `relu`. Should one of them not be right yet, the library's stands
# in.


# %% exercise="mlp_forward"
def mlp_forward(x, params):
    """x: (N, D); params: {"w1": (D, H), "b1": (H,), "w2": ..., ...}, for any number of layers.

    Returns the scores (N, K) and the cache: a list with one pair (linear_cache, relu_cache) a
    layer. The last layer has no ReLU; its pair holds None in that place.
    """
    layers = len(params) // 2
    cache = []
    out = x
    # for each layer from 1: linear, then ReLU unless it is the last
    raise NotImplementedError("write mlp_forward here, then run this cell and the next")


# %% check="mlp_forward"
mlp_forward = check(mlp_forward)

# %% [markdown]
# ## Your network at work
#
# Here is one answer to XOR by hand. Put your own nine numbers from the explorer in its place if you
# like: `w1` has a row for each input and a column for each hidden neuron.
#
# **Predict.** Run the corner (1, 1) through the network with pencil. Which score does it get?

# %%
xor = {
    "w1": np.array([[1.0, 1.0], [1.0, 1.0]]),  # (D, H): both hidden neurons add the inputs up
    "b1": np.array([0.0, -1.0]),  # (H,): the second is silent until the sum is above 1
    "w2": np.array([[1.0], [-2.0]]),  # (H, K)
    "b2": np.array([-0.5]),  # (K,)
}
corner = predict("Which score does the corner (1, 1) get?", ...)
corner

# %%
corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (N, D) = (4, 2)
scores, _ = mlp_forward(corners, xor)
corner.reveal(scores[3, 0], "The hidden neurons give 2 and 1, and 2 − 2 · 1 − 0.5 is the score.")

# %%
# NBVAL_CHECK_OUTPUT
for x, score in zip(corners, scores[:, 0], strict=True):
    print(f"{x}: score {score:5.2f}, probability {sigmoid(score)[0]:.2f}, says {int(score > 0)}")

# %%
plots.bent_plane(xor)

# %% [markdown]
# On the right the whole plane has been pressed onto one bent wire. Two corners fell together, and
# they are the two that belong together.
#
# Now something larger: 1,438 handwritten digits of 8 x 8 pixels, and a network with one hidden
# layer whose weights are fresh from the generator. It has learned nothing yet.
#
# **Predict.** Of 100 digits, about how many does it get right?

# %%
untrained = predict("Of 100 digits, about how many does the untrained network get right?", ...)
untrained

# %%
rng = np.random.default_rng(0)
digits, labels, _, _ = load_digits(rng)  # (1438, 64) grey values from 0 to 1, and (1438,)
scores, _ = mlp_forward(digits, init_mlp([64, 32, 10], rng))  # (1438, 10)
probabilities = softmax(scores)
right = (scores.argmax(axis=1) == labels).mean()
untrained.reveal(100 * right, "Ten classes and no knowledge: near 10, give or take.", within=0.5)

# %% [markdown]
# Everything works: shapes, scores, probabilities. Only the weights know nothing. How far off they
# are, in one number, is the question of the next lesson.
#
# ## The bug clinic: the network that forgot to bend
#
# A friend has written a network of three layers out by hand. She shows you that it runs: the scores
# have the right shape, they look like numbers, and nothing complains.


# %%
# NBVAL_CHECK_OUTPUT
def friends_network(x, params):
    out, _ = linear(x, params["w1"], params["b1"])
    relu(out)
    out, _ = linear(out, params["w2"], params["b2"])
    relu(out)
    out, _ = linear(out, params["w3"], params["b3"])
    return out


params = init_mlp([64, 32, 16, 10], np.random.default_rng(0))
print(friends_network(digits[:2], params).shape)
print(friends_network(digits[:2], params).round(2)[:, :5])

# %% [markdown]
# You know one thing about a function without a bend: it is straight. **Halfway between two
# samples** a straight function gives exactly halfway between the two outputs. A bent one hardly
# ever does. So you need no theory and no second implementation, only two samples and their middle:

# %%
# NBVAL_CHECK_OUTPUT
a, b = digits[:1], digits[1:2]


def off_halfway(network):
    """How far the output for the middle lies from the middle of the outputs, at most."""
    return np.abs(network((a + b) / 2) - (network(a) + network(b)) / 2).max()


print(f"friend's: {off_halfway(lambda x: friends_network(x, params)):.4f}")
print(f"ours:     {off_halfway(lambda x: mlp_forward(x, params)[0]):.4f}")

# %% [markdown]
# Hers is straight: a network with three layers and no more power than one. Where is the mistake,
# why did nothing complain, and how do you mend it? Decide before you unfold.
#
# <details><summary>Where, why, how</summary>
#
# `relu(out)` works out a new array and hands it back, and nobody takes it. The name `out` still
# holds the sums. Python does not mind a result that is thrown away. It must be
# `out, _ = relu(out)`. Such a network can even be trained; it only never gets better than a single
# layer, and people then add more layers.
# </details>
#
# ## What you have learned
#
# - A linear layer is one matrix product and a bias: $(N, D)$ times $(D, M)$ is $(N, M)$, and one
#   bias for each neuron is added to every row.
# - Linear layers on top of each other are one linear layer. The bend between them makes depth worth
#   having.
# - A hidden layer moves points to a new place, where one straight border will do.
# - Exponents that are never positive never overflow. In a softmax only differences of scores count,
#   and each row is a question of its own.
# - Starting weights must differ, and their spread must fit the number of inputs.
# - Halfway between two samples you can see whether a function is straight.
#
# ## Where this is used
#
# The forward pass is what runs when a network is *used*: each time a phone unlocks at a face, a car
# finds the edge of its lane, or a text is completed word by word. The last step of a language model
# is your softmax, over a hundred thousand pieces of words in place of three animals. And most of
# the world's computing for networks is your first exercise, the matrix product, done many times
# over.
#
# ## What comes next
#
# The network answers, and nobody has told it how wrong it is. Lesson 03 puts that into one number,
# the loss: for numbers, for yes or no, and for many classes.

# %%
progress()
