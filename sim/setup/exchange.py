"""What goes between the processes that have some of the FPGAs of a setup each."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

Exchange = Callable[[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]
"""exchange(standing, records): see `rounds.Rounds`."""
