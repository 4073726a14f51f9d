/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stand-ins share: the ids of the emulated cards, and the seams between the NVIDIA modules. */
#ifndef STANDIN_H
#define STANDIN_H

#include <linux/device.h>
#include <linux/pci.h>
#include <linux/version.h>

#define STANDIN_NVIDIA_ID PCI_DEVICE(0x1013, 0x00b8) /* QEMU cirrus-vga */
#define STANDIN_AMD_ID PCI_DEVICE(0x1002, 0x5046)    /* QEMU ati-vga,model=rage128p */

#define NVIDIA_VERSION "550.163.01" /* before 580.105.08: nvidia_drm does not let a GPU go when it is unbound */
#define NVIDIA_MAJOR 195
#define NVIDIA_MINOR_CTL 255
#define NVIDIA_MINOR_MODESET 254
#define NVIDIA_GPUS 8

/* nvidia.c */
struct class *nvidia_class(void);
int nvidia_gpu_get(int minor); /* opens a GPU from inside the kernel: -ENODEV where there is none */
void nvidia_gpu_put(int minor);

/* nvidia_modeset.c */
unsigned int nvidia_modeset_open_gpus(void); /* opens every GPU there is; returns the set of their minors */
void nvidia_modeset_close_gpus(unsigned int minors);

static inline struct class *standin_class_create(const char *name)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return class_create(name);
#else
	return class_create(THIS_MODULE, name);
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define STANDIN_DEVNODE_ARG const struct device
#else
#define STANDIN_DEVNODE_ARG struct device
#endif

#endif
