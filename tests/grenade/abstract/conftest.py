"""Executors on the embedded model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fisch import connection_from_environment
from grenade.execution import JITGraphExecutor


@pytest.fixture
def executor() -> Iterator[JITGraphExecutor]:
    made = JITGraphExecutor([connection_from_environment()])
    yield made
    made.close()
