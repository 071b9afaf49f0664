"""The wire's level under its original import name."""

import inspect

import pytest

import fisch
import pyfisch_vx_v3 as pyfisch

CLASSES = {name: found for name, found in inspect.getmembers(pyfisch, inspect.isclass)}
NEEDS_A_CONNECTION = {"ReinitStackEntry"}


def test_all_containers_are_there():
    assert {backend.name: cls for backend, cls in fisch.CONTAINERS.items()}.items() <= CLASSES.items()
    assert {"PlaybackProgram", "PlaybackProgramBuilder", "RunTimeInfo", "FPGATime", "ChipTime", "SpikeLabel"} <= set(CLASSES)


@pytest.mark.parametrize("name", sorted(set(CLASSES) - NEEDS_A_CONNECTION))
def test_everything_can_be_made_and_derived_from(name):
    cls = CLASSES[name]
    derived = type(f"Derived{name}", (cls,), {})
    assert repr(cls()) and isinstance(derived(), cls)


def test_values_have_modules_and_names_of_their_own():
    assert pyfisch.Barrier.Value is pyfisch.word_access_type.Barrier
    assert pyfisch.I2CIdRegister.Value is pyfisch.I2CIdRegisterValue
    assert repr(pyfisch.Barrier.Value.jtag) == "Barrier(2)"


def test_constants():
    assert [pyfisch.fpga_clock_cycles_per_us, pyfisch.fpga_clock_cycles_per_ms, pyfisch.fpga_clock_cycles_per_s] == [
        125,
        125_000,
        125_000_000,
    ]
