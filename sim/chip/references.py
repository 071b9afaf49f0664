"""The reference currents of the analog memory: the chip's own, or one that the board feeds in (assumed; behavioural).

Currents of the neurons' cells scale with the reference. The internal one, if enabled, wins and is the nominal one; else with
enable_reference_input it is the board's, in proportion to the voltage of its channel i_ref_board; else there is none. As long as nobody has
written the registers the reference is nominal. Voltages and biases of the readout do not follow, and the trimming of the reference
(amplifier, offset, slope, resistors) has no effect.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from haldls import ReferenceGeneratorConfig
from hicannx_sim.base.numbers import number

_LAYOUT: Final = ReferenceGeneratorConfig.layout("Omnibus")
_INTERNAL, _INPUT = (_LAYOUT.slot(name) for name in ("enable_internal_reference", "enable_reference_input"))
NOMINAL_VOLTS: Final = number("reference_board_volts")


def current_factor(words: NDArray[np.uint32], board_volts: float) -> float:
    """By how much the currents differ from the nominal ones; words: of ReferenceGeneratorConfig, board_volts: what feeds the reference."""
    slots = _LAYOUT.decode_array(words.reshape(1, -1))[0]
    if not np.any(words) or slots[_INTERNAL]:
        return 1.0
    return board_volts / NOMINAL_VOLTS if slots[_INPUT] else 0.0
