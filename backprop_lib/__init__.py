"""What the lessons build: a small neural network library in NumPy, forward beside backward.

Modules in teaching order: layers, losses, network, optimizers, data, plots.
"""

from backprop_lib.data import iterate_minibatches, load_digits
from backprop_lib.layers import linear, linear_backward, relu, relu_backward
from backprop_lib.losses import (
    accuracy,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from backprop_lib.network import init_mlp, mlp_backward, mlp_forward
from backprop_lib.optimizers import sgd_step

__all__ = [
    "accuracy",
    "init_mlp",
    "iterate_minibatches",
    "linear",
    "linear_backward",
    "load_digits",
    "mlp_backward",
    "mlp_forward",
    "relu",
    "relu_backward",
    "sgd_step",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
]
