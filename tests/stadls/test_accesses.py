"""Messages that look like accesses to devices and are not whole: they are shown as what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import halco
import haldls
from fisch import Backend
from stadls import PlaybackProgramBuilder
from stadls.accesses import accesses


def words(coordinate: Any, container: Any) -> Any:
    builder = PlaybackProgramBuilder()
    builder.write(coordinate, container)
    return builder.words


def found(messages: Any) -> list[Backend | None]:
    every = [*accesses(messages)]
    assert sum(one.count for one in every) == len(messages), "every message belongs to one access"
    return [one.backend for one in every]


DEVICES = [
    (halco.DACChannelOnBoard(), haldls.DACChannel(), Backend.SPIDACDataRegister),
    (halco.ShiftRegisterOnBoard(), haldls.ShiftRegister(), Backend.SPIShiftRegister),
    (halco.INA219ConfigOnBoard(), haldls.INA219Config(), None),
]


@pytest.mark.parametrize("coordinate, container, backend", DEVICES)
def test_parts_of_an_access_to_a_device_are_accesses_of_the_omnibus(coordinate: Any, container: Any, backend: Backend | None) -> None:
    whole = words(coordinate, container)
    (kind,) = set(found(whole))
    assert kind not in (None, Backend.Omnibus) and backend in (None, kind)
    if len(whole) > 2:
        assert set(found(whole[2:])) - {kind} and set(found(whole[:2])) <= {Backend.Omnibus, None}
        assert kind not in found(whole[:1])


@pytest.mark.parametrize("coordinate, container, backend", DEVICES)
def test_bytes_of_two_devices_between_each_other_are_no_access_to_either(coordinate: Any, container: Any, backend: Backend | None) -> None:
    whole = words(coordinate, container)
    other = words(halco.CrossbarOutputConfigOnDLS(), haldls.CrossbarOutputConfig())
    mixed = np.concatenate([part for pair in range(0, len(whole), 2) for part in (whole[pair : pair + 2], other)])
    if len(whole) > 2:
        assert set(found(mixed)) == {Backend.Omnibus}


def test_registers_that_a_device_does_not_have() -> None:
    whole = words(halco.INA219ConfigOnBoard(), haldls.INA219Config()).copy()
    whole[1] = whole[1] & ~np.uint64(0xFF) | np.uint64(0x77)
    assert set(found(whole)) == {Backend.Omnibus}


def test_a_datum_of_a_converter_that_is_not_taken_over() -> None:
    whole = words(halco.DACChannelOnBoard(), haldls.DACChannel())
    without = whole[:-4]
    assert found(without) == [Backend.SPIDACDataRegister] and found(np.concatenate([without, whole]))[0] is Backend.SPIDACDataRegister
