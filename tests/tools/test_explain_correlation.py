"""A setup of correlation sensors that lacks one thing: the explanation names the register. A complete one: nothing to explain."""

import importlib.util
from pathlib import Path

import pytest

import hicannx
from dlens_vx_v3 import hal, halco, lola, sta

SPECIFICATION = importlib.util.spec_from_file_location("correlation_example", Path(__file__).parents[2] / "examples" / "correlation.py")
assert SPECIFICATION is not None and SPECIFICATION.loader is not None
example = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(example)

CELLS = {"store": "syn_i_bias_store", "ramp": "syn_i_bias_ramp", "output": "syn_i_bias_corout"}
CASES = {
    "": [],
    "store": [("CapMemCell", "syn_i_bias_store")],
    "ramp": [("CapMemCell", "syn_i_bias_ramp")],
    "output": [("CapMemCell", "syn_i_bias_corout")],
    "board": [("DACChannel", "0.9 V"), ("DACChannel", "1.85 V")],
    "labels": [("SynapseQuad", "labels")],
    "switches": [("ColumnCorrelationQuad", "enable_internal_causal")],
    "other switches": [("ColumnCorrelationQuad", "enable_internal_causal")],
}


def forget(builder, forgotten):
    """Takes one thing back."""
    if forgotten in CELLS:
        for block in halco.iter_all(halco.CapMemBlockOnDLS):
            builder.write(halco.CapMemCellOnDLS(getattr(halco.CapMemCellOnCapMemBlock, CELLS[forgotten]), block), hal.CapMemCell(0))
    if forgotten == "board":
        builder.write(halco.DACChannelBlockOnBoard(), lola.DACChannelBlock())
    if forgotten == "labels":
        builder.write(example.SYNRAM, lola.SynapseMatrix())
    if "switches" in forgotten:
        content, switch = hal.ColumnCorrelationQuad(), hal.ColumnCorrelationQuad.ColumnCorrelationSwitch()
        switch.enable_debug_causal = switch.enable_debug_acausal = forgotten != "switches"
        for entry in halco.iter_all(halco.EntryOnQuad):
            content.set_switch(entry, switch)
        for quad in halco.iter_all(halco.ColumnCorrelationQuadOnDLS):
            builder.write(quad, content)


@pytest.mark.parametrize("forgotten", CASES)
def test_sensors(forgotten):
    with hicannx.connect(mode="typical") as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        example.calibrated(builder)
        example.connections(builder)
        forget(builder, forgotten)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        sta.run(connection, [builder.done()])
        example.PAIRS = 3
        example.measure(connection, 1)
        found = [(one.register, one.write) for one in hicannx.explain(connection)]
    wanted = CASES[forgotten]
    assert [register for register, _ in found] == [register for register, _ in wanted], found
    assert all(part in write for (_, write), (_, part) in zip(found, wanted, strict=True)), found
