"""A chip for programs, and a cache of programs that all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ppu_rules import Chip

import hicannx


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("programs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HICANNX_PPU_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def needs_a_compiler(compiler: None) -> None:
    """All tests of programs do."""


@pytest.fixture
def chip() -> Iterator[Chip]:
    with hicannx.connect(mode="ideal") as connection:
        yield Chip(connection)
