"""Products on a calibrated chip: gain, noise, signs, places, saturation, parts, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fisch import ZeroMockConnection
from fisch.arq import ARQConnection
from grenade.execution import JITGraphExecutor
from grenade.hagen import HagenError, MatrixProduct, MembraneRecording, OperandError
from grenade.hagen import program as programs
from halco import AtomicNeuronOnDLS, Enum
from haldls.lola import Chip
from hicannx_sim import ModelConnection, System, VirtualChip

SERIAL = 7
GAIN = pytest.approx(0.0018, abs=2e-4)
"""LSB for each unit of activation times weight; 0.002 as published."""


def test_gain_and_noise(executor: JITGraphExecutor, chip: Chip) -> None:
    """As hxtorch's own test has it: 100 equal vectors, equal weights."""
    for weight in (15, -15):
        found = MatrixProduct(np.full((128, 512), weight), wait_between_events=10).run(executor, chip, np.full((100, 128), 12))
        assert np.median(found) / (12 * 128 * weight) == GAIN
        assert 1.4 < found.std(0).mean() < 2.5, "noise of single results"
        assert found.mean(0).std() < 0.06 * abs(found.mean()), "columns are calibrated"


def test_products_follow_the_exact_ones(executor: JITGraphExecutor, chip: Chip) -> None:
    """A matrix of eight pieces in four runs, parts of rows added."""
    rng = np.random.default_rng(1)
    weights, vectors = rng.integers(-63, 64, (300, 400)), rng.integers(0, 32, (20, 300))
    found, exact = MatrixProduct(weights).run(executor, chip, vectors), vectors @ weights
    assert found.dtype == np.int8 and found.shape == (20, 400)
    gain = (found * exact).sum() / (exact**2).sum()
    assert gain == pytest.approx(0.0017, abs=2.5e-4)
    assert np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.97
    for columns in (slice(0, 256), slice(256, 400)):
        assert (found[:, columns] - gain * exact[:, columns]).std() < 5


@pytest.mark.parametrize("sign", [1, -1])
def test_every_synapse_is_where_it_belongs(executor: JITGraphExecutor, chip: Chip, sign: int) -> None:
    """hxtorch's own test: one strong weight in each column, one row active in each vector."""
    weights = np.zeros((128, 512), int)
    place = np.random.default_rng(2).permutation(512)[:128]
    weights[np.arange(128), place] = 63 * sign
    found = MatrixProduct(weights, num_sends=40, wait_between_events=2).run(executor, chip, 31 * np.eye(128, dtype=int))
    assert (found * sign > 40).tolist() == (weights != 0).tolist()


def test_nothing_sent_and_no_wait(executor: JITGraphExecutor, chip: Chip) -> None:
    weights, vectors = np.full((128, 256), 20), np.full((10, 128), 10)
    assert abs(MatrixProduct(weights, num_sends=0).run(executor, chip, vectors).mean()) < 0.5
    fast, same = (MatrixProduct(weights, np.int64(1), wait).run(executor, chip, vectors).mean() for wait in (0, 1))
    assert fast == pytest.approx(same, abs=0.5) and fast > 30


def test_results_saturate(executor: JITGraphExecutor, chip: Chip) -> None:
    for sign, limit in ((1, 127), (-1, -128)):
        found = MatrixProduct(np.full((256, 4), 63 * sign), num_sends=2).run(executor, chip, np.full((3, 256), 31))
        assert (found == limit).all()


def test_sends_add_up_and_silence_is_noise(executor: JITGraphExecutor, chip: Chip) -> None:
    weights, vectors = np.full((40, 256), 20), np.full((20, 40), 10)
    once, thrice = (MatrixProduct(weights, num_sends=sends).run(executor, chip, vectors).mean() for sends in (1, 3))
    assert thrice == pytest.approx(3 * once, rel=0.08)
    silent = MatrixProduct(weights).run(executor, chip, 0 * vectors)
    assert abs(silent.mean()) < 0.5 and silent.std(0).mean() < 2.5


def test_long_batches_are_cut_into_programs(executor: JITGraphExecutor, chip: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    weights, vectors = rng.integers(-63, 64, (128, 256)), rng.integers(0, 32, (30, 128))
    whole = MatrixProduct(weights).run(executor, chip, vectors)
    monkeypatch.setattr(programs, "LIMIT", 2000)
    parts = MatrixProduct(weights).run(executor, chip, vectors)
    assert abs(whole.astype(int) - parts).mean() < 3


def test_the_first_product_of_a_kind_only_writes_what_differs(executor: JITGraphExecutor, chip: Chip) -> None:
    product = MatrixProduct(np.ones((128, 256), int))
    product.run(executor, chip, np.ones((1, 128)))
    state = executor.connection(min(executor.contained_connections())).states
    writes = []
    for known in state.values():
        update = known.update
        known.update = lambda *content, update=update: writes.append(update(*content)) or writes[-1]
    product.run(executor, chip, np.ones((1, 128)))
    changed = np.ones((128, 256), int)
    changed[5, 7] = 9
    MatrixProduct(changed).run(executor, chip, np.ones((1, 128)))
    for known in state.values():
        del known.update
    assert [len(one) for one in writes] == [0, 1]


def test_a_membrane_can_be_watched(executor: JITGraphExecutor, chip: Chip) -> None:
    """The fast converter sees how the membrane climbs from the first event on."""
    weights, vectors = np.full((128, 300), 30), np.full((3, 128), 10)
    recording, elsewhere = MembraneRecording(AtomicNeuronOnDLS(Enum(3))), MembraneRecording(AtomicNeuronOnDLS(Enum(256 + 200)))
    for one in (recording, elsewhere):
        MatrixProduct(weights).run(executor, chip, vectors, one)
    assert not len(elsewhere.samples), "its column holds nothing"
    run, entry, time, value = recording.samples.T
    assert (run == 0).all() and sorted(set(entry.tolist())) == [0, 1, 2]
    for number in range(3):
        before, after = value[(entry == number) & (time < 0)], value[(entry == number) & (time > 128 * 5)]
        assert len(before) > 20 and len(after) > 20 and np.median(after) > np.median(before[-20:]) + 30
    MatrixProduct(weights).run(executor, chip, vectors)


def test_a_served_chip_gives_the_same(serve: Callable[..., object], address: str, chip: Chip) -> None:
    serve(System(VirtualChip(SERIAL, "typical")))
    rng, found = np.random.default_rng(5), []
    product, vectors = MatrixProduct(rng.integers(-63, 64, (200, 300))), rng.integers(0, 32, (10, 200))
    for connection in (ARQConnection(address), ModelConnection(serial=SERIAL, mode="typical")):
        executor = JITGraphExecutor([connection])
        found.append(product.run(executor, chip, vectors).tolist())
        executor.close()
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (([[64]],), OperandError, r"weights\[0, 0\] is 64, outside -63..63"),
        (([[1, 2], [3, -64]],), OperandError, r"weights\[1, 1\]"),
        (([[0.5]],), HagenError, "round"),
        (([1, 2],), HagenError, "rows and columns"),
        (([[1]], -1), OperandError, "num_sends"),
        (([[1]], 1, -5), OperandError, "wait_between_events"),
        (([[1]], 1.5), OperandError, "num_sends"),
    ],
)
def test_refused_matrices(arguments: tuple[object, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        MatrixProduct(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("vectors", "error", "text"),
    [
        ([[1, 32]], OperandError, r"activations\[0, 1\] is 32, outside 0..31"),
        ([[-1, 0]], OperandError, "activations"),
        ([[float("nan"), 0]], OperandError, r"activations\[0, 0\] is nan"),
        ([[0.5, 0]], HagenError, "whole numbers"),
        ([[1, 2, 3]], HagenError, "vectors of 2"),
        ([1, 2], HagenError, "rows and columns"),
    ],
)
def test_refused_vectors(executor: JITGraphExecutor, vectors: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        MatrixProduct([[1], [2]]).run(executor, Chip(), vectors)  # type: ignore[arg-type]


def test_errors_are_of_both_kinds() -> None:
    with pytest.raises(OverflowError):
        MatrixProduct([[99]])
    with pytest.raises(RuntimeError):
        MatrixProduct([[99]])


def test_no_vectors_and_a_chip_that_is_not_calibrated(executor: JITGraphExecutor) -> None:
    assert MatrixProduct(np.ones((5, 3))).run(executor, Chip(), np.zeros((0, 5))).shape == (0, 3)
    assert MatrixProduct(np.ones((5, 3))).run(executor, Chip(), np.ones((10, 5))).shape == (10, 3)


def test_a_connection_to_nothing() -> None:
    made = JITGraphExecutor([ZeroMockConnection()])
    try:
        assert (MatrixProduct(np.ones((200, 300))).run(made, Chip(), np.ones((2, 200))) == 0).all()
    finally:
        made.close()
