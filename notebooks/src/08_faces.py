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
# # 08 · Tell faces from other pictures
#
# *60 minutes. You need: training with Adam from lesson 06, and training, validation and test data
# from lesson 07.*
#
# Two hundred photographs, 25 by 25 pixels each. Half of them show a face. You will build a network
# that tells them apart, train it, choose it among others, and judge it once. On the way you will
# see two things that no slogan about deep learning tells you: a task on real photographs in which
# depth is good for nothing, and another one, with the same photographs, in which nothing works
# without it. The second is an old friend from lesson 01 in disguise.
#
# When you are done, you will be able to
#
# - begin with a baseline, so that you know what a network has to beat;
# - make more pictures out of few, without letting them leak from one part of the data to another;
# - read in a confusion matrix what was taken for what;
# - train several networks, let the validation data choose, and open the test set once;
# - say what such a network is, what it is not, and what it must not be used for.
#
# There are four exercises, each with a check below it. **Until you have solved one, the library's
# version carries the lesson on**, so you can always run the whole notebook to the bottom.

# %% tags=["setup"]
from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from backprop_lib import (
    Adam,
    Network,
    explorers,
    fit_standardizer,
    load_faces,
    perceptron_fit,
    perceptron_predict,
    plots,
    softmax,
    split_train_validation_test,
    standardize,
    train,
    vary_pictures,
)
from checks import check, predict, progress, quiz

# these matrices are small: several threads would mostly wait for each other
threadpool_limits(limits=1);

# %%
pictures, labels = load_faces()  # (200, 25, 25), grey values from 0 to 1; (200,), 1 for a face
plots.photographs(
    np.concatenate([pictures[:10], pictures[100:110]]), "ten faces, and ten other pictures"
)

# %% [markdown]
# The photographs are from the news of the years 2002 to 2004. The pictures without a face, or
# nearly so, were cut out of the background of such photographs. You will find eyes and foreheads
# among them.
#
# Four questions first, on what you bring from earlier lessons.

# %%
quiz("08_faces")

# %% [markdown]
# ## First of all: split
#
# Before we measure anything, we put a fifth of the pictures aside. They are the test set, and
# **they stay closed until the end of this lesson**. Another fifth is there to choose by.

# %%
# NBVAL_CHECK_OUTPUT
rng = np.random.default_rng(0)
training, validation, test = split_train_validation_test(pictures, labels, (0.6, 0.2, 0.2), rng)
for name, (part, part_labels) in (("training", training), ("validation", validation)):
    print(f"{name}: {part.shape}, {part_labels.sum()} of them faces")

# %% [markdown]
# ## A baseline
#
# What does the simplest thing do that could possibly work? For a single neuron each pixel is a
# feature: a picture of $25 \times 25$ pixels becomes a row of $D = 625$ numbers, and $N$ pictures
# become $x: (N, 625)$.

# %%
def rows(pictures):
    """pictures: (N, 25, 25). Returns (N, 625): a row for each picture."""
    return pictures.reshape(len(pictures), -1)


# %% [markdown]
# **Predict.** The perceptron of lesson 01 learns from the 120 training pictures. How many of the 40
# validation pictures does it get right? Put a number in place of the three dots, then run the cell
# and the next.

# %%
guess_baseline = predict("How many of 40 validation pictures does a perceptron get right?", ...)
guess_baseline

# %%
w, b, mistakes = perceptron_fit(
    rows(training[0]), training[1], epochs=100, learning_rate=0.1, rng=np.random.default_rng(0)
)
right = perceptron_predict(rows(validation[0]), w, b) == validation[1]
guess_baseline.reveal(
    int(right.sum()),
    f"One neuron, the rule from 1958, and after {len(mistakes)} epochs no training picture is "
    "wrong.",
)

# %% [markdown]
# And a deep one, with hidden layers of 128 and 64 units? As in lesson 07 we measure mean and
# standard deviation on the training pictures, and bring all parts to them. `Network` and `train`
# are the library's fast versions of what you wrote in lessons 05 to 07; `float32` numbers take half
# the space of `float64` and are exact enough.

# %%
def to_features(pictures, ruler):
    """pictures: (N, 25, 25); ruler: mean and std (625,). Returns x (N, 625), float32."""
    return standardize(rows(pictures), *ruler).astype(np.float32)


def trained_network(sizes, training, validation, seed=0, epochs=30, patience=6):
    """Train a network; training, validation: (x, labels). It keeps its best epoch (lesson 07)."""
    rng = np.random.default_rng(seed)
    network = Network(sizes, rng, dtype=np.float32)
    train(
        network, *training, optimizer=Adam(1e-3), epochs=epochs, batch_size=64, rng=rng,
        validation=validation, patience=patience,
    )
    return network


# %%
ruler = fit_standardizer(rows(training[0]))
as_they_are = [(to_features(part, ruler), y) for part, y in (training, validation)]
deep = trained_network([625, 128, 64, 2], *as_they_are)
print(f"hidden layers of 128 and 64: {deep.evaluate(*as_they_are[1]).accuracy * 40:.0f} of 40")

# %% [markdown]
# It has 88,000 parameters more and does about as well as the single neuron: one picture more or
# less out of 40 is luck. Over five splits `benchmarks/faces.py` finds 0.950 for logistic
# regression and 0.965 for the deep network, with a spread of 0.04 from split to split. **Depth
# earns nothing here.**
#
# Why is this task so easy? Look at the pictures again. A face is full of detail: eyes, a nose, a
# mouth. Most backgrounds are smooth, or black. So let us try a single number a picture: how much
# neighbouring pixels differ, on average.

# %%
def detail(pictures):
    """pictures: (N, 25, 25). The mean difference between neighbours in a row, (N,)."""
    return np.abs(np.diff(pictures, axis=2)).mean(axis=(1, 2))


plots.detail_of_pictures(detail(training[0]), training[1])

# %%
# NBVAL_CHECK_OUTPUT
border = max(detail(training[0]), key=lambda t: ((detail(training[0]) > t) == training[1]).mean())
right = (detail(validation[0]) > border) == validation[1]
print(f"detail above {border:.3f} means face: {right.sum()} of 40 right")

# %% [markdown]
# One number and one border do as well as everything above. **Nothing so far has learned what a face
# is.** They tell detailed pictures from smooth ones, and on this data that is enough. Show them a
# tree full of leaves, and they would greet it. That is why one begins with a baseline: without it,
# we would have praised the deep network for its 95%.
#
# ## A harder task: both ways round
#
# You recognise a face also in a photographic negative, and when it stands a little to the side, in
# a mirror, or in poor light. So from now on a picture may be the photograph **or its negative**,
# mirrored or not, shifted by a pixel or two, and dimmed. What it shows stays the same, and so does
# its label.
#
# Pictures are arrays, and moving pixels means choosing indices. Here is one way to think of it,
# worked for another change: turning a picture upside down. Ask for each **new** row from which
# **old** row it comes. With $H$ rows, new row $i$ comes from old row $H - 1 - i$:
#
# $$ \text{new}_{ij} = \text{old}_{H - 1 - i,\; j} \qquad \text{old, new}: (H, W). $$

# %% tags=["worked"]
def upside_down(picture):
    """picture: (H, W). Returns (H, W)."""
    height, _ = picture.shape
    from_rows = height - 1 - np.arange(height)  # for each new row the old one: 24, 23, ..., 0
    return picture[from_rows]


face = training[0][training[1] == 1][0]
plots.photographs(np.array([face, upside_down(face)]), "a face, and the same upside down", 2)

# %% [markdown]
# An array of indices picks rows, in any order and as often as you like; `picture[:, columns]` picks
# columns.
#
# **Change it.** Let only the upper half of the new picture come from the old picture upside down.
#
# Now the same with its last lines left out. We want a picture **twice as large**, so each pixel
# appears four times: $\text{new}_{ij} = \text{old}_{\lfloor i/2 \rfloor,\, \lfloor j/2 \rfloor}$.
# For the rows it is done. Fill in the columns, and then pick both.

# %% tags=["faded"]
small = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])  # (2, 3)
from_rows = np.arange(4) // 2  # for each new row the old one: 0, 0, 1, 1
from_columns = ...  # your line
large = ...  # your line

# %%
predict("The picture twice as large?", large).reveal(
    np.kron(np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), np.ones((2, 2))),
    "The columns are 0, 0, 1, 1, 2, 2, and small[from_rows][:, from_columns] picks both.",
)

# %% [markdown]
# ## Exercise 1 · Another picture of the same thing
#
# *10 minutes, difficulty 3 of 5, 3 points.*
#
# Make a new picture from an old one by four changes, **in this order**, each on what the one before
# has left:
#
# 1. **negative** (where True): black and white change places, $g \to 1 - g$ for each grey value;
# 2. **mirrored** (where True): left and right change places;
# 3. **shifted**: the picture moves `down` and `right` by whole pixels; negative numbers move it up
#    and left. A gap opens where it came from; fill it by repeating the edge:
#
#    $$ \text{new}_{ij} = \text{old}_{i'j'}, \qquad i' = i - \text{down}, \quad
#    j' = j - \text{right}, $$
#
#    and where $i'$ or $j'$ would lie outside, take the nearest row or column, from $0$ to $H - 1$
#    and from $0$ to $W - 1$. `np.clip(a, low, high)` brings every entry of `a` between two ends;
# 4. **dimmed**: every grey value times `brightness`.
#
# The picture has the shape $(H, W)$, and $H$ and $W$ may differ. Shifts are smaller than the
# picture. Return a new array of that shape, and leave the old one as it is.

# %% exercise="vary_picture"
def vary_picture(picture, negative, mirrored, down, right, brightness):
    """picture: (H, W), from 0 to 1; negative, mirrored: True or False; down, right: whole numbers;
    brightness: a number above 0, at most 1. Returns (H, W), a new array.
    """
    height, width = picture.shape
    raise NotImplementedError("write vary_picture here, then run this cell and the next")


# %% check="vary_picture"
vary_picture = check(vary_picture)

# %%
plots.photographs(
    np.array([
        face,
        vary_picture(face, True, False, 0, 0, 1.0),
        vary_picture(face, False, True, 0, 0, 1.0),
        vary_picture(face, False, False, 2, -2, 1.0),
        vary_picture(face, False, False, 0, 0, 0.6),
        vary_picture(face, True, True, -1, 2, 0.7),
    ]),
    "a face; its negative; in a mirror; 2 down and 2 to the left; dimmed; all of it at once",
    6,
)

# %% [markdown]
# The library's `vary_pictures` draws the numbers: negative or not and mirrored or not by the toss
# of a coin, shifts from $-2$ to $2$, brightness from 0.6 to 1. It makes several variants of each
# picture, each with the label of its picture.
#
# We make 20 variants of each training picture, and 10 of each validation picture. **Each part gets
# its own, after the split.** All variants of a photograph are in the same part as the photograph.
# You will see below what happens otherwise.

# %%
# NBVAL_CHECK_OUTPUT
varied = [vary_pictures(*training, 20, rng), vary_pictures(*validation, 10, rng)]
ruler = fit_standardizer(rows(varied[0][0]))
learn_from, choose_by = [(to_features(part, ruler), y) for part, y in varied]
print("to learn from:", learn_from[0].shape, " to choose by:", choose_by[0].shape)

# %% [markdown]
# **Predict.** A network without a hidden layer, which can only weigh the pixels, learns from these
# 2,400 variants. Which share of the variants of validation pictures will it get right?

# %%
guess_line = predict("Share right without a hidden layer?", ...)
guess_line

# %%
line = trained_network([625, 2], learn_from, choose_by)
guess_line.reveal(
    line.evaluate(*choose_by).accuracy,
    "Hardly better than the toss of a coin, and training longer does not help.",
)

# %% [markdown]
# ## XOR, come back
#
# No weights at all could do this, and it takes three lines to see why. A neuron says "face" where
# its score is positive:
#
# $$ s(x) = \sum_d w_d x_d + b. $$
#
# The negative of $x$ has the pixels $1 - x_d$. Add the two scores:
#
# $$ s(x) + s(1 - x) = \sum_d w_d + 2b = C, \qquad \text{the same number } C
# \text{ for every picture.} $$
#
# For a face, photograph **and** negative should have positive scores, so $C$ would have to be
# positive. For any other picture both should be negative, so $C$ would have to be negative. It
# cannot be both. Of these four, a line gets three right at most. That is XOR: *it looks like a
# face* and *it is the other way round* must be combined, and neither decides alone.
#
# <details><summary>So a line could reach three in four. Why does it not even come near?</summary>
#
# To be right about three of the four, it would have to give up one kind altogether, for example
# all negatives of other pictures, and still tell the rest apart. With shifts and mirrors on top
# there is little left for it to hold on to. On five splits logistic regression reaches 0.60, with a
# stronger penalty on its weights 0.55, and the network without a hidden layer 0.52
# (`benchmarks/faces.py`).
# </details>
#
# **Predict.** Now one hidden layer of 64 units, from the same pictures. Which share will be right?

# %%
guess_hidden = predict("Share right with a hidden layer of 64 units?", ...)
guess_hidden

# %%
hidden = trained_network([625, 64, 2], learn_from, choose_by)
guess_hidden.reveal(
    hidden.evaluate(*choose_by).accuracy,
    "Units can now be on for photographs or for negatives, and the last layer combines them.",
)

# %% [markdown]
# What have the hidden units learned? Their weights began as random numbers, and most of the noise
# is still there. So we take the weights after training less the weights before, for the five units
# that have changed most. Each has 625 of them, and we show them as a picture: light in an orange
# place turns the unit on, light in a blue place turns it off.

# %%
before = Network([625, 64, 2], np.random.default_rng(0), dtype=np.float32)  # the same start again
learned = hidden.params["w1"] - before.params["w1"]  # (625, 64)
most = np.argsort(-np.abs(learned).sum(axis=0))[:5]
plots.weights_as_pictures({f"hidden unit {i}": learned[:, i] for i in most})

# %%
for i in most:
    towards_face = hidden.params["w2"][i, 1] - hidden.params["w2"][i, 0]
    print(f"hidden unit {i:>2} speaks for a face: {towards_face > 0}")

# %% [markdown]
# Look at the places of eyes and mouth. Some units want them dark, in blue: they wait for
# photographs. Others want them light, in orange: they wait for negatives. And the last layer takes
# both kinds as a sign of a face. That is how a hidden layer solves XOR, here as in lesson 02.
# Nobody told the network where eyes are.
#
# ## Exercise 2 · What was taken for what
#
# *6 minutes, difficulty 2 of 5, 2 points.*
#
# A share of right answers hides *which* ones are wrong. To miss a face and to see one where there
# is none can cost very different things. The **confusion matrix** counts them apart:
#
# $$ \text{counts}_{kj} = \text{number of samples } n \text{ with label}_n = k \text{ and
# prediction}_n = j \qquad \text{counts}: (K, K). $$
#
# A row for each true class, a column for each predicted one. On the diagonal stands what was right.
# `labels` and `predictions` are $(N,)$, whole numbers from 0 to $K - 1$; $K$ comes in as `classes`.
# A class that does not occur has its row too, all zeros. Return counts, not shares.

# %% exercise="confusion_matrix"
def confusion_matrix(labels, predictions, classes):
    """labels, predictions: (N,), from 0 to classes - 1. Returns counts (classes, classes)."""
    raise NotImplementedError("write confusion_matrix here, then run this cell and the next")


# %% check="confusion_matrix"
confusion_matrix = check(confusion_matrix)

# %%
plots.confusion_table(
    confusion_matrix(choose_by[1], hidden.predict(choose_by[0]), 2), ["other", "face"]
)

# %% [markdown]
# Two shares are often made of it. Of all faces, how many were found? That is **recall**: the field
# at the lower right over the sum of its row. Of all that was called a face, how much was one? That
# is **precision**: the same field over the sum of its column.
#
# <details><summary>Of 10,000 pictures 10 show a face. A network says "other" to all of them. What
# are its accuracy and its recall?</summary>
#
# Accuracy 0.999, recall 0. Where one class is rare, accuracy says little. In our data each class is
# about half, so it does.
# </details>
#
# ## The network's view while it learns
#
# The explorer below shows a network with 16 hidden units, after each epoch of training. Left, a
# picture that it has not learned from. In the middle the **gradient of its answer for the pixels**:
# your backward pass, taken one step further, through the first layer to the input. In orange places
# more light would speak for a face, in blue ones against it. Right, how many validation photographs
# and negatives are right. Press Play.
#
# 1. Switch between a photograph and its negative. Does what the network looks for change?
# 2. Take the network without a hidden layer and do the same. What do you see, and why must it be
#    so?
# 3. At which epoch are photographs and negatives both learned? Does one come before the other?
#
# **Your task with the controls:** find a picture, an epoch of 10 or later and a brightness at which
# the network with 16 hidden units is wrong.

# %%
explorers.network_view()

# %% [markdown]
# <details><summary>Why does the middle picture never change in the network without a hidden
# layer?</summary>
#
# Its score is $\sum_d w_d x_d + b$, and the slope of that for $x_d$ is $w_d$, whatever the picture.
# With a hidden layer the gates of the ReLUs are open for some pictures and shut for others, so the
# slopes depend on the picture.
# </details>
#
# ## The bug clinic: it must be overfitting
#
# A friend has written her own function for the variants. Here it is, and what her network does.

# %%
def friends_variants(pictures, labels, copies, rng):
    """Variants of each picture, with their labels."""
    varied = np.array([
        vary_picture(
            picture, rng.random() < 0.5, rng.random() < 0.5,
            int(rng.integers(-2, 3)), int(rng.integers(-2, 3)), rng.uniform(0.6, 1.0),
        )
        for picture in pictures
        for _ in range(copies)
    ])
    return varied, np.tile(labels, copies)


friends_pictures, friends_labels = friends_variants(*training, 20, np.random.default_rng(1))
friends_samples = to_features(friends_pictures, ruler), friends_labels
friends = trained_network([625, 64, 2], friends_samples, choose_by, patience=None)
for name, samples in (("training", friends_samples), ("validation", choose_by)):
    print(f"{name} accuracy {friends.evaluate(*samples).accuracy:.2f}")

# %% [markdown]
# Training well above one half, validation little better than one half. "Overfitting", she says,
# and reaches for dropout.
#
# **Predict.** Would holding the network back help here? Answer True or False.

# %%
guess_brake = predict("Would dropout or weight decay mend it?", ...)
guess_brake

# %% [markdown]
# Before treating an illness, check the data. All variants of a picture show the same thing, so in a
# table with a row for each picture, every row of labels must be one number over and over:

# %%
# NBVAL_CHECK_OUTPUT
for name, y in (("hers", friends_labels), ("ours", varied[0][1])):
    same = (y.reshape(len(training[1]), 20) == training[1][:, None]).all(axis=1)
    print(f"{name}: {same.sum()} of {len(same)} pictures have their own label on all variants")

# %%
guess_brake.reveal(
    False,
    "np.tile writes the whole list of labels again and again, while the variants of each picture "
    "stand side by side. np.repeat would write each label 20 times. Nearly half of the labels are "
    "wrong, and the network has begun to learn them by heart.",
)

# %% [markdown]
# No error, no warning, and every shape was right. Looking at ten pictures with their labels finds
# it in a minute. **Look at what you feed to a network, after every step that prepares it.**
#
# ## What happens to those who do not keep them apart
#
# Here is a shortcut that many take: make all variants first, and split *them*. Then variants of one
# photograph are on both sides. To see what that does we take the 160 pictures that are open, and do
# it both ways, for five seeds. Beside what is *reported* stands the truth, on photographs that the
# network has never met.

# %%
open_pictures = np.concatenate([training[0], validation[0]])
open_labels = np.concatenate([training[1], validation[1]])
reported, true = [], []
for seed in range(5):
    rng = np.random.default_rng(seed)
    shares = (0.75, 0.25, 0)
    known, unknown, _ = split_train_validation_test(open_pictures, open_labels, shares, rng)
    many, fresh = vary_pictures(*known, 20, rng), vary_pictures(*unknown, 10, rng)
    mixed, held_back, _ = split_train_validation_test(*many, shares, rng)  # here it leaks
    its_ruler = fit_standardizer(rows(mixed[0]))
    mixed, held_back, fresh = [
        (to_features(part, its_ruler), y) for part, y in (mixed, held_back, fresh)
    ]
    network = trained_network([625, 64, 2], mixed, held_back, seed)
    reported.append(network.evaluate(*held_back).accuracy)
    true.append(network.evaluate(*fresh).accuracy)

# %% [markdown]
# **Predict** what such a split reports, as the mean of the five. Our honest split said about 0.96.

# %%
guess_leak = predict("Share right that the leaking split reports?", ...)
guess_leak

# %%
guess_leak.reveal(
    float(np.mean(reported)),
    f"On photographs that it has never met the same networks get {np.mean(true):.3f}. "
    f"Errors per 100 pictures: reported {100 - 100 * np.mean(reported):.1f}, "
    f"true {100 - 100 * np.mean(true):.1f}.",
    within=0.005,
)

# %% [markdown]
# The network is the same; only the number is wrong. It counts how well known photographs are
# recognised in another light. **Split by what belongs together, then vary.**
#
# ## Exercise 3 · Let the validation data choose
#
# *6 minutes, difficulty 2 of 5, 2 points.*
#
# How many layers, how many units? We try several and choose. The rule: the highest **validation**
# accuracy wins. Where several reach the same, the one with the fewest parameters wins, since it has
# shown as much with less. Where these are the same too, the first. Two accuracies are the same only
# if they are equal as numbers.
#
# `validation_accuracy` and `parameters` are lists with a number for each candidate, at least one.
# Return the **place** of the chosen candidate, counted from 0.

# %% exercise="select_by_validation"
def select_by_validation(validation_accuracy, parameters):
    """validation_accuracy, parameters: a number for each candidate. Returns a place, from 0."""
    raise NotImplementedError("write select_by_validation here, then run this cell and the next")


# %% check="select_by_validation"
select_by_validation = check(select_by_validation)

# %% [markdown]
# ## Exercise 4 · Train them all, keep one
#
# *15 minutes, difficulty 4 of 5, 4 points.*
#
# Now put everything together. For each candidate, such as `[625, 64, 2]`:
#
# 1. make a generator **anew from the same seed**, `np.random.default_rng(seed)`, so that no
#    candidate depends on those before it;
# 2. make the network with it, `Network(sizes, rng, dtype=training[0].dtype)`;
# 3. train it on the training samples with **the same generator**, which now draws the order of the
#    samples:
#
#        train(network, x, labels, optimizer=Adam(learning_rate), epochs=epochs,
#              batch_size=batch_size, rng=rng, validation=validation, patience=patience)
#
#    With `validation` and `patience` it stops early, and goes back to its best epoch;
# 4. measure the **validation** accuracy: `network.evaluate(x, labels).accuracy`.
#
# Then choose with `select_by_validation`; the number of parameters is `network.parameters.size`.
# Return three things: the place of the chosen candidate, the list of all validation accuracies in
# the order of the candidates, and the chosen network's `parameters`, an array $(P,)$ that holds all
# of its weights and biases. From it `Network.from_parameters(sizes, parameters)` makes the network
# again.
#
# `training` and `validation` are pairs `(x, labels)`, and so `train(network, *training, ...)` hands
# both over. There is no test set among the arguments. That is no accident.

# %% exercise="train_and_select"
def train_and_select(
    candidates, training, validation, learning_rate, epochs, batch_size, patience, seed
):
    """candidates: a list of sizes, such as [[625, 2], [625, 64, 2]]; training, validation: pairs
    (x, labels); learning_rate: for Adam; epochs, batch_size, patience: as for `train`; seed: a
    whole number.

    Returns the place of the chosen candidate, a list of all validation accuracies, and the chosen
    network's parameters (P,).
    """
    raise NotImplementedError("write train_and_select here, then run this cell and the next")


# %% check="train_and_select"
train_and_select = check(train_and_select)

# %%
candidates = [[625, 2], [625, 16, 2], [625, 64, 2], [625, 128, 64, 2], [625, 128, 64, 32, 2]]
chosen, accuracies, parameters = train_and_select(
    candidates, learn_from, choose_by, 1e-3, 30, 64, 6, 0
)
final = Network.from_parameters(candidates[chosen], parameters)
sizes_of = [sum((d + 1) * m for d, m in zip(s[:-1], s[1:])) for s in candidates]
names = ["no hidden layer"] + [" + ".join(str(m) for m in s[1:-1]) for s in candidates[1:]]
plots.accuracy_against_size(names, sizes_of, accuracies, chosen)

# %% [markdown]
# Between no hidden layer and one lies everything. Between one and three lies little: a few pictures
# of 400, made from only 40 photographs. The rule has to choose one all the same, and it does. But
# do not tell anybody that you have shown *this* depth to be the best. You have not.
#
# **Change it.** Add a candidate of your own to the list, as long as the test set is closed.
#
# ## Open the test set, once
#
# All choices are made. 40 photographs that nothing has ever looked at, ten variants of each.
#
# **Predict** the share that will be right. Would you expect it above or below the validation
# accuracy of the chosen network, and why?

# %%
guess_test = predict("Share of the 400 test variants that will be right?", ...)
guess_test

# %%
test_varied = vary_pictures(*test, 10, np.random.default_rng(100))
judge_with = to_features(test_varied[0], ruler), test_varied[1]
said = final.predict(judge_with[0])
guess_test.reveal(
    float((said == judge_with[1]).mean()),
    f"On the validation variants it was {max(accuracies):.3f}. That is the best of five, so one "
    "expects a little less here; but with 40 photographs luck goes either way.",
    within=0.01,
)

# %%
plots.confusion_table(confusion_matrix(judge_with[1], said, 2), ["other", "face"])

# %% [markdown]
# ## Look at what it gets wrong
#
# Above each picture stands the probability that it is a face, as the network sees it. Those come
# first in which it is most wrong.

# %%
probability = softmax(final.scores(judge_with[0]))[:, 1]
sureness = np.where(judge_with[1] == 1, 1 - probability, probability)  # of the wrong answer
worst = np.argsort(-sureness)[:8]
plots.photographs_with_answers(
    test_varied[0][worst], judge_with[1][worst], probability[worst]
)

# %%
wrong_of_each = (said != judge_with[1]).reshape(len(test[1]), 10).sum(axis=1)  # of 10 variants
print(f"{wrong_of_each.sum()} wrong variants come from {(wrong_of_each > 0).sum()} "
      f"of the {len(test[1])} photographs")

# %% [markdown]
# Orange and a cross mark what is wrong. One of the pictures that are labelled "other" plainly shows
# an eye and half a face. What should the network have said there? And would you have known the
# first one?
#
# The wrong ones come in families: a few photographs account for nearly all of them. So the 400 test
# variants are not 400 independent questions; they are closer to 40. With 40 questions and 0.95
# right, the standard deviation of the score is about $\sqrt{0.95 \cdot 0.05 / 40} \approx 0.03$.
# Another split would have given another number. Let us see how far another.
#
# ## Five splits, and somebody else's network
#
# The choice has been made, so we may now see how such a network does on five splits, each with its
# own training, validation and test photographs. Beside it, on the very same samples: scikit-learn's
# logistic regression, and its network, `MLPClassifier`, with the same layer, learning rate and
# batches.

# %%
def five_splits(hidden):
    """Test accuracies on five splits, for each method; hidden: units of the hidden layer."""
    from sklearn.linear_model import LogisticRegression  # here, since they take a second to import
    from sklearn.neural_network import MLPClassifier

    scores = {"logistic regression": [], "MLPClassifier": [], "ours": []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        parts = split_train_validation_test(pictures, labels, (0.6, 0.2, 0.2), rng)
        parts = [vary_pictures(*part, n, rng) for part, n in zip(parts, (20, 10, 10))]
        ruler = fit_standardizer(rows(parts[0][0]))
        learn, choose, judge = [(to_features(part, ruler), y) for part, y in parts]
        line = LogisticRegression(C=0.01, max_iter=200).fit(*learn)
        theirs = MLPClassifier(
            (hidden,), batch_size=64, learning_rate_init=1e-3, early_stopping=True,
            max_iter=200, random_state=seed,
        ).fit(*learn)
        ours = trained_network([625, hidden, 2], learn, choose, seed)
        scores["logistic regression"].append(line.score(*judge))
        scores["MLPClassifier"].append(theirs.score(*judge))
        scores["ours"].append(ours.evaluate(*judge).accuracy)
    return scores


scores = five_splits(hidden=64)
plots.accuracy_over_splits(scores)

# %%
for name, values in scores.items():
    print(f"{name:<20} mean {np.mean(values):.3f}, spread {np.std(values, ddof=1):.3f}, "
          f"from {min(values):.3f} to {max(values):.3f}")

# %%
# NBVAL_CHECK_OUTPUT
print("mean of five splits at least 0.93:", bool(np.mean(scores["ours"]) >= 0.93))

# %% [markdown]
# Your network and that of a well-known library do equally well: the difference between them is far
# smaller than the spread from split to split. What you see there is no longer the method. It is
# which 40 photographs happened to be in the test set.
#
# ## What this data set is, and what it is not
#
# - **It is small.** 200 pictures, and a test set of 40. All numbers above are rough.
# - **It shows people who were in the news.** The faces come from *Labeled Faces in the Wild* (Huang
#   and others, 2007): many politicians, actors and athletes. Most are men, and most are
#   light-skinned; there are hardly any children and hardly anybody above 80. For all whom it does
#   not show, our 95% says nothing.
# - **They were found by another program.** A face detector of that time picked them out, so there
#   are only faces that it could see: from the front, upright, well lit. Nobody was asked.
# - **The other pictures are easy.** Cut from the background of the same photographs, many are
#   smooth or have black corners from turning the photographs upright. One number told most of them
#   from faces. A few do show part of a face. The label only says that nobody cut them out as a
#   face.
# - **It is about "face or not", and about nothing else.** It does not know who somebody is, what
#   they feel or what they are like, and no photograph of 25 by 25 pixels can tell.
#
# So a network like this must not be used for anything that matters to somebody: not to open doors,
# not to watch a street, not to count people, and not to judge them. Face detectors that worked on
# the faces of those who built them, and failed on others, have been sold and used. The mistake was
# not in the backward pass. It was in the data, and in a test set that came from the same place. The
# question to ask of any accuracy is: **on whom?**
#
# <details><summary>Would a test on 10,000 more photographs from the same newspapers help?</summary>
#
# It would make the number more precise, and no truer. The same people are missing from them. A test
# set has to come from where the network will be used.
# </details>
#
# ## What you have learned
#
# - Begin with a baseline. Where a line does as well, depth has shown nothing.
# - For a picture and its negative a line contradicts itself: XOR on real photographs. One hidden
#   layer resolves it, and more layers add little here.
# - Variants of a picture keep its label, and stay in the part of the data where the picture is.
# - A confusion matrix shows what was taken for what; recall and precision are made of it.
# - Validation chooses, and of equals takes the smaller. The test set judges, once.
# - A score has a spread. Look at single mistakes, and ask on whom it was measured.
#
# ## Where this is used
#
# Cameras that focus on faces look for them in small windows of a picture, as we did, thousands of
# times a second. Doctors' programs look at patches of tissue, farmers' at leaves. All of them make
# variants of few pictures, choose by validation, and are only as good as the pictures they were
# shown. Networks for pictures today also share their weights between all places of a picture
# (**convolution**), so that a shift is no news to them. Their backward pass follows from the same
# five steps.
#
# ## What comes next
#
# This was the last lesson. From one neuron to a deep network, every gradient on the way was yours.
# Where to go from here: write a convolution and its backward pass, and prove it with
# `checks.gradients.check_backward`; read `backprop_lib`, most of which you have written by now; and
# take a question of your own, with data of your own. Begin with the split.

# %%
progress()
