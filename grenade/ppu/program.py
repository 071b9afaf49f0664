"""Programs of the processors of one chip, made of plasticity rules and a periodic recording of the parallel converters.

    made = program([rule], cadc_recording="sram")
    for coordinate, container in made.load(): ...        # stop both processors before, start them behind
    builder.write(*made.write("ppu", PPUOnDLS.bottom, [1]))   # which processor it is: 0 top, 1 bottom, before it is started
    ...
    made.recording(rule.id).decode(bytes)                # what a rule has recorded
    made.cadc.decode(bytes)                              # what the converters have

The same program runs on both processors. The host talks to it by writing and reading its variables: `status` (see `Status`), `ppu`,
`runtime` (two words, cycles of 4 ns, high one first). A command is a write to `status`; the program answers with `Status.idle` when it
is done.
"""
