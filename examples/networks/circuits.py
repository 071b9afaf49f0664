"""The circuits of a virtual chip as a network wants them: which codes they get, and what comes of that.

Calibrated as by `hicannx.calibrated_chip`, from what is known of the chip, but for neurons of several joined circuits: their capacitances,
conductances and currents add. Only the first circuit has a comparator and sends spikes; all are reset then.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from mapper import COLUMNS, DRIVERS, OnChip, address
from network import Network, Values

from dlens_vx_v3 import hal, halco, lola
from hicannx.calibration.circuits import NeuronCircuits, codes
from hicannx.calibration.drivers import synapse_biases, synapse_strengths
from hicannx_sim import VirtualChip
from hicannx_sim.base.mismatch import factor
from hicannx_sim.base.numbers import number

RESET_BIAS, CYCLES_PER_US, CIRCUITS, LONGEST_COUNT = 1012, 125, 512, 255
INPUTS = ("excitatory", "inhibitory")


@dataclass
class Realised:
    """Neurons as they are on a chip, in mV and ms, and amplitudes of the placed synapses in mV/ms."""

    rest: Values
    reset: Values
    threshold: Values
    tau_m: Values
    tau_excitatory: Values
    tau_inhibitory: Values
    amplitude: Values


class Circuits:
    """Those of one chip. Arrays have a value for each of the 512 circuits; those with `n_` one for each neuron."""

    def __init__(self, chip: VirtualChip, network: Network, place: OnChip) -> None:
        self.chip, self.network, self.place = chip, network, place
        self.of = np.arange(CIRCUITS).reshape(-1, place.circuits)
        self.first = np.zeros(CIRCUITS, bool)
        self.first[self.of[: place.size, 0]] = True
        self.circuits = NeuronCircuits(chip, network.scale.capacitor)
        cell, scale = network.cell, network.scale
        us, degenerated = scale.us_per_ms * 1e-6, number("degeneration_conductance")
        self.leak_bias, self.divided = self.circuits.leak_bias(np.full(CIRCUITS, degenerated * cell.tau_m * us))
        self.conductance = degenerated * self.circuits.leak_conductance(self.leak_bias, self.divided)
        self.n_conductance, self.n_capacitance = self.conductance[self.of].sum(1), self.circuits.capacitance[self.of].sum(1)
        codes_of_circuit = scale.capacitor + number("membrane_capacitance_intrinsic")
        self.nominal = number("membrane_capacitance_per_code") * codes_of_circuit * place.circuits
        times = (cell.tau_excitatory, cell.tau_inhibitory)
        self.lines = [self.circuits.line_bias(side, np.full(CIRCUITS, time * us)) for side, time in enumerate(times)]
        self.strengths = [self._strength(side) for side in range(2)]
        self.shifts = [self.circuits.shift_code(side) for side in range(2)]
        self.dac = synapse_biases(chip, self._dac() / factor(chip, "synapse_dac", np.arange(4)).min())
        self.v_leak = codes(self.circuits.leak_code(scale.rest_volts - self._offset() / self.conductance))
        drive = np.zeros(len(self.of))
        drive[: place.size] = network.drive[place.first : place.first + place.size]
        current = drive * scale.volts_per_mv * self.n_conductance / place.circuits
        self.drive = codes(np.repeat(current, place.circuits) / number("offset_current_per_code"))
        target = self._volts(cell.reset)
        self.v_reset = codes(self.circuits.reset_code(target, self._rest(), self.conductance, RESET_BIAS))
        self.v_threshold = codes(self.circuits.threshold_code(self._volts(cell.threshold)))

    def _volts(self, potential: float) -> float:
        scale = self.network.scale
        return scale.rest_volts + scale.volts_per_mv * (potential - self.network.cell.rest)

    def _mv(self, volts: Values) -> Values:
        scale = self.network.scale
        return np.asarray(self.network.cell.rest + (volts - scale.rest_volts) / scale.volts_per_mv)

    def _strength(self, side: int) -> Any:
        """Biases with which a synapse moves every neuron equally far."""
        scale = self.network.scale
        wanted = scale.strength * (scale.inhibitory / scale.excitatory if side else 1.0)
        capacitance = np.repeat(self.n_capacitance / self.nominal, self.place.circuits)
        return codes(wanted * capacitance / factor(self.chip, "synapse_gm", np.arange(CIRCUITS), INPUTS[side]))

    def _current(self, side: int) -> Values:
        """Largest current of an input [A]."""
        gm = factor(self.chip, "synapse_gm", np.arange(CIRCUITS), INPUTS[side])
        return np.asarray(number("capmem_current_per_code") * self.strengths[side] * gm)

    def _step(self, bias: Any) -> Any:
        """Volts of a line that a synapse of weight 1 makes at a bias of its quadrant's DAC."""
        return number("synapse_line_step") * number("capmem_current_per_code") * 1e6 * bias

    def _dac(self) -> float:
        """Bias of the synapses that gives their amplitude, at the inputs' strength."""
        scale = self.network.scale
        wanted = scale.excitatory * scale.volts_per_mv / scale.us_per_ms * 1e6 * self.nominal
        return float(wanted / (number("capmem_current_per_code") * scale.strength * number("synapse_gm") * self._step(1.0)))

    def _offset(self) -> Values:
        """What the inputs give at rest, as far as the codes of their shifts do not take it away [A]."""
        given = [-self._current(side) * number("synapse_gm") * self.circuits.shift_volts(side, self.shifts[side]) for side in range(2)]
        return given[0] - given[1]

    def _rest(self) -> Values:
        """Where the circuits would rest alone [V], with their drive."""
        current = self._offset() + self.drive * number("offset_current_per_code")
        return np.asarray(self.circuits.leak_volts(self.v_leak) + current / self.conductance)

    def _joined(self, values: Values, weights: Values) -> Values:
        """Weighted means over the circuits of neurons."""
        of = self.of[: self.place.size]
        return np.asarray((values * weights)[of].sum(1) / weights[of].sum(1))

    def configure(self, configuration: lola.Chip) -> None:
        """Puts the codes into a configuration; the synapses' and the drivers' are not among them."""
        for number_, neuron in enumerate(configuration.neuron_block.atomic_neurons):
            self._configure(neuron, number_)
        for backend in configuration.neuron_block.backends:
            backend.clock_scale_slow = self.refractory()[0]
        for quadrant, bias in enumerate(self.dac.tolist()):
            configuration.synapse_blocks[quadrant // 2].i_bias_dac[quadrant % 2] = bias

    def _configure(self, neuron: Any, k: int) -> None:
        neuron.membrane_capacitance.capacitance = self.network.scale.capacitor
        neuron.leak.v_leak, neuron.leak.i_bias = int(self.v_leak[k]), int(self.leak_bias[k])
        neuron.leak.enable_division, neuron.leak.enable_degeneration = bool(self.divided[k]), True
        neuron.reset.v_reset, neuron.reset.i_bias, neuron.reset.enable_multiplication = int(self.v_reset[k]), RESET_BIAS, True
        neuron.threshold.v_threshold, neuron.threshold.enable = int(self.v_threshold[k]), bool(self.first[k])
        neuron.refractory_period.refractory_time = self.refractory()[1]
        neuron.refractory_period.reset_holdoff = 15
        neuron.constant_current.i_offset = int(self.drive[k])
        neuron.multicompartment.connect_right = (k + 1) % self.place.circuits != 0
        for side, one in enumerate((neuron.excitatory_input, neuron.inhibitory_input)):
            bias, high = self.lines[side]
            one.enable, one.i_bias_tau, one.enable_high_resistance = True, int(bias[k]), bool(high[k])
            one.i_bias_gm, one.i_shift_reference = int(self.strengths[side][k]), int(self.shifts[side][k])
        if self.first[k]:
            neuron.event_routing.analog_output = lola.AtomicNeuron.EventRouting.AnalogOutputMode.normal
            neuron.event_routing.enable_digital = True
            neuron.event_routing.address = address(k)

    @cached_property
    def driven(self) -> list[tuple[Any, hal.NeuronConfig]]:
        """Circuits with a constant current: where it can be switched, and with which configuration."""
        places = list(halco.iter_all(halco.AtomicNeuronOnDLS))
        found = []
        for k in np.flatnonzero(self.drive).tolist():
            neuron = lola.AtomicNeuron()
            self._configure(neuron, k)
            found.append((places[k].toNeuronConfigOnDLS(), neuron.asNeuronConfig()))
        return found

    def backend(self, configuration: lola.Chip, k: int) -> hal.NeuronBackendConfig:
        """The backend of a circuit: the first one of a neuron resets the others with itself."""
        backend, last = configuration.neuron_block.atomic_neurons[k].asNeuronBackendConfig(), self.place.circuits - 1
        backend.enable_neuron_master, backend.enable_neuron_slave = bool(self.first[k]), k % self.place.circuits > 0
        backend.connect_fire_to_right = k % self.place.circuits < last
        return backend

    def refractory(self) -> tuple[int, int]:
        """Scale of the clock of 125 MHz, and its cycles."""
        cycles = self.network.cell.refractory * self.network.scale.us_per_ms * CYCLES_PER_US
        scale = max(0, int(np.ceil(np.log2(cycles / LONGEST_COUNT))))
        return scale, round(cycles / 2**scale)

    def realised(self) -> Realised:
        """What the codes make of the neurons and synapses."""
        mine, us = slice(0, self.place.size), self.network.scale.us_per_ms * 1e-6
        pull = factor(self.chip, "reset_conductance", np.arange(CIRCUITS))
        reset = self._joined(self.circuits.reset_volts(self.v_reset, self._rest(), self.conductance, RESET_BIAS), pull)
        lines = [self.circuits.line_tau(side, bias, high)[self.of].mean(1)[mine] / us for side, (bias, high) in enumerate(self.lines)]
        return Realised(
            self._mv(self._joined(self._rest(), self.conductance)),
            self._mv(reset),
            self._mv(self.circuits.threshold_volts(self.v_threshold)[self.of[mine, 0]]),
            (self.n_capacitance / self.n_conductance)[mine] / us,
            *lines,
            self._amplitudes(),
        )

    def _amplitudes(self) -> Values:
        place, scale, half = self.place, self.network.scale, self.place.row // COLUMNS
        circuit = COLUMNS * half + place.column
        driver = DRIVERS * half + place.row % COLUMNS // 2
        strength = factor(self.chip, "driver_strength", driver) * factor(self.chip, "synapse_weight", COLUMNS * place.row + place.column)
        inhibitory = ~self.network.excitatory[self.network.pre[place.synapse]]
        current = np.where(inhibitory, -self._current(1)[circuit], self._current(0)[circuit]) * number("synapse_gm")
        step = self._step(synapse_strengths(self.chip, self.dac))[circuit // (CIRCUITS // 4)]
        slope = current * step / self.n_capacitance[circuit // place.circuits]
        return np.asarray(self.network.weight[place.synapse] * strength * slope / scale.volts_per_mv * scale.us_per_ms * 1e-6)
