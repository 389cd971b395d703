"""Explorers: pictures with controls that answer at once, one module a lesson.

An explorer's model is plain NumPy: a function from the controls' values to a scene. anywidget is
loaded when the first explorer is shown.
"""

from backprop_lib.explorers.backward_pass import network_steps
from backprop_lib.explorers.explorer import Button, Choice, Explorer, Slider, Toggle
from backprop_lib.explorers.faces import network_view
from backprop_lib.explorers.start_here import neuron

__all__ = [
    "Button",
    "Choice",
    "Explorer",
    "Slider",
    "Toggle",
    "network_steps",
    "network_view",
    "neuron",
]
