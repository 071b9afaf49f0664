"""What stands in front of the parallel converter: readout amplifiers of the neurons, debug lines, switches (behavioural).

Registers are not followed write by write: what is derived from them is brought up to date when a conversion needs it and they have changed.
"""

from halco import CapMemCellOnCapMemBlock
from haldls import NeuronConfig
from hicannx_sim.base.state import fields
from hicannx_sim.base.capmem cimport CAPMEM_CELLS
from hicannx_sim.chip.neurons cimport CONFIG_WORDS

cdef class CADCInputs:
    def __init__(self, NeuronRegisters neurons not None, ColumnSwitches columns not None):
        self.neurons, self.columns, self.neuron_layout = neurons, columns, NeuronConfig.layout("Omnibus")
        if self.neuron_layout.n_slots > 64:
            raise ValueError("NeuronConfig has more fields than the model expects")

    cdef void refresh(self, int hemisphere) noexcept nogil:
        """Brings everything that a conversion of the hemisphere needs up to date."""
        cdef int block
        if self.s.seen[hemisphere] != self.neurons.changes.config:
            self._decode(hemisphere)
        for block in range(2 * hemisphere, 2 * hemisphere + 2):
            self.s.biased[block] = self.neurons.analog.cells[block * CAPMEM_CELLS + CELL_READOUT_AMP] > 0
        self.columns.lines.refresh()

    cdef void _decode(self, int hemisphere) noexcept nogil:
        cdef int64_t slots[64]
        cdef int neuron
        for neuron in range(256 * hemisphere, 256 * hemisphere + 256):
            self.neuron_layout.decode(self.neurons.analog.neuron_config_data + CONFIG_WORDS * neuron, slots)
            self.s.readout[neuron] = <uint8_t>slots[SOURCE] if slots[AMPLIFIER] else NO_READOUT
        self.s.seen[hemisphere] = self.neurons.changes.config

    def arrays(self):
        """What the channels are connected to, as of the latest conversion."""
        return fields(<CADCInputState[:1]> &self.s)


cdef int AMPLIFIER = NeuronConfig.layout("Omnibus").slot("enable_readout_amplifier")
cdef int SOURCE = NeuronConfig.layout("Omnibus").slot("readout_source")
cdef int CELL_READOUT_AMP = int(CapMemCellOnCapMemBlock.neuron_i_bias_readout_amp.toEnum())
