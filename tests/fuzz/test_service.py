"""A service that is attacked for some seconds, or with --long for ten minutes: it answers others, says nothing of errors, does not grow."""

import fuzz_service
import pytest


def test_attacks_for_a_while() -> None:
    made = fuzz_service.Campaign(seed=1)
    try:
        made.attack(5)
        made.honest.close()
    finally:
        told = made.end()
    assert set(made.done) == {attack.__name__ for attack in fuzz_service.ATTACKS} and "Traceback" not in told


@pytest.mark.long
def test_attacks_for_ten_minutes() -> None:
    fuzz_service.campaign(600, seed=0)
