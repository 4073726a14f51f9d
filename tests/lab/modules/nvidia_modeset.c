// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-in for nvidia-modeset.ko: a node of its own, and the door by which nvidia_drm opens GPUs. */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/module.h>

#include "standin.h"

static struct cdev cdev;

unsigned int nvidia_modeset_open_gpus(void)
{
	unsigned int minors = 0;
	int minor;

	for (minor = 0; minor < NVIDIA_GPUS; minor++)
		if (!nvidia_gpu_get(minor))
			minors |= 1u << minor;
	return minors;
}
EXPORT_SYMBOL_GPL(nvidia_modeset_open_gpus);

void nvidia_modeset_close_gpus(unsigned int minors)
{
	int minor;

	for (minor = 0; minor < NVIDIA_GPUS; minor++)
		if (minors & (1u << minor))
			nvidia_gpu_put(minor);
}
EXPORT_SYMBOL_GPL(nvidia_modeset_close_gpus);

static const struct file_operations fops = {
	.owner = THIS_MODULE,
};

static int __init nvidia_modeset_init(void)
{
	dev_t dev = MKDEV(NVIDIA_MAJOR, NVIDIA_MINOR_MODESET);
	struct device *node;
	int err = register_chrdev_region(dev, 1, "nvidia-modeset");

	if (err)
		return err;
	cdev_init(&cdev, &fops);
	cdev.owner = THIS_MODULE;
	err = cdev_add(&cdev, dev, 1);
	if (err)
		goto no_cdev;
	node = device_create(nvidia_class(), NULL, dev, NULL, "nvidia-modeset");
	err = PTR_ERR_OR_ZERO(node);
	if (err)
		goto no_node;
	return 0;

no_node:
	cdev_del(&cdev);
no_cdev:
	unregister_chrdev_region(dev, 1);
	return err;
}

static void __exit nvidia_modeset_exit(void)
{
	device_destroy(nvidia_class(), cdev.dev);
	cdev_del(&cdev);
	unregister_chrdev_region(MKDEV(NVIDIA_MAJOR, NVIDIA_MINOR_MODESET), 1);
}

module_init(nvidia_modeset_init);
module_exit(nvidia_modeset_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NVIDIA_VERSION);
MODULE_DESCRIPTION("stand-in for the NVIDIA mode setting driver");
