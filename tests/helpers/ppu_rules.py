"""Plasticity rules for tests, and a chip of the model that runs programs made of them."""

from typing import Any

from grenade.ppu import NeuronView, Program, Rule, Status, SynapseView, TimedRecording, Timer, program
from halco import (
    AtomicNeuronOnDLS,
    BarrierOnFPGA,
    CommonNeuronBackendConfigOnDLS,
    Enum,
    HemisphereOnDLS,
    PPUControlRegisterOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUOnDLS,
    SynapseWeightRowOnDLS,
    TimerOnDLS,
)
from haldls import (
    Barrier,
    CommonNeuronBackendConfig,
    NeuronBackendConfig,
    NeuronConfig,
    NeuronReset,
    PPUControlRegister,
    SpikeCounterReset,
)
from haldls import Timer as FPGATimer
from stadls import PlaybackProgramBuilder, SystemInit, generate, run

BOTH = (PPUOnDLS.top, PPUOnDLS.bottom)
TOP, BOTTOM = HemisphereOnDLS.top, HemisphereOnDLS.bottom
MS = 250_000
"""PPU cycles."""

ONCE = Timer(0, MS, 1)

HEADERS = """
#include "grenade/vx/ppu/synapse_array_view_handle.h"
#include "grenade/vx/ppu/neuron_view_handle.h"
#include "grenade/vx/ppu/time.h"
#include "libnux/vx/vector_if.h"
#include "libnux/vx/correlation.h"
#include "libnux/vx/parallel_rng.h"
#include "libnux/vx/reset_neurons.h"
#include "libnux/vx/vector_row_math.h"
#include "stadls/vx/v3/ppu/read.h"
#include "stadls/vx/v3/ppu/write.h"
#include "hate/tuple.h"
using namespace grenade::vx::ppu;
using namespace libnux::vx;
extern volatile PPUOnDLS ppu;
"""


def rule(
    body: str,
    observables: dict[str, Any] | None = None,
    *,
    before: str = "",
    synapses: tuple[SynapseView, ...] = (SynapseView(TOP, (0,), (0,)),),
    neurons: tuple[NeuronView, ...] = (),
    timer: Timer = ONCE,
    number: int = 0,
) -> Rule:
    """A rule whose kernel does `body`, with `synapses`, `neurons` and, if there are observables, `recording`.

    `before` stands at global scope.
    """
    third = "" if observables is None else ", Recording& recording"
    types = f"std::array<SynapseArrayViewHandle, {len(synapses)}>& synapses", f"std::array<NeuronViewHandle, {len(neurons)}>& neurons"
    head = f"void PLASTICITY_RULE_KERNEL([[maybe_unused]] {types[0]}, [[maybe_unused]] {types[1]}{third})"
    recording = None if observables is None else TimedRecording(observables)
    return Rule(f"{HEADERS}{before}\n{head} {{ {body} }}", timer, synapses, neurons, recording, number)


class Chip:
    """An initialised chip of the model."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        self.run(builder)

    def run(self, builder: PlaybackProgramBuilder) -> None:
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        run(self.connection, [builder.done()])

    def start(self, program: Program, cycles: int = 125_000) -> None:
        """Loads a program and starts it on both processors; constructors of kernels take so long at most, and it is idle behind."""
        builder = PlaybackProgramBuilder()
        self.switch(builder, False)
        for coordinate, container in program.load():
            builder.write(coordinate, container)
        self.switch(builder, True)
        self.wait(builder, cycles)
        self.run(builder)
        for ppu in BOTH:
            assert self.read(program, "status", ppu) == [Status.idle]

    def switch(self, builder: PlaybackProgramBuilder, on: bool) -> None:
        for ppu in BOTH:
            builder.write(PPUControlRegisterOnDLS(int(ppu)), PPUControlRegister(inhibit_reset=on))

    def wait(self, builder: PlaybackProgramBuilder, cycles: int) -> None:
        builder.write(TimerOnDLS(), FPGATimer())
        builder.block_until(TimerOnDLS(), FPGATimer.Value(cycles))

    def command(self, builder: PlaybackProgramBuilder, program: Program, status: Status) -> None:
        for ppu in BOTH:
            builder.write(*program.command(status, ppu))

    def schedule(self, program: Program, fpga_cycles: int, margin: int = 2500) -> None:
        """Lets the rules run for so long."""
        builder = PlaybackProgramBuilder()
        for ppu in BOTH:
            builder.write(*program.runtime(fpga_cycles, ppu))
        self.command(builder, program, Status.scheduler)
        self.wait(builder, fpga_cycles + margin)
        self.run(builder)
        for ppu in BOTH:
            assert self.read(program, "status", ppu) == [Status.idle], (ppu, self.mailbox(ppu))

    def get(self, coordinate: Any) -> Any:
        builder = PlaybackProgramBuilder()
        ticket = builder.read(coordinate)
        self.run(builder)
        return ticket.get()

    def put(self, coordinate: Any, container: Any) -> None:
        builder = PlaybackProgramBuilder()
        builder.write(coordinate, container)
        self.run(builder)

    def read(self, program: Program, name: str, ppu: PPUOnDLS = PPUOnDLS.top) -> list[int]:
        """Words of a variable in the own memory."""
        return [int(word) for word in self.get(program.variable(name, ppu)).to_numpy()]

    def once(self, rule: Rule) -> Any:
        """What a rule records that runs on a freshly started program."""
        made = program([rule])
        self.start(made)
        self.schedule(made, 2 * (rule.timer.end + MS) // 4)
        return made.recorded(rule, self.get(made.recording(rule)))

    def weights(self, row: int) -> Any:
        """Weights of a synapse row, 0 to 511."""
        return self.get(SynapseWeightRowOnDLS(row)).values.to_numpy()

    def mailbox(self, ppu: PPUOnDLS) -> str:
        return str(self.get(PPUMemoryBlockOnDLS(PPUMemoryBlockOnPPU.mailbox, ppu)).to_string())


def place(neuron: int) -> AtomicNeuronOnDLS:
    return AtomicNeuronOnDLS(Enum(neuron))


def firing(chip: Chip, neurons: list[int]) -> None:
    """Neurons that fire when they are reset, and only then."""
    builder = PlaybackProgramBuilder()
    for block in range(2):
        builder.write(CommonNeuronBackendConfigOnDLS(block), CommonNeuronBackendConfig())
    for neuron in neurons:
        builder.write(place(neuron).toNeuronConfigOnDLS(), NeuronConfig(enable_fire=True))
        builder.write(place(neuron).toNeuronBackendConfigOnDLS(), NeuronBackendConfig(enable_spike_out=True, refractory_time=10))
        builder.write(place(neuron).toSpikeCounterResetOnDLS(), SpikeCounterReset())
    chip.run(builder)


def fire(chip: Chip, counts: dict[int, int]) -> None:
    builder = PlaybackProgramBuilder()
    for number in range(max(counts.values())):
        for neuron in (neuron for neuron, count in counts.items() if count > number):
            builder.write(place(neuron).toNeuronResetOnDLS(), NeuronReset())
        chip.wait(builder, 500)
    chip.run(builder)
