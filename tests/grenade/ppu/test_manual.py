"""The kernel of the manual."""

from pathlib import Path

import numpy as np
from ppu_rules import MS, TOP, Chip

from grenade.ppu import PerSynapse, Rule, SynapseView, TimedRecording, Timer, program

MANUAL = Path(__file__).parents[3] / "docs" / "ppu.md"
INCLUDES = Path(__file__).parents[3] / "grenade" / "ppu" / "on-ppu" / "include"


def test_kernel_of_the_manual(chip: Chip) -> None:
    kernel = MANUAL.read_text(encoding="utf-8").split("```cpp\n")[1].split("```")[0]
    view = SynapseView(TOP, (0, 1), (5,))
    made = program([Rule(kernel, Timer(0, MS, 3), (view,), (), TimedRecording({"w": PerSynapse("int8", False)}))])
    chip.start(made)
    chip.schedule(made, 3 * MS // 2)
    recorded = made.recorded(made.rules[0], chip.get(made.recording(made.rules[0])))
    assert recorded.synapses["w"][0][:, 0].tolist() == [[1, 1], [2, 2], [3, 3]]
    np.testing.assert_array_equal(chip.weights(5)[:3], [3, 3, 0])


def test_all_headers_are_in_the_manual() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    headers = [path.relative_to(INCLUDES) for path in INCLUDES.rglob("*.h") if path.parent.name != "detail"]
    assert headers and [str(header) for header in headers if f"{header.name}`" not in text] == []
