"""Explorers: pictures with controls that answer at once, one module a lesson.

An explorer's model is plain NumPy: a function from the controls' values to a scene. anywidget is
loaded when the first explorer is shown.
"""

from backprop_lib.explorers.explorer import Button, Choice, Explorer, Slider, Toggle
from backprop_lib.explorers.forward_pass import bend_the_plane
from backprop_lib.explorers.loss import loss_of_prediction, loss_surface
from backprop_lib.explorers.start_here import neuron

__all__ = [
    "Button",
    "Choice",
    "Explorer",
    "Slider",
    "Toggle",
    "bend_the_plane",
    "loss_of_prediction",
    "loss_surface",
    "neuron",
]
