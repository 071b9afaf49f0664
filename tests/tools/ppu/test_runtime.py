"""What the header and the start-up code promise, on a core on its own."""

from collections.abc import Callable
from typing import Any

import pytest

from halco import ExternalPPUDRAMMemoryBlockOnFPGA, ExternalPPUMemoryBlockOnFPGA, PPUMemoryBlockOnPPU
from haldls.lola import PPUElfFile
from hicannx.ppu import Compiler, Program

Make, OnCore = Callable[..., Program], Callable[..., Any]


def test_text_and_return_code(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    text = """
    static const char *names[] = {"zero", "one"};
    int main(void) {
        ppu_print(names[1]); ppu_put(' '); ppu_print_int(-2147483647 - 1); ppu_put(' ');
        ppu_print_unsigned(4294967295u); ppu_put(' '); ppu_print_hex(0xabcdef01u, 8); ppu_print_hex(0x1234u, 2); ppu_put('\\n');
        return -559038737;
    }"""
    ended = on_core(make(text, gcc))
    assert ended.mailbox == "one -2147483648 4294967295 abcdef0134\n"
    assert ended.return_code == -559038737


WIDE = """
static volatile uint64_t samples[] = {0x0123456789abcdefull, 0xfedcba9876543210ull, 1, 0xffffffffull, 0x8000000000000000ull, 7, 1000003};
static int bits(uint64_t x, int n) {
    uint64_t left = x, right = x;
    int64_t arithmetic = (int64_t)x;
    for (int i = 0; i < n; i++) {
        left += left;
        right = (right & ~1ull) / 2;
        arithmetic = (arithmetic & ~1ll) / 2;
    }
    volatile int m = n;
    return x << m == left && x >> m == right && (int64_t)x >> m == arithmetic;
}
static int division(uint64_t x, uint64_t y) {
    uint64_t rest = 0, quotient = 0;
    for (int bit = 63; bit >= 0; bit--) {
        int carry = (int64_t)rest < 0;
        rest = rest * 2 + ((uint32_t)((x & 1ull << bit) != 0));
        quotient *= 2;
        if (carry || rest >= y) { rest -= y; quotient++; }
    }
    return x / y == quotient && x % y == rest && (int64_t)(x >> 1) / -(int64_t)3 == -(int64_t)((x >> 1) / 3);
}
int main(void) {
    int wrong = 0, count = sizeof samples / sizeof *samples;
    for (int i = 0; i < count; i++) {
        for (int n = 0; n < 64; n++) wrong += !bits(samples[i], n);
        for (int j = 0; j < count; j++) wrong += !division(samples[i], samples[j]);
    }
    return wrong;
}
"""


@pytest.mark.parametrize("optimise", ["0", "1", "2", "3", "s"])
def test_wide_integers(optimise: str, make: Make, on_core: OnCore, gcc: Compiler) -> None:
    """The core takes five bits of a shift, so it matters how a compiler composes shifts of 64 bits."""
    assert on_core(make(WIDE, gcc, optimise=optimise)).return_code == 0


def test_mailbox_ends_where_it_is_full(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    ended = on_core(make("int main(void) { for (int i = 0; i < 5000; i++) ppu_put('a' + i % 26); return 0; }", gcc))
    assert len(ended.mailbox) == 4091 and ended.mailbox.endswith(chr(ord("a") + 4090 % 26))
    assert ended.core.peek(0x3FFC) == 0xFFFFFFFF


def test_start_and_end(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    """Variables are what C says, constructors ran, the end is reached from anywhere, and the host finds the stack where it began."""
    text = """
    static int zero[5], set[2] = {3, 4}, made;
    static void __attribute__((constructor)) construct(void) { made = 5; }
    static void __attribute__((noinline)) inner(int code) { ppu_exit(code); }
    int main(void) { inner(zero[0] + set[1] + made); return 1; }"""
    ended = on_core(make(text, gcc))
    assert ended.return_code == 9
    assert 0x2F00 < ended.core.peek(0x2FF0) <= 0x2FE0
    assert ended.mailbox == ""


def test_the_four_functions_of_the_compiler(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    text = """
    void *memcpy(void *, const void *, size_t); void *memmove(void *, const void *, size_t);
    void *memset(void *, int, size_t); int memcmp(const void *, const void *, size_t);
    static char a[20] = "abcdefgh", b[20];
    int main(void) {
        memcpy(b, a, 9); memmove(a + 2, a, 6); memmove(b, b + 1, 8); memset(b + 3, 'x', 2);
        ppu_print(a); ppu_put(' '); ppu_print(b);
        return (memcmp("ab", "ab", 2) == 0) + 2 * (memcmp("ab", "ac", 2) < 0) + 4 * (memcmp("\\xff", "a", 1) > 0);
    }"""
    ended = on_core(make(text, gcc))
    assert (ended.mailbox, ended.return_code) == ("ababcdef bcdxxgh", 7)


@pytest.mark.parametrize("ppu", [0, 1])
def test_which_ppu(ppu: int, make: Make, on_core: OnCore, gcc: Compiler) -> None:
    ended = on_core(make("int main(void) { return ppu_hemisphere(); }", gcc), ppu=ppu)
    assert ended.return_code == ppu


EXTERNAL = """
static int own(int x) { return x + 1; }
int many[3] PPU_EXTERNAL_DATA = {10, 20, 30};
int none[3] PPU_EXTERNAL_ZERO;
uint8_t lake[1000] PPU_DRAM_DATA = {1, 2, 3};
uint8_t pond[1000] PPU_DRAM_ZERO;
PPU_EXTERNAL_CODE int far_away(int x) { none[1]++; return own(x) + many[2]; }
PPU_DRAM_CODE int farther(int x) { pond[3] += 5; return far_away(x) + lake[2]; }
int main(void) {
    int sum = farther(100);
    ppu_external_settle();
    return sum + none[1] + pond[3];
}
"""


def test_code_and_data_in_external_memory(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    program = make(EXTERNAL, gcc)
    ended = on_core(program)
    assert ended.return_code == 101 + 30 + 3 + 1 + 5
    assert 24 <= program.sizes["external"] < 400 and 2000 <= program.sizes["external_dram"] < 2400
    symbols = PPUElfFile(program.path).read_symbols()
    places = {name: type(symbols[name].coordinate) for name in ("many", "none", "far_away", "lake", "pond", "farther", "main")}
    sram, dram = [ExternalPPUMemoryBlockOnFPGA] * 3, [ExternalPPUDRAMMemoryBlockOnFPGA] * 3
    assert list(places.values()) == [*sram, *dram, PPUMemoryBlockOnPPU]


PARALLEL = """
static ppu_vector row __attribute__((aligned(128)));
volatile uint32_t place PPU_EXTERNAL_DATA __attribute__((aligned(128)));
volatile uint32_t lake[64] PPU_DRAM_DATA __attribute__((aligned(128)));
int main(void) {
    fxvinx(1, PPU_WEIGHTS, PPU_ROW(17, PPU_ODD));
    ppu_store_vector(1, &row);
    for (int i = 0; i < PPU_LANES; i++) row.u8[i] += 1;
    ppu_load_vector(2, &row);
    fxvoutx(2, PPU_LABELS, PPU_ROW(255, PPU_EVEN));
    fxvcmpb(1);
    fxvoutx(2, PPU_NEURON_RESET, PPU_EVEN, PPU_EQ);
    fxvoutx(2, 0, ppu_external_location(&place));
    fxvoutx(2, 0, ppu_external_location(&lake[32]));
    ppu_sync();
    return (int)((uintptr_t)&place >> 4 << 16 | ((uintptr_t)&lake[32] >> 4 & 0xffff));
}
"""


def test_locations_of_the_parallel_bus(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    row = bytes(range(100)) + bytes(28)
    ended = on_core(make(PARALLEL, gcc), rows={35: row})
    written, more = ended.outside.rows, bytes(value + 1 for value in row)
    assert written[0x40000 + 510] == more
    assert written[0xC90200] == bytes([1]) + bytes(99) + bytes([1]) * 28  # only where the row is 0
    sram, dram = ended.return_code >> 16 & 0xFFF, ended.return_code & 0xFFFF
    assert written[0x80000000 + sram] == written[0x81000000 + dram] == more


DECREMENTER = """
static volatile uint32_t times[4], count, pc;
void isr_decrementer(struct ppu_frame *frame) {
    if (count < 4) times[count] = ppu_time();
    count++;
    pc = frame->pc;
    ppu_decrementer_clear();
}
int main(void) {
    volatile uint32_t sum = 0;
    ppu_decrementer_every(1000);
    ppu_interrupts_enable();
    while (count < 4) sum += 3;
    ppu_decrementer_stop();
    uint32_t last = count;
    ppu_delay(5000);
    if (count != last) return 1;
    if (times[3] - times[2] - 1000 + 20 > 40 || times[2] - times[1] - 1000 + 20 > 40) return 2;
    ppu_decrementer_once(500);
    ppu_delay(3000);
    return count == last + 1 && ppu_time() > 12000 && (uint32_t)ppu_time64() - ppu_time() + 100 < 200 ? 0 : 3;
}
"""


def test_decrementer(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    assert on_core(make(DECREMENTER, gcc)).return_code == 0


FIXED_INTERVAL = """
static volatile uint32_t count, first;
void isr_fixed_interval(struct ppu_frame *frame) {
    (void)frame;
    if (!count++) first = ppu_time();
    ppu_fixed_interval_clear();
}
int main(void) {
    ppu_fixed_interval_start(1);
    ppu_interrupts_enable();
    ppu_delay_until(4096 + 8192 * 3 + 1000);
    ppu_fixed_interval_stop();
    ppu_delay(20000);
    return count == 4 && first - 4096 < 100 ? 0 : (int)count;
}
"""


def test_fixed_interval(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    assert on_core(make(FIXED_INTERVAL, gcc)).return_code == 0


ALIGNMENT = """
static uint32_t words[3] = {0x01020304, 0x05060708, 9};
static volatile uint32_t seen;
void isr_alignment(struct ppu_frame *frame) {
    uint32_t word = *(uint32_t *)frame->pc, where = frame->gpr[word >> 16 & 31];
    seen = frame->vector;
    frame->gpr[word >> 21 & 31] = words[0] << 8 | words[1] >> 24;
    if (where == (uint32_t)words + 1) frame->pc += 4;
}
int main(void) {
    uint32_t got, around = 3;
    __asm__ volatile("mtctr %1\\n lwz %0,0(%2)\\n mfctr %1" : "=&r"(got), "+r"(around) : "b"((char *)words + 1) : "memory", "ctr");
    return seen == 0x18 && around == 3 ? (int)got : -1;
}
"""


def test_handler_changes_what_it_interrupted(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    """It carries out the access that the core left out, and goes on behind it."""
    assert on_core(make(ALIGNMENT, gcc)).return_code == 0x02030405


def test_wait_goes_on_behind_a_handler_that_says_so(make: Make, on_core: OnCore, gcc: Compiler) -> None:
    text = """
    static volatile int woken;
    void isr_decrementer(struct ppu_frame *frame) { frame->pc += 4; woken++; ppu_decrementer_clear(); }
    int main(void) { ppu_decrementer_once(300); ppu_interrupts_enable(); ppu_wait(); return 10 + woken; }"""
    assert on_core(make(text, gcc)).return_code == 11


@pytest.mark.parametrize(
    ("statement", "vector"),
    [('__asm__ volatile("lwz %0,0(%1)" : "=r"(x) : "b"(2));', 0x18), ('__asm__ volatile("tw 31,0,0");', 0x1C)],
)
def test_interrupt_without_handler_ends_the_program(statement: str, vector: int, make: Make, on_core: OnCore, gcc: Compiler) -> None:
    ended = on_core(make(f"int main(void) {{ int x = 0; ppu_put('a'); {statement} ppu_put('b'); return x; }}", gcc))
    assert ended.return_code == 0x15E00000 | vector
    assert ended.mailbox == "a"
    word = ended.core.peek(ended.core.peek(0x2FF8))
    assert word >> 26 == (32 if vector == 0x18 else 31)
