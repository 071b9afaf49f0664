"""A setup that lacks one thing: the explanation names the register that lacks it. A complete one: nothing to explain."""

import subprocess
import sys

import numpy as np
import pytest

import hicannx
from dlens_vx_v3 import hal, halco, lola, sta
from hicannx_sim.trust.explain.finding import Path, place

US = 125  # FPGA cycles
NEURON = halco.AtomicNeuronOnDLS(halco.NeuronColumnOnDLS(0), halco.NeuronRowOnDLS.top)
DRIVER = halco.SynapseDriverOnDLS(halco.SynapseDriverOnSynapseDriverBlock(4), halco.SynapseDriverBlockOnDLS.top)
LABEL = 5


def wait(builder, microseconds):
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(microseconds * US))


def cell(builder, name, value):
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        builder.write(halco.CapMemCellOnDLS(getattr(halco.CapMemCellOnCapMemBlock, name), block), hal.CapMemCell(value))


def explained(fill, *later):
    """(register, coordinate, write) of all findings after SystemInit and the programs that fill one builder each."""
    with hicannx.connect(mode="ideal") as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        for part in (fill, *later):
            part(builder)
            sta.run(connection, [builder.done()])
            builder = sta.PlaybackProgramBuilder()
        found, system = hicannx.explain(connection), hicannx.system_of(connection)
        assert set(system.explain(known=system.explain(ended=False))) == set(found)
        return [(one.register, one.coordinate, one.write) for one in found]


def registers(found):
    return [register for register, _, _ in found]


# ------------------------------------------------------------------------------------------------------------ neurons
def firing():
    neuron = lola.AtomicNeuron()
    neuron.leak.v_leak, neuron.leak.i_bias = 1000, 150
    neuron.threshold.enable, neuron.threshold.v_threshold = True, 343
    neuron.reset.v_reset, neuron.reset.i_bias, neuron.reset.enable_multiplication = 548, 1022, True
    neuron.membrane_capacitance.capacitance = 63
    neuron.event_routing = lola.AtomicNeuron.EventRouting.enabled
    return neuron


NEURON_CASES = {
    "": [],
    "adaptation": [("CapMemCell", "i_bias_adapt_a")],
    "exponential": [("CapMemCell", "i_bias_exp")],
    "rest": [("CapMemCell", "v_threshold")],
    "patience": [("CapMemCell", "i_bias_leak")],
    "clocks": [("CommonNeuronBackendConfig", "enable_clocks"), ("CommonNeuronBackendConfig", "enable_event_registers")],
    "routing": [("NeuronConfig", "enable_fire"), ("NeuronBackendConfig", "enable_spike_out")],
    "threshold": [("NeuronConfig", "enable_threshold_comparator")],
    "leak": [("CapMemCell", "i_bias_leak")],
    "reset": [("CapMemCell", "i_bias_reset")],
    "reset voltage": [("CapMemCell", "v_reset")],
    "capacitor": [("NeuronConfig", "membrane_capacitor_size")],
    "route": [("CrossbarNode", "CrossbarNode()")],
    "recording": [("EventRecordingConfig", "enable_event_recording")],
    "reference": [("ReferenceGeneratorConfig", "enable_internal_reference")],
}


@pytest.mark.parametrize("forgotten", NEURON_CASES)
def test_neurons_that_should_fire(forgotten):
    def fill(builder):
        neuron = firing()
        if forgotten != "clocks":
            for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
                builder.write(block, hal.CommonNeuronBackendConfig())
        if forgotten == "route":
            for node in halco.iter_all(halco.CrossbarNodeOnDLS):
                builder.write(node, hal.CrossbarNode.drop_all)
        if forgotten == "recording":
            builder.write(halco.EventRecordingConfigOnFPGA(), hal.EventRecordingConfig(enable_event_recording=False))
        if forgotten == "reference":
            builder.write(halco.ReferenceGeneratorConfigOnDLS(), hal.ReferenceGeneratorConfig(enable_internal_reference=False))
        if forgotten == "routing":
            neuron.event_routing = lola.AtomicNeuron.EventRouting.disabled
        if forgotten == "leak":
            neuron.leak.i_bias = 0
        if forgotten == "reset":
            neuron.reset.i_bias = 0
        if forgotten == "reset voltage":
            neuron.reset.v_reset = 1000
        if forgotten == "capacitor":
            neuron.membrane_capacitance.capacitance = 0
        if forgotten == "rest":
            neuron.leak.v_leak = 300
        if forgotten == "patience":
            neuron.leak.i_bias = 1
        neuron.adaptation.enable, neuron.exponential.enable = forgotten == "adaptation", forgotten == "exponential"
        neuron.threshold.enable = forgotten != "threshold"
        builder.write(NEURON, neuron)
        wait(builder, 1000)

    found = explained(fill)
    wanted = NEURON_CASES[forgotten]
    assert all(any(register == name and part in write for name, _, write in found) for register, part in wanted), found
    assert bool(found) == bool(wanted), found
    if forgotten == "routing":
        assert found[0][1] == "AtomicNeuronOnDLS(NeuronColumnOnDLS(0), NeuronRowOnDLS(0))"
    if forgotten == "route":
        assert found[0][1] == "CrossbarNodeOnDLS(CrossbarOutputOnDLS(8), CrossbarInputOnDLS(0))"


def test_neurons_whose_spikes_nobody_wants():
    """Every way out of the crossbar is closed on purpose, and recording begins only when the spikes are gone."""

    def fill(builder):
        neuron = firing()
        for node in halco.iter_all(halco.CrossbarNodeOnDLS):
            builder.write(node, hal.CrossbarNode.drop_all)
        neuron.threshold.enable = False
        builder.write(NEURON, neuron)
        wait(builder, 1000)

    assert explained(fill) == []


def test_recording_that_begins_later():
    def fill(builder):
        for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
            builder.write(block, hal.CommonNeuronBackendConfig())
        builder.write(halco.EventRecordingConfigOnFPGA(), hal.EventRecordingConfig(enable_event_recording=False))
        builder.write(NEURON, firing())
        wait(builder, 1000)
        silent = firing()
        silent.leak.v_leak = silent.reset.v_reset = 500
        builder.write(NEURON, silent)
        wait(builder, 1000)
        builder.write(halco.EventRecordingConfigOnFPGA(), hal.EventRecordingConfig(enable_event_recording=True))
        wait(builder, 100)
        builder.write(halco.EventRecordingConfigOnFPGA(), hal.EventRecordingConfig(enable_event_recording=False))

    assert explained(fill) == []


@pytest.mark.parametrize("sends", [False, True])
@pytest.mark.parametrize("converts", [False, True])
def test_who_uses_the_parallel_converter_may_do_without_events(converts, sends):
    def fill(builder):
        for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
            builder.write(block, hal.CommonNeuronBackendConfig())
        builder.write(halco.EventRecordingConfigOnFPGA(), hal.EventRecordingConfig(enable_event_recording=False))
        builder.write(halco.CADCConfigOnDLS(), hal.CADCConfig(enable=True))
        neuron = firing()
        neuron.event_routing.enable_digital = sends
        builder.write(NEURON, neuron)
        wait(builder, 1000)
        if converts:
            builder.read(halco.CADCSampleRowOnDLS())
            wait(builder, 100)

    wanted = "EventRecordingConfig" if sends else "NeuronBackendConfig"
    assert (wanted in registers(explained(fill))) != converts


# ------------------------------------------------------------------------------------------------------------ spikes of the host
def listening():
    neuron = firing()
    neuron.leak.v_leak, neuron.threshold.v_threshold = 500, 600
    neuron.excitatory_input.enable, neuron.excitatory_input.enable_small_capacitance = True, False
    neuron.excitatory_input.i_bias_tau, neuron.excitatory_input.i_bias_gm, neuron.excitatory_input.i_shift_reference = 20, 1022, 300
    return neuron


SPIKE_CASES = {
    "": (None, ""),
    "route": ("CrossbarNode", "CrossbarNode()"),
    "bus": ("CommonPADIBusConfig", "enable_spl1"),
    "receiver": ("SynapseDriverConfig", "enable_receiver"),
    "row select": ("SynapseDriverConfig", "row_address_compare_mask"),
    "mode": ("SynapseDriverConfig", "row_mode_top"),
    "address": ("SynapseDriverConfig", "enable_address_out"),
    "weights": ("SynapseQuad", "weights"),
    "labels": ("SynapseQuad", "labels"),
    "switches": ("ColumnCurrentQuad", "enable_synaptic_current_excitatory"),
    "bias": ("CapMemCell", "syn_i_bias_dac"),
    "node label": ("CrossbarNode", "label & mask == target"),
    "strength": ("CapMemCell", "v_threshold"),
    "input": ("NeuronConfig", "enable_synaptic_input_excitatory"),
    "input bias": ("CapMemCell", "i_bias_synin_exc_gm"),
}


def spikes(builder, row_select):
    label = halco.SpikeLabel()
    label.row_select_address, label.synapse_label = row_select, LABEL
    for number in range(20):
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(1000 * US + 100 * number))
        builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([label]))


def way_to_a_neuron(forgotten="", open_crossbar=False):
    """A program with spikes for the neuron and everything on their way that it needs, but for what is forgotten."""

    def fill(builder):
        for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
            builder.write(block, hal.CommonNeuronBackendConfig())
        cell(builder, "syn_i_bias_dac", 0 if forgotten == "bias" else 1022)
        if not open_crossbar:
            for node in halco.iter_all(halco.CrossbarNodeOnDLS):
                builder.write(node, hal.CrossbarNode.drop_all)
            for output, source in ((0, 8), (8, 0))[forgotten == "route" :]:
                node = hal.CrossbarNode()
                if forgotten == "node label" and source == 8:
                    node.mask, node.target = halco.NeuronLabel(1), halco.NeuronLabel(0)
                builder.write(halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(output), halco.CrossbarInputOnDLS(source)), node)
        bus = hal.CommonPADIBusConfig()
        bus.enable_spl1[halco.PADIBusOnPADIBusBlock(0)] = forgotten != "bus"
        builder.write(halco.CommonPADIBusConfigOnDLS.top, bus)
        driver, mode = hal.SynapseDriverConfig(), hal.SynapseDriverConfig.RowMode
        driver.enable_receiver, driver.enable_address_out = forgotten != "receiver", forgotten != "address"
        driver.row_mode_top = driver.row_mode_bottom = mode.disabled if forgotten == "mode" else mode.excitatory
        builder.write(DRIVER, driver)
        switches = lola.ColumnCurrentRow()
        switches.values[halco.SynapseOnSynapseRow(0)].enable_synaptic_current_excitatory = forgotten != "switches"
        builder.write(halco.ColumnCurrentRowOnDLS.top, switches)
        for row in DRIVER.toSynapseDriverOnSynapseDriverBlock().toSynapseRowOnSynram():
            values = lola.SynapseRow()
            values.weights.from_numpy(np.full(256, {"weights": 0, "strength": 1}.get(forgotten, 63)))
            values.labels.from_numpy(np.full(256, LABEL + 1 if forgotten == "labels" else LABEL))
            builder.write(halco.SynapseRowOnDLS(row, halco.SynramOnDLS.top), values)
        neuron = listening()
        neuron.excitatory_input.enable = forgotten != "input"
        neuron.excitatory_input.i_bias_gm *= forgotten != "input bias"
        if forgotten == "all of the neuron":
            neuron = lola.AtomicNeuron()
            neuron.event_routing = lola.AtomicNeuron.EventRouting.enabled
        builder.write(NEURON, neuron)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        spikes(builder, 9 if forgotten == "row select" else 1)
        wait(builder, 1000)

    return fill


@pytest.mark.parametrize("open_crossbar", [False, True])
@pytest.mark.parametrize("forgotten", SPIKE_CASES)
def test_spikes_that_should_make_a_neuron_fire(forgotten, open_crossbar):
    """With the crossbar as SystemInit leaves it, too: spikes come back to the host then, and go to buses where nobody listens."""
    if forgotten in ("route", "node label") and open_crossbar:
        pytest.skip("nothing is forgotten there")
    register, part = SPIKE_CASES[forgotten]
    found = explained(way_to_a_neuron(forgotten, open_crossbar))
    assert [one[0] for one in found] == ([register] if register else []), found
    assert all(part in write for _, _, write in found), found


def test_a_neuron_that_only_sends_its_spikes():
    """Nobody has given it a calibration: the first that events meet is an input that is off."""
    found = explained(way_to_a_neuron("all of the neuron"))
    assert registers(found) == ["NeuronConfig", "CapMemCell"], found
    assert "enable_synaptic_input_excitatory" in found[0][2] and "i_bias_synin_exc_gm" in found[1][2]


@pytest.mark.parametrize("events", [False, True])
def test_an_input_that_is_switched_off_after_its_events(events):
    """Only what comes while a neuron is configured as it is, and before somebody looks, can miss something there."""

    def switch_off(builder):
        neuron = listening()
        neuron.threshold.enable, neuron.event_routing = False, lola.AtomicNeuron.EventRouting()
        neuron.readout.enable_amplifier, neuron.excitatory_input.enable = True, False
        builder.write(NEURON, neuron)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        if events:
            spikes(builder, 1)
        wait(builder, 3000)
        builder.write(halco.CADCConfigOnDLS(), hal.CADCConfig(enable=True))
        builder.read(halco.CADCSampleRowOnDLS())
        wait(builder, 100)

    found = explained(way_to_a_neuron("strength"), switch_off)
    assert ("NeuronConfig" in registers(found)) == events, found


def test_all_come_back_through_the_open_crossbar():
    """Buses where nobody listens lose nothing."""
    with hicannx.connect() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        builder.write(halco.TimerOnDLS(), hal.Timer())
        spikes(builder, 0)
        wait(builder, 100)
        program = builder.done()
        sta.run(connection, [program])
        assert len(program.spikes) == 20 and not hicannx.explain(connection)
        assert "events lost" not in hicannx.report(connection) and hicannx.events(connection)["PADI buses"].filtered == 160


def test_a_route_to_another_bus():
    def fill(builder):
        for node in halco.iter_all(halco.CrossbarNodeOnDLS):
            builder.write(node, hal.CrossbarNode.drop_all)
        node = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(1), halco.CrossbarInputOnDLS(8))
        builder.write(node, hal.CrossbarNode())
        driver = hal.SynapseDriverConfig(enable_receiver=True)
        driver.row_mode_top = hal.SynapseDriverConfig.RowMode.excitatory
        builder.write(DRIVER, driver)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        spikes(builder, 1)
        wait(builder, 100)

    (found,) = explained(fill)
    assert found[:2] == ("CrossbarNode", "CrossbarNodeOnDLS(CrossbarOutputOnDLS(0), CrossbarInputOnDLS(8))")


def test_spikes_that_are_counted_where_they_are():
    """Nobody wants them at the host who reads the counters of the neurons."""

    def fill(builder):
        for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
            builder.write(block, hal.CommonNeuronBackendConfig())
        neuron = firing()
        neuron.event_routing.enable_digital = False
        builder.write(NEURON, neuron)
        wait(builder, 1000)

    def read(builder):
        builder.read(halco.SpikeCounterReadOnDLS())
        wait(builder, 10)

    assert registers(explained(fill)) == ["NeuronBackendConfig"] and not explained(fill, read)


@pytest.mark.parametrize("synchronised", [False, True])
def test_spikes_without_a_time(synchronised):
    """A later session has to synchronise its times as well."""
    with hicannx.connect() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, [builder.done()])
        connection.connections[0].system.fpga.new_session()
        builder = sta.PlaybackProgramBuilder()
        builder.write(halco.SystimeSyncOnFPGA(), hal.SystimeSync(synchronised))
        builder.write(halco.TimerOnDLS(), hal.Timer())
        spikes(builder, 0)
        wait(builder, 100)
        program = builder.done()
        sta.run(connection, [program])
        assert len(program.spikes) == 20
        assert registers([(found.register, "", "") for found in hicannx.explain(connection)]) == ["SystimeSync"][synchronised:]


def test_spikes_without_a_link():
    with hicannx.connect() as connection:
        builder = sta.PlaybackProgramBuilder()
        builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(0)]))
        wait(builder, 10)
        sta.run(connection, [builder.done()])
        assert [found.register for found in hicannx.explain(connection)] == ["CommonPhyConfigFPGA"]


# ------------------------------------------------------------------------------------------------------------ hagen mode, sources
@pytest.mark.parametrize(
    ("forgotten", "wanted"), [("", []), ("enable_stp", ["SynapseDriverConfig"]), ("enable_hagen_dac", ["SynapseDriverConfig"])]
)
def test_hagen_mode(forgotten, wanted):
    def fill(builder):
        for name, value in (("stp_i_bias_comparator", 300), ("stp_i_ramp", 600), ("stp_i_calib", 600)):
            cell(builder, name, value)
        for name in ("hagen_ibias_dac_top", "hagen_ibias_dac_bottom"):
            builder.write(getattr(halco.CapMemCellOnDLS, name), hal.CapMemCell(820))
        bus = hal.CommonPADIBusConfig()
        bus.enable_spl1[halco.PADIBusOnPADIBusBlock(0)] = True
        builder.write(halco.CommonPADIBusConfigOnDLS.top, bus)
        driver = hal.SynapseDriverConfig()
        driver.enable_receiver = driver.enable_hagen_modulation = driver.enable_stp = driver.enable_hagen_dac = True
        driver.row_mode_top = hal.SynapseDriverConfig.RowMode.excitatory
        if forgotten:
            setattr(driver, forgotten, False)
        builder.write(DRIVER, driver)
        for row in DRIVER.toSynapseDriverOnSynapseDriverBlock().toSynapseRowOnSynram():
            values = lola.SynapseRow()
            values.weights.from_numpy(np.full(256, 63))
            values.labels.from_numpy(np.full(256, LABEL))
            builder.write(halco.SynapseRowOnDLS(row, halco.SynramOnDLS.top), values)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        spikes(builder, 1)
        wait(builder, 100)

    found = explained(fill)
    assert registers(found) == wanted and all(forgotten in write and coordinate == str(DRIVER) for _, coordinate, write in found), found


@pytest.mark.parametrize(
    ("rate", "seed", "closed", "wanted"),
    [(255, 1, False, None), (255, 1, True, "CrossbarNode"), (0, 1, False, None), (255, 0, False, "seed")],
)
def test_background_sources(rate, seed, closed, wanted):
    def fill(builder):
        config = hal.BackgroundSpikeSource()
        config.enable, config.enable_random = True, True
        config.period, config.rate, config.seed = 100, rate, seed
        for node in halco.iter_all(halco.CrossbarNodeOnDLS):
            builder.write(node, hal.CrossbarNode.drop_all if closed else hal.CrossbarNode())
        builder.write(halco.BackgroundSpikeSourceOnDLS(3), config)
        wait(builder, 1000)

    found = explained(fill)
    assert len(found) == (wanted is not None) and all(wanted in write for _, _, write in found), found


# ------------------------------------------------------------------------------------------------------------ converters
def reading():
    neuron = lola.AtomicNeuron()
    neuron.leak.v_leak, neuron.leak.i_bias = 700, 1000
    neuron.readout.source = lola.AtomicNeuron.Readout.Source.membrane
    neuron.readout.enable_amplifier = neuron.readout.enable_buffered_access = True
    return neuron


MADC_CELLS = [
    "readout_ac_mux_i_bias",
    "readout_madc_in_500na",
    "readout_sc_amp_i_bias",
    "readout_sc_amp_v_ref",
    "readout_pseudo_diff_v_ref",
]
MADC_CASES = {
    "": [],
    "wake": [("MADCControl", "wake_up")],
    "start": [("MADCControl", "start_recording")],
    "patience": [("Timer.Value", "block_until")],
    "number": [("MADCConfig", "number_of_samples")],
    "chain": [("ReadoutSourceSelection", "input_mux"), ("CapMemCell", "ReadoutChain")],
    "line": [("ReadoutSourceSelection", "input_mux")],
    "mux": [("MADCConfig", "signal_selection_connect_active_mux")],
    "neuron": [("NeuronConfig", "enable_readout_amplifier"), ("NeuronConfig", "enable_readout")],
    "amplifier": [("CapMemCell", "neuron_i_bias_readout_amp")],
    "preamplifier": [("MADCControl", "enable_pre_amplifier")],
    **{name: [("CapMemCell", "ReadoutChain")] for name in MADC_CELLS},
}


@pytest.mark.parametrize("forgotten", MADC_CASES)
def test_samples_of_the_fast_converter(forgotten):
    options = {"enable_pre_amplifier": forgotten != "preamplifier"}

    def fill(builder):
        cell(builder, "neuron_i_bias_readout_amp", 0 if forgotten == "amplifier" else 110)
        builder.write(NEURON, lola.AtomicNeuron() if forgotten == "neuron" else reading())
        chain = lola.ReadoutChain()
        chain.input_mux[0].neuron_even[halco.HemisphereOnDLS.top] = forgotten != "line"
        chain.madc.number_of_samples = 0 if forgotten == "number" else 1000
        if forgotten == "chain":
            builder.write(halco.MADCConfigOnDLS(), hal.MADCConfig(number_of_samples=1000))
        else:
            builder.write(halco.ReadoutChainOnDLS(), chain)
        if forgotten in MADC_CELLS:
            builder.write(getattr(halco.CapMemCellOnDLS, forgotten), hal.CapMemCell(0))
        if forgotten == "mux":
            builder.write(halco.MADCConfigOnDLS(), hal.MADCConfig(number_of_samples=1000, signal_selection_connect_active_mux=False))
        if forgotten != "wake":
            builder.write(halco.MADCControlOnDLS(), hal.MADCControl(wake_up=True, **options))
        wait(builder, 1000)

    def start(builder):
        if forgotten != "start":
            builder.write(halco.MADCControlOnDLS(), hal.MADCControl(start_recording=True, **options))
            if forgotten == "patience":
                return
            wait(builder, 20)
            builder.write(halco.MADCControlOnDLS(), hal.MADCControl())
        wait(builder, 100)

    found = explained(fill, start)
    wanted = MADC_CASES[forgotten]
    assert registers(found) == [register for register, _ in wanted] and all(
        part in one[2] for one, (_, part) in zip(found, wanted, strict=True)
    ), found
    assert forgotten not in MADC_CELLS or found[0][1] == place("CapMemCellOnDLS", getattr(halco.CapMemCellOnDLS, forgotten).toEnum())


@pytest.mark.parametrize("pad", [0, 1])
def test_samples_of_a_pad_that_is_not_connected(pad):
    def fill(builder):
        builder.write(NEURON, reading())
        chain = lola.ReadoutChain()
        setattr(chain.input_mux[0], ("debug_plus", "debug_minus")[pad], True)
        chain.madc.number_of_samples = 100
        builder.write(halco.ReadoutChainOnDLS(), chain)
        builder.write(halco.MADCControlOnDLS(), hal.MADCControl(wake_up=True, enable_pre_amplifier=True))
        wait(builder, 1000)

    def start(builder):
        builder.write(halco.MADCControlOnDLS(), hal.MADCControl(start_recording=True, enable_pre_amplifier=True))
        wait(builder, 20)
        builder.write(halco.MADCControlOnDLS(), hal.MADCControl())
        wait(builder, 100)

    found = explained(fill, start)
    assert [(register, coordinate) for register, coordinate, _ in found] == [("PadMultiplexerConfig", f"PadMultiplexerConfigOnDLS({pad})")]


RAMP = ["CapMemCell"] * 4
CADC_CASES = {
    "": [],
    "enable": ["CADCConfig"],
    "ramp": RAMP,
    "switches": ["ColumnCorrelationQuad"],
    "all but enable": [*RAMP, "ColumnCorrelationQuad"],
    "neuron": ["NeuronConfig"],
    "amplifier": ["CapMemCell"],
}


@pytest.mark.parametrize("forgotten", CADC_CASES)
def test_samples_of_the_parallel_converter(forgotten):
    def fill(builder):
        cell(builder, "neuron_i_bias_readout_amp", 0 if forgotten == "amplifier" else 110)
        for neuron in halco.iter_all(halco.AtomicNeuronOnDLS):
            builder.write(neuron, lola.AtomicNeuron() if forgotten == "neuron" else reading())
        chain = lola.CADCReadoutChain()
        chain.ramp.enable = forgotten != "enable"
        for side in halco.iter_all(halco.CapMemBlockOnHemisphere):
            if forgotten != "ramp":
                chain.ramp.v_offset[side], chain.ramp.i_slope[side], chain.ramp.v_bias_buffer[side] = 60, 350, 400
                chain.ramp.i_bias_comparator[side] = chain.ramp.i_bias_vreset_buffer[side] = 1022
        for column in halco.iter_all(halco.CADCChannelColumnOnSynram):
            for channels in (chain.channels_causal, chain.channels_acausal):
                channels[column].enable_connect_neuron = forgotten != "switches"
        for half in halco.iter_all(halco.CADCOnDLS):
            if forgotten == "all but enable":
                builder.write(half.toCADCConfigOnDLS(), hal.CADCConfig(enable=True))
            else:
                builder.write(half, chain)
        wait(builder, 1000)
        builder.read(halco.CADCSamplesOnDLS())
        wait(builder, 10)

    assert registers(explained(fill)) == 2 * CADC_CASES[forgotten], "of both halves"


# ------------------------------------------------------------------------------------------------------------ processors
@pytest.mark.parametrize(("control", "wanted"), [({}, None), (None, "inhibit_reset"), ({"force_clock_off": True}, "force_clock_off")])
def test_a_program_that_does_not_run(control, wanted):
    def fill(builder):
        for address, word in enumerate((0x48000040, *[0x60000000] * 40)):  # a branch to instructions that do nothing
            builder.write(
                halco.PPUMemoryWordOnDLS(halco.PPUMemoryWordOnPPU(address), halco.PPUOnDLS.top),
                hal.PPUMemoryWord(hal.PPUMemoryWord.Value(word)),
            )
        if control is not None:
            builder.write(halco.PPUControlRegisterOnDLS.top, hal.PPUControlRegister(inhibit_reset=True, **control))
        wait(builder, 10)
        builder.write(halco.PPUControlRegisterOnDLS.top, hal.PPUControlRegister(inhibit_reset=control is not None, **(control or {})))

    found = explained(fill)
    assert len(found) == (wanted is not None) and all(wanted in write for _, _, write in found), found


def test_a_processor_without_a_program():
    def fill(builder):
        builder.write(halco.PPUControlRegisterOnDLS.bottom, hal.PPUControlRegister(inhibit_reset=True))
        wait(builder, 10)

    assert [found[:2] for found in explained(fill)] == [("PPUMemory", "PPUMemoryOnDLS(1)")]


def test_a_processor_whose_program_is_gone_when_it_has_run():
    def fill(builder):
        memory = halco.PPUMemoryWordOnDLS(halco.PPUMemoryWordOnPPU(0), halco.PPUOnDLS.bottom)
        builder.write(memory, hal.PPUMemoryWord(hal.PPUMemoryWord.Value(0x48000000)))  # branches to itself
        builder.write(halco.PPUControlRegisterOnDLS.bottom, hal.PPUControlRegister(inhibit_reset=True))
        wait(builder, 10)
        builder.write(halco.PPUControlRegisterOnDLS.bottom, hal.PPUControlRegister(inhibit_reset=False))
        builder.write(memory, hal.PPUMemoryWord())
        wait(builder, 10)

    assert explained(fill) == []


# ------------------------------------------------------------------------------------------------------------ how it is told
SCRIPT = """
import sys
from dlens_vx_v3 import hal, halco, hxcomm, sta
with hxcomm.ManagedConnection() as connection:
    builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    if "wake" in sys.argv:
        builder.write(halco.MADCControlOnDLS(), hal.MADCControl(wake_up=True))
    builder.write(halco.MADCConfigOnDLS(), hal.MADCConfig(number_of_samples=10))
    builder.write(halco.MADCControlOnDLS(), hal.MADCControl(start_recording=True))
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(10000))
    for _ in range(2):
        sta.run(connection, [builder.done()])
print("end of the script")
"""
SENTENCE = "0 samples of the MADC after 1 start: the converter is off. Missing: write MADCControl with wake_up = True"


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return str(path)


def outcome(*command, **environment):
    import os

    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_warning_at_the_end_of_a_run(script):
    """Once, and not among what the script prints."""
    code, printed, told = outcome(sys.executable, script)
    assert (code, printed) == (0, "end of the script\n") and told.count(SENTENCE) == 1 and "HICANNX_EXPLAIN=0 turns this off" in told
    assert outcome(sys.executable, script, HICANNX_EXPLAIN="0") == (0, "end of the script\n", "")
    assert outcome(sys.executable, script, "wake") == (0, "end of the script\n", "")


def test_a_script_that_closes_nothing(script, tmp_path):
    """It is told the same, while the interpreter is still whole."""
    left = tmp_path / "left.py"
    opened = "import json\nconnection = json.left = hxcomm.ManagedConnection().__enter__()\nif True:"
    left.write_text(SCRIPT.replace("with hxcomm.ManagedConnection() as connection:", opened))
    code, printed, told = outcome(sys.executable, str(left))
    assert (code, printed) == (0, "end of the script\n") and told.count(SENTENCE) == 1 and len(told.splitlines()) == 1


def test_doctor(script, tmp_path):
    """The embedded model, whatever the environment says."""
    doctor = (sys.executable, "-m", "hicannx", "doctor")
    code, printed, told = outcome(*doctor, script, SLURM_FPGA_IPS="127.0.0.99")
    assert code == 1 and printed.startswith("end of the script\n" + SENTENCE) and printed.count(SENTENCE) == 1 and not told
    assert outcome(*doctor, script, "wake") == (0, "end of the script\nnothing was attempted in vain\n", "")
    code, _, told = outcome(*doctor, str(tmp_path / "none.py"))
    assert code == 1 and told.startswith("hicannx: ") and "there is no such script" in told
    (tmp_path / "wrong.py").write_text("raise SystemExit(7)")
    assert outcome(*doctor, str(tmp_path / "wrong.py"))[:2] == (7, "the script made no connection\n")


def test_errors_of_a_script_are_shown_from_the_script_on(tmp_path):
    for text, said in (("import json\njson.loads('')", "Traceback"), ("def f(:", "  File "), ("\0", "SyntaxError: ")):
        (tmp_path / "wrong.py").write_text(text)
        code, _, told = outcome(sys.executable, "-m", "hicannx", "doctor", str(tmp_path / "wrong.py"))
        assert code == 1 and told.startswith(said) and "runpy" not in told and "doctor.py" not in told


def test_many_runs_are_looked_at_ever_more_rarely_and_at_the_end(monkeypatch, capsys):
    """What goes wrong in a run that was not looked at is told when the connection is closed."""
    with hicannx.connect() as connection:
        model = connection.connections[0]
        looks = []
        look = model._look
        monkeypatch.setattr(model, "_look", lambda ended=False: looks.append(model._runs) or look(ended))
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        program = builder.done()
        for _ in range(200):
            sta.run(connection, [program])
        builder.write(halco.MADCControlOnDLS(), hal.MADCControl(start_recording=True))
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(10000))
        sta.run(connection, [builder.done()])
        assert looks[:63] == list(range(1, 64)) and 100 < len(looks) < 150 and looks[-1] < 201
    assert "the converter is off" in capsys.readouterr().err


def test_closing_does_not_look_again_for_what_the_run_before_has_shown(monkeypatch, capsys):
    walked, walk = [], Path.walk
    monkeypatch.setattr(Path, "walk", lambda path, view: walked.append(path) or walk(path, view))
    with hicannx.connect() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, [builder.done()])
        builder = sta.PlaybackProgramBuilder()
        start = hal.MADCControl()
        start.start_recording = True
        builder.write(halco.MADCControlOnDLS(), start)
        wait(builder, 1000)
        sta.run(connection, [builder.done()])
        seen = len(walked)
        assert seen > 0
        walked.clear()
    assert "MADCControl" in capsys.readouterr().err
    assert 0 < len(walked) < seen and all(path.late for path in walked)
