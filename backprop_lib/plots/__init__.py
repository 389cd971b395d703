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
from backprop_lib.plots.overfitting import (
    before_and_after_dropout,
    decision_maps,
    learning_curves,
    reported_and_true,
    three_parts,
)
from backprop_lib.plots.picture import Picture, show

__all__ = [
    "Picture",
    "before_and_after_dropout",
    "decision_maps",
    "digits_with_predictions",
    "forward_and_back",
    "gates",
    "learning_curves",
    "pull_on_scores",
    "reported_and_true",
    "share_of_each_sample",
    "show",
    "three_parts",
    "training_curves",
    "work_per_gradient",
]
