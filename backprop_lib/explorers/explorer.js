// An explorer in the page: builds the controls, sends their values to the kernel, and draws the
// scene that comes back on a canvas. What is drawn is decided by the scene alone (scene.py).
// An explorer may bring a module whose update(values, scene) computes the same in the page.

const LEGEND_ROW = 18;
const DASHES = { solid: [], dashed: [9, 5], dotted: [2, 4] };
const LIGHT = {
  blue: "#0072b2", orange: "#d55e00", green: "#00805c", purple: "#aa4499",
  grey: "#767676", ink: "#222222", faint: "rgba(90,90,90,.22)",
};
const DARK = {
  blue: "#5ab4ec", orange: "#ff8b3d", green: "#2fc79b", purple: "#e08cd0",
  grey: "#a0a0a0", ink: "#e6e6e6", faint: "rgba(190,190,190,.25)",
};
let views = 0;

// ---------------------------------------------------------------- theme

function background() {
  const style = getComputedStyle(document.body);
  return style.getPropertyValue("--jp-layout-color0").trim() || "#ffffff";
}

function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}

// ---------------------------------------------------------------- scenes from the kernel

function revive(value, buffers) {
  if (Array.isArray(value)) return value.map((item) => revive(item, buffers));
  if (value === null || typeof value !== "object") return value;
  if ("buffer" in value && "dtype" in value) {
    const view = buffers[value.buffer];
    const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    const array = value.dtype === "uint8" ? new Uint8Array(bytes) : new Float64Array(bytes);
    array.shape = value.shape;
    return array;
  }
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v, buffers)]));
}

// ---------------------------------------------------------------- drawing

function shortNumber(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

function legendOf(panel) {
  return panel.marks.filter((mark) => mark.label);
}

function layOut(scene, width) {
  // the boxes of the panels, side by side while each keeps 235 pixels
  const across = Math.max(1, Math.min(scene.panels.length, Math.floor(width / 235)));
  const each = Math.min(width / across, scene.panels.length === 1 ? 620 : 460);
  const boxes = [];
  let top = 0;
  for (let i = 0; i < scene.panels.length; i += across) {
    const row = scene.panels.slice(i, i + across).map((panel, j) => {
      const head = (panel.title ? 24 : 6) + legendRows(panel, each) * LEGEND_ROW;
      const margin = panel.bare
        ? { left: 8, right: 8, top: head, bottom: 8 }
        : { left: 56, right: 14, top: head, bottom: 44 };
      let inner = each - margin.left - margin.right;
      const ratio = (panel.y.high - panel.y.low) / (panel.x.high - panel.x.low);
      let high = panel.square ? inner * ratio : inner * (scene.panels.length === 1 ? 0.52 : 0.72);
      if (panel.square && high > 400) { inner *= 400 / high; high = 400; }
      return { panel, left: j * each, each, top, margin, inner, high };
    });
    const height = Math.max(...row.map((b) => b.margin.top + b.high + b.margin.bottom));
    boxes.push(...row);
    top += height + 6;
  }
  return { boxes, height: top };
}

function legendRows(panel, width) {
  let rows = 0;
  let left = width;
  for (const mark of legendOf(panel)) {
    const needed = 42 + mark.label.length * 6.6;
    if (left + needed > width - 20) { rows += 1; left = 56; }
    left += needed;
  }
  return rows;
}

function draw(canvas, scene, width) {
  const ratio = window.devicePixelRatio || 1;
  const { boxes, height } = layOut(scene, width);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const paper = background();
  const colours = { ...(isDark(paper) ? DARK : LIGHT), paper };
  return boxes.map((box) => drawPanel(pen, box, colours));
}

function drawPanel(pen, { panel, left, each, top, margin, inner, high }, colours) {
  const x0 = left + margin.left;
  const y0 = top + margin.top;
  const sx = inner / (panel.x.high - panel.x.low);
  const sy = high / (panel.y.high - panel.y.low);
  const at = {
    x: (v) => x0 + (v - panel.x.low) * sx,
    y: (v) => y0 + (panel.y.high - v) * sy,
    dataX: (p) => panel.x.low + (p - x0) / sx,
    dataY: (p) => panel.y.high - (p - y0) / sy,
    sx, sy,
  };
  const font = (size, bold) => `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
  pen.textBaseline = "middle";
  if (panel.title) {
    pen.fillStyle = colours.ink;
    pen.font = font(14, true);
    pen.textAlign = "left";
    pen.fillText(panel.title, panel.bare ? x0 : left + 8, top + 12);
  }
  drawLegend(pen, panel, left, top + (panel.title ? 24 : 6), each - 14, colours, font);
  if (!panel.bare) drawAxes(pen, panel, at, { x0, y0, inner, high, left }, colours, font);
  pen.save();
  pen.beginPath();
  pen.rect(x0 - 1, y0 - 1, inner + 2, high + 2);
  pen.clip();
  // an image is as bright in the dark theme as in the light one, and so is what lies on it
  const onImage = panel.marks.some((mark) => mark.kind === "image");
  const inside = onImage ? { ...LIGHT, paper: "#ffffff" } : colours;
  for (const mark of panel.marks) PENS[mark.kind](pen, mark, at, inside, font);
  pen.restore();
  const handles = panel.marks.filter((mark) => mark.kind === "handle");
  return { at, handles, box: { x0, y0, inner, high } };
}

function drawLegend(pen, panel, left, top, width, colours, font) {
  let x = left + width;
  let y = top - LEGEND_ROW / 2;
  pen.font = font(12);
  pen.textAlign = "left";
  for (const mark of legendOf(panel)) {
    const needed = 42 + mark.label.length * 6.6;
    if (x + needed > left + width - 6) { x = left + (panel.bare ? 8 : 56); y += LEGEND_ROW; }
    const colour = colours[mark.colour];
    if (mark.kind === "line") {
      stroke(pen, colour, mark.width, mark.dash);
      pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x + 26, y); pen.stroke();
    } else if (mark.kind === "bars") {
      rectangle(pen, x + 6, y - 5, 14, 10, colour, mark.filled);
    } else {
      drawPoint(pen, x + 13, y, { ...mark, size: Math.min(mark.size, 5) }, colour, colours.paper);
    }
    pen.fillStyle = colours.ink;
    pen.fillText(mark.label, x + 31, y);
    x += needed;
  }
}

function drawAxes(pen, panel, at, { x0, y0, inner, high, left }, colours, font) {
  pen.setLineDash([]);
  pen.lineWidth = 1;
  pen.font = font(12);
  for (const place of panel.x.places) {
    const x = Math.round(at.x(place)) + 0.5;
    pen.strokeStyle = colours.faint;
    pen.beginPath(); pen.moveTo(x, y0); pen.lineTo(x, y0 + high); pen.stroke();
    pen.fillStyle = colours.ink;
    pen.textAlign = "center";
    pen.fillText(shortNumber(place), x, y0 + high + 12);
  }
  for (const place of panel.y.places) {
    const y = Math.round(at.y(place)) + 0.5;
    pen.strokeStyle = colours.faint;
    pen.beginPath(); pen.moveTo(x0, y); pen.lineTo(x0 + inner, y); pen.stroke();
    pen.fillStyle = colours.ink;
    pen.textAlign = "right";
    pen.fillText(shortNumber(place), x0 - 6, y);
  }
  pen.strokeStyle = colours.grey;
  pen.strokeRect(x0 + 0.5, y0 + 0.5, inner - 1, high - 1);
  pen.fillStyle = colours.ink;
  pen.font = font(13);
  pen.textAlign = "center";
  pen.fillText(panel.x.label, x0 + inner / 2, y0 + high + 31);
  pen.save();
  pen.translate(left + 11, y0 + high / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(panel.y.label, 0, 0);
  pen.restore();
}

function stroke(pen, colour, width, dash = "solid") {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(DASHES[dash]);
  pen.lineJoin = "round";
}

function rectangle(pen, x, y, width, height, colour, filled) {
  if (filled) {
    pen.fillStyle = colour;
    pen.fillRect(x, y, width, height);
  } else {
    stroke(pen, colour, 1.8, "dashed");
    pen.strokeRect(x, y, width, height);
  }
}

function drawPoint(pen, x, y, mark, colour, paper) {
  const r = mark.size;
  pen.beginPath();
  pen.setLineDash([]);
  if (mark.shape === "cross") {
    stroke(pen, colour, 2.4);
    pen.moveTo(x - r, y - r); pen.lineTo(x + r, y + r);
    pen.moveTo(x - r, y + r); pen.lineTo(x + r, y - r);
    pen.stroke();
    return;
  }
  if (mark.shape === "circle") pen.arc(x, y, r, 0, 2 * Math.PI);
  else if (mark.shape === "square") pen.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else {
    pen.moveTo(x, y - r * 1.15); pen.lineTo(x + r * 1.1, y + r * 0.85);
    pen.lineTo(x - r * 1.1, y + r * 0.85); pen.closePath();
  }
  pen.fillStyle = mark.filled ? colour : paper;
  pen.fill();
  stroke(pen, mark.filled ? paper : colour, mark.filled ? 1 : 2);
  pen.stroke();
}

function drawText(pen, text, x, y, colour, paper) {
  pen.lineJoin = "round";
  pen.setLineDash([]);
  pen.strokeStyle = paper;
  pen.lineWidth = 4;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

const PENS = {
  line(pen, mark, at, colours) {
    stroke(pen, colours[mark.colour], mark.width, mark.dash);
    pen.beginPath();
    let down = false;
    for (let i = 0; i < mark.x.length; i++) {
      if (!Number.isFinite(mark.x[i]) || !Number.isFinite(mark.y[i])) { down = false; continue; }
      if (down) pen.lineTo(at.x(mark.x[i]), at.y(mark.y[i]));
      else pen.moveTo(at.x(mark.x[i]), at.y(mark.y[i]));
      down = true;
    }
    pen.stroke();
  },
  points(pen, mark, at, colours) {
    for (let i = 0; i < mark.x.length; i++) {
      drawPoint(pen, at.x(mark.x[i]), at.y(mark.y[i]), mark, colours[mark.colour], colours.paper);
    }
  },
  image(pen, mark, at) {
    const [rows, columns] = mark.rgb.shape;
    const cells = new OffscreenCanvas(columns, rows);
    const data = new ImageData(columns, rows);
    for (let i = 0, j = 0; i < mark.rgb.length; i += 3, j += 4) {
      data.data[j] = mark.rgb[i];
      data.data[j + 1] = mark.rgb[i + 1];
      data.data[j + 2] = mark.rgb[i + 2];
      data.data[j + 3] = 255;
    }
    cells.getContext("2d").putImageData(data, 0, 0);
    pen.imageSmoothingEnabled = mark.smooth;
    const x = at.x(mark.left);
    const y = at.y(mark.top);
    pen.drawImage(cells, x, y, at.x(mark.right) - x, at.y(mark.bottom) - y);
  },
  bars(pen, mark, at, colours) {
    for (let i = 0; i < mark.x.length; i++) {
      const zero = at.y(0);
      const tip = at.y(mark.height[i]);
      const wide = mark.width * at.sx;
      const y = Math.min(zero, tip);
      rectangle(
        pen, at.x(mark.x[i]) - wide / 2, y, wide, Math.abs(tip - zero),
        colours[mark.colour], mark.filled,
      );
    }
  },
  text(pen, mark, at, colours, font) {
    pen.font = font(mark.size, mark.bold);
    pen.textAlign = mark.align;
    drawText(pen, mark.text, at.x(mark.x), at.y(mark.y), colours[mark.colour], colours.paper);
  },
  arrow(pen, mark, at, colours) {
    const [x0, y0, x1, y1] = [at.x(mark.x0), at.y(mark.y0), at.x(mark.x1), at.y(mark.y1)];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length < 0.5) return;
    const size = Math.min(5 + 2 * mark.width, length);
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    stroke(pen, colours[mark.colour], mark.width, mark.dash);
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1 - ux * size * 0.8, y1 - uy * size * 0.8);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x1 - ux * size - uy * size * 0.5, y1 - uy * size + ux * size * 0.5);
    pen.lineTo(x1 - ux * size + uy * size * 0.5, y1 - uy * size - ux * size * 0.5);
    pen.closePath();
    pen.fillStyle = colours[mark.colour];
    pen.fill();
  },
  box(pen, mark, at, colours, font) {
    const [wide, high] = [mark.width * at.sx, mark.height * at.sy];
    const [x, y] = [at.x(mark.x) - wide / 2, at.y(mark.y) - high / 2];
    pen.beginPath();
    pen.roundRect(x, y, wide, high, 6);
    pen.fillStyle = colours.paper;
    pen.fill();
    if (mark.strong) {
      pen.globalAlpha = 0.2;
      pen.fillStyle = colours[mark.colour];
      pen.fill();
      pen.globalAlpha = 1;
    }
    stroke(pen, colours[mark.colour], mark.strong ? 3 : 1.5);
    pen.stroke();
    const lines = mark.text.split("\n");
    pen.textAlign = "center";
    pen.fillStyle = colours.ink;
    // as large as fits, within reason
    const longest = Math.max(...lines.map((line) => line.length));
    pen.font = font(Math.max(8, Math.min(13, (wide - 6) / (longest * 0.56))));
    lines.forEach((line, i) => {
      pen.fillText(line, x + wide / 2, y + high / 2 + (i - (lines.length - 1) / 2) * 15);
    });
  },
  handle(pen, mark, at, colours) {
    const [x, y] = [at.x(mark.x), at.y(mark.y)];
    for (const [r, colour, width] of [[9, colours.paper, 5], [9, colours[mark.colour], 2.5]]) {
      stroke(pen, colour, width);
      pen.beginPath();
      pen.arc(x, y, r, 0, 2 * Math.PI);
      pen.stroke();
    }
  },
};

// ---------------------------------------------------------------- controls

function written(control, value) {
  // the few forms of Python's format that are used: "{:.2f}", "{:+.1f}", "{:,.0f}", "{:.0%}"
  const found = control.format.match(/\{:([+]?)(,?)\.(\d)([f%])\}/);
  if (!found) return String(value);
  const [whole, plus, comma, digits, type] = found;
  const number = type === "%" ? value * 100 : value;
  let text = Number(digits) >= 0 ? number.toFixed(Number(digits)) : String(number);
  if (comma) text = Number(text).toLocaleString("en", { minimumFractionDigits: Number(digits) });
  if (Number(text.replaceAll(",", "")) === 0) text = text.replace("-", "");
  if (plus && number > 0) text = `+${text}`;
  if (type === "%") text += "%";
  return control.format.replace(whole, text.replace("-", "−"));
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function buildControl(control, id, values, move, press) {
  // returns the row to show and a function that shows a value
  if (control.kind === "button") {
    const button = element("button", { type: "button", "data-control": control.name });
    button.textContent = control.label;
    button.addEventListener("click", () => press(control.name));
    return { row: button, display: () => {} };
  }
  const label = element("label", { for: id }, control.label);
  if (control.kind === "slider") {
    const input = element("input", {
      id, type: "range", min: control.low, max: control.high, step: control.step,
      "data-control": control.name,
    });
    const output = element("output", { for: id });
    const display = (value) => {
      input.value = value;
      output.textContent = written(control, value);
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => move(control.name, Number(input.value)));
    const row = element("div", { class: "bp-slider" }, label, input, output);
    if (control.plays) row.append(buildPlay(control, values, move));
    return { row, display };
  }
  if (control.kind === "choice") {
    const select = element("select", { id, "data-control": control.name });
    for (const option of control.options) select.append(element("option", {}, option));
    select.addEventListener("change", () => move(control.name, select.value));
    const display = (value) => { select.value = value; };
    return { row: element("div", { class: "bp-choice" }, label, select), display };
  }
  const box = element("input", { id, type: "checkbox", "data-control": control.name });
  box.addEventListener("change", () => move(control.name, box.checked));
  const display = (value) => { box.checked = value; };
  return { row: element("div", { class: "bp-toggle" }, box, label), display };
}

function buildPlay(control, values, move) {
  const button = element("button", { type: "button", "data-play": control.name });
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = "▶ Play";
  };
  const step = () => {
    if (!button.isConnected || values[control.name] >= control.high) { stop(); return; }
    move(control.name, Math.min(control.high, values[control.name] + control.step), true);
  };
  button.addEventListener("click", () => {
    if (timer !== null) { stop(); return; }
    if (values[control.name] >= control.high) move(control.name, control.low);
    timer = setInterval(step, 1000 * control.pause);
    button.textContent = "❚❚ Pause";
  });
  stop();
  return button;
}

// ---------------------------------------------------------------- the explorer

async function loadInPage(source) {
  if (!source) return null;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(address)).update;
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function render({ model, el }) {
  const spec = model.get("spec");
  const view = `explorer-${Date.now().toString(36)}-${(views += 1)}`;
  const update = await loadInPage(spec.in_page);
  const values = {};
  const canvas = element("canvas", { role: "img", "aria-label": spec.title });
  const readout = element("output", { class: "bp-readout", "aria-live": "polite" });
  const waiting = element("span", { class: "bp-waiting", hidden: "" }, "waiting for the kernel …");
  const controls = element("div", { class: "bp-controls" });
  const root = element("div", { class: "bp-explorer", role: "group", "aria-label": spec.title });
  // else JupyterLab takes the arrow keys for itself
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  root.append(element("p", { class: "bp-title" }, spec.title), canvas, readout, waiting, controls);
  el.append(root);

  let scene = null;
  let turn = 0; // of the last message sent
  let answered = 0; // of the last answer that came
  let next = null; // what waits while an answer is on its way: only the newest counts
  let late = null;
  let panels = [];

  const send = (message) => {
    if (turn > answered) { next = { ...next, ...message }; return; }
    turn += 1;
    root.dataset.waits = "true";
    late ??= setTimeout(() => { waiting.hidden = false; }, 1500);
    model.send({ ...message, turn: `${view}:${turn}` });
  };
  const show = (source) => {
    const width = Math.floor(root.clientWidth - 2);
    if (!scene || width < 50) return;
    panels = draw(canvas, scene, width);
    canvas.setAttribute("aria-label", scene.alt);
    readout.textContent = scene.readout;
    root.dataset.source = source;
    root.dataset.pictures = Number(root.dataset.pictures ?? 0) + 1;
    root.explorer = { scene, values, handles, move }; // for whoever looks in, such as a test
  };
  const handles = () => panels.flatMap(({ at, handles: rings, box }) => rings.map((ring) => {
    // where each ring is, and a place half way to the middle of its panel
    const [x, y] = [at.x(ring.x), at.y(ring.y)];
    const [mx, my] = [box.x0 + box.inner * 0.45, box.y0 + box.high * 0.4];
    return [[x, y], [(x + mx) / 2, (y + my) / 2]];
  }));
  const display = () => rows.forEach(([control, row]) => row.display(values[control.name]));
  const move = (name, value, playing = false) => {
    if (playing && turn > answered) return; // a film waits for its pictures
    values[name] = value;
    display();
    if (update && scene) {
      update(values, scene);
      show("page");
    }
    send({ values: { ...values } });
  };
  const press = (button) => send({ values: { ...values }, button });

  const rows = spec.controls.map((control, i) => {
    if (control.kind !== "button") values[control.name] = control.value;
    return [control, buildControl(control, `${view}-${i}`, values, move, press)];
  });
  controls.append(...rows.map(([, { row }]) => row));
  display();

  const listen = (message, buffers) => {
    const [from, number] = String(message.turn).split(":");
    if (from === view) answered = Number(number);
    root.dataset.waits = String(turn > answered);
    clearTimeout(late);
    late = null;
    waiting.hidden = true;
    if (next) {
      const message = next;
      next = null;
      send(message);
      if (update) return; // the page is ahead of this answer
    }
    Object.assign(values, message.values);
    display();
    scene = revive(message.scene, buffers);
    show("kernel");
  };
  model.on("msg:custom", listen);
  connectPointer(canvas, () => panels, spec.controls, move);

  const resized = new ResizeObserver(() => show(root.dataset.source ?? "kernel"));
  resized.observe(root);
  const themed = new MutationObserver(() => show(root.dataset.source ?? "kernel"));
  themed.observe(document.body, { attributes: true });
  send({});
  return () => {
    model.off("msg:custom", listen);
    resized.disconnect();
    themed.disconnect();
    clearTimeout(late);
  };
}

function connectPointer(canvas, panels, controls, move) {
  // drag a handle: by mouse, pen or finger; by keyboard its two controls do the same
  const sliders = Object.fromEntries(controls.map((control) => [control.name, control]));
  let held = null;
  const place = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const nearest = ([x, y]) => {
    let best = null;
    for (const panel of panels()) {
      for (const handle of panel.handles) {
        const far = Math.hypot(panel.at.x(handle.x) - x, panel.at.y(handle.y) - y);
        if (far < 26 && (!best || far < best.far)) best = { far, panel, handle };
      }
    }
    return best;
  };
  const follow = (name, value) => {
    const slider = sliders[name];
    if (!slider) return;
    const steps = Math.round((value - slider.low) / slider.step);
    const rounded = Number((slider.low + steps * slider.step).toPrecision(12));
    move(name, Math.min(slider.high, Math.max(slider.low, rounded)));
  };
  canvas.addEventListener("touchstart", (event) => {
    if (nearest(place(event.touches[0]))) event.preventDefault(); // drag, do not scroll
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    held = nearest(place(event));
    if (held) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    canvas.style.cursor = held ? "grabbing" : nearest([x, y]) ? "grab" : "";
    if (!held) return;
    follow(held.handle.x_control, held.panel.at.dataX(x));
    follow(held.handle.y_control, held.panel.at.dataY(y));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => { held = null; });
  }
}

export default { render };
