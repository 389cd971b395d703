"""Explorers: pictures with controls that answer at once, one module a lesson.

An explorer's model is plain NumPy: a function from the controls' values to a scene. anywidget is
loaded when the first explorer is shown.
"""

from backprop_lib.explorers.backward_pass import network_steps
from backprop_lib.explorers.chain_rule import graph_step_by_step
from backprop_lib.explorers.explorer import Button, Choice, Explorer, Slider, Toggle
from backprop_lib.explorers.faces import network_view
from backprop_lib.explorers.forward_pass import bend_the_plane
from backprop_lib.explorers.gradient_descent import downhill
from backprop_lib.explorers.loss import loss_of_prediction, loss_surface
from backprop_lib.explorers.overfitting import overfitting
from backprop_lib.explorers.perceptron import perceptron
from backprop_lib.explorers.start_here import neuron

__all__ = [
    "Button",
    "Choice",
    "Explorer",
    "Slider",
    "Toggle",
    "bend_the_plane",
    "downhill",
    "graph_step_by_step",
    "loss_of_prediction",
    "loss_surface",
    "network_steps",
    "network_view",
    "neuron",
    "overfitting",
    "perceptron",
]
