"""What tests of several parts of the room need."""

import pytest

from haldls.ppu_toolchain import CompilerNotFoundError, find_compiler


@pytest.fixture(scope="session")
def compiler() -> None:
    """Leaves a test out where nothing compiles programs for the processors."""
    try:
        find_compiler().for_cpp()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
