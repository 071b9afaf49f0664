"""Systems, setups and snapshots that cannot be, and names of what is observed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from word_streams import HALT

import hicannx_sim as sim
from hicannx_sim.debugger.listing import Symbols
from hicannx_sim.observe.names import register_name
from hicannx_sim.setup import snapshot
from hicannx_sim.setup.multichip import MultichipSetup


def test_systems_and_setups_that_cannot_be() -> None:
    with pytest.raises(sim.ConfigurationError, match="setup 'tower' is neither 'cube' nor 'jboa'"):
        sim.System(setup="tower")  # type: ignore[arg-type]
    with pytest.raises(sim.ConfigurationError, match="runs to keep: -1 is outside"):
        sim.System().keep_history(-1)
    with pytest.raises(sim.ConfigurationError, match=r"a setup has 1 to .* chips, not 0"):
        MultichipSetup({})


def test_a_setup_that_is_reset_is_as_it_was_made() -> None:
    def made() -> MultichipSetup:
        return MultichipSetup.of([sim.VirtualChip(serial) for serial in (0, 1)], 3, False)

    setup, fresh = made(), made()
    setup.systems[0].execute(np.array([HALT], np.uint64))
    setup.reset()
    assert all(setup.systems[number].snapshot() == fresh.systems[number].snapshot() for number in (0, 1))


def test_parts_of_a_setup_have_no_snapshot_of_the_whole() -> None:
    systems = [sim.System(sim.VirtualChip(serial), setup="jboa") for serial in (0, 1)]
    part = MultichipSetup({0: systems[0]}, size=2)
    with pytest.raises(sim.ConfigurationError, match="some FPGAs of the setup are in other processes"):
        part.snapshot()


# -------------------------------------------------------------------------------------------------------------------- snapshots
def state(**changed: object) -> SimpleNamespace:
    return SimpleNamespace(
        **{
            "array": np.arange(3),
            "data": b"\x01\xff",
            "level": 0.5,
            "levels": [0.5, 1.5],
            "table": {3: 4},
            "pages": {7: bytearray(b"ab")},
            "test_started": None,
            **changed,
        }
    )


def test_numbers_of_python_objects_come_back_as_what_they_were() -> None:
    kept = snapshot.walk(state())
    other = state(array=np.zeros(3, int), data=b"\0\0", level=2.5, levels=[0.0, 0.0], table={}, pages={}, test_started=9)
    snapshot.put_back(other, kept)
    assert other.array.tolist() == [0, 1, 2] and other.data == b"\x01\xff" and other.level == 0.5 and other.levels == [0.5, 1.5]
    assert other.table == {3: 4} and other.pages == {7: bytearray(b"ab")} and other.test_started is None


def test_what_is_no_number_is_no_state() -> None:
    with pytest.raises(TypeError, match=r"SimpleNamespace\.name cannot be part of a snapshot: 'text'"):
        snapshot.walk(SimpleNamespace(name="text"))


def test_snapshots_are_of_the_same_blocks() -> None:
    with pytest.raises(snapshot.SnapshotError, match="taken of other blocks: other, this"):
        snapshot.install({"this": state()}, {"other": snapshot.walk(state())})


# ------------------------------------------------------------------------------------------------------------------------ names
def test_names_of_rows_and_of_nothing() -> None:
    assert register_name(0x40003, kind=2) == "labels row 1 odd" and register_name(0x80000012, kind=2) == "FPGA memory row 0x12"
    assert register_name(0x1F0002, kind=2) == "place 0x1f row 1 even" and register_name(0xFFFFFFFF) == "nothing"


def test_the_innermost_symbol_counts_even_behind_a_shorter_one() -> None:
    symbols = Symbols({"outer": (0x100, 0x40), "inner": (0x110, 8)})
    assert symbols.at(0x114) == "inner+0x4" and symbols.at(0x120) == "outer+0x20" and symbols.at(0x200) == "?" == symbols.at(0)
