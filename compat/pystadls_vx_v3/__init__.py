# ruff: noqa: F403
# mypy: implicit-reexport
"""Playback programs under their original names."""

from fisch.execution import RunTimeInfo as RunTimeInfo
from stadls import run as run
from stadls.absolute_time import *
from stadls.board_init import *
from stadls.builder import *
from stadls.chip_conversion import *
from stadls.chip_init import *
from stadls.dumper import *
from stadls.generator import *
from stadls.program import *
from stadls.reinit import *
from stadls.serialization import *
from stadls.ticket import *
