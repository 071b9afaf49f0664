"""The equations of the circuits as docs/analog_core.md states them, solved by SciPy to 1e-10: what the model is measured by.

Microseconds, volts as read, picofarads, microamperes, microsiemens. Nothing in here is shared with the model but its table of numbers.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from hicannx_sim.base.numbers import number

Array = NDArray[np.float64]
TICK_US = 0.002


def curve(x: float) -> float:
    """Output of an amplifier relative to its limit, input relative to its linear range."""
    y = min(max(x / number("amplifier_edge"), -1.0), 1.0)
    return y * (3 - y * y) / 2


def leak_voltage(code: int) -> float:
    return number("leak_offset") + code * number("leak_slope")


def adaptation_voltage(code: int) -> float:
    """Of the two references of the adaptation."""
    return number("adaptation_offset") + code * number("adaptation_slope")


@dataclass
class Circuit:
    """One circuit by the fields of its configuration and the codes of its cells; those that are missing are 0."""

    config: dict[str, int]
    cells: dict[str, int]
    backend: dict[str, int] = field(default_factory=dict)
    adaptation_clock: int = 0

    def __post_init__(self) -> None:
        size = self.config.get("membrane_capacitor_size", 0)
        self.capacitance = number("membrane_capacitance_per_code") * 1e12 * (size + number("membrane_capacitance_intrinsic"))
        self.leak = self._amplifier("leak", leak_voltage(self.cell("v_leak")))
        self.reset = self._amplifier("reset", number("reset_offset") + self.cell("v_reset") * number("reset_slope"))
        self.threshold = number("threshold_offset") + self.cell("v_threshold") * number("threshold_slope")
        cycle = 0.008
        self.refractory = max(self.backend.get("refractory_time", 0), 1) * cycle
        self.reset_time = max(self.backend.get("refractory_time", 0) - (31 - 2 * self.backend.get("reset_holdoff", 15)), 1) * cycle

    def on(self, name: str) -> bool:
        return bool(self.config.get(name, 0))

    def cell(self, name: str) -> int:
        return self.cells.get(name, 0)

    def _amplifier(self, name: str, potential: float) -> tuple[float, float, float]:
        """Potential, conductance, linear range."""
        conductance, reach = number(f"{name}_conductance_per_code") * 1e6 * self.cell(f"i_bias_{name}"), number("leak_linear_range")
        if self.on(f"enable_{name}_degeneration"):
            conductance, reach = conductance * number("degeneration_conductance"), reach * number("degeneration_range")
        if self.on(f"enable_{name}_division"):
            conductance /= number("conductance_step")
        if self.on(f"enable_{name}_multiplication"):
            conductance *= number("conductance_step")
        return min(max(potential, number("amplifier_low")), number("rail_high")), conductance, reach

    def line_tau(self, side: str) -> float:
        """Time constant of a synaptic line [us]."""
        name = "excitatory" if side == "exc" else "inhibitory"
        high = self.on(f"enable_synaptic_input_{name}_high_resistance")
        tau = number("synapse_tau_high_resistance" if high else "synapse_tau_normal")
        small = self.on(f"enable_synaptic_input_{name}_small_capacitance")
        code = self.cell(f"i_bias_synin_{side}_tau") or number("synapse_leakage")
        return tau / code * (number("synapse_small_capacitance") if small else 1.0)

    def input_current(self, side: str, v: float, line: float) -> float:
        """Of a synaptic input; `line`: distance from rest."""
        name = "excitatory" if side == "exc" else "inhibitory"
        if not self.on(f"enable_synaptic_input_{name}"):
            return 0.0
        bias = self.cell(f"i_bias_synin_{side}_gm") * 1e-3
        sign = 1 if side == "exc" else -1
        if self.on(f"enable_synaptic_input_{name}_coba_mode"):
            growth = number("coba_modulation") * self.cell(f"i_bias_synin_{side}_coba") * 1e-3
            bias = max(bias + sign * growth * (leak_voltage(self.cell(f"e_synin_{side}_rev")) - v), 0.0)
        offset = number("synapse_shift_per_code") * (self.cell(f"i_bias_synin_{side}_shift") - number("synapse_shift_neutral"))
        limit = number("synapse_current_limit")
        return sign * bias * limit * curve(number("synapse_gm") / limit * (line - offset))

    def offset_current(self) -> float:
        sign = -1 if self.on("invert_membrane_offset") else 1
        return sign * self.cell("i_mem_offset") * number("offset_current_per_code") * 1e6 if self.on("enable_membrane_offset") else 0.0

    def current(self, v: float, w: float, lines: tuple[float, float]) -> float:
        """Onto the membrane, without its amplifier."""
        total = self.input_current("exc", v, lines[0]) + self.input_current("inh", v, lines[1])
        total += self.offset_current()
        if self.on("enable_exponential"):
            strength = number("exponential_current") * self.cell("i_bias_exp") * 1e-3
            upswing = strength * math.exp(min((v - leak_voltage(self.cell("v_exp"))) / number("exponential_slope"), 100.0))
            total += min(upswing, number("exponential_limit") * 1e6)
        if self.on("enable_adaptation"):
            total -= number("adaptation_conductance") * 1e6 * (w - adaptation_voltage(self.cell("v_adapt_ref")))
        distance = number("rail_high") - v if total > 0 else v - number("rail_low")
        return total * curve(max(distance, 0.0) / number("rail_width"))

    def amplifier_current(self, v: float, resets: bool) -> float:
        target, conductance, reach = self.reset if resets else self.leak
        return conductance * reach * curve((target - v) / reach)

    def adaptation_slope(self, v: float, w: float) -> float:
        if not self.on("enable_adaptation"):
            return 0.0
        gain = number("adaptation_a") * self.cell("i_bias_adapt_a") / number("adaptation_conductance")
        gain = -gain if self.on("invert_adaptation_a") else gain
        pull = gain * (v - adaptation_voltage(self.cell("v_adapt_leak"))) - (w - adaptation_voltage(self.cell("v_adapt_ref")))
        slope = pull * self.cell("i_bias_adapt_tau") / number("adaptation_tau")
        return slope if number("node_low") < w < number("node_high") or slope * (w - 0.5) < 0 else 0.0

    def jump(self) -> float:
        """Of the adaptation with each spike."""
        if not self.backend.get("enable_adaptation_pulse"):
            return 0.0
        jump = number("adaptation_jump") * self.cell("i_bias_adapt_b") * 2 ** (self.adaptation_clock + 1) / 250
        return -jump if self.on("invert_adaptation_b") else jump


@dataclass
class Network:
    """Circuits on nodes that conductances connect. nodes: of each circuit; links: (node, node, conductance [uS])."""

    circuits: list[Circuit]
    v: Array  # of each node
    w: Array  # of each circuit
    nodes: list[int] = field(default_factory=list)
    links: list[tuple[int, int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        n = len(self.circuits)
        self.nodes = self.nodes or list(range(n))
        self.lines = np.zeros((n, 2))
        self.capacitance = np.bincount(self.nodes, [circuit.capacitance for circuit in self.circuits])
        self.time = 0.0
        self.resets_until, self.ready_at, self.fires_at = np.full(n, -1.0), np.zeros(n), np.full(n, math.inf)
        self.spikes: list[tuple[float, int]] = []

    def _pack(self) -> Array:
        return np.concatenate([self.v, self.w, self.lines.ravel()])

    def _unpack(self, y: Array) -> None:
        n, m = len(self.circuits), len(self.v)
        self.v, self.w, self.lines = y[:m].copy(), y[m : m + n].copy(), y[m + n :].reshape(n, 2).copy()

    def slopes(self, time: float, y: Array) -> Array:
        n, m = len(self.circuits), len(self.v)
        v, w, lines = y[:m], y[m : m + n], y[m + n :].reshape(n, 2)
        current, dw, dlines = np.zeros(m), np.zeros(n), np.zeros((n, 2))
        for k, (circuit, node) in enumerate(zip(self.circuits, self.nodes, strict=True)):
            resets = self.resets_until[k] > self.time
            current[node] += circuit.amplifier_current(v[node], resets) + circuit.current(v[node], w[k], (lines[k, 0], lines[k, 1]))
            dw[k] = circuit.adaptation_slope(v[node], w[k])
            dlines[k] = -lines[k] / [circuit.line_tau("exc"), circuit.line_tau("inh")]
        for a, b, conductance in self.links:
            flow = conductance * (v[a] - v[b])
            current[a] -= flow
            current[b] += flow
        return np.concatenate([current / self.capacitance, dw, dlines.ravel()])

    def _watching(self) -> list[int]:
        """Circuits whose threshold counts now."""
        return [
            k for k, circuit in enumerate(self.circuits)
            if circuit.on("enable_threshold_comparator") and math.isinf(self.fires_at[k]) and self.ready_at[k] <= self.time + 1e-12
        ]  # fmt: skip

    def pulse(self, circuit: int, side: int, step: float) -> None:
        """A line is pulled by `step` volts, less the nearer it is to its limit."""
        self.lines[circuit, side] += step * (1 - (self.lines[circuit, side] / number("synapse_line_limit")) ** 2)

    def run(self, until: float, events: list[tuple[float, int, int, float]] | None = None, every: float = 0.1) -> dict[str, Array]:
        """Up to a time; events: (time, circuit, side, step). Node and adaptation voltages and lines at multiples of `every`."""
        pending = sorted(events or [])
        times = np.arange(math.floor(self.time / every + 1e-9) + 1, math.floor(until / every + 1e-9) + 1) * every
        samples: list[Array] = []
        while self.time < until - 1e-12:
            self._spike_logic(pending)
            marks = [until, *(event[0] for event in pending[:1]), *self._marks()]
            stop = min(mark for mark in marks if mark > self.time + 1e-12)
            self._integrate(stop, times, samples)
        self._spike_logic(pending)
        values = np.array(samples)
        n, m = len(self.circuits), len(self.v)
        return {"v": values[:, :m], "w": values[:, m : m + n], "lines": values[:, m + n :].reshape(-1, n, 2)}

    def _marks(self) -> list[float]:
        return [*self.fires_at, *self.resets_until, *self.ready_at]

    def _spike_logic(self, pending: list[tuple[float, int, int, float]]) -> None:
        while pending and pending[0][0] <= self.time + 1e-12:
            _, circuit, side, step = pending.pop(0)
            self.pulse(circuit, side, step)
        for k, circuit in enumerate(self.circuits):
            if self.fires_at[k] <= self.time + 1e-12:
                self.spikes.append((self.time, k))
                if circuit.on("enable_adaptation"):
                    self.w[k] = min(max(self.w[k] + circuit.jump(), number("node_low")), number("node_high"))
                self.resets_until[k], self.ready_at[k] = self.time + circuit.reset_time, self.time + circuit.refractory
                self.fires_at[k] = math.inf
        for k in self._watching():
            if self.v[self.nodes[k]] >= self.circuits[k].threshold:
                self._cross(k, self.time)

    def _cross(self, circuit: int, time: float) -> None:
        """The comparator answers after its delay, at the next edge of the backend's clock."""
        self.fires_at[circuit] = math.ceil(round((time + number("comparator_delay") * 1e6) / 0.004, 6)) * 0.004

    def _integrate(self, stop: float, times: Array, samples: list[Array]) -> None:
        watching = self._watching()
        crossings: list[Any] = []
        for k in watching:
            def crosses(_time: float, y: Array, node: int = self.nodes[k], threshold: float = self.circuits[k].threshold) -> float:
                return float(y[node] - threshold)
            crosses.terminal, crosses.direction = True, 1  # type: ignore[attr-defined]
            crossings.append(crosses)
        start = self.time
        solved = solve_ivp(
            self.slopes, (start, stop), self._pack(), method="DOP853", rtol=1e-10, atol=1e-12, events=crossings or None,
            dense_output=True, max_step=2.0,
        )  # fmt: skip
        end = float(solved.t[-1])
        samples.extend(solved.sol(time) for time in times[len(samples) : np.searchsorted(times, end + 1e-9)])
        self._unpack(solved.y[:, -1])
        self.time = end
        for k, hits in zip(watching, solved.t_events or [], strict=False):
            if len(hits):
                self._cross(k, float(hits[0]))
