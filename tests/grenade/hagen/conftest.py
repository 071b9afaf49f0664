"""A calibrated chip and a connection to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grenade.execution import JITGraphExecutor
from haldls.lola import Chip
from hicannx.calibration.making import calibrated_chip
from hicannx_sim import ModelConnection

SERIAL = 7


@pytest.fixture(scope="module")
def executor() -> Iterator[JITGraphExecutor]:
    made = JITGraphExecutor([ModelConnection(serial=SERIAL)])
    yield made
    made.close()


@pytest.fixture(scope="session")
def chip() -> Chip:
    return calibrated_chip("hagen", SERIAL)
