from collections.abc import Callable

class CorrelationPulses:
    def connect_board(self, volts: Callable[[], tuple[float, float]]) -> None: ...
