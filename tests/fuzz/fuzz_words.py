"""Runs random programs through the model until a number of words is reached, or for ever.

    python tests/fuzz/fuzz_words.py [--words 10000000] [--seed 0] [--strict] [--program 2000] [--limit 30]
    python tests/fuzz/fuzz_words.py --words 1000000 --write FILE        # only draws them, for an interpreter to which drawing is expensive:
    python tests/fuzz/fuzz_words.py --read FILE

What went wrong is printed with the seed that shows it. A program takes milliseconds; the slowest are printed with their times.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from word_streams import HALT, TICK, Generator  # noqa: E402

import hicannx_sim as sim  # noqa: E402
from fisch import ResponseDecoder  # noqa: E402
from hicannx_sim.base.errors import ProcessorAccess  # noqa: E402
from hicannx_sim.trust.registers import registers  # noqa: E402

PPU_CONTROL = registers()("PPUControlRegister")[0].addresses
LONG = 30.0  # seconds of the processor's time; sanitizers take some twenty times longer


def check(system: sim.System, words: np.ndarray) -> None:
    """Runs a program; whatever it does, its stream can be decoded and the next program is answered."""
    try:
        stream = system.execute(np.append(words, HALT))
    except sim.SimError:
        pass
    else:
        ResponseDecoder().push(stream)
    decoder = ResponseDecoder()
    try:
        decoder.push(system.execute(np.array([TICK, HALT])))
    except ProcessorAccess:  # in strict mode, of a processor that the program has started and left running
        system.chip.write_all(PPU_CONTROL, np.zeros(len(PPU_CONTROL), np.uint32))
        decoder.push(system.execute(np.array([TICK, HALT])))
    assert decoder.loopback["tick"].tolist() == [1, 0], decoder.loopback


def drawn(words: int, seed: int, length: int) -> Iterator[np.ndarray]:
    """Programs of about `length` words until there were `words` of them."""
    number, done = 0, 0
    while done < words:
        yield (program := Generator(seed * 1_000_003 + number).program(length))
        number, done = number + 1, done + len(program)


def write(file: Path, programs: Iterable[np.ndarray]) -> None:
    """Keeps programs for `read`."""
    every = list(programs)
    np.savez(file, words=np.concatenate(every), ends=np.cumsum([len(program) for program in every]))


def read(file: Path) -> list[np.ndarray]:
    """What `write` kept."""
    with np.load(file) as kept:
        return np.split(kept["words"], kept["ends"][:-1])


def campaign(programs: Iterable[np.ndarray], seed: int, strict: bool, limit: float = LONG) -> int:
    """Runs programs, a new system every 50 of them; how many words there were."""
    done = 0
    for number, program in enumerate(programs):
        if number % 50 == 0:
            identity = sim.VirtualChip(number // 50 % 3, "typical" if number // 50 % 2 else "ideal")
            system = sim.System(identity, seed, strict, "jboa" if number // 50 % 3 == 2 else "cube")
        start = time.process_time()
        check(system, program)
        took = time.process_time() - start
        if took > limit / 30:
            print(f"program {number} of seed {seed}: {took:.1f} s for {len(program)} words", flush=True)
        assert took < limit, f"program {number} of seed {seed} took {took:.0f} s"
        done += len(program)
    return done


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=1 << 62)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--program", type=int, default=2000)
    parser.add_argument("--limit", type=float, default=LONG, help="seconds a program may take")
    parser.add_argument("--write", type=Path, help="keep the programs in this file instead of running them")
    parser.add_argument("--read", type=Path, help="run the programs of such a file")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    began = time.perf_counter()
    programs = read(options.read) if options.read else drawn(options.words, options.seed, options.program)
    if options.write:
        write(options.write, programs)
        sys.exit()
    total = campaign(programs, options.seed, options.strict, options.limit)
    print(f"{total} words in {time.perf_counter() - began:.0f} s")
