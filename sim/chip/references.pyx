"""The reference currents of the analog memory: the chip's own, or one that the board feeds in (assumed; behavioural).

Currents of the neurons' cells and of the correlation sensors scale with the reference. The internal one, if enabled, wins and is the nominal one; else with
enable_reference_input it is the board's, in proportion to the voltage of its channel i_ref_board; else there is none. After a reset the
registers hold what software writes by default (assumed). Voltages and biases of the readout do not follow, and the trimming of the
reference (amplifier, offset, slope, resistors) has no effect.
"""

from libc.stdint cimport int64_t

from haldls import ReferenceGeneratorConfig
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields
from hicannx_sim.chip.masks import default_words

NOMINAL_VOLTS = number("reference_board_volts")
_LAYOUT = ReferenceGeneratorConfig.layout("Omnibus")
_DEFAULT = default_words(ReferenceGeneratorConfig, "Omnibus")
_INTERNAL, _INPUT = (_LAYOUT.slot(name) for name in ("enable_internal_reference", "enable_reference_input"))


def current_factor(words, double board_volts):
    """By how much the currents differ from the nominal ones; words: uint32[9] of ReferenceGeneratorConfig, board_volts: what feeds it [V]."""
    slots = _LAYOUT.decode_array(words.reshape(1, -1))[0]
    if slots[_INTERNAL]:
        return 1.0
    return board_volts / NOMINAL_VOLTS if slots[_INPUT] else 0.0


cdef class References:
    def __init__(self, AnalogCore analog not None, CorrelationSensors sensors not None):
        self.analog, self.sensors = analog, sensors

    cdef attach(self, Omnibus bus):
        bus.keep("ReferenceGeneratorConfig", self.s.words, sizeof(self.s.words), <void*> self, _written)

    cdef void reset(self):
        """The words that software writes by default."""
        self.arrays()["words"][:] = _DEFAULT
        self.follow()

    cdef void follow(self):
        """The currents of the analog memory follow the reference."""
        factor = current_factor(self.arrays()["words"], 0.0 if self.board_volts is None else self.board_volts())
        self.analog.set_reference(factor)
        self.sensors.set_reference(factor)

    def arrays(self):
        """The register."""
        return fields(<ReferenceState[:1]> &self.s)


cdef void _written(void* block, uint32_t coordinate, const uint32_t* words, int64_t tick) noexcept nogil:
    with gil:
        (<References> block).follow()

