from typing import Any

from hicannx_sim.setup.aggregator import Aggregator
from hicannx_sim.setup.member import Member

RECORD: Any

class Rounds:
    count: int
    longest: int
    def __init__(self, members: list[Member], aggregator: Aggregator, exchange: Any = ...) -> None: ...
    def begin(self) -> None: ...
    def go(self, cycles: int = ...) -> bool: ...
