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
# # 04 · Follow a change through a graph
#
# *60 minutes. You need: Python dictionaries and loops, the loss of lesson 03, and from school the
# slope of a function, such as $2x$ for $x^2$.*
#
# A network is a long formula. It has a thousand numbers that we may turn, and one number at its
# end, the loss. To improve it we ask of each of the thousand: **if it grows a little, by how much
# does the loss move?** School calculus could answer with a thousand formulas, each of them longer
# than the network. This lesson finds all the answers in one walk back through the formula, with
# multiplications and additions only. That walk is called backpropagation.
#
# Everything here is done on single numbers, so that you can follow each of them with a pencil.
# Lesson 05 does the same with matrices.
#
# When you are done, you will be able to
#
# - find any slope by trying out, and say how far the result can be trusted;
# - say why slopes multiply along a path and add up where paths meet;
# - write backpropagation for any graph of numbers;
# - write the check that tells a right gradient from one that is nearly right.
#
# There are four exercises. Until you have solved one, the library's version carries the lesson on,
# so you can always run the whole notebook to the bottom.

# %% tags=["setup"]
import math

import numpy as np

from backprop_lib import explorers, graph_forward, plots, topological_order
from checks import check, predict, progress, quiz

# %% [markdown]
# This is where we are going. Values run forward, from left to right; they stand above the boxes.
# Below each box stands the answer to our question: how much `out` moves for each unit by which
# this number grows. At the end of the lesson the ten lines of Python that find the lower numbers
# are yours.

# %%
long_formula = {
    "p": ("multiply", "x", "y"),
    "g": ("exp", "x"),
    "k": ("exp", "p"),
    "s": ("add", "g", "k"),
    "u": ("log", "s"),
    "t": ("tanh", "p"),
    "out": ("multiply", "u", "t"),
}
plots.graph_of_numbers(long_formula, {"x": 1.3, "y": 0.5}, "out")

# %%
quiz("04_chain_rule")

# %% [markdown]
# ## An ugly formula, and the same in small steps
#
# Written in one line, the graph above is
#
# $$ f(x, y) = \log\big(e^{x} + e^{xy}\big) \cdot \tanh(xy). $$
#
# ($\log$ is the natural logarithm. $\tanh$ is an S-shaped curve like the sigmoid of lesson 02, but
# from $-1$ to $1$.) With the product rule and some patience, its slope for $x$ is
#
# $$ \frac{\partial f}{\partial x} = \frac{e^{x} + y\,e^{xy}}{e^{x} + e^{xy}} \, \tanh(xy)
# + \log\big(e^{x} + e^{xy}\big) \big(1 - \tanh^2(xy)\big) \, y. $$
#
# **A word on signs.** $\partial f / \partial x$ is the slope of $f$ for $x$ **while all other
# inputs stand still**. The round $\partial$ only says that there are other inputs.
#
# This is right, and it is a bad idea. The product $xy$ stands in it five times and $e^x$ three
# times, so a program that follows it computes the same things over and over. The slope for $y$ is
# another formula of this kind. One more step in $f$, and all of them must be derived anew.
#
# The way out is to give every step a name and to **keep** its value:

# %%
# NBVAL_CHECK_OUTPUT
values = graph_forward(long_formula, {"x": 1.3, "y": 0.5})
for name, value in values.items():
    print(f"{name:>3} = {value:.4f}")

# %% [markdown]
# `long_formula` is a **graph**: a dictionary that gives each node its operation and its *parents*,
# the names it is computed from. `("add", "g", "k")` says $g + k$. Names that are only parents,
# here `x` and `y`, are the *inputs*. There are six operations: `add` and `multiply` have two
# parents, `exp`, `log`, `tanh` and `relu` have one. `graph_forward(graph, inputs)` takes a number
# for each input and returns the value of everything, by name. The entries of the dictionary may
# stand in any order.
#
# **Change it.** Put $y = 0$ into the cell above. Which nodes change, and which do not depend on
# $y$?
#
# ## What a slope promises
#
# The slope of $x^2$ is $2x$. At $x = 3$ it is 6. That is a promise about small changes: a change
# of $x$ comes out about six times as large. Put a number in place of the three dots, then run both
# cells. Right or wrong, you will remember the answer better for having tried.

# %%
growth = predict("x is 3 and grows by 0.01. By how much does x squared grow?", ...)
growth

# %%
growth.reveal(3.01**2 - 3**2, "The slope says 6 times 0.01; it leaves out 0.01 times 0.01.")

# %% [markdown]
# Here is where the two parts come from. A square of side $x$ grows by $h$ on two sides:

# %%
plots.growing_square(3.0, 0.5)

# %% [markdown]
# The side is used **twice**, once as width and once as height, so there are **two** strips:
# $x h + h x$, which is $2x$ times $h$. The corner $h h$ is what the slope leaves out; when $h$ gets ten
# times smaller, the corner gets a hundred times smaller. Keep both in mind. The strips will be the
# reason for every sum in this lesson, and the corner for the error of every measurement.
#
# ## A slope without calculus
#
# You can find a slope with no calculus at all: try it out. Move $x$ a step down and a step up, and
# divide the rise by the run.

# %% tags=["worked"]
def slope_at(f, x, step):
    """The slope of f at x, from the two points a step below and a step above."""
    rise = f(x + step) - f(x - step)
    run = 2 * step  # from the lower point to the upper one
    return rise / run


def cube(x):
    return x**3


slope_at(cube, 1.1, step=0.4), 3 * 1.1**2

# %% [markdown]
# The second number is the true slope, $3x^2 = 3.63$. This is called a **central difference**. Why
# two sides? The obvious thing would be to compare $f(x + h)$ with $f(x)$. See what each does:

# %%
plots.slope_from_points(cube, 1.1, 0.4, 3 * 1.1**2, "x³")

# %% [markdown]
# On the left the line leans with the bend of the curve. On the right the bend to one side makes up
# for the bend to the other. For the cube you can multiply it out:
#
# $$ \frac{(x+h)^3 - x^3}{h} = 3x^2 + 3xh + h^2, \qquad
# \frac{(x+h)^3 - (x-h)^3}{2h} = 3x^2 + h^2. $$
#
# With a step ten times smaller, the error on one side gets ten times smaller, but the central one
# a hundred times. So take the smallest step that there is? Put one of the three in place of the
# dots.

# %%
best_step = predict("For the cube, which step is best: 1e-1, 1e-5 or 1e-12?", ...)
best_step

# %%
best = min((1e-1, 1e-5, 1e-12), key=lambda step: abs(slope_at(cube, 1.1, step) - 3.63))
best_step.reveal(best, "Smaller is better only until rounding takes over.")

# %%
steps = [10.0**-k for k in range(1, 14)]
plots.error_against_step(
    steps,
    {
        "one side": [abs((cube(1.1 + h) - cube(1.1)) / h - 3.63) for h in steps],
        "both sides": [abs(slope_at(cube, 1.1, h) - 3.63) for h in steps],
    },
)

# %% [markdown]
# Two errors pull in opposite directions.
#
# - **The step is too large:** the bend counts. This part of the error is called *truncation*. For
#   central differences it shrinks like $h^2$.
# - **The step is too small:** rounding counts. A computer keeps about 16 digits, so each of the
#   two cubes is off by about $10^{-16}$. Dividing by $2h$ makes this error larger: it *grows* like
#   $10^{-16} / h$. Here are the two cubes for $h = 10^{-12}$:

# %%
# NBVAL_CHECK_OUTPUT
print(f"{cube(1.1 + 1e-12):.16f}")
print(f"{cube(1.1 - 1e-12):.16f}")

# %% [markdown]
# Rounded to twelve digits both are 1.33100000000, and these twelve cancel in the difference. Only
# the last four or five say something, and the slope has no more digits than those.
#
# The two errors meet where $h^2$ is about $10^{-16} / h$, that is $h^3 \approx 10^{-16}$, so
# between $10^{-6}$ and $10^{-5}$. There a central difference is right to some ten digits. In a
# large computation more rounding comes together; count on **seven**.
#
# There is one more thing that a difference cannot tell. `relu`, from lesson 02, is 0 for negative
# $a$ and $a$ for positive $a$, so its slope is 0 on the left and 1 on the right. In between it has
# a kink. Predict a number.

# %%
at_the_kink = predict("At the kink of relu, at 0, what slope does slope_at find?", ...)
at_the_kink

# %%
at_the_kink.reveal(
    slope_at(lambda a: max(a, 0.0), 0.0, 1e-5),
    "It is the mean of both sides, whatever the step: neither the one slope nor the other.",
)

# %%
plots.slope_from_points(lambda a: max(a, 0.0), 0.0, 0.4, None, "relu(a)")

# %% [markdown]
# The same happens wherever a kink lies *between* the two points. So do not measure at a kink, and
# keep steps small.
#
# <details><summary>Does the kink make the chain rule wrong for networks with ReLU?</summary>
#
# No. It is about a single point, and a computed number hits 0 exactly almost never. If it does,
# any slope from 0 to 1 will do; the course takes 0. Only the *measurement* needs care. It does
# happen where biases start at 0 and all units before are silent: do not measure there.
# </details>
#
# **Two inputs.** With more inputs we move one at a time, while the others stand still. A cylinder
# of radius $r$ and height $q$ holds $\pi r^2 q$. The slope for $r$ is measured below. Write the
# line for $q$.

# %% tags=["faded"]
def cylinder(r, q):
    return math.pi * r * r * q


r, q, step = 2.0, 3.0, 1e-5
slope_r = (cylinder(r + step, q) - cylinder(r - step, q)) / (2 * step)
slope_q = ...  # your line: q moves, r stands still

# %%
predict("The slope of the cylinder for its height", slope_q).reveal(
    math.pi * 2.0**2, "A slice of height 1 holds as much as the base is large.", within=1e-4
)

# %% [markdown]
# ## Exercise 1 · The slope of a graph by trying out
#
# *8 minutes, difficulty 2 of 5, 2 points.*
#
# Now for any graph. For each input $x_i$, with all other inputs as they were,
#
# $$ \frac{\partial f}{\partial x_i} \approx
# \frac{f(\ldots, x_i + h, \ldots) - f(\ldots, x_i - h, \ldots)}{2h}, $$
#
# where $f$ is the value of the node `output`, and $h$ is the `step` that is handed in. All of
# these are plain numbers.
#
# Return a dictionary with the slope for each input, by name. Every slope is asked for at the same
# point, so each input must be back in its place before the next one moves. A tool:
# `inputs | {"x": 3.0}` is a new dictionary, like `inputs` but with 3 for `x`; `inputs` itself
# stays as it was.

# %% exercise="numerical_gradient"
def numerical_gradient(graph, inputs, output, step):
    """graph: as above; inputs: name -> number; output: the name of a node; step: a number.

    Returns name -> slope of output, one for each name in inputs, by central differences.
    """
    slopes = {}
    for name, value in inputs.items():
        # graph_forward(graph, some_inputs)[output] is f at some_inputs
        raise NotImplementedError("write numerical_gradient here, then run this cell and the next")
    return slopes


# %% check="numerical_gradient"
numerical_gradient = check(numerical_gradient)

# %%
# NBVAL_CHECK_OUTPUT
inputs = {"x": 1.3, "y": 0.5}
measured = numerical_gradient(long_formula, inputs, "out", 1e-5)
print({name: round(slope, 6) for name, slope in measured.items()})

# %% [markdown]
# Compare with the ugly formula:

# %%
# NBVAL_CHECK_OUTPUT
x, y = 1.3, 0.5
total = math.exp(x) + math.exp(x * y)
ugly = (math.exp(x) + y * math.exp(x * y)) / total * math.tanh(x * y) + math.log(total) * (
    1 - math.tanh(x * y) ** 2
) * y
print(round(ugly, 6))

# %% [markdown]
# They agree. So why not stop here? Because it costs two runs through the whole graph **for each
# input**, and because it is right to a few digits only. We keep it as a judge: a judge may be
# slow, as long as it needs no calculus and so cannot make our mistakes. It will tell us *which*
# slope is wrong; *why* we shall have to find out ourselves.
#
# ## Along a path, slopes multiply
#
# You ride a bicycle. For one turn of the pedals the wheel turns 3 times, and for one turn of the
# wheel you move 2 metres. So one turn of the pedals moves you $3 \cdot 2 = 6$ metres. That is the
# chain rule. If $x$ moves $p$, and $p$ moves $t$, then
#
# $$ \frac{\partial t}{\partial x} = \frac{\partial t}{\partial p} \cdot
# \frac{\partial p}{\partial x}. $$
#
# Each factor is the slope of **one step**: it needs to know its own operation and the values that
# were kept, and nothing of the rest of the graph. That is why a long formula becomes easy.
#
# ## Where a value is used twice, shares add up
#
# Look at the long formula once more: $p$ is used by `k` and by `t`. If $p$ moves by a small
# $\varepsilon$, then `k` moves by its own slope times $\varepsilon$, and `t` by its own slope
# times $\varepsilon$. Both moves go on to `out`, so `out` moves by both together. It is the square
# again, with a strip for each use. And that the one move may also change what the other one does
# is the corner: small times small, which a slope leaves out. So
#
# $$ \frac{\partial L}{\partial p} = \sum_{n \text{ uses } p} \frac{\partial L}{\partial n} \cdot
# \frac{\partial n}{\partial p}, $$
#
# where $L$ is the output and the sum runs over the nodes $n$ that have $p$ as a parent. A node
# that has $p$ as a parent twice, as in $p \cdot p$, counts twice. **Multiply along a path; add
# where paths meet.** There is no third rule.
#
# We write `dp` for $\partial L / \partial p$, the **gradient** of $p$. It is not the value of $p$,
# and it is not how far $p$ has moved. It is how strongly $L$ answers to $p$.
#
# ## A neuron, worked by hand
#
# Here is a neuron with one input $x$, a weight $w$ and a bias $b$, and its squared distance from a
# target. Five steps lead back through it. They will be the same five for every backward pass of
# the course.
#
# 1. **Kept.** Which values does this step need from the way forward?
# 2. **Slope.** How does the node answer to this parent alone?
# 3. **Reach.** Which nodes use this value?
# 4. **Sum.** Multiply the gradient of each by the slope, and add up over its uses.
# 5. **Shape.** What comes back has the shape of what went forward. Here all are single numbers.
#
# As a graph it looks like this. There is no subtraction, so `m` is minus the target.

# %%
neuron = {
    "a": ("multiply", "w", "x"),
    "z": ("add", "a", "b"),
    "y": ("tanh", "z"),
    "e": ("add", "y", "m"),
    "L": ("multiply", "e", "e"),
}
plots.graph_of_numbers(neuron, {"w": 0.8, "x": 0.5, "b": -0.1, "m": -0.9})

# %%
weight_and_bias = predict("The input x is 0.5. dw is how many times as large as db?", ...)
weight_and_bias

# %% tags=["worked"]
x, w, b, target = 0.5, 0.8, -0.1, 0.9

# forward: every step has a name and is kept
a = w * x
z = a + b
y = math.tanh(z)
e = y - target
L = e * e

# backward: from the output, whose gradient is 1, to the inputs
dL = 1.0
de = e * dL + e * dL  # 1 kept e; 2 slope e, the other factor; 3 reaches L twice; 4 so two shares
dy = 1 * de  # 2 slope 1: e moves just as much as y; 3 reaches e alone, so 4 nothing to add up
dz = (1 - y * y) * dy  # 1 kept y, which is tanh(z); 2 slope of tanh
da = 1 * dz  # 2 a sum hands on to each of its parts ...
db = 1 * dz  # ... what has arrived, whole and not shared out
dw = x * da  # 1 kept x; 2 slope of w x for w: the other factor
dx = w * da  # 5 every one of them is a number, like what it belongs to

print(f"dw = {dw:.4f}, db = {db:.4f}")

# %%
weight_and_bias.reveal(dw / db, "Both get dz; on the way to w it is multiplied by x.")

# %% [markdown]
# Both are negative: when $w$ or $b$ grows, the loss falls. So they should grow. You have computed
# which way a neuron should learn. Do not take it on trust; ask the judge:

# %%
# NBVAL_CHECK_OUTPUT
print(round(slope_at(lambda w: (math.tanh(w * 0.5 - 0.1) - 0.9) ** 2, 0.8, 1e-5), 4))

# %% [markdown]
# **Change it.** Set $x = 0$ and predict `dw` before you run it. What would a neuron learn about a
# weight whose input is silent?
#
# Now the long formula. Everything back to `p` is done; two lines are yours. Ask for each: who uses
# it?

# %% tags=["faded"]
x, y = 1.3, 0.5

p = x * y
g = math.exp(x)
k = math.exp(p)
s = g + k
u = math.log(s)
t = math.tanh(p)
out = u * t

dout = 1.0
du, dt = t * dout, u * dout  # a product: each gets the other factor
ds = 1 / s * du  # the slope of log is 1 / s
dg, dk = ds, ds
dp = k * dk + (1 - t * t) * dt  # used by k and by t: two shares, added
dy = ...  # your line: y is used by p
dx = ...  # your line: x is used by p and by g

# %%
predict("Your line for dy", dy).reveal(
    measured["y"], "One use: y moves p, and the slope of p for y is x.", within=1e-4
)

# %%
predict("Your line for dx", dx).reveal(
    measured["x"], "Two uses: y dp comes from p, and g dg comes from g.", within=1e-4
)

# %% [markdown]
# No step was harder than one line of a table from school, and both slopes came out of the same
# walk. Compare that with the ugly formula.
#
# ## Exercise 2 · The slope of one step
#
# *8 minutes, difficulty 2 of 5, 3 points.*
#
# The walk needs one table: for each operation, the derivative of the node's value for each of its
# parents. `parents` holds their values: $a$ and $b$ for `add` and `multiply`, else $a$ alone.
#
# | operation | value | slope for $a$ | slope for $b$ |
# |---|---|---|---|
# | `"add"` | $a + b$ | ? | ? |
# | `"multiply"` | $a \, b$ | ? | ? |
# | `"exp"` | $e^{a}$ | ? | |
# | `"log"` | $\log a$ | ? | |
# | `"tanh"` | $\tanh a$ | $1 - \tanh^2 a$ | |
# | `"relu"` | $\max(0, a)$ | ? | |
#
# Fill it in on paper first. For each question mark ask: if $a$ grows a little and $b$ stands
# still, how many times as much does the value grow? At the kink of `relu`, at $a = 0$, any slope
# from 0 to 1 will do. `parents` are the values that went *into* the node. By hand we wrote the
# slope of tanh as $1 - y^2$ with $y$, the value that came *out*; it is the same number, as long as
# the two are not mixed up.
#
# Return a **tuple** with as many numbers as there are parents, and in their order. A tuple of one
# number is written `(number,)`, with the comma.
#
# <details><summary>What were the slopes of the exponential function and of the logarithm?</summary>
#
# $e^a$ is its own slope: the higher it is, the faster it grows. The logarithm undoes it and gets
# ever flatter; its slope is $1/a$. You can measure both with `slope_at`.
# </details>
#
# <details><summary>Where does the slope of tanh come from?</summary>
#
# $\tanh a = u / v$ with $u = e^a - e^{-a}$ and $v = e^a + e^{-a}$. The slope of $u$ is $v$, and
# the slope of $v$ is $u$. The quotient rule gives $(v \cdot v - u \cdot u) / v^2 = 1 - u^2/v^2$.
# </details>

# %% exercise="local_gradients"
def local_gradients(operation, parents):
    """operation: "add", "multiply", "exp", "log", "tanh" or "relu"; parents: their values.

    Returns a tuple: the derivative of the node's value for each parent.
    """
    if operation == "tanh":
        (a,) = parents
        return (1 - math.tanh(a) ** 2,)
    raise NotImplementedError("write local_gradients here, then run this cell and the next")


# %% check="local_gradients"
local_gradients = check(local_gradients)

# %% [markdown]
# ## Step through a graph
#
# Put **step** to 0, then move it with the arrow keys or press Play. Blue is the way forward,
# orange the way back; the line above the picture is the sum that is being done. Watch how `p`
# collects its second share in *a value used twice*.
#
# Things to find, with the last step in view:
#
# 1. In *a chain*, put $x = 0$ and $y = 1$. Why is the gradient of $y$ zero, while that of $x$ is
#    not?
# 2. In *a gate*, bring the sum $x + y$ below 0. What happens to both gradients, and at which node
#    does the signal end?
# 3. In *a value used twice* there is a $y$ other than 0 at which `out` does not answer to $x$ at
#    all, wherever $x$ stands. Find it. Then go back a few steps: which two shares reach $x$?

# %%
explorers.graph_step_by_step()

# %% [markdown]
# <details><summary>What can be found</summary>
#
# 1. $p = xy$ has the slope $x$ for $y$. With $x = 0$ the product stays 0 whatever $y$ does. Its
#    slope for $x$ is $y$, which is 1.
# 2. The slope of `relu` is 0 there, so the signal ends at `r`. Along the other path `x` gets the
#    value of `r`, which is 0 as well.
# 3. At $y = -1$. One share is $x$, the other $-x$, and they cancel. A gradient of 0 need not mean
#    that a value is used for nothing; what it does on one path may undo what it does on the other.
# </details>
#
# ## Who goes first?
#
# A node may send its gradient on when it has **all** of it. In the long formula `p` is used by `k`
# and by `t`. Suppose that `p` sends as soon as `t` has reached it. The share of `k` comes too late
# and never gets to $x$:

# %%
# NBVAL_CHECK_OUTPUT
too_early = y * (1 - t * t) * dt + g * dg
print(f"p too early: dx = {too_early:.4f}; measured: {measured['x']:.4f}")

# %% [markdown]
# Close enough to be believed, and wrong. So before a node sends, **everything that uses it must
# have sent**.
#
# An order in which every node comes after its parents is called **topological**.
# `topological_order(graph)` gives one, inputs included:

# %%
# NBVAL_CHECK_OUTPUT
print(topological_order(long_formula))

# %% [markdown]
# Forward, we walk it from left to right: when a node comes up, its parents are there. Backward, we
# walk it from right to left: when a node comes up, all that uses it has been.
#
# Two tempting ways are wrong. The entries of the dictionary stand in the order in which somebody
# happened to write them. And "from the output to its parents, to their parents, and so on" reaches
# `p` early along the short path, before the long one has arrived.

# %%
waits_for = predict("Going backward, how many nodes must have sent to p before p may send?", ...)
waits_for

# %%
waits_for.reveal(
    sum(parents.count("p") for _, *parents in long_formula.values()),
    "As many as use it: k and t.",
)

# %% [markdown]
# ## Exercise 3 · Backpropagation
#
# *20 minutes, difficulty 4 of 5, 4 points.*
#
# Now write the walk for any graph. With $L$ the value of the node `output`,
#
# $$ \frac{\partial L}{\partial L} = 1, \qquad
# \frac{\partial L}{\partial p} = \sum_{n \text{ uses } p} \frac{\partial L}{\partial n} \cdot
# \frac{\partial n}{\partial p}. $$
#
# The sum need not be done in one place. Let every gradient begin at 0, and let each node **add**
# its share to each of its parents when its turn comes.
#
# - `graph` may have its entries in any order. `values` is what `graph_forward` returned: the value
#   of every node and input. Do not change either.
# - A node may have the same parent twice, and the output may have nodes behind it that it does not
#   depend on. Their gradient is 0.
# - `local_gradients(operation, [values of the parents])` gives the slopes. Should yours not be
#   right yet, the library's stands in.
# - Inputs have no entry in `graph`: they have nobody to send to.
#
# Return a dictionary with the gradient of **every** node and every input.

# %% exercise="graph_backward"
def graph_backward(graph, values, output):
    """graph: name -> (operation, parent, ...); values: name -> number; output: a node's name.

    Returns name -> d(output)/d(name), for every node and every input.
    """
    order = topological_order(graph)  # parents first
    gradients = dict.fromkeys(order, 0.0)
    # for a node: operation, *parents = graph[name]
    raise NotImplementedError("write graph_backward here, then run this cell and the next")


# %% check="graph_backward"
graph_backward = check(graph_backward)

# %%
# NBVAL_CHECK_OUTPUT
gradients = graph_backward(long_formula, graph_forward(long_formula, inputs), "out")
for name in inputs:
    print(f"d(out)/d{name}: backward {gradients[name]:.6f}, measured {measured[name]:.6f}")

# %% [markdown]
# <details><summary>Is it not a mistake that gradients pile up?</summary>
#
# Within one walk it is the rule itself: the sum over all uses. From one walk to the next they must
# begin at 0 again. Your function makes a new dictionary each time, so it cannot forget that.
# Libraries that keep gradients beside the parameters ask you to set them to zero before each step.
# </details>
#
# <details><summary>Is backpropagation how a network learns?</summary>
#
# It is how the gradient is computed, no more. What is done with it, which step is taken and how
# large, is another question: lesson 06.
# </details>
#
# ## Exercise 4 · The check that you will trust
#
# *10 minutes, difficulty 3 of 5, 3 points.*
#
# From here on you will write many backward passes. You need a judge: a function that gets a
# `claimed` gradient and a `numeric` one, two arrays, and says whether they agree. Its grade is how
# many planted mistakes it catches, **and** that it spares what is right. A check that refuses
# everything is as useless as one that lets everything pass.
#
# How far apart may the two be? Not at all would be unfair: `numeric` was measured. Recall where
# its error comes from. It is the rounding of the *whole* function, divided by $2h$, so it is about
# equally large in every entry, **whether that entry is large or small**. An entry that should be 0
# comes out as something like $10^{-11}$. So measure every difference with one stick: the entry of
# `numeric` with the largest magnitude. Differences are right to about seven digits of it, so a
# hundred-thousandth of it, `1e-5`, is room enough, and hardly a mistake is that small.
#
# Your check has to hold up to these:
#
# - gradients with entries near a million or near a ten-thousandth, with zeros among them, and
#   gradients that are zero everywhere, where 0 beside 0 is right;
# - entries that are too small, of the wrong sign, or in the wrong place, be it a single one by a
#   few hundredths;
# - a `claimed` of another shape than `numeric`, which is wrong, although NumPy would repeat the
#   smaller one without a word;
# - NaN ("not a number") in `claimed`, which is wrong. Every comparison with NaN is False.

# %%
# NBVAL_CHECK_OUTPUT
not_a_number = np.array([1.0, np.nan])
print(not_a_number <= 2, not_a_number > 2)
print((np.ones((3, 4)) == np.ones(4)).all())

# %% exercise="gradient_check"
def gradient_check(claimed, numeric):
    """claimed, numeric: arrays. Returns True where they agree, else False."""
    # np.abs(a).max() is the largest magnitude in a
    raise NotImplementedError("write gradient_check here, then run this cell and the next")


# %% check="gradient_check"
gradient_check = check(gradient_check)

# %% [markdown]
# <details><summary>At which point should one check?</summary>
#
# At a random one. At special points wrong rules look right: with $a = b$ nobody can tell the slope
# $b$ from the slope $a$, at 0 many products vanish whatever the rule, and with a single sample sum
# and mean are the same.
# </details>
#
# ## The bug clinic: the loss falls
#
# A friend has written her own backward pass. It is short, it walks in the right order, and she
# shows you that it works: our neuron learns with it, step by step.

# %%
# NBVAL_CHECK_OUTPUT
def friends_backward(graph, values, output):
    gradients = {output: 1.0}
    for name in reversed(topological_order(graph)):
        if name in graph and name in gradients:
            operation, *parents = graph[name]
            slopes = local_gradients(operation, [values[parent] for parent in parents])
            shares = {p: gradients[name] * slope for p, slope in zip(parents, slopes)}
            gradients |= shares
    return gradients


at = {"w": 0.8, "x": 0.5, "b": -0.1, "m": -0.9}
for step in range(5):
    values = graph_forward(neuron, at)
    print(f"step {step}: loss {values['L']:.4f}")
    slopes = friends_backward(neuron, values, "L")
    at = at | {name: at[name] - 0.5 * slopes[name] for name in ("w", "b")}

# %% [markdown]
# Do not look at the loss; look at the gradient. **Predict.** We measure the slope of the loss for
# $w$ and divide it by hers. Were hers right, that would be 1. What is it?

# %%
measured_by_hers = predict("The measured slope for w, divided by hers?", ...)
measured_by_hers

# %% [markdown]
# You have a judge, so use it, on the neuron and on the long formula:

# %%
# NBVAL_CHECK_OUTPUT
def verdict_on(backward, graph, inputs, output):
    """Print each input's gradient beside the measured one; return what your check says."""
    claimed = backward(graph, graph_forward(graph, inputs), output)
    numeric = numerical_gradient(graph, inputs, output, 1e-5)
    for name in inputs:
        print(f"{name:>3}: claimed {claimed[name]:8.4f}, measured {numeric[name]:8.4f}")
    return gradient_check(
        np.array([claimed[name] for name in inputs]), np.array([numeric[name] for name in inputs])
    )


print("agrees:", verdict_on(friends_backward, neuron, at, "L"))
print("agrees:", verdict_on(friends_backward, long_formula, {"x": 1.3, "y": 0.5}, "out"))
print("yours: ", verdict_on(graph_backward, long_formula, {"x": 1.3, "y": 0.5}, "out"))

# %%
hers = friends_backward(neuron, graph_forward(neuron, at), "L")
measured_by_hers.reveal(
    numerical_gradient(neuron, at, "L", 1e-5)["w"] / hers["w"],
    "For the neuron all her numbers are half of what they should be.",
)

# %% [markdown]
# On the neuron every number is wrong by the same factor, which only makes the steps smaller. That
# is why the loss fell all the same. On the long formula they are wrong by different factors, so
# the direction is off too.
#
# - **Where** in the neuron does the factor one half begin? Which node of the neuron is special?
# - **Why** does nobody notice on a graph in which everything is used once?
# - **How** would you mend it?
#
# <details><summary>After you have decided</summary>
#
# *Where:* at `L`, whose two parents are the same node, `e`. *Why:* a dictionary has one place for
# each name. In `{p: share ...}` the second `e` takes the place of the first, and in `gradients |=
# shares` what arrives later takes the place of what was there. Where everything is used once,
# there is nothing to overwrite. *How:* begin at 0 and add, one parent at a time. This mistake, `=`
# in place of `+=`, has been made in nearly every home-made library for gradients.
# </details>
#
# **Change it.** Mend `friends_backward`, and let your check say so.
#
# ## Why backward is cheap
#
# The chain rule can be said in another way: *for every path from the input to the output multiply
# the slopes along it, then add up over all paths.* That is true, and hopeless to compute. Take a
# number and double it by adding it to itself, twenty times in a row. Each doubling is used twice
# by the next.

# %%
doublings = {"d1": ("add", "x", "x")} | {
    f"d{k}": ("add", f"d{k - 1}", f"d{k - 1}") for k in range(2, 21)
}
plots.graph_of_numbers({name: doublings[name] for name in ("d1", "d2", "d3", "d4")})

# %%
paths = predict("How many paths lead from x to d20?", ...)
paths

# %%
gradient_of_x = graph_backward(doublings, graph_forward(doublings, {"x": 1.0}), "d20")["x"]
paths.reveal(int(gradient_of_x), "All slopes are 1, so the gradient counts the paths: 2 to the 20.")

# %% [markdown]
# There are over a million paths, and you got there with 40 multiplications, one for each arrow.
# What comes back along many paths is added up where they meet, and goes on as **one** number. That
# is what "a node sends once" buys.
#
# The other comparison is with measuring. Here is a neuron with $D$ weights. Measuring runs through
# the whole graph twice for each weight. The walk back does not ask how many weights there are:
# each arrow is passed once.

# %%
def wide_neuron(size):
    """tanh of w0 x0 + w1 x1 + ..., with that many weights, and inputs for all of it."""
    graph = {f"p{i}": ("multiply", f"w{i}", f"x{i}") for i in range(size)}
    total = "p0"
    for i in range(1, size):
        graph[f"s{i}"] = ("add", total, f"p{i}")
        total = f"s{i}"
    graph["out"] = ("tanh", total)
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=size) / math.sqrt(size), rng.normal(size=size)
    return graph, {f"w{i}": w[i] for i in range(size)}, {f"x{i}": x[i] for i in range(size)}


# %%
cost = predict("For the slopes of 1000 weights, how many runs through the graph to measure?", ...)
cost

# %%
# NBVAL_CHECK_OUTPUT
print("weights   steps to measure   steps forward and back")
for size in (1, 10, 100, 1000):
    graph, weights, _ = wide_neuron(size)
    arrows = sum(len(parents) for _, *parents in graph.values())
    print(f"{size:7,}   {2 * size * len(graph):16,}   {len(graph) + arrows:22,}")

# %%
cost.reveal(2 * 1000, "Two for each weight. Forward and back it is one run and one walk.")

# %% [markdown]
# A step is one node computed, or one arrow passed on the way back. With ten times as many weights,
# measuring costs a hundred times as much, and the walk back ten times. The networks of today have
# billions of weights.
#
# Do both agree? With a hundred weights we can still afford to ask:

# %%
# NBVAL_CHECK_OUTPUT
graph, weights, fixed = wide_neuron(100)
everything = graph_backward(graph, graph_forward(graph, weights | fixed), "out")
numeric = numerical_gradient(graph, weights | fixed, "out", 1e-5)
claimed = np.array([everything[name] for name in weights])
print(gradient_check(claimed, np.array([numeric[name] for name in weights])))

# %% [markdown]
# <details><summary>One could also carry the slope of an input forward. Why backward?</summary>
#
# Carried forward, the slope answers for **one input** and all outputs. Carried backward, it
# answers for **one output** and all inputs. A network has one loss and very many weights.
# </details>
#
# <details><summary>What does the walk back cost that measuring does not?</summary>
#
# Memory. Every value of the way forward has to be kept until the walk back has used it.
# </details>
#
# ## What you have learned
#
# - A long formula is a graph of small steps. Keep every value, and no slope is hard.
# - Multiply along a path; add where paths meet. A value used twice collects from both uses.
# - A node sends once, after all that uses it has sent: the topological order, reversed.
# - A central difference finds any slope without calculus. Too large a step and the bend counts,
#   too small a step and rounding counts; at a kink it gives a mean of both sides.
# - A falling loss proves nothing. A gradient is right if it agrees with a measured one, in shape
#   and in every entry.
# - Backward, all slopes of one output cost about as much as computing it a few times over.
#
# ## Where this is used
#
# PyTorch, JAX and TensorFlow build such a graph while your program runs and walk it back as you
# did; their nodes hold arrays in place of numbers. The same walk answers questions far from
# networks: how the price of an option moves with each rate in the market, or which measured
# temperature would most change tomorrow's forecast. And those who write such libraries check each
# new operation against central differences.
#
# ## What comes next
#
# Lesson 05 puts a whole layer into one node. The rule stays the same: slopes times what arrives,
# added up over everything that was reached. Out of that sum come the matrix products.

# %%
progress()
