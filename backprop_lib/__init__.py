"""What the lessons build: a small neural network library in NumPy, forward beside backward.

Modules in teaching order: perceptron, layers, losses, graph, numerical, network, optimizers, data,
training. Beside them storage (networks in files), in_place (how `Network` saves work) and plots.
"""

from backprop_lib.data import (
    fit_standardizer,
    iterate_minibatches,
    load_digits,
    split_train_validation_test,
    standardize,
)
from backprop_lib.graph import (
    graph_backward,
    graph_forward,
    local_gradients,
    node_value,
    topological_order,
)
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
)
from backprop_lib.network import Evaluation, Network, init_mlp, mlp_backward, mlp_forward
from backprop_lib.numerical import gradient_check, numerical_gradient
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
from backprop_lib.training import History, best_epoch, should_stop, train

__all__ = [
    "SGD",
    "Adam",
    "Evaluation",
    "History",
    "Momentum",
    "Network",
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
    "gradient_check",
    "graph_backward",
    "graph_forward",
    "he_init",
    "init_mlp",
    "iterate_minibatches",
    "l2_penalty",
    "l2_penalty_backward",
    "linear",
    "linear_backward",
    "load_digits",
    "load_network",
    "local_gradients",
    "mean_squared_error",
    "mean_squared_error_backward",
    "mlp_backward",
    "mlp_forward",
    "momentum_step",
    "node_value",
    "numerical_gradient",
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
    "standardize",
    "tanh",
    "tanh_backward",
    "topological_order",
    "train",
]
