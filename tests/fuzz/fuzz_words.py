"""Runs random programs through the model until a number of words is reached, or for ever.

    python tests/fuzz/fuzz_words.py [--words 10000000] [--seed 0] [--strict] [--program 2000] [--limit 30]

What went wrong is printed with the seed that shows it. A program takes milliseconds; the slowest are printed with their times.
"""

import argparse
import logging
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from word_streams import HALT, TICK, Generator  # noqa: E402

import hicannx_sim as sim  # noqa: E402
from fisch import ResponseDecoder  # noqa: E402

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
    decoder.push(system.execute(np.array([TICK, HALT])))
    assert decoder.loopback["tick"].tolist() == [1, 0], decoder.loopback


def campaign(words: int, seed: int, strict: bool, length: int, limit: float = LONG) -> int:
    """Programs of about `length` words until there were `words` of them; a new system every 50 programs."""
    done, number = 0, 0
    while done < words:
        if number % 50 == 0:
            identity = sim.VirtualChip(number // 50 % 3, "typical" if number // 50 % 2 else "ideal")
            system = sim.System(identity, seed, strict, "jboa" if number // 50 % 3 == 2 else "cube")
        program = Generator(seed * 1_000_003 + number).program(length)
        start = time.process_time()
        check(system, program)
        took = time.process_time() - start
        if took > limit / 30:
            print(f"program {number} of seed {seed}: {took:.1f} s for {len(program)} words", flush=True)
        assert took < limit, f"program {number} of seed {seed} took {took:.0f} s"
        done += len(program)
        number += 1
    return done


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=1 << 62)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--program", type=int, default=2000)
    parser.add_argument("--limit", type=float, default=LONG, help="seconds a program may take")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    began = time.perf_counter()
    total = campaign(options.words, options.seed, options.strict, options.program, options.limit)
    print(f"{total} words in {time.perf_counter() - began:.0f} s")
