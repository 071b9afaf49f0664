/* State and interfaces of one plasticity processor.
 *
 * Time is counted in core cycles (4 ns) since reset; `now` is the cycle at which the next instruction issues. Every result is a function of the
 * state, the memory and the port alone. (facts: ppu/isa_scalar, ppu/isa_vector; timing derived from the same)
 */
#ifndef SIM_PPU_CORE_H
#define SIM_PPU_CORE_H

#include "ppu_isa.h" /* made by header.py */

#include <stdint.h>

enum {
    PPU_SRAM_WORDS = 4096,
    PPU_SRAM_BYTES = 4 * PPU_SRAM_WORDS,
    PPU_LANES = 128,      /* byte lanes of a vector */
    PPU_HALVES = 64,      /* halfword lanes */
    PPU_PREDICTIONS = PPU_BRANCH_CACHE,
    PPU_EVICTIONS = 4,    /* that can be under way at the same time */
    PPU_CACHE_WORDS = PPU_CACHE_LINES * PPU_CACHE_LINE, /* what `cache_controller_enable` of the control register does to the cache is not known */
    PPU_MSR_MASK = 0x29230, /* bits of MSR that exist (facts: ppu/isa_scalar 4) */
    PPU_FIRST_PROBE = 1 << 9, /* cycles until a loop that waits is looked for, at first */
    PPU_LOG = 64,         /* undecoded words that are remembered */
};
#define PPU_NEVER INT64_C(0x3fffffffffffffff)

/* Why a run came back. */
enum { PPU_LIMIT, PPU_SLEEPING, PPU_OUTSIDE, PPU_BREAKPOINT };

/* What is known of an operation, by PPU_OP_*: rows of isa.py. */
typedef struct {
    uint8_t access;      /* PPU_ACCESS_*; FETCH: none but its own */
    uint8_t size;        /* bytes of an access, of one register */
    uint8_t is_signed, update, multiple, indexed;
    uint8_t immediate;   /* what `imm` is made of */
    uint8_t latency;     /* cycles */
    uint8_t sources, targets; /* general purpose registers, PPU_GPR_* */
    uint8_t unit, uses;  /* of the vector part: PPU_UNIT_*, PPU_READS_* and PPU_WRITES_T */
} ppu_traits;
extern const ppu_traits ppu_traits_of[PPU_OPS];

typedef struct {
    uint8_t op, d, a, b; /* operation; RT/RS/BO/crfD; RA/BI; RB/shift */
    int32_t imm;         /* immediate, displacement, mask, SPR */
    uint32_t flags;      /* 1: record, 2: overflow; link and absolute of branches, condition of vector instructions */
} ppu_instruction;

/* A vector or accumulator in lanes: a halfword lane is one native number; see vector.c for the order of the bytes. */
typedef union {
    uint8_t b[PPU_LANES];
    uint16_t h[PPU_HALVES];
} ppu_vector;
typedef union {
    uint16_t b[PPU_LANES]; /* in the order of the byte lanes of ppu_vector */
    uint32_t h[PPU_HALVES];
} ppu_accumulator;

/* The world outside of the own SRAM. Scalar addresses are bytes; `enables` is a byte mask, bit 3 the byte at the lowest address of the word;
 * words are big-endian. Vectors are 128 bytes in the order of the byte lanes. Each function returns the extra cycles its access takes. */
typedef struct {
    void *context;
    int (*fetch)(void *context, uint32_t address, uint32_t *word, int64_t cycle); /* the words of a line are asked for one a cycle */
    int (*load)(void *context, uint32_t address, uint32_t *word, int64_t cycle);
    int (*store)(void *context, uint32_t address, uint32_t word, int enables, int64_t cycle);
    int (*read)(void *context, uint32_t location, uint8_t *lanes, const uint8_t *enables, int64_t cycle);
    int (*write)(void *context, uint32_t location, const uint8_t *lanes, const uint8_t *enables, int64_t cycle);
    /* What a load would give, without any access: loads before the cycle `same_until` all give the same; at most `cycle`: that is not known. */
    int (*look)(void *context, uint32_t address, uint32_t *word, int64_t cycle, int64_t *same_until);
} ppu_port;

/* An entry of the branch cache that another branch took over. */
typedef struct {
    uint32_t pc, target, count;
    uint32_t by;               /* pc of the other branch */
} ppu_eviction;

/* Everything that can be seen or that decides the future; a plain block of numbers. */
typedef struct {
    /* architecture */
    uint32_t gpr[32];
    uint32_t cr, xer, lr, ctr, msr, pc;
    uint32_t srr0, srr1, csrr0, csrr1, mcsrr0, mcsrr1, dear, esr;
    uint32_t gin, gout, goe, iccr, tsr, tcr, decar, dec;
    uint32_t sleeping;         /* 1 after `wait` */
    uint32_t external;         /* latched requests: bit 0 pins, bit 1 doorbell */
    /* time */
    int64_t now;
    int64_t slept;             /* when the sleep began */
    int64_t timebase;          /* time base minus cycle */
    int64_t dec_since;         /* cycle at which DEC held `dec` */
    int64_t fit_next;          /* cycle of the next edge of the interval timer */
    int64_t instructions;      /* executed so far */
    int64_t vectors;           /* of these, vector instructions */
    /* pipeline: earliest cycle at which a reader may issue */
    int64_t gpr_ready[32];
    int64_t cr_ready[8];
    int64_t ctr_ready, lr_ready, spr_ready;
    int32_t spr_written;       /* the special register that `spr_ready` is about */
    int32_t n_loads;
    int64_t cr_written;        /* cycle of the youngest result for any condition field */
    int64_t drained;           /* when multiplications and accesses under way have left the pipeline */
    int64_t branched;          /* when the last branch issued */
    int64_t blocked;           /* up to when the last of the instructions that hold back all others did so */
    int64_t slots;             /* results of more than one cycle on their way to the register file: bit i = cycle slots_since + i */
    int64_t slots_since;
    int64_t load_commit[PPU_LOADS_MOST]; /* when the loads under way reach the register file, oldest first */
    uint8_t load_register[PPU_LOADS_MOST];
    int64_t port_busy;         /* no result of one cycle that issues from here on meets another one at the port of the register file */
    /* branch cache */
    uint32_t predict_pc[PPU_PREDICTIONS], predict_target[PPU_PREDICTIONS];
    uint8_t predict_count[PPU_PREDICTIONS];
    ppu_eviction evicted[PPU_EVICTIONS]; /* entries given up since the last branch that was not foreseen; a ring */
    uint32_t n_evicted;
    int64_t predict_new;       /* when a free entry was last taken */
    int32_t n_predict;
    int32_t jumped;            /* 1: the next instruction is the target of a jump and is not looked up */
    /* vector unit: see vector_time.c. From here on only vector instructions and fetches from beyond the SRAM change anything. */
    ppu_vector vr[32];
    ppu_accumulator acc;
    ppu_vector flags[4];       /* 0xff per byte lane: always, greater, less, equal */
    int64_t v_ready[32], v_read[32], v_flags_ready, v_flags_read;
    int64_t v_pushed[4];       /* when the last four operations entered the queue */
    int64_t v_issued[4];       /* when the last four operations left the queue */
    int64_t v_unit[PPU_UNITS][16];     /* when the entries of the five reservation stations become free */
    int64_t v_idle[PPU_UNITS];         /* when the unit looks at the next operation */
    int64_t v_memory_started, v_memory_ready; /* of the unit for loads and stores: when it last started, and when it can start again */
    int64_t v_retired[PPU_UNITS];
    int64_t v_port[256];       /* cycles at which the port of the registers is taken, by the low bits of the cycle */
    int64_t v_drained;
    uint32_t v_count;
    int32_t v_entry[PPU_UNITS];
    int32_t v_turn;            /* state of the register port's arbiter: requests since its mask was full */
    /* instruction cache */
    uint32_t lines[PPU_CACHE_LINES]; /* which line of the memory each holds, plus one; 0: none */
    uint32_t line_words[PPU_CACHE_WORDS];
    int64_t line_arrival[PPU_CACHE_LINE]; /* of the line fetched last: when each word is there */
    int64_t line_done;         /* when the last of them is */
    int32_t line_filled;       /* its place in `lines` */
} ppu_state;
/* Fields of it that hold cycles of the pipelines. */
#define PPU_SCALAR_TIMES(X)                                                                                                                  \
    X(gpr_ready) X(cr_ready) X(ctr_ready) X(lr_ready) X(spr_ready) X(cr_written) X(drained) X(branched) X(blocked) X(slots_since)             \
    X(load_commit) X(port_busy) X(predict_new)
#define PPU_VECTOR_TIMES(X)                                                                                                                  \
    X(v_ready) X(v_read) X(v_flags_ready) X(v_flags_read) X(v_pushed) X(v_issued) X(v_unit)                           \
    X(v_idle) X(v_memory_started) X(v_memory_ready) X(v_retired) X(v_port) X(v_drained) X(line_arrival) X(line_done)

/* A word that ran and is no instruction. */
typedef struct {
    uint32_t address, word;
    int64_t cycle;
} ppu_undecoded;

/* What went wrong in a program. */
typedef struct {
    uint32_t undecoded[PPU_SRAM_WORDS / 32]; /* words of the SRAM that are in the log already */
    int64_t n_undecoded;           /* addresses, of which the first PPU_LOG are in the log; beyond the log and the SRAM, executions */
    int64_t n_unaligned;           /* misaligned accesses */
    uint32_t unaligned_pc;         /* where the first one was */
} ppu_faults;

typedef struct {
    ppu_state s;
    uint32_t sram[PPU_SRAM_WORDS]; /* words as numbers; byte 0 is the most significant one of word 0 */
    ppu_port port;
    int32_t hold_outside;          /* 1: stop before each access beyond the SRAM that was not granted */
    int32_t granted;
    int64_t wanted;                /* cycle of the access before which the core stopped last */
    int64_t looks_until;           /* loads beyond the SRAM before this cycle only look */
    int64_t alone_until;           /* nobody else changes what it looks at before this time; kept for port.look by whoever runs the core */
    int32_t shared_sram;           /* 1: fetches and data hold up vectors on their way to and from the SRAM, as on the chip */
    int32_t lha_zero_extends;      /* 1: displacements of lha and lhau are taken without sign, as in the public hardware description */
    ppu_instruction decoded[PPU_SRAM_WORDS];
    ppu_instruction cached[PPU_CACHE_WORDS]; /* of the lines of the instruction cache */
    uint32_t breakpoints[PPU_SRAM_WORDS / 32];
    int32_t n_breakpoints;
    int64_t n_skipped;             /* cycles that were left out in loops that wait */
    int64_t probe_at, probe_gap;   /* cycle from which on a loop that waits is looked for, and the distance to the next time (see idle.c) */
    ppu_faults faults;
    ppu_undecoded log[PPU_LOG];    /* each address once */
    int64_t n_fills;               /* lines fetched into the instruction cache */
} ppu_core;

/* What running without accesses beyond the SRAM changes. */
typedef struct {
    ppu_state s;
    uint32_t sram[PPU_SRAM_WORDS];
    ppu_faults faults;
} ppu_kept;
void ppu_keep(const ppu_core *core, ppu_kept *kept);
void ppu_take_back(ppu_core *core, const ppu_kept *kept);
const char *ppu_out_of_range(const ppu_state *s);                  /* the first field of a state that no core can have, or 0 */

void ppu_reset(ppu_core *core);
void ppu_forget(ppu_core *core);                                   /* after the SRAM was changed as a whole */
void ppu_poke(ppu_core *core, uint32_t index, uint32_t word);      /* one word of the SRAM from outside */
void ppu_breakpoint(ppu_core *core, uint32_t index, int on);
void ppu_decode_word(uint32_t word, ppu_instruction *out);
void ppu_decode_at(ppu_core *core, uint32_t pc, uint32_t word, ppu_instruction *slot); /* with a breakpoint, if there is one */
/* Runs until cycle `until` or, if `count` is positive, for that many instructions. */
int ppu_run(ppu_core *core, int64_t until, int64_t count);
/* What the next instruction wants from beyond the SRAM, and where; stopped with PPU_OUTSIDE it wants something. */
int ppu_next_access(const ppu_core *core, uint32_t *address);
int ppu_access_of(const ppu_core *core, const ppu_instruction *i, uint32_t *address); /* the same of any instruction; FETCH: nothing else */
uint32_t ppu_access_size(const ppu_instruction *i);                /* bytes that it loads or stores */
int ppu_is_unaligned(const ppu_core *core, const ppu_instruction *i);
/* Whether the interrupt of a misaligned access at pc, which issued at cycle t, is lost to one of the next instruction. */
int ppu_is_unaligned_pair(const ppu_core *core, const ppu_instruction *first, uint32_t pc, int64_t t);
int64_t ppu_idle_until(const ppu_core *core);                      /* cycle up to which it executes nothing, if nobody wakes it */
uint32_t ppu_get_spr(ppu_core *core, int spr);
void ppu_set_spr(ppu_core *core, int spr, uint32_t value);
/* One vector instruction that touches no memory. */
void ppu_vector_execute(ppu_state *s, const ppu_instruction *i);
void ppu_vector_get(const ppu_vector *v, uint8_t *lanes);
void ppu_vector_set(ppu_vector *v, const uint8_t *lanes);
/* When a vector instruction that the scalar core wants to issue at cycle t issues; books what it occupies. `extra`: cycles of the port. */
int64_t ppu_vector_time(ppu_state *s, const ppu_instruction *i, int64_t t, int extra);
void ppu_vector_reset_time(ppu_state *s);
#endif
