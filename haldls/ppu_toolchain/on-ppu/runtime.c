/* What programs call: text for the mailbox, which PPU this is, and the four functions that a C compiler counts on. */
#include <ppu.h>
#include <ppu/interrupts_frame.h>

#define STANDS(member, offset) _Static_assert(offsetof(struct ppu_frame, member) == (offset), #member)
STANDS(vector, FRAME_VECTOR);
STANDS(pc, FRAME_PC);
STANDS(msr, FRAME_MSR);
STANDS(lr, FRAME_LR);
STANDS(ctr, FRAME_CTR);
STANDS(cr, FRAME_CR);
STANDS(xer, FRAME_XER);
STANDS(gpr, FRAME_GPR);
_Static_assert(sizeof(struct ppu_frame) <= FRAME_SIZE, "frame");
_Static_assert(PPU_UNHANDLED >> 16 == UNHANDLED_UPPER, "return code");

/* -- mailbox -- */

static uint32_t written;

void ppu_put(char character) {
    if (!ppu_mailbox[0]) /* also after a restart without loading */
        written = 0;
    if (written + 1 < PPU_MAILBOX_SIZE) {
        ppu_mailbox[written++] = (uint8_t)character;
        ppu_mailbox[written] = 0;
    }
}

void ppu_print(const char *text) {
    while (*text)
        ppu_put(*text++);
}

void ppu_print_unsigned(uint32_t number) {
    char digits[10];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count)
        ppu_put(digits[--count]);
}

void ppu_print_int(int32_t number) {
    if (number < 0)
        ppu_put('-');
    ppu_print_unsigned(number < 0 ? 0u - (uint32_t)number : (uint32_t)number);
}

void ppu_print_hex(uint32_t number, int digits) {
    while (digits-- > 0)
        ppu_put("0123456789abcdef"[number >> (4 * digits) & 15]);
}

/* -- which PPU: writes to the top PPU's memory, and looks whether that was its own. Right when both do it at the same time. -- */

extern volatile uint32_t ppu_hemisphere_word;

int ppu_hemisphere(void) {
    volatile uint32_t *top = ppu_memory_of(PPU_TOP, &ppu_hemisphere_word);
    int found;
    ppu_hemisphere_word = 0;
    ppu_sync();
    *top = 1;
    (void)*top; /* the write has arrived */
    ppu_sync();
    found = ppu_hemisphere_word == 1 ? PPU_TOP : PPU_BOTTOM;
    return found;
}

/* -- what compilers call -- */

typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    char *target = to;
    const char *source = from;
    if (!(((uintptr_t)to | (uintptr_t)from) & 3))
        for (; size >= 4; size -= 4, target += 4, source += 4)
            *(word *)target = *(const word *)source;
    while (size--)
        *target++ = *source++;
    return to;
}

void *memset(void *to, int value, size_t size) {
    char *target = to;
    if (!((uintptr_t)to & 3))
        for (; size >= 4; size -= 4, target += 4)
            *(word *)target = (uint8_t)value * 0x01010101u;
    while (size--)
        *target++ = (char)value;
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *target = to;
    const char *source = from;
    if (target < source)
        return memcpy(to, from, size);
    while (size--)
        target[size] = source[size];
    return to;
}

int memcmp(const void *one, const void *other, size_t size) {
    const unsigned char *a = one, *b = other;
    for (; size; size--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}
