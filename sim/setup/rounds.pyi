from typing import Any

from hicannx_sim.setup.aggregator import Aggregator
from hicannx_sim.setup.exchange import Exchange
from hicannx_sim.setup.member import Member

RECORD: Any

class Rounds:
    count: int
    longest: int
    def __init__(self, members: list[Member], aggregator: Aggregator, exchange: Exchange | None = ...) -> None: ...
    def run(self) -> None: ...
