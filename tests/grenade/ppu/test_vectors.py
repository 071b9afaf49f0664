"""Values of rows in kernels: what operators, comparisons and conversions give, against numpy."""

from typing import Any

import numpy as np
import pytest
from ppu_rules import Chip, rule

from grenade.ppu import Array, PerNeuron

TYPES = {"int8": "VectorRowFracSat8", "uint8": "VectorRowMod8", "int16": "VectorRowFracSat16", "uint16": "VectorRowMod16"}
COLUMNS = tuple(range(256))


def expressions(kind: str) -> dict[str, tuple[str, Any]]:
    """Expressions of rows a and b, and what numpy makes of them in wide integers."""
    dtype = np.dtype(kind)
    bits, low, high = 8 * dtype.itemsize, np.iinfo(kind).min, np.iinfo(kind).max

    def fit(x: Any) -> Any:
        return np.clip(x, low, high) if dtype.kind == "i" else x % (1 << bits)

    def product(a: Any, b: Any) -> Any:
        return fit(a * b >> (bits - 1)) if dtype.kind == "i" else fit(a * b)

    def left(a: Any, n: int) -> Any:
        """Signed: the sign stays, the bits that leave are lost."""
        if dtype.kind == "u":
            return fit(a << n)
        return np.where(a < 0, low, 0) | (a << n & high)

    return {
        "a + b": ("a + b", lambda a, b: fit(a + b)),
        "a - b": ("a - b", lambda a, b: fit(a - b)),
        "a * b": ("a * b", product),
        "-a": ("-a", lambda a, b: fit(-a)),
        "a + 3": ("a + 3", lambda a, b: fit(a + 3)),
        "63 - a": ("63 - a", lambda a, b: fit(63 - a)),
        "5 * a": ("5 * a", lambda a, b: product(a, 5)),
        "a << 2": ("a << 2", lambda a, b: left(a, 2)),
        "a >> 3": ("a >> 3", lambda a, b: a >> 3),
        "a << width": (f"a << {bits}", lambda a, b: 0 * a),
        "a >> 0": ("a >> 0", lambda a, b: a),
        "in place": ("[&] { auto c = a; c += b; c -= 7; c *= b; c >>= 1; return c; }()",
                     lambda a, b: product(fit(fit(a + b) - 7), b) >> 1),
        "greater": ("vector_if(a, VectorIfCondition::greater, a, b)", lambda a, b: np.where(a > 0, a, b)),
        "lesser": ("vector_if(a, VectorIfCondition::lesser, a, b)", lambda a, b: np.where(a < 0, a, b)),
        "equal": ("vector_if(a, VectorIfCondition::equal, a, b)", lambda a, b: np.where(a == 0, a, b)),
        "greater_equal": ("vector_if(a, VectorIfCondition::greater_equal, a, b)", lambda a, b: np.where(a >= 0, a, b)),
        "lesser_equal": ("vector_if(a, VectorIfCondition::lesser_equal, a, b)", lambda a, b: np.where(a <= 0, a, b)),
        "unequal": ("vector_if(a, VectorIfCondition::unequal, a, b)", lambda a, b: np.where(a != 0, a, b)),
        "power": ("pow(a, 3)", lambda a, b: product(product(a, a), a)),
    }  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_operators(kind: str, chip: Chip) -> None:
    a, b = operands(kind)
    row, cases = TYPES[kind], expressions(kind)
    observables = {f"o{number}": PerNeuron(kind) for number in range(len(cases))}
    body = "".join(f"std::get<0>(recording.o{number}) = {text};" for number, (text, _) in enumerate(cases.values()))
    fill = f"{row} a, b; for (size_t i = 0; i < 256; ++i) {{ a[i] = first[i]; b[i] = second[i]; }}"
    recorded = chip.once(recording_rule(fill + body, observables, tables(kind, a, b)))
    for number, (name, (_, meaning)) in enumerate(cases.items()):
        wanted = meaning(a.astype(np.int64), b.astype(np.int64))
        np.testing.assert_array_equal(recorded.neurons[f"o{number}"][0][0], wanted.astype(kind), err_msg=f"{kind}: {name}")


def operands(kind: str) -> tuple[Any, Any]:
    """256 numbers each, with all that is special among them."""
    random, limits = np.random.default_rng(1), np.iinfo(kind)
    special = np.array([limits.min, limits.min + 1, 0, 1, 2, limits.max - 1, limits.max, limits.max // 2], dtype=kind)
    a, b = (random.integers(limits.min, limits.max, 256, dtype=kind, endpoint=True) for _ in range(2))
    a[:64], b[:64] = np.repeat(special, 8), np.tile(special, 8)
    return a, b


def tables(kind: str, *arrays: Any) -> str:
    names = ("first", "second")
    texts = (", ".join(map(str, array)) for array in arrays)
    return "".join(f"static {kind}_t const {name}[] = {{{text}}};\n" for name, text in zip(names, texts, strict=False))


def recording_rule(body: str, observables: dict[str, Any], before: str) -> Any:
    from ppu_rules import TOP, NeuronView

    only_top = f"if (ppu == PPUOnDLS::top) {{ {body} }}"
    return rule(only_top, observables, before=before, neurons=(NeuronView(TOP, COLUMNS),), synapses=())


CONVERSIONS = {
    ("uint8", "int8"): lambda a: a.view(np.int8),
    ("int8", "uint8"): lambda a: a.view(np.uint8),
    ("uint16", "int16"): lambda a: a.view(np.int16),
    ("uint8", "uint16"): lambda a: a.astype(np.uint16),
    ("uint16", "uint8"): lambda a: (a & 255).astype(np.uint8),
    ("int8", "int16"): lambda a: a.astype(np.int16) << 8,
    ("int16", "int8"): lambda a: (a >> 8).astype(np.int8),
}
CONTIGUOUS = {"uint8": "int8", "int8": "uint8", "uint16": "int16", "int16": "uint16"}


def test_conversions(chip: Chip) -> None:
    """Between kinds of rows, and to the same place in the range of the other sign."""
    body, before, observables, wanted = "", "", {}, {}
    for number, (source, target) in enumerate([*CONVERSIONS, *CONTIGUOUS.items()]):
        a, _ = operands(source)
        before += f"static {source}_t const t{number}[] = {{{', '.join(map(str, a))}}};\n"
        convert = f"static_cast<{TYPES[target]}>(x)" if number < len(CONVERSIONS) else "x.convert_contiguous()"
        fill = f"{TYPES[source]} x; for (size_t i = 0; i < 256; ++i) x[i] = t{number}[i];"
        body += f"{{ {fill} std::get<0>(recording.o{number}) = {convert}; }}"
        observables[f"o{number}"] = PerNeuron(target)
        if number < len(CONVERSIONS):
            wanted[f"o{number}"] = CONVERSIONS[source, target](a)
        else:
            wanted[f"o{number}"] = (a.astype(np.int64) - np.iinfo(source).min + np.iinfo(target).min).astype(target)
    recorded = chip.once(recording_rule(body, observables, before))
    for name, array in wanted.items():
        np.testing.assert_array_equal(recorded.neurons[name][0][0], array, err_msg=name)


def test_rows_begin_with_zeros_and_compare(chip: Chip) -> None:
    body = """
        VectorRowFracSat16 zeros; VectorRowMod8 ones(1), others(1); others[200] = 2;
        recording.seen[0] = zeros == VectorRowFracSat16(0);
        recording.seen[1] = ones != others;
        recording.seen[2] = ones == others;
        recording.seen[3] = saturate_weight(VectorRowFracSat8(-3))[9];
        recording.seen[4] = saturate_weight(VectorRowFracSat8(77))[9];
        recording.seen[5] = saturate_weight(VectorRowMod8(200))[9];"""
    recorded = chip.once(recording_rule(body, {"seen": Array("uint8", 6)}, ""))
    assert recorded.arrays["seen"][0].tolist() == [1, 1, 0, 0, 63, 0]
