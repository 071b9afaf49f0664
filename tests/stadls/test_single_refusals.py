"""Stored programs and containers, generators and assembler operands that there cannot be."""

from __future__ import annotations

import zlib

import pytest

import stadls
from haldls.lola import AtomicNeuron
from haldls.lola._paths import field_of
from haldls.ppu_toolchain.isa import encode_vector
from haldls.serialization import earlier
from stadls import PlaybackProgram
from stadls.serialization.earlier import from_portablebinary


def test_generators_have_a_way_to_generate() -> None:
    with pytest.raises(TypeError, match="generate takes a PlaybackGenerator such as SystemInit, not 3"):
        stadls.generate(3)


def test_vector_instructions_have_their_operands() -> None:
    assert encode_vector("fxvaddbm", [1, 2, 3]) == encode_vector("fxvaddbm", [1, 2, 3, 0])
    for wrong in ([1, 2], [1, 2, 3, 0, 0, 0]):
        with pytest.raises(ValueError, match=rf"fxvaddbm takes \d operands, not {len(wrong)}"):
            encode_vector("fxvaddbm", wrong)


def test_fields_that_a_container_does_not_have() -> None:
    assert field_of(AtomicNeuron, "leak").name == "leak"
    with pytest.raises(AttributeError, match="AtomicNeuron has no field 'leakage'"):
        field_of(AtomicNeuron, "leakage")


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier, "LARGEST", 10)
    assert earlier.unpacked(zlib.compress(bytes(10))) == bytes(10)
    with pytest.raises(RuntimeError, match="it takes up more than 10 bytes"):
        earlier.unpacked(zlib.compress(bytes(11)))


def test_bytes_of_something_else_are_no_program() -> None:
    with pytest.raises(RuntimeError, match="these 5 bytes are not a PlaybackProgram"):
        from_portablebinary(PlaybackProgram(), b"other")


def test_users_may_derive_from_containers() -> None:
    class Mine(AtomicNeuron):
        """With a method of its own."""

        def rest(self) -> int:
            return int(self.leak.v_leak)

    made = Mine()
    made.leak.v_leak = 7
    assert made.rest() == 7 and Mine(made).rest() == 7
