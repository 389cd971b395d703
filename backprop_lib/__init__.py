"""What the lessons build: a small neural network library in NumPy, forward beside backward.

Modules in teaching order: perceptron, layers, losses, graph, network, optimizers, data, training.
Beside them storage (networks in files), in_place (how `Network` saves work) and plots.
"""

from backprop_lib.data import (
    fit_standardizer,
    iterate_minibatches,
    load_digits,
    split_train_validation_test,
    standardize,
)
from backprop_lib.graph import Node, graph_backward, topological_order
from backprop_lib.layers import (
    dropout,
    dropout_backward,
    he_init,
    linear,
    linear_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from backprop_lib.losses import (
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    squared_errors,
)
from backprop_lib.network import Evaluation, Network, init_mlp, mlp_backward, mlp_forward
from backprop_lib.optimizers import (
    SGD,
    Adam,
    Momentum,
    Optimizer,
    OptimizerState,
    adam_step,
    l2_penalty,
    l2_penalty_backward,
    momentum_step,
    sgd_step,
)
from backprop_lib.perceptron import perceptron_fit, perceptron_predict, perceptron_update
from backprop_lib.storage import load_network, save_network
from backprop_lib.training import History, best_epoch, should_stop, train, train_mlp

__all__ = [
    "SGD",
    "Adam",
    "Evaluation",
    "History",
    "Momentum",
    "Network",
    "Node",
    "Optimizer",
    "OptimizerState",
    "accuracy",
    "adam_step",
    "best_epoch",
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "dropout",
    "dropout_backward",
    "fit_standardizer",
    "graph_backward",
    "he_init",
    "init_mlp",
    "iterate_minibatches",
    "l2_penalty",
    "l2_penalty_backward",
    "linear",
    "linear_backward",
    "load_digits",
    "load_network",
    "mean_squared_error",
    "mean_squared_error_backward",
    "mlp_backward",
    "mlp_forward",
    "momentum_step",
    "perceptron_fit",
    "perceptron_predict",
    "perceptron_update",
    "relu",
    "relu_backward",
    "save_network",
    "sgd_step",
    "should_stop",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "split_train_validation_test",
    "squared_errors",
    "standardize",
    "tanh",
    "tanh_backward",
    "topological_order",
    "train",
    "train_mlp",
]
