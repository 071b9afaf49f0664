"""Timing of all SRAMs on the chip."""

from __future__ import annotations

from halco import (
    CADCOffsetSRAMTimingConfigOnDLS,
    CapMemSRAMTimingConfigOnDLS,
    CommonSynramConfigOnDLS,
    MemoryTimingOnDLS,
    NeuronBackendSRAMTimingConfigOnDLS,
    NeuronSRAMTimingConfigOnDLS,
    SynapseDriverSRAMTimingConfigOnDLS,
)
from haldls.lola.table import Composed, Members, Part
from haldls.sram_timing import (
    CADCOffsetSRAMTimingConfig,
    CapMemSRAMTimingConfig,
    NeuronBackendSRAMTimingConfig,
    NeuronSRAMTimingConfig,
    SynapseDriverSRAMTimingConfig,
)
from haldls.synapse import CommonSynramConfig

__all__ = ["MemoryTiming"]


class MemoryTiming(Composed):
    """Timing of all SRAMs on the chip, to be set before any of them is accessed."""

    coordinate = MemoryTimingOnDLS

    capmem = Members(CapMemSRAMTimingConfigOnDLS, CapMemSRAMTimingConfig, doc="capacitive memory, per quadrant")
    cadc_offset = Members(
        CADCOffsetSRAMTimingConfigOnDLS, CADCOffsetSRAMTimingConfig, doc="offsets of the converter channels, per quadrant"
    )
    synapse_driver = Members(
        SynapseDriverSRAMTimingConfigOnDLS, SynapseDriverSRAMTimingConfig, doc="settings of the synapse drivers, per hemisphere"
    )
    neuron = Members(NeuronSRAMTimingConfigOnDLS, NeuronSRAMTimingConfig, doc="settings of the neurons, per quadrant")
    neuron_backend = Members(
        NeuronBackendSRAMTimingConfigOnDLS, NeuronBackendSRAMTimingConfig, doc="settings of the neuron backends, per half"
    )
    synram = Members(CommonSynramConfigOnDLS, CommonSynramConfig, doc="synapses, per hemisphere")

    parts = (
        Part(CapMemSRAMTimingConfig, range(4), "capmem"),
        Part(CADCOffsetSRAMTimingConfig, range(4), "cadc_offset"),
        Part(SynapseDriverSRAMTimingConfig, range(2), "synapse_driver"),
        Part(NeuronSRAMTimingConfig, range(4), "neuron"),
        Part(NeuronBackendSRAMTimingConfig, range(2), "neuron_backend"),
        Part(CommonSynramConfig, range(2), "synram"),
    )
