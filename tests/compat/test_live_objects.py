"""What lives in one process says so, what is a setting keeps its kind, and bases are not for construction."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fisch
from dlens_vx_v3 import hal, halco, hxcomm, lola, sta


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    with hxcomm.ManagedConnection() as opened:
        yield opened


def tickets() -> list[Any]:
    builder, absolute, wire = sta.PlaybackProgramBuilder(), sta.AbsoluteTimePlaybackProgramBuilder(), fisch.PlaybackProgramBuilder()
    place = halco.NullPayloadReadableOnFPGA()
    return [builder.read(place), absolute.read(hal.Timer.Value(5), place), wire.read(place)]


def test_tickets_do_not_pickle_and_are_shared_by_copies() -> None:
    for ticket in tickets():
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match=r"Ticket belongs to this process and cannot be pickled: pickle what get\(\) gives"):
                pickle.dumps([ticket], protocol)
        assert copy.copy(ticket) is copy.deepcopy([ticket])[0] is ticket


def test_builders_do_not_pickle_but_programs_do() -> None:
    for builder in (sta.PlaybackProgramBuilder(), sta.AbsoluteTimePlaybackProgramBuilder(), fisch.PlaybackProgramBuilder()):
        with pytest.raises(TypeError, match=r"cannot be pickled; .*done\(\)"):
            pickle.dumps(builder)
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    program = builder.done()
    assert pickle.loads(pickle.dumps(program)) == copy.deepcopy(program) == program


def test_connections_do_not_pickle(connection: Any) -> None:
    for live in (connection, connection.connections[0], sta.ReinitStackEntry(connection), hxcomm.ManagedConnection()):
        for way in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match=f"{type(live).__name__} belongs to this process and cannot be pickled: "):
                way(live)
    with pytest.raises(TypeError, match=r"System belongs to this process .*snapshot"):
        pickle.dumps(connection.connections[0].system)


def test_a_managed_connection_has_to_be_entered(connection: Any) -> None:
    manager: Any = hxcomm.ManagedConnection()
    for name in ("get_hwdb_entry", "connections", "get_unique_identifier", "bitfile_info", "anything"):
        with pytest.raises(AttributeError, match=f"ask for {name} what `with ManagedConnection\\(\\) as connection` gives"):
            getattr(manager, name)
    program = sta.PlaybackProgramBuilder().done()
    for run in (sta.run, fisch.run):
        with pytest.raises(TypeError, match=r"`with ManagedConnection\(\) as connection`"):
            run(manager, [program])
        for wrong in (None, 5, "localhost", [connection]):
            with pytest.raises(TypeError, match="a connection is needed"):
                run(wrong, [program])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`with ManagedConnection"):
        sta.ReinitStackEntry(manager)
    assert not hasattr(manager, "__len__")


def test_initialisations_are_made_from_one_entry(connection: Any) -> None:
    entries = connection.get_hwdb_entry()
    for kind in (sta.SystemInit, sta.ChipInit):
        with pytest.raises(TypeError, match=rf"{kind.__name__} takes the entry of one setup, one of this list: .*\[0\]"):
            kind(entries)
        for wrong in (None, "hxcube0", 5, connection, {}):
            with pytest.raises(TypeError, match=f"{kind.__name__} takes the entry of one setup"):
                kind(wrong)
        made = kind(entries[0])
        assert pickle.loads(pickle.dumps(made)).generate()[0].done() == made.generate()[0].done()


def settings() -> list[Any]:
    init = sta.SystemInit(fisch.HXCubeSetupEntry(fpgas={0: fisch.HXCubeFPGAEntry()}))
    return [init, init.chip, init.chip.highspeed_link, sta.CubeASICAdapterBoardInit(), sta.JboaASICAdapterBoardInit()]


@pytest.mark.parametrize("number", range(5))
def test_settings_keep_their_kind(number: int) -> None:
    made = settings()[number]
    names = [name for base in type(made).__mro__ for name in getattr(base, "__slots__", ())]
    assert names
    for name in names:
        before = getattr(made, name)
        for wrong in ("x", object(), hal.NeuronConfig(), [1], {}):
            with pytest.raises((TypeError, ValueError), match=rf"{type(made).__name__}\.{name}"):
                setattr(made, name, wrong)
        assert getattr(made, name) is before
        if isinstance(before, bool):
            for value, meant in ((np.int64(0), False), (1.0, True), (None, False), (np.bool_(True), True)):
                setattr(made, name, value)
                assert getattr(made, name) is meant
        else:
            setattr(made, name, before if hasattr(before, "items") else type(before)(before) if hasattr(before, "encode") else before)
    with pytest.raises(AttributeError):
        made.enable_nonsense = True


def test_settings_per_coordinate_are_indexed_as_lists() -> None:
    chip = settings()[1]
    assert chip.adplls[-1] == chip.adplls[1] == chip.adplls[halco.ADPLLOnDLS(1)]
    for wrong in (1.5, "0", None, halco.NeuronColumnOnDLS(0)):
        with pytest.raises(TypeError, match="ADPLLOnDLS"):
            chip.adplls[wrong]
    with pytest.raises(IndexError, match="2 elements"):
        chip.adplls[2]
    chip.adplls = [hal.ADPLL(), hal.ADPLL()]
    with pytest.raises(ValueError, match="2 together, not 1"):
        chip.adplls = [hal.ADPLL()]
    with pytest.raises(TypeError, match=r"ChipInit\.adplls: an element of class ADPLL is needed, not 5"):
        chip.adplls = [hal.ADPLL(), 5]


def test_board_initialisations_can_be_exchanged() -> None:
    init = settings()[0]
    init.asic_adapter_board = sta.JboaASICAdapterBoardInit()
    init.asic_adapter_board = sta.ASICAdapterBoardInit()

    class Own(sta.SystemInit):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(fisch.ZeroMockEntry())
            self.something_else = 5

    assert Own().something_else == 5


@pytest.mark.parametrize("base", [hal.Encodable, hal.Container, hal.BlockUntil, halco.Coordinate, sta.PlaybackGenerator])
def test_bases_cannot_be_constructed(base: Any) -> None:
    with pytest.raises(TypeError, match="abstract"):
        base()


def test_containers_are_what_their_bases_say() -> None:
    for cls in [*hal.containers, *lola.containers]:
        assert issubclass(cls, hal.Container) and issubclass(cls, hal.Encodable) and not issubclass(cls, hal.BlockUntil), cls
        assert isinstance(cls(), hal.Container) and isinstance(cls.coordinate, type) and issubclass(cls.coordinate, halco.Coordinate)
    for condition in (hal.Timer.Value(3), hal.Barrier(), hal.PollingOmnibusBlock()):
        assert isinstance(condition, hal.BlockUntil) and isinstance(condition, hal.Encodable)
    assert isinstance(hal.NeuronConfig(), hal.DifferentialWriteTrait) and not isinstance(hal.Timer(), hal.DifferentialWriteTrait)


def types_of(cls: Any) -> Iterator[Any]:
    """Everything that a container and its structures are addressed, indexed and filled with."""
    yield getattr(cls, "coordinate", None)
    for field in cls.fields():
        index = getattr(field, "index", None)
        yield from index if isinstance(index, tuple) else (index,)
        yield from field.type if isinstance(field.type, tuple) else (field.type,)
        for kind in field.type if isinstance(field.type, tuple) else (field.type,):
            if hasattr(kind, "fields"):
                yield from types_of(kind)


@pytest.mark.parametrize("cls", [*hal.containers, *lola.containers, hal.Barrier, hal.PollingOmnibusBlock], ids=lambda cls: cls.__name__)
def test_what_a_container_stands_on_is_importable_beside_it(cls: Any) -> None:
    for kind in types_of(cls):
        if isinstance(kind, type) and kind.__module__.split(".")[0] == "halco":
            assert getattr(halco, kind.__name__, None) is kind, kind


EVENTS = [hal.SpikeFromChip, hal.MADCSampleFromChip, hal.HighspeedLinkNotification]
EVENTS += [fisch.SpikeFromChip, fisch.MADCSampleFromChip, fisch.HighspeedLinkNotification, fisch.TimeoutNotification]


@pytest.mark.parametrize("cls", EVENTS)
def test_events_hold_numbers_of_their_types(cls: Any) -> None:
    event = cls()
    for name in [field.name for field in dataclasses.fields(cls)]:
        before, kind = getattr(event, name), type(getattr(event, name))
        setattr(event, name, np.int64(1))
        assert type(getattr(event, name)) is kind and getattr(event, name) == 1
        for wrong in ("x", [1], object(), *([] if kind is bool else [1.0, None, halco.NeuronColumnOnDLS(1)])):
            with pytest.raises(TypeError, match=f"{cls.__name__}.{name} takes"):
                setattr(event, name, wrong)
            with pytest.raises(TypeError, match=f"{cls.__name__}.{name} takes"):
                cls(**{name: wrong})
        if kind is not bool:
            with pytest.raises(OverflowError, match=rf"^range overflow: {kind.max + 1} > max\({kind.max}\) \({cls.__name__}.{name} takes"):
                setattr(event, name, kind.max + 1)
        assert getattr(event, name) == 1
        setattr(event, name, before)
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == event == cls()
    with pytest.raises(AttributeError, match="no field 'lable'"):
        event.lable = 3
