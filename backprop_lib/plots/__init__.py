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
from backprop_lib.plots.faces import (
    accuracy_against_size,
    accuracy_over_splits,
    confusion_table,
    detail_of_pictures,
    photographs,
    photographs_with_answers,
    weights_as_pictures,
)
from backprop_lib.plots.picture import Picture, show

__all__ = [
    "Picture",
    "accuracy_against_size",
    "accuracy_over_splits",
    "confusion_table",
    "detail_of_pictures",
    "digits_with_predictions",
    "forward_and_back",
    "gates",
    "photographs",
    "photographs_with_answers",
    "pull_on_scores",
    "share_of_each_sample",
    "show",
    "training_curves",
    "weights_as_pictures",
    "work_per_gradient",
]
