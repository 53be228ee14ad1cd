/* SPDX-License-Identifier: ISC */
/* Entry, exception vectors, and the way into a user program. */
    .set noreorder
    .set noat
    .section .text.start
    .globl _start
    .type _start, @function
    .ent _start
_start:
    lui     $sp, 0x8002
    addiu   $sp, $sp, -32
    jal     main
    nop
1:  b       1b
    nop
    .end _start
    .size _start, . - _start

/* What stands at the vectors. */
    .globl vector
    .type vector, @function
    .ent vector
vector:
    lui     $k0, %hi(handler)
    addiu   $k0, $k0, %lo(handler)
    jr      $k0
    nop
    .end vector
    .size vector, . - vector

    .globl handler
    .type handler, @function
    .ent handler
handler:
    move    $k1, $sp
    lui     $sp, 0x8003
    addiu   $sp, $sp, -160
    sw      $k1, 116+16($sp)
    mfc0    $k0, $14
    sw      $k0, 148($sp)
    mfc0    $k0, $13
    sw      $k0, 152($sp)
    sw      $at, 16($sp)
    sw      $v0, 20($sp)
    sw      $v1, 24($sp)
    sw      $a0, 28($sp)
    sw      $a1, 32($sp)
    sw      $a2, 36($sp)
    sw      $a3, 40($sp)
    sw      $t0, 44($sp)
    sw      $t1, 48($sp)
    sw      $s0, 52($sp)
    sw      $s1, 56($sp)
    sw      $s2, 60($sp)
    sw      $s3, 64($sp)
    sw      $s8, 68($sp)
    sw      $ra, 72($sp)
    lw      $a0, 152($sp)
    jal     on_exception
    nop
    lw      $v0, 20($sp)
    lw      $v1, 24($sp)
    lw      $a0, 28($sp)
    lw      $a1, 32($sp)
    lw      $a2, 36($sp)
    lw      $a3, 40($sp)
    lw      $t0, 44($sp)
    lw      $t1, 48($sp)
    lw      $at, 16($sp)
    lw      $ra, 72($sp)
    lw      $k0, 148($sp)
    lw      $sp, 132($sp)
    addiu   $k0, $k0, 4         /* behind the system call */
    jr      $k0
    rfe
    .end handler
    .size handler, . - handler

/* set_tlb(index, hi, lo) */
    .globl set_tlb
    .type set_tlb, @function
    .ent set_tlb
set_tlb:
    sll     $a0, $a0, 8
    mtc0    $a0, $0
    mtc0    $a1, $10
    mtc0    $a2, $2
    tlbwi
    jr      $ra
    nop
    .end set_tlb
    .size set_tlb, . - set_tlb

/* enter_user(pc, sp) */
    .globl enter_user
    .type enter_user, @function
    .ent enter_user
enter_user:
    li      $t0, 0x8
    mtc0    $t0, $12
    move    $sp, $a1
    lui     $t1, 0x1234
    jr      $a0
    rfe
    .end enter_user
    .size enter_user, . - enter_user

    .section .user, "a"
    .balign 4096
    .globl user_image
user_image:
    .incbin USER_IMAGE
    .balign 4096
