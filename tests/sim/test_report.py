"""The report names what a run cannot be believed in."""

from haldls import CommonPADIBusConfig, PADIEvent, PadMultiplexerConfig


def test_nothing_to_report(ready):
    assert "not served" not in ready.system.report() and "lost" not in ready.system.report()


def test_accesses_settings_and_events(ready, words):
    pads = PadMultiplexerConfig(neuron_i_stim_mux_to_pad=True).encode().tolist() * 2
    addresses = PadMultiplexerConfig.write_addresses().ravel().tolist()
    program = [word for address, data in zip(addresses, pads, strict=True) for word in words.write(address, data)]
    nowhere = [*words.read(0x2), *words.write(0x90000000, 0), *words.write(0x4, 1) * 3]
    ready.run(program, nowhere, words.spikes(1), words.setup, words.wait(500), words.halt)
    lines = ready.system.report().split("\n")
    assert lines[:4] == [
        "accesses that were not served",
        "  read at 0x00000002, no such register: 1 x",
        "  write at 0x00000004, no such register: 3 x",
        "  write at 0x90000000, no such register: 1 x",
    ]
    assert lines[4:6] == [
        "settings without effect",
        "  neuron_i_stim_mux_to_pad of PadMultiplexerConfigOnDLS(0) and 1 others: this switch leads nowhere",
    ]
    assert "events lost" not in lines, "buses where nobody listens lose nothing"


def test_lost_events(ready, words):
    """The event register of a bus that listens to the crossbar."""
    bus, event = CommonPADIBusConfig(enable_spl1=[True] * 4), PADIEvent(fire_bus=[True] * 4)
    places = [(type(one).write_addresses([0])[0, 0], one.encode()[0]) for one in (bus, event)]
    ready.run([word for address, data in places for word in words.write(int(address), int(data))], words.setup, words.wait(500), words.halt)
    lines = ready.system.report().split("\n")
    assert lines[lines.index("events lost") + 1] == "  PADI buses: 4 of 4"


def test_what_went_wrong_on_a_processor(ready, words):
    """A load of nothing, a word that is no instruction, and a misaligned load, whose interrupt goes back behind it."""
    code = (0x48000040, 0, 0, 0, 0, 0, 0x7CBA02A6, 0x38A50004, 0x7CBA03A6, 0x4C000064, 0, 0, 0, 0, 0, 0)
    code += (0x3C602000, 0x80830000, 0x7C00052C, 0x80600102, 0x7C00007C)
    program = [word for place, data in enumerate(code) for word in words.write(0x2800000 + place, data)]
    ready.run(program, words.write(0x2A00000, 1), words.setup, words.wait(500), words.halt)
    lines = ready.system.report().split("\n")
    assert lines[lines.index("plasticity processors") + 1 :][:3] == [
        "  PPU 0: misaligned accesses: 1 x, first at 0x4c; they were left out",
        "  PPU 0, instruction at 0x00000044: load at 0x20000000: there is nothing: 1 x",
        "  PPU 0: 0x7c00052c at 0x48 is no instruction of the PPU and did nothing (first at cycle 11)",
    ]


def test_long_lists_are_cut(ready, words):
    ready.run([word for address in range(0x100, 0x120) for word in words.read(address)], words.halt)
    assert "  ... and 22 more" in ready.system.report().split("\n")


def test_supplies_scans_and_bytes(ready, words):
    shift = [*words.write(0x88007001, 0xDF), *words.write(0x88007001, 0x9C), *words.write(0x88007001, 0x40 | 1 << 31)]
    nobody = [*words.write(0x88007831, 1), *words.write(0x880078B1, 1)]
    ready.run(shift, nobody, words.select(0), words.scan(1, 5), words.barrier(3), words.halt)
    lines = ready.system.report().split("\n")
    assert lines[:2] == ["supplies that are off", "  vdd12_pll"]
    at = lines.index("accesses that were not served")
    assert lines[at + 1 : at + 3] == ["  scans of unknown JTAG instructions: 1 x", "  bytes to missing I2C devices: 2 x"]
