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
from backprop_lib.plots.forward_pass import (
    bent_plane,
    chain_of_layers,
    function_graphs,
    scores_and_probabilities,
    signal_sizes,
)
from backprop_lib.plots.loss import loss_and_accuracy_maps, squares_of_errors
from backprop_lib.plots.picture import Picture, show

__all__ = [
    "Picture",
    "bent_plane",
    "chain_of_layers",
    "digits_with_predictions",
    "forward_and_back",
    "function_graphs",
    "gates",
    "loss_and_accuracy_maps",
    "pull_on_scores",
    "scores_and_probabilities",
    "share_of_each_sample",
    "show",
    "signal_sizes",
    "squares_of_errors",
    "training_curves",
    "work_per_gradient",
]
