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
from backprop_lib.plots.gradient_descent import (
    cost_of_learning,
    losses_by_epoch,
    paths_on_contours,
    steps_on_a_curve,
)
from backprop_lib.plots.picture import Picture, show

__all__ = [
    "Picture",
    "cost_of_learning",
    "digits_with_predictions",
    "forward_and_back",
    "gates",
    "losses_by_epoch",
    "paths_on_contours",
    "pull_on_scores",
    "share_of_each_sample",
    "show",
    "steps_on_a_curve",
    "training_curves",
    "work_per_gradient",
]
