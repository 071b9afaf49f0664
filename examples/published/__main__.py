"""Published experiments on the model: pictures, and a page with the numbers of both side by side.

python examples/published [--output docs/published]
"""

import argparse
from pathlib import Path

import hagen
import stdp
from matplotlib.figure import Figure
from tqdm import tqdm

import adex
import card
import chain
import dynamic_range
import plateau
from result import Result

EXPERIMENTS = {
    "adex": adex, "chain": chain, "dynamic_range": dynamic_range, "plateau": plateau, "hagen": hagen, "stdp": stdp, "card": card,
}  # fmt: skip
SIZES = {"card": (14, 14), "adex": (11, 8), "chain": (10, 7), "hagen": (10, 5), "stdp": (10, 5)}
HEAD = """\
# Published experiments on the model

Made by `python examples/published`; each script there shows how. Times are hardware times. "Published" are values that were
read off the figures of the tutorials and papers for the silicon, so to some 5 LSB; chips and neurons differ by more.
"""


def section(name: str, result: Result, folder: Path) -> str:
    """Draws a result and gives its part of the page."""
    figure = Figure(figsize=SIZES.get(name, (8, 5)), layout="constrained")
    result.draw(figure)
    figure.savefig(folder / f"{name}.png", dpi=80)
    parts = [f"## {result.title}", result.text, *([result.table()] if result.rows else []), f"![{result.title}]({name}.png)"]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measures everything and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("docs/published"), metavar="DIR")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    sections = [section(name, module.measure(), folder) for name, module in tqdm(EXPERIMENTS.items(), unit="experiment", disable=None)]
    (folder / "README.md").write_text("\n".join([HEAD, *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
