"""Activations as events: every label and instruction against a plain loop over what the real system's generator does."""

from __future__ import annotations

import numpy as np
import pytest

from grenade.hagen.events import Sending, labels
from halco import SpikeLabel, SynapseDriverOnSynapseDriverBlock

rng = np.random.default_rng(3)


def expected(activations: np.ndarray, sends: int) -> list[list[tuple[int, ...]]]:
    """Labels in the instructions of each entry: the events of both hemispheres are put in from the last one on."""
    found = []
    for entry in activations:
        sent = [[label(side, row, value) for row, value in enumerate(half.tolist()) if value] for side, half in enumerate(entry)]
        instructions = []
        for number in range(max(map(len, sent)) * sends):
            instructions.append(tuple(one[number % len(one)] for one in sent if number < len(one) * sends))
        found.append(instructions[::-1])
    return found


def label(side: int, row: int, value: int) -> int:
    """facts: clients/hxtorch_jaxsnn 2.4"""
    return side << 13 | row % 4 << 14 | row // 4 << 6 | 32 - value


def decoded(words: np.ndarray) -> list[tuple[int, ...]]:
    sizes = {13: 1, 14: 2, 15: 3}
    found = []
    for word in words.tolist():
        size = sizes[word >> 56]
        found.append(tuple(word >> 16 * (size - 1 - one) & 0xFFFF for one in range(size)))
    return found


@pytest.mark.parametrize("sends", [1, 3])
@pytest.mark.parametrize("rows", [(128, 128), (128, 0), (0, 5), (7, 100), (0, 0)])
def test_instructions(rows: tuple[int, int], sends: int) -> None:
    activations = np.zeros((6, 2, 128), np.uint8)
    for side, count in enumerate(rows):
        activations[:, side, :count] = rng.integers(0, 32, (6, count))
    activations[2] = 0
    sending = Sending(activations, sends)
    wanted = expected(activations, sends)
    assert sending.events.tolist() == [len(one) for one in wanted]
    for entries in (slice(0, 6), slice(1, 4), slice(5, 6)):
        assert decoded(sending.packs(entries)) == [one for part in wanted[entries] for one in part]


def test_a_larger_activation_is_a_smaller_address() -> None:
    activations = np.zeros((1, 2, 128), np.uint8)
    activations[0, 1, 70] = 31
    found = SpikeLabel(int(labels(activations)[0, 1, 70]))
    driver = SynapseDriverOnSynapseDriverBlock(70)
    assert int(found.synapse_label) == 1 and int(found.spl1_address) == int(driver.toPADIBusOnPADIBusBlock())
    assert int(found.row_select_address) == int(driver.toSynapseDriverOnPADIBus())
