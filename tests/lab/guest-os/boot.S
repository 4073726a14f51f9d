# SPDX-License-Identifier: GPL-2.0-or-later
# The boot sector: load the rest, enter 32-bit protected mode, call main().

	.code16
	.globl start
start:
	ljmp $0, $1f
1:	cli
	cld
	xor %ax, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %ss
	mov $0x7c00, %sp
	mov $packet, %si
	mov $0x42, %ah			# read by block number; the BIOS left the drive in dl
	int $0x13
	jc failed
	lgdt gdt_pointer
	mov %cr0, %eax
	or $1, %al
	mov %eax, %cr0
	ljmp $8, $protected

failed:
	mov $0x0e, %ah			# say so on the BIOS console
	mov $'E', %al
	int $0x10
1:	hlt
	jmp 1b

	.code32
protected:
	mov $16, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %ss
	mov $0x90000, %esp
	mov $bss_start, %edi
	mov $bss_end, %ecx
	sub %edi, %ecx
	xor %eax, %eax
	rep stosb
	call main
1:	hlt
	jmp 1b

	.balign 4
packet:					# "disk address packet": size, sectors, to offset:segment, from block
	.byte 16, 0
	.word sectors, 0x7e00, 0
	.quad 1
gdt:	.quad 0
	.quad 0x00cf9a000000ffff	# code, all 4 GiB
	.quad 0x00cf92000000ffff	# data, all 4 GiB
gdt_pointer:
	.word 23
	.long gdt

	.org 510
	.word 0xaa55

# The timer's interrupt: nothing to do but to wake the processor from hlt.
	.globl tick
tick:	push %eax
	mov $0x20, %al
	out %al, $0x20
	pop %eax
	iret
