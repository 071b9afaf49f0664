"""What the board does to the chip's two analog pads, its reference and its correlation sensors.

(facts: analog model 6, 8; calix expectations 1.5, 2.5, 3; derived)

The readout lines lead to the pads. A line is driven by a DAC of its own, or over two multiplexers with joined outputs: the first selects
the line, the second what stands on it. The board has the modification that gives its v_reset net the output of the channel mux_dac_25.
"""

from math import nan

from hicannx_sim.board.board import XBoard
from hicannx_sim.board.jboa import JboaBoard

SOURCES = (None, "mux_dac_25", "v_res_meas", "mux_dac_25")
"""Channel of the DAC behind each input of the second multiplexer."""


def reference_volts(board: object) -> float:
    """Voltage [V] of the DAC channel that makes the chip's reference current; 0 if a switch separates them."""
    if isinstance(board, XBoard):
        return board.output_volts("i_ref_board") if board.shift_register.feeds_reference() else 0.0
    return board.voltages()["i_ref_board"] if isinstance(board, JboaBoard) else 0.0


def sensor_volts(board: object) -> tuple[float, float]:
    """Voltages [V] v_reset and v_res_meas that the board supplies to the chip's correlation sensors."""
    if isinstance(board, XBoard):
        return board.output_volts("mux_dac_25"), board.output_volts("v_res_meas")
    nets = board.voltages() if isinstance(board, JboaBoard) else {}
    return nets.get("v_reset", 0.0), nets.get("v_res_meas", 0.0)


def pad_volts(board: object) -> tuple[float, float]:
    """Voltage [V] that the board drives each pad with; NaN: with nothing. The jBOA board's connections to the pads are not modelled."""
    pads = [nan, nan]
    if isinstance(board, XBoard):
        nets, lines, source = board.voltages(), board.shift_register.analog_input(0), SOURCES[board.shift_register.analog_input(1)]
        if lines in (1, 2) and source:
            pads[lines - 1] = nets[source]
        for line in range(2):
            if board.shift_register.drives_readout(line):
                pads[line] = nets[f"ana_readout_debug_{line}"]
    return pads[0], pads[1]
