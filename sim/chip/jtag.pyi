from hicannx_sim.chip.port import Port

class TAP:
    port: Port
    instruction: int
    in_reset: bool
    pll_target: int
    address: int
    data: int
    n_unknown: int
    def __init__(self, port: Port) -> None: ...
