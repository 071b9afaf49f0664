/* Offsets of struct ppu_frame for the start-up code; runtime.c checks them. */
#define FRAME_SIZE 176
#define FRAME_VECTOR 8
#define FRAME_PC 12
#define FRAME_MSR 16
#define FRAME_LR 20
#define FRAME_CTR 24
#define FRAME_CR 28
#define FRAME_XER 32
#define FRAME_GPR 36
#define UNHANDLED_UPPER 0x15e0
