"""A matrix of 256 x 512 times 1000 vectors: on the embedded chip (four pieces, two runs of 1000 entries), on the host's side alone, and
beside hxtorch's mock and plain torch where torch is installed. CPU times."""

import time

import numpy as np
import pytest

from fisch import ZeroMockConnection
from grenade.execution import JITGraphExecutor
from grenade.hagen import MatrixProduct
from haldls.lola import Chip
from hicannx.calibration.making import calibrated_chip
from hicannx_sim import ModelConnection

ROWS, COLUMNS, ENTRIES = 256, 512, 1000
pytestmark = pytest.mark.benchmark(timer=time.process_time)


@pytest.fixture(scope="module")
def operands():
    generator = np.random.default_rng(1)
    return generator.integers(-63, 64, (ROWS, COLUMNS)), generator.integers(0, 32, (ENTRIES, ROWS))


@pytest.fixture
def opened():
    made = []
    yield lambda connection: made.append(JITGraphExecutor([connection])) or made[-1]
    for one in made:
        one.close()


@pytest.mark.parametrize("where", ["chip", "host"])
def test_product(benchmark, opened, operands, where):
    weights, vectors = operands
    executor = opened(ModelConnection(serial=7) if where == "chip" else ZeroMockConnection())
    chip, product = calibrated_chip("hagen", 7) if where == "chip" else Chip(), MatrixProduct(weights)
    product.run(executor, chip, vectors[:1])
    found = benchmark.pedantic(product.run, (executor, chip, vectors), rounds=3)
    assert found.shape == (ENTRIES, COLUMNS) and (where == "host" or np.corrcoef(found.ravel(), (vectors @ weights).ravel())[0, 1] > 0.9)


@pytest.mark.parametrize("how", ["mock", "torch"])
def test_peer(benchmark, operands, how):
    torch = pytest.importorskip("torch")
    hxtorch = pytest.importorskip("_hxtorch_perceptron")
    weights, vectors = (torch.from_numpy(one).float() for one in operands)
    found = benchmark((lambda: hxtorch.mac(vectors, weights, mock=True)) if how == "mock" else lambda: vectors @ weights)
    assert found.shape == (ENTRIES, COLUMNS)
