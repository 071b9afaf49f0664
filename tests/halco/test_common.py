"""Words, addresses of hosts, and the original import names."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import halco
import pyhalco_common
import pyhalco_hicann_dls_vx_v3
from halco import Direction, IPv4, Orientation, Parity


@pytest.mark.parametrize("word", ["left", "right", "top", "bottom", "north", "east", "south", "west", "horizontal", "vertical", "unique"])
def test_words_print_as_themselves(word):
    assert str(getattr(halco, word)) == word
    assert getattr(pyhalco_common, word) is getattr(halco, word)


def test_choices():
    assert halco.Side is halco.SideHorizontal and halco.Side(1) == halco.right
    assert [direction.toOrientation() for direction in halco.iter_all(Direction)] == [
        Orientation(1),
        Orientation(0),
        Orientation(1),
        Orientation(0),
    ]
    assert (Parity.from_number(7), Parity.from_number(10**30), repr(Parity())) == (Parity.odd, Parity.even, "even")


@given(st.integers(0, 2**32 - 1))
def test_address_in_all_its_forms(number):
    address = IPv4(number)
    assert IPv4(address.to_bytes()) == IPv4.from_string(address.to_string()) == IPv4(address) == address
    assert hash(address) == address.to_ulong() == number
    assert repr(address) == str(address) == f"IPv4({address.to_string()})"
    assert pickle.loads(pickle.dumps(address)) == address
    assert [address.is_class_a(), address.is_class_b(), address.is_class_c(), number >= 0xE0000000].count(True) == 1


def test_special_addresses():
    assert [str(special()) for special in (IPv4.any, IPv4.broadcast, IPv4.loopback)] == [
        "IPv4(0.0.0.0)",
        "IPv4(255.255.255.255)",
        "IPv4(127.0.0.1)",
    ]
    masks = {"10.1.2.3": "255.0.0.0", "172.1.2.3": "255.255.0.0", "192.168.123.66": "255.255.255.0", "224.1.2.3": "255.255.255.255"}
    for address, mask in masks.items():
        assert IPv4.netmask(IPv4.from_string(address)) == IPv4.from_string(mask)
    assert IPv4([224, 1, 2, 3]).is_multicast() and not IPv4([223, 1, 2, 3]).is_multicast()
    assert IPv4.loopback().is_loopback() and IPv4().is_unspecified()
    assert IPv4([1, 2, 3, 4]) < IPv4([1, 2, 3, 5]) and IPv4(1) != 1
    for wrong in ([1, 2, 3], [1, 2, 3, 256], -1, 2**32):
        with pytest.raises(ValueError):
            IPv4(wrong)


def test_original_modules():
    assert pyhalco_hicann_dls_vx_v3.__variant__ == pyhalco_common.__variant__ == "pybind11"
    assert pyhalco_hicann_dls_vx_v3.common is pyhalco_common
    assert pyhalco_hicann_dls_vx_v3.iter_all is pyhalco_common.iter_all is halco.iter_all
    assert pyhalco_hicann_dls_vx_v3.EnumRanged_512_ is halco.AtomicNeuronOnDLS.enum_type
    assert pyhalco_hicann_dls_vx_v3.ExtollAddress is halco.ExtollAddress  # of the revision that the containers follow
    assert not hasattr(pyhalco_hicann_dls_vx_v3, "Enum")
