"""Two networks of the literature on several virtual chips, beside NEST: a page with pictures.

    python examples/networks                         # both, as they stand in the documentation: minutes
    python examples/networks random --points 8,0.8   # one point (g, eta) of the random network
    python examples/networks --peer                  # with NEST anew: PEER_PYTHON names an interpreter that has it

Without --peer the numbers of NEST are those that stand in nest.json. On two processors:

    mpirun -n 2 hicannx cluster examples/networks/__main__.py microcircuit
"""

import argparse
from pathlib import Path

import peer
import random_network
from experiments import TRANSIENT, Mapped, Point, Runs
from matplotlib.figure import Figure

import figures
from hicannx.clusters import process

HEAD = """\
# Networks on several chips

Made by `python examples/networks`, which has all parameters; how they come onto chips is in `mapper.py` and `circuits.py` there. The chips
are those with the serial numbers 0, 1, ... of one jBOA setup, in the mode `typical`, calibrated, each neuron made of four joined circuits.
NEST has the same neurons, one by one as the calibrated chips have them, the same synapses with the strengths of theirs, and the same input;
its membranes and synapses are linear, its threshold has no noise. Times are biological, the first {transient:g} ms do not count. CV is the
coefficient of variation of a neuron's intervals. Seconds are of one processor, for a second of biological time, without setting up.
Spikes that are lost on the way did not fit into the queues of the lines between FPGAs, which carry 125 million in a second to each of them.
So the random network runs at a quarter of the chips' usual speed, and at g below 8 at an eighth; where many neurons fire at the same time,
as they do there, some spikes still find a queue full. How many volts of a chip stand for a mV was found by trying, 3 mV and at g below 8
4 mV: with these, rates come nearest to NEST's. Why is not known; that circuits are less linear further away from rest is a guess.
"""


def table(points: list[Point]) -> str:
    """Rates, irregularity, times, losses on the way, as Markdown."""
    lines = ["| | rate [Hz] | NEST | CV | NEST | s per s | NEST | spikes lost on the way |", "| --- |" + " --- |" * 7]
    for point in points:
        here, there = point.chips, point.nest or {"rate": "", "cv": "", "seconds": ""}
        cells = [place[what] for what in ("rate", "cv", "seconds") for place in (here, there)] + [f"{here['lost']} of {here['sent']}"]
        lines.append("| " + " | ".join([point.name.rpartition("network, ")[2], *map(str, cells)]) + " |")
    return "\n".join(lines)


def populations(point: Point) -> str:
    """Rates of a point by population."""
    there = point.nest["populations"] if point.nest else {}
    lines = ["| population | rate [Hz] | NEST |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {name} | {rate} | {there.get(name, '')} |" for name, rate in point.chips["populations"].items()])


def report(mapped: Mapped) -> str:
    """What the mapper says."""
    wanted, lost = mapped.losses["all"]
    placed = f"The mapper places {wanted - lost} of {wanted} synapses on {mapped.chips} chips ({lost / wanted:.2%} lost)."
    return f"{placed} Rates are means over {mapped.ms:g} ms."


def clock(mapped: Mapped) -> str:
    """How long the first point took."""
    processes = process()[1]
    by = "one process" if processes == 1 else f"{processes} processes"
    return f"By the clock a second took {mapped.points[0].chips['wall']:g} s, in {by}."


def section(title: str, mapped: Mapped, draw: object, folder: Path) -> list[str]:
    """Draws a network's picture and gives its part of the page."""
    name = title.lower().replace(" ", "_")
    figure = Figure(figsize=(14, 5), layout="constrained")
    draw(figure, mapped, TRANSIENT)  # type: ignore[operator]
    figure.savefig(folder / f"{name}.png", dpi=80)
    return [f"## {title}", report(mapped), table(mapped.points), f"![{title}]({name}.png)"]


def main() -> None:
    """Runs what is asked for and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", nargs="?", choices=("both", "random", "microcircuit"), default="both")
    every = [(g, eta) for g in random_network.GS for eta in random_network.ETAS]
    parser.add_argument("--points", nargs="+", type=lambda text: tuple(map(float, text.split(","))), default=every, metavar="G,ETA")
    parser.add_argument("--ms", type=float, default=1000.0, help="biological time that counts, default %(default)s")
    parser.add_argument("--peer", action="store_true", help="run NEST, too")
    parser.add_argument("--output", type=Path, default=Path("networks"), help="folder of page and pictures, default %(default)s")
    chosen = parser.parse_args()
    number, processes = process()
    if chosen.peer and processes > 1:
        parser.error("--peer: NEST runs beside one process: without mpirun")
    if chosen.peer and not peer.is_there():
        parser.error(f"--peer: {peer.python()} has no NEST; pip install nest-simulator, or PEER_PYTHON=another interpreter")
    runs = Runs(chosen.ms, chosen.peer)
    random = runs.random(chosen.points) if chosen.network != "microcircuit" else None
    microcircuit = runs.microcircuit() if chosen.network != "random" else None
    if not number:  # all processes have the same
        chosen.output.mkdir(parents=True, exist_ok=True)
        text = page(random, microcircuit, chosen.output)
        (chosen.output / "README.md").write_text(text)
        print(text)


def page(random: Mapped | None, microcircuit: Mapped | None, folder: Path) -> str:
    """The page, whose pictures come into the folder."""
    parts = [HEAD.format(transient=TRANSIENT)]
    if random is not None:
        parts += section("Random network", random, figures.random_network, folder)
    if microcircuit is not None:
        parts += section("Cortical microcircuit", microcircuit, figures.microcircuit, folder)
        parts += [clock(microcircuit), populations(microcircuit.points[0])]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


if __name__ == "__main__":
    main()
