"""What a calibration configures beside what it has found: constants of calix' results, in the order in which it writes them.

(facts: calix_expectations 1.1, 2.5, 2.6, 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from halco import (
    CADCChannelConfigOnDLS,
    CADCConfigOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    ColumnCorrelationQuadOnDLS,
    ColumnCurrentQuadOnDLS,
    CommonCorrelationConfigOnDLS,
    CommonNeuronBackendConfigOnDLS,
    CommonPADIBusConfigOnDLS,
    CommonSTPConfigOnDLS,
    DACChannelBlockOnBoard,
    DACChannelOnBoard,
    EntryOnQuad,
    PadMultiplexerConfigOnDLS,
    ShiftRegisterOnBoard,
    SynapseDriverOnDLS,
    SynramOnDLS,
    TimerOnDLS,
    iter_all,
)
from haldls import (
    CADCChannelConfig,
    CADCConfig,
    CapMemCell,
    ColumnCorrelationQuad,
    ColumnCurrentQuad,
    CommonCorrelationConfig,
    CommonNeuronBackendConfig,
    CommonPADIBusConfig,
    CommonSTPConfig,
    PadMultiplexerConfig,
    ShiftRegister,
    SynapseDriverConfig,
    Timer,
)
from haldls.lola import AtomicNeuron, DACChannelBlock, SynapseMatrix
from hicannx.calibration.circuits import Codes
from hicannx.calibration.converters import Converters
from hicannx.calibration.drivers import DAC_BIAS, OFFSET_MIDDLE
from hicannx.calibration.options import CorrelationCalibOptions
from hicannx.calibration.sensors import Sensors
from hicannx.calibration.targets import STPCalibTarget
from stadls import PlaybackProgramBuilderDumper

__all__ = [
    "INTEGRATION_CLOCKS", "write_cells", "write_converters", "write_hagen_drivers", "write_neuron_environment", "write_neurons",
    "write_plasticity", "write_sensors", "write_supply_of_lines", "write_wait",
]  # fmt: skip

CELL = CapMemCellOnCapMemBlock
INTEGRATION_CLOCKS = (9, 2)
"""Scales of the slow and the fast clock of the neurons' backends in hagen mode."""
LARGEST = CapMemCell.Value.max


def _everywhere(dumper: PlaybackProgramBuilderDumper, kind: Any, container: Any) -> None:
    for place in iter_all(kind):
        dumper.write(place, container)


def write_cells(dumper: PlaybackProgramBuilderDumper, cells: dict[Any, int | Codes]) -> None:
    """Cells that each quadrant has, {cell: code or four codes}."""
    for block in iter_all(CapMemBlockOnDLS):
        for cell, codes in cells.items():
            code = codes if isinstance(codes, int) else int(codes[int(block)])
            dumper.write(CapMemCellOnDLS(cell, block), CapMemCell(code))


def write_converters(dumper: PlaybackProgramBuilderDumper, converters: Converters) -> None:
    """Converters that are on and calibrated."""
    _everywhere(dumper, CADCConfigOnDLS, CADCConfig(enable=True))
    found = {CELL.cadc_v_ramp_offset: converters.ramp_offset, CELL.cadc_i_ramp_slope: converters.ramp_slope}
    biases = {CELL.cadc_v_bias_ramp_buf: 400, CELL.cadc_i_bias_comp: LARGEST, CELL.cadc_i_bias_vreset_buf: LARGEST}
    write_cells(dumper, {**biases, **found})
    for channel, offset in zip(iter_all(CADCChannelConfigOnDLS), converters.channel_offset.tolist(), strict=True):
        dumper.write(channel, CADCChannelConfig(offset=offset))


def write_neurons(dumper: PlaybackProgramBuilderDumper, neurons: Iterable[tuple[Any, AtomicNeuron]]) -> None:
    """Neurons with all their cells."""
    for place, neuron in neurons:
        dumper.write(place, neuron)


def _read_switch() -> ColumnCorrelationQuad.ColumnCorrelationSwitch:
    switch = ColumnCorrelationQuad.ColumnCorrelationSwitch()
    switch.enable_internal_causal = switch.enable_internal_acausal = True
    switch.enable_cadc_neuron_readout_causal = switch.enable_cadc_neuron_readout_acausal = True
    return switch


def _current_switch() -> ColumnCurrentQuad.ColumnCurrentSwitch:
    switch = ColumnCurrentQuad.ColumnCurrentSwitch()
    switch.enable_synaptic_current_excitatory = switch.enable_synaptic_current_inhibitory = True
    return switch


def write_neuron_environment(
    dumper: PlaybackProgramBuilderDumper, dac_bias: Codes, clocks: tuple[int, int], correlation: CommonCorrelationConfig
) -> None:
    """What neurons need to be stimulated and read: switches of the columns, biases, clocks."""
    readout, current = ColumnCorrelationQuad(), ColumnCurrentQuad()
    for entry in iter_all(EntryOnQuad):
        readout.set_switch(entry, _read_switch())
        current.set_switch(entry, _current_switch())
    _everywhere(dumper, ColumnCorrelationQuadOnDLS, readout)
    _everywhere(dumper, ColumnCurrentQuadOnDLS, current)
    _everywhere(dumper, CommonCorrelationConfigOnDLS, correlation)
    backend = CommonNeuronBackendConfig()
    backend.clock_scale_slow, backend.clock_scale_fast = clocks
    _everywhere(dumper, CommonNeuronBackendConfigOnDLS, backend)
    biases = {
        CELL.neuron_v_bias_casc_n: 250,
        CELL.neuron_i_bias_readout_amp: 110,
        CELL.neuron_i_bias_leak_source_follower: 100,
        CELL.neuron_i_bias_spike_comparator: 200,
        CELL.neuron_i_bias_synin_drop: 300,
    }
    write_cells(dumper, {**biases, CELL.syn_i_bias_dac: dac_bias})
    for buffer in (CapMemCellOnDLS.readout_out_amp_i_bias_0, CapMemCellOnDLS.readout_out_amp_i_bias_1):
        dumper.write(buffer, CapMemCell(LARGEST))


def write_hagen_drivers(dumper: PlaybackProgramBuilderDumper, ramp: Codes, offsets: Codes) -> None:
    """Drivers whose pulses an activation modulates."""
    write_cells(dumper, {CELL.stp_i_bias_comparator: LARGEST})
    for cell in (CapMemCellOnDLS.hagen_ibias_dac_top, CapMemCellOnDLS.hagen_ibias_dac_bottom):
        dumper.write(cell, CapMemCell(DAC_BIAS))
    write_cells(dumper, {CELL.stp_i_ramp: ramp, CELL.stp_i_calib: ramp})
    for place, offset in zip(iter_all(SynapseDriverOnDLS), offsets.tolist(), strict=True):
        config = SynapseDriverConfig(enable_stp=True, enable_hagen_modulation=True, enable_hagen_dac=True)
        config.enable_address_out, config.hagen_dac_offset, config.offset = False, offset, OFFSET_MIDDLE
        dumper.write(place, config)


def write_sensors(dumper: PlaybackProgramBuilderDumper, sensors: Sensors, options: CorrelationCalibOptions) -> None:
    """Voltages, biases and the synapses' bits of the correlation sensors; all weights are 0."""
    supplies = DACChannelBlock.default_ldo_2
    supplies.set_voltage(DACChannelOnBoard.v_res_meas, float(options.v_res_meas))
    supplies.set_voltage(DACChannelOnBoard.mux_dac_25, float(options.v_reset))
    dumper.write(DACChannelBlockOnBoard(), supplies)
    write_cells(dumper, {CELL.syn_i_bias_corout: 600, CELL.syn_i_bias_ramp: sensors.ramp, CELL.syn_i_bias_store: sensors.store})
    _everywhere(dumper, CommonPADIBusConfigOnDLS, CommonPADIBusConfig())
    for half in iter_all(SynramOnDLS):
        rows, synapses = slice(256 * int(half), 256 * int(half) + 256), SynapseMatrix()
        synapses.amp_calibs.from_numpy(sensors.amplitude_bits[rows])
        synapses.time_calibs.from_numpy(sensors.time_bits[rows])
        dumper.write(half, synapses)


def write_plasticity(dumper: PlaybackProgramBuilderDumper, target: STPCalibTarget, ramp: Codes, offsets: Codes) -> None:
    """Drivers that are ready for short-term plasticity, which is off."""
    voltages = {
        CELL.stp_v_charge_0: target.v_charge_0.to_numpy(),
        CELL.stp_v_charge_1: target.v_charge_1.to_numpy(),
        CELL.stp_v_recover_0: target.v_recover_0.to_numpy(),
        CELL.stp_v_recover_1: target.v_recover_1.to_numpy(),
    }
    write_cells(dumper, {CELL.stp_i_ramp: ramp, CELL.stp_i_calib: ramp, **voltages, CELL.stp_i_bias_comparator: LARGEST})
    for place, offset in zip(iter_all(SynapseDriverOnDLS), offsets.tolist(), strict=True):
        dumper.write(place, SynapseDriverConfig(offset=offset))


def write_supply_of_lines(dumper: PlaybackProgramBuilderDumper) -> None:
    """The board's 1.2 V at the debug lines of the columns, which set the lines of the synaptic inputs back."""
    _everywhere(dumper, CommonSTPConfigOnDLS, CommonSTPConfig())
    _everywhere(dumper, CommonPADIBusConfigOnDLS, CommonPADIBusConfig())
    pad = PadMultiplexerConfig(synapse_intermediate_mux_to_pad=True)
    pad.synin_debug_excitatory_to_synapse_intermediate_mux = pad.synin_debug_inhibitory_to_synapse_intermediate_mux = True
    dumper.write(PadMultiplexerConfigOnDLS(), pad)
    register = ShiftRegister()
    register.select_analog_readout_mux_1_input = ShiftRegister.AnalogReadoutMux1Input.readout_chain_0
    register.select_analog_readout_mux_2_input = ShiftRegister.AnalogReadoutMux2Input.v_reset
    dumper.write(ShiftRegisterOnBoard(), register)
    supplies = DACChannelBlock.default_ldo_2
    supplies.set_voltage(DACChannelOnBoard.mux_dac_25, 1.2)
    dumper.write(DACChannelBlockOnBoard(), supplies)


def write_wait(dumper: PlaybackProgramBuilderDumper, microseconds: int) -> None:
    """Time for the cells of the analog memory to settle."""
    dumper.write(TimerOnDLS(), Timer())
    dumper.block_until(TimerOnDLS(), Timer.Value(microseconds * int(Timer.Value.fpga_clock_cycles_per_us)))
