"""What is counted, as Prometheus reads it."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MOST_NAMES = 200
"""Users with counters of their own; further ones count as `others`, so that names that somebody makes up cost no memory."""


class Metrics:
    """Counters of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        made: dict[str, Any] = {"registry": self.registry, "namespace": "hicannx"}
        self.jobs = Counter("jobs", "Programs that ended", ["user", "outcome"], **made)
        self.wait = Histogram("job_wait_seconds", "From submission to the begin of a program", **made)
        self.run = Histogram("job_run_seconds", "CPU time of programs", **made)
        self.cpu = Counter("cpu_seconds", "CPU time of processes of chips, by who caused it", ["user"], **made)
        self.words = Counter("words", "Words of programs and responses", ["direction"], **made)
        self.queue = Gauge("queue_length", "Programs that wait", ["user"], **made)
        self.sessions = Gauge("sessions", "Sessions", **made)
        self.workers = Gauge("workers", "Processes of chips", ["state"], **made)
        self.restarts = Counter("worker_restarts", "Processes of chips that were started again", ["reason"], **made)
        self.switches = Counter("chip_switches", "Chips that were kept as a state so that another one could run", **made)
        self.reinits = Counter("reinit", "Runs of programs that restore a shared chip", **made)
        self.refused = Counter("refused", "Requests that were refused", ["reason"], **made)
        self._names: set[str] = set()

    def name(self, user: str) -> str:
        """What a user is counted as."""
        if len(self._names) < MOST_NAMES:
            self._names.add(user)
        return user if user in self._names else "others"

    def text(self) -> bytes:
        """The page."""
        return generate_latest(self.registry)
