// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-in for nvidia-drm.ko: no DRM card, only the kernel's own use of the GPU that modeset=1 means. */
#include <linux/module.h>

#include "standin.h"

static bool modeset = true;
module_param(modeset, bool, 0400);
MODULE_PARM_DESC(modeset, "open every GPU for as long as the module is loaded");
static bool fbdev = true;
module_param(fbdev, bool, 0400);
MODULE_PARM_DESC(fbdev, "no effect");

/* So that udev loads the whole stack for a card that appears: the real one carries the table for the same end. */
static const struct pci_device_id nvidia_drm_ids[] = { { STANDIN_NVIDIA_ID }, {} };
MODULE_DEVICE_TABLE(pci, nvidia_drm_ids);

static unsigned int minors;

static int __init nvidia_drm_init(void)
{
	/* In no module's reference count and behind no descriptor: only remove() knows. GPUs bound later stay closed.
	 */
	if (modeset)
		minors = nvidia_modeset_open_gpus();
	return 0;
}

static void __exit nvidia_drm_exit(void)
{
	nvidia_modeset_close_gpus(minors);
}

/* The symbols of nvidia_modeset make it depend on that module also with modeset=0. */
module_init(nvidia_drm_init);
module_exit(nvidia_drm_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NVIDIA_VERSION);
MODULE_DESCRIPTION("stand-in for the NVIDIA DRM driver");
