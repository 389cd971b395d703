"""An explorer: controls, and a function from their values to a scene.

The function is plain NumPy and knows nothing of widgets, so a test can drive it without a browser.
In a notebook the explorer shows itself as a widget; where no widgets run, as a static picture.
"""

import base64
import functools
import html
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from backprop_lib.explorers.scene import Axis, Bars, Line, Points, Scene
from backprop_lib.explorers.svg import scene_svg

__all__ = ["Button", "Choice", "Control", "Explorer", "Slider", "Toggle", "Values"]

Values = Mapping[str, Any]
"""The setting: for each control its name and value."""


@dataclass(frozen=True)
class Slider:
    """A number between two ends."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    """At the start."""
    format: str = "{:.2f}"
    """How the value is written, such as "{:.0f} epochs"."""
    plays: bool = False
    """Whether a button beside it lets it run by itself, step by step."""
    pause: float = 0.12
    """Seconds between two such steps."""
    kind: Literal["slider"] = field(default="slider", init=False)


@dataclass(frozen=True)
class Choice:
    """One of several options."""

    name: str
    label: str
    options: tuple[str, ...]
    value: str
    kind: Literal["choice"] = field(default="choice", init=False)


@dataclass(frozen=True)
class Toggle:
    """On or off."""

    name: str
    label: str
    value: bool = False
    kind: Literal["toggle"] = field(default="toggle", init=False)


@dataclass(frozen=True)
class Button:
    """An action: from the present values to new ones for some of the controls."""

    name: str
    label: str
    act: Callable[[Values], Values]
    kind: Literal["button"] = field(default="button", init=False)


Control = Slider | Choice | Toggle | Button


@dataclass(frozen=True, eq=False)
class Explorer:
    """A picture that answers to its controls."""

    title: str
    controls: tuple[Control, ...]
    scene: Callable[[Values], Scene]
    """What is to be seen at these values. Pure: the same values give the same scene."""
    in_page: str = ""
    """For explorers that must answer at once: an ES module whose `update(values, scene)` computes
    in the page what `scene` computes here, by writing new numbers into the scene it is given."""

    def __post_init__(self) -> None:
        """Refuse two controls of one name."""
        names = [control.name for control in self.controls]
        if len(set(names)) < len(names):
            raise ValueError(f"Each control needs a name of its own; these are {names}.")

    @property
    def start(self) -> dict[str, Any]:
        """The values at the start."""
        return {c.name: c.value for c in self.controls if not isinstance(c, Button)}

    def setting(self, values: Values) -> dict[str, Any]:
        """These values brought within what the controls allow; the start's where they are missing.

        A ValueError where a value is of the wrong kind or belongs to no control.
        """
        kept = self.start
        unknown = set(values) - set(kept)
        if unknown:
            raise ValueError(f"No control is named {sorted(unknown)}; there are {sorted(kept)}.")
        for control in self.controls:
            if isinstance(control, Button) or control.name not in values:
                continue
            value = values[control.name]
            if isinstance(control, Slider):
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    raise ValueError(f"{control.name} takes a number; {value!r} came.")
                value = float(min(max(value, control.low), control.high))
            elif isinstance(control, Choice) and value not in control.options:
                raise ValueError(f"{control.name} is one of {control.options}; {value!r} came.")
            elif isinstance(control, Toggle):
                value = bool(value)
            kept[control.name] = value
        return kept

    def press(self, button: str, values: Values) -> dict[str, Any]:
        """The values after a button was pressed; a KeyError where there is no such button."""
        buttons = {c.name: c for c in self.controls if isinstance(c, Button)}
        setting = self.setting(values)
        return self.setting(setting | dict(buttons[button].act(setting)))

    def at(self, **values: Any) -> "Explorer":
        """The same explorer with other values at the start."""
        setting = self.setting(values)
        controls = tuple(
            c if isinstance(c, Button) else replace(c, value=setting[c.name]) for c in self.controls
        )
        return replace(self, controls=controls)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = {"text/plain": repr(self), "text/html": self.static_html()}
        widget = widget_of(self)
        return bundle if widget is None else widget._repr_mimebundle_()[0] | bundle

    def static_html(self) -> str:
        """The picture at the start and its text, for places where no widgets run."""
        scene = self.scene(self.start)
        picture = base64.b64encode(scene_svg(scene).encode()).decode()
        return (
            f"<figure style='margin:0'><figcaption><b>{html.escape(self.title)}</b></figcaption>"
            f'<img alt="{html.escape(scene.alt)}" style="max-width:100%;background:#fff" '
            f'src="data:image/svg+xml;base64,{picture}">'
            f"<p>{html.escape(scene.readout)}</p></figure>"
        )

    def __repr__(self) -> str:
        scene = self.scene(self.start)
        return f"[Explorer: {self.title}] {scene.alt} {scene.readout}"


NUMBERS = ("x", "y", "height")
"""The fields of marks that hold a number for each point."""


def wire(value: Any, buffers: list[bytes]) -> Any:
    """Plain data for the page: dataclasses as objects; arrays as places in buffers."""
    if isinstance(value, np.ndarray):
        kind = "uint8" if value.dtype == np.uint8 else "float64"
        buffers.append(np.ascontiguousarray(value, dtype=kind).tobytes())
        return {"buffer": len(buffers) - 1, "dtype": kind, "shape": list(value.shape)}
    if isinstance(value, Axis):
        return asdict(value) | {"places": list(value.places)}
    if is_dataclass(value) and not isinstance(value, type):
        inside = {f.name: getattr(value, f.name) for f in fields(value)}
        if isinstance(value, (Line, Points, Bars)):  # as arrays, since JSON has no NaN
            inside = {k: v if k not in NUMBERS else np.asarray(v, float) for k, v in inside.items()}
        return {name: wire(item, buffers) for name, item in inside.items()}
    if isinstance(value, (tuple, list)):
        return [wire(item, buffers) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def wire_controls(controls: tuple[Control, ...]) -> list[dict[str, Any]]:
    """The controls as plain data; what a button does stays here."""
    return [
        {f.name: getattr(control, f.name) for f in fields(control) if f.name != "act"}
        for control in controls
    ]


@functools.cache
def widget_class() -> Any:
    """The widget's class; None where anywidget is missing."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        return None

    class ExplorerWidget(anywidget.AnyWidget):  # type: ignore[misc]
        """The explorer in the page: it sends its controls' values and gets scenes."""

        _esm = Path(__file__).with_name("explorer.js")
        _css = Path(__file__).with_name("explorer.css")
        spec = traitlets.Dict().tag(sync=True)

    return ExplorerWidget


def widget_of(explorer: Explorer) -> Any:
    """A widget that shows this explorer, or None where there is no kernel to answer it."""
    if widget_class() is None:
        return None
    widget = widget_class()(
        spec={
            "title": explorer.title,
            "controls": wire_controls(explorer.controls),
            "in_page": explorer.in_page,
        }
    )
    values = explorer.start

    def answer(_: Any, message: dict[str, Any], __: Any) -> None:
        """Move to the values that the page sends, and send the scene there."""
        nonlocal values
        if "values" in message:
            values = explorer.setting(message["values"])
        if "button" in message:
            values = explorer.press(message["button"], values)
        buffers: list[bytes] = []
        scene = wire(explorer.scene(values), buffers)
        answered = {"turn": message.get("turn"), "values": values, "scene": scene}
        widget.send(answered, buffers)

    widget.on_msg(answer)
    return widget
