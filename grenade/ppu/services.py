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


def services(rules: Sequence[Rule]) -> list[Service]:
    """All services, by views and numbers of the rules."""
    groups: dict[Views, dict[int, list[int]]] = {}
    for place, rule in enumerate(rules):
        groups.setdefault(rule.views, {}).setdefault(rule.id, []).append(place)
    found: list[Service] = []
    ends: Counter[int] = Counter()
    for number, by_id in enumerate(groups.values()):
        for key, same in by_id.items():
            for count, (places, timer) in enumerate(_continued(rules, same)):
                end = ends[key] + timer.num_periods
                found.append(Service(rules[places[0]], number, count, tuple(places), timer, range(ends[key], end)))
                ends[key] = end
    return found


def runs_by_rule(rules: Sequence[Rule]) -> list[range]:
    """Which runs in the recording of its number belong to each rule, as it stands in one snippet."""
    found = [range(0)] * len(rules)
    for service in services(rules):
        first = service.runs.start
        for place in service.places:
            found[place] = range(first, first + rules[place].timer.num_periods)
            first = found[place].stop
    return found


def _continued(rules: Sequence[Rule], same: Sequence[int]) -> Iterator[tuple[list[int], Timer]]:
    """Timers of rules that are the same but for these (given by place); those of equal period that continue each other are one."""
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
