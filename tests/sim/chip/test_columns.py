"""Switches below the columns: synaptic currents, and debug lines that reset the lines of the neurons."""

import numpy as np
import pytest

from haldls import CapMemCell, ColumnCurrentQuad, PADIEvent, PadMultiplexerConfig, SynapseDriverConfig, SynapseQuad
from hicannx_sim.base.numbers import number

REST = number("synapse_line_rest")
SYNAPSE_BIAS = 8 * 130 + 128


def event(bench, half=0):
    """One event with address 0 on all rows of a hemisphere."""
    pulse = PADIEvent()
    pulse.fire_bus = [True] * 4
    bench.put(pulse, half)
    bench.chip.advance(bench.chip.now + 200)


@pytest.fixture
def driven(bench):
    """One row of synapses per sign and hemisphere with weights of 30; lines float."""
    for block in range(4):
        bench.put(CapMemCell(1000), block * 3120 + SYNAPSE_BIAS)
    modes = SynapseDriverConfig.RowMode
    synapses = SynapseQuad()
    synapses.weights = [30] * 4
    for half in range(2):
        config = SynapseDriverConfig(enable_receiver=True, row_address_compare_mask=0)
        config.row_mode_bottom, config.row_mode_top = modes.excitatory, modes.inhibitory
        bench.put(config, 128 * half)
        for quad in range(128):
            bench.put(synapses, 16384 * half + quad)
    return bench


def lines(bench):
    """Voltages [line, neuron] of excitatory and inhibitory lines."""
    return np.array([[bench.chip.fabric.analog.voltage(neuron, source) for neuron in range(512)] for source in (1, 2)])


def test_currents_need_their_switch(driven):
    event(driven)
    event(driven, 1)
    np.testing.assert_array_equal(lines(driven), REST)
    quad, switch = ColumnCurrentQuad(), ColumnCurrentQuad.ColumnCurrentSwitch()
    switch.enable_synaptic_current_excitatory = True
    quad.set_switch(1, switch)
    driven.put(quad, 64 + 37)  # bottom hemisphere, column 8 * 5 + 2 * 1 + 1
    event(driven)
    event(driven, 1)
    pulled = np.argwhere(lines(driven) < REST)
    assert pulled.tolist() == [[0, 256 + 43]]


def test_both_lines_of_all_columns(driven):
    driven.connect_synapses()
    event(driven)
    event(driven, 1)
    assert (lines(driven) < REST - 1e-3).all()
    assert set(driven.chip.fabric.columns.current_switches()) == {3}


def supply(bench, volts=1.2):
    """The synaptic debug lines at a voltage from pad 0."""
    mux = PadMultiplexerConfig(synapse_intermediate_mux_to_pad=True)
    mux.synin_debug_excitatory_to_synapse_intermediate_mux = mux.synin_debug_inhibitory_to_synapse_intermediate_mux = True
    bench.put(mux)
    bench.chip.fabric.columns.lines.set_pad(0, volts)


def test_a_debug_line_at_the_supply_resets_the_lines(driven):
    supply(driven)
    driven.connect_synapses()
    for _ in range(5):
        event(driven)
    held = lines(driven)[:, :256]
    driven.chip.advance(driven.chip.now + 500)
    np.testing.assert_allclose(lines(driven)[:, :256], held, atol=1e-3)  # they float: 1 us does not help
    driven.connect_synapses(enable_debug_excitatory=True)
    driven.chip.advance(driven.chip.now + 500)
    excitatory, inhibitory = lines(driven)[:, :256]
    np.testing.assert_allclose(excitatory, REST, atol=1e-6)
    np.testing.assert_allclose(inhibitory, held[1], atol=1e-3)
    driven.connect_synapses()
    event(driven)
    assert (lines(driven)[0, :256] < REST - 1e-3).all()


@pytest.mark.parametrize("volts", [np.nan, 0.5])
def test_a_debug_line_elsewhere_has_no_effect_and_counts(driven, volts):
    supply(driven, volts)
    driven.connect_synapses()
    event(driven)
    before = lines(driven)
    driven.connect_synapses(enable_debug_excitatory=True, enable_debug_inhibitory=True)
    driven.chip.advance(driven.chip.now + 500)
    np.testing.assert_allclose(lines(driven), before, atol=1e-3)
    assert driven.chip.fabric.counters()["lines_joined_elsewhere"] > 0


def test_a_multiplexer_that_closes_later_acts(driven):
    driven.chip.fabric.columns.lines.set_pad(0, 1.2)
    driven.connect_synapses()
    event(driven)
    driven.connect_synapses(enable_debug_excitatory=True, enable_debug_inhibitory=True)
    assert (lines(driven)[:, :256] < REST - 1e-3).all()
    supply(driven)
    driven.chip.advance(driven.chip.now + 500)
    np.testing.assert_allclose(lines(driven), REST, atol=1e-6)


def test_reset_opens_all_switches(driven):
    driven.connect_synapses()
    driven.chip.reset(driven.chip.now)
    assert not driven.chip.fabric.analog.column_switches.any()
