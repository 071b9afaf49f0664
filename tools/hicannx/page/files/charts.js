// Pictures on canvases. Each takes the arrays of a frame and draws all of it.

const STOPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]]; // dark blue to yellow, even in lightness
const TABLE = Array.from({ length: 256 }, (_, k) => {
  const at = k / 255 * (STOPS.length - 1), low = Math.min(Math.floor(at), STOPS.length - 2);
  return STOPS[low].map((value, channel) => Math.round(value + (STOPS[low + 1][channel] - value) * (at - low)));
});

export const ink = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const colour = part => TABLE[Math.max(0, Math.min(255, Math.round(255 * part)))];
const css = part => `rgb(${colour(part).join(" ")})`;

// The canvas in the pixels of the screen, empty.
function fresh(canvas) {
  const scale = window.devicePixelRatio || 1, width = canvas.clientWidth;
  const height = +(canvas.dataset.height ||= canvas.getAttribute("height"));
  canvas.style.height = `${height}px`;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.font = "11px system-ui, sans-serif";
  return { context, width, height };
}

// An image of numbers 0 .. 1, one pixel each, stretched over a part of the canvas.
function image(context, values, columns, rows, [x, y, width, height]) {
  const pixels = new ImageData(columns, rows), one = document.createElement("canvas");
  values.forEach((value, k) => pixels.data.set([...colour(value), 255], 4 * k));
  one.width = columns;
  one.height = rows;
  one.getContext("2d").putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(one, x, y, width, height);
}

export function scale(canvas) {
  const { context, width, height } = fresh(canvas);
  image(context, Array.from({ length: 256 }, (_, k) => k / 255), 256, 1, [0, 0, width, height]);
}

export const MEMBRANE_COLUMNS = 64; // neurons in a line of the picture: each hemisphere has four

// 512 membranes, neurons 0 .. 255 above, 256 .. 511 below; glow: 1 for one that has just fired, less for earlier ones.
export function membranes(canvas, volts, glow, [low, high]) {
  const { context, width, height } = fresh(canvas), gap = 22, rows = volts.length / MEMBRANE_COLUMNS;
  const across = width / MEMBRANE_COLUMNS, down = (height - gap) / rows;
  context.fillStyle = ink("dim");
  context.fillText("▲ neurons 0 … 255      ▼ neurons 256 … 511", 0, rows / 2 * down + 15);
  volts.forEach((value, neuron) => {
    const row = Math.floor(neuron / MEMBRANE_COLUMNS), y = row * down + (row >= rows / 2 ? gap : 0);
    const place = [neuron % MEMBRANE_COLUMNS * across, y, across - 1, down - 1];
    context.fillStyle = css((value - low) / (high - low || 1));
    context.fillRect(...place);
    if (glow[neuron] > 0.02) {
      context.globalAlpha = glow[neuron];
      context.fillStyle = ink("flash");
      context.fillRect(...place);
      context.globalAlpha = 1;
    }
  });
}

export function weights(canvas, values) {
  const { context, width, height } = fresh(canvas), half = (width - 8) / 2;
  for (const part of [0, 1])
    image(context, [...values.subarray(65536 * part, 65536 * (part + 1))].map(weight => weight / 63), 256, 256, [part * (half + 8), 0, half, height]);
}

export function capmem(canvas, codes) {
  const { context, width, height } = fresh(canvas), gap = 8, across = (width - gap) / 2, down = (height - gap) / 2;
  for (let block = 0; block < 4; block++) {
    const place = [(across + gap) * (block % 2), (down + gap) * (block >> 1), across, down];
    image(context, [...codes.subarray(3120 * block, 3120 * (block + 1))].map(code => code / 1022), 130, 24, place);
  }
}

const INPUTS = [...Array(8).keys()].map(k => `neurons ${k}`).concat([0, 1, 2, 3].map(k => `link ${k}`), [...Array(8).keys()].map(k => `source ${k}`));
const OUTPUTS = [...Array(8).keys()].map(k => `bus ${k}`).concat([0, 1, 2, 3].map(k => `link ${k}`));

// Nodes as discs, whose area grows with the rate.
export function crossbar(canvas, nodes, passed, lost) {
  const { context, width, height } = fresh(canvas), left = 62, top = 44;
  const across = (width - left) / OUTPUTS.length, down = (height - top) / INPUTS.length;
  const most = Math.max(...passed, ...lost, 1), size = rate => 2 + (Math.max(0.62 * down, 4) - 2) * Math.sqrt(rate / most);
  context.fillStyle = ink("dim");
  INPUTS.forEach((name, row) => context.fillText(name, 0, top + (row + 0.75) * down));
  OUTPUTS.forEach((name, column) => slanted(context, name, left + (column + 0.4) * across, top - 4));
  nodes.forEach(([input, output], node) => {
    const x = left + (output + 0.5) * across, y = top + (input + 0.5) * down;
    disc(context, x, y, 1.5, ink("line"));
    if (passed[node] > 0) disc(context, x, y, size(passed[node]), ink("accent"));
    if (lost[node] > 0) disc(context, x, y, size(lost[node]), ink("bad"));
  });
}

function disc(context, x, y, size, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, size, 0, 7);
  context.fill();
}

function slanted(context, text, x, y) {
  context.save();
  context.translate(x, y);
  context.rotate(-0.9);
  context.fillText(text, 0, 0);
  context.restore();
}

// Samples of the fast converter over time in us.
export function madc(canvas, times, values) {
  const { context, width, height } = fresh(canvas);
  frame(context, width, height, "MADC", values.length ? "" : "no samples yet");
  if (!values.length) return;
  const first = times[0], span = times[times.length - 1] - first || 1;
  let low = Math.min(...values), high = Math.max(...values);
  [low, high] = [low - 5, high + 5];
  context.strokeStyle = ink("accent");
  context.beginPath();
  values.forEach((value, k) => context.lineTo(34 + (times[k] - first) / span * (width - 40), height - 16 - (value - low) / (high - low) * (height - 24)));
  context.stroke();
  context.fillStyle = ink("dim");
  context.fillText(high.toFixed(0), 0, 14);
  context.fillText(low.toFixed(0), 0, height - 16);
  context.fillText(`${span.toFixed(0)} µs`, width - 50, height - 3);
}

// The latest samples of the parallel converters: causal and acausal channels of the columns in both hemispheres.
export function cadc(canvas, samples) {
  const { context, width, height } = fresh(canvas), any = samples.some(value => value > 0);
  frame(context, width, height, "CADC", any ? "" : "no conversion yet");
  if (!any) return;
  const colours = [ink("accent"), ink("flash"), ink("good"), ink("bad")];
  for (let line = 0; line < 4; line++) {
    context.strokeStyle = colours[line];
    context.beginPath();
    for (let column = 0; column < 256; column++)
      context.lineTo(34 + column / 255 * (width - 40), height - 16 - samples[256 * line + column] / 255 * (height - 24));
    context.stroke();
    context.fillStyle = colours[line];
    context.fillText(["top causal", "top acausal", "bottom causal", "bottom acausal"][line], 60 + 100 * line, height - 3);
  }
}

function frame(context, width, height, name, remark) {
  context.strokeStyle = ink("line");
  context.strokeRect(34, 4, width - 40, height - 20);
  context.fillStyle = ink("dim");
  context.fillText(name, 0, height / 2);
  context.fillText(remark, width / 2 - 30, height / 2);
}
