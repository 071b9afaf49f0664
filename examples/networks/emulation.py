"""A network on chips of one setup: configuration, routing tables, runs."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from circuits import Circuits, Realised
from mapper import BUSES, COLUMNS, OnChip
from network import Network, Numbers, Values

import hicannx
from dlens_vx_v3 import hal, halco, lola, sta
from hicannx.lab import plain
from hicannx_sim import VirtualChip

CYCLES_PER_US, SETTLING_US, DYING_US, TIMEOUT = 125, 20_000, 50, 1_000_000_000
LINK = tuple(range(8, 12))
"""Inputs of the crossbar that events from outside come to, one for each channel; outputs of the same numbers lead out."""


@dataclass
class Spikes:
    """Of a run: times in ms since its begin, and neurons."""

    times: Values
    neurons: Numbers


class Emulation:
    """A network on chips 0, 1, ... of one setup, one for each entry of `places`."""

    def __init__(self, network: Network, places: list[OnChip]) -> None:
        self.network, self.places, self._open = network, places, ExitStack()
        self.seconds = self.wall = 0.0
        """Processor time of this process that the latest run took, without making its programs, and time by the clock."""
        self.cycles_per_ms = network.scale.us_per_ms * CYCLES_PER_US
        self.circuits = [Circuits(VirtualChip(serial), network, place) for serial, place in enumerate(places)]
        self.connection = self._open.enter_context(hicannx.connect(serial=list(range(len(places))), setup="jboa"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def realised(self) -> Realised:
        """Neurons and synapses as they are on the chips: in the order of the network's neurons, and of the chips' synapses."""
        parts = [vars(one.realised()) for one in self.circuits]
        return Realised(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    def boot(self) -> None:
        """Initialises and configures everything."""
        builders = [sta.generate(sta.SystemInit(entry))[0] for entry in self.connection.get_hwdb_entry()]
        for builder, circuits in zip(builders, self.circuits, strict=True):
            _timeout(builder)
            configuration = self._configuration(circuits)
            builder.write(halco.ChipOnDLS(), configuration)
            for circuit in halco.iter_all(halco.AtomicNeuronOnDLS):
                backend = circuits.backend(configuration, int(circuit.toEnum()))
                builder.write(circuit.toNeuronBackendConfigOnDLS(), backend)
            self._routes(builder, circuits.place)
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
            _wait(builder, SETTLING_US)
        self._run(builders)

    def _run(self, builders: list[Any]) -> list[Any]:
        programs = [builder.done() for builder in builders]
        began, begin = time.perf_counter(), time.process_time()
        sta.run(self.connection, programs)
        self.seconds, self.wall = time.process_time() - begin, time.perf_counter() - began
        return programs

    def _configuration(self, circuits: Circuits) -> lola.Chip:
        chip, place = plain(), circuits.place
        circuits.configure(chip)
        modes = hal.SynapseDriverConfig.RowMode
        for half in range(2):
            block, synapses = chip.synapse_driver_blocks[half], chip.synapse_blocks[half].matrix
            synapses.weights, synapses.labels = place.weights[half], place.labels[half]
            for driver, inhibitory in enumerate(place.inhibitory.tolist()):
                mode = modes.inhibitory if inhibitory else modes.excitatory
                block.synapse_drivers[driver].enable_receiver = True
                block.synapse_drivers[driver].row_mode_top = block.synapse_drivers[driver].row_mode_bottom = mode
            for bus in range(BUSES):
                block.padi_bus.enable_spl1[bus] = True
            for column in range(COLUMNS):
                switches = chip.neuron_block.current_rows[half].values[column]
                switches.enable_synaptic_current_excitatory = switches.enable_synaptic_current_inhibitory = True
        for output in range(8):
            node = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(LINK[output % BUSES]), halco.CrossbarInputOnDLS(output))
            chip.crossbar.nodes[node] = hal.CrossbarNode()
        return chip

    def _routes(self, builder: Any, place: OnChip) -> None:
        """Spikes leave with the number of their neuron; those of neurons that have synapses here come in."""
        for neuron, label in enumerate(place.event_labels().tolist()):
            entry = hal.OutputRoutingTableEntry(enable=True, label=hal.OutputRoutingTableEntry.Label(place.first + neuron))
            builder.write(halco.OutputRoutingTableEntryOnFPGA(label), entry)
        labels = place.spike_labels()
        for source in place.heard().tolist():
            if source < self.network.neurons:
                entry = hal.InputRoutingTableEntry(enable=True, label=hal.InputRoutingTableEntry.Label(int(labels[source])))
                builder.write(halco.InputRoutingTableEntryOnFPGA(source), entry)

    def run(self, ms: float, times: Numbers | None = None, sources: Numbers | None = None) -> Spikes:
        """Lets the network live for so many ms. times: FPGA cycles of events of the Poisson sources, which the FPGA of each
        chip sends to it. Before and afterwards nothing comes into the chips, and there is no drive."""
        builders = []
        for circuits in self.circuits:
            builder, place = sta.PlaybackProgramBuilder(), circuits.place
            _doors(builder, hal.CrossbarNode())
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.multi_fpga)
            builder.write(halco.SystimeSyncOnFPGA(), hal.SystimeSync())
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.systime)
            builder.write(halco.TimerOnDLS(), hal.Timer())
            self._drive(builder, circuits, True)
            if times is not None and sources is not None:
                heard = place.driver[sources] >= 0
                builder.write_spikes(times[heard], place.spike_labels()[sources[heard]])
            builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(round(ms * self.cycles_per_ms)))
            self._drive(builder, circuits, False)
            _wait(builder, DYING_US)
            _doors(builder, hal.CrossbarNode.drop_all)
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
            builders.append(builder)
        programs = self._run(builders)
        return self._spikes(programs, ms)

    def _drive(self, builder: Any, circuits: Circuits, enable: bool) -> None:
        """Switches constant currents."""
        for place, config in circuits.driven:
            config.enable_membrane_offset = enable
            builder.write(place, config)

    def _spikes(self, programs: list[Any], ms: float) -> Spikes:
        times, neurons = [], []
        for program, place in zip(programs, self.places, strict=True):
            spikes, neuron_of = program.spikes.to_numpy(), np.full(1 << 16, -1)
            neuron_of[place.event_labels()] = place.first + np.arange(place.size)
            mine = neuron_of[spikes["label"].astype(np.int64)]
            times.append(spikes["chip_time"].astype(np.int64)[mine >= 0] / self.cycles_per_ms)
            neurons.append(mine[mine >= 0])
        every, who = np.concatenate(times), np.concatenate(neurons)
        within = every < ms
        return Spikes(every[within], who[within])


def _doors(builder: Any, node: hal.CrossbarNode) -> None:
    """What lets events from outside come to the synapse drivers."""
    for bus in range(2 * BUSES):
        place = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(bus), halco.CrossbarInputOnDLS(LINK[bus % BUSES]))
        builder.write(place, node)


def _timeout(builder: Any) -> None:
    config = hal.InstructionTimeoutConfig()
    config.value = hal.InstructionTimeoutConfig.Value(TIMEOUT)
    builder.write(halco.InstructionTimeoutConfigOnFPGA(), config)


def _wait(builder: Any, microseconds: float) -> None:
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(round(microseconds * CYCLES_PER_US)))
