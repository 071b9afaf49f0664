"""What a figure says."""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table in docs/reliability.md.

    count   how many of `unit` were tried
    faults  how many of them were not as they should be
    found   the first fault in words, or what else there is to say
    """

    what: str
    count: int
    unit: str
    faults: int = 0
    found: str = ""

    @property
    def result(self) -> str:
        """A few words for the table."""
        said = f"{self.faults} faults" if self.faults else "no fault"
        return f"{said}: {self.found}" if self.found else said
