"""Whatever a driver sends, the number of responses is right, their times grow, and the next program runs."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SRAM = 0x80000000
HOME = (SRAM, 0x80007FFF, 0x8800000C, 0x88000005, 0x88002005, 0x0, 0x1, 0x130000, 0x88020000)

message = st.one_of(
    st.tuples(st.just("read"), st.sampled_from(HOME)),
    st.tuples(st.just("write"), st.sampled_from((SRAM, 0x0, 0x88020000)), st.integers(0, (1 << 32) - 1)),
    st.tuples(st.just("wait"), st.integers(0, 3000)),
    st.tuples(st.just("barrier"), st.integers(0, 31)),
    st.tuples(st.just("scan"), st.integers(0, (1 << 33) - 1), st.integers(3, 33), st.booleans()),
    st.tuples(st.just("select"), st.sampled_from((1, 3, 5, 6, 127))),
    st.tuples(st.just("spikes"), st.integers(0, 0xFFFF)),
    st.tuples(st.just("spikes"), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)),
    st.tuples(st.just("tick")),
    st.tuples(st.just("setup")),
    st.tuples(st.just("systime_init")),
)


@given(program=st.lists(message, max_size=60), synced=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_responses_match_requests(make_lab, words, program, synced):
    lab = make_lab()
    init = words.golden("SystemInit_ZeroMock")
    lab.run(init if synced else init[: init.index(6 << 56 | 1)], words.halt)
    parts = [
        getattr(words, name) if not callable(getattr(words, name)) else getattr(words, name)(*arguments) for name, *arguments in program
    ]
    answer = lab.run(*parts, words.halt)
    names = [name for name, *_ in program]
    assert len(answer.timeouts) == 0
    assert len(answer.omnibus) == names.count("read")
    assert len(answer.jtag) == sum(name == "scan" and arguments[2] for name, *arguments in program)
    assert answer.loopback["tick"].tolist() == [1] * names.count("tick") + [0]
    if synced and "systime_init" not in names:
        for rows in (answer.omnibus, answer.jtag, answer.loopback):
            assert np.all(np.diff(rows["fpga_time"].astype(np.int64)) > 0)
        delay = answer.spikes["fpga_time"].astype(np.int64) - answer.spikes["chip_time"].astype(np.int64)
        assert np.all((delay >= 0) & (delay <= 127))
    assert lab.run(words.tick, words.halt).loopback["tick"].tolist() == [1, 0]
