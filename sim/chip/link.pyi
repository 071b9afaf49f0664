bring_up_ticks: int

class Link:
    def up(self, tick: int) -> tuple[bool, ...]: ...
