"""The common network workload on the whole chip, beside Brian2 running the bare network.

Every input spike comes over the link, passes the crossbar to a bus of both hemispheres and to a driver with short-term plasticity, which
pulses its two rows; the labels of the synapses decide which row means the spike. Every output spike leaves through the crossbar. The fast
converter records one membrane all the time, the parallel converters see all 512 membranes every 20 us. All correlation sensors store
the pairs of their pulses.
"""

import importlib.util
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import haldls
from halco import CapMemCellOnCapMemBlock, CapMemCellOnDLS, EntryOnQuad
from hicannx_sim.anncore.core import LEVELS
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.crossbar import wiring

spec = importlib.util.spec_from_file_location("network_bench", Path(__file__).parent / "test_network.py")
assert spec is not None and spec.loader is not None
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)
net = bench.net

MS, CONVERSION_PERIOD = 500_000, 10_000  # ticks
CONVERSIONS = [int(address) for address in haldls.CADCSampleQuad.read_addresses()[:: 65536, 0]]  # one per hemisphere
LINK = 8  # first input and output of the crossbar that belong to the link
MODE = haldls.SynapseDriverConfig.RowMode
SHARED_CELLS = {
    "neuron_i_bias_readout_amp": 110, "cadc_v_bias_ramp_buf": 400, "cadc_i_bias_comp": 1022, "cadc_i_bias_vreset_buf": 1022,
    "cadc_v_ramp_offset": 60, "cadc_i_ramp_slope": 350, "stp_i_ramp": 600, "stp_i_calib": 600, "stp_i_bias_comparator": 1022,
    "stp_v_charge_0": 200, "stp_v_recover_0": 29, "syn_i_bias_store": 70, "syn_i_bias_ramp": 80, "syn_i_bias_corout": 600,
}  # fmt: skip
READOUT_CELLS = {
    "readout_ac_mux_i_bias": 500, "readout_madc_in_500na": 500, "readout_sc_amp_i_bias": 500, "readout_sc_amp_v_ref": 400,
    "readout_pseudo_diff_v_ref": 400,
}  # fmt: skip


def put(chip: Chip, container: Any, places: Iterable[int] = (0,)) -> None:
    """One container at many coordinates (enums)."""
    for addresses in type(container).write_addresses(list(places)):
        chip.write_all(addresses, container.encode())


def write_cells(chip: Chip) -> None:
    for name, code in SHARED_CELLS.items():
        for block in range(4):
            put(chip, haldls.CapMemCell(code), [3120 * block + int(getattr(CapMemCellOnCapMemBlock, name).toEnum())])
    for name, code in READOUT_CELLS.items():
        put(chip, haldls.CapMemCell(code), [int(getattr(CapMemCellOnDLS, name).toEnum())])


def write_columns(chip: Chip) -> None:
    """Synaptic currents to the neurons, neurons to the parallel converters."""
    current, quad = haldls.ColumnCurrentQuad.ColumnCurrentSwitch(), haldls.ColumnCurrentQuad()
    current.enable_synaptic_current_excitatory = current.enable_synaptic_current_inhibitory = True
    seen, converters = haldls.ColumnCorrelationQuad.ColumnCorrelationSwitch(), haldls.ColumnCorrelationQuad()
    seen.enable_cadc_neuron_readout_causal = seen.enable_cadc_neuron_readout_acausal = True
    for entry in range(4):
        quad.set_switch(EntryOnQuad(entry), current)
        converters.set_switch(EntryOnQuad(entry), seen)
    put(chip, quad, range(128))
    put(chip, converters, range(128))


def write_converters(chip: Chip) -> None:
    put(chip, haldls.CADCConfig(enable=True), range(2))
    put(chip, haldls.CommonCorrelationConfig(), range(2))
    put(chip, haldls.CADCChannelConfig(), range(1024))
    selection = haldls.ReadoutSourceSelection()
    multiplexer = selection.get_buffer(0)
    multiplexer.neuron_even = [True, False]
    selection.set_buffer(0, multiplexer)
    put(chip, selection)
    put(chip, haldls.MADCConfig())


def write_routes(chip: Chip) -> None:
    """Source s: driver s // 2 of both hemispheres, label s % 2. Bits 11 and 12 of a label choose the bus."""
    for node, (source, output) in enumerate(wiring()):
        mask, target = (0, 0) if source < LINK <= output else (3 << 11, output % 4 << 11) if source == LINK > output else (0, 0x3FFF)
        put(chip, haldls.CrossbarNode(mask=mask, target=target), [node])
    put(chip, haldls.CommonPADIBusConfig(enable_spl1=[True] * 4), range(2))
    put(chip, haldls.CommonSTPConfig(enable_recovery_clock=True, recovery_clock_speed=2), range(2))
    for number in range(128):
        driver = haldls.SynapseDriverConfig(enable_receiver=True, row_address_compare_mask=31)
        driver.enable_stp, driver.enable_recovery, driver.offset = True, True, 7
        driver.row_mode_bottom = driver.row_mode_top = MODE.excitatory if 2 * number < net.EXCITATORY else MODE.inhibitory
        put(chip, driver, [number, 128 + number])
    chip.fabric.analog.labels[:] = (np.arange(512) % 2)[:, None]


def build() -> Chip:
    chip = Chip(VirtualChip(1, "ideal"))
    put(chip, haldls.CommonNeuronBackendConfig(clock_scale_adaptation_pulse=6), range(2))
    neurons = bench.CONFIG | bench.ADEX | {"enable_readout_amplifier": 1}
    bench.configure(chip.fabric.analog, neurons, bench.BACKEND)
    put(chip, haldls.NeuronBackendConfig(**bench.BACKEND, enable_spike_out=True), range(net.NEURONS))
    for write in (write_cells, write_columns, write_converters, write_routes):
        write(chip)
    chip.fabric.analog.neuron_config[0] = bench.words(haldls.NeuronConfig, **neurons, enable_readout=1)
    chip.fabric.analog.touch_neuron(0)
    return chip


def record(chip: Chip) -> None:
    put(chip, haldls.MADCControl(wake_up=True, enable_pre_amplifier=True))
    chip.advance(chip.now + 10_000)
    put(chip, haldls.MADCControl(start_recording=True, enable_pre_amplifier=True, enable_continuous_sampling=True))


class Run:
    """A millisecond after the other: input over the link, output and samples taken, conversions on the way."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        step, source = net.input_spikes(1.0)
        driver = source // 2
        self.labels = (driver % 4 << 11 | driver // 4 << 6 | source % 2).astype(np.uint16)
        self.ticks = step * bench.GRID

    def __call__(self) -> None:
        begin = self.chip.now
        self.chip.spikes(self.labels, begin + self.ticks)
        for tick in range(begin, begin + MS, CONVERSION_PERIOD):
            self.chip.advance(tick)
            for address in CONVERSIONS:
                self.chip.read(address, self.chip.now)
        self.chip.advance(begin + MS)
        self.out = self.chip.take_out()


@pytest.mark.benchmark(group="1 ms of network on the whole chip", timer=time.process_time)
@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
def test_whole_chip(benchmark: Any, level: int, brian2_peer: dict[str, float] | None) -> None:
    chip = build()
    chip.fabric.analog.level = chip.fabric.sensors.instructions = level
    record(chip)
    run = Run(chip)
    benchmark.pedantic(run, rounds=7, warmup_rounds=1)
    found, rate = chip.fabric.counters(), float((run.out["kind"] == 0).sum()) / net.NEURONS
    assert 10 < rate < 40
    recorded = run.out["body"][run.out["kind"] == 1].astype(int)
    assert recorded.size == pytest.approx(MS / 17, abs=5)  # some are on their way
    assert np.ptp(recorded) > 100 and np.median(np.abs(np.diff(recorded))) < 5  # a membrane, not noise
    assert found["events_modulated"] == found["padi_from_crossbar"] > 0 == found["driver_unmatched"]
    assert (chip.fabric.sensors.stored() > 0).mean() > 0.9
    assert found["cadc_conversions"] % 100 == 0 == found["cadc_floating"]
    samples = chip.fabric.cadc.read()
    assert 20 < samples.mean() < 220 and samples.std() > 5
    bench.compare(benchmark, f"whole chip, {LEVELS[level]}", rate, brian2_peer)
