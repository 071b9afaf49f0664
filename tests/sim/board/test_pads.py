"""What the board drives the chip's pads with."""

from math import isnan

import pytest

from hicannx_sim.board import JboaBoard, XBoard
from hicannx_sim.board.pads import pad_volts


def select(board: XBoard, register: int) -> None:
    board.shift_register.transfer(register.to_bytes(3, "big"))


def dac(board: XBoard, channel: int, code: int) -> None:
    board.dacs[0].transfer((0x8000 | 1 << 13).to_bytes(2, "big"))  # outputs follow
    board.dacs[0].transfer((channel << 12 | code).to_bytes(2, "big"))


@pytest.mark.parametrize(("line", "source", "channel", "full"), [(1, 3, 7, 2.5), (2, 3, 7, 2.5), (1, 1, 7, 2.5), (2, 2, 1, 1.2)])
def test_multiplexers(line: int, source: int, channel: int, full: float) -> None:
    board = XBoard(1)
    dac(board, channel, 1966)
    assert all(map(isnan, pad_volts(board)))
    select(board, line | source << 2)
    pads = pad_volts(board)
    assert pads[line - 1] == pytest.approx(full * 1966 / 4095)
    assert isnan(pads[2 - line])


@pytest.mark.parametrize("line", [0, 1])
def test_dacs_of_the_readout_lines(line: int) -> None:
    board = XBoard(1)
    dac(board, 5 + line, 2000)
    select(board, 1 << (8 + line))
    pads = pad_volts(board)
    assert pads[line] == pytest.approx(2.5 * 2000 / 4095)
    assert isnan(pads[1 - line])


def test_a_line_without_a_source_floats() -> None:
    board = XBoard(1)
    select(board, 1)
    assert all(map(isnan, pad_volts(board)))
    assert all(map(isnan, pad_volts(JboaBoard(1))))
