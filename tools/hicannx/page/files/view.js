// The page of a chip: frames come over a socket, orders go back.

import * as charts from "./charts.js";

const $ = id => document.getElementById(id);
const DECAY = 0.75, SCOPE_SAMPLES = 3000, LONGEST_GAP = 5; // us between samples of one recording
const kept = { glow: new Float32Array(512), times: [], samples: [], nodes: null, us: 0, lastRuns: -1, frames: [] };

// ---- theme
const asked = new URLSearchParams(location.search);
const dark = asked.get("theme") ? asked.get("theme") === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = dark ? "dark" : "light";
$("theme").onclick = () => {
  document.documentElement.dataset.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
};

// ---- messages: a uint32 with the size of the head, the head in JSON, and arrays
const KINDS = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array, i8: BigInt64Array };

function decode(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = {};
  for (const [name, [kind, shape, offset]] of Object.entries(head.arrays))
    arrays[name] = new KINDS[kind](buffer, 4 + size + offset, shape.reduce((a, b) => a * b, 1));
  return [head, arrays];
}

// ---- drawing
function draw(head, arrays) {
  describe(head);
  drawMembranes(arrays);
  if (arrays.weights) {
    charts.weights($("weights"), arrays.weights);
    $("weights-about").textContent = `${arrays.weights.filter(weight => weight).length} synapses with a weight`;
  }
  if (arrays.capmem) {
    charts.capmem($("capmem"), arrays.capmem);
    $("capmem-about").textContent = `${arrays.capmem.filter(code => code).length} cells are not 0`;
  }
  drawCrossbar(head, arrays.nodes);
  drawHops(head.hops);
  drawScope(arrays);
  drawProcessors(head.processors);
}

function describe(head) {
  $("chip").textContent = `chip ${head.serial}, ${head.mode}, seed ${head.seed}`;
  const running = kept.us !== head.us;
  $("state").textContent = head.paused ? "paused" : running ? "runs" : "idle";
  $("state").className = `badge ${head.paused ? "paused" : running ? "runs" : ""}`;
  kept.frames = [...kept.frames.filter(at => at > performance.now() - 3000), performance.now()];
  const rate = kept.frames.length > 1 ? (kept.frames.length - 1) / (kept.frames.at(-1) - kept.frames[0]) * 1000 : 0;
  $("time").textContent = `${(head.us / 1000).toFixed(3)} ms · run ${head.runs} · instruction ${head.instruction} · ${rate.toFixed(1)} frames/s`;
  $("time").dataset.rate = rate.toFixed(2);
  $("rewind").disabled = !head.history;
}

function drawMembranes({ membranes, fired }) {
  kept.glow = kept.glow.map(value => value * DECAY);
  fired.forEach(neuron => { kept.glow[neuron] = 1; });
  const low = Math.floor(Math.min(...membranes) * 20) / 20, high = Math.ceil(Math.max(...membranes) * 20) / 20;
  charts.membranes($("membranes"), membranes, kept.glow, [low, high]);
  kept.membranes = membranes;
  $("membranes-low").textContent = `${low.toFixed(2)} V`;
  $("membranes-high").textContent = `${high.toFixed(2)} V`;
  $("membranes-about").textContent = `${fired.length} spikes since the last frame`;
}

function drawCrossbar(head, nodes) {
  const count = head.nodes.length, ms = (head.us - kept.us) / 1000;
  if (kept.nodes && ms > 0) {
    const rates = nodes.map((value, k) => Math.max(value - kept.nodes[k], 0) / ms);
    kept.rates = rates;
    const [passed, lost] = [rates.subarray(0, count), rates.subarray(count)].map(part => part.reduce((a, b) => a + b, 0));
    $("crossbar-about").textContent = `${passed.toFixed(0)} and ${lost.toFixed(0)} per ms in all`;
  }
  const rates = kept.rates ?? new Float64Array(2 * count);
  charts.crossbar($("crossbar"), head.nodes, rates.subarray(0, count), rates.subarray(count));
  kept.nodes = Float64Array.from(nodes);
  kept.us = head.us;
}

function grouped(hops) {
  const sums = new Map();
  for (const [name, ...counts] of hops) {
    const group = name.replace(/ \d+$/, "s");
    const sum = sums.get(group) ?? [0, 0, 0, 0];
    sums.set(group, sum.map((value, k) => value + counts[k]));
  }
  return sums;
}

function drawHops(hops) {
  const rows = [...grouped(hops)], most = Math.log10(2 + Math.max(...rows.map(([, [sent]]) => sent)));
  $("hops").innerHTML = "";
  for (const [name, [sent, delivered, filtered, dropped]] of rows) {
    const row = document.createElement("div"), wide = sent ? 100 * Math.log10(1 + sent) / most : 0;
    const share = value => sent ? wide * value / sent : 0;
    row.className = "hop";
    row.innerHTML = `<span>${name}</span><span class="bar"><i style="width:${share(Math.min(delivered, sent))}%"></i>` +
      `<u style="width:${share(filtered)}%"></u><b style="width:${share(dropped)}%"></b></span><span>${sent}</span>` +
      `<span class="${dropped ? "bad" : ""}">${dropped ? `${dropped} lost` : filtered ? `${filtered} filtered` : ""}</span>`;
    $("hops").append(row);
  }
}

function drawScope({ madc, madc_us, cadc }) {
  const times = kept.times.concat(Array.from(madc_us)), samples = kept.samples.concat(Array.from(madc));
  const gap = times.findLastIndex((time, k) => k && time - times[k - 1] > LONGEST_GAP), first = Math.max(gap, times.length - SCOPE_SAMPLES, 0);
  [kept.times, kept.samples] = [times.slice(first), samples.slice(first)];
  charts.madc($("madc"), kept.times, kept.samples);
  charts.cadc($("cadc"), cadc);
  $("scope-about").textContent = `the last ${kept.samples.length} samples of the MADC; the latest conversion of the CADC`;
}

function drawProcessors(processors) {
  $("processors").innerHTML = "";
  for (const { name, state, pc, cycle, instructions, mailbox, function: symbol } of processors) {
    const card = document.createElement("div"), text = document.createElement("pre");
    card.className = "processor";
    card.textContent = `${name}: ${state}, pc 0x${pc.toString(16)}${symbol && symbol !== "?" ? ` in ${symbol}` : ""}, cycle ${cycle}, ${instructions} instructions`;
    text.textContent = mailbox || "(mailbox is empty)";
    card.append(text);
    $("processors").append(card);
  }
}

function drawRegister({ register, words, fields }) {
  const table = document.createElement("table");
  table.innerHTML = "<tr><th>field</th><th>value</th><th>default</th><th>unit</th><th>meaning</th></tr>";
  for (const field of fields) {
    const row = table.insertRow();
    row.className = field[2] !== "" && field[1] !== field[2] ? "changed" : "";
    field.forEach(text => { row.insertCell().textContent = text; });
  }
  const about = document.createElement("p");
  about.innerHTML = `<b></b> <span class="${register.class}">${register.class}</span> <small></small>`;
  about.querySelector("b").textContent = `${register.name} ${register.index} of ${register.count}`;
  about.querySelector("small").textContent = `${register.place} · ${words.join(" ")}${register.note ? ` · ${register.note}` : ""}`;
  $("register").replaceChildren(about, table);
}

// ---- the socket
const socket = new WebSocket(`ws://${location.host}/stream?token=${encodeURIComponent(asked.get("token"))}`);
socket.binaryType = "arraybuffer";
const order = (what, more = {}) => {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: what, ...more }));
};

socket.onmessage = ({ data }) => {
  if (typeof data === "string") return hear(JSON.parse(data));
  requestAnimationFrame(() => {
    draw(...decode(data));
    order("ready");
  });
};
socket.onclose = () => {
  $("state").textContent = "ended";
  $("state").className = "badge";
};

function hear(message) {
  $("message").textContent = message.error ?? "";
  if (message.registers) message.registers.forEach(name => $("registers").append(new Option(name)));
  if (message.register) drawRegister(message);
}

// ---- orders
for (const button of document.querySelectorAll("button[data-do]"))
  button.onclick = () => order(button.dataset.do, { us: +(button.dataset.us ?? 0), instructions: +(button.dataset.instructions ?? 0) });
const look = () => order("register", { name: $("name").value, index: +$("index").value });
$("look").onsubmit = event => {
  event.preventDefault();
  look();
};
$("membranes").onclick = ({ offsetX, offsetY, target }) => {
  const rows = 512 / charts.MEMBRANE_COLUMNS, column = Math.floor(offsetX / target.clientWidth * charts.MEMBRANE_COLUMNS);
  const down = (target.clientHeight - 22) / rows, y = offsetY > rows / 2 * down ? offsetY - 22 : offsetY;
  $("index").value = charts.MEMBRANE_COLUMNS * Math.min(rows - 1, Math.max(0, Math.floor(y / down))) + column;
  look();
};
for (const id of ["membranes-scale", "weights-scale", "capmem-scale"]) charts.scale($(id));
socket.onopen = () => { if (asked.get("look")) { $("name").value = asked.get("look"); look(); } };
