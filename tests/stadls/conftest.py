"""What the tests of playback programs share."""

from collections.abc import Iterator

import pytest

from fisch import MultiConnection, ZeroMockConnection


@pytest.fixture
def zero_mock() -> Iterator[MultiConnection]:
    """One connection to nothing: every read gives 0."""
    with MultiConnection([ZeroMockConnection()]) as connection:
        yield connection
