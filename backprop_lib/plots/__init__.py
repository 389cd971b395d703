"""Pictures for the lessons, one module a lesson. Matplotlib is loaded when the first is drawn.

Every picture is shown by `show`, which demands a sentence that says what it shows. Figures have
a white panel of their own, so that they read the same in a light and in a dark notebook.
"""

from backprop_lib.plots.backward_pass import (
    digits_with_predictions,
    forward_and_back,
    gates,
    pull_on_scores,
    share_of_each_sample,
    training_curves,
    work_per_gradient,
)
from backprop_lib.plots.chain_rule import (
    error_against_step,
    graph_of_numbers,
    growing_square,
    slope_from_points,
)
from backprop_lib.plots.faces import (
    accuracy_against_size,
    accuracy_over_splits,
    confusion_table,
    detail_of_pictures,
    photographs,
    photographs_with_answers,
    weights_as_pictures,
)
from backprop_lib.plots.forward_pass import (
    bent_plane,
    chain_of_layers,
    function_graphs,
    scores_and_probabilities,
    signal_sizes,
)
from backprop_lib.plots.gradient_descent import (
    cost_of_learning,
    losses_by_epoch,
    paths_on_contours,
    steps_on_a_curve,
)
from backprop_lib.plots.loss import loss_and_accuracy_maps, squares_of_errors
from backprop_lib.plots.overfitting import (
    before_and_after_dropout,
    decision_maps,
    learning_curves,
    reported_and_true,
    three_parts,
)
from backprop_lib.plots.perceptron import mistakes_per_epoch, separating_lines, weights_as_picture
from backprop_lib.plots.picture import Picture, show
from backprop_lib.plots.start_here import error_against_tries, learning_loop, stretched

__all__ = [
    "Picture",
    "accuracy_against_size",
    "accuracy_over_splits",
    "before_and_after_dropout",
    "bent_plane",
    "chain_of_layers",
    "confusion_table",
    "cost_of_learning",
    "decision_maps",
    "detail_of_pictures",
    "digits_with_predictions",
    "error_against_step",
    "error_against_tries",
    "forward_and_back",
    "function_graphs",
    "gates",
    "graph_of_numbers",
    "growing_square",
    "learning_curves",
    "learning_loop",
    "loss_and_accuracy_maps",
    "losses_by_epoch",
    "mistakes_per_epoch",
    "paths_on_contours",
    "photographs",
    "photographs_with_answers",
    "pull_on_scores",
    "reported_and_true",
    "scores_and_probabilities",
    "separating_lines",
    "share_of_each_sample",
    "show",
    "signal_sizes",
    "slope_from_points",
    "squares_of_errors",
    "steps_on_a_curve",
    "stretched",
    "three_parts",
    "training_curves",
    "weights_as_picture",
    "weights_as_pictures",
    "work_per_gradient",
]
