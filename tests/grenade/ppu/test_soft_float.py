"""Arithmetic of floats and doubles in kernels, bit by bit as IEEE 754 and numpy have it."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from ppu_rules import HEADERS, MS, TOP, Chip

from grenade.ppu import RawRecording, Rule, SynapseView, Timer, program

KINDS = {"float": (np.float32, np.uint32), "double": (np.float64, np.uint64)}
OPERATIONS = ("+", "-", "*", "/")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def operands(kind: str) -> tuple[Any, Any]:
    """All pairs of special numbers, and random ones of all sizes."""
    dtype, _ = KINDS[kind]
    limits, random = np.finfo(dtype), np.random.default_rng(2)
    special = [0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 3.0, 1 + limits.eps]
    special += [limits.max, limits.tiny, limits.smallest_subnormal, -limits.tiny / 4]
    pairs = np.array(list(product(special, special)), dtype=dtype)
    exponents = random.integers(-40, 40, (150, 2))
    wide = np.ldexp(random.uniform(-2, 2, (150, 2)).astype(dtype), exponents)
    near = random.uniform(0.99, 1.01, (50, 2)).astype(dtype)
    small = np.ldexp(random.uniform(-2, 2, (50, 2)).astype(dtype), limits.minexp // 2)
    both = np.concatenate([pairs, wide, near, small]).astype(dtype)
    return both[:, 0], both[:, 1]


def words(array: Any) -> str:
    return ", ".join(f"0x{int(bits):x}u" for bits in array)


def run(chip: Chip, before: str, body: str, size: int) -> Any:
    """Bytes that a kernel leaves in `memory`, a pointer to its recording."""
    head = "void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, 1>&, std::array<NeuronViewHandle, 0>&, Recording& recording)"
    memory = "[[maybe_unused]] char* memory = recording.memory.data();"
    kernel = f"{HEADERS}{before}\n{head} {{ {memory} if (ppu == PPUOnDLS::top) {{ {body} }} }}"
    rule = Rule(kernel, Timer(0, MS, 1), (SynapseView(TOP, (0,), (0,)),), (), RawRecording(size))
    made = program([rule])
    chip.start(made)
    chip.schedule(made, 100 * MS)
    return made.recorded(rule, chip.get(made.recording(rule)))


@pytest.mark.parametrize("kind", KINDS)
def test_arithmetic_and_comparisons(kind: str, chip: Chip) -> None:
    dtype, unsigned = KINDS[kind]
    a, b = operands(kind)
    count, size = len(a), np.dtype(dtype).itemsize
    before = f"""static uint{8 * size}_t const a[] = {{{words(a.view(unsigned))}}}, b[] = {{{words(b.view(unsigned))}}};
        template <typename T> T as(uint{8 * size}_t const& bits) {{ return *reinterpret_cast<T const*>(&bits); }}"""
    results = "".join(f"out[{n}] = as<{kind}>(a[i]) {op} as<{kind}>(b[i]);" for n, op in enumerate(OPERATIONS))
    flags = " | ".join(f"(as<{kind}>(a[i]) {op} as<{kind}>(b[i])) << {n}" for n, op in enumerate(COMPARISONS))
    body = f"""for (size_t i = 0; i < {count}; ++i) {{
        {kind}* out = reinterpret_cast<{kind}*>(memory) + 4 * i; {results}
        memory[{4 * size * count} + i] = {flags}; }}"""
    found = run(chip, before, body, (4 * size + 1) * count)
    got = found[: 4 * size * count].view(np.dtype(dtype).newbyteorder(">")).astype(dtype).reshape(count, 4)
    with np.errstate(all="ignore"):
        wanted = np.stack([a + b, a - b, a * b, a / b], axis=1)
        comparisons = np.stack([a < b, a <= b, a > b, a >= b, a == b, a != b], axis=1)
    same = (got.view(unsigned) == wanted.view(unsigned)) | (np.isnan(got) & np.isnan(wanted))
    wrong = [(a[i], OPERATIONS[n], b[i], got[i, n], wanted[i, n]) for i, n in zip(*np.nonzero(~same), strict=True)]
    assert wrong == []
    bits = np.unpackbits(found[4 * size * count :, None], axis=1, bitorder="little")[:, : len(COMPARISONS)]
    np.testing.assert_array_equal(bits.astype(bool), comparisons)


def test_conversions(chip: Chip) -> None:
    """Between floats, and to and from integers; those out of range become the nearest one."""
    numbers = np.array([0, 0.5, -0.99, 1.5, -2.5, 127.4, -128.9, 1e6 + 0.5, -3e9, 3e9, 1e10, 2.0**31, -(2.0**31), 2.0**40 + 1, 1e-30])
    integers = np.array([0, 1, -1, 7, 2**24 + 1, 2**31 - 1, -(2**31), 123456789], dtype=np.int64)
    before = f"""static uint64_t const x[] = {{{words(numbers.view(np.uint64))}}};
        static int32_t const k[] = {{{", ".join(f"int32_t({value})" for value in integers)}}};"""
    n, m = len(numbers), len(integers)
    body = f"""struct Row {{ int32_t s; uint32_t u; int64_t l; double back; float f; uint32_t fill; }};
        struct Other {{ double d; double u; float f; float l; }};
        Row* rows = reinterpret_cast<Row*>(memory); Other* others = reinterpret_cast<Other*>(rows + {n});
        for (size_t i = 0; i < {n}; ++i) {{ double v = *reinterpret_cast<double const*>(&x[i]);
            rows[i].s = v; rows[i].u = v; rows[i].l = v; rows[i].f = v; rows[i].back = rows[i].f; }}
        for (size_t i = 0; i < {m}; ++i) {{
            others[i].d = k[i]; others[i].u = uint32_t(k[i]); others[i].f = k[i]; others[i].l = int64_t(k[i]) * 65536; }}"""
    found = run(chip, before, body, 32 * n + 24 * m)
    rows = found[: 32 * n].view([("s", ">i4"), ("u", ">u4"), ("l", ">i8"), ("back", ">f8"), ("f", ">f4"), ("fill", ">u4")])
    others = found[32 * n :].view([("d", ">f8"), ("u", ">f8"), ("f", ">f4"), ("l", ">f4")])
    whole = np.trunc(numbers)
    np.testing.assert_array_equal(rows["s"], np.clip(whole, -(2**31), 2**31 - 1).astype(np.int64))
    np.testing.assert_array_equal(rows["u"], np.clip(whole, 0, 2**32 - 1).astype(np.int64))
    np.testing.assert_array_equal(rows["l"], whole.astype(np.int64))
    np.testing.assert_array_equal(rows["f"], numbers.astype(np.float32))
    np.testing.assert_array_equal(rows["back"], numbers.astype(np.float32).astype(np.float64))
    np.testing.assert_array_equal(others["d"], integers.astype(np.float64))
    np.testing.assert_array_equal(others["u"], (integers % 2**32).astype(np.float64))
    np.testing.assert_array_equal(others["f"], integers.astype(np.float32))
    np.testing.assert_array_equal(others["l"], (integers * 65536).astype(np.float32))
