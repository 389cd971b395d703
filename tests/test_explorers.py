"""Explorers without a browser: settings, scenes on the wire, and the static picture."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib import explorers
from backprop_lib.explorers import Button, Choice, Explorer, Slider, Toggle
from backprop_lib.explorers.explorer import widget_of, wire
from backprop_lib.explorers.scene import (
    Arrow,
    Axis,
    Bars,
    Box,
    Handle,
    Image,
    Line,
    Panel,
    Points,
    Scene,
    Text,
    shades,
)
from backprop_lib.explorers.svg import scene_svg

MARKS = (
    Image(shades(np.array([[-1.0, 0.0], [0.5, 1.0]]), -1, 1), 0, 1, 0, 1),
    Line([0, np.nan, 1], [0, 1, 1], "orange", dash="dashed", label="a line"),
    *(Points([0.5], [0.5], shape=s, label=s) for s in ("circle", "square", "triangle", "cross")),
    Bars([0, 1], [0.5, -0.5], label="bars"),
    Bars([0, 1], [1, 0], filled=False),
    Text(0.5, 0.5, "a < b & c"),
    Arrow(0, 0, 1, 1),
    Arrow(0, 0, 0, 0),
    Box(0.5, 0.5, 0.5, 0.2, "two\nlines", "green", True),
    Handle(0.2, 0.3, "level"),
)


def scene(values):
    panels = (
        Panel(Axis("x", 0, 1), Axis("y", -1, 1), MARKS, title="All marks"),
        Panel(Axis("", 0, 1), Axis("", 0, 1), MARKS[:1], square=True, bare=True),
    )
    return Scene(panels, f"level {values['level']:.1f}, {values['kind']}", "every mark there is")


CONTROLS = (
    Slider("level", "level", 0, 1, 0.1, 0.5),
    Choice("kind", "kind", ("one", "two"), "one"),
    Toggle("on", "on"),
    Button("up", "up", lambda values: {"level": values["level"] + 0.4}),
)
EXPLORER = Explorer("Everything", CONTROLS, scene)

NAMES = [n for n in explorers.__all__ if n.islower()]


def test_a_setting_stays_within_what_the_controls_allow():
    assert EXPLORER.setting({"level": 9, "on": 1}) == {"level": 1.0, "kind": "one", "on": True}
    with pytest.raises(ValueError, match="kind is one of"):
        EXPLORER.setting({"kind": "three"})
    with pytest.raises(ValueError, match="level takes a number"):
        EXPLORER.setting({"level": "high"})
    with pytest.raises(ValueError, match=r"No control is named \['volume'\]"):
        EXPLORER.setting({"volume": 1})
    with pytest.raises(ValueError, match="a name of its own"):
        Explorer("Two of a name", (CONTROLS[0], CONTROLS[0]), scene)


def test_a_button_leads_to_new_values_within_the_bounds():
    assert EXPLORER.press("up", {"level": 0.3})["level"] == pytest.approx(0.7)
    assert EXPLORER.press("up", {"level": 0.9})["level"] == 1.0
    with pytest.raises(KeyError):
        EXPLORER.press("down", {})


def test_at_begins_elsewhere_and_leaves_the_first_as_it_was():
    assert EXPLORER.at(level=0.2).start["level"] == 0.2
    assert EXPLORER.start["level"] == 0.5


def test_axes_are_marked_at_round_numbers():
    assert Axis("", 0, 1).places == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert Axis("", -4, 4).places == (-4.0, -2.0, 0.0, 2.0, 4.0)
    assert Axis("", 0, 1, ticks=()).places == ()


def test_the_static_picture_is_sound_svg_that_says_what_it_shows():
    root = ET.fromstring(scene_svg(EXPLORER.scene(EXPLORER.start)))
    texts = "".join(root.itertext())
    assert "every mark there is" in texts and "a < b & c" in texts and "All marks" in texts
    assert "nan" not in scene_svg(EXPLORER.scene(EXPLORER.start)).lower()


def test_arrays_cross_the_wire_as_bytes_and_the_rest_as_json():
    buffers = []
    sent = json.loads(json.dumps(wire(EXPLORER.scene(EXPLORER.start), buffers), allow_nan=False))
    line = sent["panels"][0]["marks"][1]
    y = np.frombuffer(buffers[line["x"]["buffer"]], dtype=line["x"]["dtype"])
    assert np.isnan(y[1]) and line["kind"] == "line" and line["dash"] == "dashed"
    image = sent["panels"][0]["marks"][0]["rgb"]
    assert image["shape"] == [2, 2, 3] and len(buffers[image["buffer"]]) == 12


def test_shades_run_from_end_to_end_and_no_further():
    rgb = shades(np.array([[-9.0, -1.0, 0.0, 1.0, 9.0]]), -1, 1)
    assert (rgb[0, 0] == rgb[0, 1]).all() and (rgb[0, 3] == rgb[0, 4]).all()
    brightness = rgb[0].astype(float).mean(axis=1)
    assert brightness[2] > brightness[1] and brightness[2] > brightness[3]


def test_the_widget_answers_with_the_scene_of_the_values_that_were_sent():
    widget = widget_of(EXPLORER)
    sent = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))
    widget._handle_custom_msg({"values": {"level": 0.2}, "turn": "v:1"}, [])
    widget._handle_custom_msg({"values": {"level": 0.2}, "button": "up", "turn": "v:2"}, [])
    (first, _), (second, _) = sent
    assert first["turn"] == "v:1" and first["scene"]["readout"] == "level 0.2, one"
    assert second["values"]["level"] == pytest.approx(0.6)


@pytest.mark.parametrize("name", NAMES)
def test_every_explorer_has_words_a_picture_and_controls_that_do_something(name):
    explorer = getattr(explorers, name)()
    start = explorer.scene(explorer.start)
    assert len(start.alt.split()) > 6 and any(c.isdigit() for c in start.readout)
    ET.fromstring(scene_svg(start))
    bundle = explorer._repr_mimebundle_()
    assert start.readout in bundle["text/plain"]
    assert 'alt="' in bundle["text/html"] and "data:image/svg+xml" in bundle["text/html"]
    for control in explorer.controls:
        for before, values in other_settings(explorer, control):
            there = explorer.scene(values)
            assert there.readout != explorer.scene(before).readout, (control.name, values)
            ET.fromstring(scene_svg(there))
            json.dumps(wire(there, []), allow_nan=False)


def other_settings(explorer, control):
    """Before and after: the ends of a slider, the other options, the other state, a button.

    A button is pressed where all sliders are at their lower end, so that "back to the start" has
    something to do.
    """
    start = explorer.start
    if isinstance(control, Button):
        low = {c.name: c.low for c in explorer.controls if isinstance(c, Slider)}
        return [(start | low, explorer.press(control.name, start | low))]
    if isinstance(control, Slider):
        others = {control.low, control.high} - {control.value}
    elif isinstance(control, Choice):
        others = set(control.options) - {control.value}
    else:
        others = {not control.value}
    return [(start, start | {control.name: other}) for other in others]


def test_the_same_values_give_the_same_scene():
    for name in NAMES:
        explorer = getattr(explorers, name)()
        first, second = (scene_svg(explorer.scene(explorer.start)) for _ in range(2))
        assert first == second


def test_widgets_are_loaded_only_when_one_is_shown():
    code = (
        "import sys; from backprop_lib import explorers; explorers.neuron(); "
        "sys.exit(any(m in sys.modules for m in ('anywidget', 'ipywidgets', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
