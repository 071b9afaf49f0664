from hicannx_sim.chip.jtag import TAP
from hicannx_sim.chip.port import Port

class Power:
    port: Port
    tap: TAP
    rails: int
    reset_line: bool
    held: bool
    def __init__(self, port: Port, tap: TAP) -> None: ...
