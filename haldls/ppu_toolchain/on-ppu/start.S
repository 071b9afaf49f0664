/* First code of a program: table of interrupts at address 0, call of main, end, and what leads from an interrupt to its handler.
   (facts: ppu/isa_scalar 5, ppu/memory_map "Protocol") */
#include <ppu/interrupts_frame.h>

    .section .text.start,"ax",@progbits
    .globl ppu_start
    .type ppu_start,@function
ppu_start:
    b begin               /* 0x00 reset */
    b on_machine_check    /* 0x04 */
    b on_critical         /* 0x08 */
    b on_data_storage     /* 0x0c */
    b on_code_storage     /* 0x10 */
    b on_external         /* 0x14 */
    b on_alignment        /* 0x18 */
    b on_trap             /* 0x1c */
    b on_system_call      /* 0x20 */
    b on_doorbell         /* 0x24 */
    b on_critical_doorbell /* 0x28 */
    b on_fixed_interval   /* 0x2c */
    b on_decrementer      /* 0x30 */
    .size ppu_start,.-ppu_start

    .type begin,@function
begin:
    lis 1,__stack@ha
    addi 1,1,__stack@l
    li 0,0
    stw 0,0(1)
    stw 0,4(1)
    lis 3,ppu_mailbox@ha
    stb 0,ppu_mailbox@l(3) /* the text is empty */
    lis 31,__constructors@ha
    addi 31,31,__constructors@l
    lis 30,__constructors_end@ha
    addi 30,30,__constructors_end@l
1:  cmplw 31,30
    beq 2f
    lwz 0,0(31)
    addi 31,31,4
    mtctr 0
    bctrl
    b 1b
2:  bl main
    b ppu_exit
    .size begin,.-begin

    .globl ppu_exit
    .type ppu_exit,@function
ppu_exit:
    li 0,0
    mtmsr 0               /* nothing wakes it up any more */
    mtspr 340,0
    lis 11,__end_of_stack@ha
    addi 11,11,__end_of_stack@l
    stw 1,0(11)
    stw 3,12(11)
1:  .long 0x7c00007c      /* wait */
    b 1b
    .size ppu_exit,.-ppu_exit

    .macro ENTRY name, vector
    .type \name,@function
\name:
    stwu 1,-FRAME_SIZE(1)
    stmw 2,FRAME_GPR+8(1)
    li 3,\vector
    b interrupt
    .size \name,.-\name
    .endm
    ENTRY on_machine_check, 0x04
    ENTRY on_critical, 0x08
    ENTRY on_data_storage, 0x0c
    ENTRY on_code_storage, 0x10
    ENTRY on_external, 0x14
    ENTRY on_alignment, 0x18
    ENTRY on_trap, 0x1c
    ENTRY on_system_call, 0x20
    ENTRY on_doorbell, 0x24
    ENTRY on_critical_doorbell, 0x28
    ENTRY on_fixed_interval, 0x2c
    ENTRY on_decrementer, 0x30

    .type interrupt,@function
interrupt:
    stw 0,FRAME_GPR(1)
    addi 4,1,FRAME_SIZE
    stw 4,FRAME_GPR+4(1)
    stw 3,FRAME_VECTOR(1)
    mfspr 4,26
    stw 4,FRAME_PC(1)
    mfspr 5,27
    stw 5,FRAME_MSR(1)
    mflr 5
    stw 5,FRAME_LR(1)
    mfctr 5
    stw 5,FRAME_CTR(1)
    mfcr 5
    stw 5,FRAME_CR(1)
    mfxer 5
    stw 5,FRAME_XER(1)
    lis 5,handlers@ha
    addi 5,5,handlers@l
    lwzx 5,5,3
    cmpwi 5,0
    beq unhandled
    mtctr 5
    mr 3,1
    bctrl
    lwz 3,FRAME_PC(1)
    mtspr 26,3
    lwz 3,FRAME_MSR(1)
    mtspr 27,3
    lwz 3,FRAME_LR(1)
    mtlr 3
    lwz 3,FRAME_CTR(1)
    mtctr 3
    lwz 3,FRAME_CR(1)
    mtcrf 255,3
    lwz 3,FRAME_XER(1)
    mtxer 3
    lwz 0,FRAME_GPR(1)
    lmw 2,FRAME_GPR+8(1)
    addi 1,1,FRAME_SIZE
    rfi
    .size interrupt,.-interrupt

    .type unhandled,@function
unhandled:                /* 3 vector, 4 where it came from */
    lis 11,__end_of_stack@ha
    addi 11,11,__end_of_stack@l
    stw 4,8(11)
    oris 3,3,UNHANDLED_UPPER
    b ppu_exit
    .size unhandled,.-unhandled

    .weak isr_external, isr_alignment, isr_trap, isr_doorbell, isr_fixed_interval, isr_decrementer
    .section .rodata.handlers,"a",@progbits
    .balign 4
handlers:                 /* by address of the interrupt */
    .long 0, 0, 0, 0, 0, isr_external, isr_alignment, isr_trap, 0, isr_doorbell, 0, isr_fixed_interval, isr_decrementer

    .section .note.GNU-stack,"",@progbits
