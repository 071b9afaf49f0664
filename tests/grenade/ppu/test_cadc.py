"""The parallel converters: periodic recording into both memories, single readings, and handles, against what the host reads."""

from typing import Any, Literal

import numpy as np
import pytest
from ppu_rules import BOTH, BOTTOM, MS, TOP, Chip, rule

from grenade.ppu import KernelError, NeuronView, PerNeuron, Program, Status, program
from grenade.ppu.cadc import START
from halco import (
    AtomicNeuronOnDLS,
    CADCOnDLS,
    CADCSampleRowOnDLS,
    CapMemBlockOnDLS,
    CapMemBlockOnHemisphere,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    ColumnCorrelationQuadOnDLS,
    EntryOnQuad,
    Enum,
    HemisphereOnDLS,
    PPUOnDLS,
    iter_all,
)
from haldls import CapMemCell, ColumnCorrelationQuad
from haldls.lola import AtomicNeuron, CADCReadoutChain
from stadls import PlaybackProgramBuilder

SETTLE = 2_500_000
"""FPGA cycles: 20 ms for the analog parameter memory."""

SAMPLE = 500
"""PPU cycles of a sample: 410 of the conversion and its two readings, and 38 for each of two vectors into the FPGA's memory."""


def leak(neuron: int) -> int:
    """Each column rests at a level of its own."""
    return 300 + (7 * neuron) % 300


def connected() -> ColumnCorrelationQuad:
    """Converters that see the neurons of four columns."""
    quad, switch = ColumnCorrelationQuad(), ColumnCorrelationQuad.ColumnCorrelationSwitch()
    switch.enable_cadc_neuron_readout_causal = switch.enable_cadc_neuron_readout_acausal = True
    for entry in iter_all(EntryOnQuad):
        quad.set_switch(entry, switch)
    return quad


@pytest.fixture
def resting(chip: Chip) -> Chip:
    """Neurons that only leak, at different levels, shown to the converters."""
    builder = PlaybackProgramBuilder()
    chain = CADCReadoutChain()
    chain.ramp.enable = True
    for side in iter_all(CapMemBlockOnHemisphere):
        chain.ramp.v_offset[side], chain.ramp.i_slope[side] = 60, 350
        chain.ramp.i_bias_comparator[side] = chain.ramp.i_bias_vreset_buffer[side] = 1022
        chain.ramp.v_bias_buffer[side] = 400
    for half in iter_all(CADCOnDLS):
        builder.write(half, chain)
    for quad in iter_all(ColumnCorrelationQuadOnDLS):
        builder.write(quad, connected())
    for block in iter_all(CapMemBlockOnDLS):
        for name, value in (("neuron_v_bias_casc_n", 250), ("neuron_i_bias_readout_amp", 110), ("neuron_i_bias_leak_source_follower", 100)):
            builder.write(CapMemCellOnDLS(getattr(CapMemCellOnCapMemBlock, name), block), CapMemCell(value))
    for number in range(512):
        neuron = AtomicNeuron()
        neuron.membrane_capacitance.capacitance = 63
        neuron.leak.v_leak, neuron.leak.i_bias = leak(number), 1000
        neuron.readout.source, neuron.readout.enable_amplifier = AtomicNeuron.Readout.Source.membrane, True
        builder.write(AtomicNeuronOnDLS(Enum(number)), neuron)
    chip.wait(builder, SETTLE)
    chip.run(builder)
    return chip


def host(chip: Chip, hemisphere: HemisphereOnDLS) -> Any:
    """What the host reads, except for the quad that starts the conversion."""
    builder = PlaybackProgramBuilder()
    ticket = builder.read(CADCSampleRowOnDLS(256 * int(hemisphere)))
    chip.run(builder)
    return ticket.get().causal.to_numpy().astype(int)


def record(chip: Chip, program: Program, fpga_cycles: int) -> None:
    builder = PlaybackProgramBuilder()
    chip.command(builder, program, Status.periodic_read)
    chip.wait(builder, START + fpga_cycles)
    chip.command(builder, program, Status.stop_periodic_read)
    chip.wait(builder, 2500)
    chip.run(builder)


@pytest.mark.parametrize("memory", ["sram", "dram"])
def test_periodic_recording(memory: Literal["sram", "dram"], resting: Chip) -> None:
    """Same levels in the same columns as the host sees; 10 us after the command the first sample, 2 us from one to the next."""
    made = program(cadc_recording=memory)
    assert made.cadc is not None and made.cadc.room == {"sram": 100, "dram": 204800}[memory]
    resting.start(made)
    record(resting, made, 12_500)
    for hemisphere in (TOP, BOTTOM):
        count = made.cadc.count(resting.get(made.cadc.block(hemisphere, 0)))
        found = made.cadc.decode(resting.get(made.cadc.block(hemisphere, count)))
        assert found.count == count == len(found.times) and abs(count - (105 * 250 // SAMPLE)) <= 2
        assert 2500 <= found.times[0] < 2700
        np.testing.assert_allclose(np.diff(found.times.astype(int))[1:], SAMPLE, atol=0.02 * SAMPLE)  # nothing stands before the first
        levels = np.median(found.values, axis=0)
        np.testing.assert_allclose(levels, host(resting, hemisphere), atol=2)
        assert np.corrcoef(levels, [leak(256 * int(hemisphere) + column) for column in range(256)])[0, 1] > 0.9


def test_no_room_is_left(resting: Chip) -> None:
    """100 samples are kept, and the count says how many there would have been."""
    made = program(cadc_recording="sram")
    assert made.cadc is not None
    resting.start(made)
    record(resting, made, 62_500)
    found = made.cadc.decode(resting.get(made.cadc.block(TOP)))
    assert len(found.times) == 100 and found.times[-1] < 2700 + 100 * SAMPLE
    np.testing.assert_allclose(found.count, 505 * 250 / SAMPLE, rtol=0.03)


def test_each_recording_begins_anew(resting: Chip) -> None:
    made = program(cadc_recording="sram")
    assert made.cadc is not None
    resting.start(made)
    for cycles, wanted in ((12_500, 52), (6_250, 27)):
        record(resting, made, cycles)
        assert abs(made.cadc.decode(resting.get(made.cadc.block(TOP))).count - wanted) <= 2


def test_recording_and_rules_at_once(resting: Chip) -> None:
    """In DRAM they do not get into each other's way; the converters' commands and the schedule take turns."""
    body = "if (ppu == PPUOnDLS::top) { recording.time = now(); std::get<0>(recording.mark) = VectorRowMod8(99); }"
    made = program([rule(body, {"mark": PerNeuron("uint8")}, neurons=(NeuronView(TOP, (0, 17)),))], cadc_recording="dram")
    assert made.cadc is not None
    resting.start(made)
    resting.schedule(made, MS // 2)
    record(resting, made, 6_250)
    assert made.cadc.decode(resting.get(made.cadc.block(TOP, 40))).count == pytest.approx(27, abs=2)
    recorded = made.recorded(made.rules[0], resting.get(made.recording(made.rules[0])))
    assert recorded.neurons["mark"][0].tolist() == [[99, 99]]


def test_single_readings(resting: Chip) -> None:
    """Signed, and less the baseline once there is one."""
    made = program()
    resting.start(made)
    for command, baseline in ((Status.read, 128), (Status.baseline_read, None), (Status.read, None)):
        builder = PlaybackProgramBuilder()
        resting.command(builder, made, command)
        resting.wait(builder, 5_000)
        resting.run(builder)
        words = np.array(resting.read(made, "cadc_result", PPUOnDLS.bottom), dtype=">u4").view(np.int8).astype(int)
        columns = np.stack([words[:128], words[128:]], axis=1).ravel()
        if baseline is not None:
            np.testing.assert_allclose(columns + baseline, host(resting, BOTTOM), atol=3)
    np.testing.assert_allclose(columns, 0, atol=4)


def test_readouts_of_neurons_in_a_kernel(resting: Chip) -> None:
    view = (NeuronView(BOTTOM, tuple(range(256))),)
    body = "if (neurons[0].hemisphere == ppu) { std::get<0>(recording.v) = neurons[0].get_analog_readouts(); }"
    recorded = resting.once(rule(body, {"v": PerNeuron("uint8")}, neurons=view))
    np.testing.assert_allclose(recorded.neurons["v"][0][0].astype(int), host(resting, BOTTOM), atol=3)


def test_what_a_program_cannot_do_is_refused() -> None:
    with pytest.raises(KernelError, match=r"CADC recording .* block RAM, which leaves no room for plasticity rule 0: "):
        program([rule("", None)], cadc_recording="sram")
    with pytest.raises(KernelError, match="no memory 'disk'"):
        program(cadc_recording="disk")  # type: ignore[arg-type]
    for status in (Status.periodic_read, Status.scheduler):
        with pytest.raises(KernelError, match=f"nothing to do for the command {status.name}"):
            program().command(status, BOTH[0])
    with pytest.raises(KernelError, match="nothing to do for the command read"):
        program([rule("", None)]).command(Status.read, BOTH[0])
