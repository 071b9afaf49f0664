"""What lies behind a connection, by public names."""

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import haldls
import hicannx
from fisch import ZeroMockConnection
from fisch.handles import ConnectionHandle
from grenade.execution import ManagedJITGraphExecutor
from halco import CapMemCellOnDLS, CrossbarNodeOnDLS, TimerOnDLS, iter_all
from hicannx import faults
from hicannx_sim import ConfigurationError
from pyhxcomm_vx import ManagedConnection
from stadls import PlaybackProgramBuilder, SystemInit, generate, run

PAGE = Path(__file__).parents[2] / "docs" / "tools.md"


def initialise(connection: Any) -> None:
    builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
    run(connection, [builder.done()])


def spikes(number: int) -> Any:
    builder = PlaybackProgramBuilder()
    for node in iter_all(CrossbarNodeOnDLS):
        builder.write(node, haldls.CrossbarNode())
    builder.write(TimerOnDLS(), haldls.Timer())
    hicannx.write_spikes(builder, np.arange(1000, 1000 + 10 * number, 10), np.arange(number))
    builder.block_until(TimerOnDLS(), haldls.Timer.Value(20 * number + 5000))
    return builder.done()


def test_the_page_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(block, {})
    assert "write" in capsys.readouterr().out


def test_the_page_names_what_there_is() -> None:
    public = set(re.findall(r"`hicannx\.(\w+)", PAGE.read_text()))
    assert public <= set(hicannx.__all__) and {"report", "snapshot", "restore", "inject", "events", "unmodelled", "accuracy"} <= public


def test_any_handle_of_the_model_has_a_system() -> None:
    with ManagedConnection() as connection:
        assert hicannx.system_of(connection) is connection.connections[0].system  # type: ignore[attr-defined]
        assert hicannx.system_of(connection.connections[0]) is hicannx.system_of(connection)


def test_each_chip_of_a_connection() -> None:
    with hicannx.connect(serial=[7, 9]) as connection:
        assert [hicannx.system_of(connection, chip).identity.serial for chip in (0, 1)] == [7, 9]
        assert [system.identity.serial for system in hicannx.systems_of(connection)] == [7, 9]
        with pytest.raises(IndexError, match="chip 2 of a connection with 2"):
            hicannx.system_of(connection, 2)


def test_an_executor_of_networks_has_the_systems_of_its_connections() -> None:
    with ManagedJITGraphExecutor() as executor:
        assert hicannx.system_of(executor) is executor.connections[0].system  # type: ignore[attr-defined]
        assert hicannx.events(executor).lost == 0
    with pytest.raises(IndexError):
        hicannx.events(executor)


def test_other_connections_are_refused_by_name() -> None:
    handle = ConnectionHandle.of([ZeroMockConnection()])
    with handle, pytest.raises(hicannx.NotAModelError, match=r"ZeroMockConnection.*hicannx\.connect"):
        hicannx.report(handle)


def test_a_restored_state_is_that_of_the_snapshot() -> None:
    place, cell = CapMemCellOnDLS(5), haldls.CapMemCell(321)
    with hicannx.connect(serial=3) as connection:
        initialise(connection)
        builder = PlaybackProgramBuilder()
        builder.write(place, cell)
        run(connection, [builder.done()])
        state = pickle.loads(pickle.dumps(hicannx.snapshot(connection, compress=True)))
    with hicannx.connect() as other:
        hicannx.restore(other, state)
        builder = PlaybackProgramBuilder()
        ticket = builder.read(place)
        run(other, [builder.done()])
        assert ticket.get() == cell and other.get_unique_identifier() == ["hxcube0fpga0chip3_1"]


def test_injected_faults_are_seen_and_cleared() -> None:
    with hicannx.connect(mode="ideal") as connection:
        initialise(connection)
        hicannx.inject(connection, faults.LostEvents(probability=1.0), seed=3)
        run(connection, [spikes(50)])
        assert "lost" in hicannx.report(connection) or "dropped" in hicannx.report(connection)
        hicannx.clear_faults(connection)
        lost = str(hicannx.events(connection))
        run(connection, [spikes(50)])
        assert str(hicannx.events(connection)) != lost


def test_a_listing_is_what_printing_a_program_shows() -> None:
    program = spikes(3)
    assert str(program) == str(hicannx.Listing(program)) and "CrossbarNode at" in str(program)
    assert len(repr(program)) < 100 and "<td>CrossbarNode at" in program._repr_html_()


def test_representations_are_short_and_say_what_it_is() -> None:
    with hicannx.connect(serial=3, strict=True) as connection:
        assert repr(connection) == "ConnectionHandle(ModelConnection(hxcube0fpga0chip3_1))"
        assert repr(hicannx.system_of(connection)) == "System(chip 3, typical, seed 0, cube, strict, 0 runs)"


def test_rows_of_the_register_table_are_a_table_in_a_notebook() -> None:
    with hicannx.connect() as connection:
        row = hicannx.system_of(connection).registers("CADCConfig")[0]
    assert "<td>CADCConfig[0]</td>" in row._repr_html_() and row.accuracy.name.lower() in row._repr_html_()


def test_recorded_spikes_are_a_table_in_a_notebook() -> None:
    with hicannx.connect(mode="ideal") as connection:
        initialise(connection)
        program = spikes(5)
        run(connection, [program])
    assert f"SpikeVector, {len(program.spikes)} rows" in program.spikes._repr_html_()


def test_a_chip_is_the_same_whatever_kind_of_number_names_it() -> None:
    """Arithmetic with numbers of numpy would wrap around, and give other circuits."""

    def pattern(serial: Any, seed: Any) -> bytes:
        with hicannx.connect(serial=serial, seed=seed) as connection:
            return hicannx.snapshot(connection)

    expected = pattern(7, 3)
    for kind in (np.int64, np.uint8, np.uint64, np.array):
        assert pattern(kind(7), kind(3)) == expected
    for serials in ([7, 8], np.array([7, 8]), range(7, 9), (np.int32(7), 8)):
        with hicannx.connect(serial=serials) as connection:
            assert connection.get_unique_identifier() == ["hxcube0fpga0chip7_1", "hxcube0fpga0chip8_1"]


@pytest.mark.parametrize(
    "given",
    [{"serial": one} for one in (1.5, "7", -1, 2**32, [7, "x"], object(), [])]
    + [{"seed": one} for one in (1.5, "x", -1, 2**64)]
    + [{"strict": one} for one in ("no", "0", [], object())]
    + [{"mode": one} for one in ("x", 5)]
    + [{"setup": one} for one in ("wafer", 5)],
    ids=str,
)
def test_what_no_chip_has_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError), hicannx.connect(**given):
        pass
