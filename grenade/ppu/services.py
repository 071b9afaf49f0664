"""Which rules run when, and where each of them records: a service for every rule and timer, which goes on over snippets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grenade.ppu.rule import Rule, Timer, Views


@dataclass(frozen=True)
class Service:
    """A rule with one set of views and one timer.

    views   number of the set
    number  of the service, among those of the rule's number with these views
    places  positions of the rule in the list of all rules, in the order of its snippets
    runs    which runs in the recording of the rule's number are its own: rules of equal number run between each other
    """

    rule: Rule
    views: int
    number: int
    places: tuple[int, ...]
    timer: Timer
    runs: range

    @property
    def name(self) -> str:
        """Unlike those of all others."""
        return f"{self.views}_{self.rule.id}_{self.number}"

    def runs_of(self, rules: Sequence[Rule], place: int) -> range:
        """Those of the runs that belong to one snippet."""
        first = self.runs.start + sum(rules[other].timer.num_periods for other in self.places[: self.places.index(place)])
        return range(first, first + rules[place].timer.num_periods)


def services(rules: Sequence[Rule]) -> list[Service]:
    """All services, by views and numbers of the rules."""
    found: list[Service] = []
    ends: Counter[int] = Counter()
    for number, views in enumerate(dict.fromkeys(rule.views for rule in rules)):
        for key in dict.fromkeys(rule.id for rule in rules if rule.views == views):
            for count, (places, timer) in enumerate(_continued(rules, key, views)):
                end = ends[key] + timer.num_periods
                found.append(Service(rules[places[0]], number, count, tuple(places), timer, range(ends[key], end)))
                ends[key] = end
    return found


def _continued(rules: Sequence[Rule], number: int, views: Views) -> Iterator[tuple[list[int], Timer]]:
    """Timers of rules that are the same but for these; those of equal period that continue each other are one."""
    same = [place for place, rule in enumerate(rules) if (rule.id, rule.views) == (number, views)]
    open_places: list[int] = []
    whole: Timer | None = None
    for place in sorted(same, key=lambda place: (rules[place].timer.period, rules[place].timer.start)):
        timer = rules[place].timer
        if whole is not None and (whole.period, whole.end) == (timer.period, timer.start):
            whole = Timer(whole.start, whole.period, whole.num_periods + timer.num_periods)
            open_places.append(place)
            continue
        if whole is not None:
            yield open_places, whole
        open_places, whole = [place], timer
    if whole is not None:
        yield open_places, whole
