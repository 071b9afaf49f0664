bring_up_ticks: int

class Link:
    fpga_mask: int
    chip_mask: int
    in_reset: bool
    clock_good: bool
    ready: int
    n_changes: int
    def up(self, tick: int) -> tuple[bool, ...]: ...
