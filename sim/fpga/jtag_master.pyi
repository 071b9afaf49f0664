from hicannx_sim.chip.jtag import TAP

class JTAGMaster:
    tap: TAP
    n_responses: int
    scaler: int
    idle_from: int
    def __init__(self, tap: TAP) -> None: ...
