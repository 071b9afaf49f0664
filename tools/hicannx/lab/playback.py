"""What a bench runs, in the words of the real system: a printed script is this text and a configuration."""

from collections.abc import Iterable
from typing import Any

import halco
import haldls as hal
import stadls as sta
from haldls import lola

US = int(hal.Timer.Value.fpga_clock_cycles_per_us)


def boot(connection: Any) -> None:
    """Powers the chip up and initialises everything, with the program that all experiments begin with."""
    builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    sta.run(connection, [builder.done()])


def wait_until(builder: sta.PlaybackProgramBuilder, microseconds: float) -> None:
    """Waits until the timer of the FPGA, which somebody started, has come this far."""
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(round(microseconds * US)))


def configure(builder: sta.PlaybackProgramBuilder, chip: lola.Chip) -> None:
    """Writes the whole chip; the analog parameter memory needs 20 ms to settle."""
    builder.write(halco.ChipOnDLS(), chip)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    wait_until(builder, 20_000)


def start_madc(builder: sta.PlaybackProgramBuilder) -> None:
    """Wakes the MADC up, gives it 1 ms, and starts a recording."""
    control = hal.MADCControl()
    control.wake_up = control.enable_pre_amplifier = True
    builder.write(halco.MADCControlOnDLS(), control)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    wait_until(builder, 1000)
    control.wake_up, control.start_recording = False, True
    control.enable_continuous_sampling = control.enable_power_down_after_sampling = True
    builder.write(halco.MADCControlOnDLS(), control)


def stop_madc(builder: sta.PlaybackProgramBuilder) -> None:
    """Stops the recording and lets its last samples come in."""
    control = hal.MADCControl()
    control.enable_pre_amplifier = control.stop_recording = True
    control.enable_continuous_sampling = control.enable_power_down_after_sampling = True
    builder.write(halco.MADCControlOnDLS(), control)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    wait_until(builder, 10)


def send(builder: sta.PlaybackProgramBuilder, label: int) -> None:
    """Sends an event with this spike label."""
    builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(label)]))


def switch_current(builder: sta.PlaybackProgramBuilder, neuron: lola.AtomicNeuron, place: halco.AtomicNeuronOnDLS) -> None:
    """Switches the constant current of a neuron on, or off if it is on."""
    neuron.constant_current.enable = not neuron.constant_current.enable
    builder.write(place.toNeuronConfigOnDLS(), neuron.asNeuronConfig())


def experiment(
    connection: Any,
    chip: lola.Chip,
    microseconds: float,
    events: Iterable[tuple[float, int]] = (),
    steps: Iterable[tuple[float, int]] = (),
) -> sta.PlaybackProgram:
    """Configures the chip and records with the MADC for a time; gives the finished program.

    events are pairs of us and spike label, steps pairs of us and number of the neuron whose constant current is switched.
    """
    builder, chip = sta.PlaybackProgramBuilder(), lola.Chip(chip)
    configure(builder, chip)
    start_madc(builder)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    actions = [(time, False, label) for time, label in events] + [(time, True, neuron) for time, neuron in steps]
    for time, is_step, number in sorted(actions):
        wait_until(builder, time)
        if is_step:
            place = halco.AtomicNeuronOnDLS(halco.common.Enum(number))
            switch_current(builder, chip.neuron_block.atomic_neurons[place], place)
        else:
            send(builder, number)
    wait_until(builder, microseconds)
    stop_madc(builder)
    program = builder.done()
    sta.run(connection, [program])
    return program
