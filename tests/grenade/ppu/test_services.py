"""Which runs of a recording belong to which rule, and to which snippet of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grenade.ppu.rule import Rule, SynapseView, Timer
from grenade.ppu.services import runs_by_rule, services
from halco import HemisphereOnDLS


def rule(start: int, period: int, number: int, column: int = 0, name: int = 0) -> Rule:
    view = SynapseView(HemisphereOnDLS(0), (column,), (0,))
    return Rule("", Timer(start, period, number), (view,), id=name)


def runs(*rules: Rule) -> list[list[int]]:
    """Of each rule, in the order in which they are given."""
    return [list(one) for one in runs_by_rule(rules)]


def test_a_timer_that_goes_on_in_the_next_snippet_is_one() -> None:
    first, second, third = rule(0, 100, 3), rule(300, 100, 2), rule(500, 100, 1)
    [service] = services([first, second, third])
    assert service.timer == Timer(0, 100, 6)
    assert runs(first, second, third) == [[0, 1, 2], [3, 4], [5]]


def test_timers_apart_are_several() -> None:
    assert [one.timer for one in services([rule(0, 100, 3), rule(310, 100, 2), rule(300, 50, 2)])] == [
        Timer(300, 50, 2),
        Timer(0, 100, 3),
        Timer(310, 100, 2),
    ]


def test_rules_of_equal_number_have_their_own_runs() -> None:
    """On the same synapses and on others, between each other and at the same times; other numbers begin anew."""
    assert runs(rule(0, 100, 3), rule(50, 100, 2), rule(0, 100, 2, column=1), rule(0, 100, 2, name=1)) == [
        [0, 1, 2],
        [3, 4],
        [5, 6],
        [0, 1],
    ]


@given(st.lists(st.builds(rule, st.integers(0, 3), st.integers(1, 3), st.integers(0, 3), st.integers(0, 1), st.integers(0, 1)), max_size=6))
def test_all_runs_of_a_number_are_somebodys(rules: list[Rule]) -> None:
    found = runs(*rules)
    for name in (0, 1):
        mine = [run for one, some in zip(rules, found, strict=True) if one.id == name for run in some]
        assert sorted(mine) == list(range(sum(one.timer.num_periods for one in rules if one.id == name)))
