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
from backprop_lib.plots.picture import Picture, show

__all__ = [
    "Picture",
    "digits_with_predictions",
    "error_against_step",
    "forward_and_back",
    "gates",
    "graph_of_numbers",
    "growing_square",
    "pull_on_scores",
    "share_of_each_sample",
    "show",
    "slope_from_points",
    "training_curves",
    "work_per_gradient",
]
